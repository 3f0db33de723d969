use super::{Address, Amount, UserName};
use crate::model::table;

table! {
    /// Where and how the goods of an [`Order`](super::Order) are sent.
    ///
    /// ```
    /// use miniprogram_protocol::{Validate, dictionary::{Address, Shipping, UserName}};
    ///
    /// let shipping = Shipping::new(UserName::new().full_name("Ada Lovelace"), Address::new("GB"))
    ///     .shipping_carrier("UPS");
    /// assert!(shipping.validate().is_ok());
    /// ```
    pub struct Shipping in DataDictionary {
        /// The name of the recipient.
        shipping_name: UserName as "shippingName", required;

        /// The address.
        shipping_address: Address as "shippingAddress", required;

        /// The delivery service that ships a physical product, such as UPS or USPS.
        ///
        /// Example: `"Fedex"`
        shipping_carrier: String as "shippingCarrier", optional, max_length(128);

        /// The phone number of the recipient, extension included.
        shipping_phone_no: String as "shippingPhoneNo", optional sensitive, max_length(16);

        /// The fee.
        shipping_fee: Amount as "shippingFee", optional;
    }
}
