use crate::{
    dictionary::Result,
    endpoint::{CustomerBelongsTo, metadata::endpoint},
    model::{ExtendInfo, table},
};

endpoint! {
    /// The endpoint that sends a message to a user, for example as a push notification. The message
    /// is built from a template. The status `S` means that the message was accepted, not that the
    /// user has received it.
    pub enum MessageSend as "messageSend" in Messages {
        path: "/v2/miniprogram/message/send" or "/v2/customers/message/sendByAccessToken",
        roles: Merchant calls Platform,
        request: MessageSendRequest,
        response: MessageSendResponse,
        idempotency_key: Some("requestId"),
        result_codes: common [ExpiredAccessToken, TemplateNotExist, UserNotSubscribed, MessageSendExceedLimit],
        request_examples: {},
        response_examples: {},
    }
}

table! {
    /// The request to [`MessageSend`], the endpoint that sends a message to a user.
    ///
    /// ```
    /// use miniprogram_protocol::{
    ///     Validate,
    ///     endpoint::{
    ///         ContentTemplate, MessageSendRequest, MessageSendRequestRequired, TemplateParameters,
    ///     },
    /// };
    ///
    /// let parameters = TemplateParameters::new().custom_content("Your shoes are on their way");
    /// let request = MessageSendRequest::new(MessageSendRequestRequired {
    ///     app_id: "2102010113769000",
    ///     access_token: "281011130100000000000000",
    ///     request_id: "M-1",
    ///     template_code: "HK_PDS_NOTIFY",
    ///     templates: [ContentTemplate::new().template_parameters(parameters).language("en-US")],
    /// });
    /// assert!(request.validate().is_ok());
    /// ```
    pub struct MessageSendRequest(MessageSendRequestRequired) in "Alipay+ Mini Program, `v2_miniprogram_send`; Spanish edition, `message/send`": TwoEditions {
        /// The unique ID of the mini program, assigned by the Mini Program Platform.
        app_id: String as "appId", required, max_length(32);

        /// The user's access token, issued by [`ApplyToken`](crate::endpoint::ApplyToken).
        access_token: String as "accessToken", required sensitive, max_length(128);

        /// The super app of the user. Required by the Alipay+ edition of the documentation.
        customer_belongs_to: CustomerBelongsTo as "customerBelongsTo", optional;

        /// The ID of the merchant that the user authorized, assigned by the super app. Required by
        /// the Alipay+ edition of the documentation.
        auth_client_id: String as "authClientId", optional;

        /// The unique ID of the request, assigned by the merchant. It is the idempotency key:
        /// requests with the same ID get the same `messageId` once a request has succeeded.
        request_id: String as "requestId", required, max_length(64);

        /// The code of the template.
        template_code: String as "templateCode", required, max_length(64);

        /// The parameters of the template, one element for each language.
        templates: Vec<ContentTemplate> as "templates", required, max_items(5);

        /// The URL that the message opens. Present only in earlier editions of the documentation.
        redirect_url: String as "redirectUrl", optional sensitive, max_length(2048);

        /// Extended information about the request.
        extend_info: ExtendInfo as "extendInfo", optional sensitive, max_length(4096);
    }
}

table! {
    /// The response of [`MessageSend`], the endpoint that sends a message to a user.
    pub struct MessageSendResponse in "Alipay+ Mini Program, `v2_miniprogram_send`; Spanish edition, `message/send`": TwoEditions {
        /// The result of the request.
        result: Result as "result", required, cross_field_rules(&[STATUS_MATCHES_CODE]);

        /// The unique ID of the message, assigned by the platform.
        message_id: String as "messageId", optional, max_length(64);

        /// Extended information about the response.
        extend_info: ExtendInfo as "extendInfo", optional sensitive;
    }
}

table! {
    /// The parameters of a message template in one language.
    pub struct ContentTemplate in "Spanish edition, `datadictionary_wallets_v2`": OneEdition {
        /// The parameters.
        template_parameters: TemplateParameters as "templateParameters", optional;

        /// The language, as an RFC 1766 language tag.
        ///
        /// Example: `"en-US"`
        language: String as "language", optional;
    }
}

table! {
    /// The parameters of a message template, by name. Each template defines its own parameters. The
    /// fields are taken from published samples; the channels that use a field are in parentheses.
    /// Other parameters are kept as unknown fields.
    pub struct TemplateParameters in "Spanish edition, `message/send`": OneEdition {
        /// The title of the message (PUSH and INBOX).
        custom_title: String as "customTitle", optional sensitive;

        /// The text of the message (PUSH, SMS and INBOX).
        custom_content: String as "customContent", optional sensitive;

        /// The URL that the notification opens (PUSH).
        push_content_url: String as "pushContentUrl", optional sensitive;

        /// The link in the header (INBOX).
        header_link: String as "headerLink", optional sensitive;

        /// The URL that the body opens (INBOX).
        body_url: String as "bodyUrl", optional sensitive;

        /// The name of the first link (INBOX).
        first_link_name: String as "firstLinkName", optional sensitive;

        /// The URL of the first link (INBOX).
        first_link_url: String as "firstLinkUrl", optional sensitive;
    }
}
