//! Deserialization of violations, for example from the report of a server.

use super::{ParamValue, Violation, ViolationKind, Violations, pointer};
use crate::{
    json::{JsonText, Lexer, Number, SkippedValue},
    schema::{Format, JsonType},
};
use serde::de::{self, Deserialize, Deserializer, Error as _, SeqAccess, Visitor};
use std::{borrow::Cow, fmt};

/// The maximum length in bytes of the JSON of one violation.
const MAX_VIOLATION_BYTES: usize = 65_536;

/// The maximum number of violations that are kept from one report.
const MAX_VIOLATIONS: usize = 10_000;

/// The names of the members of a serialized violation, in order.
const VIOLATION_MEMBERS: [&str; 4] = ["path", "code", "message", "params"];

/// The names and values of parameters, in the order in which they appear in the JSON.
type DeserializedParams = Box<[(Box<str>, ParamValue<'static>)]>;

/// The code, message and parameters of a violation that was read from JSON and whose kind does not
/// determine them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct DeserializedConstraint {
    pub(super) kind: ViolationKind,
    pub(super) code: Box<str>,
    pub(super) message: Box<str>,
    pub(super) params: DeserializedParams,
}

/// A violation that was read from JSON and whose kind has not been determined.
#[derive(Debug)]
pub(crate) struct UnresolvedViolation {
    path: Box<str>,
    /// The violated constraint. Its kind is [`ViolationKind::Other`] until it is determined.
    constraint: DeserializedConstraint,
}

impl UnresolvedViolation {
    /// Reads the members `path`, `code`, `message` and `params`, and ignores others.
    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Self, D::Error> {
        let json = JsonText::deserialize(deserializer)?;
        Self::parse(json.as_str()).map_err(D::Error::custom)
    }

    fn parse(json: &str) -> Result<Self, &'static str> {
        if json.len() > MAX_VIOLATION_BYTES {
            return Err("a violation must be at most 65536 bytes");
        }
        let found = match parse_array(json) {
            // Formats such as MessagePack write structs as arrays.
            Some(elements) => {
                VIOLATION_MEMBERS.into_iter().map(Cow::Borrowed).zip(elements).collect()
            }
            None => parse_object(json).ok_or("a violation must be an object")?,
        };
        let [path, code, message, params] = VIOLATION_MEMBERS
            .map(|name| found.iter().find_map(|(found, value)| (found == name).then_some(*value)));
        let path = path.and_then(parse_string).filter(|path| pointer::is_valid(path));
        let constraint = DeserializedConstraint {
            kind: ViolationKind::Other,
            code: code.and_then(parse_string).ok_or("`code` must be a string")?.into(),
            message: message.and_then(parse_string).ok_or("`message` must be a string")?.into(),
            params: parse_params(params.unwrap_or("{}")).ok_or("`params` must be an object")?,
        };
        Ok(Self { path: path.ok_or("`path` must be a JSON Pointer")?.into(), constraint })
    }

    /// Determines the kind of the violation. `static_violation_kinds` are the kinds that contain
    /// static data.
    pub(crate) fn resolve(
        self,
        static_violation_kinds: impl Iterator<Item = ViolationKind>,
    ) -> Violation {
        let Self { path, mut constraint } = self;
        let kind = constraint
            .kind_from_code_and_params()
            .or_else(|| constraint.find_kind(static_violation_kinds))
            .unwrap_or(ViolationKind::Other);
        if constraint.has_code_and_params(&kind) && kind.to_string() == *constraint.message {
            return Violation::new(path, kind);
        }
        constraint.kind = kind;
        Violation::from_deserialized(path, constraint)
    }
}

impl DeserializedConstraint {
    fn param(&self, name: &str) -> Option<&ParamValue<'static>> {
        self.params.iter().find_map(|(found, value)| (**found == *name).then_some(value))
    }

    fn integer<T: TryFrom<i128>>(&self, name: &str) -> Option<T> {
        let Some(ParamValue::Integer(integer)) = self.param(name) else { return None };
        T::try_from(*integer).ok()
    }

    fn string(&self, name: &str) -> Option<&str> {
        let Some(ParamValue::String(string)) = self.param(name) else { return None };
        Some(string)
    }

    fn json_type(&self, name: &str) -> Option<JsonType> {
        let name = self.string(name)?;
        JsonType::ALL.iter().copied().find(|json_type| json_type.name() == name)
    }

    fn format(&self) -> Option<Format> {
        let name = self.string("format")?;
        Format::ALL.iter().copied().find(|format| format.name() == name)
    }

    fn character(&self) -> Option<char> {
        let mut characters = self.string("character")?.chars();
        let first = characters.next()?;
        characters.next().is_none().then_some(first)
    }

    /// Returns the kind, unless it is unknown or contains static data.
    fn kind_from_code_and_params(&self) -> Option<ViolationKind> {
        use ViolationKind as Kind;
        Some(match &*self.code {
            "required" => Kind::Required,
            "type" => {
                let (expected, found) = (self.json_type("expected")?, self.json_type("found")?);
                Kind::Type { expected, found }
            }
            "enum" if self.params.is_empty() => Kind::PolicyEnum,
            "pattern" => Kind::Pattern,
            "minLength" => {
                let (min_length, length) = (self.integer("minLength")?, self.integer("length")?);
                Kind::MinLength { min_length, length }
            }
            "maxLength" => {
                let (max_length, length) = (self.integer("maxLength")?, self.integer("length")?);
                Kind::MaxLength { max_length, length }
            }
            "minimum" => Kind::Minimum { minimum: self.integer("minimum")? },
            "maximum" => Kind::Maximum { maximum: self.integer("maximum")? },
            "minItems" => {
                let (min_items, items) = (self.integer("minItems")?, self.integer("items")?);
                Kind::MinItems { min_items, items }
            }
            "maxItems" => {
                let (max_items, items) = (self.integer("maxItems")?, self.integer("items")?);
                Kind::MaxItems { max_items, items }
            }
            "format" => Kind::Format { format: self.format()? },
            "forbiddenCharacter" => Kind::ForbiddenCharacter { character: self.character()? },
            "duplicate" => Kind::Duplicate,
            "additionalProperties" => Kind::AdditionalProperties,
            "maxProperties" => Kind::MaxProperties {
                max_properties: self.integer("maxProperties")?,
                properties: self.integer("properties")?,
            },
            "maxBytes" => {
                let (max_bytes, bytes) = (self.integer("maxBytes")?, self.integer("bytes")?);
                Kind::MaxBytes { max_bytes, bytes }
            }
            "tooMany" => Kind::Truncated { max_violations: self.integer("maxViolations")? },
            _ => return None,
        })
    }

    fn find_kind(&self, mut kinds: impl Iterator<Item = ViolationKind>) -> Option<ViolationKind> {
        kinds.find(|kind| {
            // Only the message contains the value of the other field that makes this field
            // required.
            let needs_message = matches!(kind, ViolationKind::DependentRequired { .. });
            self.has_code_and_params(kind) && (!needs_message || kind.to_string() == *self.message)
        })
    }

    /// Returns whether the kind has this code and these parameters, in any order.
    fn has_code_and_params(&self, kind: &ViolationKind) -> bool {
        if kind.code() != &*self.code {
            return false;
        }
        let params = kind.params();
        params.len() == self.params.len()
            && params.iter().all(|(name, value)| self.param(name) == Some(value))
    }
}

/// Reads up to 10,000 violations. If there are more, a final violation marks the report as
/// truncated.
impl<'de> Deserialize<'de> for Violations {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(ViolationsVisitor)
    }
}

struct ViolationsVisitor;

impl<'de> Visitor<'de> for ViolationsVisitor {
    type Value = Violations;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of at least one violation")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<Violations, A::Error> {
        let mut violations = Vec::new();
        while violations.len() < MAX_VIOLATIONS {
            match array.next_element::<Violation>()? {
                Some(violation) => violations.push(violation),
                None if violations.is_empty() => {
                    return Err(de::Error::invalid_length(0, &self));
                }
                None => return Ok(Violations::new(violations)),
            }
        }
        let mut is_truncated = false;
        while array.next_element::<SkippedValue>()?.is_some() {
            is_truncated = true;
        }
        if is_truncated {
            let max_violations = MAX_VIOLATIONS as u64;
            violations.push(Violation::new("", ViolationKind::Truncated { max_violations }));
        }
        Ok(Violations::new(violations))
    }
}

/// Returns a lexer that has consumed the opening bracket or brace of a value, or `None` if the
/// value does not start with `bracket`.
fn lexer_inside(json: &str, bracket: u8) -> Option<Lexer<'_>> {
    let mut lexer = Lexer::new(json);
    if lexer.peek_value_start().ok()? != bracket {
        return None;
    }
    lexer.enter().ok()?;
    Some(lexer)
}

/// Returns the names and values of the members of an object, or `None` if the JSON is not an
/// object.
fn parse_object(json: &str) -> Option<Vec<(Cow<'_, str>, &str)>> {
    let mut lexer = lexer_inside(json, b'{')?;
    let (mut members, mut first) = (Vec::new(), true);
    while lexer.advance_to_member(&mut first).ok()? {
        let name = lexer.read_string().ok()?.into_cow();
        lexer.expect_colon().ok()?;
        members.push((name, lexer.read_raw_value().ok()?));
    }
    Some(members)
}

/// Returns the elements of an array, or `None` if the JSON is not an array.
fn parse_array(json: &str) -> Option<Vec<&str>> {
    let mut lexer = lexer_inside(json, b'[')?;
    let (mut elements, mut first) = (Vec::new(), true);
    while lexer.advance_to_element(&mut first).ok()? {
        elements.push(lexer.read_raw_value().ok()?);
    }
    Some(elements)
}

/// Returns the unescaped string, or `None` if the JSON is not a string.
fn parse_string(json: &str) -> Option<Cow<'_, str>> {
    let mut lexer = Lexer::new(json);
    if lexer.peek_value_start().ok()? != b'"' {
        return None;
    }
    Some(lexer.read_string().ok()?.into_cow())
}

fn parse_params(json: &str) -> Option<DeserializedParams> {
    let members = parse_object(json)?.into_iter();
    Some(members.map(|(name, value)| (name.into(), ParamValue::from_valid_json(value))).collect())
}

impl ParamValue<'static> {
    fn from_valid_json(json: &str) -> Self {
        let owned = |string: Cow<'_, str>| Cow::Owned(string.into_owned());
        let value = match json.as_bytes().first() {
            Some(b'"') => parse_string(json).map(|string| Self::String(owned(string))),
            Some(b'[') => parse_array(json).and_then(|elements| {
                let strings = elements.into_iter().map(|element| parse_string(element).map(owned));
                strings.collect::<Option<_>>().map(Self::List)
            }),
            Some(b'-' | b'0'..=b'9') => match Lexer::new(json).read_number() {
                Ok(Number::Unsigned(number)) => Some(Self::Integer(number.into())),
                Ok(Number::Negative(number)) => Some(Self::Integer(number.into())),
                _ => None,
            },
            _ => None,
        };
        value.unwrap_or_else(|| Self::Json(Cow::Owned(JsonText::from_valid(json))))
    }
}
