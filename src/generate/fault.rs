use super::{
    Document,
    document::Step,
    valid::{any_json, valid_document},
};
use crate::{Choice, Format, JsonType, Law, Rule, Schema, Shape, Table, Text};
use proptest::{
    collection::vec,
    prelude::{BoxedStrategy, Strategy, any},
};
use serde_json::{Value, json};
use std::fmt;

/// A violation that must be reported.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Fault {
    /// Where, as [`Violation::path`](crate::Violation::path).
    pub path: String,
    /// Which, as [`Violation::code`](crate::Violation::code).
    pub code: &'static str,
}

/// A document with planted faults.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Faulty {
    /// The document.
    pub document: Document,
    /// All that must be reported of it and nothing else, in the order of path and code.
    pub faults: Vec<Fault>,
}

/// Documents of a table with 1 to 20 planted faults of all kinds.
///
/// ```
/// use miniprogram_protocol::{dictionary::Order, from_json, generate};
/// use proptest::prelude::*;
///
/// proptest!(|(faulty in generate::invalid::<Order>())| {
///     let error = from_json::<Order>(&faulty.document.to_json()).unwrap_err();
///     let mut found: Vec<_> = error.violations().iter().map(|found| (found.path(), found.code())).collect();
///     found.sort_unstable();
///     let planted: Vec<_> = faulty.faults.iter().map(|fault| (&*fault.path, fault.code)).collect();
///     prop_assert_eq!(found, planted);
/// });
/// ```
pub fn invalid<T: Table>() -> impl Strategy<Value = Faulty> {
    invalid_document(T::SCHEMA)
}

/// Documents of a table with 1 to 20 planted faults of all kinds, as [`invalid`].
///
/// ```
/// use miniprogram_protocol::{Policy, Schema, generate};
/// use proptest::prelude::*;
///
/// let schema = Schema::named("Address").unwrap();
/// proptest!(|(faulty in generate::invalid_document(schema))| {
///     let json = faulty.document.to_json();
///     let error = schema.check_json(&json, &Policy::dictionary()).unwrap_err();
///     prop_assert_eq!(error.violations().len(), faulty.faults.len());
/// });
/// ```
pub fn invalid_document(schema: &'static Schema) -> BoxedStrategy<Faulty> {
    (valid_document(schema), 1..=20_usize, any_json(), vec(any::<usize>(), 64))
        .prop_map(move |(document, count, any, numbers)| {
            plant(schema, document, count, &any, &mut Choices { numbers, next: 0 })
        })
        .boxed()
}

/// Generated numbers, by which choices are made.
struct Choices {
    numbers: Vec<usize>,
    next: usize,
}

impl Choices {
    /// A number below `end`, which is not 0.
    fn below(&mut self, end: usize) -> usize {
        self.next = (self.next + 1) % self.numbers.len().max(1);
        self.numbers.get(self.next).map_or(0, |number| number % end.max(1))
    }

    /// A number from 1 to 8.
    fn step(&mut self) -> u32 {
        u32::try_from(self.below(8)).map_or(1, |number| number + 1)
    }
}

/// Plants `count` faults, of which none hides or changes another.
fn plant(
    schema: &'static Schema,
    mut document: Document,
    count: usize,
    any: &Value,
    choices: &mut Choices,
) -> Faulty {
    let mut sites = Vec::new();
    Survey { sites: &mut sites, path: Vec::new() }.object(schema, &[], &document);
    let mut planted = Vec::new();
    let mut touched: Vec<String> = Vec::new();
    while planted.len() < count && !sites.is_empty() {
        let site = sites.swap_remove(choices.below(sites.len()));
        if !touched.iter().any(|path| site.touches.iter().any(|other| overlap(path, other))) {
            planted.push(site.plant(&mut document, any, choices));
            touched.extend(site.touches);
        }
    }
    // A small table has few rows, but any number of members can stand twice in it.
    for number in planted.len()..count {
        let name = format!("twice{number}");
        let twice = [(name.clone(), any.clone().into()), (name.clone(), Value::Null.into())];
        document.change_members(&[], |members| members.extend(twice));
        planted.push(vec![Fault { path: format!("/{name}"), code: "duplicate" }]);
    }
    let mut faults = planted.concat();
    faults.sort();
    Faulty { document, faults }
}

/// Whether one of the pointers leads to, or through, the other.
fn overlap(one: &str, other: &str) -> bool {
    let (short, long) = if one.len() < other.len() { (one, other) } else { (other, one) };
    long.strip_prefix(short).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// A fault that can be planted.
struct Site {
    kind: Kind,
    path: Vec<Step>,
    /// The pointers to what it depends on or changes.
    touches: Vec<String>,
}

#[derive(Clone, Copy)]
enum Kind {
    Missing,
    Null,
    Type(JsonType),
    TooShort,
    TooLong(u32),
    Forbidden(Text),
    TooLongAndForbidden(Text),
    Format(Format),
    /// Of a list; and the value that a rule between rows asks for instead, if one does.
    Unlisted(&'static Choice, Option<&'static str>),
    Below(i64),
    Above(i64),
    TooMany(u32),
    NullElement,
    Twice,
    MissingBeside,
    NoneOf(&'static [&'static str]),
    Contradiction(&'static Choice, &'static str),
}

/// Looks for the faults that can be planted in a valid document.
struct Survey<'a> {
    sites: &'a mut Vec<Site>,
    path: Vec<Step>,
}

impl Survey<'_> {
    fn step(&mut self, step: Step) -> Survey<'_> {
        let path = self.path.iter().copied().chain([step]).collect();
        Survey { sites: self.sites, path }
    }

    fn pointer(&self) -> String {
        self.path.iter().map(Step::to_string).collect()
    }

    fn add(&mut self, kind: Kind, beside: &[&'static str]) {
        let parent: String = parent(&self.path).iter().map(Step::to_string).collect();
        let beside = beside.iter().map(|member| format!("{parent}/{member}"));
        let touches = beside.chain([self.pointer()]).collect();
        self.sites.push(Site { kind, path: self.path.clone(), touches });
    }

    fn object(&mut self, schema: &'static Schema, of_the_row: &'static [Law], document: &Document) {
        let laws: Vec<_> = schema.laws.iter().chain(of_the_row).collect();
        for field in schema.fields {
            let Some(value) = document.member(field.name).filter(|value| !value.is_null()) else {
                continue;
            };
            // A rule between rows makes faults of one row depend on the others.
            let beside: Vec<_> = laws
                .iter()
                .filter(|law| law.members().any(|member| member == field.name))
                .flat_map(|law| law.members())
                .collect();
            let mut row = self.step(Step::Member(field.name));
            row.add(Kind::Twice, &beside);
            if field.required {
                row.add(Kind::Missing, &beside);
                row.add(Kind::Null, &beside);
            }
            row.value(&field.shape, field.rule, &beside, value);
            if let Shape::Choice(choice @ Choice { open: false, .. }) = field.shape {
                let bound = laws.iter().find_map(|law| bound(law, field.name, document));
                row.add(Kind::Unlisted(choice, bound), &beside);
                if let Some(bound) = bound {
                    row.add(Kind::Contradiction(choice, bound), &beside);
                }
            }
        }
        for law in laws {
            self.law(*law, document);
        }
    }

    fn law(&mut self, law: Law, document: &Document) {
        let given = |member: &str| document.member(member).is_some_and(|value| !value.is_null());
        let members: Vec<_> = law.members().collect();
        match law {
            Law::Together(together) => {
                for member in together.iter().filter(|member| given(member)) {
                    self.step(Step::Member(member)).add(Kind::MissingBeside, &members);
                }
            }
            Law::RequiredWhen { member, when, is } => {
                if document.member_at(when).is_some_and(|value| value.is(is)) {
                    self.step(Step::Member(member)).add(Kind::MissingBeside, &members);
                }
            }
            Law::AnyOf(any_of) => {
                let mut object = Survey { sites: self.sites, path: self.path.clone() };
                object.add(Kind::NoneOf(any_of), &[]);
            }
            Law::FormatWhen { member, format, when, is } => {
                if document.member(when).and_then(Document::as_str) == Some(is) {
                    self.step(Step::Member(member)).add(Kind::Format(format), &members);
                }
            }
            // What contradicts is found with the rows: it takes their values.
            Law::Lookup { .. } => {}
        }
    }

    fn value(&mut self, shape: &Shape, rule: Rule, beside: &[&'static str], value: &Document) {
        match shape {
            Shape::Text(format) => {
                self.add(Kind::Type(JsonType::String), beside);
                self.text(rule, beside);
                if let Some(format) = format {
                    self.add(Kind::Format(*format), beside);
                }
            }
            Shape::Choice(_) => {
                self.add(Kind::Type(JsonType::String), beside);
                self.text(rule, beside);
            }
            Shape::Integer => {
                self.add(Kind::Type(JsonType::Integer), beside);
                if let Rule::Integer(rule) = rule {
                    self.add(Kind::Below(rule.minimum()), beside);
                    self.add(Kind::Above(rule.maximum()), beside);
                }
            }
            Shape::Boolean => self.add(Kind::Type(JsonType::Boolean), beside),
            Shape::List(element) | Shape::OneOrMany(element) => {
                self.add(Kind::Type(JsonType::Array), beside);
                let Document::Array(elements) = value else { return };
                let (most, each) = match rule {
                    Rule::List { max_items, each } => {
                        (max_items, each.map_or(Rule::None, Rule::Text))
                    }
                    _ => (None, Rule::None),
                };
                if let Some(most) = most.filter(|_| !elements.is_empty()) {
                    self.add(Kind::TooMany(most), beside);
                }
                for (index, value) in elements.iter().enumerate() {
                    let mut element_site = self.step(Step::Element(index));
                    element_site.add(Kind::NullElement, &[]);
                    element_site.value(element, each, &[], value);
                }
            }
            Shape::Object(schema) => {
                self.add(Kind::Type(JsonType::Object), beside);
                let laws = if let Rule::Object(object) = rule { object.laws() } else { &[] };
                self.object(schema, laws, value);
            }
        }
    }

    fn text(&mut self, rule: Rule, beside: &[&'static str]) {
        let Rule::Text(rule) = rule else { return };
        if rule.min_length().is_some() {
            self.add(Kind::TooShort, beside);
        }
        if let Some(most) = rule.max_length() {
            self.add(Kind::TooLong(most), beside);
        }
        if !rule.forbidden_characters().is_empty() {
            self.add(Kind::Forbidden(rule), beside);
            self.add(Kind::TooLongAndForbidden(rule), beside);
        }
    }
}

/// The path to the object or array that a path ends in.
fn parent(path: &[Step]) -> &[Step] {
    path.split_last().map_or(path, |(_, parent)| parent)
}

/// The value that a rule between rows asks of a member.
fn bound(law: &Law, name: &str, document: &Document) -> Option<&'static str> {
    let Law::Lookup { member, when, table } = *law else { return None };
    let key = document.member(when).and_then(Document::as_str)?;
    let (_, bound) = table.iter().find(|(listed, _)| *listed == key && member == name)?;
    Some(bound)
}

impl Site {
    /// Plants the fault, and says what must be reported.
    fn plant(&self, document: &mut Document, any: &Value, choices: &mut Choices) -> Vec<Fault> {
        let path: String = self.path.iter().map(Step::to_string).collect();
        let codes = match self.kind {
            Kind::Missing => {
                self.remove(document);
                vec!["required"]
            }
            Kind::MissingBeside => {
                self.remove(document);
                vec!["dependentRequired"]
            }
            Kind::Twice => {
                let twice = (self.member().to_owned(), any.clone().into());
                document.change_members(parent(&self.path), |members| members.push(twice));
                vec!["duplicate"]
            }
            Kind::NoneOf(members) => {
                document.change_members(&self.path, |rows| {
                    rows.retain(|(name, _)| !members.contains(&&**name));
                });
                vec!["anyOf"]
            }
            Kind::TooMany(most) => {
                if let Some(Document::Array(elements)) = document.at(&self.path) {
                    let few = std::mem::take(elements);
                    *elements = few.into_iter().cycle().take(most as usize + 1).collect();
                }
                vec!["maxItems"]
            }
            _ => {
                let (value, codes) = self.value(choices);
                if let Some(place) = document.at(&self.path) {
                    *place = value.into();
                }
                codes
            }
        };
        codes.into_iter().map(|code| Fault { path: path.clone(), code }).collect()
    }

    /// The value to be put in the place, and the codes that it must be reported with.
    fn value(&self, choices: &mut Choices) -> (Value, Vec<&'static str>) {
        match self.kind {
            Kind::Null => (Value::Null, vec!["required"]),
            Kind::NullElement => (Value::Null, vec!["type"]),
            Kind::Type(expected) => (wrong_type(expected, choices), vec!["type"]),
            Kind::TooShort => (json!(""), vec!["minLength"]),
            Kind::TooLong(most) => {
                let letter = pick(&["a", "あ", "𝄞"], choices);
                (letter.repeat(most as usize + 1).into(), vec!["maxLength"])
            }
            Kind::Forbidden(rule) => {
                let forbidden = forbidden(rule, choices);
                let text = pick(&["", "a", "\u{0}"], choices);
                (format!("{text}{forbidden}{text}").into(), vec!["forbiddenCharacter"])
            }
            Kind::TooLongAndForbidden(rule) => {
                let most = rule.max_length().unwrap_or_default() as usize;
                let text = format!("{}{}", "a".repeat(most), forbidden(rule, choices));
                (text.into(), vec!["maxLength", "forbiddenCharacter"])
            }
            Kind::Format(format) => (wrong_text(format).into(), vec!["format"]),
            Kind::Unlisted(choice, bound) => {
                let listed = pick(choice.values, choices);
                let near = pick(&[" ", "x", "\n"], choices);
                let codes = if bound.is_some() { vec!["enum", "const"] } else { vec!["enum"] };
                (format!("{listed}{near}").into(), codes)
            }
            Kind::Below(minimum) => {
                (json!(minimum.saturating_sub(choices.step().into())), vec!["minimum"])
            }
            Kind::Above(maximum) => {
                // As unsigned, so that it can be beyond the greatest one of 64 bits with sign.
                let beyond = maximum.unsigned_abs() + u64::from(choices.step());
                (json!(beyond), vec!["maximum"])
            }
            Kind::Contradiction(choice, bound) => {
                let others: Vec<_> =
                    choice.values.iter().copied().filter(|value| *value != bound).collect();
                (pick(&others, choices).into(), vec!["const"])
            }
            Kind::Missing
            | Kind::MissingBeside
            | Kind::Twice
            | Kind::NoneOf(_)
            | Kind::TooMany(_) => (Value::Null, Vec::new()),
        }
    }

    /// The name of the member that it is planted in.
    fn member(&self) -> &'static str {
        match self.path.last() {
            Some(Step::Member(name)) => name,
            _ => "",
        }
    }

    fn remove(&self, document: &mut Document) {
        document.change_members(parent(&self.path), |members| {
            members.retain(|(name, _)| name != self.member());
        });
    }
}

fn pick<T: Copy + Default>(values: &[T], choices: &mut Choices) -> T {
    values.get(choices.below(values.len())).copied().unwrap_or_default()
}

fn forbidden(rule: Text, choices: &mut Choices) -> char {
    pick(rule.forbidden_characters(), choices)
}

/// A value of another JSON type, not null.
fn wrong_type(expected: JsonType, choices: &mut Choices) -> Value {
    let mut values =
        vec![json!(1.5), json!({"a": [1]}), json!([{"a": 1}]), json!("1"), json!(true)];
    values.retain(|value| match expected {
        JsonType::String => !value.is_string(),
        JsonType::Boolean => !value.is_boolean(),
        JsonType::Array => !value.is_array(),
        JsonType::Object => !value.is_object(),
        _ => true,
    });
    values.swap_remove(choices.below(values.len()))
}

/// A short text that does not follow the format.
const fn wrong_text(format: Format) -> &'static str {
    match format {
        Format::DateTime => "2019-02-29T12:01:01Z",
        Format::Iso4217 => "usd",
        Format::Iso3166Alpha2 => "UK",
        Format::Iso18245 => "56a1",
        Format::UnixMillis => "-1",
        Format::JsonObject => "[]",
        Format::E164 => "+0651234567",
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.path, self.code)
    }
}
