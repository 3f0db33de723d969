//! What the fuzz targets share: the types, and the judges that are independent of the library.
//!
//! A broken promise is a panic, which the fuzzer reports.

pub mod built;
pub mod foreign;
pub mod formats;
pub mod hostile;
pub mod judge;
pub mod plant;
pub mod report;
pub mod into_result;

/// Calls a function that is generic over the tables once a table: 27 of the documents, and the 7 of
/// message contents. A byte chooses one of the 34 by its lower six bits: `@` is the first.
macro_rules! each_table {
    ($call:path) => {{
        use miniprogram_protocol::{dictionary as d, endpoint as e};
        use $call as call;
        [
            call::<d::Message>,
            call::<d::Result>,
            call::<d::MessageSendResult>,
            call::<d::Amount>,
            call::<d::Order>,
            call::<d::Merchant>,
            call::<d::MerchantStore>,
            call::<d::Goods>,
            call::<d::Shipping>,
            call::<d::Buyer>,
            call::<d::Env>,
            call::<d::UserName>,
            call::<d::Address>,
            call::<d::PaymentMethod>,
            call::<d::DeviceInfo>,
            call::<d::DeployAppInfo>,
            call::<d::Category>,
            call::<d::User>,
            call::<d::LoginIdInfo>,
            call::<d::ContactInfo>,
            call::<e::MerchantSyncRequest>,
            call::<e::MerchantSyncResponse>,
            call::<e::NotifyCardRegistrationRequest>,
            call::<e::NotifyCardRegistrationResponse>,
            call::<e::CardField>,
            call::<miniprogram_protocol::PushContent>,
            call::<miniprogram_protocol::SmsContent>,
            call::<miniprogram_protocol::InboxContent>,
            call::<miniprogram_protocol::InboxHeader>,
            call::<miniprogram_protocol::InboxBody>,
            call::<miniprogram_protocol::InboxFooter>,
            call::<miniprogram_protocol::InboxTarget>,
            call::<e::PlatformMessageSendRequest>,
            call::<e::PlatformMessageSendResponse>,
        ]
    }};
}

use arbitrary::Arbitrary;
use miniprogram_protocol::{Schema, ProtocolType};
use std::fmt::Debug;

/// What the targets ask of a type.
pub trait Fuzzed: ProtocolType + PartialEq + Debug + Clone + for<'a> Arbitrary<'a> {}
impl<T: ProtocolType + PartialEq + Debug + Clone + for<'a> Arbitrary<'a>> Fuzzed for T {}

pub type Check = fn(&[u8]);

pub const TABLES: usize = 34;

fn schema<T: Fuzzed>() -> &'static Schema {
    T::SCHEMA
}

/// The schemas of the types.
#[must_use]
pub fn schemas() -> [&'static Schema; TABLES] {
    let each: [fn() -> &'static Schema; TABLES] = each_table!(schema);
    each.map(|schema| schema())
}

/// [`into_result::check`] of the types.
pub const VERDICTS: [Check; TABLES] = each_table!(into_result::check);

/// [`report::check`] of the types.
pub const REPORTS: [Check; TABLES] = each_table!(report::check);

/// [`foreign::message_pack`] of the types.
pub const MESSAGE_PACK: [Check; TABLES] = each_table!(foreign::message_pack);

/// [`foreign::values`] of the types.
pub const VALUES: [Check; TABLES] = each_table!(foreign::values);

/// [`hostile::check`] of the types.
pub const HOSTILE: [Check; TABLES] = each_table!(hostile::check);

/// [`built::check`] of the types.
pub const BUILT: [Check; TABLES] = each_table!(built::check);

/// The type that the first byte chooses, and the other bytes.
#[must_use]
pub fn chosen(data: &[u8]) -> Option<(usize, &[u8])> {
    let (first, rest) = data.split_first()?;
    Some((usize::from(*first % 64) % TABLES, rest))
}
