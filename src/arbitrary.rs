//! [`arbitrary::Arbitrary`] of the types (feature `arbitrary`), for fuzzers.
//!
//! Types hold, validators validate: a value may break the rules. One in two is made to keep them; in
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
    catalog::for_each_type,
    dictionary, endpoint,
    json::JsonText,
    model::{self, Datetime, OneOrMany, UnknownFields},
    read::{self, ProtocolType},
    schema::{
        Constraints, CrossFieldRule, EnumSchema, Field, Format, IntegerConstraints, Schema,
        StringConstraints, ValueType, outer_and_inner,
    },
    validate::Valid,
};
use arbitrary::{Arbitrary, Error, Result, Unstructured};
use chrono::{DateTime, FixedOffset};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// A value of any type that a row can have.
pub(crate) fn value<T: read::FieldValue + DeserializeOwned>(
    bytes: &mut Unstructured<'_>,
) -> Result<T> {
    let errs = bytes.ratio(1, 2)?;
    let mut source = Source { bytes, errs };
    let value = source.of_shape(&T::VALUE_TYPE, Constraints::None)?;
    if let (ValueType::Object(schema), Value::Object(members), true) =
        (T::VALUE_TYPE, &value, source.slips()?)
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
pub(crate) fn size_hint<T: read::FieldValue>() -> (usize, Option<usize>) {
    (1 + least(&T::VALUE_TYPE), None)
}

fn least(value_type: &ValueType) -> usize {
    match value_type {
        ValueType::Object(schema) => {
            let rows = schema.fields.iter();
            rows.map(|row| if row.required { least(&row.value_type) } else { 1 }).sum()
        }
        _ => 1,
    }
}

macro_rules! implement {
    ($($module:ident::$Name:ident,)+) => { $(
        /// Generates values as [`arbitrary`](crate::arbitrary) describes.
        impl Arbitrary<'_> for $module::$Name {
            fn arbitrary(bytes: &mut Unstructured<'_>) -> Result<Self> {
                value(bytes)
            }

            fn size_hint(_: usize) -> (usize, Option<usize>) {
                size_hint::<Self>()
            }
        }
    )+ };
}
for_each_type!(implement);

/// Values that keep every rule.
impl<T: ProtocolType> Arbitrary<'_> for Valid<T> {
    fn arbitrary(bytes: &mut Unstructured<'_>) -> Result<Self> {
        let value = Source { bytes, errs: false }.of_shape(&T::VALUE_TYPE, Constraints::None)?;
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
impl<'a> Arbitrary<'a> for UnknownFields {
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

    fn of_shape(&mut self, value_type: &ValueType, rule: Constraints) -> Result<Value> {
        let text = if let Constraints::String(text) = rule {
            text
        } else {
            StringConstraints::UNCONSTRAINED
        };
        Ok(match value_type {
            ValueType::String(format) => self.text(text, *format)?.into(),
            ValueType::Enum(choice) => self.choice(choice, text)?.into(),
            ValueType::Integer => {
                let rule = if let Constraints::Integer(rule) = rule {
                    rule
                } else {
                    IntegerConstraints::UNCONSTRAINED
                };
                self.integer(rule)?.into()
            }
            ValueType::Boolean => self.bytes.arbitrary::<bool>()?.into(),
            ValueType::OneOrMany(element) if self.one_in(2)? => {
                self.of_shape(element, Constraints::None)?
            }
            ValueType::Array(element) | ValueType::OneOrMany(element) => {
                self.list(element, rule)?.into()
            }
            ValueType::Object(schema) => {
                let cross_field_rules = if let Constraints::Object(object) = rule {
                    object.cross_field_rules
                } else {
                    &[]
                };
                self.object(schema, cross_field_rules)?.into()
            }
        })
    }

    fn object(
        &mut self,
        schema: &Schema,
        field_constraints: &[CrossFieldRule],
    ) -> Result<Map<String, Value>> {
        let mut members = Map::new();
        for field in schema.fields {
            if field.required || self.one_in(2)? {
                self.give(field, &mut members)?;
            }
        }
        for cross_field_rule in schema.cross_field_rules.iter().chain(field_constraints) {
            if !self.slips()? {
                self.keep(cross_field_rule, schema, &mut members)?;
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
        members.insert(field.name.to_owned(), self.of_shape(&field.value_type, field.constraints)?);
        Ok(())
    }

    /// Changes members so that they keep a rule between them.
    fn keep(
        &mut self,
        cross_field_rule: &CrossFieldRule,
        schema: &Schema,
        members: &mut Map<String, Value>,
    ) -> Result<()> {
        let missing: &[&str] = match *cross_field_rule {
            CrossFieldRule::AllOrNone(names)
                if names.iter().any(|name| members.contains_key(*name)) =>
            {
                names
            }
            CrossFieldRule::AtLeastOneOf(names)
                if !names.iter().any(|name| members.contains_key(*name)) =>
            {
                &[*self.bytes.choose(names)?]
            }
            CrossFieldRule::RequiredIf { field: member, when, is } => {
                let value = match outer_and_inner(when) {
                    (member, None) => members.get(member),
                    (outer, Some(inner)) => members.get(outer).and_then(|outer| outer.get(inner)),
                };
                if value == Some(&is.into()) { &[member] } else { &[] }
            }
            CrossFieldRule::FormatIf { field: member, format, when, is }
                if members.get(when) == Some(&is.into()) && members.contains_key(member) =>
            {
                members.insert(member.to_owned(), self.formatted(format)?.into());
                &[]
            }
            CrossFieldRule::ValueByKey { field: member, key: when, values: table }
                if members.contains_key(member) =>
            {
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

    fn list(&mut self, element: &ValueType, rule: Constraints) -> Result<Vec<Value>> {
        let (most, each) = match rule {
            Constraints::Array { max_items, items } => {
                (max_items, items.map_or(Constraints::None, Constraints::String))
            }
            _ => (None, Constraints::None),
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

    fn integer(&mut self, rule: IntegerConstraints) -> Result<i64> {
        let (least, most) = (rule.minimum, rule.maximum);
        if self.slips()? {
            return self.bytes.arbitrary();
        }
        Ok(if self.one_in(8)? { most } else { self.bytes.int_in_range(least..=most)? })
    }

    fn choice(&mut self, choice: &EnumSchema, rule: StringConstraints) -> Result<String> {
        if self.slips()? || choice.open && self.one_in(4)? {
            return self.text(rule, None);
        }
        Ok((*self.bytes.choose(choice.values)?).to_owned())
    }

    fn text(&mut self, rule: StringConstraints, format: Option<Format>) -> Result<String> {
        let slips = self.slips()?;
        if let (Some(format), false) = (format, slips) {
            return self.formatted(format);
        }
        let least = rule.min_length.unwrap_or(0) as usize;
        let most = rule.max_length.unwrap_or(64) as usize;
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
