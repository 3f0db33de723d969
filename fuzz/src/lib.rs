//! The types, the checks and the independent implementations that the fuzz targets share.
//!
//! A check that fails panics, which the fuzzer reports.

pub mod consistency;
pub mod constructed;
pub mod deserializers;
pub mod formats;
pub mod hostile;
pub mod inject;
pub mod reference;
pub mod report;

/// Instantiates a generic function for each type: the 27 types of the specification, and the 7
/// types of message contents.
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
            function::<miniprogram_protocol::PushContent>,
            function::<miniprogram_protocol::SmsContent>,
            function::<miniprogram_protocol::InboxContent>,
            function::<miniprogram_protocol::InboxHeader>,
            function::<miniprogram_protocol::InboxBody>,
            function::<miniprogram_protocol::InboxFooter>,
            function::<miniprogram_protocol::InboxTarget>,
            function::<e::PlatformMessageSendRequest>,
            function::<e::PlatformMessageSendResponse>,
        ]
    }};
}

use arbitrary::Arbitrary;
use miniprogram_protocol::{ProtocolType, Schema};
use std::fmt::Debug;

/// A type of the protocol, with the traits that the checks need.
pub trait Fuzzed: ProtocolType + PartialEq + Debug + Clone + for<'a> Arbitrary<'a> {}
impl<T: ProtocolType + PartialEq + Debug + Clone + for<'a> Arbitrary<'a>> Fuzzed for T {}

/// A check of one type.
pub type Check = fn(&[u8]);

/// The number of types.
pub const TYPES: usize = 34;

fn schema<T: Fuzzed>() -> &'static Schema {
    T::SCHEMA
}

/// Returns the schemas of the types.
#[must_use]
pub fn schemas() -> [&'static Schema; TYPES] {
    let each: [fn() -> &'static Schema; TYPES] = for_each_type!(schema);
    each.map(|schema| schema())
}

/// [`consistency::check`] for each type.
pub const CONSISTENCY: [Check; TYPES] = for_each_type!(consistency::check);

/// [`report::check`] for each type.
pub const REPORTS: [Check; TYPES] = for_each_type!(report::check);

/// [`deserializers::message_pack`] for each type.
pub const MESSAGE_PACK: [Check; TYPES] = for_each_type!(deserializers::message_pack);

/// [`deserializers::values`] for each type.
pub const VALUES: [Check; TYPES] = for_each_type!(deserializers::values);

/// [`hostile::check`] for each type.
pub const HOSTILE: [Check; TYPES] = for_each_type!(hostile::check);

/// [`constructed::check`] for each type.
pub const CONSTRUCTED: [Check; TYPES] = for_each_type!(constructed::check);

/// Returns the index of the type that the lower six bits of the first byte select (`@` is the first
/// type), and the other bytes.
#[must_use]
pub fn select_type(data: &[u8]) -> Option<(usize, &[u8])> {
    let (first, rest) = data.split_first()?;
    Some((usize::from(*first % 64) % TYPES, rest))
}
