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
    pub struct Amount(positional) in DataDictionary {
        /// The currency, as an ISO 4217 code.
        ///
        /// Example: `"USD"`
        currency: CurrencyCode as "currency", required, max_length(3);

        /// The value, in the smallest unit of the currency: USD 100.00 is 10000.
        ///
        /// Example: `10000`
        value: MinorUnits as "value", required, range(0, 2_147_483_647).string_allowed();
    }
}
