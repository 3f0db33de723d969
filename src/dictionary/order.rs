use super::{Amount, Buyer, Env, Goods, Merchant, Shipping};
use crate::model::{Datetime, ExtendInfo, table};

table! {
    /// An order that a buyer places with a merchant.
    ///
    /// ```
    /// use miniprogram_protocol::{
    ///     Validate,
    ///     dictionary::{Amount, Merchant, MerchantRequired, Order, OrderRequired},
    /// };
    ///
    /// let order = Order::new(OrderRequired {
    ///     reference_order_id: "2026112200017",
    ///     order_description: "A pair of shoes",
    ///     order_amount: Amount::new("USD", 4990),
    ///     merchant: Merchant::new(MerchantRequired {
    ///         reference_merchant_id: "218812000470",
    ///         merchant_name: "Shoe Shop",
    ///     }),
    /// })
    /// .order_create_time("2026-11-22T12:01:01+08:30");
    /// assert!(order.validate().is_ok());
    /// ```
    pub struct Order(OrderRequired) in DataDictionary {
        /// The unique ID of the order, assigned by the merchant.
        reference_order_id: String as "referenceOrderId", required, max_length(64);

        /// The description of the order.
        order_description: String as "orderDescription", required, max_length(256);

        /// The total amount of the order.
        order_amount: Amount as "orderAmount", required;

        /// The date and time when the order was created.
        ///
        /// Example: `"2019-11-27T12:01:01+08:30"`
        order_create_time: Datetime as "orderCreateTime", optional;

        /// The merchant with which the order is placed.
        merchant: Merchant as "merchant", required;

        /// The ordered goods. The number of entries is not limited.
        goods: Vec<Goods> as "goods", optional;

        /// The shipping information.
        shipping: Shipping as "shipping", optional;

        /// The buyer who places the order.
        buyer: Buyer as "buyer", optional;

        /// The environment in which the order is placed, such as the device.
        env: Env as "env", optional;

        /// Extended information that is needed only in special cases.
        extend_info: ExtendInfo as "extendInfo", optional sensitive, max_length(4096).no_special_characters();
    }
}
