use crate::model::{CurrencyCode, MinorUnits, table};

table! {
    /// An amount of money.
    ///
    /// ```
    /// use miniprogram_protocol::{Validate, dictionary::Amount};
    ///
    /// let amount = Amount::new("USD", 10_000);
    /// assert!(amount.validate().is_ok());
    /// assert_eq!(serde_json::to_string(&amount).unwrap(), r#"{"currency":"USD","value":10000}"#);
    /// ```
    pub struct Amount in DataDictionary {
        /// The 3-character code of the currency, as in ISO 4217.
        ///
        /// Example: `"USD"`
        currency: CurrencyCode as "currency", required, max_length(3);

        /// The value, in the smallest unit of the currency: 10000 is 100.00 in USD.
        ///
        /// Example: `10000`
        value: MinorUnits as "value", required, range(0, 2_147_483_647).string_allowed();
    }
}
