//! Serializes `JsonText` with serializers that violate serde's contract.

use miniprogram_protocol::JsonText;
use serde::{
    Serialize,
    ser::{Error as _, Impossible, SerializeSeq, Serializer},
};

type Result<T> = serde_json::Result<T>;

fn unsupported<T>() -> Result<T> {
    Err(serde_json::Error::custom("unsupported"))
}

/// A serializer for sequences that serializes each element with an [`ElementSerializer`].
struct ReentrantSerializer;

/// A serializer that, while it serializes a number, starts to serialize the same element again.
struct ElementSerializer<'a, T: ?Sized>(&'a T);

impl SerializeSeq for ReentrantSerializer {
    type Ok = ();
    type Error = serde_json::Error;

    fn serialize_element<T: ?Sized + Serialize>(&mut self, value: &T) -> Result<()> {
        value.serialize(ElementSerializer(value))
    }

    fn end(self) -> Result<()> {
        Ok(())
    }
}

/// Implements `Serializer` for a type that supports only sequences and `u64`.
macro_rules! impl_serializer {
    ([$($generics:tt)*] $Name:ty, $Seq:ty, $seq:expr, $number:expr) => {
        impl<$($generics)*> Serializer for $Name {
            type Ok = ();
            type Error = serde_json::Error;
            type SerializeSeq = $Seq;
            type SerializeTuple = Impossible<(), serde_json::Error>;
            type SerializeTupleStruct = Impossible<(), serde_json::Error>;
            type SerializeTupleVariant = Impossible<(), serde_json::Error>;
            type SerializeMap = Impossible<(), serde_json::Error>;
            type SerializeStruct = Impossible<(), serde_json::Error>;
            type SerializeStructVariant = Impossible<(), serde_json::Error>;

            fn serialize_seq(self, _: Option<usize>) -> Result<$Seq> { $seq(self) }
            fn serialize_u64(self, _: u64) -> Result<()> { $number(self) }
            fn serialize_bool(self, _: bool) -> Result<()> { unsupported() }
            fn serialize_i8(self, _: i8) -> Result<()> { unsupported() }
            fn serialize_i16(self, _: i16) -> Result<()> { unsupported() }
            fn serialize_i32(self, _: i32) -> Result<()> { unsupported() }
            fn serialize_i64(self, _: i64) -> Result<()> { unsupported() }
            fn serialize_u8(self, _: u8) -> Result<()> { unsupported() }
            fn serialize_u16(self, _: u16) -> Result<()> { unsupported() }
            fn serialize_u32(self, _: u32) -> Result<()> { unsupported() }
            fn serialize_f32(self, _: f32) -> Result<()> { unsupported() }
            fn serialize_f64(self, _: f64) -> Result<()> { unsupported() }
            fn serialize_char(self, _: char) -> Result<()> { unsupported() }
            fn serialize_str(self, _: &str) -> Result<()> { unsupported() }
            fn serialize_bytes(self, _: &[u8]) -> Result<()> { unsupported() }
            fn serialize_none(self) -> Result<()> { unsupported() }
            fn serialize_some<V: ?Sized>(self, _: &V) -> Result<()> { unsupported() }
            fn serialize_unit(self) -> Result<()> { unsupported() }
            fn serialize_unit_struct(self, _: &'static str) -> Result<()> { unsupported() }
            fn serialize_unit_variant(self, _: &'static str, _: u32, _: &'static str) -> Result<()> { unsupported() }
            fn serialize_newtype_struct<V: ?Sized>(self, _: &'static str, _: &V) -> Result<()> { unsupported() }
            fn serialize_newtype_variant<V: ?Sized>(self, _: &'static str, _: u32, _: &'static str, _: &V) -> Result<()> { unsupported() }
            fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple> { unsupported() }
            fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self::SerializeTupleStruct> { unsupported() }
            fn serialize_tuple_variant(self, _: &'static str, _: u32, _: &'static str, _: usize) -> Result<Self::SerializeTupleVariant> { unsupported() }
            fn serialize_map(self, _: Option<usize>) -> Result<Self::SerializeMap> { unsupported() }
            fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self::SerializeStruct> { unsupported() }
            fn serialize_struct_variant(self, _: &'static str, _: u32, _: &'static str, _: usize) -> Result<Self::SerializeStructVariant> { unsupported() }
        }
    };
}

impl_serializer!([] ReentrantSerializer, Self, Ok, |_| unsupported());
impl_serializer!([T: ?Sized + Serialize] ElementSerializer<'_, T>, Impossible<(), serde_json::Error>, |_| unsupported(),
    |element: Self| element.0.serialize(serde_json::value::Serializer).map(drop));

#[test]
fn rejects_reentrant_serialization() {
    let array = JsonText::parse("[1, 2]").unwrap();
    assert!(array.serialize(ReentrantSerializer).is_err());
}
