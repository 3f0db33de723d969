//! Reading values from any deserializer.

use super::{
    ArrayReader, FieldLookup, FieldValue, Member, ObjectReader, ParsedField, ProtocolType,
    source::read_value,
};
use crate::{
    json::{self, FirstKey, JsonText, JsonTextSeed, Lexer, MemberName, Number, SkippedValue},
    validate::{Report, STRICT_POLICY, Scope, Valid, ValidationContext},
};
use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor,
};
use std::{borrow::Cow, fmt, marker::PhantomData};

impl<'de, T: ProtocolType> Deserialize<'de> for Valid<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserialize(deserializer, Scope::All).map(Self::new_unchecked)
    }
}

impl<'de, T: ProtocolType> Deserialize<'de> for Valid<Vec<T>> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserialize(deserializer, Scope::All).map(Self::new_unchecked)
    }
}

/// Reads a value from any deserializer. The error message lists the violations.
///
/// Requests raw JSON from a `serde_json` deserializer, so that this crate's lexer reads the value
/// losslessly.
pub(crate) fn deserialize<'de, T, D>(deserializer: D, scope: Scope) -> Result<T, D::Error>
where
    T: FieldValue,
    D: Deserializer<'de>,
{
    let mut report = Report::default();
    let cx = &mut ValidationContext::new(&STRICT_POLICY, scope, &mut report);
    let seed = ValueSeed {
        constraints: T::UNCONSTRAINED,
        cx: &mut *cx,
        requests_raw: true,
        value: PhantomData,
    };
    let parsed = deserializer.deserialize_newtype_struct(json::RAW_VALUE_TOKEN, seed)?;
    ParsedField::<T>::reject_null(&parsed, cx);
    match parsed {
        ParsedField::Value(value) if report.is_empty() => Ok(value),
        _ => Err(D::Error::custom(report.take_violations())),
    }
}

/// A reader of members or elements that takes its input from a deserializer.
struct SerdeReader<'de, A> {
    /// The name of the first member, if it has already been read.
    first: Option<MemberName<'de>>,
    access: A,
}

impl<'de, A: MapAccess<'de>> ObjectReader<'de> for SerdeReader<'de, A> {
    type Error = A::Error;

    fn next(&mut self, lookup: &mut FieldLookup) -> Result<Option<Member<'de>>, A::Error> {
        let name = match self.first.take() {
            None => self.access.next_key::<MemberName<'de>>()?,
            first => first,
        };
        Ok(name.map(|MemberName(name)| lookup.look_up(name)))
    }

    fn read_value<T: FieldValue>(
        &mut self,
        name: &str,
        constraints: T::Constraints,
        cx: &mut ValidationContext<'_>,
    ) -> Result<ParsedField<T>, A::Error> {
        self.access.next_value_seed(ValueSeed::new(constraints, &mut cx.field(name)))
    }

    fn read_json_text(&mut self, depth: u8) -> Result<JsonText, A::Error> {
        self.access.next_value_seed(JsonTextSeed { depth })
    }

    fn skip_value(&mut self) -> Result<(), A::Error> {
        self.access.next_value::<SkippedValue>().map(drop)
    }
}

impl<'de, A: SeqAccess<'de>> ArrayReader<'de> for SerdeReader<'de, A> {
    type Error = A::Error;

    fn next<T: FieldValue>(
        &mut self,
        constraints: T::Constraints,
        cx: &mut ValidationContext<'_>,
    ) -> Result<ParsedField<T>, A::Error> {
        let parsed = self.access.next_element_seed(ValueSeed::new(constraints, cx))?;
        Ok(parsed.unwrap_or(ParsedField::Missing))
    }

    fn skip_element(&mut self) -> Result<bool, A::Error> {
        Ok(self.access.next_element::<SkippedValue>()?.is_some())
    }
}

/// A seed that reads a `T` and validates it against constraints.
struct ValueSeed<'a, 'b, T: FieldValue> {
    constraints: T::Constraints,
    cx: &'a mut ValidationContext<'b>,
    /// True if raw JSON was requested from the deserializer.
    requests_raw: bool,
    value: PhantomData<T>,
}

impl<'a, 'b, T: FieldValue> ValueSeed<'a, 'b, T> {
    fn new(constraints: T::Constraints, cx: &'a mut ValidationContext<'b>) -> Self {
        Self { constraints, cx, requests_raw: false, value: PhantomData }
    }

    fn read_number(self, number: Number) -> ParsedField<T> {
        T::read_number(number, self.constraints, self.cx)
    }
}

impl<'de, T: FieldValue> DeserializeSeed<'de> for ValueSeed<'_, '_, T> {
    type Value = ParsedField<T>;

    fn deserialize<D: Deserializer<'de>>(
        self,
        deserializer: D,
    ) -> Result<ParsedField<T>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, T: FieldValue> Visitor<'de> for ValueSeed<'_, '_, T> {
    type Value = ParsedField<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::JSON_TYPE.name())
    }

    fn visit_unit<E>(self) -> Result<ParsedField<T>, E> {
        Ok(ParsedField::Null)
    }

    fn visit_none<E>(self) -> Result<ParsedField<T>, E> {
        Ok(ParsedField::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<ParsedField<T>, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(
        self,
        deserializer: D,
    ) -> Result<ParsedField<T>, D::Error> {
        deserializer.deserialize_any(Self { requests_raw: false, ..self })
    }

    fn visit_bool<E>(self, boolean: bool) -> Result<ParsedField<T>, E> {
        Ok(T::read_boolean(boolean, self.cx))
    }

    fn visit_i64<E>(self, integer: i64) -> Result<ParsedField<T>, E> {
        Ok(self.read_number(Number::from(i128::from(integer))))
    }

    fn visit_u64<E>(self, integer: u64) -> Result<ParsedField<T>, E> {
        Ok(self.read_number(Number::Unsigned(integer)))
    }

    fn visit_i128<E>(self, integer: i128) -> Result<ParsedField<T>, E> {
        Ok(self.read_number(Number::from(integer)))
    }

    fn visit_u128<E>(self, integer: u128) -> Result<ParsedField<T>, E> {
        let big = Number::BigInteger { negative: false };
        Ok(self.read_number(u64::try_from(integer).map_or(big, Number::Unsigned)))
    }

    fn visit_f64<E>(self, number: f64) -> Result<ParsedField<T>, E> {
        Ok(self.read_number(Number::Float(number)))
    }

    fn visit_str<E>(self, string: &str) -> Result<ParsedField<T>, E> {
        Ok(T::read_string(Cow::Borrowed(string), self.constraints, self.cx))
    }

    fn visit_string<E>(self, string: String) -> Result<ParsedField<T>, E> {
        Ok(T::read_string(Cow::Owned(string), self.constraints, self.cx))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<ParsedField<T>, A::Error> {
        T::read_array(SerdeReader { first: None, access: seq }, self.constraints, self.cx)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ParsedField<T>, A::Error> {
        let first =
            if self.requests_raw { FirstKey::read(&mut map)? } else { FirstKey::Name(None) };
        if let FirstKey::Name(first) = first {
            return T::read_object(SerdeReader { first, access: map }, self.constraints, self.cx);
        }
        let MemberName(json) = map.next_value()?;
        let mut lexer = Lexer::new(&json);
        let parsed = read_value(&mut lexer, self.constraints, self.cx);
        parsed
            .and_then(|parsed| lexer.expect_end().map(|()| parsed))
            .map_err(|error| A::Error::custom(error.into_syntax_error(&json)))
    }
}

#[cfg(test)]
mod tests {
    use super::{ArrayReader as _, SerdeReader};
    use serde::de::value::{Error, SeqDeserializer};

    #[test]
    fn estimates_as_many_elements_as_were_read() {
        let access = SeqDeserializer::<_, Error>::new(std::iter::empty::<u8>());
        assert_eq!(SerdeReader { first: None, access }.estimate_remaining_elements(2), 2);
    }
}
