//! Tests types that an application declares with `protocol_type!`: custom formats, and their names
//! in policy files.

#![cfg(all(
    feature = "arbitrary",
    feature = "json-schema",
    feature = "policy-file",
    feature = "proptest"
))]
#![allow(clippy::unwrap_used, reason = "tests may panic")]

use arbitrary::Unstructured;
use equal_names::{Cart, shop};
use miniprogram_protocol::{
    CustomFormat, FieldLimits, Format, Policy, ProtocolType, Valid, Validate, ViolationKind,
    check_json_with,
    dictionary::{Amount, Env},
    export::{json_schema, typescript},
    from_json, from_json_with, generate, protocol_type,
    schema::{Constant, CrossFieldRule},
};
use proptest::{
    strategy::{Strategy as _, ValueTree as _},
    test_runner::{Config, TestRunner},
};
use serde_json::{Value, json};

static EVEN_LENGTH: CustomFormat =
    CustomFormat::new("even-length", "a string of even length", |string| string.len() % 2 == 0)
        .samples(&["", "ab", "abcdefgh"])
        .near_misses(&["a", "abc"]);
static NOT_MINUS: CustomFormat =
    CustomFormat::new("anything", "anything but a minus sign", |string| string != "-")
        .samples(&["anything"]);

protocol_type! {
    /// A string of even length.
    pub struct EvenLength(String): Format::Custom(&EVEN_LENGTH);
}

protocol_type! {
    /// A string whose format has no near misses.
    pub struct NotMinus(String): Format::Custom(&NOT_MINUS), sensitive;
}

protocol_type! {
    /// A nested table.
    pub struct Inner {
        /// A string.
        text: EvenLength as "text", required, max_length(4).no_special_characters();
    }
}

protocol_type! {
    /// A table.
    struct Outer {
        /// The nested tables.
        inner: Vec<Inner> as "inner", required;

        /// A string whose format has no near misses.
        bare: NotMinus as "bare", optional;
    }
}

const EVEN_OR_ODD: CrossFieldRule = CrossFieldRule::AtLeastOneOf(&["even", "odd"]);

const fn required_if_even(field: &'static str, even: &'static str) -> CrossFieldRule {
    CrossFieldRule::RequiredIf { field, when: "even", is: Constant::String(even) }
}

protocol_type! {
    /// A type whose cross-field rules are not literals.
    pub struct Parity {
        /// An even number.
        even: String as "even", optional;

        /// An odd number.
        odd: String as "odd", optional;
    }
    cross_field_rules: EVEN_OR_ODD, required_if_even("odd", "2");
}

#[test]
fn cross_field_rules_can_be_expressions() {
    for (json, expected) in [
        ("{}", Some("the value must have at least one of even, odd")),
        (r#"{"even": "2"}"#, Some("/odd is required when even is 2")),
        (r#"{"even": "4"}"#, None),
    ] {
        let error = from_json::<Parity>(json.as_bytes()).err().map(|error| error.to_string());
        assert_eq!(error.as_deref(), expected, "{json}");
    }
}

#[test]
fn distinguishes_local_types_with_equal_names() {
    fn policy_for_other_type() -> Policy {
        protocol_type! {
            /// A card.
            struct Card {
                /// The number.
                number: String as "number", required;
            }
        }
        let limits = FieldLimits::new().max_length(1);
        let policy = Policy::strict().limit_field::<Card>("number", limits).unwrap();
        policy.check::<Card>(|_, cx| cx.report(ViolationKind::Pattern))
    }

    protocol_type! {
        /// A card.
        struct Card {
            /// The number.
            number: String as "number", required;
        }
    }
    let json = br#"{"number":"12"}"#;
    let policy = policy_for_other_type();
    assert!(from_json_with::<Card>(json, &policy).is_ok());
    assert!(check_json_with::<Card>(json, &policy).is_ok());
}

#[test]
fn own_tables_have_no_confidence() {
    assert_eq!(Inner::SCHEMA.confidence, None);
    let document = json_schema::document(Inner::SCHEMA);
    assert_eq!(document["$defs"]["Inner"].get("x-source"), None);
    assert_eq!(document["$defs"]["Inner"].get("x-confidence"), None);
}

#[test]
fn generators_use_samples_of_custom_formats() {
    let mut runner = TestRunner::new(Config::default());
    for _ in 0..100 {
        let inner = generate::valid::<Inner>().new_tree(&mut runner).unwrap().current();
        assert!(["", "ab"].contains(&inner.text.as_str()), "{inner:?}");
        let invalid = generate::invalid_document(Inner::SCHEMA);
        let invalid = invalid.new_tree(&mut runner).unwrap().current();
        let json = invalid.document.to_json();
        let error = Inner::SCHEMA.check_json_with(&json, &Policy::strict()).unwrap_err();
        assert_eq!(error.violations().len(), invalid.violations.len());
    }
}

#[test]
fn injects_no_format_violation_without_near_misses() {
    let mut runner = TestRunner::new(Config::default());
    let documents = generate::invalid_document(Outer::SCHEMA);
    let mut codes = (0..300).flat_map(|_| {
        let found = documents.new_tree(&mut runner).unwrap().current().violations;
        found.into_iter().filter(|violation| violation.path == "/bare").map(|it| it.code)
    });
    assert!(codes.all(|code| code != "format"));
}

#[test]
fn arbitrary_values_use_samples_of_custom_formats() {
    let bytes: Vec<u8> = (0..=255).cycle().take(4_000).collect();
    let mut bytes = Unstructured::new(&bytes);
    for _ in 0..50 {
        let (inner, bare): (Valid<Inner>, NotMinus) = bytes.arbitrary().unwrap();
        assert!(EVEN_SAMPLES.contains(&inner.text.as_str()));
        assert_eq!(bare.as_str().parse::<NotMinus>().is_ok(), bare != "-");
    }
}

const EVEN_SAMPLES: [&str; 2] = ["", "ab"];

#[test]
fn exports_formats_without_patterns() {
    let document = json_schema::document(Outer::SCHEMA);
    let text = &document["$defs"]["Inner"]["properties"]["text"];
    assert_eq!(text["format"], "even-length");
    assert_eq!(document["$defs"]["Outer"]["properties"]["bare"]["format"], "anything");
    assert_eq!(document["$defs"]["Outer"]["properties"]["bare"].get("pattern"), None);
}

#[test]
fn policy_files_limit_declared_and_nested_types() {
    let types = &[Outer::SCHEMA, Inner::SCHEMA, Amount::SCHEMA];
    let file = r#"
        forbiddenCharacters = { characters = "b" }
        fields.Outer.inner.maxItems = 1
        fields.Amount.value.maximum = 5
    "#;
    let policy = Policy::from_toml_with_types(file, types).unwrap();
    let outer = Outer::new(vec![Inner::new("ab"), Inner::new("cd")]);
    let violations = outer.validate_with(&policy).unwrap_err();
    assert_eq!(
        violations.to_string(),
        "/inner/0/text must not contain the character b\n/inner must have at most 1 element (got 2)"
    );
    let unknown = Policy::from_json_with_types(r#"{"fields": {"Innner": {}}}"#, types).unwrap_err();
    assert_eq!(unknown.message(), "unknown type `Innner`; did you mean `Inner`?");
    assert!(Policy::from_toml("fields.Inner.text.maxLength = 2").is_err());
}

#[test]
fn policies_distinguish_types_with_equal_names() {
    mod other {
        miniprogram_protocol::protocol_type! {
            /// A different type with the same name.
            pub struct Inner {
                /// A string.
                text: String as "text", required;
            }
        }
    }
    let limits = FieldLimits::new().max_length(1);
    let policy = Policy::strict().limit_field::<other::Inner>("text", limits).unwrap();
    assert!(other::Inner::new("ab").validate_with(&policy).is_err());
    assert!(Inner::new("ab").validate_with(&policy).is_ok());
}

#[test]
fn errors_describe_custom_formats() {
    let error = from_json::<Outer>(br#"{"inner": [{"text": "abc"}], "bare": "-"}"#).unwrap_err();
    assert_eq!(
        error.to_string(),
        "/inner/0/text must be a string of even length\n/bare must be anything but a minus sign"
    );
    assert_eq!("abc".parse::<EvenLength>().unwrap_err().format(), Format::Custom(&EVEN_LENGTH));
}

mod equal_names {
    use super::{Env, protocol_type};
    use shop::Shop;

    protocol_type! {
        /// An enum with the same name as an enum of the specification.
        pub enum OsType: closed {
            /// A value that the specification does not define.
            Desktop = "DESKTOP",
        }
    }
    protocol_type! {
        /// A discount.
        pub struct Coupon {
            /// A name.
            label: String as "label", required;
        }
    }
    pub(super) mod shop {
        miniprogram_protocol::protocol_type! {
            /// Another type with the same name.
            pub struct Coupon {
                /// A code.
                code: String as "code", required;
            }
        }
        miniprogram_protocol::protocol_type! {
            /// A shop with coupons.
            pub struct Shop {
                /// The coupons.
                coupons: Vec<Coupon> as "coupons", required;
            }
        }
    }
    protocol_type! {
        /// A type that refers to both types and both enums.
        pub struct Cart {
            /// The operating system.
            os_type: OsType as "osType", optional;

            /// The environment, whose `osType` is the specification's enum.
            env: Env as "env", optional;

            /// The discount.
            coupon: Coupon as "coupon", required;

            /// The shop, whose coupons have the other type.
            shop: Shop as "shop", optional;
        }
    }
}

/// Returns the name in the first `$ref` of a schema.
fn referenced_name(schema: &Value) -> Option<&str> {
    match schema {
        Value::Object(members) => {
            let name = members.get("$ref").and_then(|it| it.as_str()?.rsplit('/').next());
            name.or_else(|| members.values().find_map(referenced_name))
        }
        Value::Array(elements) => elements.iter().find_map(referenced_name),
        _ => None,
    }
}

#[test]
fn exports_types_with_equal_names() {
    let document = json_schema::document(Cart::SCHEMA);
    let structure = json_schema::structure(&[Cart::SCHEMA]);
    for definitions in [&document["$defs"], &structure["definitions"]] {
        let referenced = |object: &str, field: &str, member: &str| {
            let name = referenced_name(&definitions[object]["properties"][field]).unwrap();
            (name, definitions[name][member].clone())
        };
        assert_eq!(referenced("Cart", "osType", "enum"), ("OsType", json!(["DESKTOP"])));
        assert_eq!(referenced("Env", "osType", "enum"), ("OsType2", json!(["IOS", "ANDROID"])));
        assert_eq!(referenced("Cart", "coupon", "required"), ("Coupon", json!(["label"])));
        assert_eq!(referenced("Shop", "coupons", "required"), ("Coupon2", json!(["code"])));
    }
    let own = json_schema::document(shop::Shop::SCHEMA);
    assert_eq!(document["$defs"]["Coupon2"], own["$defs"]["Coupon"]);
}

#[test]
fn declares_types_with_equal_names() {
    let module = typescript::declarations(&[Cart::SCHEMA]);
    for line in [
        "  coupon: Coupon;",
        "  coupons: Coupon2[];",
        "export interface Coupon {",
        "export interface Coupon2 {",
        "  osType?: OsType | null;",
        "  osType?: OsType2 | null;",
        "export type OsType = \"DESKTOP\";",
        "export type OsType2 = \"IOS\" | \"ANDROID\";",
    ] {
        assert_eq!(module.lines().filter(|found| *found == line).count(), 1, "{line}\n{module}");
    }
}

#[test]
fn quotes_properties_that_are_no_identifiers() {
    protocol_type! {
        /// A type with unusual field names.
        pub struct Unusual {
            /// A name that begins with a digit.
            first: String as "1st", required;

            /// A name with a hyphen.
            second: String as "a-b", optional;
        }
    }
    let module = typescript::declarations(&[Unusual::SCHEMA]);
    assert!(module.contains("  \"1st\": string;"), "{module}");
    assert!(module.contains("  \"a-b\"?: string | null;"), "{module}");
}

/// Types with names that the library also uses.
mod library_names {
    use super::EVEN_LENGTH;
    use miniprogram_protocol::{Format, protocol_type};

    protocol_type! {
        /// A string type.
        pub struct Operand(String): Format::Custom(&EVEN_LENGTH);
    }

    protocol_type! {
        /// An enum.
        pub enum Presence: closed {
            /// The only value.
            Only = "ONLY",
        }
    }

    protocol_type! {
        /// Another enum.
        pub enum FieldIndex: open {
            /// A value.
            First = "FIRST",
        }
    }

    protocol_type! {
        /// A table.
        pub struct Field {
            /// A string.
            operand: Operand as "operand", required;

            /// An enum.
            presence: Presence as "presence", optional;

            /// Another enum.
            index: FieldIndex as "index", optional;
        }
    }

    protocol_type! {
        /// A table that contains another one.
        pub struct Valid {
            /// A table.
            field: Field as "field", required;

            /// Strings.
            members: Vec<String> as "members", optional, max_items(1);
        }
    }
}

#[test]
fn types_can_have_names_that_the_library_uses() {
    let check = from_json::<library_names::Valid>;
    assert!(check(br#"{"field":{"operand":"ab","presence":"ONLY"},"members":["a"]}"#).is_ok());
    let error = check(br#"{"field":{"operand":"a"},"members":["a","b"]}"#).unwrap_err();
    assert_eq!(error.violations().len(), 2);
}
