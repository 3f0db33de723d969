use super::{
    RawDocument,
    raw_document::PathSegment,
    valid::{
        MOST_CHARACTERS, allowed, any_json, is_text_let_pass, most_items, valid_document_with,
    },
};
use crate::{
    policy::{ForbiddenCharacters, Policy, UnknownFieldPolicy},
    read::ProtocolType,
    schema::{
        Constraints, CrossFieldRule, EnumSchema, Format, IntegerConstraints, JsonType, Schema,
        StringConstraints, TypedConstraints as _, ValueType,
    },
    validate::{EffectiveString, STRICT},
};
use proptest::{
    collection::vec,
    prelude::{BoxedStrategy, Strategy, any},
};
use serde_json::{Value, json};
use std::fmt;

/// A violation that must be reported.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct ExpectedViolation {
    /// Where, as [`Violation::path`](crate::Violation::path).
    pub path: String,
    /// Which, as [`Violation::code`](crate::Violation::code).
    pub code: &'static str,
}

/// A document with planted faults.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct InvalidDocument {
    /// The document.
    pub document: RawDocument,
    /// All that must be reported of it and nothing else, in the order of path and code.
    pub violations: Vec<ExpectedViolation>,
}

/// Documents of a table with 1 to 20 planted faults of all kinds.
///
/// ```
/// use miniprogram_protocol::{dictionary::Order, from_json, generate};
/// use proptest::prelude::*;
///
/// proptest!(|(invalid in generate::invalid::<Order>())| {
///     let error = from_json::<Order>(&invalid.document.to_json()).unwrap_err();
///     let mut found: Vec<_> = error.violations().iter().map(|found| (found.path(), found.code())).collect();
///     found.sort_unstable();
///     let planted: Vec<_> = invalid.violations.iter().map(|fault| (&*fault.path, fault.code)).collect();
///     prop_assert_eq!(found, planted);
/// });
/// ```
pub fn invalid<T: ProtocolType>() -> impl Strategy<Value = InvalidDocument> {
    invalid_with::<T>(&STRICT)
}

/// Documents of a table with 1 to 20 planted faults of all kinds by a policy, as
/// [`invalid_document_with`].
///
/// ```
/// use miniprogram_protocol::{Policy, dictionary::Order, from_json_with, generate};
/// use proptest::prelude::*;
///
/// let policy = Policy::lenient();
/// proptest!(|(invalid in generate::invalid_with::<Order>(&policy))| {
///     let error = from_json_with::<Order>(&invalid.document.to_json(), &policy).unwrap_err();
///     prop_assert_eq!(error.violations().len(), invalid.violations.len());
/// });
/// ```
pub fn invalid_with<T: ProtocolType>(
    policy: &Policy,
) -> impl Strategy<Value = InvalidDocument> + use<T> {
    invalid_document_with(T::SCHEMA, policy)
}

/// Documents of a table with 1 to 20 planted faults of all kinds, as [`invalid`].
///
/// ```
/// use miniprogram_protocol::{Policy, Schema, generate};
/// use proptest::prelude::*;
///
/// let schema = Schema::by_name("Address").unwrap();
/// proptest!(|(invalid in generate::invalid_document(schema))| {
///     let json = invalid.document.to_json();
///     let error = schema.check_json(&json, &Policy::strict()).unwrap_err();
///     prop_assert_eq!(error.violations().len(), invalid.violations.len());
/// });
/// ```
pub fn invalid_document(schema: &'static Schema) -> BoxedStrategy<InvalidDocument> {
    invalid_document_with(schema, &STRICT)
}

/// Documents of a table with planted faults by a policy. They may also have what the policy lets
/// pass, which is none of the faults.
///
/// There are 1 to 20 faults, or as many as there is room for: a small table has few rows, and where
/// unknown members are ignored nothing else can be wrong in it.
///
/// ```
/// use miniprogram_protocol::{Policy, Schema, UnknownFieldPolicy, generate};
/// use proptest::prelude::*;
///
/// let schema = Schema::by_name("Address").unwrap();
/// let policy = Policy::strict().unknown_fields(UnknownFieldPolicy::Reject);
/// proptest!(|(invalid in generate::invalid_document_with(schema, &policy))| {
///     let error = schema.check_json(&invalid.document.to_json(), &policy).unwrap_err();
///     prop_assert_eq!(error.violations().len(), invalid.violations.len());
/// });
/// ```
pub fn invalid_document_with(
    schema: &'static Schema,
    policy: &Policy,
) -> BoxedStrategy<InvalidDocument> {
    let own = policy.clone();
    (
        valid_document_with(schema, policy),
        1..=20_usize,
        any_json(policy.depth_limit().saturating_sub(MOST_LEVELS)),
        vec(any::<usize>(), 64),
    )
        .prop_map(move |(document, count, any, numbers)| {
            plant(schema, &own, document, count, &any, &mut Choices { numbers, next: 0 })
        })
        .boxed()
}

/// How many levels can be around a value that is planted: no table has more.
const MOST_LEVELS: u8 = 8;

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
    policy: &Policy,
    mut document: RawDocument,
    count: usize,
    any: &Value,
    choices: &mut Choices,
) -> InvalidDocument {
    let mut sites = Vec::new();
    Survey { policy, sites: &mut sites, path: Vec::new() }.object(schema, &[], &document);
    let mut faults: Vec<ExpectedViolation> = Vec::new();
    let mut touched: Vec<String> = Vec::new();
    while faults.len() < count && !sites.is_empty() {
        #[expect(clippy::disallowed_methods, reason = "the index is below the length")]
        let site = sites.swap_remove(choices.below(sites.len()));
        if !touched.iter().any(|path| site.touches.iter().any(|other| overlap(path, other))) {
            let planted = site.plant(&mut document, any, count - faults.len(), choices);
            // Not every text that is tried is one that the policy refuses.
            if !planted.is_empty() {
                faults.extend(planted);
                touched.extend(site.touches);
            }
        }
    }
    // A small table has few rows, but any number of members can be wrong in it.
    let room = policy.unknown_fields_limit().saturating_sub(unknown(schema, &document));
    for number in 0..room.min(count - faults.len()) {
        let (name, value) = (format!("wrong{number}"), any.clone().into());
        let code = match policy.unknown_field_policy() {
            UnknownFieldPolicy::Keep => {
                let twice = [(name.clone(), value), (name.clone(), Value::Null.into())];
                document.change_members(&[], |members| members.extend(twice));
                "duplicate"
            }
            UnknownFieldPolicy::Reject => {
                document.change_members(&[], |members| members.push((name.clone(), value)));
                "additionalProperties"
            }
            UnknownFieldPolicy::Ignore => break,
        };
        faults.push(ExpectedViolation { path: format!("/{name}"), code });
    }
    if faults.is_empty() {
        document = wrong_type(JsonType::Object, choices).into();
        faults.push(ExpectedViolation { path: String::new(), code: "type" });
    }
    faults.sort();
    InvalidDocument { document, violations: faults }
}

/// How many members the document has that no row names.
fn unknown(schema: &Schema, document: &RawDocument) -> usize {
    let RawDocument::Object(members) = document else { return 0 };
    members.iter().filter(|(name, _)| schema.field(name).is_none()).count()
}

/// Whether one of the pointers leads to, or through, the other.
fn overlap(one: &str, other: &str) -> bool {
    let (short, long) = if one.len() < other.len() { (one, other) } else { (other, one) };
    long.strip_prefix(short).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// A fault that can be planted.
struct Site {
    kind: Kind,
    path: Vec<PathSegment>,
    /// The pointers to what it depends on or changes.
    touches: Vec<String>,
}

enum Kind {
    Missing,
    Null,
    Type(JsonType),
    String(Wrong, Box<Place>),
    /// Whether the integer passes as a text, too.
    IntegerType {
        or_text: bool,
    },
    Below {
        minimum: i64,
        or_text: bool,
    },
    Above {
        maximum: i64,
        or_text: bool,
    },
    TooMany(u64),
    NullElement,
    Twice,
    MissingBeside,
    NoneOf(&'static [&'static str]),
    Unmentioned,
}

/// What is wrong with a text.
#[derive(Clone, Copy)]
enum Wrong {
    TooShort,
    TooLong(u32),
    Forbidden,
    TooLongAndForbidden(u32),
    Format(Format),
    Unlisted(&'static EnumSchema),
    NotOfPolicy,
    Pattern,
    Contradiction(&'static EnumSchema),
}

/// What is asked of the text in a place.
#[derive(Clone)]
struct Place {
    asked: EffectiveString,
    /// What a rule between rows asks for, if one does: the text itself, or its format.
    bound: Option<&'static str>,
    format: Option<Format>,
    /// The valid text that is there.
    text: String,
}

/// The name of a member that no row has.
const UNMENTIONED: &str = "unmentioned";

/// Looks for the faults that can be planted in a valid document.
struct Survey<'a> {
    policy: &'a Policy,
    sites: &'a mut Vec<Site>,
    path: Vec<PathSegment>,
}

impl Survey<'_> {
    fn step(&mut self, step: PathSegment) -> Survey<'_> {
        let path = self.path.iter().copied().chain([step]).collect();
        Survey { policy: self.policy, sites: self.sites, path }
    }

    fn pointer(&self) -> String {
        self.path.iter().map(PathSegment::to_string).collect()
    }

    fn add(&mut self, kind: Kind, beside: &[&'static str]) {
        let parent: String = parent(&self.path).iter().map(PathSegment::to_string).collect();
        let beside = beside.iter().map(|member| format!("{parent}/{member}"));
        let touches = beside.chain([self.pointer()]).collect();
        self.sites.push(Site { kind, path: self.path.clone(), touches });
    }

    fn object(
        &mut self,
        schema: &'static Schema,
        field_constraints: &'static [CrossFieldRule],
        document: &RawDocument,
    ) {
        let cross_field_rules: Vec<_> =
            schema.cross_field_rules.iter().chain(field_constraints).collect();
        for (field, rule) in self.policy.fields(schema) {
            let Some(value) = document.member(field.name).filter(|value| !value.is_null()) else {
                continue;
            };
            // A rule between rows makes faults of one row depend on the others.
            let beside: Vec<_> = cross_field_rules
                .iter()
                .filter(|cross_field_rule| {
                    cross_field_rule.fields().any(|member| member == field.name)
                })
                .flat_map(|cross_field_rule| cross_field_rule.fields())
                .collect();
            let mut row = self.step(PathSegment::Member(field.name));
            row.add(Kind::Twice, &beside);
            if row.policy.requires(field) {
                row.add(Kind::Missing, &beside);
                row.add(Kind::Null, &beside);
            }
            if let (Some(text), ValueType::String(_) | ValueType::Enum(_)) =
                (value.as_str(), field.value_type)
            {
                let place = Place {
                    asked: row.policy.string(
                        field.value_type,
                        StringConstraints::of(rule).unwrap_or(StringConstraints::UNCONSTRAINED),
                    ),
                    bound: cross_field_rules
                        .iter()
                        .find_map(|cross_field_rule| bound(cross_field_rule, field.name, document)),
                    format: cross_field_rules.iter().find_map(|cross_field_rule| {
                        bound_format(cross_field_rule, field.name, document)
                    }),
                    text: text.to_owned(),
                };
                row.text(field.value_type, &beside, &place);
            } else {
                row.value(&field.value_type, rule, &beside, value);
            }
        }
        if self.policy.unknown_field_policy() == UnknownFieldPolicy::Reject
            && self.policy.unknown_fields_limit() > 0
        {
            self.step(PathSegment::Member(UNMENTIONED)).add(Kind::Unmentioned, &[]);
        }
        for cross_field_rule in cross_field_rules {
            self.cross_field_rule(*cross_field_rule, document);
        }
    }

    fn cross_field_rule(&mut self, cross_field_rule: CrossFieldRule, document: &RawDocument) {
        let given = |member: &str| document.member(member).is_some_and(|value| !value.is_null());
        let members: Vec<_> = cross_field_rule.fields().collect();
        match cross_field_rule {
            CrossFieldRule::AllOrNone(together) => {
                for member in together.iter().filter(|member| given(member)) {
                    self.step(PathSegment::Member(member)).add(Kind::MissingBeside, &members);
                }
            }
            CrossFieldRule::RequiredIf { field: member, when, is } => {
                if document.member_at(when).is_some_and(|value| value.is(is)) {
                    self.step(PathSegment::Member(member)).add(Kind::MissingBeside, &members);
                }
            }
            CrossFieldRule::AtLeastOneOf(any_of) => {
                let path = self.path.clone();
                let mut object = Survey { policy: self.policy, sites: self.sites, path };
                object.add(Kind::NoneOf(any_of), &[]);
            }
            // What they refuse is found with the rows: it takes their values.
            CrossFieldRule::FormatIf { .. } | CrossFieldRule::ValueByKey { .. } => {}
        }
    }

    fn value(
        &mut self,
        value_type: &ValueType,
        rule: Constraints,
        beside: &[&'static str],
        value: &RawDocument,
    ) {
        match value_type {
            ValueType::String(_) | ValueType::Enum(_) => {
                let asked = self.policy.string(
                    *value_type,
                    StringConstraints::of(rule).unwrap_or(StringConstraints::UNCONSTRAINED),
                );
                let text = value.as_str().unwrap_or_default().to_owned();
                self.text(*value_type, beside, &Place { asked, bound: None, format: None, text });
            }
            ValueType::Integer => {
                let rule =
                    IntegerConstraints::of(rule).unwrap_or(IntegerConstraints::UNCONSTRAINED);
                let or_text = is_text_let_pass(rule, self.policy);
                let (minimum, maximum) = (rule.minimum, rule.maximum);
                self.add(Kind::IntegerType { or_text }, beside);
                // What is below all integers is no integer in JSON.
                if minimum > i64::MIN {
                    self.add(Kind::Below { minimum, or_text }, beside);
                }
                self.add(Kind::Above { maximum, or_text }, beside);
            }
            ValueType::Boolean => self.add(Kind::Type(JsonType::Boolean), beside),
            ValueType::Array(element) | ValueType::OneOrMany(element) => {
                self.add(Kind::Type(JsonType::Array), beside);
                let RawDocument::Array(elements) = value else { return };
                let (most, items) = match rule {
                    Constraints::Array { max_items, items } => {
                        (max_items, items.map_or(Constraints::None, Constraints::String))
                    }
                    _ => (None, Constraints::None),
                };
                let most = most_items(most, self.policy);
                if let Some(most) = most.filter(|_| !elements.is_empty()) {
                    self.add(Kind::TooMany(most), beside);
                }
                for (index, value) in elements.iter().enumerate() {
                    let mut element_site = self.step(PathSegment::Element(index));
                    element_site.add(Kind::NullElement, &[]);
                    element_site.value(element, items, &[], value);
                }
            }
            ValueType::Object(schema) => {
                self.add(Kind::Type(JsonType::Object), beside);
                let cross_field_rules = if let Constraints::Object(object) = rule {
                    object.cross_field_rules
                } else {
                    &[]
                };
                self.object(schema, cross_field_rules, value);
            }
        }
    }

    fn text(&mut self, value_type: ValueType, beside: &[&'static str], place: &Place) {
        self.add(Kind::Type(JsonType::String), beside);
        let EffectiveString { constraints: rule, limits, .. } = &place.asked;
        let most = rule.max_length.filter(|most| *most < MOST_CHARACTERS);
        let has_forbidden =
            limits.forbidden_characters.as_ref().is_some_and(|set| set.iter().next().is_some());
        let format = if let ValueType::String(format) = value_type { format } else { None };
        let choice = match value_type {
            ValueType::Enum(choice @ EnumSchema { open: false, .. }) => Some(choice),
            _ => None,
        };
        let wrongs = [
            rule.min_length.map(|_| Wrong::TooShort),
            most.map(Wrong::TooLong),
            has_forbidden.then_some(Wrong::Forbidden),
            most.filter(|_| has_forbidden).map(Wrong::TooLongAndForbidden),
            format.map(Wrong::Format),
            place.format.map(Wrong::Format),
            choice.map(Wrong::Unlisted),
            limits.values.is_some().then_some(Wrong::NotOfPolicy),
            limits.pattern.is_some().then_some(Wrong::Pattern),
            choice.filter(|_| place.bound.is_some()).map(Wrong::Contradiction),
        ];
        for wrong in wrongs.into_iter().flatten() {
            self.add(Kind::String(wrong, Box::new(place.clone())), beside);
        }
    }
}

impl Place {
    /// The codes that a text in the place must be reported with.
    fn codes(&self, text: &str) -> Vec<&'static str> {
        let mut codes = self.asked.codes(text);
        let fits = self.asked.constraints.accepts_length(text);
        if self.format.is_some_and(|format| fits && !format.matches(text)) {
            codes.push("format");
        }
        if self.bound.is_some_and(|bound| bound != text) {
            codes.push("const");
        }
        codes
    }

    fn forbidden(&self, choices: &mut Choices) -> char {
        let forbidden = self.asked.limits.forbidden_characters.iter();
        let forbidden: Vec<_> = forbidden.flat_map(ForbiddenCharacters::iter).collect();
        pick(&forbidden, choices)
    }

    /// A letter that is allowed.
    fn letter(&self, choices: &mut Choices) -> char {
        let is_forbidden = |letter: char| {
            let forbidden = self.asked.limits.forbidden_characters.as_ref();
            forbidden.is_some_and(|set| set.contains(letter))
        };
        let letters = ['a', 'あ', '𝄞'].into_iter().filter(|letter| !is_forbidden(*letter));
        let letters: Vec<_> = letters.collect();
        if letters.is_empty() { allowed(&self.asked) } else { pick(&letters, choices) }
    }

    /// A text that is wrong in this way, if the policy minds.
    fn text(&self, wrong: Wrong, choices: &mut Choices) -> String {
        let near = [" ", "x", "\n"];
        match wrong {
            Wrong::TooShort => String::new(),
            Wrong::TooLong(most) => {
                let letter = self.letter(choices);
                std::iter::repeat_n(letter, most as usize + 1).collect()
            }
            Wrong::Forbidden => {
                let forbidden = self.forbidden(choices);
                let text = pick(&["", "a", "\u{0}"], choices);
                format!("{text}{forbidden}{text}")
            }
            Wrong::TooLongAndForbidden(most) => {
                let forbidden = self.forbidden(choices);
                format!("{}{forbidden}", "a".repeat(most as usize))
            }
            Wrong::Format(format) => pick(wrong_texts(format), choices).to_owned(),
            Wrong::Unlisted(choice) => {
                let listed = pick(choice.values, choices);
                let near = pick(&near, choices);
                format!("{listed}{near}")
            }
            Wrong::NotOfPolicy => format!("{}{}", self.text, pick(&near, choices)),
            Wrong::Pattern => {
                let text = &self.text;
                let near = pick(&near, choices);
                let least = self.asked.constraints.min_length.unwrap_or(1) as usize;
                let tries = [
                    format!("{text}{near}"),
                    format!("{near}{text}"),
                    text.chars().map(|_| '-').collect(),
                    text.chars().map(|_| 'x').collect(),
                    "-".repeat(least),
                    "x".repeat(least),
                ];
                let refused: Vec<_> =
                    tries.iter().filter(|text| self.codes(text).contains(&"pattern")).collect();
                let number = choices.below(refused.len());
                refused.get(number).map_or_else(|| text.clone(), |text| (*text).clone())
            }
            Wrong::Contradiction(choice) => {
                let others: Vec<_> =
                    choice.values.iter().copied().filter(|value| *value != self.text).collect();
                pick(&others, choices).to_owned()
            }
        }
    }
}

/// The path to the object or array that a path ends in.
fn parent(path: &[PathSegment]) -> &[PathSegment] {
    path.split_last().map_or(path, |(_, parent)| parent)
}

/// The value that a rule between rows asks of a member.
fn bound(
    cross_field_rule: &CrossFieldRule,
    name: &str,
    document: &RawDocument,
) -> Option<&'static str> {
    let CrossFieldRule::ValueByKey { field: member, key: when, values: table } = *cross_field_rule
    else {
        return None;
    };
    let key = document.member(when).and_then(RawDocument::as_str)?;
    let (_, bound) = table.iter().find(|(listed, _)| *listed == key && member == name)?;
    Some(bound)
}

/// The format that a rule between rows asks of a member.
fn bound_format(
    cross_field_rule: &CrossFieldRule,
    name: &str,
    document: &RawDocument,
) -> Option<Format> {
    let CrossFieldRule::FormatIf { field: member, format, when, is } = *cross_field_rule else {
        return None;
    };
    let asks = document.member(when).and_then(RawDocument::as_str) == Some(is);
    (asks && member == name).then_some(format)
}

impl Site {
    /// Plants the fault, and says what must be reported: nothing if that is more than `room`.
    fn plant(
        &self,
        document: &mut RawDocument,
        any: &Value,
        room: usize,
        choices: &mut Choices,
    ) -> Vec<ExpectedViolation> {
        let path: String = self.path.iter().map(PathSegment::to_string).collect();
        let codes = match &self.kind {
            Kind::Missing => {
                self.remove(document);
                vec!["required"]
            }
            Kind::MissingBeside => {
                self.remove(document);
                vec!["dependentRequired"]
            }
            Kind::Twice | Kind::Unmentioned => {
                let more = (self.member().to_owned(), any.clone().into());
                document.change_members(parent(&self.path), |members| members.push(more));
                let is_row = matches!(self.kind, Kind::Twice);
                vec![if is_row { "duplicate" } else { "additionalProperties" }]
            }
            Kind::NoneOf(members) => {
                document.change_members(&self.path, |rows| {
                    rows.retain(|(name, _)| !members.contains(&&**name));
                });
                vec!["anyOf"]
            }
            Kind::TooMany(most) => {
                if let Some(RawDocument::Array(elements)) = document.at(&self.path) {
                    let few = std::mem::take(elements);
                    let all = few.into_iter().cycle();
                    *elements = all.zip(0..=*most).map(|(element, _)| element).collect();
                }
                vec!["maxItems"]
            }
            kind => {
                let (value, codes) = kind.value(choices);
                if codes.is_empty() || codes.len() > room {
                    return Vec::new();
                }
                if let Some(place) = document.at(&self.path) {
                    *place = value.into();
                }
                codes
            }
        };
        codes.into_iter().map(|code| ExpectedViolation { path: path.clone(), code }).collect()
    }

    /// The name of the member that it is planted in.
    fn member(&self) -> &'static str {
        match self.path.last() {
            Some(PathSegment::Member(name)) => name,
            _ => "",
        }
    }

    fn remove(&self, document: &mut RawDocument) {
        document.change_members(parent(&self.path), |members| {
            members.retain(|(name, _)| name != self.member());
        });
    }
}

impl Kind {
    /// The value to be put in the place, and the codes that it must be reported with.
    fn value(&self, choices: &mut Choices) -> (Value, Vec<&'static str>) {
        match self {
            Self::Null => (Value::Null, vec!["required"]),
            Self::NullElement => (Value::Null, vec!["type"]),
            Self::Type(expected) => (wrong_type(*expected, choices), vec!["type"]),
            Self::String(wrong, place) => {
                let text = place.text(*wrong, choices);
                let codes = place.codes(&text);
                (text.into(), codes)
            }
            Self::IntegerType { or_text } => {
                let value = wrong_type(JsonType::Integer, choices);
                let spelled_otherwise = value.is_string() && *or_text;
                let texts = ["+1", "01", "-0", "1.0", "1 ", "9223372036854775808", ""];
                (if spelled_otherwise { pick(&texts, choices).into() } else { value }, vec!["type"])
            }
            Self::Below { minimum, or_text } => {
                let below = minimum.saturating_sub(choices.step().into());
                let is_text = *or_text && choices.below(2) == 0;
                let value = if is_text { below.to_string().into() } else { json!(below) };
                (value, vec!["minimum"])
            }
            Self::Above { maximum, or_text } => {
                // As unsigned, so that it can be beyond the greatest one of 64 bits with sign.
                let above = maximum.unsigned_abs() + u64::from(choices.step());
                let is_text = *or_text && i64::try_from(above).is_ok() && choices.below(2) == 0;
                let value = if is_text { above.to_string().into() } else { json!(above) };
                (value, vec!["maximum"])
            }
            Self::Missing
            | Self::MissingBeside
            | Self::Twice
            | Self::NoneOf(_)
            | Self::TooMany(_)
            | Self::Unmentioned => (Value::Null, Vec::new()),
        }
    }
}

fn pick<T: Copy + Default>(values: &[T], choices: &mut Choices) -> T {
    values.get(choices.below(values.len())).copied().unwrap_or_default()
}

/// A value of another JSON type, not null.
fn wrong_type(expected: JsonType, choices: &mut Choices) -> Value {
    let mut values =
        vec![json!(1.5), json!(1.0), json!({"a": [1]}), json!([{"a": 1}]), json!("1"), json!(true)];
    values.retain(|value| match expected {
        JsonType::String => !value.is_string(),
        JsonType::Boolean => !value.is_boolean(),
        JsonType::Array => !value.is_array(),
        JsonType::Object => !value.is_object(),
        _ => true,
    });
    let choice = choices.below(values.len());
    values.into_iter().nth(choice).unwrap_or_default()
}

/// Short texts that do not follow the format.
const fn wrong_texts(format: Format) -> &'static [&'static str] {
    match format {
        Format::DateTime => &[
            "2019-02-29T12:01:01Z",
            "2019-11-27T12:01:01",
            "2019-11-27T12:01:01+0830",
            "2019-11-27T12:01Z",
            "2019-11-27T24:00:00Z",
            "2019-11-27t12:01:01z",
            "2019-11-27 12:01:01Z",
            "27.11.2019",
        ],
        Format::Iso4217 => &["usd", "US", "ZZZ", "DEM", "840"],
        Format::Iso3166Alpha2 => &["UK", "sg", "EU", "S", "65"],
        Format::Iso18245 => &["56a1", "566", "56610", "5 61", "٥٦٦١"],
        Format::UnixMillis => &["-1", "+1", "1.5", "1e3", "9223372036854775808"],
        Format::JsonObject => &["[]", "null", "{", "{}}", "{'a':1}"],
        Format::E164 => &["+0651234567", "6512345678", "+1", "+1234567890123456", "+65 1234567"],
    }
}

impl fmt::Display for ExpectedViolation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.path, self.code)
    }
}

#[cfg(test)]
mod tests {
    use super::wrong_texts;
    use crate::schema::Format;

    #[test]
    fn no_wrong_text_follows_its_format() {
        for format in Format::ALL {
            for text in wrong_texts(*format) {
                assert!(!format.matches(text), "{}: {text}", format.name());
            }
        }
    }
}
