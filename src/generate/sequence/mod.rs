//! Sequences of related exchanges, in the order in which they take place.

mod card;
mod payment;

pub use card::card_sequence;
pub use payment::payment_sequence;

use super::{
    RawDocument, RawExchange,
    exchange::{remove_field, set_value_at, value_at},
    realistic_exchange,
};
use crate::{dictionary::ResultCode, endpoint::EndpointMetadata};
use chrono::{DateTime, TimeDelta};
use proptest::prelude::{BoxedStrategy, Strategy};
use serde_json::{Value, json};

/// A location in a sequence: the index of an exchange, its request or response, and the path of a
/// field.
type FieldLocation = (usize, ExchangeSide, &'static str);

#[derive(Clone, Copy, Debug)]
enum ExchangeSide {
    Request,
    Response,
}
use ExchangeSide::{Request, Response};

/// A location, and the later locations at which its value occurs again. If the field is absent at
/// the first location, it is also absent at the others.
type Link = (FieldLocation, &'static [FieldLocation]);

/// Returns the exchanges of a sequence before they are linked to each other.
fn unlinked_sequence<const N: usize>(
    endpoints: [&'static EndpointMetadata; N],
) -> impl Strategy<Value = Sequence> {
    let exchanges = endpoints.map(realistic_exchange).to_vec();
    exchanges.prop_map(|exchanges| Sequence { exchanges })
}

/// Returns the exchanges of each sequence, and rejects sequences that contain an invalid exchange.
fn valid_exchanges(
    sequences: impl Strategy<Value = Sequence> + 'static,
) -> BoxedStrategy<Vec<RawExchange>> {
    sequences
        .prop_map(|sequence| sequence.exchanges)
        .prop_filter("the exchanges are valid", |exchanges| {
            exchanges.iter().all(RawExchange::is_valid)
        })
        .boxed()
}

/// Returns the result of a successful request.
fn success_result() -> Value {
    let code = ResultCode::Success;
    json!({ "resultStatus": "S", "resultCode": code.as_str(), "resultMessage": code.message() })
}

/// Returns an ID that consists of a prefix and a number.
fn id(prefix: &str, number: u32) -> Value {
    json!(format!("{prefix}{number:020}"))
}

/// Returns the time `seconds` seconds after a start time in 2026, which is derived from `start`.
fn time(start: u32, seconds: i64) -> Option<Value> {
    let start = DateTime::from_timestamp(1_767_225_600 + i64::from(start % 28_000_000), 0)?;
    let time = start.checked_add_signed(TimeDelta::try_seconds(seconds)?)?;
    Some(json!(time.format("%Y-%m-%dT%H:%M:%SZ").to_string()))
}

/// A sequence that is being generated.
#[derive(Debug)]
struct Sequence {
    exchanges: Vec<RawExchange>,
}

impl Sequence {
    /// Returns the request or the response of an exchange.
    fn document(&mut self, exchange: usize, side: ExchangeSide) -> Option<&mut RawDocument> {
        let exchange = self.exchanges.get_mut(exchange)?;
        Some(match side {
            Request => &mut exchange.request,
            Response => &mut exchange.response,
        })
    }

    fn get(&mut self, (exchange, side, path): FieldLocation) -> Option<RawDocument> {
        value_at(self.document(exchange, side)?, path)
    }

    fn set(&mut self, (exchange, side, path): FieldLocation, value: RawDocument) {
        if let Some(document) = self.document(exchange, side) {
            set_value_at(document, path, value);
        }
    }

    fn remove(&mut self, (exchange, side, name): FieldLocation) {
        if let Some(document) = self.document(exchange, side) {
            remove_field(document, name);
        }
    }

    /// Sets the result of every response to success.
    fn set_success_results(&mut self) {
        for exchange in &mut self.exchanges {
            set_value_at(&mut exchange.response, "result", success_result().into());
        }
    }

    /// Copies values to the later locations at which they occur again.
    fn link(&mut self, links: &[Link]) {
        for (source, targets) in links {
            self.copy(*source, targets);
        }
    }

    /// Copies the value at a location to other locations. If the value is absent, removes the
    /// fields at the other locations.
    fn copy(&mut self, source: FieldLocation, targets: &[FieldLocation]) {
        let value = self.get(source);
        for target in targets {
            match &value {
                Some(value) => self.set(*target, value.clone()),
                None => self.remove(*target),
            }
        }
    }
}
