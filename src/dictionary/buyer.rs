use super::UserName;
use crate::model::table;

table! {
    /// The buyer of an [`Order`](super::Order).
    ///
    /// ```
    /// use miniprogram_protocol::dictionary::{Buyer, UserName};
    ///
    /// let buyer = Buyer::new("B-1").buyer_name(UserName::new().full_name("Ada Lovelace"));
    /// assert!(!format!("{buyer:?}").contains("Ada"));
    /// ```
    pub struct Buyer in DataDictionary {
        /// The unique ID of the buyer, assigned by the Mini Program Platform.
        reference_buyer_id: String as "referenceBuyerId", required sensitive, max_length(64).no_special_characters();

        /// The name of the buyer.
        buyer_name: UserName as "buyerName", optional;

        /// The phone number of the buyer.
        buyer_phone_no: String as "buyerPhoneNo", optional sensitive, max_length(64).no_special_characters();

        /// The email address of the buyer.
        buyer_email: String as "buyerEmail", optional sensitive, max_length(128);
    }
}
