//! `mpp types` and `mpp show`: the types, enums and endpoints as text.

use super::names::Definition;
use miniprogram_protocol::{
    __private::{FieldUnderPolicy, fields_under_policy, policy_string_limits},
    Edition, Format, Policy,
    dictionary::{ResultCode, ResultStatus},
    endpoint::{EndpointMetadata, Family},
    schema::{
        CrossFieldRule, EnumSchema, Field, FieldDifference, IntegerConstraints, Schema,
        StringConstraints, StringType, ValueType,
    },
};
use std::io::{self, Write};

/// The maximum length of an output line, in characters.
pub(crate) const MAX_LINE_WIDTH: usize = 100;

/// Writes one line per type, enum, endpoint and edition: the name and the first sentence of the
/// description. Types and endpoints are grouped by family.
pub(crate) fn write_names(output: &mut dyn Write) -> io::Result<()> {
    let families = || Family::ALL.iter().copied();
    for family in [None].into_iter().chain(families().map(Some)) {
        let types = Schema::ALL.iter().filter(|schema| schema.family() == family);
        let types: Vec<_> = types.map(|schema| (schema.name, schema.description())).collect();
        let title = family.map_or("data dictionary".to_owned(), |family| family.to_string());
        write_group(output, &format!("Types ({title})"), &types)?;
        writeln!(output)?;
    }
    let enums = EnumSchema::all().map(|schema| (schema.name, schema.description()));
    write_group(output, "Enums", &enums.collect::<Vec<_>>())?;
    for family in families() {
        let endpoints = EndpointMetadata::ALL.iter().filter(|endpoint| endpoint.family == family);
        let endpoints: Vec<_> =
            endpoints.map(|endpoint| (endpoint.name, endpoint.description())).collect();
        writeln!(output)?;
        write_group(output, &format!("Endpoints ({family})"), &endpoints)?;
    }
    let editions = Edition::ALL.iter();
    let editions = editions.map(|edition| (edition.name(), edition.description().to_owned()));
    writeln!(output)?;
    write_group(output, "Editions", &editions.collect::<Vec<_>>())
}

/// Writes a title, and one line per name: the name and the first sentence of the description.
pub(crate) fn write_group(
    output: &mut dyn Write,
    title: &str,
    entries: &[(&'static str, String)],
) -> io::Result<()> {
    writeln!(output, "{title}:")?;
    let width = max_length(entries.iter().map(|(name, _)| *name));
    for (name, description) in entries {
        writeln!(output, "  {name:width$}  {}", first_sentence(description))?;
    }
    Ok(())
}

/// Writes the definition of a type, an enum or an endpoint. Types and endpoints depend on the
/// policy.
pub(crate) fn write_definition(
    definition: Definition,
    policy: &Policy,
    output: &mut dyn Write,
) -> io::Result<()> {
    match definition {
        Definition::Type(schema) => write_type(schema, policy, output),
        Definition::Enum(schema) => write_enum(schema, output),
        Definition::Endpoint(endpoint) => write_endpoint(endpoint, policy, output),
    }
}

/// Writes the edition of a policy, unless it is the default edition.
fn write_edition(policy: &Policy, output: &mut dyn Write) -> io::Result<()> {
    match policy.current_edition() {
        Edition::V2 => Ok(()),
        other => writeln!(output, "Edition: {other}"),
    }
}

fn write_type(schema: &Schema, policy: &Policy, output: &mut dyn Write) -> io::Result<()> {
    write_wrapped(output, "", &format!("{}: {}", schema.name, schema.description()))?;
    write_source(schema, output)?;
    write_edition(policy, output)?;
    write_fields(schema, policy, output)?;

    let rules = describe_cross_field_rules(schema);
    if !rules.is_empty() {
        writeln!(output, "\nCross-field rules:")?;
    }
    for rule in rules {
        write_wrapped(output, "  ", &rule)?;
    }

    if policy.current_edition() == Edition::default() {
        write_edition_differences(schema, output)?;
    }
    write_formats(&formats_of_type(schema), output)
}

/// Writes the differences between editions, if any, after an empty line and a title.
fn write_edition_differences(schema: &Schema, output: &mut dyn Write) -> io::Result<()> {
    let editions = Edition::ALL.iter().flat_map(|edition| edition.own_differences());
    let mut differences = editions.filter(|each| each.schema == schema.name).peekable();
    if differences.peek().is_some() {
        writeln!(output, "\nEditions:")?;
    }
    for FieldDifference { edition, field, change, .. } in differences {
        write_wrapped(output, "  ", &format!("{edition}: {field}: {change}"))?;
    }
    Ok(())
}

/// Writes the source of a type, and the confidence in it.
pub(crate) fn write_source(schema: &Schema, output: &mut dyn Write) -> io::Result<()> {
    write_wrapped(output, "", &format!("Source: {}", schema.source))?;
    if let Some(confidence) = schema.confidence {
        writeln!(output, "Confidence: {confidence}")?;
    }
    Ok(())
}

/// Writes the descriptions of formats, if any, after an empty line and a title.
pub(crate) fn write_formats(formats: &[Format], output: &mut dyn Write) -> io::Result<()> {
    if !formats.is_empty() {
        writeln!(output, "\nFormats:")?;
    }
    for format in formats {
        write_wrapped(output, "  ", &format!("{format}: {}", format.description()))?;
    }
    Ok(())
}

/// The number of spaces between columns.
const COLUMN_GAP: usize = 2;

fn write_fields(schema: &Schema, policy: &Policy, output: &mut dyn Write) -> io::Result<()> {
    let rows = fields_under_policy(policy, schema).map(|field| FieldRow::new(field, policy));
    let rows: Vec<_> = rows.collect();
    let name_width = max_length(rows.iter().map(|row| row.name).chain(["Field"]));
    let type_width = max_length(rows.iter().map(|row| &*row.value_type).chain(["Type"]));
    let before_constraints = name_width + type_width + "Required".len() + 3 * COLUMN_GAP;

    writeln!(output)?;
    writeln!(output, "{:name_width$}  {:type_width$}  Required  Constraints", "Field", "Type")?;
    for row in &rows {
        let width = MAX_LINE_WIDTH.saturating_sub(before_constraints);
        let mut constraints = wrap(&row.constraints, width).into_iter();
        let (name, value_type) = (row.name, &row.value_type);
        let required = if row.required { "yes" } else { "" };
        let first = constraints.next().unwrap_or_default();
        let line = format!("{name:name_width$}  {value_type:type_width$}  {required:8}  {first}");
        writeln!(output, "\n{}", line.trim_end())?;
        for line in constraints {
            writeln!(output, "{:before_constraints$}{line}", "")?;
        }
        write_wrapped(output, "    ", &row.description)?;
        if let Some(example) = row.example {
            // The example is not wrapped, because a line break would change the value.
            writeln!(output, "    Example: {example}")?;
        }
    }
    Ok(())
}

fn write_enum(schema: &EnumSchema, output: &mut dyn Write) -> io::Result<()> {
    let fields: Vec<(&Schema, &Field)> = Schema::ALL
        .iter()
        .flat_map(|owner| owner.fields.iter().map(move |field| (*owner, field)))
        .filter(|(_, field)| field.value_type.enum_schema() == Some(schema))
        .collect();

    write_wrapped(output, "", &format!("{}: {}", schema.name, schema.description()))?;
    if let Some((owner, _)) = fields.first() {
        write_source(owner, output)?;
    }
    let kind = if schema.open {
        "open enum (unknown values are valid)"
    } else {
        "closed enum (unknown values are invalid)"
    };
    writeln!(output, "Kind: {kind}")?;

    let width = max_length(schema.values.iter().chain(&["Value"]));
    writeln!(output, "\n{:width$}  Description\n", "Value")?;
    for (value, description) in schema.value_descriptions() {
        write_labeled(output, &format!("{value:width$}  "), &description)?;
    }

    writeln!(output, "\nUsed by:")?;
    for (owner, field) in fields {
        writeln!(output, "  {}.{}", owner.name, field.name)?;
    }
    Ok(())
}

fn write_endpoint(
    endpoint: &EndpointMetadata,
    policy: &Policy,
    output: &mut dyn Write,
) -> io::Result<()> {
    let edition = policy.current_edition();
    let paths: Vec<_> = edition.paths(endpoint).collect();
    write_wrapped(output, "", &format!("{}: {}", endpoint.name, endpoint.description()))?;
    write_source(endpoint.request, output)?;
    if let Some(replacement) = endpoint.replaced_by {
        writeln!(output, "Deprecated: {replacement} replaces it")?;
    }
    write_edition(policy, output)?;
    let path = paths.first().map(String::as_str).unwrap_or_default();
    writeln!(output, "Path: {} {path}", EndpointMetadata::METHOD)?;
    for alias in paths.iter().skip(1) {
        writeln!(output, "Other path: {alias}")?;
    }
    writeln!(output, "Caller: {}", endpoint.caller)?;
    writeln!(output, "Callee: {}", endpoint.callee)?;
    writeln!(output, "Request: {}", endpoint.request.name)?;
    writeln!(output, "Response: {}", endpoint.response.name)?;
    if let Some(key) = endpoint.idempotency_key {
        writeln!(output, "Idempotency key: {key}")?;
    }

    if !endpoint.exchange_rules.is_empty() {
        writeln!(output, "\nRules that relate the response to the request:")?;
    }
    for rule in endpoint.exchange_rules {
        write_wrapped(output, "  ", &rule.to_string())?;
    }

    writeln!(output, "\nResult codes (others are possible):")?;
    let width = max_length(endpoint.result_codes.iter().map(ResultCode::as_str));
    for code in endpoint.result_codes {
        let (name, message) = (code.as_str(), code.message().unwrap_or_default());
        let status = edition.status(code, path);
        let status = status.as_ref().map_or("", ResultStatus::as_str);
        write_labeled(output, &format!("  {name:width$}  {status:1}  "), message)?;
    }
    Ok(())
}

/// A row of the output table, which describes a field.
struct FieldRow {
    name: &'static str,
    value_type: String,
    required: bool,
    constraints: String,
    description: String,
    example: Option<&'static str>,
}

impl FieldRow {
    fn new(
        FieldUnderPolicy { field, value_type, required, .. }: FieldUnderPolicy,
        policy: &Policy,
    ) -> Self {
        let mut constraints = describe_value_type_with(value_type, policy);
        if field.sensitive {
            constraints.push("sensitive".to_owned());
        }
        Self {
            name: field.name,
            value_type: value_type.to_string(),
            required,
            constraints: constraints.join("; "),
            description: field.description(),
            example: field.example(),
        }
    }
}

/// Describes the format, the enum and the constraints of a value type, and the limits that only a policy
/// or its edition can set.
pub(crate) fn describe_value_type_with(mut value_type: ValueType, policy: &Policy) -> Vec<String> {
    let constraints = value_type.string_type().map(|string| string.constraints);
    let Some(limits) =
        constraints.and_then(|constraints| policy_string_limits(policy, constraints))
    else {
        return describe_value_type(&value_type);
    };
    let values = limits.values.map(|values| format!("only {}", values.join(", ")));
    if let (ValueType::String(string), Some(_)) = (&mut value_type, &values) {
        // The policy's values replace the values of the enum.
        string.enum_schema = None;
    }
    let forbidden = limits.forbidden_characters.map(|set| {
        let printable = set.iter().filter(|character| !character.is_control());
        let control = set.iter().any(char::is_control).then(|| "control characters".to_owned());
        let all: Vec<_> = printable.map(String::from).chain(control).collect();
        if all.is_empty() {
            "any characters".to_owned()
        } else {
            format!("none of the characters {}", all.join(" "))
        }
    });
    let pattern = limits.has_pattern.then(|| "the pattern of the policy".to_owned());
    let limits = values.into_iter().chain(forbidden).chain(pattern);
    describe_value_type(&value_type).into_iter().chain(limits).collect()
}

/// Describes the format, the enum and the constraints of a value type.
pub(crate) fn describe_value_type(value_type: &ValueType) -> Vec<String> {
    match value_type {
        ValueType::String(string_type) => describe_string(*string_type),
        ValueType::Integer(constraints) => describe_integer(*constraints).into_iter().collect(),
        ValueType::Array(array_type) => {
            let size = array_type.max_items;
            let size = size.map(|max| format!("at most {}", pluralize(max.into(), "element")));
            let items = describe_value_type(&array_type.items.value_type());
            let items = (!items.is_empty()).then(|| format!("each element: {}", items.join(", ")));
            size.into_iter().chain(items).collect()
        }
        ValueType::Object(_, constraints) if !constraints.cross_field_rules.is_empty() => {
            vec!["see cross-field rules".to_owned()]
        }
        _ => Vec::new(),
    }
}

fn describe_string(string_type: StringType) -> Vec<String> {
    let format = string_type.format.map(|format| format!("format {format}"));
    let known_values = string_type.enum_schema.map(|schema| {
        let (name, values) = (schema.name, schema.values.join(", "));
        if schema.open {
            format!("{values}, or another value (open enum {name})")
        } else {
            format!("one of {values} (enum {name})")
        }
    });
    let constraints = describe_string_constraints(string_type.constraints);
    format.into_iter().chain(known_values).chain(constraints).collect()
}

fn describe_integer(constraints: IntegerConstraints) -> Option<String> {
    match (constraints.minimum, constraints.maximum) {
        (i64::MIN, i64::MAX) => None,
        (minimum, i64::MAX) => Some(format!("at least {minimum}")),
        (i64::MIN, maximum) => Some(format!("at most {maximum}")),
        (minimum, maximum) => Some(format!("{minimum} to {maximum}")),
    }
}

fn describe_string_constraints(constraints: StringConstraints) -> Vec<String> {
    let length = match (constraints.min_length, constraints.max_length) {
        (0, None) => None,
        (min, None) => Some(format!("at least {}", pluralize(min.into(), "character"))),
        (0, Some(max)) => Some(format!("at most {}", pluralize(max.into(), "character"))),
        (min, Some(max)) => Some(format!("{min} to {}", pluralize(max.into(), "character"))),
    };
    let forbidden: Vec<_> =
        constraints.forbidden_characters().iter().map(char::to_string).collect();
    let characters =
        (!forbidden.is_empty()).then(|| format!("no special characters ({})", forbidden.join(" ")));
    length.into_iter().chain(characters).collect()
}

/// Formats a number with a noun, as in "1 element" or "2 elements".
pub(crate) fn pluralize(number: u64, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// Describes the cross-field rules of a type, and those that it adds to the objects in its fields.
pub(crate) fn describe_cross_field_rules(schema: &Schema) -> Vec<String> {
    let mut rules: Vec<_> =
        schema.cross_field_rules.iter().map(|rule| format!("{rule}.")).collect();
    for field in schema.fields {
        if let ValueType::Object(_, constraints) = field.value_type {
            let inner = constraints.cross_field_rules.iter();
            rules.extend(inner.map(|rule| format!("{}: {rule}.", field.name)));
        }
    }
    rules
}

/// Returns the formats that occur in the fields and rules of a type, without duplicates.
fn formats_of_type(schema: &Schema) -> Vec<Format> {
    let field_formats =
        schema.fields.iter().filter_map(|field| field.value_type.string_type()?.format);
    let rule_formats = schema.cross_field_rules.iter().filter_map(|rule| match *rule {
        CrossFieldRule::FormatIf { format, .. } => Some(format),
        _ => None,
    });
    let mut formats = Vec::new();
    for format in field_formats.chain(rule_formats) {
        if !formats.contains(&format) {
            formats.push(format);
        }
    }
    formats
}

fn first_sentence(paragraph: &str) -> &str {
    paragraph.find(". ").and_then(|end| paragraph.get(..=end)).unwrap_or(paragraph)
}

fn max_length(strings: impl Iterator<Item: AsRef<str>>) -> usize {
    strings.map(|string| string.as_ref().chars().count()).max().unwrap_or_default()
}

/// Writes a paragraph as indented lines of at most [`MAX_LINE_WIDTH`] characters.
pub(crate) fn write_wrapped(
    output: &mut dyn Write,
    indent: &str,
    paragraph: &str,
) -> io::Result<()> {
    for line in wrap(paragraph, MAX_LINE_WIDTH.saturating_sub(indent.len())) {
        writeln!(output, "{indent}{line}")?;
    }
    Ok(())
}

/// Writes a label and a paragraph on its right, as lines of at most [`MAX_LINE_WIDTH`] characters.
pub(crate) fn write_labeled(
    output: &mut dyn Write,
    label: &str,
    paragraph: &str,
) -> io::Result<()> {
    let indent = label.chars().count();
    let mut lines = wrap(paragraph, MAX_LINE_WIDTH.saturating_sub(indent)).into_iter();
    let first = format!("{label}{}", lines.next().unwrap_or_default());
    writeln!(output, "{}", first.trim_end())?;
    for line in lines {
        writeln!(output, "{:indent$}{line}", "")?;
    }
    Ok(())
}

/// Wraps a paragraph at `width` characters. A line is longer only if it consists of a single word
/// that is longer.
pub(crate) fn wrap(paragraph: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in paragraph.split_whitespace() {
        let length = word.chars().count();
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + length <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::{
        describe_integer, describe_string_constraints, describe_value_type, first_sentence,
        pluralize, wrap,
    };
    use miniprogram_protocol::schema::{
        ArrayType, IntegerConstraints, ItemType, StringConstraints, StringType, ValueType,
    };

    const ANY_STRING: StringConstraints = StringConstraints::UNCONSTRAINED;
    const ANY_INTEGER: IntegerConstraints = IntegerConstraints::UNCONSTRAINED;

    #[test]
    fn finds_the_first_sentence() {
        assert_eq!(first_sentence("Version 1.0 of it. More."), "Version 1.0 of it.");
        assert_eq!(first_sentence("One."), "One.");
        assert_eq!(first_sentence("None"), "None");
    }

    #[test]
    fn wraps_between_words() {
        assert_eq!(wrap("one two  three", 7), ["one two", "three"]);
        assert_eq!(wrap("a sesquipedalian word", 7), ["a", "sesquipedalian", "word"]);
        assert_eq!(wrap("", 7), [""; 0]);
    }

    #[test]
    fn pluralizes_nouns() {
        assert_eq!(pluralize(1, "element"), "1 element");
        assert_eq!(pluralize(2, "element"), "2 elements");
    }

    #[test]
    fn describes_string_constraints() {
        for (constraints, expected) in [
            (ANY_STRING, &[][..]),
            (ANY_STRING.max_length(1), &["at most 1 character"]),
            (ANY_STRING.min_length(2), &["at least 2 characters"]),
            (ANY_STRING.max_length(32).min_length(1), &["1 to 32 characters"]),
            (
                ANY_STRING.max_length(8).no_special_characters(),
                &["at most 8 characters", "no special characters (@ # ?)"],
            ),
        ] {
            assert_eq!(describe_string_constraints(constraints), expected);
        }
    }

    #[test]
    fn describes_integer_constraints() {
        for (constraints, expected) in [
            (ANY_INTEGER, None),
            (ANY_INTEGER.minimum(1), Some("at least 1")),
            (ANY_INTEGER.range(i64::MIN, 9), Some("at most 9")),
            (ANY_INTEGER.range(0, 2_147_483_647), Some("0 to 2147483647")),
        ] {
            assert_eq!(describe_integer(constraints).as_deref(), expected);
        }
    }

    #[test]
    fn describes_array_constraints() {
        for (max_items, constraints, expected) in [
            (None, ANY_STRING, &[][..]),
            (Some(1), ANY_STRING, &["at most 1 element"]),
            (
                Some(50),
                ANY_STRING.max_length(50),
                &["at most 50 elements", "each element: at most 50 characters"],
            ),
            (
                None,
                ANY_STRING.max_length(5).no_special_characters(),
                &["each element: at most 5 characters, no special characters (@ # ?)"],
            ),
        ] {
            let mut items = StringType::ANY;
            items.constraints = constraints;
            let mut array_type = ArrayType::new(ItemType::String(items));
            array_type.max_items = max_items;
            assert_eq!(describe_value_type(&ValueType::Array(array_type)), expected);
        }
        assert_eq!(describe_value_type(&ValueType::Boolean), [""; 0]);
    }
}
