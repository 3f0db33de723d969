use super::Amount;
use crate::model::{ExtendInfo, table};

table! {
    /// One kind of goods in an [`Order`](super::Order).
    ///
    /// ```
    /// use miniprogram_protocol::{Validate, dictionary::{Amount, Goods, GoodsRequired}};
    ///
    /// let goods = Goods::new(GoodsRequired {
    ///     reference_goods_id: "SHOE-42",
    ///     goods_name: "Sneakers",
    ///     goods_payment_amount: Amount::new("USD", 4990),
    /// })
    /// .goods_quantity(0);
    /// assert_eq!(goods.validate().unwrap_err().to_string(), "/goodsQuantity must be at least 1");
    /// ```
    pub struct Goods(GoodsRequired) in DataDictionary {
        /// The unique ID of the goods in the order, assigned by the merchant.
        reference_goods_id: String as "referenceGoodsId", required, max_length(64).no_special_characters();

        /// The name of the goods.
        goods_name: String as "goodsName", required, max_length(256);

        /// The category of the goods.
        goods_category: String as "goodsCategory", optional, max_length(256).no_special_characters();

        /// The brand of the goods.
        goods_brand: String as "goodsBrand", optional, max_length(32);

        /// The amount per unit.
        goods_unit_amount: Amount as "goodsUnitAmount", optional;

        /// The payment amount.
        goods_payment_amount: Amount as "goodsPaymentAmount", required;

        /// The number of units. The specification sets no upper limit.
        goods_quantity: i64 as "goodsQuantity", optional, minimum(1);

        /// The name of the SKU (stock keeping unit).
        goods_sku_name: String as "goodsSkuName", optional, max_length(64);

        /// The URL of the goods in the mini program.
        goods_url: String as "goodsUrl", optional, max_length(2048);

        /// Extended information about the goods.
        extend_info: ExtendInfo as "extendInfo", optional sensitive, max_length(2048).no_special_characters();
    }
}
