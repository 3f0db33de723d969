use super::OsType;
use crate::model::table;

table! {
    /// The device on which a super app runs.
    ///
    /// ```
    /// use miniprogram_protocol::dictionary::{DeviceInfo, OsType};
    ///
    /// let device = DeviceInfo::new().manufacturer("Apple").os_type(OsType::Ios);
    /// assert_eq!(
    ///     serde_json::to_string(&device).unwrap(),
    ///     r#"{"manufacturer":"Apple","osType":"IOS"}"#
    /// );
    /// ```
    pub struct DeviceInfo in DataDictionary {
        /// The version of the super app.
        ///
        /// Example: `"1.0.0"`
        client_version: String as "clientVersion", optional;

        /// The manufacturer of the device.
        ///
        /// Example: `"Apple"`
        manufacturer: String as "manufacturer", optional;

        /// The unique ID that identifies the super app on the device.
        token_id: String as "tokenId", optional sensitive;

        /// The IP address of the device.
        client_ip: String as "clientIp", optional sensitive;

        /// The operating system.
        ///
        /// Example: `"ANDROID"`
        os_type: OsType as "osType", optional;

        /// The version of the operating system.
        os_version: String as "osVersion", optional;
    }
}
