//! Requests together with their responses.

use super::{RawDocument, raw_document::PathSegment, realistic_document, valid_document};
use crate::{
    endpoint::EndpointMetadata,
    schema::{ExchangeRule, Schema, ValueType, split_outer_and_inner},
    validate::STRICT_POLICY,
};
use proptest::{
    collection::vec,
    prelude::{BoxedStrategy, Just, Strategy},
};
use std::fmt;

/// A request to an endpoint, and the response to the request.
///
/// `Display` formats it as `{"endpoint":...,"request":...,"response":...}`, which
/// `mpp check-exchange` reads.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RawExchange {
    /// The endpoint.
    pub endpoint: &'static EndpointMetadata,
    /// The request.
    pub request: RawDocument,
    /// The response.
    pub response: RawDocument,
}

impl fmt::Display for RawExchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { endpoint, request, response } = self;
        let name = endpoint.name;
        write!(f, r#"{{"endpoint":"{name}","request":{request},"response":{response}}}"#)
    }
}

impl RawExchange {
    /// Returns whether the request and the response are valid, both individually and as a pair.
    pub(super) fn is_valid(&self) -> bool {
        let (request, response) = (self.request.to_json(), self.response.to_json());
        let outcome = self.endpoint.check_exchange_with(&request, &response, &STRICT_POLICY);
        outcome.request.is_ok() && outcome.response.is_ok()
    }
}

/// Generates valid exchanges for an endpoint: a request and a response that are each valid and
/// together satisfy the endpoint's exchange rules. The documents are generated as by
/// [`valid_document`](super::valid_document()).
///
/// ```
/// use miniprogram_protocol::{
///     endpoint::{Capture, Endpoint, check_exchange},
///     generate,
/// };
/// use proptest::prelude::*;
///
/// proptest!(|(exchange in generate::valid_exchange(Capture::METADATA))| {
///     let (request, response) = (exchange.request.to_json(), exchange.response.to_json());
///     prop_assert!(check_exchange::<Capture>(&request, &response).is_ok());
/// });
/// ```
pub fn valid_exchange(
    endpoint: &'static EndpointMetadata,
) -> impl Strategy<Value = RawExchange> + Clone + use<> {
    exchange(endpoint, |schema| valid_document(schema).boxed())
}

/// Generates valid exchanges for an endpoint, as [`valid_exchange`] does, but with realistic
/// documents.
///
/// ```
/// use miniprogram_protocol::{
///     endpoint::{Cancel, Endpoint},
///     generate,
/// };
/// use proptest::prelude::*;
///
/// proptest!(|(exchange in generate::realistic_exchange(Cancel::METADATA))| {
///     prop_assert!(exchange.to_string().is_ascii());
/// });
/// ```
pub fn realistic_exchange(
    endpoint: &'static EndpointMetadata,
) -> impl Strategy<Value = RawExchange> + Clone + use<> {
    exchange(endpoint, |schema| realistic_document(schema).boxed())
}

fn exchange(
    endpoint: &'static EndpointMetadata,
    documents: fn(&'static Schema) -> BoxedStrategy<RawDocument>,
) -> BoxedStrategy<RawExchange> {
    let results = endpoint.exchange_rules.iter().find_map(|rule| match rule {
        ExchangeRule::OneForEach { results, of, .. } => {
            let schema = item_schema_of(endpoint.response, results)?;
            let max_items = max_items_of(endpoint.request, of)?;
            Some(vec(documents(schema), max_items).boxed())
        }
        ExchangeRule::Echo { .. } => None,
    });
    let results = results.unwrap_or_else(|| Just(Vec::new()).boxed());
    (documents(endpoint.request), documents(endpoint.response), results)
        .prop_map(move |(request, response, results)| {
            let mut exchange = RawExchange { endpoint, request, response };
            for rule in endpoint.exchange_rules {
                satisfy_exchange_rule(rule, &mut exchange, &results);
            }
            exchange
        })
        .prop_filter("the response matches the request", RawExchange::is_valid)
        .boxed()
}

/// Returns the schema of the objects in an array.
fn item_schema_of(schema: &Schema, array: &str) -> Option<&'static Schema> {
    match schema.field(array)?.value_type {
        ValueType::Array(array) => array.items.value_type().object_schema(),
        _ => None,
    }
}

fn max_items_of(schema: &Schema, array: &str) -> Option<usize> {
    match schema.field(array)?.value_type {
        ValueType::Array(array) => array.max_items.map(|max| max as usize),
        _ => None,
    }
}

/// Changes a response so that it satisfies a rule. `results` contains generated objects for the
/// array of results in the response.
fn satisfy_exchange_rule(rule: &ExchangeRule, exchange: &mut RawExchange, results: &[RawDocument]) {
    let RawExchange { request, response, .. } = exchange;
    match *rule {
        ExchangeRule::Echo { field, unless } => {
            let path: Vec<_> = field.split('/').map(PathSegment::Field).collect();
            let sent = request.value_at_mut(&path).filter(|value| !value.is_null()).cloned();
            let applies = unless.is_none_or(|unless| !request.has_field(unless));
            if let (true, Some(sent), Some(found)) = (applies, sent, response.value_at_mut(&path)) {
                if !found.is_null() {
                    *found = sent;
                }
            }
        }
        ExchangeRule::OneForEach { results: name, of, key } => {
            let Some(RawDocument::Array(sent)) = request.field(of) else { return };
            let keys = sent.iter().filter_map(|object| object.field(key).cloned());
            // The order of the results is not specified, so they are reversed to detect code that
            // relies on it.
            let objects = keys.zip(results).map(|(id, result)| {
                let mut result = result.clone();
                set_value_at(&mut result, key, id);
                result
            });
            let objects: Vec<_> = objects.collect::<Vec<_>>().into_iter().rev().collect();
            if response.has_field(name) {
                set_value_at(response, name, RawDocument::Array(objects));
            }
        }
    }
}

/// Sets the field at a path in an object. The path is a field name, or `outer/inner` for a nested
/// field. The outer object must exist.
pub(super) fn set_value_at(object: &mut RawDocument, path: &str, value: RawDocument) {
    let (outer, inner) = split_outer_and_inner(path);
    let RawDocument::Object(fields) = object else { return };
    let field = fields.iter_mut().find(|(name, _)| name == outer).map(|(_, field)| field);
    match (field, inner) {
        (Some(field), Some(inner)) => set_value_at(field, inner, value),
        (Some(field), None) => *field = value,
        (None, None) => fields.push((outer.to_owned(), value)),
        (None, Some(_)) => {}
    }
}

/// Removes a field from an object.
pub(super) fn remove_field(object: &mut RawDocument, name: &str) {
    object.edit_fields(&[], |fields| fields.retain(|(known, _)| known != name));
}

/// Returns the value at a path, unless it is absent or null.
pub(super) fn value_at(object: &RawDocument, path: &str) -> Option<RawDocument> {
    let mut names = path.split('/');
    let value = names.try_fold(object, |object, name| object.field(name))?;
    (!value.is_null()).then(|| value.clone())
}
