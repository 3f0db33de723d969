//! The schema data is what the documents say: every table, row and rule, in both directions.
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests stop at the first surprise, and helpers outside of tests are theirs"
)]

mod common;

use miniprogram_protocol::{
    Format,
    schema::{
        Constant, Constraints, CrossFieldRule, FORBIDDEN_CHARACTERS, Field, IntegerConstraints,
        Schema, SourceDocument, StringConstraints, ValueType,
    },
};
use std::collections::BTreeSet;

/// Transcribed from the documents, and from the rulings where those are silent.
const DICTIONARY: &str = include_str!("data/dictionary.tsv");
const CROSS_FIELD_RULES: &str = include_str!("data/laws.tsv");
const EXAMPLES: &str = include_str!("data/examples.tsv");

const COLUMNS: [&str; 13] = [
    "table",
    "field",
    "type",
    "required",
    "min_length",
    "max_length",
    "max_items",
    "element_max_length",
    "characters",
    "values",
    "minimum",
    "maximum",
    "format",
];

/// Where `values` stands among them.
const VALUES: usize = 9;

type Row = [String; COLUMNS.len()];

/// The lines below the heading, which must be `columns`.
fn lines<const N: usize>(tsv: &str, columns: [&str; N]) -> Vec<[String; N]> {
    let mut lines = tsv.lines().map(|line| {
        let cells: Vec<_> = line.split('\t').map(str::to_owned).collect();
        cells.try_into().unwrap_or_else(|_| panic!("not {N} columns: {line}"))
    });
    assert_eq!(lines.next(), Some(columns.map(str::to_owned)), "other columns");
    lines.collect()
}

fn schema_rows() -> impl Iterator<Item = (&'static Schema, &'static Field)> {
    Schema::ALL.iter().flat_map(|schema| schema.fields.iter().map(|field| (*schema, field)))
}

fn rows_of(schema: &Schema) -> Vec<Row> {
    schema.fields.iter().map(|field| row(schema, field)).collect()
}

/// A row of the schema data, written as `dictionary.tsv` writes it.
fn row(schema: &Schema, field: &Field) -> Row {
    let (text, element) = texts(&field.constraints);
    let (minimum, maximum) = range(&field.constraints);
    [
        schema.name.to_owned(),
        field.name.to_owned(),
        field.value_type.to_string(),
        if field.required { "yes" } else { "no" }.to_owned(),
        cell(text.min_length),
        cell(text.max_length),
        cell(max_items(&field.constraints)),
        cell(element.max_length),
        characters(text),
        values(&field.value_type),
        cell(minimum),
        cell(maximum),
        cell(format(&field.value_type)),
    ]
}

fn cell(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

/// The rule of the text, and that of an array's elements.
fn texts(rule: &Constraints) -> (StringConstraints, StringConstraints) {
    match *rule {
        Constraints::String(text) => (text, StringConstraints::UNCONSTRAINED),
        Constraints::Array { items: Some(each), .. } => {
            // No column says anything else about elements.
            assert_eq!((each.min_length, each.forbidden_characters()), (None, &[][..]));
            (StringConstraints::UNCONSTRAINED, each)
        }
        _ => (StringConstraints::UNCONSTRAINED, StringConstraints::UNCONSTRAINED),
    }
}

fn characters(text: StringConstraints) -> String {
    match text.forbidden_characters() {
        [] => String::new(),
        forbidden if forbidden == FORBIDDEN_CHARACTERS => "plain".to_owned(),
        other => format!("not {other:?}"),
    }
}

fn max_items(rule: &Constraints) -> Option<u32> {
    if let Constraints::Array { max_items, .. } = *rule { max_items } else { None }
}

/// The ends that the documents state: those of the type say nothing.
fn range(rule: &Constraints) -> (Option<i64>, Option<i64>) {
    let range = if let Constraints::Integer(range) = *rule {
        range
    } else {
        IntegerConstraints::UNCONSTRAINED
    };
    let stated = |end: i64, of_type: i64| (end != of_type).then_some(end);
    (stated(range.minimum, i64::MIN), stated(range.maximum, i64::MAX))
}

fn values(value_type: &ValueType) -> String {
    let ValueType::Enum(choice) = value_type else { return String::new() };
    let open = choice.open.then_some("*");
    choice.values.iter().copied().chain(open).collect::<Vec<_>>().join("|")
}

fn format(value_type: &ValueType) -> Option<Format> {
    if let ValueType::String(format) = *value_type { format } else { None }
}

/// What `tsv` and `schema` do not have in common, a line each.
fn differences(tsv: &[Row], schema: &[Row]) -> Vec<String> {
    let mut differences = Vec::new();
    for documented in tsv {
        let place = format!("{} {}", documented[0], documented[1]);
        match schema.iter().find(|row| row[..2] == documented[..2]) {
            None => differences.push(format!("{place}: not in the schema data")),
            Some(row) => {
                let differs = |column: &usize| row[*column] != documented[*column];
                for column in (2..COLUMNS.len()).filter(differs) {
                    differences.push(format!(
                        "{place}: {} is {:?} in dictionary.tsv and {:?} in the schema data",
                        COLUMNS[column], documented[column], row[column]
                    ));
                }
            }
        }
    }
    for row in schema {
        if !tsv.iter().any(|documented| row[..2] == documented[..2]) {
            differences.push(format!("{} {}: not in dictionary.tsv", row[0], row[1]));
        }
    }
    differences
}

#[test]
fn every_row_is_that_of_the_documents() {
    let mut tsv = lines(DICTIONARY, COLUMNS);
    for row in tsv.iter_mut().filter(|row| row[..2] == ["DeviceInfo", "osType"]) {
        // The document lists the values of Env's osType the other way round. One list serves both.
        assert_eq!(row[VALUES], "ANDROID|IOS");
        "IOS|ANDROID".clone_into(&mut row[VALUES]);
    }
    let schema: Vec<Row> = Schema::ALL.iter().copied().flat_map(rows_of).collect();
    let differences = differences(&tsv, &schema);
    assert!(differences.is_empty(), "{}", differences.join("\n"));

    // The same rows, so that this can only be about their order and number.
    let names = |rows: &[Row]| rows.iter().map(|row| row[..2].join(" ")).collect::<Vec<_>>();
    assert_eq!(names(&tsv), names(&schema), "another order");
}

#[test]
fn a_difference_of_any_kind_is_found() {
    let rows: Vec<Row> = Schema::ALL.iter().copied().flat_map(rows_of).collect();
    assert_eq!(differences(&rows, &rows), [""; 0]);
    for column in 2..COLUMNS.len() {
        let mut changed = rows.clone();
        changed[column][column].push('1');
        assert_eq!(differences(&changed, &rows).len(), 1, "{}", COLUMNS[column]);
    }
    assert_eq!(differences(&rows[1..], &rows), ["Message messageId: not in dictionary.tsv"]);
    assert_eq!(differences(&rows, &rows[1..]), ["Message messageId: not in the schema data"]);
}

#[test]
fn the_dictionary_has_20_tables_of_130_rows_and_the_calls_have_7_of_22() {
    let count = |document: SourceDocument| {
        let tables = Schema::ALL.iter().filter(|schema| schema.document == document);
        let rows = tables.clone().map(|schema| schema.fields.len()).sum::<usize>();
        (tables.count(), rows)
    };
    assert_eq!(count(SourceDocument::DataDictionary), (20, 130));
    assert_eq!(count(SourceDocument::MerchantSync), (2, 7));
    assert_eq!(count(SourceDocument::NotifyCardRegistration), (3, 10));
    assert_eq!(count(SourceDocument::PlatformMessageSend), (2, 5));
    assert_eq!((Schema::ALL.len(), schema_rows().count()), (27, 152));
}

#[test]
fn no_name_stands_twice() {
    let tables: BTreeSet<_> = Schema::ALL.iter().map(|schema| schema.name).collect();
    let rows: BTreeSet<_> = schema_rows().map(|(table, row)| (table.name, row.name)).collect();
    assert_eq!((tables.len(), rows.len()), (27, 152));
}

#[test]
fn every_table_and_row_and_valid_value_is_described() {
    for schema in Schema::ALL {
        assert!(!schema.description().is_empty(), "{}", schema.name);
    }
    for (schema, field) in schema_rows() {
        assert!(!field.description().is_empty(), "{} {}", schema.name, field.name);
        if let ValueType::Enum(choice) = field.value_type {
            assert_eq!(choice.described().count(), choice.values.len());
            assert!(choice.described().all(|(_, text)| !text.is_empty()));
        }
    }
}

/// The examples of the documents that break the rule of their own row, and what their row says to
/// them. No row may have them.
const REFUSED_EXAMPLES: [(&str, &str, &str); 1] = [
    // 14 characters of at most 12: V9.
    ("DeployAppInfo", "serviceTel", "maxLength"),
];

#[test]
fn the_example_of_every_row_is_that_of_the_documents() {
    let refused = |row: &[String; 3]| {
        REFUSED_EXAMPLES.iter().any(|&(table, field, _)| row[..2] == [table, field])
    };
    let mut documented = lines(EXAMPLES, ["table", "field", "example"]);
    documented.retain(|row| !refused(row));
    let examples = schema_rows().filter_map(|(schema, field)| {
        Some([schema.name, field.name, field.example()?].map(str::to_owned))
    });
    assert_eq!(examples.collect::<Vec<_>>(), documented);
    assert_eq!(documented.len(), 43);
}

#[test]
fn every_example_of_the_documents_is_valid_but_for_those_that_are_listed() {
    let mut refused = Vec::new();
    for [table, field, example] in lines(EXAMPLES, ["table", "field", "example"]) {
        let schema = Schema::by_name(&table).unwrap();
        let mut value = common::complete(schema);
        value[&field] = serde_json::from_str(&example).unwrap();
        for (path, code) in common::violations(schema, &value) {
            assert_eq!(path, format!("/{field}"), "{table}");
            refused.push((table.clone(), field.clone(), code));
        }
    }
    let listed =
        REFUSED_EXAMPLES.map(|(table, field, code)| (table.into(), field.into(), code.into()));
    assert_eq!(refused, listed);
}

#[test]
fn every_rule_fits_the_shape_of_its_row() {
    for (schema, field) in schema_rows() {
        let fits = match field.constraints {
            Constraints::None => true,
            Constraints::String(_) => {
                matches!(field.value_type, ValueType::String(_) | ValueType::Enum(_))
            }
            Constraints::Integer(_) => matches!(field.value_type, ValueType::Integer),
            Constraints::Array { items: each, .. } => match field.value_type {
                ValueType::Array(element) => {
                    each.is_none() || matches!(element, ValueType::String(_))
                }
                _ => false,
            },
            Constraints::Object(_) => matches!(field.value_type, ValueType::Object(_)),
            _ => false,
        };
        assert!(fits, "{} {}", schema.name, field.name);
    }
}

#[test]
fn a_nested_table_is_one_of_the_tables() {
    let mut nested = 0;
    for (_, field) in schema_rows() {
        let value_type = if let ValueType::Array(element) = field.value_type {
            element
        } else {
            &field.value_type
        };
        if let ValueType::Object(schema) = value_type {
            assert_eq!(rows_of(schema), Schema::by_name(schema.name).map_or(vec![], rows_of));
            nested += 1;
        }
    }
    // 18 rows of tables and 8 of arrays of tables.
    assert_eq!(nested, 26);
}

#[test]
fn exactly_three_characters_are_special() {
    assert_eq!(FORBIDDEN_CHARACTERS, ['@', '#', '?']);
}

/// A law as `laws.tsv` writes it, its members in alphabetical order: table, rule, members.
type LawLine = (String, String, Vec<String>);

/// The law `law` that table `table` states about itself, or about the table in its row `row`.
fn law_line(table: &str, row: Option<&str>, cross_field_rule: &CrossFieldRule) -> LawLine {
    let rule = match cross_field_rule {
        CrossFieldRule::AllOrNone(_) | CrossFieldRule::RequiredIf { .. } => "dependentRequired",
        CrossFieldRule::AtLeastOneOf(_) => "anyOf",
        CrossFieldRule::FormatIf { .. } => "format",
        CrossFieldRule::ValueByKey { .. } => "const",
        other => panic!("a law without a code: {other:?}"),
    };
    let path = row.map(|row| format!("{row}/")).unwrap_or_default();
    let mut members: Vec<_> =
        cross_field_rule.fields().map(|member| format!("{path}{member}")).collect();
    members.sort();
    (table.to_owned(), rule.to_owned(), members)
}

fn laws_of_the_row(field: &Field) -> &'static [CrossFieldRule] {
    if let Constraints::Object(object) = field.constraints { object.cross_field_rules } else { &[] }
}

/// Every law: the table it is judged in, and how `laws.tsv` writes it.
fn schema_laws() -> Vec<(&'static Schema, &'static CrossFieldRule, LawLine)> {
    let mut cross_field_rules = Vec::new();
    for schema in Schema::ALL {
        for cross_field_rule in schema.cross_field_rules {
            cross_field_rules.push((
                *schema,
                cross_field_rule,
                law_line(schema.name, None, cross_field_rule),
            ));
        }
        for field in schema.fields {
            for cross_field_rule in laws_of_the_row(field) {
                let ValueType::Object(judged) = field.value_type else { panic!("{}", field.name) };
                cross_field_rules.push((
                    judged,
                    cross_field_rule,
                    law_line(schema.name, Some(field.name), cross_field_rule),
                ));
            }
        }
    }
    cross_field_rules
}

#[test]
fn every_law_is_that_of_the_documents() {
    let tsv = lines(CROSS_FIELD_RULES, ["table", "rule", "members", "ruling"]).into_iter();
    let mut tsv: Vec<LawLine> = tsv
        .map(|[table, rule, members, _]| {
            let mut members: Vec<_> = members.split('|').map(str::to_owned).collect();
            members.sort();
            (table, rule, members)
        })
        .collect();
    let mut schema: Vec<_> = schema_laws().into_iter().map(|(_, _, line)| line).collect();
    tsv.sort();
    schema.sort();
    assert_eq!(schema, tsv);
    assert_eq!(schema.len(), 6);
}

/// `laws.tsv` names members alone: what is asked of them stands here, by the rulings L1 to L6.
#[test]
fn the_laws_ask_what_the_rulings_say() {
    let cross_field_rules: Vec<_> =
        schema_laws().into_iter().map(|(_, cross_field_rule, _)| *cross_field_rule).collect();
    assert_eq!(
        cross_field_rules,
        [
            CrossFieldRule::RequiredIf {
                field: "retry",
                when: "success",
                is: Constant::Boolean(false)
            },
            CrossFieldRule::AllOrNone(&["longitude", "latitude"]),
            CrossFieldRule::AtLeastOneOf(&["fullName", "firstName", "middleName", "lastName"]),
            CrossFieldRule::FormatIf {
                field: "contactNo",
                format: Format::E164,
                when: "contactType",
                is: "MOBILE_PHONE"
            },
            CrossFieldRule::ValueByKey {
                field: "resultStatus",
                key: "resultCode",
                values: &[
                    ("SUCCESS", "S"),
                    ("PROCESS_FAIL", "F"),
                    ("PARAM_ILLEGAL", "F"),
                    ("INVALID_API", "F"),
                    ("ACCESS_DENIED", "F"),
                    ("REQUEST_TRAFFIC_EXCEED_LIMIT", "F"),
                    ("UNKNOWN_EXCEPTION", "U"),
                ]
            },
            CrossFieldRule::RequiredIf {
                field: "messageSendResults",
                when: "result/resultStatus",
                is: Constant::String("S")
            },
        ]
    );
}

#[test]
fn a_law_names_rows_of_the_table_that_it_is_judged_in() {
    for (judged, cross_field_rule, line) in schema_laws() {
        assert!(cross_field_rule.fields().count() >= 2, "{line:?}");
        for member in cross_field_rule.fields() {
            let (outer, inner) = member
                .split_once('/')
                .map_or((member, None), |(outer, inner)| (outer, Some(inner)));
            let row = judged.field(outer);
            assert!(row.is_some(), "{line:?}: {member} is no row");
            if let (Some(Field { value_type: ValueType::Object(table), .. }), Some(inner)) =
                (row, inner)
            {
                assert!(table.field(inner).is_some(), "{line:?}: {member} is no row");
            }
        }
    }
}

/// The rows that are personal data or secrets, by kind.
const SENSITIVE: [&str; 39] = [
    // Names of persons.
    "UserName fullName",
    "UserName firstName",
    "UserName middleName",
    "UserName lastName",
    // Phone numbers, e-mail addresses and other ways to reach someone.
    "Buyer buyerEmail",
    "Buyer buyerPhoneNo",
    "ContactInfo contactNo",
    "DeployAppInfo serviceEmail",
    "DeployAppInfo serviceTel",
    "MerchantStore storePhoneNo",
    "Shipping shippingPhoneNo",
    // Where someone is.
    "Address address1",
    "Address address2",
    "Address latitude",
    "Address longitude",
    "Address zipCode",
    // What someone is.
    "User avatar",
    "User birthDate",
    "User gender",
    "User nationality",
    "User nickName",
    // Ids of users, customers and operators, in every form.
    "Buyer referenceBuyerId",
    "LoginIdInfo hashLoginId",
    "LoginIdInfo loginId",
    "LoginIdInfo maskLoginId",
    "MerchantStore storeOperatorId",
    "MerchantSyncRequest operatorId",
    "Message customerId",
    "NotifyCardRegistrationRequest customerId",
    "User userId",
    // Addresses and tokens of devices.
    "DeviceInfo clientIp",
    "DeviceInfo tokenId",
    "Env clientIp",
    "Env cookieId",
    "Env deviceTokenId",
    // Means of payment.
    "PaymentMethod paymentMethodId",
    "PaymentMethod paymentMethodMetaData",
    // Texts that may hold anything. So may every extendInfo, which is not listed here.
    "CardField fieldValue",
    "Message messageContent",
];

#[test]
fn exactly_personal_data_and_secrets_are_sensitive() {
    let name = |(schema, field): (&Schema, &Field)| format!("{} {}", schema.name, field.name);
    let sensitive: BTreeSet<_> =
        schema_rows().filter(|(_, field)| field.sensitive).map(name).collect();
    let extended: Vec<_> =
        schema_rows().filter(|(_, field)| field.name == "extendInfo").map(name).collect();
    assert_eq!(extended.len(), 13);
    let listed: BTreeSet<_> = SENSITIVE.into_iter().map(str::to_owned).chain(extended).collect();
    assert_eq!(sensitive, listed);
}
