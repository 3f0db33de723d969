use super::{Address, Amount, UserName};
use crate::model::table;

table! {
    /// The shipping information of an [`Order`](super::Order).
    ///
    /// ```
    /// use miniprogram_protocol::{
    ///     Validate,
    ///     dictionary::{Address, Shipping, ShippingRequired, UserName},
    /// };
    ///
    /// let shipping = Shipping::new(ShippingRequired {
    ///     shipping_name: UserName::new().full_name("Ada Lovelace"),
    ///     shipping_address: Address::new("GB"),
    /// })
    ///     .shipping_carrier("UPS");
    /// assert!(shipping.validate().is_ok());
    /// ```
    pub struct Shipping(ShippingRequired) in DataDictionary {
        /// The name of the recipient.
        shipping_name: UserName as "shippingName", required;

        /// The shipping address.
        shipping_address: Address as "shippingAddress", required;

        /// The delivery service that ships a physical product, for example UPS or USPS.
        ///
        /// Example: `"Fedex"`
        shipping_carrier: String as "shippingCarrier", optional, max_length(128);

        /// The phone number of the recipient, including the extension.
        shipping_phone_no: String as "shippingPhoneNo", optional sensitive, max_length(16);

        /// The shipping fee.
        shipping_fee: Amount as "shippingFee", optional;
    }
}
