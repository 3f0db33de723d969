//! Exchanges that belong together, in the order in which they take place.

use super::{
    RawDocument, RawExchange,
    exchange::{get, remove, set},
    realistic_document, realistic_exchange,
};
use crate::{
    dictionary::{ResultCode, User},
    endpoint::{ApplyToken, Endpoint, InquiryRefund, InquiryUserInfo, NotifyPayment, Pay, Refund},
    read::ProtocolType,
};
use chrono::{DateTime, TimeDelta};
use proptest::{
    collection::vec,
    prelude::{BoxedStrategy, Strategy, any},
};
use serde_json::{Value, json};

/// A place in a sequence: the index of an exchange, its request or response, and the path of a
/// field.
type Place = (usize, Side, &'static str);

#[derive(Clone, Copy, Debug)]
enum Side {
    Request,
    Response,
}
use Side::{Request, Response};

const TOKEN: usize = 0;
const USER: usize = 1;
const PAY: usize = 2;
const NOTIFY: usize = 3;
const REFUND: usize = 4;
const INQUIRY: usize = 5;

/// Fields whose value occurs again later in the sequence. If the first field is absent, so are the
/// others.
const LINKS: &[(Place, &[Place])] = &[
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
const ABSENT: &[Place] = &[
    (TOKEN, Request, "refreshToken"),
    (PAY, Request, "paymentFactor"),
    (PAY, Response, "redirectActionForm"),
    (PAY, Response, "authExpiryTime"),
    (INQUIRY, Response, "refundFailReason"),
];

/// Generates a payment and its refund, as exchanges that take place one after the other:
/// `applyToken`, `inquiryUserInfo`, `pay`, `notifyPayment`, `refund` and `inquiryRefund`.
///
/// The documents are realistic, and every request succeeds. Tokens and IDs in a request are those
/// of earlier exchanges. The refund has the currency of the payment and at most its amount, and
/// times increase.
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
pub fn payment_sequence() -> BoxedStrategy<Vec<RawExchange>> {
    let exchanges = [
        ApplyToken::METADATA,
        InquiryUserInfo::METADATA,
        Pay::METADATA,
        NotifyPayment::METADATA,
        Refund::METADATA,
        InquiryRefund::METADATA,
    ];
    let exchanges = exchanges.map(realistic_exchange).to_vec();
    let numbers = vec(any::<u32>(), 9);
    (exchanges, realistic_document(User::SCHEMA), numbers)
        .prop_map(|(exchanges, user, numbers)| {
            let mut sequence = Sequence { exchanges };
            sequence.set((USER, Response, "userInfo"), user);
            for (place, value) in success_values().into_iter().chain(drawn_values(&numbers)) {
                sequence.set(place, value.into());
            }
            for place in ABSENT {
                sequence.remove(*place);
            }
            sequence.set_amounts(numbers.last().copied().unwrap_or_default());
            for (source, targets) in LINKS {
                sequence.copy(*source, targets);
            }
            sequence.exchanges
        })
        .prop_filter("the exchanges are valid", |exchanges| {
            exchanges.iter().all(RawExchange::is_valid)
        })
        .boxed()
}

/// Returns the values that the fields have because every request succeeds.
fn success_values() -> Vec<(Place, Value)> {
    let code = ResultCode::Success;
    let result = json!({
        "resultStatus": "S",
        "resultCode": code.as_str(),
        "resultMessage": code.message(),
    });
    let results =
        (TOKEN..=INQUIRY).map(|exchange| ((exchange, Response, "result"), result.clone()));
    results
        .chain([
            ((TOKEN, Request, "grantType"), json!("AUTHORIZATION_CODE")),
            ((NOTIFY, Request, "paymentResult"), result.clone()),
            ((INQUIRY, Response, "refundStatus"), json!("SUCCESS")),
        ])
        .collect()
}

/// Returns the values that are drawn for the sequence: tokens, IDs and times.
fn drawn_values(numbers: &[u32]) -> Vec<(Place, Value)> {
    const IDS: [(Place, &str); 7] = [
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
    let ids = ids.map(|((place, prefix), number)| (place, json!(format!("{prefix}{number:020}"))));
    let start = numbers.get(IDS.len()).copied().unwrap_or_default();
    let times = [
        ((TOKEN, Response, "accessTokenExpiryTime"), 2 * HOUR),
        ((TOKEN, Response, "refreshTokenExpiryTime"), 720 * HOUR),
        ((NOTIFY, Request, "paymentCreateTime"), 60),
        ((PAY, Response, "paymentTime"), 65),
        ((PAY, Request, "paymentExpiryTime"), HOUR),
        ((REFUND, Response, "refundTime"), 48 * HOUR),
    ];
    let times = times.into_iter().filter_map(|(place, seconds)| {
        // The sequence begins on a day of the year 2026.
        let start = DateTime::from_timestamp(1_767_225_600 + i64::from(start % 28_000_000), 0)?;
        let time = start.checked_add_signed(TimeDelta::try_seconds(seconds)?)?;
        Some((place, json!(time.format("%Y-%m-%dT%H:%M:%SZ").to_string())))
    });
    ids.chain(times).collect()
}

/// A sequence that is being generated.
struct Sequence {
    exchanges: Vec<RawExchange>,
}

impl Sequence {
    /// Returns a request or a response.
    fn document(&mut self, exchange: usize, side: Side) -> Option<&mut RawDocument> {
        let exchange = self.exchanges.get_mut(exchange)?;
        Some(match side {
            Request => &mut exchange.request,
            Response => &mut exchange.response,
        })
    }

    fn get(&mut self, (exchange, side, path): Place) -> Option<RawDocument> {
        get(self.document(exchange, side)?, path)
    }

    fn set(&mut self, (exchange, side, path): Place, value: RawDocument) {
        if let Some(document) = self.document(exchange, side) {
            set(document, path, value);
        }
    }

    fn remove(&mut self, (exchange, side, name): Place) {
        if let Some(document) = self.document(exchange, side) {
            remove(document, name);
        }
    }

    /// Copies the value at a place to other places, or removes it from these if it is absent.
    fn copy(&mut self, source: Place, targets: &[Place]) {
        let value = self.get(source);
        for target in targets {
            match &value {
                Some(value) => self.set(*target, value.clone()),
                None => self.remove(*target),
            }
        }
    }

    /// Copies the payment amount from the order, if there is one, and makes the refund a part of
    /// the payment.
    fn set_amounts(&mut self, number: u32) {
        let amount = self.get((PAY, Request, "order/orderAmount"));
        let amount = amount.or_else(|| self.get((PAY, Request, "paymentAmount")));
        let Some(amount) = amount else { return };
        self.set((PAY, Request, "paymentAmount"), amount.clone());
        let value = get(&amount, "value").and_then(|value| value.to_string().parse::<u32>().ok());
        let value = value.unwrap_or_default();
        let refunded = number.checked_rem(value).map_or(0, |rest| rest + 1);
        let mut refund = amount;
        set(&mut refund, "value", Value::from(refunded).into());
        self.set((REFUND, Request, "refundAmount"), refund);
    }
}
