use super::Amount;
use crate::{ExtendInfo, Integer, Text, table};

table! {
    /// What is bought: one kind of goods of an [`Order`](super::Order).
    ///
    /// ```
    /// use miniprogram_protocol::{Validate, dictionary::{Amount, Goods}};
    ///
    /// let goods = Goods::new("SHOE-42", "Sneakers", Amount::new("USD", 4990)).goods_quantity(0);
    /// assert_eq!(goods.validate().unwrap_err().to_string(), "/goodsQuantity must be at least 1");
    /// ```
    pub struct Goods in DataDictionary {
        /// The unique ID that the merchant gave the goods in the order.
        reference_goods_id: String as "referenceGoodsId", required, Text::max(64).plain();

        /// The name.
        goods_name: String as "goodsName", required, Text::max(256);

        /// The category.
        goods_category: String as "goodsCategory", optional, Text::max(256).plain();

        /// The brand.
        goods_brand: String as "goodsBrand", optional, Text::max(32);

        /// The amount for one unit.
        goods_unit_amount: Amount as "goodsUnitAmount", optional;

        /// The amount to pay.
        goods_payment_amount: Amount as "goodsPaymentAmount", required;

        /// The number of units, without an upper limit but the type's.
        goods_quantity: i64 as "goodsQuantity", optional, Integer::min(1);

        /// The name of the SKU.
        goods_sku_name: String as "goodsSkuName", optional, Text::max(64);

        /// The URL of the goods in the mini program.
        goods_url: String as "goodsUrl", optional, Text::max(2048);

        /// Extended information about the goods.
        extend_info: ExtendInfo as "extendInfo", optional sensitive, Text::max(2048).plain();
    }
}
