use super::{RawDocument, pattern};
use crate::{
    policy::{Policy, UnknownFieldPolicy},
    read::{ProtocolType, from_json_with},
    schema::{
        Constraints, CrossFieldRule, Deviation, EnumSchema, Field, Format, IntegerConstraints,
        ObjectConstraints, Schema, StringConstraints, TypedConstraints as _, ValueType,
        outer_and_inner,
    },
    validate::{EffectiveString, STRICT, Valid},
};
use proptest::{
    collection::vec,
    option::weighted,
    prelude::{BoxedStrategy, Just, Strategy, any, prop_oneof},
    sample::select,
    strategy::Union,
    string::string_regex,
};
use serde_json::Value;

/// The greatest number of characters that a text is given to meet a limit.
pub(super) const MOST_CHARACTERS: u32 = 16_384;

/// The greatest number of elements that an array is given to meet a limit.
pub(super) const MOST_ITEMS: u64 = 1_024;

/// Valid values of a table.
///
/// There are unlisted values in open lists, unknown members, characters of all planes of Unicode,
/// optional rows that are absent, members in any order, and texts, numbers and arrays exactly at
/// their limits.
///
/// ```
/// use miniprogram_protocol::{dictionary::Amount, from_json, generate};
/// use proptest::prelude::*;
///
/// proptest!(|(amount in generate::valid::<Amount>())| {
///     let json = serde_json::to_vec(&amount).unwrap();
///     prop_assert_eq!(from_json::<Amount>(&json).unwrap().into_inner(), amount);
/// });
/// ```
pub fn valid<T: ProtocolType + std::fmt::Debug>() -> impl Strategy<Value = T> {
    valid_with(&STRICT)
}

/// Valid values of a table by a policy: as [`valid`], and some have what the policy lets pass.
///
/// ```
/// use miniprogram_protocol::{Policy, Validate, dictionary::User, generate};
/// use proptest::prelude::*;
///
/// let policy = Policy::lenient();
/// proptest!(|(user in generate::valid_with::<User>(&policy))| {
///     prop_assert!(user.validate_with(&policy).is_ok());
/// });
/// ```
pub fn valid_with<T: ProtocolType + std::fmt::Debug>(
    policy: &Policy,
) -> impl Strategy<Value = T> + use<T> {
    let own = policy.clone();
    let documents = valid_document_with(T::SCHEMA, policy);
    documents.prop_filter_map("every document is valid", move |document| {
        from_json_with::<T>(&document.to_json(), &own).ok().map(Valid::into_inner)
    })
}

/// Valid documents of a table: as [`valid`], but as JSON, where optional rows may also be null.
///
/// ```
/// use miniprogram_protocol::{Policy, Schema, generate};
/// use proptest::prelude::*;
///
/// let schema = Schema::by_name("Address").unwrap();
/// proptest!(|(document in generate::valid_document(schema))| {
///     prop_assert!(schema.check_json(&document.to_json(), &Policy::strict()).is_ok());
/// });
/// ```
pub fn valid_document(schema: &'static Schema) -> BoxedStrategy<RawDocument> {
    valid_document_with(schema, &STRICT)
}

/// Valid documents of a table by a policy: as [`valid_document`], and some have what the policy lets
/// pass.
///
/// ```
/// use miniprogram_protocol::{Policy, FieldLimits, Schema, generate};
/// use proptest::prelude::*;
///
/// let schema = Schema::by_name("Address").unwrap();
/// let policy = Policy::strict()
///     .limit_field_of(schema, "region", FieldLimits::new().values(["SG", "MY"]))
///     .unwrap();
/// proptest!(|(document in generate::valid_document_with(schema, &policy))| {
///     prop_assert!(schema.check_json(&document.to_json(), &policy).is_ok());
/// });
/// ```
///
/// If no document is valid, for the policy allows fewer levels than the required rows need, every try
/// is rejected. If hardly any is, trying can take long: limit
/// [`max_local_rejects`](proptest::test_runner::Config::max_local_rejects).
pub fn valid_document_with(schema: &'static Schema, policy: &Policy) -> BoxedStrategy<RawDocument> {
    let levels = policy.depth_limit();
    if !fits(&ValueType::Object(schema), levels, policy) {
        let none = Just(RawDocument::Value(Value::Null));
        return none.prop_filter("the required rows have few enough levels", |_| false).boxed();
    }
    let documents = object(schema, ObjectConstraints::UNCONSTRAINED, policy, levels);
    if *policy == STRICT {
        return documents;
    }
    let policy = policy.clone();
    // The rows of a policy may leave nothing that keeps a rule between them, or is small enough.
    let is_valid =
        move |document: &RawDocument| schema.check_json(&document.to_json(), &policy).is_ok();
    documents.prop_filter("the document keeps the policy", is_valid).boxed()
}

/// How a row of an object is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Given {
    Value,
    Null,
    Absent,
}

/// An object of a table that also keeps the rules of the row that it stands in.
/// It takes one of `levels`, and all values in it the others.
fn object(
    schema: &'static Schema,
    field_constraints: ObjectConstraints,
    policy: &Policy,
    levels: u8,
) -> BoxedStrategy<RawDocument> {
    let levels = levels.saturating_sub(1);
    let rows: Vec<_> = policy
        .fields(schema)
        .map(|(field, rule)| {
            if fits(&field.value_type, levels, policy) {
                (given(field, policy), row(field.value_type, rule, policy, levels))
            } else {
                let null = Just(RawDocument::Value(Value::Null)).boxed();
                (prop_oneof![Just(Given::Null), Just(Given::Absent)].boxed(), null)
            }
        })
        .collect();
    let cross_field_rules: Vec<_> =
        schema.cross_field_rules.iter().chain(field_constraints.cross_field_rules).collect();
    // What a rule between rows may ask for.
    let texts = cross_field_rules.iter().map(|cross_field_rule| match cross_field_rule {
        CrossFieldRule::FormatIf { field: member, format, .. } => {
            texts_of_format(*format, asked_of(member, schema, policy))
        }
        _ => Just(Vec::new()).boxed(),
    });
    let laws_and_texts: Vec<_> = cross_field_rules.iter().copied().map(Just).zip(texts).collect();
    let own = policy.clone();
    // Most peers write members in the order of the table.
    let order = weighted(0.25, vec(any::<u8>(), 8));
    (rows, laws_and_texts, unknown_fields(schema, policy, levels), order)
        .prop_map(move |(values, cross_field_rules, unknown, order)| {
            let mut rows = Rows { schema, values, policy: &own };
            for (cross_field_rule, texts) in cross_field_rules {
                rows.keep(*cross_field_rule, texts);
            }
            let mut members: Vec<_> = rows.into_members().chain(unknown).collect();
            if let Some(order) = order {
                shuffle(&mut members, &order);
            }
            RawDocument::Object(members)
        })
        .boxed()
}

/// Whether some value of the shape has at most so many levels of arrays and objects.
fn fits(value_type: &ValueType, levels: u8, policy: &Policy) -> bool {
    match value_type {
        ValueType::String(_) | ValueType::Enum(_) | ValueType::Integer | ValueType::Boolean => true,
        // An empty array is valid.
        ValueType::Array(_) | ValueType::OneOrMany(_) => levels > 0,
        ValueType::Object(schema) => levels.checked_sub(1).is_some_and(|levels| {
            let mut required = schema.fields.iter().filter(|field| policy.requires(field));
            required.all(|field| fits(&field.value_type, levels, policy))
        }),
    }
}

/// Brings members into an order that is made of generated numbers.
fn shuffle(members: &mut [(String, RawDocument)], order: &[u8]) {
    for (last, number) in (0..members.len()).rev().zip(order.iter().cycle()) {
        #[expect(clippy::disallowed_methods, reason = "both indices are at most `last`")]
        members.swap(last, usize::from(*number) % (last + 1));
    }
}

fn given(field: &Field, policy: &Policy) -> BoxedStrategy<Given> {
    if policy.requires(field) {
        Just(Given::Value).boxed()
    } else {
        prop_oneof![6 => Just(Given::Value), 1 => Just(Given::Null), 3 => Just(Given::Absent)]
            .boxed()
    }
}

/// What is asked of the texts of a row, by its name.
pub(super) fn asked_of(
    name: &str,
    schema: &'static Schema,
    policy: &Policy,
) -> Option<EffectiveString> {
    let (field, rule) = policy.fields(schema).find(|(field, _)| field.name == name)?;
    Some(policy.string(
        field.value_type,
        StringConstraints::of(rule).unwrap_or(StringConstraints::UNCONSTRAINED),
    ))
}

/// The rows of an object, in the order of its table.
struct Rows<'a> {
    schema: &'static Schema,
    values: Vec<(Given, RawDocument)>,
    policy: &'a Policy,
}

impl Rows<'_> {
    fn place(&self, name: &str) -> Option<usize> {
        self.schema.fields.iter().position(|field| field.name == name)
    }

    /// The value of a row, if it is given.
    fn value(&self, name: &str) -> Option<&RawDocument> {
        let (given, value) = self.values.get(self.place(name)?)?;
        (*given == Given::Value).then_some(value)
    }

    /// Gives a row, and sets its value if there is a new one.
    fn give(&mut self, name: &str, new: Option<RawDocument>) {
        let place = self.place(name);
        if let Some((given, value)) = place.and_then(|place| self.values.get_mut(place)) {
            *given = Given::Value;
            if let Some(new) = new {
                *value = new;
            }
        }
    }

    fn allows(&self, name: &str, text: &str) -> bool {
        asked_of(name, self.schema, self.policy).is_some_and(|asked| asked.accepts(text))
    }

    /// Changes a row that a rule between rows looks at, so that it is not `text`.
    fn avoid(&mut self, name: &str, text: &str) {
        let Some(place) = self.place(name) else { return };
        let Some(field) = self.schema.fields.get(place) else { return };
        if !self.policy.requires(field) {
            if let Some((given, _)) = self.values.get_mut(place) {
                *given = Given::Absent;
            }
        } else if let ValueType::Enum(choice) = field.value_type {
            let mut others = choice.values.iter().filter(|value| **value != text);
            if let Some(other) = others.find(|other| self.allows(name, other)) {
                self.give(name, Some(Value::from(*other).into()));
            }
        }
    }

    /// Changes rows so that they keep a rule between them; one of `texts` has its format, if it asks
    /// for one.
    fn keep(&mut self, cross_field_rule: CrossFieldRule, texts: Vec<String>) {
        match cross_field_rule {
            CrossFieldRule::AllOrNone(members) => {
                if members.iter().any(|member| self.value(member).is_some()) {
                    for member in members {
                        self.give(member, None);
                    }
                }
            }
            CrossFieldRule::RequiredIf { field: member, when, is } => {
                let (outer, inner) = outer_and_inner(when);
                let outer = self.value(outer);
                let value = match inner {
                    None => outer,
                    Some(inner) => outer.and_then(|outer| outer.member(inner)),
                };
                if value.is_some_and(|value| value.is(is)) {
                    self.give(member, None);
                }
            }
            CrossFieldRule::AtLeastOneOf(members) => {
                if let ([first, ..], false) =
                    (members, members.iter().any(|member| self.value(member).is_some()))
                {
                    self.give(first, None);
                }
            }
            CrossFieldRule::FormatIf { field: member, format, when, is } => {
                if self.value(when).and_then(RawDocument::as_str) == Some(is) {
                    let mut texts = texts.into_iter();
                    match texts.find(|text| format.matches(text) && self.allows(member, text)) {
                        Some(text) => self.give(member, Some(Value::from(text).into())),
                        None => self.avoid(when, is),
                    }
                }
            }
            CrossFieldRule::ValueByKey { field: member, key: when, values: table } => {
                let key = self.value(when).and_then(RawDocument::as_str);
                if let Some((key, bound)) = table.iter().find(|(listed, _)| Some(*listed) == key) {
                    if self.allows(member, bound) {
                        self.give(member, Some(Value::from(*bound).into()));
                    } else {
                        self.avoid(when, key);
                    }
                }
            }
        }
    }

    fn into_members(self) -> impl Iterator<Item = (String, RawDocument)> {
        self.schema.fields.iter().zip(self.values).filter_map(|(field, (given, value))| {
            let value = match given {
                Given::Value => value,
                Given::Null => Value::Null.into(),
                Given::Absent => return None,
            };
            Some((field.name.to_owned(), value))
        })
    }
}

fn row(
    value_type: ValueType,
    rule: Constraints,
    policy: &Policy,
    levels: u8,
) -> BoxedStrategy<RawDocument> {
    match (value_type, rule) {
        (ValueType::String(_) | ValueType::Enum(_), rule) => text_value(
            value_type,
            StringConstraints::of(rule).unwrap_or(StringConstraints::UNCONSTRAINED),
            policy,
        ),
        (ValueType::Integer, rule) => integer(
            IntegerConstraints::of(rule).unwrap_or(IntegerConstraints::UNCONSTRAINED),
            policy,
        ),
        (ValueType::Boolean, _) => {
            any::<bool>().prop_map(|value| Value::from(value).into()).boxed()
        }
        (ValueType::Array(element), Constraints::Array { max_items, items }) => list(
            *element,
            items.unwrap_or(StringConstraints::UNCONSTRAINED),
            max_items,
            policy,
            levels,
        ),
        (ValueType::Array(element) | ValueType::OneOrMany(element), _) => {
            list(*element, StringConstraints::UNCONSTRAINED, None, policy, levels)
        }
        (ValueType::Object(schema), Constraints::Object(field_constraints)) => {
            object(schema, field_constraints, policy, levels)
        }
        (ValueType::Object(schema), _) => {
            object(schema, ObjectConstraints::UNCONSTRAINED, policy, levels)
        }
    }
}

fn text_value(
    value_type: ValueType,
    rule: StringConstraints,
    policy: &Policy,
) -> BoxedStrategy<RawDocument> {
    let asked = policy.string(value_type, rule);
    let texts = match value_type {
        ValueType::Enum(choice) if asked.limits.values.is_none() => listed(choice, &asked),
        _ => text(&asked),
    };
    texts.prop_map(|text| Value::from(text).into()).boxed()
}

fn listed(choice: &'static EnumSchema, asked: &EffectiveString) -> BoxedStrategy<String> {
    let allowed: Vec<_> = choice.values.iter().filter(|value| asked.accepts(value)).collect();
    let is_empty = allowed.is_empty();
    let listed = one_of(allowed.into_iter().map(|value| (*value).to_owned()).collect());
    match asked.known_values() {
        Some(_) => listed,
        None if is_empty => text(asked),
        None => prop_oneof![3 => listed, 1 => text(asked)].boxed(),
    }
}

/// One of the texts, if there is one.
fn one_of(texts: Vec<String>) -> BoxedStrategy<String> {
    if texts.is_empty() { nothing() } else { select(texts).boxed() }
}

/// No text at all.
pub(super) fn nothing() -> BoxedStrategy<String> {
    Just(String::new()).prop_filter("a text of the row is valid", |_| false).boxed()
}

fn integer(rule: IntegerConstraints, policy: &Policy) -> BoxedStrategy<RawDocument> {
    let (least, most) = (rule.minimum, rule.maximum);
    let integer = prop_oneof![3 => least..=most, 1 => Just(least), 1 => Just(most)];
    if !is_text_let_pass(rule, policy) {
        return integer.prop_map(|integer| Value::from(integer).into()).boxed();
    }
    let written = |(integer, is_text): (i64, bool)| {
        let value = if is_text { integer.to_string().into() } else { Value::from(integer) };
        value.into()
    };
    (integer, proptest::bool::weighted(0.25)).prop_map(written).boxed()
}

/// Whether the integer passes as a text, too.
pub(super) fn is_text_let_pass(rule: IntegerConstraints, policy: &Policy) -> bool {
    rule.string_allowed && policy.allows(Deviation::AmountAsString)
}

/// The greatest number of elements that an array of a row may have.
pub(super) fn most_items(max_items: Option<u32>, policy: &Policy) -> Option<u64> {
    let most = max_items.map_or(u64::MAX, u64::from).min(policy.items_limit() as u64);
    (most <= MOST_ITEMS).then_some(most)
}

fn list(
    element: ValueType,
    items: StringConstraints,
    max_items: Option<u32>,
    policy: &Policy,
    levels: u8,
) -> BoxedStrategy<RawDocument> {
    let levels = levels.saturating_sub(1);
    if !fits(&element, levels, policy) {
        return Just(RawDocument::Array(Vec::new())).boxed();
    }
    let element = match element {
        ValueType::Object(schema) => {
            object(schema, ObjectConstraints::UNCONSTRAINED, policy, levels)
        }
        ValueType::String(_) | ValueType::Enum(_) => text_value(element, items, policy),
        // No row has an array of another shape.
        _ => Just(RawDocument::Value(Value::Null)).boxed(),
    };
    let most = most_items(max_items, policy).and_then(|most| usize::try_from(most).ok());
    let most = most.unwrap_or(4);
    let some = vec(element, 0..=most.min(4));
    // An array at its limit repeats the few elements that it has.
    let fill = move |(elements, fill): (Vec<RawDocument>, bool)| {
        let length = if fill && !elements.is_empty() { most } else { elements.len() };
        RawDocument::Array(elements.iter().cycle().take(length).cloned().collect())
    };
    (some, proptest::bool::weighted(0.1)).prop_map(fill).boxed()
}

/// Texts of which all that is asked is kept.
fn text(asked: &EffectiveString) -> BoxedStrategy<String> {
    if let Some(values) = asked.limits.values.as_deref() {
        return one_of(values.iter().filter(|value| asked.accepts(value)).cloned().collect());
    }
    let (texts, kept) = match (asked.format(), &asked.limits.pattern) {
        (Some(format), None) => (format_and_let_pass(format, asked), asked.clone()),
        (Some(format), Some(pattern)) => {
            let texts =
                Union::new([format_and_let_pass(format, asked), pattern::text(pattern, asked)]);
            (texts.boxed(), asked.clone())
        }
        (None, Some(pattern)) => (pattern::text(pattern, asked), asked.clone()),
        (None, None) => return free_text(asked),
    };
    texts.prop_filter("the text keeps its row", move |text| kept.accepts(text)).boxed()
}

/// Texts of a format, and of those that pass in its place.
fn format_and_let_pass(format: Format, asked: &EffectiveString) -> BoxedStrategy<String> {
    let mut texts = vec![(6, of_format(format, asked))];
    if asked.accepts_unix_millis() {
        texts.push((1, of_format(Format::UnixMillis, asked)));
        texts.push((1, "0{0,3}1[0-9]{12}".boxed()));
    }
    if asked.accepts_date_only() {
        let date = (0..=9999_u32, 1..=12_u32, 1..=28_u32);
        let date = date.prop_map(|(year, month, day)| format!("{year:04}-{month:02}-{day:02}"));
        texts.push((2, date.boxed()));
    }
    if texts.len() > 1 {
        return Union::new_weighted(texts).boxed();
    }
    texts.pop().map_or_else(|| Just(String::new()).boxed(), |(_, text)| text)
}

/// Texts of a format, most of which keep the other limits of a row, too.
fn of_format(format: Format, asked: &EffectiveString) -> BoxedStrategy<String> {
    match format {
        Format::DateTime => date_time(asked),
        Format::Iso4217 | Format::Iso3166Alpha2 => {
            let codes = format.codes().unwrap_or_default().iter();
            let codes = codes.filter(|code| asked.accepts(code)).map(|code| (*code).to_owned());
            one_of(codes.collect())
        }
        Format::Iso18245 => "[0-9]{4}".boxed(),
        Format::UnixMillis => unix_millis(asked),
        Format::JsonObject => json_object(asked.constraints),
        Format::E164 => {
            let digits = asked.constraints.max_length.map_or(15, |most| most.saturating_sub(1));
            #[expect(clippy::disallowed_methods, reason = "the limits are constants")]
            let most = digits.clamp(2, 15) as usize - 1;
            let least = asked.constraints.min_length.unwrap_or(0).saturating_sub(2) as usize;
            let digits = vec(proptest::char::range('0', '9'), least.max(1).min(most)..=most);
            (proptest::char::range('1', '9'), digits)
                .prop_map(|(first, rest)| ['+', first].into_iter().chain(rest).collect())
                .boxed()
        }
    }
}

/// Texts for a row that must also follow a format: some of that, and some of the row.
fn texts_of_format(format: Format, asked: Option<EffectiveString>) -> BoxedStrategy<Vec<String>> {
    let Some(asked) = asked else { return Just(Vec::new()).boxed() };
    let of_the_format = vec(of_format(format, &asked), 1);
    if asked.limits.values.is_none() && asked.limits.pattern.is_none() {
        return of_the_format.boxed();
    }
    (vec(text(&asked), 4), of_the_format)
        .prop_map(|(field_constraints, of_the_format)| [field_constraints, of_the_format].concat())
        .boxed()
}

/// Characters of all planes, more often those that programs trip over.
fn character() -> impl Strategy<Value = char> {
    prop_oneof![
        4 => proptest::char::range(' ', '~'),
        2 => any::<char>(),
        1 => select(&['\0', '\n', '"', '\\', '\u{7f}', '\u{85}', '\u{202e}', '\u{fffd}', 'あ', '𝄞'][..]),
    ]
}

/// A character that is allowed.
pub(super) fn allowed(asked: &EffectiveString) -> char {
    let Some(forbidden) = &asked.limits.forbidden_characters else { return '＠' };
    let mut characters = ['＠', 'a', 'あ'].into_iter().chain('\0'..=char::MAX);
    characters.find(|character| !forbidden.contains(*character)).unwrap_or_default()
}

fn free_text(asked: &EffectiveString) -> BoxedStrategy<String> {
    let least = asked.constraints.min_length.unwrap_or(0);
    let most =
        asked.constraints.max_length.unwrap_or(40.max(least)).min(MOST_CHARACTERS.max(least));
    let length = prop_oneof![
        12 => least..=most.min(least.saturating_add(12)),
        1 => Just(least),
        1 => Just(most),
    ];
    let (forbidden, instead) = (asked.limits.forbidden_characters.clone(), allowed(asked));
    (vec(character(), 12), length)
        .prop_map(move |(characters, length)| {
            let forbidden = |character| forbidden.as_ref().is_some_and(|it| it.contains(character));
            let allowed = |character| if forbidden(character) { instead } else { character };
            characters.into_iter().map(allowed).cycle().take(length as usize).collect()
        })
        .boxed()
}

/// The numbers of characters that a row allows, as far as texts are made so long.
fn lengths(asked: &EffectiveString) -> (u32, u32) {
    let least = asked.constraints.min_length.unwrap_or(0);
    (least, asked.constraints.max_length.unwrap_or(u32::MAX).min(MOST_CHARACTERS.max(least)))
}

/// Date-times as long as the row allows: with as few digits of a fraction as that needs, or up to 6.
fn date_time(asked: &EffectiveString) -> BoxedStrategy<String> {
    let (least, most) = lengths(asked);
    let mut ends = Vec::new();
    // The lengths without a fraction.
    for (length, offset) in [(20, "Z"), (25, "[+-](0[0-9]|1[0-9]|2[0-3]):[0-5][0-9]")] {
        if (least..=most).contains(&length) {
            ends.push(offset.to_owned());
        }
        let fewest = least.saturating_sub(length + 1).max(1);
        let digits = most.saturating_sub(length + 1).min(fewest.max(6));
        if fewest <= digits {
            ends.push(format!("\\.[0-9]{{{fewest},{digits}}}{offset}"));
        }
    }
    let ends = ends.iter().filter_map(|end| string_regex(end).ok()).map(Strategy::boxed);
    let ends: Vec<_> = ends.collect();
    if ends.is_empty() {
        return nothing();
    }
    let date = (0..=9999_u32, 1..=12_u32, 1..=28_u32);
    let time = (0..24_u32, 0..60_u32, 0..60_u32);
    let ordinary = (date, time, Union::new(ends)).prop_map(|((year, month, day), time, end)| {
        let (hour, minute, second) = time;
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{end}")
    });
    let special =
        ["2016-12-31T23:59:60Z", "2017-01-01T08:29:60+08:30", "2000-02-29T00:00:00-00:00"];
    let special = special.into_iter().filter(|text| asked.constraints.accepts_length(text));
    let special: Vec<_> = special.map(str::to_owned).collect();
    if special.is_empty() {
        return ordinary.boxed();
    }
    prop_oneof![9 => ordinary, 1 => select(special)].boxed()
}

/// Milliseconds as long as the row allows, with leading zeros where it asks for more digits.
fn unix_millis(asked: &EffectiveString) -> BoxedStrategy<String> {
    /// As many digits as the greatest number has.
    const DIGITS: u32 = 19;
    let (least, most) = lengths(asked);
    let shortest = least.max(1);
    if shortest > most {
        return nothing();
    }
    let length = prop_oneof![1 => shortest..=most.min(shortest.max(DIGITS)), 3 => Just(most.min(shortest.max(DIGITS)))];
    let number = prop_oneof![4 => 0..i64::MAX, 1 => Just(i64::MAX)];
    (number, length)
        .prop_map(|(number, length)| {
            let number = 10_i64.checked_pow(length).map_or(number, |end| number % end);
            format!("{number:0length$}", length = length as usize)
        })
        .boxed()
}

fn json_object(rule: StringConstraints) -> BoxedStrategy<String> {
    let most = rule.max_length.map_or(4096, |most| most.min(MOST_CHARACTERS) as usize);
    let small = vec(("[a-z]{1,6}", any::<Option<u8>>()), 0..4).prop_map(|members| {
        let members = members.into_iter().map(|(name, value)| (name, value.into()));
        Value::Object(members.collect()).to_string()
    });
    let longest = format!("{{\"content\":\"{}\"}}", "あ".repeat(most.saturating_sub(14)));
    prop_oneof![9 => small, 1 => Just(longest)].boxed()
}

/// Members that no row names, as far as the policy lets them be.
fn unknown_fields(
    schema: &'static Schema,
    policy: &Policy,
    levels: u8,
) -> BoxedStrategy<Vec<(String, RawDocument)>> {
    let (most, twice) = match policy.unknown_field_policy() {
        UnknownFieldPolicy::Keep => (policy.unknown_fields_limit(), false),
        // They may even stand twice.
        UnknownFieldPolicy::Ignore => (usize::MAX, true),
        UnknownFieldPolicy::Reject => return Just(Vec::new()).boxed(),
    };
    let name =
        prop_oneof![3 => "[a-z]{1,8}", 1 => vec(character(), 0..8).prop_map(String::from_iter)];
    let members = vec((name, any_json(levels)), 0..3).prop_map(move |members| {
        let mut known: Vec<_> = schema.fields.iter().map(|field| field.name.to_owned()).collect();
        let mut is_new = |name: &str| {
            let is_new = !known.iter().any(|known| known == name);
            known.push(name.to_owned());
            is_new
        };
        let members = members.into_iter().filter(|(name, _)| is_new(name)).take(most);
        let mut members: Vec<_> = members.map(|(name, value)| (name, value.into())).collect();
        members.extend(members.first().filter(|_| twice).cloned());
        members
    });
    prop_oneof![3 => Just(Vec::new()), 1 => members].boxed()
}

/// Any JSON value, of a few levels: at most `levels`.
pub(super) fn any_json(levels: u8) -> BoxedStrategy<Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<i32>().prop_map(|number| Value::from(f64::from(number) / 8.0)),
        free_text(&STRICT.string(ValueType::String(None), StringConstraints::UNCONSTRAINED))
            .prop_map(Value::from),
    ];
    let inner = |inner: BoxedStrategy<Value>| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec(("[a-z]{0,4}", inner), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    };
    leaf.prop_recursive(levels.min(3).into(), 12, 4, inner).boxed()
}
