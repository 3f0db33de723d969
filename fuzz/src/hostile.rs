//! A deserializer that violates serde's contract: it returns wrong types, wrong size hints, and
//! errors at arbitrary points.

use crate::FuzzedType;
use miniprogram_protocol::{JsonText, MinorUnits, Policy, Valid};
use serde::{
    Deserialize, Deserializer,
    de::{
        DeserializeSeed, EnumAccess, Error as _, MapAccess, SeqAccess, VariantAccess, Visitor,
        value::{BorrowedStrDeserializer, Error},
    },
    forward_to_deserialize_any,
};
use std::cell::Cell;

/// The fuzzer input that determines the behavior of a [`HostileDeserializer`].
pub struct DeserializerInput<'a> {
    bytes: &'a [u8],
    position: Cell<usize>,
    field_names: Vec<&'static str>,
}

impl DeserializerInput<'_> {
    fn next_byte(&self) -> Option<u8> {
        let position = self.position.get();
        self.position.set(position + 1);
        self.bytes.get(position).copied()
    }

    fn next_string(&self) -> &'static str {
        const STRINGS: [&str; 8] =
            ["", "1", "USD", "{}", "2020-07-25", "F", "#", "\u{0}\u{10ffff}"];
        let byte = usize::from(self.next_byte().unwrap_or_default());
        let strings = self.field_names.iter().chain(&STRINGS);
        strings.clone().nth(byte % strings.count()).copied().unwrap_or_default()
    }

    fn next_size_hint(&self) -> Option<usize> {
        [None, Some(0), Some(usize::MAX), Some(1 << 40)][usize::from(self.next_byte()? % 4)]
    }
}

/// A deserializer whose behavior is determined by fuzzer input.
#[derive(Clone, Copy)]
struct HostileDeserializer<'s, 'a> {
    input: &'s DeserializerInput<'a>,
    depth: u8,
    is_human_readable: bool,
}

impl<'de> Deserializer<'de> for HostileDeserializer<'_, '_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Error> {
        let input = self.input;
        let Some(byte) = input.next_byte() else { return Err(Error::custom("end of input")) };
        self.depth += 1;
        match byte % 32 {
            0..=7 if self.depth < 12 => visitor.visit_map(self),
            8..=10 if self.depth < 12 => visitor.visit_seq(self),
            11..=15 => visitor.visit_borrowed_str(input.next_string()),
            16 => visitor.visit_string(input.next_string().to_owned()),
            17 => visitor.visit_u64(u64::from(byte) << 57),
            18 => visitor.visit_i64(i64::from(byte) - 1),
            19 => visitor.visit_f64(f64::from(byte) / 7.0),
            20 => visitor.visit_f64([f64::NAN, f64::INFINITY, -0.0][usize::from(byte / 32 % 3)]),
            21 => visitor.visit_bool(byte > 128),
            22 => visitor.visit_unit(),
            23 => visitor.visit_none(),
            24 if self.depth < 12 => visitor.visit_some(self),
            25 if self.depth < 12 => visitor.visit_newtype_struct(self),
            26 => visitor.visit_bytes(input.next_string().as_bytes()),
            27 => visitor.visit_borrowed_bytes(b"\xff\xfe"),
            28 => visitor.visit_char('\u{0}'),
            29 => visitor.visit_i128(i128::MIN),
            30 => visitor.visit_u128(u128::MAX),
            31 if self.depth < 12 => visitor.visit_enum(self),
            _ => Err(Error::custom("an error")),
        }
    }

    fn is_human_readable(&self) -> bool {
        self.is_human_readable
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de> SeqAccess<'de> for HostileDeserializer<'_, '_> {
    type Error = Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Error> {
        match self.input.next_byte() {
            Some(byte) if byte % 8 > 0 => seed.deserialize(*self).map(Some),
            _ => Ok(None),
        }
    }

    fn size_hint(&self) -> Option<usize> {
        self.input.next_size_hint()
    }
}

impl<'de> MapAccess<'de> for HostileDeserializer<'_, '_> {
    type Error = Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Error> {
        match self.input.next_byte() {
            Some(byte) if byte % 16 == 1 => seed.deserialize(*self).map(Some),
            Some(byte) if byte % 16 > 0 => {
                seed.deserialize(BorrowedStrDeserializer::new(self.input.next_string())).map(Some)
            }
            _ => Ok(None),
        }
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Error> {
        seed.deserialize(*self)
    }

    fn size_hint(&self) -> Option<usize> {
        self.input.next_size_hint()
    }
}

impl<'de> EnumAccess<'de> for HostileDeserializer<'_, '_> {
    type Error = Error;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self), Error> {
        seed.deserialize(self).map(|value| (value, self))
    }
}

impl<'de> VariantAccess<'de> for HostileDeserializer<'_, '_> {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        Ok(())
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Error> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_seq(self)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_map(self)
    }
}

fn read_hostile_input<'de, T: Deserialize<'de>>(
    input: &DeserializerInput<'_>,
    is_human_readable: bool,
) -> Option<T> {
    input.position.set(1);
    let read = T::deserialize(HostileDeserializer { input, depth: 0, is_human_readable });
    if let Err(error) = &read {
        assert!(error.to_string().len() < 1 << 16, "the message is too long");
    }
    read.ok()
}

/// Reads a `T` from a [`HostileDeserializer`], and serializes the result.
pub fn check<T: FuzzedType>(bytes: &[u8]) {
    let field_names = T::SCHEMA.fields.iter().map(|field| field.name).collect();
    let input = DeserializerInput { bytes, position: Cell::new(1), field_names };
    for is_human_readable in [true, false] {
        if let Some(value) = read_hostile_input::<T>(&input, is_human_readable) {
            let _ = value.validate();
            let json = serde_json::to_vec(&value);
            // Serializing into a buffer that is too small must return an error, not panic.
            let mut buffer = [0; 64];
            let _ = serde_json::to_writer(&mut buffer[..], &value);
            let _ = rmp_serde::encode::write(&mut &mut buffer[..], &value);
            assert!(json.is_ok(), "cannot serialize: {}", json.unwrap_err());
        }
        if let Some(valid) = read_hostile_input::<Valid<T>>(&input, is_human_readable) {
            assert_eq!(valid.validate(), Ok(()), "Valid contains an invalid value");
        }
        read_hostile_input::<JsonText>(&input, is_human_readable);
        read_hostile_input::<MinorUnits>(&input, is_human_readable);
    }
    // Creating a policy is slow, and does not depend on whether the format is human-readable.
    read_hostile_input::<Policy>(&input, true);
}
