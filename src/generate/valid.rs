use super::Document;
use crate::{
    Choice, Field, Format, Integer, Law, Object, Rule, Schema, Shape, Table, Text, from_json,
};
use proptest::{
    collection::vec,
    prelude::{BoxedStrategy, Just, Strategy, any, prop_oneof},
    sample::select,
};
use serde_json::Value;

/// Valid values of a table.
///
/// There are unlisted values in open lists, unknown members, characters of all planes of Unicode,
/// optional rows that are absent, and texts, numbers and arrays exactly at their limits.
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
pub fn valid<T: Table + std::fmt::Debug>() -> impl Strategy<Value = T> {
    valid_document(T::SCHEMA).prop_filter_map("every document is valid", |document| {
        from_json::<T>(&document.to_json()).ok().map(crate::Valid::into_inner)
    })
}

/// Valid documents of a table: as [`valid`], but as JSON, where optional rows may also be null.
///
/// ```
/// use miniprogram_protocol::{Policy, Schema, generate};
/// use proptest::prelude::*;
///
/// let schema = Schema::named("Address").unwrap();
/// proptest!(|(document in generate::valid_document(schema))| {
///     prop_assert!(schema.check_json(&document.to_json(), &Policy::dictionary()).is_ok());
/// });
/// ```
pub fn valid_document(schema: &'static Schema) -> BoxedStrategy<Document> {
    object(schema, Object::ANY)
}

/// How a row of an object is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Given {
    Value,
    Null,
    Absent,
}

/// An object of a table that also keeps the rules of the row that it stands in.
fn object(schema: &'static Schema, of_the_row: Object) -> BoxedStrategy<Document> {
    let rows: Vec<_> = schema.fields.iter().map(|field| (given(field), row(field))).collect();
    let laws: Vec<_> = schema.laws.iter().chain(of_the_row.laws()).collect();
    // What a rule between rows may ask for.
    let formats = laws.iter().map(|law| match law {
        Law::FormatWhen { format, .. } => text(Text::ANY, Some(*format)),
        _ => Just(String::new()).boxed(),
    });
    let laws_and_texts: Vec<_> = laws.iter().copied().map(Just).zip(formats).collect();
    (rows, laws_and_texts, unknown_members(schema))
        .prop_map(move |(rows, laws, unknown)| {
            let mut rows = Rows { schema, rows };
            for (law, text) in laws {
                rows.keep(*law, text);
            }
            Document::Object(rows.into_members().chain(unknown).collect())
        })
        .boxed()
}

fn given(field: &Field) -> BoxedStrategy<Given> {
    if field.required {
        Just(Given::Value).boxed()
    } else {
        prop_oneof![6 => Just(Given::Value), 1 => Just(Given::Null), 3 => Just(Given::Absent)]
            .boxed()
    }
}

/// The rows of an object, in the order of its table.
struct Rows {
    schema: &'static Schema,
    rows: Vec<(Given, Document)>,
}

impl Rows {
    fn place(&self, name: &str) -> Option<usize> {
        self.schema.fields.iter().position(|field| field.name == name)
    }

    /// The value of a row, if it is given.
    fn value(&self, name: &str) -> Option<&Document> {
        let (given, value) = self.rows.get(self.place(name)?)?;
        (*given == Given::Value).then_some(value)
    }

    /// Gives a row, and sets its value if there is a new one.
    fn give(&mut self, name: &str, new: Option<Document>) {
        let place = self.place(name);
        if let Some((given, value)) = place.and_then(|place| self.rows.get_mut(place)) {
            *given = Given::Value;
            if let Some(new) = new {
                *value = new;
            }
        }
    }

    /// Changes rows so that they keep a rule between them; `text` has its format, if it asks for one.
    fn keep(&mut self, law: Law, text: String) {
        match law {
            Law::Together(members) => {
                if members.iter().any(|member| self.value(member).is_some()) {
                    for member in members {
                        self.give(member, None);
                    }
                }
            }
            Law::RequiredWhen { member, when, is } => {
                let (outer, inner) = when.split_once('/').unwrap_or((when, ""));
                let value = self.value(outer);
                let value =
                    if inner.is_empty() { value } else { value.and_then(|v| v.member(inner)) };
                if value.is_some_and(|value| value.is(is)) {
                    self.give(member, None);
                }
            }
            Law::AnyOf(members) => {
                if let ([first, ..], false) =
                    (members, members.iter().any(|member| self.value(member).is_some()))
                {
                    self.give(first, None);
                }
            }
            Law::FormatWhen { member, when, is, .. } => {
                if self.value(when).and_then(Document::as_str) == Some(is) {
                    self.give(member, Some(Value::from(text).into()));
                }
            }
            Law::Lookup { member, when, table } => {
                let key = self.value(when).and_then(Document::as_str);
                if let Some((_, bound)) = table.iter().find(|(listed, _)| Some(*listed) == key) {
                    self.give(member, Some(Value::from(*bound).into()));
                }
            }
        }
    }

    fn into_members(self) -> impl Iterator<Item = (String, Document)> {
        self.schema.fields.iter().zip(self.rows).filter_map(|(field, (given, value))| {
            let value = match given {
                Given::Value => value,
                Given::Null => Value::Null.into(),
                Given::Absent => return None,
            };
            Some((field.name.to_owned(), value))
        })
    }
}

fn row(field: &Field) -> BoxedStrategy<Document> {
    match (field.shape, field.rule) {
        (Shape::Text(format), rule) => {
            text(text_rule(rule), format).prop_map(|text| Value::from(text).into()).boxed()
        }
        (Shape::Choice(choice), rule) => listed(choice, text_rule(rule)),
        (Shape::Integer, Rule::Integer(rule)) => integer(rule),
        (Shape::Integer, _) => integer(Integer::ANY),
        (Shape::Boolean, _) => any::<bool>().prop_map(|value| Value::from(value).into()).boxed(),
        (Shape::List(element), Rule::List { max_items, each }) => {
            list(*element, each.unwrap_or(Text::ANY), max_items)
        }
        (Shape::List(element) | Shape::OneOrMany(element), _) => list(*element, Text::ANY, None),
        (Shape::Object(schema), Rule::Object(of_the_row)) => object(schema, of_the_row),
        (Shape::Object(schema), _) => object(schema, Object::ANY),
    }
}

fn text_rule(rule: Rule) -> Text {
    if let Rule::Text(rule) = rule { rule } else { Text::ANY }
}

fn listed(choice: &'static Choice, rule: Text) -> BoxedStrategy<Document> {
    let listed = select(choice.values).prop_map(|text| Value::from(text).into());
    if !choice.open {
        return listed.boxed();
    }
    let unlisted = text(rule, None).prop_map(|text| Value::from(text).into());
    prop_oneof![3 => listed, 1 => unlisted].boxed()
}

fn integer(rule: Integer) -> BoxedStrategy<Document> {
    let (least, most) = (rule.minimum(), rule.maximum());
    let integer = prop_oneof![3 => least..=most, 1 => Just(least), 1 => Just(most)];
    integer.prop_map(|integer| Value::from(integer).into()).boxed()
}

fn list(element: Shape, each: Text, max_items: Option<u32>) -> BoxedStrategy<Document> {
    let element = match element {
        Shape::Object(schema) => object(schema, Object::ANY),
        Shape::Text(format) => text(each, format).prop_map(|text| Value::from(text).into()).boxed(),
        Shape::Choice(choice) => listed(choice, each),
        // No row has an array of another shape.
        _ => Just(Document::Value(Value::Null)).boxed(),
    };
    let most = max_items.map_or(4, |most| most as usize);
    let some = vec(element, 0..=most.min(4));
    // An array at its limit repeats the few elements that it has.
    let fill = move |(elements, fill): (Vec<Document>, bool)| {
        let length = if fill && !elements.is_empty() { most } else { elements.len() };
        Document::Array(elements.iter().cycle().take(length).cloned().collect())
    };
    (some, proptest::bool::weighted(0.1)).prop_map(fill).boxed()
}

/// Texts of a rule and a format.
fn text(rule: Text, format: Option<Format>) -> BoxedStrategy<String> {
    match format {
        None => free_text(rule),
        Some(Format::DateTime) => date_time(),
        Some(format @ (Format::Iso4217 | Format::Iso3166Alpha2)) => {
            select(format.codes().unwrap_or_default()).prop_map(str::to_owned).boxed()
        }
        Some(Format::Iso18245) => "[0-9]{4}".boxed(),
        Some(Format::UnixMillis) => {
            prop_oneof![4 => 0..i64::MAX, 1 => Just(i64::MAX)].prop_map(|ms| ms.to_string()).boxed()
        }
        Some(Format::JsonObject) => json_object(rule),
        Some(Format::E164) => "\\+[1-9][0-9]{1,14}".boxed(),
    }
}

/// Characters of all planes, more often those that programs trip over.
fn character() -> impl Strategy<Value = char> {
    prop_oneof![
        4 => proptest::char::range(' ', '~'),
        2 => any::<char>(),
        1 => select(&['\0', '\n', '"', '\\', '\u{7f}', '\u{85}', '\u{202e}', '\u{fffd}', 'あ', '𝄞'][..]),
    ]
}

fn free_text(rule: Text) -> BoxedStrategy<String> {
    let least = rule.min_length().unwrap_or(0) as usize;
    let most = rule.max_length().map_or(40, |most| most as usize);
    let length = prop_oneof![
        12 => least..=most.min(least + 12),
        1 => Just(least),
        1 => Just(most),
    ];
    let forbidden = rule.forbidden_characters();
    (vec(character(), 12), length)
        .prop_map(move |(characters, length)| {
            let allowed =
                |character: char| if forbidden.contains(&character) { '＠' } else { character };
            characters.into_iter().map(allowed).cycle().take(length).collect()
        })
        .boxed()
}

/// Date-times of at most 32 characters, the shortest limit that a row of them has.
fn date_time() -> BoxedStrategy<String> {
    let date = (0..=9999_u32, 1..=12_u32, 1..=28_u32);
    let time = (0..24_u32, 0..60_u32, 0..60_u32, "(\\.[0-9]{1,6})?");
    let offset = "Z|[+-](0[0-9]|1[0-9]|2[0-3]):[0-5][0-9]";
    let ordinary = (date, time, offset).prop_map(|((year, month, day), time, offset)| {
        let (hour, minute, second, fraction) = time;
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}{offset}")
    });
    let special = select(
        &["2016-12-31T23:59:60Z", "2017-01-01T08:29:60+08:30", "2000-02-29T00:00:00-00:00"][..],
    );
    prop_oneof![9 => ordinary, 1 => special.prop_map(str::to_owned)].boxed()
}

fn json_object(rule: Text) -> BoxedStrategy<String> {
    let most = rule.max_length().map_or(4096, |most| most as usize);
    let small = vec(("[a-z]{1,6}", any::<Option<u8>>()), 0..4).prop_map(|members| {
        let members = members.into_iter().map(|(name, value)| (name, value.into()));
        Value::Object(members.collect()).to_string()
    });
    let longest = format!("{{\"content\":\"{}\"}}", "あ".repeat(most.saturating_sub(14)));
    prop_oneof![9 => small, 1 => Just(longest)].boxed()
}

/// Members that no row names.
fn unknown_members(schema: &'static Schema) -> BoxedStrategy<Vec<(String, Document)>> {
    let name =
        prop_oneof![3 => "[a-z]{1,8}", 1 => vec(character(), 0..8).prop_map(String::from_iter)];
    let members = vec((name, any_json()), 0..3).prop_map(move |members| {
        let mut known: Vec<_> = schema.fields.iter().map(|field| field.name.to_owned()).collect();
        let mut is_new = |name: &str| {
            let is_new = !known.iter().any(|known| known == name);
            known.push(name.to_owned());
            is_new
        };
        members
            .into_iter()
            .filter(|(name, _)| is_new(name))
            .map(|(name, value)| (name, value.into()))
            .collect()
    });
    prop_oneof![3 => Just(Vec::new()), 1 => members].boxed()
}

/// Any JSON value, of a few levels.
pub(super) fn any_json() -> BoxedStrategy<Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<i32>().prop_map(|number| Value::from(f64::from(number) / 8.0)),
        free_text(Text::ANY).prop_map(Value::from),
    ];
    let inner = |inner: BoxedStrategy<Value>| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec(("[a-z]{0,4}", inner), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    };
    leaf.prop_recursive(3, 12, 4, inner).boxed()
}
