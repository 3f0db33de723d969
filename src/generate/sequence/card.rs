//! The registration of a membership card.

use super::{FieldLocation, Link, Request, Response, id, time, unlinked_sequence, valid_exchanges};
use crate::{
    endpoint::{Endpoint, InquireCardDetail, IssueCard, NotifyCardRegistration, UpdateCardDetail},
    generate::RawExchange,
};
use proptest::{
    array::uniform5,
    prelude::{Strategy, any},
};

const REGISTRATION_INDEX: usize = 0;
const ISSUE_INDEX: usize = 1;
const INQUIRY_INDEX: usize = 2;
const UPDATE_INDEX: usize = 3;

/// Fields whose value occurs again later in the sequence.
const LINKS: &[Link] = &[
    (
        (REGISTRATION_INDEX, Request, "appId"),
        &[(ISSUE_INDEX, Request, "appId"), (INQUIRY_INDEX, Request, "appId")],
    ),
    (
        (REGISTRATION_INDEX, Request, "customerBelongsTo"),
        &[(ISSUE_INDEX, Request, "customerBelongsTo")],
    ),
    ((REGISTRATION_INDEX, Request, "requestId"), &[(ISSUE_INDEX, Request, "requestId")]),
    ((REGISTRATION_INDEX, Request, "customerId"), &[(ISSUE_INDEX, Request, "customerId")]),
    ((ISSUE_INDEX, Request, "cardFields"), &[(INQUIRY_INDEX, Response, "cardFields")]),
    (
        (ISSUE_INDEX, Response, "cardNo"),
        &[(INQUIRY_INDEX, Request, "cardNo"), (UPDATE_INDEX, Request, "cardNo")],
    ),
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
    const ID_PREFIXES: [(FieldLocation, &str); 4] = [
        ((REGISTRATION_INDEX, Request, "requestId"), "REG-"),
        ((REGISTRATION_INDEX, Request, "customerId"), "2160"),
        ((ISSUE_INDEX, Request, "externalCustomerId"), "M-"),
        ((ISSUE_INDEX, Response, "cardNo"), "8800"),
    ];
    let sequence = unlinked_sequence([
        NotifyCardRegistration::METADATA,
        IssueCard::METADATA,
        InquireCardDetail::METADATA,
        UpdateCardDetail::METADATA,
    ]);
    let parts = (sequence, uniform5(any::<u32>()));
    valid_exchanges(parts.prop_map(|(mut sequence, [start, numbers @ ..])| {
        sequence.set_success_results();
        for ((location, prefix), number) in ID_PREFIXES.into_iter().zip(numbers) {
            sequence.set(location, id(prefix, number).into());
        }
        if let Some(time) = time(start, 3600) {
            sequence.set((UPDATE_INDEX, Request, "requestTime"), time.into());
        }
        sequence.link(LINKS);
        sequence
    }))
}
