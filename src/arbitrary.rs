//! Implementations of [`arbitrary::Arbitrary`] for the protocol types, for fuzzing (feature
//! `arbitrary`).
//!
//! Half of the values are valid. In the other half, a field may be missing, a string may have an
//! invalid length, format or character, an integer or an array may exceed its limits, and a
//! cross-field rule may be violated. All values may contain unknown enum values and unknown fields.
//! A [`Valid`] value is always valid.
//!
//! Values are generated from the schemas, so they follow every change to a constraint. When the
//! input bytes are exhausted, the rest of a value is small and valid. Values that cannot be
//! deserialized from JSON are not generated, even if the Rust type can represent them; for example,
//! a value with an unknown field that has the name of a known field.
//!
//! ```
//! use arbitrary::Unstructured;
//! use miniprogram_protocol::{Valid, Validate, dictionary::{Amount, Order}};
//!
//! let bytes: Vec<u8> = (0..=255).collect();
//! let (amount, order): (Amount, Valid<Order>) = Unstructured::new(&bytes).arbitrary().unwrap();
//! assert!(order.validate().is_ok());
//! // The amount may be invalid, but validation must not panic.
//! let _ = amount.validate();
//! ```

use crate::{
    catalog::for_each_type,
    dictionary, endpoint,
    json::JsonText,
    model::{self, Datetime, OneOrMany, UnknownFields},
    read::{self, ProtocolType},
    schema::{
        ArrayType, Constant, CrossFieldRule, Field, Format, IntegerConstraints, Requirement,
        Schema, StringConstraints, StringType, ValueType, split_outer_and_inner,
    },
    validate::Valid,
};
#[doc(hidden)]
pub use arbitrary;
use arbitrary::{Arbitrary, Error, Result, Unstructured};
use chrono::{DateTime, FixedOffset};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// Generates a value of any type that a field can have.
#[doc(hidden)]
pub fn generate_value<T: read::FieldValue + DeserializeOwned>(
    bytes: &mut Unstructured<'_>,
) -> Result<T> {
    let may_violate = bytes.ratio(1, 2)?;
    let mut generator = Generator { bytes, may_violate };
    let value = generator.value(T::VALUE_TYPE)?;
    if let (ValueType::Object(schema, _), Value::Object(fields), true) =
        (T::VALUE_TYPE, &value, generator.should_violate()?)
    {
        // If the type cannot represent the absence of this field, the value is used unchanged.
        let mut fields = fields.clone();
        fields.remove(generator.bytes.choose(schema.fields)?.name);
        if let Ok(value) = serde_json::from_value(Value::Object(fields)) {
            return Ok(value);
        }
    }
    serde_json::from_value(value).map_err(|_| Error::IncorrectFormat)
}

/// Returns the size hint of a value: the minimum number of bytes, and no maximum.
#[doc(hidden)]
#[must_use]
pub fn size_hint<T: read::FieldValue>() -> (usize, Option<usize>) {
    (1 + min_bytes(T::VALUE_TYPE), None)
}

fn min_bytes(value_type: ValueType) -> usize {
    match value_type {
        ValueType::Object(schema, _) => {
            let fields = schema.fields.iter();
            fields.map(|field| if field.required { min_bytes(field.value_type) } else { 1 }).sum()
        }
        _ => 1,
    }
}

/// Implements `Arbitrary` for a type.
#[doc(hidden)]
#[macro_export]
macro_rules! __impl_arbitrary {
    ($Type:ty) => {
        /// Generates values as described in [`arbitrary`](miniprogram_protocol::arbitrary).
        impl $crate::arbitrary::arbitrary::Arbitrary<'_> for $Type {
            #[inline]
            fn arbitrary(
                bytes: &mut $crate::arbitrary::arbitrary::Unstructured<'_>,
            ) -> $crate::arbitrary::arbitrary::Result<Self> {
                $crate::arbitrary::generate_value(bytes)
            }

            fn size_hint(_: usize) -> (usize, Option<usize>) {
                $crate::arbitrary::size_hint::<Self>()
            }
        }
    };
}

macro_rules! impl_arbitrary {
    ($($module:ident::$Name:ident,)+) => { $( $crate::__impl_arbitrary!($module::$Name); )+ };
}
for_each_type!(impl_arbitrary);

/// Generates valid values.
impl<T: ProtocolType> Arbitrary<'_> for Valid<T> {
    fn arbitrary(bytes: &mut Unstructured<'_>) -> Result<Self> {
        let mut generator = Generator { bytes, may_violate: false };
        let value = generator.value(T::VALUE_TYPE)?;
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

/// Generates an arbitrary JSON value with at most 3 levels of nesting, including numbers with many
/// digits.
impl Arbitrary<'_> for JsonText {
    fn arbitrary(bytes: &mut Unstructured<'_>) -> Result<Self> {
        if bytes.ratio(1, 8)? {
            let (whole, fraction): (i128, u64) = bytes.arbitrary()?;
            let exponent: i8 = bytes.arbitrary()?;
            let number = format!("{whole}.{fraction}e{exponent}");
            return Self::parse(&number).map_err(|_| Error::IncorrectFormat);
        }
        let value = Generator { bytes, may_violate: false }.json(3)?;
        Self::try_from(value).map_err(|_| Error::IncorrectFormat)
    }
}

/// Generates up to 4 fields with arbitrary names, which may be those of known fields.
impl<'a> Arbitrary<'a> for UnknownFields {
    fn arbitrary(bytes: &mut Unstructured<'a>) -> Result<Self> {
        bytes.arbitrary_iter::<(Box<str>, JsonText)>()?.take(4).collect()
    }
}

/// A generator of JSON values.
struct Generator<'a, 'b> {
    bytes: &'a mut Unstructured<'b>,
    /// True if constraints may be violated.
    may_violate: bool,
}

impl Generator<'_, '_> {
    /// Randomly decides whether to violate the next constraint.
    fn should_violate(&mut self) -> Result<bool> {
        Ok(self.may_violate && self.one_in(4)?)
    }

    /// Returns `true` with a probability of 1 in `n`, and `false` if the input bytes are
    /// exhausted. In the latter case, [`Unstructured::ratio`] would return `true`.
    fn one_in(&mut self, n: u8) -> Result<bool> {
        Ok(!self.bytes.is_empty() && self.bytes.ratio(1, n)?)
    }

    fn value(&mut self, value_type: ValueType) -> Result<Value> {
        Ok(match value_type {
            ValueType::String(string_type) => self.string_of_type(string_type)?.into(),
            ValueType::Integer(constraints) => self.integer(constraints)?.into(),
            ValueType::Boolean => self.bytes.arbitrary::<bool>()?.into(),
            ValueType::OneOrMany(array_type) if self.one_in(2)? => {
                self.value(array_type.items.value_type())?
            }
            ValueType::Array(array_type) | ValueType::OneOrMany(array_type) => {
                self.array(array_type)?.into()
            }
            ValueType::Object(schema, constraints) => {
                self.object(schema, constraints.cross_field_rules)?.into()
            }
        })
    }

    /// Generates an object from its schema. `field_rules` are the cross-field rules of the field
    /// that contains the object, which apply in addition to those of the schema.
    fn object(
        &mut self,
        schema: &Schema,
        field_rules: &'static [CrossFieldRule],
    ) -> Result<Map<String, Value>> {
        let mut fields = Map::new();
        for field in schema.fields {
            if field.required || self.one_in(2)? {
                self.insert_field(field, &mut fields)?;
            }
        }
        for rule in schema.cross_field_rules.iter().chain(field_rules) {
            if !self.should_violate()? {
                self.satisfy_rule(rule, schema, &mut fields)?;
            }
        }
        if self.one_in(8)? {
            let name = self.any_string()?;
            if schema.field(&name).is_none() {
                fields.insert(name, self.json(2)?);
            }
        }
        Ok(fields)
    }

    fn insert_field(&mut self, field: &Field, fields: &mut Map<String, Value>) -> Result<()> {
        fields.insert(field.name.to_owned(), self.value(field.value_type)?);
        Ok(())
    }

    /// Changes the fields of an object so that they satisfy a cross-field rule.
    fn satisfy_rule(
        &mut self,
        rule: &'static CrossFieldRule,
        schema: &Schema,
        fields: &mut Map<String, Value>,
    ) -> Result<()> {
        let requirement = rule.requirement(
            |field| fields.contains_key(field),
            |path, value| has_value(fields, path, value),
        );
        let required: &[&str] = match requirement {
            Some(Requirement::AllOf(names)) => names,
            Some(Requirement::AtLeastOneOf(names))
                if !names.iter().any(|name| fields.contains_key(*name)) =>
            {
                &[*self.bytes.choose(names)?]
            }
            Some(Requirement::Format { field, format, .. }) if fields.contains_key(field) => {
                fields.insert(field.to_owned(), self.string_in_format(format)?.into());
                &[]
            }
            Some(Requirement::Value { field, value, .. }) if fields.contains_key(field) => {
                fields.insert(field.to_owned(), value.into());
                &[]
            }
            _ => &[],
        };
        for field in schema.fields {
            if required.contains(&field.name) && !fields.contains_key(field.name) {
                self.insert_field(field, fields)?;
            }
        }
        Ok(())
    }

    fn array(&mut self, array_type: ArrayType) -> Result<Vec<Value>> {
        let item_type = array_type.items.value_type();
        let length = self.bytes.int_in_range(0..=3)?;
        let mut elements =
            (0..length).map(|_| self.value(item_type)).collect::<Result<Vec<_>>>()?;
        if let (Some(max_items), [.., last]) = (array_type.max_items, &*elements) {
            let (last, max_items) = (last.clone(), max_items as usize);
            let excess = usize::from(self.should_violate()?);
            if excess > 0 || self.one_in(16)? {
                elements.resize(max_items + excess, last);
            } else {
                elements.truncate(max_items);
            }
        }
        Ok(elements)
    }

    fn integer(&mut self, constraints: IntegerConstraints) -> Result<i64> {
        let (min, max) = (constraints.minimum, constraints.maximum);
        if self.should_violate()? {
            return self.bytes.arbitrary();
        }
        Ok(if self.one_in(8)? { max } else { self.bytes.int_in_range(min..=max)? })
    }

    fn string_of_type(&mut self, string_type: StringType) -> Result<String> {
        let StringType { format, enum_schema, constraints } = string_type;
        match enum_schema {
            Some(schema) if !(self.should_violate()? || schema.open && self.one_in(4)?) => {
                Ok((*self.bytes.choose(schema.values)?).to_owned())
            }
            _ => self.string(constraints, format),
        }
    }

    fn string(&mut self, constraints: StringConstraints, format: Option<Format>) -> Result<String> {
        let violate = self.should_violate()?;
        match format.filter(|_| !violate) {
            Some(format @ Format::Custom(_)) => return Ok(self.choose_sample(format, constraints)),
            Some(format) => return self.string_in_format(format),
            None => {}
        }
        let min = constraints.min_length as usize;
        let max = constraints.max_length.unwrap_or(64) as usize;
        let string = self.any_string()?;
        let forbidden = constraints.forbidden_characters();
        let mut length = string.chars().count().max(min).min(max);
        if self.one_in(16)? {
            length = max;
        }
        let mut characters: Vec<_> = string
            .chars()
            .map(|character| if forbidden.contains(&character) { '＠' } else { character })
            .collect();
        if violate {
            #[expect(clippy::disallowed_methods, reason = "index 0 is valid for every vector")]
            match self.bytes.choose(forbidden) {
                Ok(character) if self.bytes.arbitrary()? => characters.insert(0, *character),
                _ => length = self.bytes.choose(&[0, length, max + 1]).copied()?,
            }
        }
        if characters.is_empty() {
            characters.push('0');
        }
        Ok(characters.into_iter().cycle().take(length).collect())
    }

    /// Chooses one of the samples of a format, among those that satisfy the constraints.
    fn choose_sample(&mut self, format: Format, constraints: StringConstraints) -> String {
        let forbidden = constraints.forbidden_characters();
        let mut samples = format.samples().to_vec();
        samples.retain(|it| constraints.accepts_length(it) && !it.contains(forbidden));
        // If no sample satisfies the constraints, the empty string is used, which is invalid.
        self.bytes.choose(&samples).map_or_else(|_| String::new(), |it| (*it).to_owned())
    }

    /// Generates a string that matches a format. Unless the format is JSON, the string has at most
    /// 32 characters, so that it fits in every field with that format.
    fn string_in_format(&mut self, format: Format) -> Result<String> {
        Ok(match format {
            Format::DateTime => self.date_time()?,
            Format::Iso4217 | Format::Iso3166Alpha2 => {
                (*self.bytes.choose(format.codes().unwrap_or_default())?).to_owned()
            }
            Format::Custom(_) => self.choose_sample(format, StringConstraints::UNCONSTRAINED),
            Format::Iso18245 => format!("{:04}", self.bytes.int_in_range(0..=9999)?),
            Format::UnixMillis => self.bytes.int_in_range(0..=i64::MAX)?.to_string(),
            Format::JsonObject => Value::Object(self.json_object(2)?).to_string(),
            Format::E164 => format!("+{}", self.bytes.int_in_range(10..=999_999_999_999_999_u64)?),
        })
    }

    fn date_time(&mut self) -> Result<String> {
        if self.one_in(16)? {
            // Leap seconds are also valid.
            return Ok("2016-12-31T23:59:60.5Z".to_owned());
        }
        let offset = FixedOffset::east_opt(60 * self.bytes.int_in_range(-1439..=1439)?);
        // In this range (the years 1 to 9998), the year has four digits at every UTC offset.
        let millis = self.bytes.int_in_range(-62_135_596_800_000..=253_370_764_800_000)?;
        let time = offset.zip(DateTime::from_timestamp_millis(millis));
        let time = time.map(|(offset, time)| Datetime::from(time.with_timezone(&offset)));
        time.map(Datetime::into_string).ok_or(Error::IncorrectFormat)
    }

    /// Generates a string of at most 12 characters from all Unicode planes.
    fn any_string(&mut self) -> Result<String> {
        let length = self.bytes.int_in_range(0..=12)?;
        let character = |_| {
            let byte: u8 = self.bytes.arbitrary()?;
            if byte.is_ascii() { Ok(char::from(byte)) } else { self.bytes.arbitrary() }
        };
        (0..length).map(character).collect()
    }

    /// Generates an arbitrary JSON value with at most `max_depth` levels of arrays and objects.
    fn json(&mut self, max_depth: u8) -> Result<Value> {
        let kinds = if max_depth == 0 { 6 } else { 8 };
        Ok(match self.bytes.int_in_range(1..=kinds)? {
            1 => Value::Null,
            2 => self.bytes.arbitrary::<bool>()?.into(),
            3 => self.bytes.arbitrary::<i64>()?.into(),
            4 => self.bytes.arbitrary::<u64>()?.into(),
            5 => self.bytes.arbitrary::<f64>()?.into(),
            6 => self.any_string()?.into(),
            7 => self.json_object(max_depth - 1)?.into(),
            _ => {
                let length = self.bytes.int_in_range(0..=3)?;
                (0..length).map(|_| self.json(max_depth - 1)).collect::<Result<_>>()?
            }
        })
    }

    /// Generates an object with up to 3 members, whose values have at most `max_depth` levels.
    fn json_object(&mut self, max_depth: u8) -> Result<Map<String, Value>> {
        let length = self.bytes.int_in_range(0..=3)?;
        (0..length).map(|_| Ok((self.any_string()?, self.json(max_depth)?))).collect()
    }
}

/// Returns whether the field at a path has the given value. The path is a field name, or
/// `outer/inner` for a nested field.
fn has_value(fields: &Map<String, Value>, path: &str, value: Constant) -> bool {
    let found = match split_outer_and_inner(path) {
        (field, None) => fields.get(field),
        (outer, Some(inner)) => fields.get(outer).and_then(|outer| outer.get(inner)),
    };
    found == Some(&value.to_json())
}
