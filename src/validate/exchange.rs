//! Evaluation of the rules that relate a response to its request.

use super::ValidationContext;
use crate::{
    report::ViolationKind,
    schema::{ExchangeRule, split_outer_and_inner},
};
use std::{borrow::Cow, collections::BTreeMap};

/// The fields of a request or a response that exchange rules read.
pub(crate) trait ExchangeOperands {
    /// Returns whether the object has the field, and the field is not null.
    fn has_field(&self, name: &str) -> bool;

    /// Returns the string at a path: the name of a field, or `outer/inner`. Returns `None` if there
    /// is no such string.
    fn string(&self, path: &str) -> Option<Cow<'_, str>>;

    /// Returns the string `key` of each object in the array `name`. Returns `None` if there is no
    /// such array. An element is `None` if it has no such string.
    fn element_strings(&self, name: &str, key: &str) -> Option<Vec<Option<Cow<'_, str>>>>;
}

impl ExchangeRule {
    /// Checks the rule on a request and its response, and reports violations in the response to
    /// `cx`.
    pub(crate) fn check(
        &'static self,
        request: &impl ExchangeOperands,
        response: &impl ExchangeOperands,
        cx: &mut ValidationContext<'_>,
    ) {
        match self {
            Self::Echo { field, unless } => {
                if unless.is_some_and(|other| request.has_field(other)) {
                    return;
                }
                if let (Some(sent), Some(found)) = (request.string(field), response.string(field)) {
                    if sent != found {
                        report_at(field, ViolationKind::EqualToRequest { field }, cx);
                    }
                }
            }
            Self::OneForEach { results, of, key } => {
                let has_succeeded =
                    response.string("result/resultStatus").is_some_and(|it| it == "S");
                if let (true, Some(sent), Some(found)) = (
                    has_succeeded,
                    request.element_strings(of, key),
                    response.element_strings(results, key),
                ) {
                    check_results(&sent, &found, (of, key), &mut cx.field(results));
                }
            }
        }
    }
}

/// Reports a violation of the field at a path: the name of a field, or `outer/inner`.
fn report_at(path: &str, kind: ViolationKind, cx: &mut ValidationContext<'_>) {
    match split_outer_and_inner(path) {
        (field, None) => cx.field(field).report(kind),
        (outer, Some(inner)) => cx.field(outer).field(inner).report(kind),
    }
}

/// Checks that the array whose context is `cx` has exactly one result for each object of the array
/// `requested`, with the same `key`.
fn check_results(
    sent: &[Option<Cow<'_, str>>],
    found: &[Option<Cow<'_, str>>],
    (requested, key): (&'static str, &str),
    cx: &mut ValidationContext<'_>,
) {
    let mut unmatched = BTreeMap::<&str, usize>::new();
    for key in sent.iter().flatten() {
        *unmatched.entry(key).or_default() += 1;
    }
    // If the key of an object could not be read, any result may belong to that object.
    let are_known = sent.iter().all(Option::is_some);
    for (index, found) in found.iter().enumerate().filter(|_| are_known) {
        let Some(found) = found else { continue };
        match unmatched.get_mut(&**found) {
            Some(count) if *count > 0 => *count -= 1,
            _ => {
                cx.index(index).field(key).report(ViolationKind::OneOfRequest { array: requested });
            }
        }
    }
    if found.len() < sent.len() {
        let (min_items, items) = (sent.len() as u64, found.len() as u64);
        cx.report(ViolationKind::MinItems { min_items, items });
    }
}
