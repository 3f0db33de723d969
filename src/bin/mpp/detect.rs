//! `--type auto`: determines the type of a document from the names of its fields.

use super::names;
use miniprogram_protocol::Schema;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use std::{collections::BTreeMap, fmt, sync::LazyLock};

/// The value of `--type`.
#[derive(Clone, Copy, Debug)]
pub(crate) enum TypeChoice {
    /// Each document has the type whose required fields it contains.
    Auto,
    Known(&'static Schema),
}

impl TypeChoice {
    /// Parses `auto` or the name of a type, in any case.
    pub(crate) fn parse(name: &str) -> Result<Self, String> {
        if name.eq_ignore_ascii_case("auto") {
            return Ok(Self::Auto);
        }
        names::parse_type(name).map(Self::Known)
    }
}

/// The reason why the type of a document is unknown.
#[derive(Debug)]
pub(crate) enum DetectionError {
    /// The document is not an object, or is malformed.
    NotAnObject,
    /// The message contains only names of types and of their fields.
    Undecided(String),
}

/// A type that can be detected.
#[derive(Debug)]
struct Candidate {
    schema: &'static Schema,
    /// The fields that a document contains, or must contain, as bits in the order of the schema.
    fields: u128,
}

/// The types that can be detected, with their required fields. A type without required fields would
/// match every object.
static TYPES: LazyLock<Vec<Candidate>> = LazyLock::new(|| {
    let required = |schema: &'static Schema| {
        let fields = schema.fields.iter().enumerate().filter(|(_, field)| field.required);
        Candidate { schema, fields: fields.fold(0, |fields, (index, _)| fields | bit(index)) }
    };
    let types = Schema::ALL.iter().map(|schema| required(schema));
    types.filter(|candidate| candidate.fields != 0).collect()
});

/// The fields with each name: their indices in `TYPES` and in the schema.
static FIELDS: LazyLock<BTreeMap<&'static str, Vec<(usize, usize)>>> = LazyLock::new(|| {
    let mut fields: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (type_index, candidate) in TYPES.iter().enumerate() {
        for (field_index, field) in candidate.schema.fields.iter().enumerate() {
            fields.entry(field.name).or_default().push((type_index, field_index));
        }
    }
    fields
});

fn bit(index: usize) -> u128 {
    u32::try_from(index).ok().and_then(|index| 1_u128.checked_shl(index)).unwrap_or_default()
}

/// The maximum number of types in a message.
const MAX_LISTED_TYPES: usize = 5;

/// Returns the type that defines the most fields of a document, if the document contains all fields
/// that the type requires.
///
/// A type that defines fewer fields is not returned: the document is more likely to be an invalid
/// document of the other type.
pub(crate) fn detect(json: &[u8]) -> Result<&'static Schema, DetectionError> {
    let present = fields_in(json).map_err(|_| DetectionError::NotAnObject)?;
    let most = present.iter().map(|fields| fields.count_ones()).max().unwrap_or_default();
    let likely = TYPES.iter().zip(&present).filter(|(_, fields)| fields.count_ones() == most);
    let matches: Vec<_> = likely
        .clone()
        .filter(|(candidate, fields)| candidate.fields & !**fields == 0)
        .map(|(candidate, _)| candidate.schema)
        .collect();
    let message = match &*matches {
        [schema] => return Ok(schema),
        _ if most == 0 => "the document has no field of any type".to_owned(),
        [] => {
            let likely = likely.map(|(candidate, fields)| missing(candidate, *fields));
            let likely: Vec<_> = likely.take(MAX_LISTED_TYPES).collect();
            format!("the document fits no type; {}", likely.join("; "))
        }
        types => {
            let names = types.iter().map(|schema| schema.name);
            let mut names: Vec<_> = names.take(MAX_LISTED_TYPES).collect();
            if types.len() > names.len() {
                names.push("...");
            }
            format!("the type of the document is ambiguous: {}", names.join(", "))
        }
    };
    Err(DetectionError::Undecided(message))
}

/// Returns a phrase that says which required fields of a type are missing.
fn missing(candidate: &Candidate, present: u128) -> String {
    let fields = candidate.schema.fields.iter().enumerate();
    let missing = fields.filter(|(index, _)| candidate.fields & !present & bit(*index) != 0);
    let names: Vec<_> = missing.map(|(_, field)| field.name).collect();
    format!("{} also requires {}", candidate.schema.name, names.join(", "))
}

/// Returns the fields of each type that an object contains.
fn fields_in(json: &[u8]) -> serde_json::Result<Vec<u128>> {
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    let fields = deserializer.deserialize_map(Names)?;
    deserializer.end()?;
    Ok(fields)
}

struct Names;

impl<'de> Visitor<'de> for Names {
    type Value = Vec<u128>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Vec<u128>, A::Error> {
        let mut present = vec![0; TYPES.len()];
        while let Some(fields) = map.next_key_seed(Name)? {
            for (type_index, field_index) in fields {
                if let Some(present) = present.get_mut(*type_index) {
                    *present |= bit(*field_index);
                }
            }
            map.next_value::<IgnoredAny>()?;
        }
        Ok(present)
    }
}

/// A name of a member, which is replaced with the fields that have this name.
struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = &'static [(usize, usize)];

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        // Names with unpaired surrogates are valid JSON, but only readable as bytes.
        deserializer.deserialize_bytes(self)
    }
}

impl Visitor<'_> for Name {
    type Value = &'static [(usize, usize)];

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<Self::Value, E> {
        Ok(FIELDS.get(name).map(Vec::as_slice).unwrap_or_default())
    }

    fn visit_bytes<E: serde::de::Error>(self, name: &[u8]) -> Result<Self::Value, E> {
        self.visit_str(std::str::from_utf8(name).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::{DetectionError, detect};
    use miniprogram_protocol::Schema;

    fn detected(json: &str) -> String {
        match detect(json.as_bytes()) {
            Ok(schema) => schema.name.to_owned(),
            Err(DetectionError::NotAnObject) => "not an object".to_owned(),
            Err(DetectionError::Undecided(message)) => message,
        }
    }

    #[test]
    fn every_type_fits_in_the_bits() {
        assert!(Schema::ALL.iter().all(|schema| schema.fields.len() <= 128));
    }

    #[test]
    fn detects_types_by_their_fields() {
        for (json, expected) in [
            (r#"{"currency":null,"value":{},"x":1}"#, "Amount"),
            (r#"{"curr\u0065ncy":"USD","value":1}"#, "Amount"),
            (r#"{"userId":"1"}"#, "User"),
            (r#"{"messageId":"1","success":true}"#, "MessageSendResult"),
            ("[]", "not an object"),
            (r#"{"currency":1,"value":1"#, "not an object"),
            ("{}", "the document has no field of any type"),
            (r#"{"canary":1,"\ud800":2}"#, "the document has no field of any type"),
            (
                r#"{"currency":"USD","canary":1}"#,
                "the document fits no type; Amount also requires value",
            ),
        ] {
            assert_eq!(detected(json), expected, "{json}");
        }
        let ambiguous = detected(r#"{"result":{}}"#);
        let candidates = "the type of the document is ambiguous: MerchantSyncResponse, \
                          NotifyCardRegistrationResponse, PlatformMessageSendResponse, ";
        assert!(ambiguous.starts_with(candidates), "{ambiguous}");
    }

    #[test]
    fn prefers_types_that_know_more_fields() {
        let order = r#"{"referenceOrderId":"1","orderDescription":"","orderAmount":{},"goods":[]"#;
        let found = detected(&format!("{order},\"merchant\":{{}},\"currency\":1,\"value\":1}}"));
        assert_eq!(found, "Order");
        // The document is an invalid order rather than an amount.
        let found = detected(&format!("{order},\"currency\":1,\"value\":1}}"));
        assert!(found.ends_with("no type; Order also requires merchant"), "{found}");
    }
}
