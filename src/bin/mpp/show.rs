//! `mpp types` and `mpp show`: the tables for people.

use miniprogram_protocol::{
    Format,
    schema::{
        Constraints, CrossFieldRule, EnumSchema, Field, Schema, StringConstraints, ValueType,
    },
};
use std::io::{self, Write};

/// The greatest length of a line.
pub(crate) const WIDTH: usize = 100;

/// Writes the types, one a line.
pub(crate) fn types(output: &mut dyn Write) -> io::Result<()> {
    let width = longest(Schema::ALL.iter().map(|schema| schema.name));
    for schema in Schema::ALL {
        let about = schema.description();
        writeln!(output, "{:width$}  {}", schema.name, sentence(&about))?;
    }
    Ok(())
}

/// Writes the table of a type.
pub(crate) fn table(schema: &Schema, output: &mut dyn Write) -> io::Result<()> {
    let about = format!("{}: {}", schema.name, schema.description());
    write_wrapped(output, "", &about)?;
    writeln!(output, "Source: {}", schema.document)?;

    let rows: Vec<Row> = schema.fields.iter().map(Row::new).collect();
    let names = longest(rows.iter().map(|row| row.name).chain(["Field"]));
    let types = longest(rows.iter().map(|row| &*row.value_type).chain(["Type"]));
    let column = names + types + "Required".len() + 3 * GAP;

    writeln!(output)?;
    writeln!(output, "{:names$}  {:types$}  Required  Rules", "Field", "Type")?;
    for row in &rows {
        let mut rules = wrap(&row.rules, WIDTH.saturating_sub(column)).into_iter();
        let (name, value_type) = (row.name, &row.value_type);
        let required = if row.required { "yes" } else { "" };
        let rule = rules.next().unwrap_or_default();
        let line = format!("{name:names$}  {value_type:types$}  {required:8}  {rule}");
        writeln!(output, "\n{}", line.trim_end())?;
        for rule in rules {
            writeln!(output, "{:column$}{rule}", "")?;
        }
        write_wrapped(output, "    ", &row.about)?;
        if let Some(example) = row.example {
            // A break would change the value.
            writeln!(output, "    Example: {example}")?;
        }
    }

    let cross_field_rules = cross_field_rules(schema);
    if !cross_field_rules.is_empty() {
        writeln!(output, "\nRules between fields:")?;
    }
    for cross_field_rule in cross_field_rules {
        write_wrapped(output, "  ", &cross_field_rule)?;
    }

    let formats = formats(schema);
    if !formats.is_empty() {
        writeln!(output, "\nFormats:")?;
    }
    for format in formats {
        write_wrapped(output, "  ", &format!("{format}: {}", format.description()))?;
    }
    Ok(())
}

/// The blanks between columns.
const GAP: usize = 2;

/// A row of a table, in words.
struct Row {
    name: &'static str,
    value_type: String,
    required: bool,
    rules: String,
    about: String,
    example: Option<&'static str>,
}

impl Row {
    fn new(field: &Field) -> Self {
        let mut rules = shape_in_words(&field.value_type);
        rules.extend(rule_in_words(&field.constraints));
        if field.sensitive {
            rules.push("sensitive".to_owned());
        }
        Self {
            name: field.name,
            value_type: field.value_type.to_string(),
            required: field.required,
            rules: rules.join("; "),
            about: field.description(),
            example: field.example(),
        }
    }
}

/// What a shape asks for beyond its type.
fn shape_in_words(value_type: &ValueType) -> Vec<String> {
    match value_type {
        ValueType::String(Some(format)) => vec![format!("format {format}")],
        ValueType::Enum(EnumSchema { values, open, .. }) => {
            let values = values.join(", ");
            vec![if *open { format!("{values}, or another") } else { format!("one of {values}") }]
        }
        ValueType::Array(element) => {
            shape_in_words(element).into_iter().map(|words| format!("each {words}")).collect()
        }
        _ => Vec::new(),
    }
}

fn rule_in_words(rule: &Constraints) -> Vec<String> {
    match *rule {
        Constraints::String(text) => {
            length_in_words(text).into_iter().chain(characters(text)).collect()
        }
        Constraints::Integer(integer) => {
            let words = match (integer.minimum, integer.maximum) {
                (i64::MIN, i64::MAX) => return Vec::new(),
                (minimum, i64::MAX) => format!("at least {minimum}"),
                (i64::MIN, maximum) => format!("at most {maximum}"),
                (minimum, maximum) => format!("from {minimum} to {maximum}"),
            };
            vec![words]
        }
        Constraints::Array { max_items, items } => {
            let size = max_items.map(|most| format!("at most {}", counted(most, "element")));
            let items = items.map(|text| {
                let length = length_in_words(text).map(|words| format!("of {words}"));
                let characters = characters(text).map(|words| format!("with {words}"));
                let words: Vec<_> =
                    ["each".to_owned()].into_iter().chain(length).chain(characters).collect();
                words.join(" ")
            });
            let words: Vec<_> = size.into_iter().chain(items).collect();
            (!words.is_empty()).then(|| words.join(", ")).into_iter().collect()
        }
        Constraints::Object(object) => {
            object.cross_field_rules.first().map(|_| "see below".to_owned()).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

fn length_in_words(text: StringConstraints) -> Option<String> {
    match (text.min_length, text.max_length) {
        (None, None) => None,
        (Some(least), None) => Some(format!("at least {}", counted(least, "character"))),
        (None, Some(most)) => Some(format!("at most {}", counted(most, "character"))),
        (Some(least), Some(most)) => {
            Some(format!("from {least} to {}", counted(most, "character")))
        }
    }
}

fn characters(text: StringConstraints) -> Option<String> {
    let forbidden: Vec<_> = text.forbidden_characters().iter().map(char::to_string).collect();
    (!forbidden.is_empty()).then(|| format!("none of {}", forbidden.join(" ")))
}

/// "1 element", "2 elements".
fn counted(number: u32, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// The rules between the fields of a table, and between those of its fields' tables.
fn cross_field_rules(schema: &Schema) -> Vec<String> {
    let mut cross_field_rules: Vec<_> = schema.cross_field_rules.iter().map(law_in_words).collect();
    for field in schema.fields {
        if let Constraints::Object(object) = field.constraints {
            let field_constraints = object.cross_field_rules.iter().map(law_in_words);
            cross_field_rules.extend(
                field_constraints
                    .map(|cross_field_rule| format!("In {}, {cross_field_rule}", field.name)),
            );
        }
    }
    cross_field_rules
}

fn law_in_words(cross_field_rule: &CrossFieldRule) -> String {
    match *cross_field_rule {
        CrossFieldRule::AllOrNone(members) => {
            format!("{} are given together or not at all.", listed(members, "and"))
        }
        CrossFieldRule::RequiredIf { field: member, when, is } => {
            format!("{member} is required when {when} is {is}.")
        }
        CrossFieldRule::AtLeastOneOf(members) => {
            format!("at least one of {} is given.", listed(members, "and"))
        }
        CrossFieldRule::FormatIf { field: member, format, when, is } => {
            format!("{member} has the format {format} when {when} is {is}.")
        }
        CrossFieldRule::ValueByKey { field: member, key: when, values: table } => {
            // In the order in which the values first appear.
            let mut values: Vec<(&str, Vec<&str>)> = Vec::new();
            for (key, value) in table {
                match values.iter_mut().find(|(known, _)| known == value) {
                    Some((_, keys)) => keys.push(key),
                    None => values.push((value, vec![key])),
                }
            }
            let cases = values.iter();
            let cases =
                cases.map(|(value, keys)| format!("{value} when it is {}", listed(keys, "or")));
            format!("{member} follows from {when}: {}.", cases.collect::<Vec<_>>().join("; "))
        }
        // A later version of the library may know more laws than this command has words for.
        ref other => format!("{other:?}."),
    }
}

/// The formats that a table speaks of, in the order of its rows.
fn formats(schema: &Schema) -> Vec<Format> {
    let read_fields = schema.fields.iter().filter_map(|field| match &field.value_type {
        ValueType::String(format) | ValueType::Array(ValueType::String(format)) => *format,
        _ => None,
    });
    let of_laws =
        schema.cross_field_rules.iter().filter_map(|cross_field_rule| match *cross_field_rule {
            CrossFieldRule::FormatIf { format, .. } => Some(format),
            _ => None,
        });
    let mut formats = Vec::new();
    for format in read_fields.chain(of_laws) {
        if !formats.contains(&format) {
            formats.push(format);
        }
    }
    formats
}

/// "a, b and c".
fn listed(items: &[&str], conjunction: &str) -> String {
    match items {
        [first @ .., last] if !first.is_empty() => {
            format!("{} {conjunction} {last}", first.join(", "))
        }
        _ => items.concat(),
    }
}

/// The first sentence of a paragraph.
fn sentence(paragraph: &str) -> &str {
    paragraph.find(". ").and_then(|end| paragraph.get(..=end)).unwrap_or(paragraph)
}

fn longest(texts: impl Iterator<Item: AsRef<str>>) -> usize {
    texts.map(|text| text.as_ref().chars().count()).max().unwrap_or_default()
}

/// Writes a text in lines of at most [`WIDTH`] characters, all of them indented.
fn write_wrapped(output: &mut dyn Write, indent: &str, text: &str) -> io::Result<()> {
    for line in wrap(text, WIDTH.saturating_sub(indent.len())) {
        writeln!(output, "{indent}{line}")?;
    }
    Ok(())
}

/// Breaks a text between words, in lines of at most `width` characters where words allow it.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
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
    use super::{counted, listed, rule_in_words, sentence, wrap};
    use miniprogram_protocol::schema::{Constraints, IntegerConstraints, StringConstraints};

    #[test]
    fn a_sentence_ends_at_a_full_stop_and_a_blank() {
        assert_eq!(sentence("Version 1.0 of it. More."), "Version 1.0 of it.");
        assert_eq!(sentence("One."), "One.");
        assert_eq!(sentence("None"), "None");
    }

    #[test]
    fn words_are_wrapped_at_the_width() {
        assert_eq!(wrap("one two  three", 7), ["one two", "three"]);
        assert_eq!(wrap("a sesquipedalian word", 7), ["a", "sesquipedalian", "word"]);
        assert_eq!(wrap("", 7), [""; 0]);
    }

    #[test]
    fn lists_and_numbers_are_read_as_people_say_them() {
        assert_eq!(listed(&["a"], "and"), "a");
        assert_eq!(listed(&["a", "b"], "and"), "a and b");
        assert_eq!(listed(&["a", "b", "c"], "or"), "a, b or c");
        assert_eq!(listed(&[], "or"), "");
        assert_eq!(counted(1, "element"), "1 element");
        assert_eq!(counted(2, "element"), "2 elements");
    }

    #[test]
    fn rules_are_put_in_words() {
        for (rule, words) in [
            (Constraints::None, vec![]),
            (Constraints::String(StringConstraints::UNCONSTRAINED), vec![]),
            (
                Constraints::String(StringConstraints::UNCONSTRAINED.max_length(1)),
                vec!["at most 1 character"],
            ),
            (
                Constraints::String(StringConstraints::UNCONSTRAINED.min_length(2)),
                vec!["at least 2 characters"],
            ),
            (
                Constraints::String(StringConstraints::UNCONSTRAINED.max_length(32).min_length(1)),
                vec!["from 1 to 32 characters"],
            ),
            (
                Constraints::String(
                    StringConstraints::UNCONSTRAINED.max_length(8).no_special_characters(),
                ),
                vec!["at most 8 characters", "none of @ # ?"],
            ),
            (Constraints::Integer(IntegerConstraints::UNCONSTRAINED), vec![]),
            (
                Constraints::Integer(IntegerConstraints::UNCONSTRAINED.minimum(1)),
                vec!["at least 1"],
            ),
            (
                Constraints::Integer(IntegerConstraints::UNCONSTRAINED.range(i64::MIN, 9)),
                vec!["at most 9"],
            ),
            (
                Constraints::Integer(IntegerConstraints::UNCONSTRAINED.range(0, 2_147_483_647)),
                vec!["from 0 to 2147483647"],
            ),
            (Constraints::Array { max_items: None, items: None }, vec![]),
            (Constraints::Array { max_items: Some(10), items: None }, vec!["at most 10 elements"]),
            (
                Constraints::Array {
                    max_items: Some(50),
                    items: Some(StringConstraints::UNCONSTRAINED.max_length(50)),
                },
                vec!["at most 50 elements, each of at most 50 characters"],
            ),
            (
                Constraints::Array {
                    max_items: None,
                    items: Some(
                        StringConstraints::UNCONSTRAINED.max_length(5).no_special_characters(),
                    ),
                },
                vec!["each of at most 5 characters with none of @ # ?"],
            ),
        ] {
            assert_eq!(rule_in_words(&rule), words);
        }
    }
}
