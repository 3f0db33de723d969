//! `mpp explain`: explanations of violation codes and fields.

use super::{
    codes::{
        Explanation, Interpretation, ScopedRule, can_have_code, codes_of_rule, exchange_rules,
    },
    show::{
        describe_value_type, write_formats, write_group, write_labeled, write_source, write_wrapped,
    },
};
use miniprogram_protocol::{
    FieldLimits, FieldLimitsError, Format, Policy,
    schema::{CrossFieldRule, Field, Schema},
};
use std::io::{self, Write};

/// Something that `mpp explain` can explain: a violation code or a field.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Topic {
    Code(Explanation),
    /// A field of a type.
    Field(&'static Schema, &'static Field),
}

/// Writes one line per violation code.
pub(crate) fn write_codes(output: &mut dyn Write) -> io::Result<()> {
    let codes: Vec<_> = Explanation::all()
        .map(|explanation| (explanation.code, explanation.description()))
        .collect();
    write_group(output, "Violation codes", &codes)
}

/// Writes an explanation.
pub(crate) fn write_topic(topic: Topic, output: &mut dyn Write) -> io::Result<()> {
    match topic {
        Topic::Code(explanation) => write_code(explanation, output),
        Topic::Field(schema, field) => write_field(schema, field, output),
    }
}

fn write_code(explanation: Explanation, output: &mut dyn Write) -> io::Result<()> {
    write_wrapped(output, "", &format!("{}: {}", explanation.code, explanation.description()))?;
    let mut follows_title = false;
    for block in explanation.blocks().iter().skip(1) {
        if !follows_title {
            writeln!(output)?;
        }
        write_block(block, output)?;
        follows_title = block.last().is_some_and(|line| line.ends_with(':'));
    }
    write_fields(explanation.code, output)
}

/// Writes a paragraph, a list or a code block.
fn write_block(lines: &[&str], output: &mut dyn Write) -> io::Result<()> {
    let first = lines.first().copied().unwrap_or_default();
    if first.starts_with("```") {
        let code = lines.iter().filter(|line| !line.starts_with("```"));
        return code.copied().try_for_each(|line| writeln!(output, "  {line}"));
    }
    if first.starts_with("- ") {
        let list = lines.join("\n");
        let mut items = list.trim_start_matches("- ").split("\n- ");
        return items.try_for_each(|item| write_labeled(output, "  ", item));
    }
    match first.strip_prefix("Interpretation: ") {
        Some(numbers) => write_interpretations(numbers, output),
        None => write_wrapped(output, "", &lines.join(" ")),
    }
}

/// Writes the entries with the given numbers, such as "J1, J2.".
fn write_interpretations(numbers: &str, output: &mut dyn Write) -> io::Result<()> {
    writeln!(output, "Interpretation of the specification:")?;
    for number in numbers.trim_end_matches('.').split(", ") {
        if let Some(Interpretation { question, behavior }) = Interpretation::by_number(number) {
            write_labeled(output, &format!("  {number:3}  "), question)?;
            write_labeled(output, "       ", behavior)?;
        }
    }
    Ok(())
}

/// Writes the fields that can have violations with the given code, one line per type.
fn write_fields(code: &str, output: &mut dyn Write) -> io::Result<()> {
    let fields_of = |schema: &Schema| -> Vec<_> {
        let fields = schema.fields.iter().filter(|field| can_have_code(schema, field, code));
        let can_occur_at_root = ScopedRule::all().any(|rule| rule.can_occur_at_root(schema, code));
        let document = can_occur_at_root.then_some("(the document)");
        document.into_iter().chain(fields.map(|field| field.name)).collect()
    };
    let all: Vec<_> = Schema::ALL.iter().map(|schema| (schema, fields_of(schema))).collect();
    if all.iter().all(|(_, fields)| fields.is_empty()) {
        return Ok(());
    }
    if all.iter().all(|(schema, fields)| fields.len() == schema.fields.len()) {
        return writeln!(output, "\nFields that can have this violation: all.");
    }
    writeln!(output, "\nFields that can have this violation:")?;
    for (schema, fields) in all.iter().filter(|(_, fields)| !fields.is_empty()) {
        write_labeled(output, &format!("  {}: ", schema.name), &fields.join(", "))?;
    }
    Ok(())
}

fn write_field(schema: &Schema, field: &'static Field, output: &mut dyn Write) -> io::Result<()> {
    let yes_or_no = |yes: bool| if yes { "yes" } else { "no" };
    let name = format!("{}.{}", schema.name, field.name);
    write_wrapped(output, "", &format!("{name}: {}", field.description()))?;
    write_source(schema, output)?;
    writeln!(output, "Type: {}", field.value_type)?;
    writeln!(output, "Required: {}", yes_or_no(field.required))?;
    writeln!(output, "Sensitive: {}", yes_or_no(field.sensitive))?;
    let constraints = describe_value_type(&field.value_type);
    if !constraints.is_empty() {
        write_wrapped(output, "", &format!("Constraints: {}", constraints.join("; ")))?;
    }
    if let Some(example) = field.example() {
        // The example is not wrapped, because a line break would change the value.
        writeln!(output, "Example: {example}")?;
    }

    let rules = ScopedRule::all().filter(|rule| rule.mentions(schema, field));
    let rules: Vec<_> = rules.collect();
    write_list(output, "Cross-field rules", rules.iter().map(|rule| rule.describe()))?;
    let rules_of_exchange =
        exchange_rules(schema).filter(|rule| !codes_of_rule(rule, field).is_empty());
    let title = "Rules that relate the response to the request";
    write_list(output, title, rules_of_exchange.map(ToString::to_string))?;
    write_formats(&formats_of_field(schema, field, &rules), output)?;

    let codes =
        Explanation::all().filter(|explanation| can_have_code(schema, field, explanation.code));
    let codes: Vec<_> =
        codes.map(|explanation| (explanation.code, explanation.description())).collect();
    writeln!(output)?;
    write_group(output, "Violation codes", &codes)?;

    let deviations = field.deviations().map(|deviation| deviation.to_string());
    write_list(output, "Deviations that a policy can allow", deviations)?;
    let limits = limit_keywords(schema, field).into_iter();
    let limits = limits.map(|keyword| format!("fields.{name}.{keyword}"));
    write_list(output, "Limits that a policy file can set", limits)
}

/// Writes a title and one item per line, after an empty line. Writes nothing if there are no items.
fn write_list(
    output: &mut dyn Write,
    title: &str,
    items: impl Iterator<Item = String>,
) -> io::Result<()> {
    for (index, item) in items.enumerate() {
        if index == 0 {
            writeln!(output, "\n{title}:")?;
        }
        write_wrapped(output, "  ", &item)?;
    }
    Ok(())
}

/// Returns the formats of the field: the format of its type, and formats that rules require.
fn formats_of_field(schema: &Schema, field: &'static Field, rules: &[ScopedRule]) -> Vec<Format> {
    let type_format = field.value_type.string_type().and_then(|string| string.format);
    let rule_formats = rules.iter().filter_map(|rule| match *rule.rule {
        CrossFieldRule::FormatIf { format, .. } => rule.code_of(schema, field).map(|_| format),
        _ => None,
    });
    type_format.into_iter().chain(rule_formats).collect()
}

/// Returns the keywords of the limits that a policy file can set on a field.
pub(crate) fn limit_keywords(schema: &Schema, field: &Field) -> Vec<&'static str> {
    let applies = |limits: FieldLimits| {
        let policy = Policy::strict().limit_field_of(schema, field.name, limits);
        !matches!(policy, Err(FieldLimitsError::NotApplicable { .. }))
    };
    let mut keywords = Vec::new();
    if applies(FieldLimits::new().min_length(0)) {
        keywords.extend(["minLength", "maxLength", "forbiddenCharacters", "pattern", "enum"]);
    }
    if applies(FieldLimits::new().minimum(0)) {
        keywords.extend(["minimum", "maximum"]);
    }
    if applies(FieldLimits::new().max_items(0)) {
        keywords.push("maxItems");
    }
    if !keywords.is_empty() {
        keywords.push("unconstrained");
    }
    keywords
}
