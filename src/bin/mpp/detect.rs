//! `--type auto`: determines the type of a document from the names of its fields.

use super::names;
use miniprogram_protocol::{
    __private::{Presence, field_presence},
    Policy, Schema,
};
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use std::{collections::BTreeMap, fmt, sync::LazyLock};

/// The value of `--type`.
#[derive(Clone, Copy, Debug)]
pub(crate) enum TypeChoice {
    /// The type of each document is detected from its fields.
    Auto,
    Known(&'static Schema),
}

impl TypeChoice {
    /// Parses `auto` or the name of a type, ignoring case.
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
    /// No type matches the document, or several types match it. The message contains only names of
    /// types and fields.
    Undecided(String),
}

/// The fields of all types by name. A field is represented by the index of its type in
/// `Schema::ALL` and its own index in the schema.
static FIELDS: LazyLock<BTreeMap<&'static str, Vec<(usize, usize)>>> = LazyLock::new(|| {
    let mut fields: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (type_index, schema) in Schema::ALL.iter().enumerate() {
        for (field_index, field) in schema.fields.iter().enumerate() {
            fields.entry(field.name).or_default().push((type_index, field_index));
        }
    }
    fields
});

/// Returns the bit mask for the field at an index.
fn field_bit(index: usize) -> u128 {
    u32::try_from(index).ok().and_then(|index| 1_u128.checked_shl(index)).unwrap_or_default()
}

/// The maximum number of types in a message.
const MAX_LISTED_TYPES: usize = 5;

/// A type that a document may have.
#[derive(Clone, Copy, Debug)]
struct Candidate {
    schema: &'static Schema,
    /// The fields that the type requires under the policy, as bits in the order of the schema.
    required: u128,
    /// A bit set of the fields of the type that are present in the document.
    present: u128,
}

impl Candidate {
    fn new(schema: &'static Schema, present: u128, policy: &Policy) -> Self {
        let mut candidate = Self { schema, required: 0, present };
        for index in 0..schema.fields.len() {
            match field_presence(policy, schema, index) {
                Some(Presence::Required(deviation)) => {
                    if !deviation.is_some_and(|deviation| policy.allows(deviation)) {
                        candidate.required |= field_bit(index);
                    }
                }
                // The edition has no such field.
                Some(Presence::Unknown) => candidate.present &= !field_bit(index),
                Some(Presence::Optional) | None => {}
            }
        }
        candidate
    }

    /// Returns whether the document contains all required fields.
    const fn is_complete(&self) -> bool {
        self.required & !self.present == 0
    }

    /// Returns a phrase that says which required fields are missing.
    fn describe_missing_fields(&self) -> String {
        let fields = self.schema.fields.iter().enumerate();
        let missing =
            fields.filter(|(index, _)| self.required & !self.present & field_bit(*index) != 0);
        let names: Vec<_> = missing.map(|(_, field)| format!("`{}`", field.name)).collect();
        format!("`{}` also requires {}", self.schema.name, names.join(", "))
    }
}

/// Determines the type of a document from its fields. The policy and its edition decide which fields are
/// required. The fields that an edition adds are not considered.
///
/// Among the types with required fields, only the type that defines the most fields of the document
/// is considered. It is returned if the document contains all its required fields. Otherwise, the
/// document is more likely to be an invalid document of this type than a valid document of a type
/// that defines fewer fields. Therefore, another type is returned only if it has no required fields
/// and defines at least as many fields.
pub(crate) fn detect_type(json: &[u8], policy: &Policy) -> Result<&'static Schema, DetectionError> {
    let present = field_masks_by_type(json).map_err(|_| DetectionError::NotAnObject)?;
    let candidates = Schema::ALL.iter().zip(present).filter(|(_, present)| *present != 0);
    let candidates = candidates.map(|(schema, present)| Candidate::new(schema, present, policy));
    let candidates: Vec<_> = candidates.filter(|candidate| candidate.present != 0).collect();
    if candidates.is_empty() {
        let message = "the document has no field of a known type".to_owned();
        return Err(DetectionError::Undecided(message));
    }
    let requires_fields = |candidate: &&Candidate| candidate.required != 0;
    let mut matches = select_likeliest(candidates.iter().filter(requires_fields));
    matches.retain(|candidate| candidate.is_complete());
    let likely = select_likeliest(candidates.iter());
    if matches.is_empty() {
        matches = likely.iter().copied().filter(|candidate| candidate.is_complete()).collect();
    }
    if let [candidate] = &*matches {
        return Ok(candidate.schema);
    }
    let message = if matches.is_empty() {
        let missing = likely.iter().map(|candidate| candidate.describe_missing_fields());
        let missing: Vec<_> = missing.take(MAX_LISTED_TYPES).collect();
        format!("the document matches no type: {}", missing.join("; "))
    } else {
        let names = matches.iter().map(|candidate| format!("`{}`", candidate.schema.name));
        let mut names: Vec<_> = names.take(MAX_LISTED_TYPES).collect();
        if matches.len() > names.len() {
            names.push("...".to_owned());
        }
        format!("the type of the document is ambiguous: {}", names.join(", "))
    };
    Err(DetectionError::Undecided(message))
}

/// Returns the candidates that define the most fields of the document.
fn select_likeliest<'a>(
    candidates: impl Iterator<Item = &'a Candidate> + Clone,
) -> Vec<&'a Candidate> {
    let count = |candidate: &&Candidate| candidate.present.count_ones();
    let most = candidates.clone().map(|candidate| count(&candidate)).max();
    candidates.filter(|candidate| Some(count(candidate)) == most).collect()
}

/// Returns which fields of each type an object contains.
fn field_masks_by_type(json: &[u8]) -> serde_json::Result<Vec<u128>> {
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    let fields = deserializer.deserialize_map(ObjectVisitor)?;
    deserializer.end()?;
    Ok(fields)
}

struct ObjectVisitor;

impl<'de> Visitor<'de> for ObjectVisitor {
    type Value = Vec<u128>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Vec<u128>, A::Error> {
        let mut present = vec![0; Schema::ALL.len()];
        while let Some(fields) = map.next_key_seed(FieldsByNameSeed)? {
            for (type_index, field_index) in fields {
                if let Some(present) = present.get_mut(*type_index) {
                    *present |= field_bit(*field_index);
                }
            }
            map.next_value::<IgnoredAny>()?;
        }
        Ok(present)
    }
}

/// A seed that deserializes the name of a member, and returns the fields with this name.
struct FieldsByNameSeed;

impl<'de> DeserializeSeed<'de> for FieldsByNameSeed {
    type Value = &'static [(usize, usize)];

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        // Names with unpaired surrogates are valid JSON, but can be deserialized only as bytes.
        deserializer.deserialize_bytes(self)
    }
}

impl Visitor<'_> for FieldsByNameSeed {
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
    use super::{DetectionError, detect_type};
    use miniprogram_protocol::{Edition, Policy, Schema};

    fn detected(json: &str) -> String {
        detect_with_policy(&Policy::strict(), json)
    }

    fn detect_with_policy(policy: &Policy, json: &str) -> String {
        match detect_type(json.as_bytes(), policy) {
            Ok(schema) => schema.name.to_owned(),
            Err(DetectionError::NotAnObject) => "not an object".to_owned(),
            Err(DetectionError::Undecided(message)) => message,
        }
    }

    #[test]
    fn every_type_fits_in_the_bit_mask() {
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
            ("{}", "the document has no field of a known type"),
            (r#"{"canary":1,"\ud800":2}"#, "the document has no field of a known type"),
            (
                r#"{"currency":"USD","canary":1}"#,
                "the document matches no type: `Amount` also requires `value`",
            ),
        ] {
            assert_eq!(detected(json), expected, "{json}");
        }
        let ambiguous = detected(r#"{"result":{}}"#);
        let candidates = "the type of the document is ambiguous: `MerchantSyncResponse`, \
                          `NotifyCardRegistrationResponse`, `PlatformMessageSendResponse`, ";
        assert!(ambiguous.starts_with(candidates), "{ambiguous}");
    }

    #[test]
    fn detects_types_without_required_fields() {
        for (json, expected) in [
            (r#"{"storeTerminalId":"1","storeTerminalRequestTime":"2"}"#, "Env"),
            (r#"{"firstName":"1","x":1}"#, "UserName"),
            // A type whose required fields are present is preferred.
            (r#"{"currency":"USD","value":1,"x":2}"#, "Amount"),
        ] {
            assert_eq!(detected(json), expected, "{json}");
        }
        let found = detected(r#"{"city":"a","currency":"USD","orderAmount":1,"goods":1}"#);
        assert!(found.contains("matches no type: `Order` also requires"), "{found}");
        let found = detected(r#"{"extendInfo":""}"#);
        assert!(found.contains("is ambiguous: "), "{found}");
    }

    #[test]
    fn policies_can_make_required_fields_optional() {
        let schema = Schema::by_name("MerchantSyncRequest").unwrap();
        let required = schema.fields.iter().filter(|it| it.required && it.name != "platformId");
        let members: Vec<_> = required.map(|field| format!(r#""{}":1"#, field.name)).collect();
        let json = format!("{{{}}}", members.join(","));
        let found = detected(&json);
        assert!(found.contains("`MerchantSyncRequest` also requires `platformId`"), "{found}");
        assert_eq!(detect_with_policy(&Policy::lenient(), &json), "MerchantSyncRequest");
    }

    #[test]
    fn editions_change_the_fields_of_types() {
        let v1 = Policy::strict().edition(Edition::V1);
        let json = r#"{"productCode":"1","paymentRequestId":"1","paymentAmount":{}}"#;
        let found = detected(json);
        assert!(found.contains("`PayRequest` also requires `appId`"), "{found}");
        assert_eq!(detect_with_policy(&v1, json), "PayRequest");
        let found = detect_with_policy(&v1, r#"{"paymentFactor":{}}"#);
        assert_eq!(found, "the document has no field of a known type");
    }

    #[test]
    fn prefers_types_that_define_more_fields() {
        let order = r#"{"referenceOrderId":"1","orderDescription":"","orderAmount":{},"goods":[]"#;
        let found = detected(&format!("{order},\"merchant\":{{}},\"currency\":1,\"value\":1}}"));
        assert_eq!(found, "Order");
        // The document is an invalid order rather than an amount.
        let found = detected(&format!("{order},\"currency\":1,\"value\":1}}"));
        assert!(
            found.ends_with("the document matches no type: `Order` also requires `merchant`"),
            "{found}"
        );
    }
}
