//! Generation of objects that satisfy their cross-field rules.

use super::{
    RawDocument,
    string::{candidates, character},
    value::{any_json, fits_depth, value},
};
use crate::{
    policy::{EffectiveField, Policy, UnknownFieldPolicy},
    schema::{Constant, CrossFieldRule, Requirement, Schema, split_outer_and_inner},
    validate::EffectiveString,
};
use proptest::{
    collection::vec,
    option::weighted,
    prelude::{BoxedStrategy, Just, Strategy, any, prop_oneof},
    sample::select,
    strategy::Union,
};
use serde_json::Value;
use std::collections::BTreeMap;

/// The presence of a field in a generated object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Presence {
    Present,
    Null,
    Absent,
}

/// Generates valid objects of a schema, with at most `max_depth` levels of arrays and objects,
/// including the object itself. The objects also satisfy `field_rules`, the cross-field rules of
/// the field that contains the object.
pub(super) fn object(
    schema: &'static Schema,
    field_rules: &'static [CrossFieldRule],
    policy: &Policy,
    max_depth: u8,
) -> BoxedStrategy<RawDocument> {
    let max_depth = max_depth.saturating_sub(1);
    let fields: Vec<_> = policy
        .fields(schema)
        .map(|effective| {
            if fits_depth(effective.value_type, max_depth, policy) {
                let value = value(effective.value_type, policy, max_depth);
                (presence(effective), value)
            } else {
                let null = Just(RawDocument::Value(Value::Null)).boxed();
                (prop_oneof![Just(Presence::Null), Just(Presence::Absent)].boxed(), null)
            }
        })
        .collect();
    let rules: Vec<_> = schema.cross_field_rules.iter().chain(field_rules).collect();
    let candidates: Vec<_> =
        rules.iter().map(|rule| key_candidates(rule, schema, policy)).collect();
    // Most objects have their fields in schema order, as in most real documents.
    let order = weighted(0.25, vec(any::<u8>(), 8));
    let unknown = unknown_fields(schema, policy, max_depth);
    let policy = policy.clone();
    (fields, candidates, unknown, order)
        .prop_map(move |(fields, candidates, unknown, order)| {
            let known = policy.fields(schema).collect();
            let mut draft = ObjectDraft { schema, known, fields, policy: &policy };
            for (rule, candidates) in rules.iter().zip(candidates) {
                draft.satisfy_rule(rule, &candidates);
            }
            let mut fields: Vec<_> = draft.into_fields().chain(unknown).collect();
            if let Some(order) = order {
                shuffle(&mut fields, &order);
            }
            RawDocument::Object(fields)
        })
        .boxed()
}

fn presence(field: EffectiveField) -> BoxedStrategy<Presence> {
    if field.required {
        return Just(Presence::Present).boxed();
    }
    prop_oneof![
        6 => Just(Presence::Present),
        1 => Just(Presence::Null),
        3 => Just(Presence::Absent),
    ]
    .boxed()
}

/// Generates candidate strings for the field of a `FormatIf` rule or the key of a `ValueByKey`
/// rule. For other kinds of rules, the list of candidates is empty.
fn key_candidates(
    rule: &CrossFieldRule,
    schema: &'static Schema,
    policy: &Policy,
) -> BoxedStrategy<Vec<String>> {
    let (field, format) = match *rule {
        CrossFieldRule::FormatIf { field, format, .. } => (field, format),
        CrossFieldRule::ValueByKey { values, .. } => return at_most_one_key(values),
        _ => return Just(Vec::new()).boxed(),
    };
    let effective = effective_string(field, schema, policy);
    effective.map_or_else(|| Just(Vec::new()).boxed(), |effective| candidates(format, &effective))
}

/// Generates one of the keys, or none. The keys are chosen so that all of their values are equally
/// frequent.
fn at_most_one_key(pairs: &'static [(&'static str, &'static str)]) -> BoxedStrategy<Vec<String>> {
    let mut by_value = BTreeMap::<_, Vec<_>>::new();
    for (key, value) in pairs {
        by_value.entry(*value).or_default().push(vec![(*key).to_owned()]);
    }
    if by_value.is_empty() {
        return Just(Vec::new()).boxed();
    }
    let keys = Union::new(by_value.into_values().map(select));
    prop_oneof![3 => keys, 1 => Just(Vec::new())].boxed()
}

fn effective_string(name: &str, schema: &Schema, policy: &Policy) -> Option<EffectiveString> {
    let string_type = policy.field_type(schema, name)?.string_type()?;
    Some(EffectiveString::new(string_type, policy))
}

/// Shuffles fields. `numbers` contains random numbers.
fn shuffle(fields: &mut [(String, RawDocument)], numbers: &[u8]) {
    for (last, number) in (0..fields.len()).rev().zip(numbers.iter().cycle()) {
        #[expect(clippy::disallowed_methods, reason = "both indices are at most `last`")]
        fields.swap(last, usize::from(*number) % (last + 1));
    }
}

/// A generated object that may still violate cross-field rules. Absent fields also have a value, in
/// case a rule requires them.
struct ObjectDraft<'a> {
    schema: &'static Schema,
    /// The fields of the schema under the policy.
    known: Vec<EffectiveField>,
    /// The generated fields, in the same order.
    fields: Vec<(Presence, RawDocument)>,
    policy: &'a Policy,
}

impl ObjectDraft<'_> {
    fn index_of(&self, name: &str) -> Option<usize> {
        self.known.iter().position(|known| known.field.name == name)
    }

    fn change_field(&mut self, name: &str, change: impl FnOnce(&mut (Presence, RawDocument))) {
        let index = self.index_of(name);
        if let Some(field) = index.and_then(|index| self.fields.get_mut(index)) {
            change(field);
        }
    }

    /// Returns the value of a field, if the field is present.
    fn value(&self, name: &str) -> Option<&RawDocument> {
        let (presence, value) = self.fields.get(self.index_of(name)?)?;
        (*presence == Presence::Present).then_some(value)
    }

    fn has_field(&self, name: &str) -> bool {
        self.value(name).is_some()
    }

    fn has_value(&self, path: &str, expected: Constant) -> bool {
        let (outer, inner) = split_outer_and_inner(path);
        self.value(outer).is_some_and(|outer| match inner {
            None => outer.equals(expected),
            Some(inner) => outer.has_value(inner, expected),
        })
    }

    fn add_field(&mut self, name: &str) {
        self.change_field(name, |(presence, _)| *presence = Presence::Present);
    }

    fn set_field(&mut self, name: &str, string: &str) {
        self.change_field(name, |field| *field = (Presence::Present, Value::from(string).into()));
    }

    fn accepts(&self, field: &str, value: &str) -> bool {
        let effective = effective_string(field, self.schema, self.policy);
        effective.is_some_and(|effective| effective.accepts(value))
    }

    /// Changes the fields so that they satisfy a cross-field rule. If the rule requires a format,
    /// uses one of the candidates.
    fn satisfy_rule(&mut self, rule: &'static CrossFieldRule, candidates: &[String]) {
        if let (CrossFieldRule::ValueByKey { key, .. }, [candidate]) = (rule, candidates) {
            if self.has_field(key) && self.accepts(key, candidate) {
                self.set_field(key, candidate);
            }
        }
        let requirement = rule
            .requirement(|field| self.has_field(field), |path, value| self.has_value(path, value));
        match requirement {
            Some(Requirement::AllOf(fields)) => {
                for field in fields {
                    self.add_field(field);
                }
            }
            Some(Requirement::AtLeastOneOf(fields)) => {
                if let ([first, ..], false) =
                    (fields, fields.iter().any(|field| self.has_field(field)))
                {
                    self.add_field(first);
                }
            }
            Some(Requirement::Format { field, format, when, is }) => {
                let mut candidates = candidates.iter();
                let is_valid =
                    |string: &&String| format.matches(string) && self.accepts(field, string);
                match candidates.find(is_valid) {
                    Some(string) => self.set_field(field, string),
                    None => self.avoid_value(when, is),
                }
            }
            Some(Requirement::Value { field, value, when, is }) => {
                if self.accepts(field, value) {
                    self.set_field(field, value);
                } else {
                    self.avoid_value(when, is);
                }
            }
            None => {}
        }
    }

    /// Changes the field `when` so that it does not have the value `is`, which would trigger a
    /// rule.
    fn avoid_value(&mut self, when: &str, is: &str) {
        let Some(known) = self.index_of(when).and_then(|index| self.known.get(index)) else {
            return;
        };
        if !known.required {
            self.change_field(when, |(presence, _)| *presence = Presence::Absent);
        } else if let Some(schema) = known.field.value_type.enum_schema() {
            let mut others = schema.values.iter().filter(|value| **value != is);
            if let Some(other) = others.find(|other| self.accepts(when, other)) {
                self.set_field(when, other);
            }
        }
    }

    fn into_fields(self) -> impl Iterator<Item = (String, RawDocument)> {
        self.known.into_iter().zip(self.fields).filter_map(|(known, (presence, value))| {
            let value = match presence {
                Presence::Present => value,
                Presence::Null => Value::Null.into(),
                Presence::Absent => return None,
            };
            Some((known.field.name.to_owned(), value))
        })
    }
}

/// Generates unknown fields that the policy accepts.
fn unknown_fields(
    schema: &'static Schema,
    policy: &Policy,
    max_depth: u8,
) -> BoxedStrategy<Vec<(String, RawDocument)>> {
    let (max_fields, duplicates_allowed) = match policy.unknown_field_policy() {
        UnknownFieldPolicy::Keep => (policy.unknown_fields_limit(), false),
        UnknownFieldPolicy::Ignore => (usize::MAX, true),
        UnknownFieldPolicy::Reject => return Just(Vec::new()).boxed(),
    };
    let name =
        prop_oneof![3 => "[a-z]{1,8}", 1 => vec(character(), 0..8).prop_map(String::from_iter)];
    let known: Vec<_> = schema.fields.iter().map(|field| field.name.to_owned()).collect();
    let added = policy.fields(schema).map(|known| known.field.name.to_owned());
    let known: Vec<_> = known.into_iter().chain(added).collect();
    let fields = vec((name, any_json(max_depth)), 0..3).prop_map(move |fields| {
        let mut names = known.clone();
        let mut is_new = |name: &str| {
            let is_new = !names.iter().any(|known| known == name);
            names.push(name.to_owned());
            is_new
        };
        let fields = fields.into_iter().filter(|(name, _)| is_new(name)).take(max_fields);
        let mut fields: Vec<_> = fields.map(|(name, value)| (name, value.into())).collect();
        fields.extend(fields.first().filter(|_| duplicates_allowed).cloned());
        fields
    });
    prop_oneof![3 => Just(Vec::new()), 1 => fields].boxed()
}
