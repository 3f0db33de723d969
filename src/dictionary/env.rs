use crate::model::{Datetime, ExtendInfo, string_enum, table};

table! {
    /// The environment in which an order is placed, such as the device.
    ///
    /// ```
    /// use miniprogram_protocol::{Validate, dictionary::{Env, TerminalType}};
    ///
    /// let env = Env::new().terminal_type(TerminalType::MiniApp).os_type("SYMBIAN");
    /// assert_eq!(
    ///     env.validate().unwrap_err().to_string(),
    ///     "/osType must be one of IOS, ANDROID"
    /// );
    /// ```
    pub struct Env in DataDictionary {
        /// The type of the terminal that sends the request.
        terminal_type: TerminalType as "terminalType", optional;

        /// The operating system.
        os_type: OsType as "osType", optional;

        /// The user agent.
        user_agent: String as "userAgent", optional, max_length(1024);

        /// The token ID of the device.
        device_token_id: String as "deviceTokenId", optional sensitive, max_length(128);

        /// The IP address of the device.
        client_ip: String as "clientIp", optional sensitive, max_length(64);

        /// The cookie ID of the user.
        cookie_id: String as "cookieId", optional sensitive, max_length(128);

        /// The ID of the store's terminal.
        store_terminal_id: String as "storeTerminalId", optional, max_length(64);

        /// The time of the store terminal's request.
        store_terminal_request_time: Datetime as "storeTerminalRequestTime", optional, max_length(32);

        /// Extended information that is needed only in special cases.
        extend_info: ExtendInfo as "extendInfo", optional sensitive, max_length(4096).no_special_characters();
    }
}

string_enum! {
    /// The type of a terminal.
    ///
    /// Used by [`Env::terminal_type`].
    pub enum TerminalType: closed {
        /// A mini program.
        MiniApp = "MINI_APP",
        /// A mobile application.
        App = "APP",
        /// A website in a browser.
        Web = "WEB",
        /// A mobile website that is accessed over WAP.
        Wap = "WAP",
        /// A system that sends requests without user interaction.
        System = "SYSTEM",
    }
}

string_enum! {
    /// An operating system.
    ///
    /// Used by [`Env::os_type`] and [`DeviceInfo::os_type`](super::DeviceInfo::os_type).
    pub enum OsType: closed {
        /// iOS.
        Ios = "IOS",
        /// Android.
        Android = "ANDROID",
    }
}
