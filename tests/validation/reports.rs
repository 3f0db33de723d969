//! Tests that clients can deserialize reports.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "tests may panic")]

use miniprogram_protocol::{
    Edition, Format, JsonType, ParamValue, Policy, Schema, Validate, ValidationContext, Violation,
    ViolationKind, Violations,
    dictionary::Amount,
    from_json,
    schema::{Constant, CrossFieldRule, EnumSchema},
};
use serde_json::{Value, json};

/// A value with the given violations, each at `/a/<index>`.
struct InvalidValue(Vec<ViolationKind>);

impl Validate for InvalidValue {
    fn validate_into(&self, cx: &mut ValidationContext<'_>) {
        for (index, kind) in self.0.iter().enumerate() {
            cx.field("a").index(index).report(kind.clone());
        }
    }
}

fn report(kinds: &[ViolationKind]) -> Violations {
    let policy = Policy::strict().max_violations(1_000);
    InvalidValue(kinds.to_vec()).validate_with(&policy).unwrap_err()
}

/// Returns kinds of every variant, with the data of every schema, format and JSON type.
fn kinds() -> Vec<ViolationKind> {
    use ViolationKind as Kind;
    let json_types = [
        JsonType::Null,
        JsonType::Boolean,
        JsonType::Integer,
        JsonType::Number,
        JsonType::String,
        JsonType::Array,
        JsonType::Object,
    ];
    let mut kinds = vec![
        Kind::Required,
        Kind::PolicyEnum,
        Kind::EditionEnum { edition: Edition::AlipayPlus, values: &["CASHIER_PAYMENT"] },
        Kind::Pattern,
        Kind::MinLength { min_length: 2, length: 1 },
        Kind::MaxLength { max_length: 1, length: u64::MAX },
        Kind::Minimum { minimum: i64::MIN },
        Kind::Maximum { maximum: i64::MAX },
        Kind::MinItems { min_items: 2, items: 1 },
        Kind::MaxItems { max_items: 1, items: 2 },
        Kind::EqualToRequest { field: "captureAmount/currency" },
        Kind::OneOfRequest { array: "messages" },
        Kind::ForbiddenCharacter { character: '"' },
        Kind::ForbiddenCharacter { character: '\u{10ffff}' },
        Kind::Duplicate,
        Kind::AdditionalProperties,
        Kind::MaxProperties { max_properties: 1, properties: 2 },
        Kind::MaxBytes { max_bytes: 1, bytes: 2 },
        Kind::Truncated { max_violations: 1 },
    ];
    let found = JsonType::Array;
    kinds.extend(json_types.map(|expected| Kind::Type { expected, found }));
    kinds.extend(Format::ALL.iter().map(|format| Kind::Format { format: *format }));
    kinds.extend(EnumSchema::all().map(|schema| Kind::Enum { values: schema.values }));
    for rule in Schema::ALL.iter().flat_map(|schema| schema.cross_field_rules) {
        match rule {
            CrossFieldRule::AllOrNone(fields) => {
                kinds.push(Kind::DependentRequired { by: fields[0], value: None });
            }
            CrossFieldRule::RequiredIf { when, is, .. } => {
                kinds.push(Kind::DependentRequired { by: when, value: Some(is) });
            }
            CrossFieldRule::ValueByKey { values, .. } => {
                kinds.push(Kind::Const { value: values[0].1 });
            }
            _ => {}
        }
    }
    let fields = &["fullName", "firstName", "middleName", "lastName"];
    kinds.push(Kind::AnyOf { fields });
    kinds
}

fn read(json: &Value) -> serde_json::Result<Violation> {
    serde_json::from_str(&json.to_string())
}

#[test]
fn restores_every_kind_from_json() {
    let original = report(&kinds());
    let json = serde_json::to_string(&original).unwrap();
    let read = serde_json::from_str::<Violations>(&json).unwrap();
    assert!(original.len() > 40);
    for (read, original) in read.iter().zip(&original) {
        assert_eq!(read, original);
    }
    assert_eq!(read, original);
    assert_eq!(serde_json::to_string(&read).unwrap(), json);
}

#[test]
fn round_trips_reports_through_other_formats() {
    #[derive(serde::Deserialize)]
    struct Problem {
        #[serde(flatten)]
        details: Details,
    }

    #[derive(serde::Deserialize)]
    struct Details {
        violations: Violations,
    }

    let original = report(&kinds());
    let compact = rmp_serde::to_vec(&original).unwrap();
    assert_eq!(rmp_serde::from_slice::<Violations>(&compact).unwrap(), original);
    let named = rmp_serde::to_vec_named(&original).unwrap();
    assert_eq!(rmp_serde::from_slice::<Violations>(&named).unwrap(), original);
    let problem = json!({"title": "Invalid", "violations": original});
    let problem = serde_json::from_value::<Problem>(problem).unwrap();
    assert_eq!(problem.details.violations, original);
}

#[cfg(feature = "proptest")]
mod generated {
    use miniprogram_protocol::{Policy, Schema, Violations, generate};
    use proptest::{prelude::*, test_runner::Config};

    fn round_trip(schema: &Schema, json: &[u8], policy: &Policy) -> Result<(), TestCaseError> {
        let error = schema.check_json_with(json, policy).unwrap_err();
        let json = serde_json::to_string(&error).unwrap();
        let violations = serde_json::from_str::<Violations>(&json).unwrap();
        prop_assert_eq!(&*violations, error.violations());
        prop_assert_eq!(serde_json::to_string(&violations).unwrap(), json);
        Ok(())
    }

    #[test]
    fn restores_every_report_from_json() {
        let config = || Config { cases: 10, failure_persistence: None, ..Config::default() };
        for schema in Schema::ALL {
            proptest!(config(), |(invalid in generate::invalid_document(schema))| {
                round_trip(schema, &invalid.document.to_json(), &Policy::strict())?;
            });
            let policy = Policy::lenient();
            proptest!(config(), |(invalid in generate::invalid_document_with(schema, &policy))| {
                round_trip(schema, &invalid.document.to_json(), &policy)?;
            });
        }
    }
}

#[test]
fn keeps_unknown_violation_codes() {
    let json = json!({
        "path": "/goods/0",
        "code": "multipleOf",
        "message": "must be a multiple of 100",
        "params": {
            "multipleOf": 100,
            "unit": "cent",
            "members": ["a", "b\n"],
            "negative": -1,
            "ratio": 0.5,
            "nested": {"a": [1, null]},
        },
    });
    let violation = read(&json).unwrap();
    assert_eq!(*violation.kind(), ViolationKind::Other);
    assert_eq!((violation.path(), violation.code()), ("/goods/0", "multipleOf"));
    assert_eq!(violation.message(), "must be a multiple of 100");
    assert_eq!(violation.to_string(), "/goods/0 must be a multiple of 100");
    assert_eq!(serde_json::to_value(&violation).unwrap(), json);
    let param = |name| violation.params().find(|(found, _)| *found == name).unwrap().1;
    assert_eq!(violation.params().len(), 6);
    assert_eq!(param("multipleOf"), ParamValue::Integer(100));
    assert_eq!(param("negative"), ParamValue::Integer(-1));
    assert_eq!(param("unit"), ParamValue::String("cent".into()));
    assert_eq!(param("members"), ParamValue::List(vec!["a".into(), "b\n".into()]));
    for (name, json) in [("ratio", "0.5"), ("nested", r#"{"a":[1,null]}"#)] {
        let ParamValue::Json(value) = param(name) else { panic!("{name} is not JSON") };
        assert_eq!(value.as_str(), json);
    }
}

#[test]
fn reads_syntax_errors() {
    let error = from_json::<Amount>(b"{\"currency\": USD}").unwrap_err();
    let json = serde_json::to_vec(&error).unwrap();
    let violations = serde_json::from_slice::<Violations>(&json).unwrap();
    assert_eq!((violations[0].code(), violations[0].path()), ("syntax", ""));
    assert_eq!(violations[0].to_string(), "the value expected a value");
    let params: Vec<_> = violations[0].params().collect();
    assert_eq!(params, [("line", ParamValue::Integer(1)), ("column", ParamValue::Integer(14))]);
}

#[test]
fn restores_kinds_despite_reworded_messages() {
    let minimum = ViolationKind::Minimum { minimum: 0 };
    let values = ViolationKind::Enum { values: &["S", "F", "U", "A"] };
    for (kind, params) in
        [(minimum, json!({"minimum": 0})), (values, json!({"values": ["S", "F", "U", "A"]}))]
    {
        let message = "ist ung\u{fc}ltig";
        let json = json!({"path": "", "code": kind.code(), "message": message, "params": params});
        let violation = read(&json).unwrap();
        assert_eq!(*violation.kind(), kind);
        assert_eq!(violation.message(), message);
        assert_eq!(serde_json::to_value(&violation).unwrap(), json);
    }
}

#[test]
fn keeps_additional_parameters() {
    let json = json!({
        "path": "/value",
        "code": "minimum",
        "message": "must be at least 0",
        "params": {"minimum": 0, "unit": "cent"},
    });
    let violation = read(&json).unwrap();
    assert_eq!(*violation.kind(), ViolationKind::Minimum { minimum: 0 });
    assert_eq!(serde_json::to_value(&violation).unwrap(), json);
}

#[test]
fn restores_no_kind_from_invalid_parameters() {
    for (code, params) in [
        ("enum", json!({"values": ["not", "in", "the", "specification"]})),
        ("type", json!({"expected": "text", "found": "number"})),
        ("format", json!({"format": "uuid"})),
        ("format", json!({"format": 1})),
        ("maximum", json!({"maximum": "1"})),
        ("const", json!({"value": "X"})),
        ("anyOf", json!({"members": ["a"]})),
        ("minLength", json!({"minLength": -1, "length": 0})),
        ("maximum", json!({"maximum": 9_223_372_036_854_775_808_u64})),
        ("forbiddenCharacter", json!({"character": "ab"})),
        ("forbiddenCharacter", json!({"character": ""})),
        // The value of the other field is only in the message.
        ("dependentRequired", json!({"by": "success"})),
        ("other", json!({})),
    ] {
        let json = json!({"path": "", "code": code, "message": "m", "params": params});
        let violation = read(&json).unwrap();
        assert_eq!(*violation.kind(), ViolationKind::Other, "{json}");
        assert_eq!(serde_json::to_value(&violation).unwrap(), json);
    }
}

#[test]
fn rejects_json_that_is_not_a_violation() {
    let violation = |name: &str, value: Value| {
        let mut json = json!({"path": "/a", "code": "c", "message": "m", "params": {}});
        json[name] = value;
        json
    };
    let too_long = "must be at most 65536 bytes";
    for (json, expected) in [
        (json!(1), "must be an object"),
        (json!({}), "`code` must be a string"),
        (json!(["/a", "c"]), "`message` must be a string"),
        (violation("path", json!("a")), "`path` must be a JSON Pointer"),
        (violation("path", json!("/a~2")), "`path` must be a JSON Pointer"),
        (violation("path", json!("/~")), "`path` must be a JSON Pointer"),
        (violation("path", json!(null)), "`path` must be a JSON Pointer"),
        (violation("code", json!(7)), "`code` must be a string"),
        (violation("message", json!([])), "`message` must be a string"),
        (violation("params", json!([])), "`params` must be an object"),
        (violation("message", json!("m".repeat(65_536))), too_long),
    ] {
        let error = read(&json).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
    let longest = 65_536 - violation("message", json!("")).to_string().len();
    assert!(read(&violation("message", json!("m".repeat(longest)))).is_ok());
    assert!(read(&violation("message", json!("m".repeat(longest + 1)))).is_err());
}

#[test]
fn rejects_reports_without_violations() {
    let error = serde_json::from_str::<Violations>("[]").unwrap_err().to_string();
    assert!(error.contains("expected an array of at least one violation"), "{error}");
    assert!(serde_json::from_str::<Violations>("{}").is_err());
}

#[test]
fn truncates_reports_at_10000_when_reading() {
    let read = |count| {
        let violation = r#"{"path":"","code":"required","message":"is required","params":{}}"#;
        let json = format!("[{}]", vec![violation; count].join(","));
        serde_json::from_str::<Violations>(&json).unwrap()
    };
    assert!(!read(10_000).is_truncated());
    let truncated = read(10_001);
    assert_eq!(truncated.len(), 10_001);
    assert!(truncated.is_truncated());
    let last = ViolationKind::Truncated { max_violations: 10_000 };
    assert_eq!(*truncated[10_000].kind(), last);
    assert_eq!(read(20_000), truncated);
}

#[test]
fn displays_received_messages_on_one_line() {
    let json = json!({"path": "/a\n", "code": "c", "message": "m\n\u{1b}[31m \"'\\"});
    assert_eq!(read(&json).unwrap().to_string(), "/a\\n m\\n\\u{1b}[31m \"'\\");
}

#[test]
fn shows_kind_in_debug_output() {
    let violation = &report(&[ViolationKind::Required])[0];
    let expected = "Violation { path: \"/a/0\", constraint: Required }";
    assert_eq!(format!("{violation:?}"), expected);
    let json = json!({"path": "", "code": "later", "message": "m"});
    let debug = format!("{:?}", read(&json).unwrap());
    assert!(debug.contains("Other") && debug.contains("later"), "{debug}");
}

#[test]
fn returns_same_parameters_as_serialized() {
    for violation in report(&kinds()) {
        let serialized = serde_json::to_value(&violation).unwrap();
        let params = violation
            .params()
            .map(|(name, value)| (name.to_owned(), serde_json::to_value(value).unwrap()));
        assert_eq!(Value::Object(params.collect()), serialized["params"]);
        assert_eq!(violation.message(), serialized["message"].as_str().unwrap());
    }
}

#[test]
fn keeps_prefixed_reports_truncated() {
    let policy = Policy::strict().max_violations(1);
    let amount = Amount::new("usd", -1);
    let violations = amount.validate_with(&policy).unwrap_err().prefixed("lines/3");
    let paths: Vec<_> = violations.iter().map(Violation::path).collect();
    assert_eq!(paths, ["/lines/3/currency", "/lines/3"]);
    assert!(violations.is_truncated());
    assert_eq!(violations.clone().prefixed(""), violations);
    assert_eq!(violations[0].clone().prefixed("a~b").path(), "/a~0b/lines/3/currency");
}

#[test]
fn groups_violations_by_path() {
    struct Form;

    impl Validate for Form {
        fn validate_into(&self, cx: &mut ValidationContext<'_>) {
            let is = &Constant::Boolean(false);
            let by_success = ViolationKind::DependentRequired { by: "success", value: Some(is) };
            cx.field("b").report(ViolationKind::Duplicate);
            cx.field("a").report(ViolationKind::Required);
            cx.field("b").report(by_success);
        }
    }

    let violations = Form.validate().unwrap_err();
    let by_path = violations.by_path().into_iter().map(|(path, violations)| {
        (path, violations.into_iter().map(Violation::code).collect::<Vec<_>>())
    });
    let expected = [("/a", vec!["required"]), ("/b", vec!["duplicate", "dependentRequired"])];
    assert!(by_path.eq(expected));
}
