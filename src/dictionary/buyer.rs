use super::UserName;
use crate::model::table;

table! {
    /// Who buys.
    ///
    /// ```
    /// use miniprogram_protocol::dictionary::{Buyer, UserName};
    ///
    /// let buyer = Buyer::new("B-1").buyer_name(UserName::new().full_name("Ada Lovelace"));
    /// assert!(!format!("{buyer:?}").contains("Ada"));
    /// ```
    pub struct Buyer in DataDictionary {
        /// The unique ID that Mini Program Platform gave the buyer.
        reference_buyer_id: String as "referenceBuyerId", required sensitive, max_length(64).no_special_characters();

        /// The name.
        buyer_name: UserName as "buyerName", optional;

        /// The phone number.
        buyer_phone_no: String as "buyerPhoneNo", optional sensitive, max_length(64).no_special_characters();

        /// The e-mail address.
        buyer_email: String as "buyerEmail", optional sensitive, max_length(128);
    }
}
