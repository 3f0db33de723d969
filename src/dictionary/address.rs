use crate::{ExtendInfo, Law, RegionCode, Text, table};

table! {
    /// Where something is, or goes.
    ///
    /// ```
    /// use miniprogram_protocol::{Validate, dictionary::Address};
    ///
    /// let address = Address::new("JP").city("Osaka").latitude("34.69");
    /// assert_eq!(
    ///     address.validate().unwrap_err().to_string(),
    ///     "/longitude is required because of latitude"
    /// );
    /// ```
    pub struct Address in DataDictionary {
        /// The alpha-2 code of the region, as in ISO 3166.
        ///
        /// Example: `"JP"`
        region: RegionCode as "region", required, Text::max(2);

        /// The state, county or province.
        state: String as "state", optional, Text::max(32).plain();

        /// The city, district, suburb, town or village.
        city: String as "city", optional, Text::max(32).plain();

        /// Line 1: street address, P.O. box or company name.
        address1: String as "address1", optional sensitive, Text::max(256).plain();

        /// Line 2: apartment, suite, unit or building.
        address2: String as "address2", optional sensitive, Text::max(256).plain();

        /// What the address is called, for example home or work.
        ///
        /// Example: `"home"`
        label: String as "label", optional, Text::max(64).plain();

        /// The ZIP or postcode.
        zip_code: String as "zipCode", optional sensitive, Text::max(32).plain();

        /// The longitude. It is given with the latitude or not at all.
        longitude: String as "longitude", optional sensitive, Text::max(32).plain();

        /// The latitude. It is given with the longitude or not at all.
        latitude: String as "latitude", optional sensitive, Text::max(32).plain();

        /// Extended information about the address.
        extend_info: ExtendInfo as "extendInfo", optional sensitive, Text::max(4096).plain();
    }

    laws: Law::Together(&["longitude", "latitude"]);
}
