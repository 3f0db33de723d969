//! A payment and its refund.

use super::{
    FieldLocation, Link, Request, Response, Sequence, id, success_result, time, unlinked_sequence,
    valid_exchanges,
};
use crate::{
    dictionary::User,
    endpoint::{ApplyToken, Endpoint, InquiryRefund, InquiryUserInfo, NotifyPayment, Pay, Refund},
    generate::{
        RawExchange,
        exchange::{set_value_at, value_at},
        realistic_document,
    },
    read::ProtocolType,
};
use proptest::{
    collection::vec,
    prelude::{Strategy, any},
};
use serde_json::{Value, json};

// The index of each exchange in the sequence.
const APPLY_TOKEN_INDEX: usize = 0;
const USER_INDEX: usize = 1;
const PAY_INDEX: usize = 2;
const NOTIFY_INDEX: usize = 3;
const REFUND_INDEX: usize = 4;
const INQUIRY_INDEX: usize = 5;

/// Fields whose value occurs again later in the sequence.
const LINKS: &[Link] = &[
    (
        (APPLY_TOKEN_INDEX, Request, "appId"),
        &[(USER_INDEX, Request, "appId"), (PAY_INDEX, Request, "appId")],
    ),
    ((APPLY_TOKEN_INDEX, Request, "authClientId"), &[(USER_INDEX, Request, "authClientId")]),
    (
        (APPLY_TOKEN_INDEX, Request, "customerBelongsTo"),
        &[(USER_INDEX, Request, "customerBelongsTo")],
    ),
    ((APPLY_TOKEN_INDEX, Response, "accessToken"), &[(USER_INDEX, Request, "accessToken")]),
    (
        (PAY_INDEX, Request, "paymentRequestId"),
        &[(NOTIFY_INDEX, Request, "paymentRequestId"), (REFUND_INDEX, Request, "paymentRequestId")],
    ),
    (
        (PAY_INDEX, Response, "paymentId"),
        &[(NOTIFY_INDEX, Request, "paymentId"), (REFUND_INDEX, Request, "paymentId")],
    ),
    ((PAY_INDEX, Request, "paymentAmount"), &[(NOTIFY_INDEX, Request, "paymentAmount")]),
    ((PAY_INDEX, Response, "paymentTime"), &[(NOTIFY_INDEX, Request, "paymentTime")]),
    (
        (REFUND_INDEX, Request, "refundRequestId"),
        &[
            (INQUIRY_INDEX, Request, "refundRequestId"),
            (INQUIRY_INDEX, Response, "refundRequestId"),
        ],
    ),
    (
        (REFUND_INDEX, Response, "refundId"),
        &[(INQUIRY_INDEX, Request, "refundId"), (INQUIRY_INDEX, Response, "refundId")],
    ),
    ((REFUND_INDEX, Request, "refundAmount"), &[(INQUIRY_INDEX, Response, "refundAmount")]),
    ((REFUND_INDEX, Request, "refundReason"), &[(INQUIRY_INDEX, Response, "refundReason")]),
    ((REFUND_INDEX, Response, "refundTime"), &[(INQUIRY_INDEX, Response, "refundTime")]),
];

/// The fields that a successful payment without a separate authorization does not have.
const ABSENT_FIELDS: &[FieldLocation] = &[
    (APPLY_TOKEN_INDEX, Request, "refreshToken"),
    (PAY_INDEX, Request, "paymentFactor"),
    (PAY_INDEX, Response, "redirectActionForm"),
    (PAY_INDEX, Response, "authExpiryTime"),
    (INQUIRY_INDEX, Response, "refundFailReason"),
];

/// Generates a payment and its refund as a sequence of exchanges: `applyToken`, `inquiryUserInfo`,
/// `pay`, `notifyPayment`, `refund` and `inquiryRefund`.
///
/// The documents are realistic, and every request succeeds. Tokens and IDs in a request are those
/// of earlier exchanges. The refund has the same currency as the payment, and its amount does not
/// exceed that of the payment. The times are in chronological order.
///
/// ```
/// use miniprogram_protocol::generate;
/// use proptest::prelude::*;
///
/// proptest!(ProptestConfig::with_cases(8), |(exchanges in generate::payment_sequence())| {
///     let endpoints: Vec<_> = exchanges.iter().map(|one| one.endpoint.name).collect();
///     prop_assert_eq!(endpoints[2..4].to_vec(), ["pay", "notifyPayment"]);
/// });
/// ```
pub fn payment_sequence() -> impl Strategy<Value = Vec<RawExchange>> + Clone + use<> {
    let sequence = unlinked_sequence([
        ApplyToken::METADATA,
        InquiryUserInfo::METADATA,
        Pay::METADATA,
        NotifyPayment::METADATA,
        Refund::METADATA,
        InquiryRefund::METADATA,
    ]);
    let numbers = vec(any::<u32>(), 9);
    let parts = (sequence, realistic_document(User::SCHEMA), numbers);
    valid_exchanges(parts.prop_map(|(mut sequence, user, numbers)| {
        sequence.set_success_results();
        sequence.set((USER_INDEX, Response, "userInfo"), user);
        for (location, value) in success_values().into_iter().chain(ids_and_times(&numbers)) {
            sequence.set(location, value.into());
        }
        for location in ABSENT_FIELDS {
            sequence.remove(*location);
        }
        set_amounts(&mut sequence, numbers.last().copied().unwrap_or_default());
        sequence.link(LINKS);
        sequence
    }))
}

/// Returns the values that some fields must have for every request to succeed.
fn success_values() -> [(FieldLocation, Value); 3] {
    [
        ((APPLY_TOKEN_INDEX, Request, "grantType"), json!("AUTHORIZATION_CODE")),
        ((NOTIFY_INDEX, Request, "paymentResult"), success_result()),
        ((INQUIRY_INDEX, Response, "refundStatus"), json!("SUCCESS")),
    ]
}

/// Returns the tokens, IDs and times of the sequence, which are derived from random numbers.
fn ids_and_times(numbers: &[u32]) -> Vec<(FieldLocation, Value)> {
    const ID_PREFIXES: [(FieldLocation, &str); 7] = [
        ((APPLY_TOKEN_INDEX, Request, "authCode"), "2810"),
        ((APPLY_TOKEN_INDEX, Response, "accessToken"), "2811"),
        ((APPLY_TOKEN_INDEX, Response, "refreshToken"), "2812"),
        ((APPLY_TOKEN_INDEX, Response, "customerId"), "2160"),
        ((PAY_INDEX, Request, "paymentRequestId"), "PAY-"),
        ((PAY_INDEX, Response, "paymentId"), "2026"),
        ((REFUND_INDEX, Response, "refundId"), "2027"),
    ];
    const SECONDS_PER_HOUR: i64 = 3600;
    let ids = ID_PREFIXES.into_iter().zip(numbers);
    let ids = ids.map(|((location, prefix), number)| (location, id(prefix, *number)));
    let start = numbers.get(ID_PREFIXES.len()).copied().unwrap_or_default();
    let times = [
        ((APPLY_TOKEN_INDEX, Response, "accessTokenExpiryTime"), 2 * SECONDS_PER_HOUR),
        ((APPLY_TOKEN_INDEX, Response, "refreshTokenExpiryTime"), 720 * SECONDS_PER_HOUR),
        ((NOTIFY_INDEX, Request, "paymentCreateTime"), 60),
        ((PAY_INDEX, Response, "paymentTime"), 65),
        ((PAY_INDEX, Request, "paymentExpiryTime"), SECONDS_PER_HOUR),
        ((REFUND_INDEX, Response, "refundTime"), 48 * SECONDS_PER_HOUR),
    ];
    let times =
        times.into_iter().filter_map(|(location, seconds)| Some((location, time(start, seconds)?)));
    ids.chain(times).collect()
}

/// Copies the payment amount from the order, if there is one, and sets the refund to all or part of
/// that amount.
fn set_amounts(sequence: &mut Sequence, number: u32) {
    let amount = sequence.get((PAY_INDEX, Request, "order/orderAmount"));
    let amount = amount.or_else(|| sequence.get((PAY_INDEX, Request, "paymentAmount")));
    let Some(amount) = amount else { return };
    sequence.set((PAY_INDEX, Request, "paymentAmount"), amount.clone());
    let value = value_at(&amount, "value").and_then(|value| value.to_string().parse::<u32>().ok());
    let value = value.unwrap_or_default();
    let refunded = number.checked_rem(value).map_or(0, |rest| rest + 1);
    let mut refund = amount;
    set_value_at(&mut refund, "value", Value::from(refunded).into());
    sequence.set((REFUND_INDEX, Request, "refundAmount"), refund);
}
