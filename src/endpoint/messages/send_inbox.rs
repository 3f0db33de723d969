use super::ContentTemplate;
use crate::{
    dictionary::Result,
    endpoint::metadata::endpoint,
    model::{ExtendInfo, table},
};

endpoint! {
    /// The deprecated endpoint that sends a message to the inbox of a user.
    pub enum SendInbox as "sendInbox" in Messages {
        path: "/v2/messages/sendInbox",
        replaced_by: "messageSend", "use `MessageSend` instead",
        roles: Merchant calls SuperApp,
        request: SendInboxRequest,
        response: SendInboxResponse,
        idempotency_key: Some("requestId"),
        result_codes: common [ExpiredAccessToken],
        request_examples: {},
        response_examples: {},
    }
}

table! {
    /// The request of the deprecated endpoint `sendInbox`, which sends a message to the inbox of a
    /// user.
    pub struct SendInboxRequest(SendInboxRequestRequired) in "Alipay+ Mini Program, `v2_sendinbox`": OneEdition {
        /// The user's access token, issued by [`ApplyToken`](crate::endpoint::ApplyToken).
        access_token: String as "accessToken", required sensitive, max_length(128);

        /// The ID of the merchant that the user authorized, assigned by the super app.
        auth_client_id: String as "authClientId", optional, max_length(128);

        /// The unique ID of the request, assigned by the merchant. It is the idempotency key.
        request_id: String as "requestId", required, max_length(128);

        /// The code of the template.
        template_code: String as "templateCode", required, max_length(256);

        /// The parameters of the template, one element for each language.
        templates: Vec<ContentTemplate> as "templates", required, max_items(5);

        /// Extended information about the request.
        extend_info: ExtendInfo as "extendInfo", optional sensitive, max_length(4096);
    }
}

table! {
    /// The response of the deprecated endpoint `sendInbox`, which sends a message to the inbox of a
    /// user.
    pub struct SendInboxResponse in "Alipay+ Mini Program, `v2_sendinbox`": OneEdition {
        /// The result of the request.
        result: Result as "result", required, cross_field_rules(&[STATUS_MATCHES_CODE]);

        /// The unique ID of the message, assigned by the super app.
        message_id: String as "messageId", optional;
    }
}
