use crate::{
    dictionary::{Message, MessageSendResult, Result},
    endpoint::metadata::{endpoint, required_on_success},
    model::{ExtendInfo, table},
};

endpoint! {
    /// The endpoint that sends notifications. The Mini Program Platform asks the super app to send
    /// notifications to its users.
    pub enum PlatformMessageSend as "platformMessageSend" in Messages {
        path: "/v2/platform/message/send",
        roles: Platform calls SuperApp,
        request: PlatformMessageSendRequest,
        response: PlatformMessageSendResponse,
        idempotency_key: None,
        result_codes: common,
        exchange_rules: [OneForEach("messageSendResults", of "messages", by "messageId")],
        request_examples: {},
        response_examples: {},
    }
}

table! {
    /// The request to [`PlatformMessageSend`], the endpoint that sends notifications.
    ///
    /// ```
    /// use miniprogram_protocol::{
    ///     Validate,
    ///     dictionary::{Message, MessageRequired, MessageChannel},
    ///     endpoint::PlatformMessageSendRequest,
    /// };
    ///
    /// let content = r#"{"en-US":{"content":"Your shoes are on their way"}}"#;
    /// let message = Message::new(MessageRequired {
    ///     message_id: "M-1",
    ///     customer_id: "216022004226",
    ///     message_channel: MessageChannel::Sms,
    ///     message_content: content,
    ///     extend_info: "{}",
    /// });
    /// assert!(PlatformMessageSendRequest::new([message]).validate().is_ok());
    /// ```
    pub struct PlatformMessageSendRequest in "Mini Program Platform, `platform_message_send`": OneEdition {
        /// The notifications to send.
        messages: Vec<Message> as "messages", required, max_items(20);

        /// Extended information about the request.
        extend_info: ExtendInfo as "extendInfo", optional sensitive, max_length(4096).no_special_characters();
    }
}

table! {
    /// The response of [`PlatformMessageSend`], the endpoint that sends notifications.
    ///
    /// ```
    /// use miniprogram_protocol::{
    ///     Validate,
    ///     dictionary::{MessageSendResult, MessageSendResultRequired, ResultCode},
    ///     endpoint::PlatformMessageSendResponse,
    /// };
    ///
    /// let response = PlatformMessageSendResponse::new(ResultCode::Success);
    /// assert_eq!(
    ///     response.validate().unwrap_err().to_string(),
    ///     "/messageSendResults is required when result/resultStatus is S"
    /// );
    /// let result =
    ///     MessageSendResult::new(MessageSendResultRequired { message_id: "M-1", success: true });
    /// let response = response.message_send_results([result]);
    /// assert!(response.validate().is_ok());
    /// ```
    pub struct PlatformMessageSendResponse in "Mini Program Platform, `platform_message_send`": OneEdition {
        /// The result of the request.
        result: Result as "result", required, exposes("resultStatus");

        /// The delivery results, one for each notification, whether or not it was received.
        /// Required when the request succeeded.
        message_send_results: Vec<MessageSendResult> as "messageSendResults", optional, max_items(20);

        /// Extended information about the response.
        extend_info: ExtendInfo as "extendInfo", optional sensitive, max_length(4096);
    }

    cross_field_rules: required_on_success("messageSendResults");
}
