use crate::model::{ExtendInfo, RegionCode, table};

table! {
    /// The address of a merchant, a store, a recipient or a user.
    ///
    /// ```
    /// use miniprogram_protocol::{Validate, dictionary::Address};
    ///
    /// let address = Address::new("JP").city("Osaka").latitude("34.69");
    /// assert_eq!(
    ///     address.validate().unwrap_err().to_string(),
    ///     "/longitude is required when latitude is present"
    /// );
    /// ```
    pub struct Address in DataDictionary {
        /// The region, as an ISO 3166-1 alpha-2 code.
        ///
        /// Example: `"JP"`
        region: RegionCode as "region", required, max_length(2);

        /// The state, county or province.
        state: String as "state", optional, max_length(32).no_special_characters();

        /// The city, district, suburb, town or village.
        city: String as "city", optional, max_length(32).no_special_characters();

        /// Address line 1: street address, P.O. box or company name.
        address1: String as "address1", optional sensitive, max_length(256).no_special_characters();

        /// Address line 2: apartment, suite, unit or building.
        address2: String as "address2", optional sensitive, max_length(256).no_special_characters();

        /// The label of the address, such as home or work.
        ///
        /// Example: `"home"`
        label: String as "label", optional, max_length(64).no_special_characters();

        /// The ZIP code or postcode.
        zip_code: String as "zipCode", optional sensitive, max_length(32).no_special_characters();

        /// The longitude. Required when `latitude` is present.
        longitude: String as "longitude", optional sensitive, max_length(32).no_special_characters();

        /// The latitude. Required when `longitude` is present.
        latitude: String as "latitude", optional sensitive, max_length(32).no_special_characters();

        /// Extended information about the address.
        extend_info: ExtendInfo as "extendInfo", optional sensitive, max_length(4096).no_special_characters();
    }

    cross_field_rules: CrossFieldRule::AllOrNone(&["longitude", "latitude"]);
}
