//! The registration of a membership card.

use super::{Link, Location, Request, Response, exchanges, id, time, valid_exchanges};
use crate::{
    endpoint::{Endpoint, InquireCardDetail, IssueCard, NotifyCardRegistration, UpdateCardDetail},
    generate::RawExchange,
};
use proptest::{
    array::uniform5,
    prelude::{Strategy, any},
};

const REGISTRATION: usize = 0;
const ISSUE: usize = 1;
const INQUIRY: usize = 2;
const UPDATE: usize = 3;

/// Fields whose value occurs again later in the sequence.
const LINKS: &[Link] = &[
    ((REGISTRATION, Request, "appId"), &[(ISSUE, Request, "appId"), (INQUIRY, Request, "appId")]),
    ((REGISTRATION, Request, "customerBelongsTo"), &[(ISSUE, Request, "customerBelongsTo")]),
    ((REGISTRATION, Request, "requestId"), &[(ISSUE, Request, "requestId")]),
    ((REGISTRATION, Request, "customerId"), &[(ISSUE, Request, "customerId")]),
    ((ISSUE, Request, "cardFields"), &[(INQUIRY, Response, "cardFields")]),
    ((ISSUE, Response, "cardNo"), &[(INQUIRY, Request, "cardNo"), (UPDATE, Request, "cardNo")]),
];

/// Generates the registration of a membership card as a sequence of exchanges:
/// `notifyCardRegistration`, `issueCard`, `inquireCardDetail` and `updateCardDetail`.
///
/// The documents are realistic, and every request succeeds. The merchant issues the card with the
/// customer ID and the request ID of the registration. The inquiry returns the details with which
/// the card was issued.
///
/// ```
/// use miniprogram_protocol::generate;
/// use proptest::prelude::*;
///
/// proptest!(ProptestConfig::with_cases(8), |(exchanges in generate::card_sequence())| {
///     let endpoints: Vec<_> = exchanges.iter().map(|one| one.endpoint.name).collect();
///     prop_assert_eq!(endpoints[..2].to_vec(), ["notifyCardRegistration", "issueCard"]);
/// });
/// ```
pub fn card_sequence() -> impl Strategy<Value = Vec<RawExchange>> + Clone + use<> {
    const IDS: [(Location, &str); 4] = [
        ((REGISTRATION, Request, "requestId"), "REG-"),
        ((REGISTRATION, Request, "customerId"), "2160"),
        ((ISSUE, Request, "externalCustomerId"), "M-"),
        ((ISSUE, Response, "cardNo"), "8800"),
    ];
    let sequence = exchanges([
        NotifyCardRegistration::METADATA,
        IssueCard::METADATA,
        InquireCardDetail::METADATA,
        UpdateCardDetail::METADATA,
    ]);
    let parts = (sequence, uniform5(any::<u32>()));
    valid_exchanges(parts.prop_map(|(mut sequence, [start, numbers @ ..])| {
        sequence.succeed();
        for ((location, prefix), number) in IDS.into_iter().zip(numbers) {
            sequence.set(location, id(prefix, number).into());
        }
        if let Some(time) = time(start, 3600) {
            sequence.set((UPDATE, Request, "requestTime"), time.into());
        }
        sequence.link(LINKS);
        sequence
    }))
}
