use crate::{
    dictionary::MessageContent,
    model::{ExtendInfo, string_enum, table},
    schema::{Constant, CrossFieldRule},
};

table! {
    /// A notification that the super app is to send to a user.
    ///
    /// ```
    /// use miniprogram_protocol::{Validate, dictionary::{Message, MessageChannel}};
    ///
    /// let message = Message::new(
    ///     "000ALIPW3HK166730755726440330622",
    ///     "216022004226",
    ///     MessageChannel::Sms,
    ///     r#"{"en-US":{"content":"Your shoes are on their way"}}"#,
    ///     r#"{"platformTemplateCode":"2022081611151188061000930176"}"#,
    /// );
    /// assert!(message.validate().is_ok());
    /// let content = message.message_content.sms().unwrap();
    /// assert!(content.get("en-US").is_some());
    /// ```
    pub struct Message in DataDictionary {
        /// The unique ID that Mini Program Platform gave the notification.
        ///
        /// Example: `"000ALIPW3HK166730755726440330622"`
        message_id: String as "messageId", required, max_length(64).no_special_characters();

        /// The unique ID that the super app gave the user.
        ///
        /// Example: `"216022004226"`
        customer_id: String as "customerId", required sensitive, max_length(32);

        /// The channel to send the notification by.
        ///
        /// Example: `"SMS"`
        message_channel: MessageChannel as "messageChannel", required;

        /// The unique code that the super app gave the template.
        ///
        /// Example: `"HK_PDS_NOTIFY"`
        template_code: String as "templateCode", optional, max_length(64).no_special_characters();

        /// What the notification says: a JSON object in a text, by channel and language.
        message_content: MessageContent as "messageContent", required sensitive, max_length(4096);

        /// Extended information. Its `platformTemplateCode` is the unique code that Mini Program
        /// Platform gave the template.
        ///
        /// Example: `"{\"platformTemplateCode\":\"2022081611151188061000930176\"}"`
        extend_info: ExtendInfo as "extendInfo", required sensitive, max_length(4096).no_special_characters();
    }
}

table! {
    /// What became of a [`Message`].
    ///
    /// ```
    /// use miniprogram_protocol::{Validate, dictionary::MessageSendResult};
    ///
    /// let result = MessageSendResult::new("000ALIPW3HK166730755727530328230", false);
    /// assert_eq!(
    ///     result.validate().unwrap_err().to_string(),
    ///     "/retry is required when success is false"
    /// );
    /// assert!(result.retry(true).validate().is_ok());
    /// ```
    pub struct MessageSendResult in DataDictionary {
        /// The unique ID that Mini Program Platform gave the notification.
        ///
        /// Example: `"000ALIPW3HK166730755727530328230"`
        message_id: String as "messageId", required, max_length(64).no_special_characters();

        /// Whether the super app received the notification.
        ///
        /// Example: `true`
        success: bool as "success", required;

        /// Whether Mini Program Platform may try again, after the super app failed to receive the
        /// notification: it may after a system exception, for example, and may not when the user
        /// would get too many. It must be given when `success` is false.
        ///
        /// Example: `false`
        retry: bool as "retry", optional;
    }

    cross_field_rules: CrossFieldRule::RequiredIf { field: "retry", when: "success", is: Constant::Boolean(false) };
}

string_enum! {
    /// The channel of a notification: [`Message::message_channel`].
    pub enum MessageChannel: closed {
        /// An SMS.
        Sms = "SMS",
        /// A push notification.
        Push = "PUSH",
        /// An inbox notification.
        Inbox = "INBOX",
    }
}
