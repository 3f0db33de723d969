//! Construction of schemas in const contexts, so that an invalid schema is a compile error.

use super::{
    Confidence, CrossFieldRule, Deviation, EnumSchema, Field, IntegerConstraints, Schema,
    SourceDocument, StringType, ValueType, cross_field_rule::refers_to_unknown_field, is_equal,
    reads_value_of,
};

/// A function that adds the JSON Schema of a table to a generator and returns a reference to it.
#[cfg(feature = "schemars")]
pub(crate) type SubschemaFn = fn(&mut schemars::SchemaGenerator) -> schemars::Schema;

/// A placeholder, because the feature `schemars` is off.
#[cfg(not(feature = "schemars"))]
pub(crate) type SubschemaFn = ();

/// The parts from which a [`Schema`] is built.
#[allow(missing_docs, reason = "each field is documented on the type that is built from the parts")]
#[derive(Debug)]
pub struct SchemaParts {
    pub name: &'static str,
    pub type_path: &'static str,
    pub docs: &'static str,
    /// The source document, and the confidence in it.
    pub source: (SourceDocument, Option<Confidence>),
    pub fields: &'static [Field],
    pub cross_field_rules: &'static [CrossFieldRule],
    pub subschema: SubschemaFn,
}

/// Returns the documentation of an item, or an empty string if the library is compiled without
/// documentation.
const fn docs_or_empty(docs: &'static str) -> &'static str {
    if cfg!(miniprogram_protocol_without_docs) { "" } else { docs }
}

/// Returns the schema with the given parts.
#[must_use]
pub const fn schema(parts: SchemaParts) -> Schema {
    let SchemaParts { fields, cross_field_rules, .. } = parts;
    assert!(!has_duplicate(fields), "two fields have the same JSON name");
    assert!(
        !refers_to_unknown_field(cross_field_rules, fields),
        "a cross-field rule names a field that the type does not have"
    );
    Schema {
        name: parts.name,
        type_path: parts.type_path,
        docs: docs_or_empty(parts.docs),
        source: parts.source.0,
        confidence: parts.source.1,
        fields,
        cross_field_rules,
        required: required_bits(fields),
        operands: operand_bits(fields, cross_field_rules),
        subschema: parts.subschema,
    }
}

/// The parts of a [`Field`].
#[allow(missing_docs, reason = "each field is documented on the type that is built from the parts")]
#[derive(Debug)]
pub struct FieldParts {
    pub name: &'static str,
    pub json_prefix: &'static str,
    pub docs: &'static str,
    pub required: bool,
    pub absence_deviation: Option<Deviation>,
    pub sensitive: bool,
    pub value_type: ValueType,
}

/// Returns the field with the given parts.
#[must_use]
pub const fn field(parts: FieldParts) -> Field {
    assert!(has_valid_limits(parts.value_type), "the minimum of a field exceeds its maximum");
    assert!(
        needs_no_escaping(parts.name),
        "a JSON name contains a quotation mark, a backslash or a control character"
    );
    Field {
        name: parts.name,
        json_prefix: parts.json_prefix,
        docs: docs_or_empty(parts.docs),
        required: parts.required,
        absence_deviation: parts.absence_deviation,
        sensitive: parts.sensitive,
        value_type: parts.value_type,
    }
}

/// The parts of an [`EnumSchema`].
#[allow(missing_docs, reason = "each field is documented on the type that is built from the parts")]
#[derive(Debug)]
pub struct EnumParts {
    pub name: &'static str,
    pub docs: &'static str,
    pub values: &'static [&'static str],
    pub value_docs: &'static [&'static str],
    pub open: bool,
    pub subschema: SubschemaFn,
}

/// Returns the enum with the given parts.
#[must_use]
pub const fn enum_schema(parts: EnumParts) -> EnumSchema {
    let EnumParts { name, values, open, subschema, .. } = parts;
    assert!(!has_duplicate_string(values), "two variants have the same JSON value");
    let value_docs = if cfg!(miniprogram_protocol_without_docs) { &[] } else { parts.value_docs };
    EnumSchema { name, docs: docs_or_empty(parts.docs), values, value_docs, open, subschema }
}

/// Returns whether a name needs no escaping in JSON, as [`Field::json_prefix`] assumes.
const fn needs_no_escaping(name: &str) -> bool {
    let mut bytes = name.as_bytes();
    while let Some((byte, rest)) = bytes.split_first() {
        if matches!(byte, b'"' | b'\\' | 0..=0x1f) {
            return false;
        }
        bytes = rest;
    }
    true
}

/// Returns whether the minimum, if any, does not exceed the maximum.
const fn has_valid_limits(value_type: ValueType) -> bool {
    match value_type {
        ValueType::Integer(IntegerConstraints { minimum, maximum, .. }) => minimum <= maximum,
        _ => match value_type.string_type() {
            Some(StringType { constraints, .. }) => match constraints.max_length {
                Some(max_length) => constraints.min_length <= max_length,
                None => true,
            },
            None => true,
        },
    }
}

const fn has_duplicate(mut fields: &[Field]) -> bool {
    while let Some((field, mut others)) = fields.split_first() {
        fields = others;
        while let Some((other, rest)) = others.split_first() {
            if is_equal(field.name, other.name) {
                return true;
            }
            others = rest;
        }
    }
    false
}

const fn has_duplicate_string(mut strings: &[&str]) -> bool {
    while let Some((string, mut others)) = strings.split_first() {
        strings = others;
        while let Some((other, rest)) = others.split_first() {
            if is_equal(string, other) {
                return true;
            }
            others = rest;
        }
    }
    false
}

/// The maximum number of fields in a schema, which is the number of bits in a bit mask.
const MAX_FIELDS: usize = u32::BITS as usize;

/// Returns the bit mask of the required fields.
pub(super) const fn required_bits(mut fields: &[Field]) -> u32 {
    assert!(fields.len() <= MAX_FIELDS, "a schema has at most 32 fields");
    let mut bits = 0;
    while let Some((field, before)) = fields.split_last() {
        bits = 2 * bits + field.required as u32;
        fields = before;
    }
    bits
}

/// Returns the bit mask of the operands: the fields whose value a cross-field rule reads, and the
/// objects that expose one of their fields to a rule.
pub(super) const fn operand_bits(mut fields: &[Field], rules: &[CrossFieldRule]) -> u32 {
    let mut bits = 0;
    while let Some((field, before)) = fields.split_last() {
        let is_exposed = match field.value_type {
            ValueType::Object(_, constraints) => constraints.exposed_field.is_some(),
            _ => false,
        };
        bits = 2 * bits + (is_exposed || reads_value_of(rules, field.name)) as u32;
        fields = before;
    }
    bits
}

#[cfg(test)]
mod tests {
    use super::{
        EnumParts, Field, FieldParts, Schema, SchemaParts, enum_schema, has_duplicate,
        has_valid_limits, needs_no_escaping, operand_bits, required_bits, schema,
    };

    fn field(schema: &str, name: &str) -> Field {
        *Schema::by_name(schema).unwrap().field(name).unwrap()
    }

    #[test]
    fn sets_a_bit_per_required_field() {
        for schema in Schema::ALL {
            assert_eq!(schema.required, required_bits(schema.fields), "{}", schema.name);
            for (index, field) in schema.fields.iter().enumerate() {
                let is_required = schema.required & (1 << index) != 0;
                assert_eq!(is_required, field.required, "{}.{}", schema.name, field.name);
            }
        }
    }

    #[test]
    fn rebuilds_schemas_from_their_parts() {
        for original in Schema::ALL {
            let parts = SchemaParts {
                name: original.name,
                type_path: original.type_path,
                docs: original.docs,
                source: (original.source, original.confidence),
                fields: original.fields,
                cross_field_rules: original.cross_field_rules,
                subschema: original.subschema,
            };
            let rebuilt = schema(parts);
            assert_eq!(rebuilt, **original);
            assert_eq!(rebuilt.required, original.required, "{}", original.name);
            assert_eq!(rebuilt.operands, original.operands, "{}", original.name);
        }
        for original in Schema::ALL.iter().flat_map(|schema| schema.fields) {
            let parts = FieldParts {
                name: original.name,
                json_prefix: original.json_prefix,
                docs: original.docs,
                required: original.required,
                absence_deviation: original.absence_deviation,
                sensitive: original.sensitive,
                value_type: original.value_type,
            };
            assert_eq!(super::field(parts), *original);
        }
    }

    #[test]
    fn finds_limits_that_exclude_every_value() {
        use crate::{read::FieldValue, schema::*};
        let string = StringConstraints::UNCONSTRAINED;
        let integer = IntegerConstraints::UNCONSTRAINED;
        for (value_type, is_valid) in [
            (integer.range(1, 1).constrain(i64::VALUE_TYPE), true),
            (integer.range(1, 0).constrain(i64::VALUE_TYPE), false),
            (string.min_length(2).constrain(String::VALUE_TYPE), true),
            (string.min_length(2).max_length(2).constrain(String::VALUE_TYPE), true),
            (string.min_length(2).max_length(1).constrain(String::VALUE_TYPE), false),
            (bool::VALUE_TYPE, true),
        ] {
            assert_eq!(has_valid_limits(value_type), is_valid, "{value_type:?}");
        }
    }

    #[test]
    #[should_panic(expected = "two variants have the same JSON value")]
    fn rejects_enums_with_duplicate_values() {
        let subschema = Schema::ALL[0].subschema;
        let parts = |values| EnumParts {
            name: "",
            docs: "",
            values,
            value_docs: &[],
            open: true,
            subschema,
        };
        assert_eq!(enum_schema(parts(&["A", "B"])).values.len(), 2);
        let _ = enum_schema(parts(&["A", "B", "A"]));
    }

    #[test]
    fn finds_names_that_need_escaping() {
        for name in ["", "orderId", "a/b~", "ключ", "\u{7f}"] {
            assert!(needs_no_escaping(name), "{name}");
        }
        for name in ["\"", "a\"b", "\\", "\n", "\u{1f}"] {
            assert!(!needs_no_escaping(name), "{name:?}");
        }
    }

    #[test]
    fn finds_duplicate_names() {
        let (system, terminal) = (field("Env", "osType"), field("Env", "terminalType"));
        assert!(!has_duplicate(&[]));
        assert!(!has_duplicate(&[system, terminal]));
        assert!(has_duplicate(&[terminal, system, terminal]));
    }

    #[test]
    #[should_panic(expected = "a schema has at most 32 fields")]
    fn rejects_schemas_with_33_fields() {
        let optional = field("Env", "osType");
        assert_eq!(required_bits(&[optional; 32]), 0);
        required_bits(&[optional; 33]);
    }

    #[test]
    fn sets_a_bit_per_rule_operand() {
        for (name, operands) in [
            ("Address", &[][..]),
            ("MessageSendResult", &["success"]),
            ("ContactInfo", &["contactType", "contactNo"]),
            ("PlatformMessageSendResponse", &["result"]),
        ] {
            let schema = Schema::by_name(name).unwrap();
            let bits = operand_bits(schema.fields, schema.cross_field_rules);
            assert_eq!(schema.operands, bits, "{name}");
            let fields = schema.fields.iter().enumerate();
            let fields = fields.filter(|(index, _)| bits & (1 << index) != 0);
            assert!(fields.map(|(_, field)| field.name).eq(operands.iter().copied()), "{name}");
        }
    }
}
