//! The types, checks and independent implementations that the fuzz targets share.
//!
//! A failed check panics, and the fuzzer reports the panic.

pub mod consistency;
pub mod constructed;
pub mod deserializers;
pub mod formats;
pub mod hostile;
pub mod inject;
pub mod reference;
pub mod report;
pub mod spans;

/// Instantiates a generic function for each type of the specification's documents, for the types of
/// message content, and for those types of the other endpoints that have cross-field rules.
macro_rules! for_each_type {
    ($function:path) => {{
        use miniprogram_protocol::{dictionary as d, endpoint as e};
        use $function as function;
        [
            function::<d::Message>,
            function::<d::Result>,
            function::<d::MessageSendResult>,
            function::<d::Amount>,
            function::<d::Order>,
            function::<d::Merchant>,
            function::<d::MerchantStore>,
            function::<d::Goods>,
            function::<d::Shipping>,
            function::<d::Buyer>,
            function::<d::Env>,
            function::<d::UserName>,
            function::<d::Address>,
            function::<d::PaymentMethod>,
            function::<d::DeviceInfo>,
            function::<d::DeployAppInfo>,
            function::<d::Category>,
            function::<d::User>,
            function::<d::LoginIdInfo>,
            function::<d::ContactInfo>,
            function::<e::MerchantSyncRequest>,
            function::<e::MerchantSyncResponse>,
            function::<e::NotifyCardRegistrationRequest>,
            function::<e::NotifyCardRegistrationResponse>,
            function::<e::CardField>,
            function::<miniprogram_protocol::dictionary::PushContent>,
            function::<miniprogram_protocol::dictionary::SmsContent>,
            function::<miniprogram_protocol::dictionary::InboxContent>,
            function::<miniprogram_protocol::dictionary::InboxHeader>,
            function::<miniprogram_protocol::dictionary::InboxBody>,
            function::<miniprogram_protocol::dictionary::InboxFooter>,
            function::<miniprogram_protocol::dictionary::InboxTarget>,
            function::<e::PlatformMessageSendRequest>,
            function::<e::PlatformMessageSendResponse>,
            function::<e::PayRequest>,
            function::<e::PayResponse>,
            function::<e::InquiryPaymentResponse>,
            function::<e::InquiryRefundRequest>,
            function::<e::ApplyTokenRequest>,
            function::<e::ApplyTokenResponse>,
        ]
    }};
}

use arbitrary::Arbitrary;
use miniprogram_protocol::{ProtocolType, Schema};
use std::fmt::Debug;

/// A protocol type with the traits that the checks need.
pub trait FuzzedType: ProtocolType + PartialEq + Debug + Clone + for<'a> Arbitrary<'a> {}
impl<T: ProtocolType + PartialEq + Debug + Clone + for<'a> Arbitrary<'a>> FuzzedType for T {}

/// A function that checks one type with the given fuzzer input.
pub type CheckFn = fn(&[u8]);

/// The number of types that are fuzzed.
pub const TYPE_COUNT: usize = 40;

fn schema_of<T: FuzzedType>() -> &'static Schema {
    T::SCHEMA
}

/// Returns the schema of each type.
#[must_use]
pub fn schemas() -> [&'static Schema; TYPE_COUNT] {
    let each: [fn() -> &'static Schema; TYPE_COUNT] = for_each_type!(schema_of);
    each.map(|schema| schema())
}

/// The function [`consistency::check`] for each type.
pub const CONSISTENCY_CHECKS: [CheckFn; TYPE_COUNT] = for_each_type!(consistency::check);

/// The function [`report::check`] for each type.
pub const REPORT_CHECKS: [CheckFn; TYPE_COUNT] = for_each_type!(report::check);

/// The function [`spans::check`] for each type.
pub const SPAN_CHECKS: [CheckFn; TYPE_COUNT] = for_each_type!(spans::check);

/// The function [`deserializers::check_message_pack`] for each type.
pub const MESSAGE_PACK_CHECKS: [CheckFn; TYPE_COUNT] =
    for_each_type!(deserializers::check_message_pack);

/// The function [`deserializers::check_values`] for each type.
pub const VALUE_CHECKS: [CheckFn; TYPE_COUNT] = for_each_type!(deserializers::check_values);

/// The function [`hostile::check`] for each type.
pub const HOSTILE_CHECKS: [CheckFn; TYPE_COUNT] = for_each_type!(hostile::check);

/// The function [`constructed::check`] for each type.
pub const CONSTRUCTED_CHECKS: [CheckFn; TYPE_COUNT] = for_each_type!(constructed::check);

/// Returns the index of the type that the lower six bits of the first byte select, and the
/// remaining bytes. The byte `@`, for example, selects the first type.
#[must_use]
pub fn split_type_index(data: &[u8]) -> Option<(usize, &[u8])> {
    let (first, rest) = data.split_first()?;
    Some((usize::from(*first % 64) % TYPE_COUNT, rest))
}
