//! [`arbitrary::Arbitrary`] of the types (feature `arbitrary`), for fuzzers.
//!
//! Types hold, validators judge: a value may break the rules. One in two is made to keep them; in
//! the others a row here and there is of the wrong length, has a forbidden character, follows no
//! format or goes against a rule between rows. There are unlisted values and unknown members in
//! both. A [`Valid`] value always keeps the rules.
//!
//! All of it comes from the rows, and so follows when a rule changes. When the bytes are used up,
//! what is left of a value is small and valid. Not made are values that can be built but not read,
//! such as one with an unknown member that has the name of a row.
//!
//! ```
//! use arbitrary::Unstructured;
//! use miniprogram_protocol::{Valid, Validate, dictionary::{Amount, Order}};
//!
//! let bytes: Vec<u8> = (0..=255).collect();
//! let (amount, order): (Amount, Valid<Order>) = Unstructured::new(&bytes).arbitrary().unwrap();
//! assert!(order.validate().is_ok());
//! let _verdict = amount.validate();
//! ```

use crate::{
    Choice, Datetime, Field, Format, Integer, JsonText, Law, OneOrMany, Rule, Schema, Shape, Table,
    Text, UnknownMembers, Valid, law, read,
};
use arbitrary::{Arbitrary, Error, Result, Unstructured};
use chrono::{DateTime, FixedOffset};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// A value of any type that a row can have.
pub(crate) fn value<T: read::Value + DeserializeOwned>(bytes: &mut Unstructured<'_>) -> Result<T> {
    let errs = bytes.ratio(1, 2)?;
    let mut source = Source { bytes, errs };
    let value = source.of_shape(&T::SHAPE, Rule::None)?;
    if let (Shape::Object(schema), Value::Object(members), true) =
        (T::SHAPE, &value, source.slips()?)
    {
        // A required row of which the type can hold the absence.
        let mut members = members.clone();
        members.remove(source.bytes.choose(schema.fields)?.name);
        if let Ok(value) = serde_json::from_value(Value::Object(members)) {
            return Ok(value);
        }
    }
    serde_json::from_value(value).map_err(|_| Error::IncorrectFormat)
}

/// How many bytes a value asks for at the least.
pub(crate) fn size_hint<T: read::Value>() -> (usize, Option<usize>) {
    (1 + least(&T::SHAPE), None)
}

fn least(shape: &Shape) -> usize {
    match shape {
        Shape::Object(schema) => {
            let rows = schema.fields.iter();
            rows.map(|row| if row.required { least(&row.shape) } else { 1 }).sum()
        }
        _ => 1,
    }
}

/// Implements `Arbitrary` of a type that a row can have.
macro_rules! arbitrary {
    ($Name:ident) => {
        /// As [`arbitrary`]($crate::arbitrary) says.
        impl ::arbitrary::Arbitrary<'_> for $Name {
            fn arbitrary(bytes: &mut ::arbitrary::Unstructured<'_>) -> ::arbitrary::Result<Self> {
                $crate::arbitrary::value(bytes)
            }

            fn size_hint(_: usize) -> (usize, Option<usize>) {
                $crate::arbitrary::size_hint::<Self>()
            }
        }
    };
}
pub(crate) use arbitrary;

/// Values that keep every rule.
impl<T: Table> Arbitrary<'_> for Valid<T> {
    fn arbitrary(bytes: &mut Unstructured<'_>) -> Result<Self> {
        let value = Source { bytes, errs: false }.of_shape(&T::SHAPE, Rule::None)?;
        let value = serde_json::from_value(value).map_err(|_| Error::IncorrectFormat)?;
        Self::new(value).map_err(|_| Error::IncorrectFormat)
    }

    fn size_hint(_: usize) -> (usize, Option<usize>) {
        size_hint::<T>()
    }
}

impl<'a, T: Arbitrary<'a>> Arbitrary<'a> for OneOrMany<T> {
    fn arbitrary(bytes: &mut Unstructured<'a>) -> Result<Self> {
        Ok(if bytes.arbitrary()? {
            Self::Many(bytes.arbitrary()?)
        } else {
            Self::One(bytes.arbitrary()?)
        })
    }
}

/// Any JSON value of a few levels, also numbers of many digits.
impl Arbitrary<'_> for JsonText {
    fn arbitrary(bytes: &mut Unstructured<'_>) -> Result<Self> {
        if bytes.ratio(1, 8)? {
            let (whole, fraction): (i128, u64) = bytes.arbitrary()?;
            let exponent: i8 = bytes.arbitrary()?;
            let text = format!("{whole}.{fraction}e{exponent}");
            return Self::parse(&text).map_err(|_| Error::IncorrectFormat);
        }
        let value = Source { bytes, errs: false }.json(3)?;
        Self::try_from(value).map_err(|_| Error::IncorrectFormat)
    }
}

/// A few members of any names, also those of rows.
impl<'a> Arbitrary<'a> for UnknownMembers {
    fn arbitrary(bytes: &mut Unstructured<'a>) -> Result<Self> {
        bytes.arbitrary_iter::<(Box<str>, JsonText)>()?.take(4).collect()
    }
}

/// What values are made of.
struct Source<'a, 'b> {
    bytes: &'a mut Unstructured<'b>,
    /// Whether rules may be broken.
    errs: bool,
}

impl Source<'_, '_> {
    /// Whether the rule at hand is broken.
    fn slips(&mut self) -> Result<bool> {
        Ok(self.errs && self.one_in(4)?)
    }

    /// One time in so many. (Of a ratio alone the answer is yes when the bytes are used up.)
    fn one_in(&mut self, times: u8) -> Result<bool> {
        Ok(!self.bytes.is_empty() && self.bytes.ratio(1, times)?)
    }

    fn of_shape(&mut self, shape: &Shape, rule: Rule) -> Result<Value> {
        let text = if let Rule::Text(text) = rule { text } else { Text::ANY };
        Ok(match shape {
            Shape::Text(format) => self.text(text, *format)?.into(),
            Shape::Choice(choice) => self.choice(choice, text)?.into(),
            Shape::Integer => {
                let rule = if let Rule::Integer(rule) = rule { rule } else { Integer::ANY };
                self.integer(rule)?.into()
            }
            Shape::Boolean => self.bytes.arbitrary::<bool>()?.into(),
            Shape::OneOrMany(element) if self.one_in(2)? => self.of_shape(element, Rule::None)?,
            Shape::List(element) | Shape::OneOrMany(element) => self.list(element, rule)?.into(),
            Shape::Object(schema) => {
                let laws = if let Rule::Object(object) = rule { object.laws() } else { &[] };
                self.object(schema, laws)?.into()
            }
        })
    }

    fn object(&mut self, schema: &Schema, of_the_row: &[Law]) -> Result<Map<String, Value>> {
        let mut members = Map::new();
        for field in schema.fields {
            if field.required || self.one_in(2)? {
                self.give(field, &mut members)?;
            }
        }
        for law in schema.laws.iter().chain(of_the_row) {
            if !self.slips()? {
                self.keep(law, schema, &mut members)?;
            }
        }
        if self.one_in(8)? {
            let name = self.any_text()?;
            if schema.field(&name).is_none() {
                members.insert(name, self.json(2)?);
            }
        }
        Ok(members)
    }

    fn give(&mut self, field: &Field, members: &mut Map<String, Value>) -> Result<()> {
        members.insert(field.name.to_owned(), self.of_shape(&field.shape, field.rule)?);
        Ok(())
    }

    /// Changes members so that they keep a rule between them.
    fn keep(&mut self, law: &Law, schema: &Schema, members: &mut Map<String, Value>) -> Result<()> {
        let missing: &[&str] = match *law {
            Law::Together(names) if names.iter().any(|name| members.contains_key(*name)) => names,
            Law::AnyOf(names) if !names.iter().any(|name| members.contains_key(*name)) => {
                &[*self.bytes.choose(names)?]
            }
            Law::RequiredWhen { member, when, is } => {
                let value = match law::steps(when) {
                    (member, None) => members.get(member),
                    (outer, Some(inner)) => members.get(outer).and_then(|outer| outer.get(inner)),
                };
                if value == Some(&is.into()) { &[member] } else { &[] }
            }
            Law::FormatWhen { member, format, when, is }
                if members.get(when) == Some(&is.into()) && members.contains_key(member) =>
            {
                members.insert(member.to_owned(), self.formatted(format)?.into());
                &[]
            }
            Law::Lookup { member, when, table } if members.contains_key(member) => {
                let key = members.get(when).and_then(Value::as_str);
                if let Some((_, value)) = table.iter().find(|(listed, _)| Some(*listed) == key) {
                    members.insert(member.to_owned(), (*value).into());
                }
                &[]
            }
            _ => &[],
        };
        for field in schema.fields {
            if missing.contains(&field.name) && !members.contains_key(field.name) {
                self.give(field, members)?;
            }
        }
        Ok(())
    }

    fn list(&mut self, element: &Shape, rule: Rule) -> Result<Vec<Value>> {
        let (most, each) = match rule {
            Rule::List { max_items, each } => (max_items, each.map_or(Rule::None, Rule::Text)),
            _ => (None, Rule::None),
        };
        let length = self.bytes.int_in_range(0..=3)?;
        let mut elements =
            (0..length).map(|_| self.of_shape(element, each)).collect::<Result<Vec<_>>>()?;
        if let (Some(most), [.., last]) = (most, &*elements) {
            let (last, most) = (last.clone(), most as usize);
            let excess = usize::from(self.slips()?);
            if excess > 0 || self.one_in(16)? {
                elements.resize(most + excess, last);
            } else {
                elements.truncate(most);
            }
        }
        Ok(elements)
    }

    fn integer(&mut self, rule: Integer) -> Result<i64> {
        let (least, most) = (rule.minimum(), rule.maximum());
        if self.slips()? {
            return self.bytes.arbitrary();
        }
        Ok(if self.one_in(8)? { most } else { self.bytes.int_in_range(least..=most)? })
    }

    fn choice(&mut self, choice: &Choice, rule: Text) -> Result<String> {
        if self.slips()? || choice.open && self.one_in(4)? {
            return self.text(rule, None);
        }
        Ok((*self.bytes.choose(choice.values)?).to_owned())
    }

    fn text(&mut self, rule: Text, format: Option<Format>) -> Result<String> {
        let slips = self.slips()?;
        if let (Some(format), false) = (format, slips) {
            return self.formatted(format);
        }
        let least = rule.min_length().unwrap_or(0) as usize;
        let most = rule.max_length().unwrap_or(64) as usize;
        let text = self.any_text()?;
        let forbidden = |character: &char| rule.forbidden_characters().contains(character);
        let mut length = text.chars().count().max(least).min(most);
        if self.one_in(16)? {
            length = most;
        }
        let mut allowed: Vec<_> = text
            .chars()
            .map(|character| if forbidden(&character) { '＠' } else { character })
            .collect();
        if slips {
            #[expect(clippy::disallowed_methods, reason = "index 0 is in every vector")]
            match self.bytes.choose(rule.forbidden_characters()) {
                Ok(character) if self.bytes.arbitrary()? => allowed.insert(0, *character),
                _ => length = self.bytes.choose(&[0, length, most + 1]).copied()?,
            }
        }
        if allowed.is_empty() {
            allowed.push('0');
        }
        Ok(allowed.into_iter().cycle().take(length).collect())
    }

    /// A text that follows a format, of at most 32 characters unless it is JSON: the shortest limit
    /// that a row of them has.
    fn formatted(&mut self, format: Format) -> Result<String> {
        Ok(match format {
            Format::DateTime => self.date_time()?,
            Format::Iso4217 | Format::Iso3166Alpha2 => {
                (*self.bytes.choose(format.codes().unwrap_or_default())?).to_owned()
            }
            Format::Iso18245 => format!("{:04}", self.bytes.int_in_range(0..=9999)?),
            Format::UnixMillis => self.bytes.int_in_range(0..=i64::MAX)?.to_string(),
            Format::JsonObject => Value::Object(self.members(2)?).to_string(),
            Format::E164 => format!("+{}", self.bytes.int_in_range(10..=999_999_999_999_999_u64)?),
        })
    }

    fn date_time(&mut self) -> Result<String> {
        if self.one_in(16)? {
            return Ok("2016-12-31T23:59:60.5Z".to_owned());
        }
        let offset = FixedOffset::east_opt(60 * self.bytes.int_in_range(-1439..=1439)?);
        // From year 1 to 9998, so that no offset leads out of four digits.
        let millis = self.bytes.int_in_range(-62_135_596_800_000..=253_370_764_800_000)?;
        let time = offset.zip(DateTime::from_timestamp_millis(millis));
        let time = time.map(|(offset, time)| Datetime::from(time.with_timezone(&offset)));
        time.map(Datetime::into_string).ok_or(Error::IncorrectFormat)
    }

    /// A short text of characters of all planes.
    fn any_text(&mut self) -> Result<String> {
        let length = self.bytes.int_in_range(0..=12)?;
        let character = |_| {
            let byte: u8 = self.bytes.arbitrary()?;
            if byte.is_ascii() { Ok(char::from(byte)) } else { self.bytes.arbitrary() }
        };
        (0..length).map(character).collect()
    }

    fn json(&mut self, depth: u8) -> Result<Value> {
        let kinds = if depth == 0 { 6 } else { 8 };
        Ok(match self.bytes.int_in_range(1..=kinds)? {
            1 => Value::Null,
            2 => self.bytes.arbitrary::<bool>()?.into(),
            3 => self.bytes.arbitrary::<i64>()?.into(),
            4 => self.bytes.arbitrary::<u64>()?.into(),
            5 => self.bytes.arbitrary::<f64>()?.into(),
            6 => self.any_text()?.into(),
            7 => self.members(depth - 1)?.into(),
            _ => {
                let length = self.bytes.int_in_range(0..=3)?;
                (0..length).map(|_| self.json(depth - 1)).collect::<Result<_>>()?
            }
        })
    }

    fn members(&mut self, depth: u8) -> Result<Map<String, Value>> {
        let length = self.bytes.int_in_range(0..=3)?;
        (0..length).map(|_| Ok((self.any_text()?, self.json(depth)?))).collect()
    }
}
