use crate::{
    dictionary::MessageContent,
    model::{ExtendInfo, string_enum, table},
    schema::Constant,
};

table! {
    /// A notification that the super app sends to a user.
    ///
    /// ```
    /// use miniprogram_protocol::{Validate, dictionary::{Message, MessageRequired, MessageChannel}};
    ///
    /// let message = Message::new(MessageRequired {
    ///     message_id: "000ALIPW3HK166730755726440330622",
    ///     customer_id: "216022004226",
    ///     message_channel: MessageChannel::Sms,
    ///     message_content: r#"{"en-US":{"content":"Your shoes are on their way"}}"#,
    ///     extend_info: r#"{"platformTemplateCode":"2022081611151188061000930176"}"#,
    /// });
    /// assert!(message.validate().is_ok());
    /// let content = message.message_content.parse_sms().unwrap();
    /// assert!(content.get("en-US").is_some());
    /// ```
    pub struct Message(MessageRequired) in DataDictionary {
        /// The unique ID of the notification, assigned by the Mini Program Platform.
        ///
        /// Example: `"000ALIPW3HK166730755726440330622"`
        message_id: String as "messageId", required, max_length(64).no_special_characters();

        /// The unique ID of the user, assigned by the super app.
        ///
        /// Example: `"216022004226"`
        customer_id: String as "customerId", required sensitive, max_length(32);

        /// The channel through which the notification is sent.
        ///
        /// Example: `"SMS"`
        message_channel: MessageChannel as "messageChannel", required;

        /// The unique code of the template, assigned by the super app.
        ///
        /// Example: `"HK_PDS_NOTIFY"`
        template_code: String as "templateCode", optional, max_length(64).no_special_characters();

        /// The content of the notification: a string that contains a JSON object, whose fields depend
        /// on the channel and the language.
        message_content: MessageContent as "messageContent", required sensitive, max_length(4096);

        /// Extended information. Its `platformTemplateCode` is the unique code of the template,
        /// assigned by the Mini Program Platform.
        ///
        /// Example: `"{\"platformTemplateCode\":\"2022081611151188061000930176\"}"`
        extend_info: ExtendInfo as "extendInfo", required sensitive, max_length(4096).no_special_characters();
    }
}

table! {
    /// The delivery result of a notification ([`Message`]).
    ///
    /// ```
    /// use miniprogram_protocol::{Validate, dictionary::{MessageSendResult, MessageSendResultRequired}};
    ///
    /// let result = MessageSendResult::new(MessageSendResultRequired {
    ///     message_id: "000ALIPW3HK166730755727530328230",
    ///     success: false,
    /// });
    /// assert_eq!(
    ///     result.validate().unwrap_err().to_string(),
    ///     "/retry is required when success is false"
    /// );
    /// assert!(result.retry(true).validate().is_ok());
    /// ```
    pub struct MessageSendResult(MessageSendResultRequired) in DataDictionary {
        /// The unique ID of the notification, assigned by the Mini Program Platform.
        ///
        /// Example: `"000ALIPW3HK166730755727530328230"`
        message_id: String as "messageId", required, max_length(64).no_special_characters();

        /// `true` if the super app received the notification, `false` otherwise.
        ///
        /// Example: `true`
        success: bool as "success", required;

        /// `true` if the Mini Program Platform may retry after the super app failed to receive the
        /// notification, for example because of a system exception; `false` if it must not, for
        /// example because the notification exceeds the super app's limit on delivery frequency.
        /// Required when `success` is `false`.
        ///
        /// Example: `false`
        retry: bool as "retry", optional;
    }

    cross_field_rules: CrossFieldRule::RequiredIf { field: "retry", when: "success", is: Constant::Boolean(false) };
}

string_enum! {
    /// The channel of a notification.
    ///
    /// Used by [`Message::message_channel`].
    pub enum MessageChannel: closed {
        /// An SMS notification.
        Sms = "SMS",
        /// A push notification.
        Push = "PUSH",
        /// An inbox notification.
        Inbox = "INBOX",
    }
}
