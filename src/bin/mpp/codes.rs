//! The violation codes: their explanations, and the fields that can have them.

use miniprogram_protocol::{
    endpoint::EndpointMetadata,
    schema::{CrossFieldRule, ExchangeRule, Field, Schema, StringType, ValueType},
};

/// The explanations, one section per code.
const EXPLANATIONS_MARKDOWN: &str = include_str!("../../../VIOLATION-CODES.md");
const INTERPRETATIONS_MARKDOWN: &str = include_str!("../../../SPEC-INTERPRETATION.md");

/// The explanation of a violation code.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Explanation {
    pub(crate) code: &'static str,
    /// The section below the heading, in Markdown.
    text: &'static str,
}

impl Explanation {
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        EXPLANATIONS_MARKDOWN.split("\n## ").skip(1).filter_map(|section| {
            let (heading, text) = section.split_once('\n')?;
            Some(Self { code: heading.trim().trim_matches('`'), text })
        })
    }

    /// Returns the lines of each block: a paragraph, a list or a code block. Blocks are separated
    /// by empty lines.
    pub(crate) fn blocks(self) -> Vec<Vec<&'static str>> {
        let lines: Vec<_> = self.text.lines().collect();
        let blocks = lines.split(|line| line.is_empty()).filter(|block| !block.is_empty());
        blocks.map(<[_]>::to_vec).collect()
    }

    /// Returns the section in Markdown.
    pub(crate) fn text(self) -> &'static str {
        self.text.trim()
    }

    /// Returns the first paragraph.
    pub(crate) fn description(self) -> String {
        self.blocks().first().map(|lines| lines.join(" ")).unwrap_or_default()
    }
}

/// An entry of `SPEC-INTERPRETATION.md`.
#[derive(Debug)]
pub(crate) struct Interpretation {
    pub(crate) question: &'static str,
    pub(crate) behavior: &'static str,
}

impl Interpretation {
    /// Returns the entries with their numbers, such as `J1`.
    pub(crate) fn all() -> impl Iterator<Item = (&'static str, Self)> {
        let rows = INTERPRETATIONS_MARKDOWN.lines().filter_map(|line| {
            let mut cells = line.strip_prefix('|')?.split('|').map(str::trim);
            let number = cells.next()?;
            Some((number, Self { question: cells.next()?, behavior: cells.next()? }))
        });
        // All other rows are table headers and delimiter rows.
        rows.filter(|(number, _)| number.ends_with(|last: char| last.is_ascii_digit()))
    }

    /// Returns the entry with the given number.
    pub(crate) fn by_number(number: &str) -> Option<Self> {
        Self::all().find(|(known, _)| *known == number).map(|(_, entry)| entry)
    }
}

/// Returns whether a violation of the field, or of one of its array elements, can have the code.
/// Returns `false` for codes that occur only if a policy adds limits.
pub(crate) fn can_have_code(schema: &Schema, field: &'static Field, code: &str) -> bool {
    match code {
        "type" | "duplicate" => true,
        "required" => field.required,
        _ => {
            codes_of_type(field.value_type).contains(&code)
                || ScopedRule::all().any(|rule| rule.code_of(schema, field) == Some(code))
                || exchange_rules(schema).any(|rule| codes_of_rule(rule, field).contains(&code))
        }
    }
}

/// Returns the rules that relate a response of the type to its request.
pub(crate) fn exchange_rules(schema: &Schema) -> impl Iterator<Item = &'static ExchangeRule> {
    let endpoints =
        EndpointMetadata::ALL.iter().filter(|endpoint| endpoint.response.name == schema.name);
    endpoints.flat_map(|endpoint| endpoint.exchange_rules)
}

/// Returns the codes that violations of the rule can have at the field or inside it.
pub(crate) fn codes_of_rule(rule: &ExchangeRule, field: &Field) -> &'static [&'static str] {
    let is_at = |path: &str| path.split('/').next() == Some(field.name);
    match *rule {
        ExchangeRule::Echo { field, .. } if is_at(field) => &["const"],
        ExchangeRule::OneForEach { results, .. } if is_at(results) => &["enum", "minItems"],
        // `ExchangeRule` is non-exhaustive.
        _ => &[],
    }
}

/// Returns the codes that violations of a type's constraints can have.
fn codes_of_type(value_type: ValueType) -> Vec<&'static str> {
    match value_type {
        ValueType::String(string) => codes_of_string(string),
        // Every integer is limited to 64 bits.
        ValueType::Integer(_) => vec!["minimum", "maximum"],
        ValueType::Array(array) | ValueType::OneOrMany(array) => {
            // Every policy limits the number of elements.
            let mut codes = codes_of_type(array.items.value_type());
            codes.push("maxItems");
            codes
        }
        // Every policy limits the number of unknown fields.
        ValueType::Object(..) => vec!["maxProperties"],
        _ => Vec::new(),
    }
}

fn codes_of_string(string: StringType) -> Vec<&'static str> {
    let constraints = string.constraints;
    let codes = [
        ("enum", string.enum_schema.is_some_and(|schema| !schema.open)),
        ("minLength", constraints.min_length > 0),
        ("maxLength", constraints.max_length.is_some()),
        ("format", string.format.is_some()),
        ("forbiddenCharacter", !constraints.forbidden_characters().is_empty()),
    ];
    codes.into_iter().filter_map(|(code, applies)| applies.then_some(code)).collect()
}

/// A cross-field rule, and the objects to which it applies: all objects of a type, or only those in
/// one field.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ScopedRule {
    /// The type that declares the rule.
    owner: &'static Schema,
    /// The field of `owner` that contains the object to which the rule applies, or `None` if the
    /// rule applies to `owner` itself.
    within: Option<&'static Field>,
    pub(crate) rule: &'static CrossFieldRule,
}

impl ScopedRule {
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        Schema::ALL.iter().flat_map(|owner| {
            let type_rules = owner.cross_field_rules.iter();
            let type_rules = type_rules.map(move |rule| Self { owner, within: None, rule });
            let field_rules = owner.fields.iter().flat_map(move |field| {
                let rules = match field.value_type {
                    ValueType::Object(_, constraints) => constraints.cross_field_rules,
                    _ => &[],
                };
                rules.iter().map(move |rule| Self { owner, within: Some(field), rule })
            });
            type_rules.chain(field_rules)
        })
    }

    /// Returns a description of the rule, prefixed with the type or field to which it applies.
    pub(crate) fn describe(self) -> String {
        let Self { owner, within, rule } = self;
        match within {
            Some(field) => format!("{}.{}: {rule}.", owner.name, field.name),
            None => format!("{}: {rule}.", owner.name),
        }
    }

    /// Returns whether the rule refers to the field, or applies to the object in the field.
    pub(crate) fn mentions(self, schema: &Schema, field: &'static Field) -> bool {
        self.applies_within(schema, field)
            || self.rule.fields().any(|path| self.path_includes_field(path, schema, field))
    }

    /// Returns the code of the rule's violations at the field, if there can be any.
    pub(crate) fn code_of(self, schema: &Schema, field: &'static Field) -> Option<&'static str> {
        let path_includes_field = |path: &str| self.path_includes_field(path, schema, field);
        let (code, applies) = match *self.rule {
            CrossFieldRule::AllOrNone(fields) => {
                ("dependentRequired", fields.iter().any(|path| path_includes_field(path)))
            }
            CrossFieldRule::RequiredIf { field, .. } => {
                ("dependentRequired", path_includes_field(field))
            }
            CrossFieldRule::AtLeastOneOf(_) => ("anyOf", self.applies_within(schema, field)),
            CrossFieldRule::FormatIf { field, .. } => ("format", path_includes_field(field)),
            CrossFieldRule::ValueByKey { field, .. } => ("const", path_includes_field(field)),
            // `CrossFieldRule` is non-exhaustive.
            _ => return None,
        };
        applies.then_some(code)
    }

    /// Returns whether a violation of the rule with this code can be at the root of a document of
    /// the type.
    pub(crate) fn can_occur_at_root(self, schema: &Schema, code: &str) -> bool {
        matches!(self.rule, CrossFieldRule::AtLeastOneOf(_))
            && (self.within.is_none() && self.owner.name == schema.name && code == "anyOf")
    }

    /// Returns whether the rule applies to the object in the field.
    fn applies_within(self, schema: &Schema, field: &Field) -> bool {
        match self.within {
            Some(within) => self.owner.name == schema.name && within.name == field.name,
            None => field.value_type.object_schema().is_some_and(|it| it.name == self.owner.name),
        }
    }

    /// Returns whether `path`, which is the name of a field or `outer/inner`, leads to or through the
    /// field of `schema`.
    fn path_includes_field(self, path: &str, schema: &Schema, field: &Field) -> bool {
        let object = self.within.map_or(Some(self.owner), |field| field.value_type.object_schema());
        let Some(object) = object else { return false };
        let (outer, inner) =
            path.split_once('/').map_or((path, None), |(outer, inner)| (outer, Some(inner)));
        let is_inner = || {
            let nested = object.field(outer).and_then(|outer| outer.value_type.object_schema());
            nested.is_some_and(|it| it.name == schema.name) && inner == Some(field.name)
        };
        (object.name == schema.name && outer == field.name) || is_inner()
    }
}

#[cfg(test)]
mod tests {
    use super::{Explanation, Interpretation, Schema, ScopedRule};

    #[test]
    fn explanations_refer_to_interpretations() {
        for explanation in Explanation::all() {
            let blocks = explanation.blocks();
            let lines = blocks.iter().map(|block| block.join(" "));
            for line in lines.filter(|line| line.starts_with("Interpretation")) {
                let numbers = line.strip_prefix("Interpretation: ").unwrap();
                for number in numbers.strip_suffix('.').unwrap().split(", ") {
                    let found = Interpretation::by_number(number).unwrap();
                    assert_ne!((found.question, found.behavior), ("", ""), "{number}");
                }
            }
        }
    }

    #[test]
    fn finds_no_unknown_interpretations() {
        for number in ["", "J", "J0", "question"] {
            assert!(Interpretation::by_number(number).is_none(), "{number}");
        }
    }

    #[test]
    fn every_rule_has_a_code() {
        for rule in ScopedRule::all() {
            let fields = Schema::ALL.iter().flat_map(|schema| {
                schema.fields.iter().map(move |field| rule.code_of(schema, field))
            });
            let at_document = rule.can_occur_at_root(rule.owner, "anyOf");
            let count = fields.flatten().count() + usize::from(at_document);
            assert!(count > 0, "{}", rule.describe());
        }
    }

    #[test]
    fn finds_rules_that_mention_a_field() {
        for (schema, field, expected) in [
            ("Order", "goods", &[][..]),
            ("Address", "longitude", &["Address: longitude"]),
            ("UserName", "fullName", &["User.userName: at least one"]),
            ("User", "userName", &["User.userName: at least one"]),
            ("RefundRequest", "paymentId", &[]),
            ("CancelRequest", "paymentId", &["CancelRequest: at least one"]),
            (
                "RefundResponse",
                "result",
                &["RefundResponse: refundId is", "RefundResponse.result: resultStatus must"],
            ),
            ("PlatformMessageSendResponse", "result", &["PlatformMessageSendResponse: message"]),
        ] {
            let schema = Schema::by_name(schema).unwrap();
            let field = schema.field(field).unwrap();
            let rules: Vec<_> = ScopedRule::all()
                .filter(|rule| rule.mentions(schema, field))
                .map(ScopedRule::describe)
                .collect();
            assert_eq!(rules.len(), expected.len(), "{rules:?}");
            for (rule, expected) in rules.iter().zip(expected) {
                assert!(rule.starts_with(expected), "{rule}");
            }
        }
    }
}
