//! Checks that the schemas and the specification contain the same tables, fields and cross-field
//! rules.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "tests may panic")]

mod common;

use miniprogram_protocol::{
    Format,
    schema::{
        ArrayType, Confidence, CrossFieldRule, FORBIDDEN_CHARACTERS, Field, IntegerConstraints,
        ItemType, Schema, SourceDocument, StringConstraints, ValueType,
    },
};
use std::collections::BTreeSet;

/// The fields, transcribed from the specification and, where it is silent, from
/// `SPEC-INTERPRETATION.md`.
const DICTIONARY_TSV: &str = include_str!("data/dictionary.tsv");
/// The fields of the endpoints that are not in the specification, each with its source, transcribed
/// from other public editions.
const ENDPOINT_FIELDS_TSV: &str = include_str!("data/endpoint_fields.tsv");
const ENDPOINTS_TSV: &str = include_str!("data/calls.tsv");
const CROSS_FIELD_RULES_TSV: &str = include_str!("data/cross_field_rules.tsv");
const EXAMPLES_TSV: &str = include_str!("data/examples.tsv");

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

/// The index of the column `values`.
const VALUES_COLUMN: usize = 9;

/// A line of `dictionary.tsv`, with one cell per column.
type FieldCells = [String; COLUMNS.len()];

/// Splits the lines after the header into cells. The header must consist of the given columns.
fn parse_tsv<const N: usize>(tsv: &str, columns: [&str; N]) -> Vec<[String; N]> {
    let mut lines = tsv.lines().map(|line| {
        let cells: Vec<_> = line.split('\t').map(str::to_owned).collect();
        cells.try_into().unwrap_or_else(|_| panic!("expected {N} columns, found: {line}"))
    });
    assert_eq!(lines.next(), Some(columns.map(str::to_owned)), "unexpected columns");
    lines.collect()
}

fn all_fields() -> impl Iterator<Item = (&'static Schema, &'static Field)> {
    Schema::ALL.iter().flat_map(|schema| schema.fields.iter().map(|field| (*schema, field)))
}

fn schema_cells(schema: &Schema) -> Vec<FieldCells> {
    schema.fields.iter().map(|field| field_cells(schema, field)).collect()
}

/// Formats a field of a schema like a line of `dictionary.tsv`.
fn field_cells(schema: &Schema, field: &Field) -> FieldCells {
    let (string, items) = string_constraints(field.value_type);
    let (minimum, maximum) = integer_limits(field.value_type);
    [
        schema.name.to_owned(),
        field.name.to_owned(),
        field.value_type.to_string(),
        if field.required { "yes" } else { "no" }.to_owned(),
        format_cell(Some(string.min_length).filter(|min| *min > 0)),
        format_cell(string.max_length),
        format_cell(max_items(field.value_type)),
        format_cell(items.max_length),
        characters_cell(string),
        values_cell(field.value_type),
        format_cell(minimum),
        format_cell(maximum),
        format_cell(string_format(field.value_type)),
    ]
}

fn format_cell(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

/// Returns the constraints on a string, and those on the elements of an array.
fn string_constraints(value_type: ValueType) -> (StringConstraints, StringConstraints) {
    const UNCONSTRAINED: StringConstraints = StringConstraints::UNCONSTRAINED;
    match value_type {
        ValueType::String(string) => (string.constraints, UNCONSTRAINED),
        ValueType::Array(ArrayType { items: ItemType::String(item), .. }) => {
            // `dictionary.tsv` has no columns for other constraints on elements.
            let StringConstraints { min_length, .. } = item.constraints;
            assert_eq!((min_length, item.constraints.forbidden_characters()), (0, &[][..]));
            (UNCONSTRAINED, item.constraints)
        }
        _ => (UNCONSTRAINED, UNCONSTRAINED),
    }
}

fn characters_cell(string: StringConstraints) -> String {
    match string.forbidden_characters() {
        [] => String::new(),
        forbidden if forbidden == FORBIDDEN_CHARACTERS => "no_special_characters".to_owned(),
        other => format!("not {other:?}"),
    }
}

fn max_items(value_type: ValueType) -> Option<u32> {
    if let ValueType::Array(array) = value_type { array.max_items } else { None }
}

/// Returns the specified limits on an integer. The limits of the 64-bit type are not included.
fn integer_limits(value_type: ValueType) -> (Option<i64>, Option<i64>) {
    let range = if let ValueType::Integer(range) = value_type {
        range
    } else {
        IntegerConstraints::UNCONSTRAINED
    };
    let specified = |limit: i64, type_limit: i64| (limit != type_limit).then_some(limit);
    (specified(range.minimum, i64::MIN), specified(range.maximum, i64::MAX))
}

fn values_cell(value_type: ValueType) -> String {
    let Some(schema) = value_type.enum_schema() else { return String::new() };
    let open = schema.open.then_some("*");
    schema.values.iter().copied().chain(open).collect::<Vec<_>>().join("|")
}

fn string_format(value_type: ValueType) -> Option<Format> {
    value_type.string_type()?.format
}

/// Compares two lists of fields, and returns one line per difference.
fn find_differences(specified: &[FieldCells], implemented: &[FieldCells]) -> Vec<String> {
    let mut differences = Vec::new();
    for expected in specified {
        let name = expected[..2].join(" ");
        match implemented.iter().find(|field| field[..2] == expected[..2]) {
            None => differences.push(format!("{name}: not in the schemas")),
            Some(found) => {
                let differs = |column: &usize| found[*column] != expected[*column];
                for column in (2..COLUMNS.len()).filter(differs) {
                    differences.push(format!(
                        "{name}: {} is {:?} in the data and {:?} in the schema",
                        COLUMNS[column], expected[column], found[column]
                    ));
                }
            }
        }
    }
    for found in implemented {
        if !specified.iter().any(|expected| found[..2] == expected[..2]) {
            differences.push(format!("{}: not in the data", found[..2].join(" ")));
        }
    }
    differences
}

#[test]
fn schemas_match_specification() {
    let mut specified = parse_tsv(DICTIONARY_TSV, COLUMNS);
    for field in specified.iter_mut().filter(|field| field[..2] == ["DeviceInfo", "osType"]) {
        // Both `osType` fields have the same enum, whose values are in the order of the table Env.
        assert_eq!(field[VALUES_COLUMN], "ANDROID|IOS");
        "IOS|ANDROID".clone_into(&mut field[VALUES_COLUMN]);
    }
    let implemented: Vec<FieldCells> = Schema::ALL.iter().copied().flat_map(schema_cells).collect();
    specified.extend(endpoint_fields().into_iter().map(|(cells, _)| cells));
    let differences = find_differences(&specified, &implemented);
    assert!(differences.is_empty(), "{}", differences.join("\n"));

    let names =
        |fields: &[FieldCells]| fields.iter().map(|field| field[..2].join(" ")).collect::<Vec<_>>();
    assert_eq!(names(&specified), names(&implemented), "the order differs");
}

/// Returns the fields in `endpoint_fields.tsv`, each with its source and confidence.
fn endpoint_fields() -> Vec<(FieldCells, [String; 2])> {
    let mut columns = [""; COLUMNS.len() + 2];
    columns[..COLUMNS.len()].copy_from_slice(&COLUMNS);
    columns[COLUMNS.len()..].copy_from_slice(&["source", "confidence"]);
    let lines = parse_tsv(ENDPOINT_FIELDS_TSV, columns).into_iter();
    lines
        .map(|line| {
            let (cells, source) = line.split_at(COLUMNS.len());
            (cells.to_vec().try_into().unwrap(), source.to_vec().try_into().unwrap())
        })
        .collect()
}

#[test]
fn matches_sources_of_other_editions() {
    let fields = endpoint_fields();
    for (cells, [source, confidence]) in &fields {
        let schema = Schema::by_name(&cells[0]).unwrap();
        assert!(matches!(schema.source, SourceDocument::Editions(_)), "{}", schema.name);
        assert_eq!(schema.source.to_string(), *source, "{}", schema.name);
        assert_eq!(schema.confidence.unwrap().name(), confidence, "{}", schema.name);
    }
    let names: BTreeSet<_> = fields.iter().map(|(cells, _)| cells[0].as_str()).collect();
    let implemented = Schema::ALL.iter().filter(|schema| {
        matches!(schema.source, SourceDocument::Editions(_))
            && !IN_DICTIONARY_TSV.contains(&schema.name)
    });
    assert_eq!(implemented.map(|schema| schema.name).collect::<BTreeSet<_>>(), names);
}

/// The tables from other editions whose fields are in `dictionary.tsv`.
const IN_DICTIONARY_TSV: [&str; 3] =
    ["CardField", "PlatformMessageSendRequest", "PlatformMessageSendResponse"];

#[test]
fn finds_every_kind_of_difference() {
    let fields: Vec<FieldCells> = Schema::ALL.iter().copied().flat_map(schema_cells).collect();
    assert_eq!(find_differences(&fields, &fields), [""; 0]);
    for column in 2..COLUMNS.len() {
        let mut changed = fields.clone();
        changed[column][column].push('1');
        assert_eq!(find_differences(&changed, &fields).len(), 1, "{}", COLUMNS[column]);
    }
    assert_eq!(find_differences(&fields[1..], &fields), ["Message messageId: not in the data"]);
    assert_eq!(find_differences(&fields, &fields[1..]), ["Message messageId: not in the schemas"]);
}

#[test]
fn has_expected_number_of_fields() {
    let count = |document: SourceDocument| {
        let schemas = Schema::ALL.iter().filter(|schema| schema.source == document);
        let fields = schemas.clone().map(|schema| schema.fields.len()).sum::<usize>();
        (schemas.count(), fields)
    };
    assert_eq!(count(SourceDocument::DataDictionary), (20, 130));
    assert_eq!(count(SourceDocument::MerchantSync), (2, 7));
    assert_eq!(count(SourceDocument::NotifyCardRegistration), (2, 8));
}

#[test]
fn has_highest_confidence_in_specification() {
    for schema in Schema::ALL {
        let is_edition = matches!(schema.source, SourceDocument::Editions(_));
        assert_eq!(schema.confidence != Some(Confidence::Specification), is_edition);
        assert!(schema.confidence.is_some(), "{}", schema.name);
    }
    let names = [Confidence::OneEdition, Confidence::TwoEditions, Confidence::Specification];
    assert_eq!(names.map(Confidence::name), ["oneEdition", "twoEditions", "specification"]);
    assert_eq!(
        names.map(|confidence| confidence.to_string()),
        ["one edition", "two editions", "specification"]
    );
}

#[test]
fn schema_and_field_names_are_unique() {
    let schemas: BTreeSet<_> = Schema::ALL.iter().map(|schema| schema.name).collect();
    let fields: BTreeSet<_> =
        all_fields().map(|(schema, field)| (schema.name, field.name)).collect();
    assert_eq!((schemas.len(), fields.len()), (Schema::ALL.len(), all_fields().count()));
}

#[test]
fn describes_schemas_fields_and_values() {
    for schema in Schema::ALL {
        assert!(!schema.description().is_empty(), "{}", schema.name);
    }
    for (schema, field) in all_fields() {
        assert!(!field.description().is_empty(), "{} {}", schema.name, field.name);
        if let Some(schema) = field.value_type.enum_schema() {
            assert_eq!(schema.value_descriptions().count(), schema.values.len());
            assert!(schema.value_descriptions().all(|(_, description)| !description.is_empty()));
        }
    }
}

/// The specification's examples that violate a constraint on their own field, with the code of the
/// violation. The schemas omit these examples.
const INVALID_EXAMPLES: [(&str, &str, &str); 1] = [
    // The example has 14 characters, but the maximum is 12 (V9).
    ("DeployAppInfo", "serviceTel", "maxLength"),
];

#[test]
fn matches_specification_examples() {
    let is_invalid = |line: &[String; 3]| {
        INVALID_EXAMPLES.iter().any(|&(schema, field, _)| line[..2] == [schema, field])
    };
    let mut specified = parse_tsv(EXAMPLES_TSV, ["table", "field", "example"]);
    specified.retain(|line| !is_invalid(line));
    let examples = all_fields().filter_map(|(schema, field)| {
        Some([schema.name, field.name, field.example()?].map(str::to_owned))
    });
    assert_eq!(examples.collect::<Vec<_>>(), specified);
    assert_eq!(specified.len(), 49);
}

#[test]
fn omits_only_invalid_examples() {
    let mut invalid = Vec::new();
    for [name, field, example] in parse_tsv(EXAMPLES_TSV, ["table", "field", "example"]) {
        let schema = Schema::by_name(&name).unwrap();
        let mut value = common::complete_value(schema);
        value[&field] = serde_json::from_str(&example).unwrap();
        for (path, code) in common::violations(schema, &value) {
            assert_eq!(path, format!("/{field}"), "{name}");
            invalid.push((name.clone(), field.clone(), code));
        }
    }
    let listed =
        INVALID_EXAMPLES.map(|(schema, field, code)| (schema.into(), field.into(), code.into()));
    assert_eq!(invalid, listed);
}

#[test]
fn all_schemas_include_nested_schemas() {
    let mut nested = 0;
    for (_, field) in all_fields() {
        if let ValueType::Object(schema, _)
        | ValueType::Array(ArrayType { items: ItemType::Object(schema), .. }) = field.value_type
        {
            assert_eq!(
                schema_cells(schema),
                Schema::by_name(schema.name).map_or(vec![], schema_cells)
            );
            nested += 1;
        }
    }
    assert!(nested > 26, "{nested}");
}

#[test]
fn forbids_exactly_three_characters() {
    assert_eq!(FORBIDDEN_CHARACTERS, ['@', '#', '?']);
}

/// A line of `cross_field_rules.tsv`: the table, the code, the fields in alphabetical order, and the
/// condition.
type RuleLine = (String, String, Vec<String>, String);

/// Formats a rule of a schema, or of the object in one of its fields, like a line of
/// `cross_field_rules.tsv`.
fn rule_line(schema: &str, field: Option<&str>, rule: &CrossFieldRule) -> RuleLine {
    let (code, condition) = match rule {
        CrossFieldRule::AllOrNone(_) => ("dependentRequired", String::new()),
        CrossFieldRule::RequiredIf { when, is, .. } => {
            ("dependentRequired", format!("{when}={is}"))
        }
        CrossFieldRule::AtLeastOneOf(_) => ("anyOf", String::new()),
        CrossFieldRule::FormatIf { when, is, .. } => ("format", format!("{when}={is}")),
        CrossFieldRule::ValueByKey { .. } => ("const", String::new()),
        other => panic!("no code for the rule {other:?}"),
    };
    let path = field.map(|field| format!("{field}/")).unwrap_or_default();
    let mut fields: Vec<_> = rule.fields().map(|field| format!("{path}{field}")).collect();
    fields.sort();
    (schema.to_owned(), code.to_owned(), fields, condition)
}

fn rules_of_field(field: &Field) -> &'static [CrossFieldRule] {
    match field.value_type {
        ValueType::Object(_, constraints) => constraints.cross_field_rules,
        _ => &[],
    }
}

/// Returns every rule, with the schema of the object to which it applies.
fn all_rules() -> Vec<(&'static Schema, &'static CrossFieldRule, RuleLine)> {
    let mut rules = Vec::new();
    for schema in Schema::ALL {
        for rule in schema.cross_field_rules {
            rules.push((*schema, rule, rule_line(schema.name, None, rule)));
        }
        for field in schema.fields {
            for rule in rules_of_field(field) {
                let ValueType::Object(object, _) = field.value_type else {
                    panic!("{}", field.name)
                };
                rules.push((object, rule, rule_line(schema.name, Some(field.name), rule)));
            }
        }
    }
    rules
}

#[test]
fn matches_cross_field_rules_of_specification() {
    let columns = ["table", "code", "fields", "interpretation", "condition"];
    let lines = parse_tsv(CROSS_FIELD_RULES_TSV, columns).into_iter();
    let lines = lines.map(|[table, code, fields, _, condition]| {
        let mut fields: Vec<_> = fields.split('|').map(str::to_owned).collect();
        fields.sort();
        (table, code, fields, condition)
    });
    let mut specified: Vec<RuleLine> = lines.collect();
    let mut implemented: Vec<_> = all_rules().into_iter().map(|(_, _, line)| line).collect();
    specified.sort();
    implemented.sort();
    assert_eq!(implemented, specified);
}

/// Checks the formats and values of the rules, which `cross_field_rules.tsv` does not list.
#[test]
fn matches_formats_and_values_of_rules() {
    for (_, rule, (schema, ..)) in all_rules() {
        match rule {
            CrossFieldRule::FormatIf { format, .. } => assert_eq!(*format, Format::E164),
            CrossFieldRule::ValueByKey { field, key, values } => {
                assert_eq!((*field, *key), ("resultStatus", "resultCode"));
                let values: Vec<_> =
                    values.iter().map(|(code, status)| format!("{code}:{status}")).collect();
                let endpoint = ENDPOINTS_TSV.lines().map(|line| line.split('\t').collect());
                let mut endpoint = endpoint.filter(|cells: &Vec<_>| cells[6] == schema);
                assert_eq!(values.join("|"), endpoint.next().unwrap()[8], "{schema}");
            }
            _ => {}
        }
    }
}

#[test]
fn refers_only_to_existing_fields() {
    for (object, rule, line) in all_rules() {
        assert!(rule.fields().count() >= 2, "{line:?}");
        for path in rule.fields() {
            let (outer, inner) =
                path.split_once('/').map_or((path, None), |(outer, inner)| (outer, Some(inner)));
            let field = object.field(outer);
            assert!(field.is_some(), "{line:?}: unknown field {path}");
            if let (Some(Field { value_type: ValueType::Object(schema, _), .. }), Some(inner)) =
                (field, inner)
            {
                assert!(schema.field(inner).is_some(), "{line:?}: unknown field {path}");
            }
        }
    }
}

/// The fields with personal data or secrets, grouped by kind.
const SENSITIVE_FIELDS: [&str; 82] = [
    // Fields with the names of people.
    "UserName fullName",
    "UserName firstName",
    "UserName middleName",
    "UserName lastName",
    // Fields with phone numbers, e-mail addresses and other contacts.
    "Buyer buyerEmail",
    "Buyer buyerPhoneNo",
    "ContactInfo contactNo",
    "DeployAppInfo serviceEmail",
    "DeployAppInfo serviceTel",
    "MerchantStore storePhoneNo",
    "Shipping shippingPhoneNo",
    // Fields with the addresses and locations of people.
    "Address address1",
    "Address address2",
    "Address latitude",
    "Address longitude",
    "Address zipCode",
    // Fields with attributes of people.
    "User avatar",
    "User birthDate",
    "User gender",
    "User nationality",
    "User nickName",
    // Fields with the IDs of users, customers and operators, including hashed and masked IDs.
    "Buyer referenceBuyerId",
    "LoginIdInfo hashLoginId",
    "LoginIdInfo loginId",
    "LoginIdInfo maskLoginId",
    "MerchantStore storeOperatorId",
    "MerchantSyncRequest operatorId",
    "Message customerId",
    "NotifyCardRegistrationRequest customerId",
    "User userId",
    "AppInfoListQueryRequest userId",
    "BenefitUsedSyncRequest userId",
    "IssueCardRequest customerId",
    "IssueCardRequest externalCustomerId",
    "TransactionNotifyRequest userId",
    // Fields with the addresses and tokens of devices.
    "DeviceInfo clientIp",
    "DeviceInfo tokenId",
    "Env clientIp",
    "Env cookieId",
    "Env deviceTokenId",
    // Fields with tokens and authorization codes.
    "ApplyTokenRequest authCode",
    "ApplyTokenRequest refreshToken",
    "ApplyTokenResponse accessToken",
    "ApplyTokenResponse customerId",
    "ApplyTokenResponse refreshToken",
    "CancelTokenRequest accessToken",
    "InquireOperatorInfoRequest loginToken",
    "InquiryUserInfoRequest accessToken",
    "MessageSendRequest accessToken",
    "PrepareResponse authUrl",
    "RedirectActionForm parameters",
    "RedirectActionForm redirectUrl",
    "RedirectActionForm redirectionUrl",
    "SendInboxRequest accessToken",
    // Fields with URLs and parameters that can contain tokens.
    "MessageSendRequest redirectUrl",
    "PayRequest paymentNotifyUrl",
    "PayRequest paymentRedirectUrl",
    "PayRequest voidNotifyUrl",
    "QrcodeCreateRequest appQrCodeParams",
    "QrcodeCreateResponse appQrCode",
    // Fields with data of operators and membership cards.
    "AssetDetail assetValue",
    "BenefitUsedSyncRequest benefitCode",
    "BenefitUsedSyncRequest benefitUrl",
    "CardDetail fieldValue",
    "InquireMemberAssetsRequest cardNo",
    "InquireMemberAssetsRequest queryConditions",
    "IssueCardResponse cardNo",
    "InquireCardDetailRequest cardNo",
    "Operator operatorId",
    "Operator operatorName",
    "UpdateCardDetailRequest cardNo",
    // Fields with the content of messages.
    "TemplateParameters bodyUrl",
    "TemplateParameters customContent",
    "TemplateParameters customTitle",
    "TemplateParameters firstLinkName",
    "TemplateParameters firstLinkUrl",
    "TemplateParameters headerLink",
    "TemplateParameters pushContentUrl",
    // Fields with payment methods.
    "PaymentMethod paymentMethodId",
    "PaymentMethod paymentMethodMetaData",
    // Fields with arbitrary strings. `extendInfo` is omitted here, because every such field is
    // sensitive.
    "CardField fieldValue",
    "Message messageContent",
];

#[test]
fn marks_personal_data_and_secrets_as_sensitive() {
    let name = |(schema, field): (&Schema, &Field)| format!("{} {}", schema.name, field.name);
    let sensitive: BTreeSet<_> =
        all_fields().filter(|(_, field)| field.sensitive).map(name).collect();
    let extended: Vec<_> =
        all_fields().filter(|(_, field)| field.name == "extendInfo").map(name).collect();
    assert!(extended.len() > 13);
    let listed: BTreeSet<_> =
        SENSITIVE_FIELDS.into_iter().map(str::to_owned).chain(extended).collect();
    assert_eq!(sensitive, listed);
}
