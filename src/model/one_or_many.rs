use crate::{
    json::{self, Lexer},
    read::{self, ArrayReader, FieldValue, ObjectReader, ParsedField, ProtocolType},
    schema::{ArrayConstraints, ArrayType, ItemType, JsonType, ValueType},
    validate::{Scope, ValidationContext},
};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A single object or an array of objects. Both occur in practice.
///
/// ```
/// use miniprogram_protocol::{
///     OneOrMany,
///     dictionary::{InboxContent, InboxFooter},
/// };
///
/// let links: OneOrMany<InboxFooter> = serde_json::from_str(r#"[{"linkName": "More"}]"#)?;
/// let content = InboxContent::new().footer(links);
/// for link in content.footer.iter().flatten() {
///     assert_eq!(link.link_name.as_deref(), Some("More"));
/// }
/// # Ok::<_, serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OneOrMany<T> {
    /// A single object.
    One(T),
    /// An array of objects.
    Many(Vec<T>),
}

impl<T> OneOrMany<T> {
    /// Returns the objects as a slice.
    #[must_use]
    pub fn as_slice(&self) -> &[T] {
        match self {
            Self::One(value) => std::slice::from_ref(value),
            Self::Many(values) => values,
        }
    }

    /// Returns an iterator over the objects.
    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        self.as_slice().iter()
    }
}

impl<T> From<Vec<T>> for OneOrMany<T> {
    fn from(values: Vec<T>) -> Self {
        Self::Many(values)
    }
}

impl<T> From<T> for OneOrMany<T> {
    fn from(value: T) -> Self {
        Self::One(value)
    }
}

impl<T> IntoIterator for OneOrMany<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        match self {
            Self::One(value) => vec![value].into_iter(),
            Self::Many(values) => values.into_iter(),
        }
    }
}

impl<'a, T> IntoIterator for &'a OneOrMany<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<T: ProtocolType> OneOrMany<T> {
    fn from_object(parsed: ParsedField<T>) -> ParsedField<Self> {
        match parsed {
            ParsedField::Value(value) => ParsedField::Value(Self::One(value)),
            _ => ParsedField::Invalid(None),
        }
    }
}

impl<T: ProtocolType> FieldValue for OneOrMany<T> {
    type Constraints = ArrayConstraints;
    const UNCONSTRAINED: ArrayConstraints = <Vec<T> as FieldValue>::UNCONSTRAINED;
    const VALUE_TYPE: ValueType =
        ValueType::OneOrMany(ArrayType::new(ItemType::from_value_type(T::VALUE_TYPE)));
    const JSON_TYPE: JsonType = JsonType::Array;

    fn read_array<'de, R: ArrayReader<'de>>(
        reader: R,
        constraints: ArrayConstraints,
        cx: &mut ValidationContext<'_>,
    ) -> Result<ParsedField<Self>, R::Error> {
        Ok(match Vec::read_array(reader, constraints, cx)? {
            ParsedField::Value(values) => ParsedField::Value(Self::Many(values)),
            _ => ParsedField::Invalid(None),
        })
    }

    fn read_object<'de, R: ObjectReader<'de>>(
        reader: R,
        constraints: ArrayConstraints,
        cx: &mut ValidationContext<'_>,
    ) -> Result<ParsedField<Self>, R::Error> {
        T::read_object(reader, constraints.items, cx).map(Self::from_object)
    }

    fn read_json_object(
        lexer: &mut Lexer<'_>,
        constraints: ArrayConstraints,
        cx: &mut ValidationContext<'_>,
    ) -> json::Result<ParsedField<Self>> {
        read::read_and_check_object(lexer, constraints.items, cx).map(Self::from_object)
    }

    fn validate_value(&self, constraints: ArrayConstraints, cx: &mut ValidationContext<'_>) {
        match self {
            Self::One(value) => value.validate_value(constraints.items, cx),
            Self::Many(values) => values.validate_value(constraints, cx),
        }
    }
}

impl<'de, T: ProtocolType> Deserialize<'de> for OneOrMany<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read::deserialize(deserializer, Scope::Structure)
    }
}

impl<T: Serialize> Serialize for OneOrMany<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::One(value) => value.serialize(serializer),
            Self::Many(values) => values.serialize(serializer),
        }
    }
}
