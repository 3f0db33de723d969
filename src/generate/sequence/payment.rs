//! A payment and its refund.

use super::{
    Link, Location, Request, Response, Sequence, exchanges, id, success, time, valid_exchanges,
};
use crate::{
    dictionary::User,
    endpoint::{ApplyToken, Endpoint, InquiryRefund, InquiryUserInfo, NotifyPayment, Pay, Refund},
    generate::{
        RawExchange,
        exchange::{get, set},
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
const TOKEN: usize = 0;
const USER: usize = 1;
const PAY: usize = 2;
const NOTIFY: usize = 3;
const REFUND: usize = 4;
const INQUIRY: usize = 5;

/// Fields whose value occurs again later in the sequence.
const LINKS: &[Link] = &[
    ((TOKEN, Request, "appId"), &[(USER, Request, "appId"), (PAY, Request, "appId")]),
    ((TOKEN, Request, "authClientId"), &[(USER, Request, "authClientId")]),
    ((TOKEN, Request, "customerBelongsTo"), &[(USER, Request, "customerBelongsTo")]),
    ((TOKEN, Response, "accessToken"), &[(USER, Request, "accessToken")]),
    (
        (PAY, Request, "paymentRequestId"),
        &[(NOTIFY, Request, "paymentRequestId"), (REFUND, Request, "paymentRequestId")],
    ),
    (
        (PAY, Response, "paymentId"),
        &[(NOTIFY, Request, "paymentId"), (REFUND, Request, "paymentId")],
    ),
    ((PAY, Request, "paymentAmount"), &[(NOTIFY, Request, "paymentAmount")]),
    ((PAY, Response, "paymentTime"), &[(NOTIFY, Request, "paymentTime")]),
    (
        (REFUND, Request, "refundRequestId"),
        &[(INQUIRY, Request, "refundRequestId"), (INQUIRY, Response, "refundRequestId")],
    ),
    (
        (REFUND, Response, "refundId"),
        &[(INQUIRY, Request, "refundId"), (INQUIRY, Response, "refundId")],
    ),
    ((REFUND, Request, "refundAmount"), &[(INQUIRY, Response, "refundAmount")]),
    ((REFUND, Request, "refundReason"), &[(INQUIRY, Response, "refundReason")]),
    ((REFUND, Response, "refundTime"), &[(INQUIRY, Response, "refundTime")]),
];

/// The fields that a successful payment without a separate authorization does not have.
const ABSENT: &[Location] = &[
    (TOKEN, Request, "refreshToken"),
    (PAY, Request, "paymentFactor"),
    (PAY, Response, "redirectActionForm"),
    (PAY, Response, "authExpiryTime"),
    (INQUIRY, Response, "refundFailReason"),
];

/// Generates a payment and its refund as a sequence of exchanges: `applyToken`, `inquiryUserInfo`,
/// `pay`, `notifyPayment`, `refund` and `inquiryRefund`.
///
/// The documents are realistic, and every request succeeds. Tokens and IDs in a request are those
/// of earlier exchanges. The refund has the same currency as the payment, and at most its amount.
/// The times are in chronological order.
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
    let sequence = exchanges([
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
        sequence.succeed();
        sequence.set((USER, Response, "userInfo"), user);
        for (location, value) in success_values().into_iter().chain(random_values(&numbers)) {
            sequence.set(location, value.into());
        }
        for location in ABSENT {
            sequence.remove(*location);
        }
        set_amounts(&mut sequence, numbers.last().copied().unwrap_or_default());
        sequence.link(LINKS);
        sequence
    }))
}

/// Returns the values that some fields must have for every request to succeed.
fn success_values() -> [(Location, Value); 3] {
    [
        ((TOKEN, Request, "grantType"), json!("AUTHORIZATION_CODE")),
        ((NOTIFY, Request, "paymentResult"), success()),
        ((INQUIRY, Response, "refundStatus"), json!("SUCCESS")),
    ]
}

/// Returns the randomly generated values of the sequence: tokens, IDs and times.
fn random_values(numbers: &[u32]) -> Vec<(Location, Value)> {
    const IDS: [(Location, &str); 7] = [
        ((TOKEN, Request, "authCode"), "2810"),
        ((TOKEN, Response, "accessToken"), "2811"),
        ((TOKEN, Response, "refreshToken"), "2812"),
        ((TOKEN, Response, "customerId"), "2160"),
        ((PAY, Request, "paymentRequestId"), "PAY-"),
        ((PAY, Response, "paymentId"), "2026"),
        ((REFUND, Response, "refundId"), "2027"),
    ];
    const HOUR: i64 = 3600;
    let ids = IDS.into_iter().zip(numbers);
    let ids = ids.map(|((location, prefix), number)| (location, id(prefix, *number)));
    let start = numbers.get(IDS.len()).copied().unwrap_or_default();
    let times = [
        ((TOKEN, Response, "accessTokenExpiryTime"), 2 * HOUR),
        ((TOKEN, Response, "refreshTokenExpiryTime"), 720 * HOUR),
        ((NOTIFY, Request, "paymentCreateTime"), 60),
        ((PAY, Response, "paymentTime"), 65),
        ((PAY, Request, "paymentExpiryTime"), HOUR),
        ((REFUND, Response, "refundTime"), 48 * HOUR),
    ];
    let times =
        times.into_iter().filter_map(|(location, seconds)| Some((location, time(start, seconds)?)));
    ids.chain(times).collect()
}

/// Copies the payment amount from the order, if there is one, and sets the refund to all or part of
/// that amount.
fn set_amounts(sequence: &mut Sequence, number: u32) {
    let amount = sequence.get((PAY, Request, "order/orderAmount"));
    let amount = amount.or_else(|| sequence.get((PAY, Request, "paymentAmount")));
    let Some(amount) = amount else { return };
    sequence.set((PAY, Request, "paymentAmount"), amount.clone());
    let value = get(&amount, "value").and_then(|value| value.to_string().parse::<u32>().ok());
    let value = value.unwrap_or_default();
    let refunded = number.checked_rem(value).map_or(0, |rest| rest + 1);
    let mut refund = amount;
    set(&mut refund, "value", Value::from(refunded).into());
    sequence.set((REFUND, Request, "refundAmount"), refund);
}
