use super::Address;
use crate::model::{Datetime, Mcc, table};

table! {
    /// The merchant of an [`Order`](super::Order).
    ///
    /// ```
    /// use miniprogram_protocol::{Validate, dictionary::{Merchant, MerchantRequired}};
    ///
    /// let merchant = Merchant::new(MerchantRequired {
    ///     reference_merchant_id: "218812000470",
    ///     merchant_name: "Shoe Shop",
    /// })
    /// .merchant_mcc("shoes");
    /// assert_eq!(
    ///     merchant.validate().unwrap_err().to_string(),
    ///     "/merchantMCC must be a merchant category code of four digits"
    /// );
    /// ```
    pub struct Merchant(MerchantRequired) in DataDictionary {
        /// The unique ID of the merchant, assigned by the Mini Program Platform.
        reference_merchant_id: String as "referenceMerchantId", required, max_length(32).no_special_characters();

        /// The ISO 18245 merchant category code (MCC) of the merchant.
        merchant_mcc: Mcc as "merchantMCC", optional, max_length(32).min_length(1);

        /// The name of the merchant.
        merchant_name: String as "merchantName", required, max_length(256);

        /// The display name of the merchant.
        merchant_display_name: String as "merchantDisplayName", optional, max_length(64);

        /// The address of the merchant.
        merchant_address: Address as "merchantAddress", optional;

        /// The date and time when the merchant registered their business.
        ///
        /// Example: `"2019-11-27T12:01:01+08:30"`
        merchant_register_date: Datetime as "merchantRegisterDate", optional;

        /// The store of the merchant.
        merchant_store: MerchantStore as "merchantStore", optional;
    }
}

table! {
    /// A store of a [`Merchant`].
    ///
    /// ```
    /// use miniprogram_protocol::{Validate, dictionary::MerchantStore};
    ///
    /// assert!(MerchantStore::new("STORE-1").store_name("Main Street").validate().is_ok());
    /// ```
    pub struct MerchantStore in DataDictionary {
        /// The unique ID of the store, assigned by the merchant.
        reference_store_id: String as "referenceStoreId", required, max_length(64).no_special_characters();

        /// The name of the store.
        store_name: String as "storeName", optional, max_length(256);

        /// The ISO 18245 merchant category code (MCC) of the store.
        store_mcc: Mcc as "storeMCC", optional, max_length(32).min_length(1);

        /// The display name of the store.
        store_display_name: String as "storeDisplayName", optional, max_length(64);

        /// The unique ID of the store's terminal.
        store_terminal_id: String as "storeTerminalId", optional, max_length(64).no_special_characters();

        /// The unique ID of the operator of the store's terminal.
        store_operator_id: String as "storeOperatorId", optional sensitive, max_length(64).no_special_characters();

        /// The address of the store.
        store_address: Address as "storeAddress", optional;

        /// The phone number of the store.
        store_phone_no: String as "storePhoneNo", optional sensitive, max_length(64).no_special_characters();
    }
}
