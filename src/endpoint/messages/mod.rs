//! Endpoints for messages to users.

mod message_send;
mod platform_message_send;
mod send_inbox;

pub use message_send::{
    ContentTemplate, MessageSend, MessageSendRequest, MessageSendRequestRequired,
    MessageSendResponse, TemplateParameters,
};
pub use platform_message_send::{
    PlatformMessageSend, PlatformMessageSendRequest, PlatformMessageSendResponse,
};
#[allow(deprecated, reason = "deprecated endpoints can still be used")]
pub use send_inbox::SendInbox;
pub use send_inbox::{SendInboxRequest, SendInboxRequestRequired, SendInboxResponse};
