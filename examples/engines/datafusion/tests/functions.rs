//! Tests of `mpp_is_valid` and `mpp_violations`.

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, BinaryArray, RecordBatch, StringArray},
        compute::{cast, concat_batches},
        datatypes::DataType,
        util::pretty::pretty_format_batches,
    },
    error::Result,
    prelude::{SessionConfig, SessionContext},
};
use miniprogram_protocol::{Policy, Schema};
use std::sync::Arc;

/// Runs a query over the table `payloads`, and returns its rows as one batch.
fn query(payloads: Option<RecordBatch>, sql: &str) -> Result<RecordBatch> {
    let context = mpp_datafusion::session(SessionConfig::new().with_target_partitions(2))?;
    tokio::runtime::Runtime::new()?.block_on(run(context, payloads, sql))
}

async fn run(
    context: SessionContext,
    payloads: Option<RecordBatch>,
    sql: &str,
) -> Result<RecordBatch> {
    if let Some(payloads) = payloads {
        context.register_batch("payloads", payloads)?;
    }
    let rows = context.sql(sql).await?;
    let schema = Arc::new(rows.schema().as_arrow().clone());
    Ok(concat_batches(&schema, &rows.collect().await?)?)
}

fn batch(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
    RecordBatch::try_from_iter(columns).unwrap()
}

fn strings(values: &[Option<&str>]) -> ArrayRef {
    Arc::new(values.iter().copied().collect::<StringArray>())
}

/// Returns the violations in a row of a column, as tuples of path, code and message.
fn violations(column: &dyn Array, row: usize) -> Vec<(String, String, String)> {
    let violations = column.as_list::<i32>().value(row);
    let violations = violations.as_struct();
    let field = |name: &str, index| {
        let column = violations.column_by_name(name).unwrap();
        column.as_string_view().value(index).to_owned()
    };
    (0..violations.len())
        .map(|index| (field("path", index), field("code", index), field("message", index)))
        .collect()
}

/// Returns the violations that the library reports.
fn expected(type_name: &str, json: &[u8], policy: &Policy) -> Vec<(String, String, String)> {
    let schema = Schema::by_name(type_name).unwrap();
    let Err(error) = schema.check_json_with(json, policy) else { return Vec::new() };
    let syntax =
        error.syntax().map(|error| (String::new(), "syntax".into(), error.message().into()));
    let violations = error.violations().iter();
    let violations =
        violations.map(|each| (each.path().into(), each.code().into(), each.message().into()));
    syntax.into_iter().chain(violations).collect()
}

/// Returns the types and documents of the conformance suite.
fn read_conformance_suite() -> Vec<(String, String)> {
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../tests/conformance");
    let mut documents = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let suite: serde_json::Value =
            serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        let name = suite["type"].as_str().unwrap();
        if Schema::by_name(name).is_none() {
            continue;
        }
        for vector in suite["vectors"].as_array().unwrap() {
            documents.push((name.to_owned(), vector["json"].as_str().unwrap().to_owned()));
        }
    }
    documents
}

fn dictionary() -> DataType {
    DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8))
}

#[test]
fn reports_same_violations_as_library() {
    let documents = read_conformance_suite();
    assert!(documents.len() > 30_000, "{}", documents.len());
    let types: StringArray = documents.iter().map(|(name, _)| Some(name)).collect();
    let json: StringArray = documents.iter().map(|(_, json)| Some(json)).collect();
    for (types_as, json_as) in [
        (DataType::Utf8, DataType::Utf8),
        (DataType::LargeUtf8, DataType::LargeUtf8),
        (DataType::Utf8View, DataType::Utf8View),
        (dictionary(), dictionary()),
        (dictionary(), DataType::Binary),
        (DataType::Utf8, DataType::LargeBinary),
        (DataType::Utf8View, DataType::BinaryView),
    ] {
        let types = cast(&types, &types_as).unwrap();
        let json = cast(&json, &json_as).unwrap();
        let payloads = batch(vec![("type", types), ("json", json), ("id", ids(documents.len()))]);
        let sql =
            "SELECT mpp_is_valid(type, json), mpp_violations(type, json) FROM payloads ORDER BY id";
        let result = query(Some(payloads), sql).unwrap();
        assert_eq!(result.num_rows(), documents.len());
        let validity = result.column(0).as_boolean();
        for (row, (name, json)) in documents.iter().enumerate() {
            let expected = expected(name, json.as_bytes(), &Policy::strict());
            assert_eq!(violations(result.column(1), row), expected, "{name} {json}");
            assert_eq!(validity.value(row), expected.is_empty(), "{name} {json}");
        }
    }
}

fn ids(count: usize) -> ArrayRef {
    Arc::new(datafusion::arrow::array::Int64Array::from_iter_values(
        0..i64::try_from(count).unwrap(),
    ))
}

#[test]
fn passes_columns_without_casts() {
    for data_type in [DataType::LargeUtf8, DataType::Utf8View, DataType::Binary, dictionary()] {
        let json = cast(&strings(&[Some("{}")]), &data_type).unwrap();
        let payloads = batch(vec![("json", json)]);
        let sql = "EXPLAIN SELECT mpp_violations('Amount', json) FROM payloads";
        let plan = pretty_format_batches(&[query(Some(payloads), sql).unwrap()]).unwrap();
        let plan = plan.to_string();
        assert!(plan.contains("mpp_violations(Amount, json@0)"), "{plan}");
        assert!(!plan.contains("CAST"), "{plan}");
    }
}

#[test]
fn folds_constants() {
    let sql = r#"EXPLAIN SELECT mpp_is_valid('Am' || 'ount', '{"currency": "USD", "value": 1}')"#;
    let plan = pretty_format_batches(&[query(None, sql).unwrap()]).unwrap().to_string();
    assert!(plan.contains("Boolean(true)"), "{plan}");
}

#[test]
fn returns_null_for_null() {
    let payloads = batch(vec![
        ("type", strings(&[Some("Amount"), None, Some("Amount"), Some("Amount")])),
        ("json", strings(&[None, Some("{}"), Some("{}"), Some("null")])),
        ("policy", strings(&[Some("strict"), Some("strict"), None, Some("strict")])),
    ]);
    for (types, json) in [(DataType::Utf8, DataType::Utf8View), (dictionary(), dictionary())] {
        let columns = vec![
            ("type", cast(payloads.column(0), &types).unwrap()),
            ("json", cast(payloads.column(1), &json).unwrap()),
            ("policy", cast(payloads.column(2), &types).unwrap()),
        ];
        let sql = "SELECT mpp_is_valid(type, json, policy), mpp_violations(type, json, policy) FROM payloads";
        let result = query(Some(batch(columns)), sql).unwrap();
        for column in result.columns() {
            let nulls: Vec<bool> = (0..4).map(|row| column.is_null(row)).collect();
            assert_eq!(nulls, [true, true, true, false]);
        }
    }
    let result = query(None, "SELECT mpp_is_valid('Amount', NULL), mpp_violations(NULL, '{}')");
    assert!(result.unwrap().columns().iter().all(|column| column.is_null(0)));
}

#[test]
fn accepts_empty_batches() {
    let payloads = batch(vec![("json", strings(&[]))]);
    let sql = "SELECT mpp_is_valid('Amount', json), mpp_violations('Amount', json) FROM payloads";
    assert_eq!(query(Some(payloads), sql).unwrap().num_rows(), 0);
    let dictionary = cast(&strings(&[None, None]), &dictionary()).unwrap();
    let payloads = batch(vec![("json", dictionary)]);
    assert_eq!(query(Some(payloads), sql).unwrap().column(1).null_count(), 2);
}

#[test]
fn reports_hostile_payloads() {
    let huge = format!("{{\"currency\": \"{}\"}}", "U".repeat(64 << 20));
    let deep = "[".repeat(1 << 20);
    let wide = format!("{{{}}}", vec!["\"value\": -1"; 100_000].join(","));
    let hostile: Vec<&[u8]> = vec![
        b"",
        b" ",
        b"\0",
        b"{\"currency\": \"\\ud800\", \"value\": 1}",
        b"{\"currency\": \"\\u0000\", \"value\": 1e999}",
        b"{\"currency\": \"\xff\"}",
        b"\xef\xbb\xbf{}",
        b"{\"value\": NaN}",
        b"null",
        huge.as_bytes(),
        deep.as_bytes(),
        wide.as_bytes(),
    ];
    let json: ArrayRef = Arc::new(BinaryArray::from_vec(hostile.clone()));
    let payloads = batch(vec![("json", json), ("id", ids(hostile.len()))]);
    let sql = "SELECT mpp_is_valid('Amount', json), mpp_violations('Amount', json) FROM payloads ORDER BY id";
    let result = query(Some(payloads), sql).unwrap();
    for (row, json) in hostile.iter().enumerate() {
        let expected = expected("Amount", json, &Policy::strict());
        assert!(!expected.is_empty());
        assert_eq!(violations(result.column(1), row), expected);
        assert!(!result.column(0).as_boolean().value(row));
    }
}

#[test]
fn applies_policies() {
    let json = r#"{"currency": "USD", "value": "4990"}"#;
    let policies = ["strict", "lenient", "allow = ['amountAsString']", r#"{"base": "lenient"}"#];
    let columns: Vec<_> = policies.iter().copied().map(Some).collect();
    let payloads = batch(vec![("policy", strings(&columns)), ("id", ids(policies.len()))]);
    let sql = format!(
        "SELECT mpp_is_valid('Amount', '{json}', policy), mpp_violations('Amount', '{json}', policy)
         FROM payloads ORDER BY id"
    );
    let result = query(Some(payloads), &sql).unwrap();
    let validity: Vec<_> = result.column(0).as_boolean().iter().flatten().collect();
    assert_eq!(validity, [false, true, true, true]);
    for (row, policy) in policies.iter().enumerate() {
        let policy = if *policy == "strict" { Policy::strict() } else { Policy::lenient() };
        let expected = expected("Amount", json.as_bytes(), &policy);
        assert_eq!(violations(result.column(1), row), expected);
        let policy = policies[row].replace('\'', "''");
        let sql = format!("SELECT mpp_is_valid('Amount', '{json}', '{policy}')");
        let constant = query(None, &sql).unwrap();
        assert_eq!(constant.column(0).as_boolean().value(0), validity[row], "{policy}");
    }
}

#[test]
fn alternates_between_types_and_policies() {
    let row = |index: usize| match index % 3 {
        0 => ("Amount", "strict"),
        1 => ("Amount", "lenient"),
        _ => ("Order", "strict"),
    };
    let json = r#"{"currency": "USD", "value": "1"}"#;
    let types: StringArray = (0..20_000).map(|index| Some(row(index).0)).collect();
    let policies: StringArray = (0..20_000).map(|index| Some(row(index).1)).collect();
    let payloads =
        batch(vec![("type", Arc::new(types)), ("policy", Arc::new(policies)), ("id", ids(20_000))]);
    let sql = format!("SELECT mpp_is_valid(type, '{json}', policy) FROM payloads ORDER BY id");
    let result = query(Some(payloads), &sql).unwrap();
    for index in 0..20_000 {
        assert_eq!(result.column(0).as_boolean().value(index), index % 3 == 1, "{index}");
    }
}

#[test]
fn rejects_wrong_constants_when_planning() {
    let json = batch(vec![("json", strings(&[])), ("number", ids(0))]);
    for (call, message) in [
        (
            "mpp_is_valid('Ordr', json)",
            r#"expected the name of a type, such as "Order", found "Ordr""#,
        ),
        ("mpp_violations('', json)", r#"expected the name of a type, such as "Order", found """#),
        (r#"mpp_is_valid('{"secret": 1}', 'Order')"#, r#"such as "Order", found another string"#),
        (
            "mpp_is_valid('Order', json, 'maxbytes = 1')",
            "invalid policy: line 1 column 1: unknown key `maxbytes`; did you mean `maxBytes`?",
        ),
        (
            "mpp_is_valid('Order')",
            "mpp_is_valid expects (type, json [, policy]), found 1 arguments",
        ),
        ("mpp_violations('Order', number)", "mpp_violations expects a string as json, found Int64"),
        (
            "mpp_violations('Order', json, number)",
            "mpp_violations expects a string as policy, found Int64",
        ),
        ("mpp_is_valid(number, json)", "mpp_is_valid expects a string as type, found Int64"),
    ] {
        // The table is empty, so only planning the query can detect the error.
        let error = query(Some(json.clone()), &format!("SELECT {call} FROM payloads")).unwrap_err();
        let error = error.strip_backtrace();
        assert!(error.contains(message), "{call}: {error}");
        assert!(!error.contains("secret"), "{error}");
    }
}

#[test]
fn rejects_wrong_values_in_columns() {
    let payloads = |name: &str, policy: &str| {
        batch(vec![("type", strings(&[Some(name)])), ("policy", strings(&[Some(policy)]))])
    };
    let sql = "SELECT mpp_is_valid(type, '{}', policy) FROM payloads";
    let error = query(Some(payloads("order", "strict")), sql).unwrap_err().strip_backtrace();
    assert!(error.contains(r#"such as "Order", found "order""#), "{error}");
    let error = query(Some(payloads("Order", "base = 1")), sql).unwrap_err().strip_backtrace();
    assert!(error.contains("invalid policy: line 1 column 8"), "{error}");
}
