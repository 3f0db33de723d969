use super::{
    Format, IntegerConstraints, ObjectConstraints, Schema, StringConstraints, docs,
    parts::SubschemaFn,
};
use std::{
    fmt,
    hash::{Hash, Hasher},
};

/// The type of a value, with its constraints. `Display` formats it as the specification does, for
/// example `Array<Goods>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ValueType {
    /// A string.
    String(StringType),
    /// A 64-bit integer.
    Integer(IntegerConstraints),
    /// A boolean.
    Boolean,
    /// An array.
    Array(ArrayType),
    /// An array, or a single element without brackets.
    OneOrMany(ArrayType),
    /// An object: its schema, and the constraints that the field adds to those of the schema.
    Object(&'static Schema, ObjectConstraints),
}

impl ValueType {
    /// Returns the enum of the string, or that of the elements if the value is an array of strings.
    ///
    /// ```
    /// use miniprogram_protocol::{ProtocolType, dictionary::Message};
    ///
    /// let channel = Message::SCHEMA.field("messageChannel").unwrap();
    /// assert_eq!(channel.value_type.enum_schema().unwrap().name, "MessageChannel");
    /// ```
    #[must_use]
    pub const fn enum_schema(self) -> Option<&'static EnumSchema> {
        match self.string_type() {
            Some(string) => string.enum_schema,
            None => None,
        }
    }

    /// Returns the schema of the object, or that of the elements if the value is an array of objects.
    #[must_use]
    pub const fn object_schema(self) -> Option<&'static Schema> {
        match self {
            Self::Object(schema, _)
            | Self::Array(ArrayType { items: ItemType::Object(schema), .. })
            | Self::OneOrMany(ArrayType { items: ItemType::Object(schema), .. }) => Some(schema),
            _ => None,
        }
    }

    /// Returns the type of the string, or that of the elements if the value is an array of strings.
    #[must_use]
    pub const fn string_type(self) -> Option<StringType> {
        match self {
            Self::String(string)
            | Self::Array(ArrayType { items: ItemType::String(string), .. })
            | Self::OneOrMany(ArrayType { items: ItemType::String(string), .. }) => Some(string),
            _ => None,
        }
    }
}

impl fmt::Display for ValueType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::String(StringType { format: Some(Format::DateTime), .. }) => {
                f.write_str("Datetime")
            }
            Self::String(_) => f.write_str("String"),
            Self::Integer(_) => f.write_str("Integer"),
            Self::Boolean => f.write_str("Boolean"),
            Self::Array(array) | Self::OneOrMany(array) => {
                write!(f, "Array<{}>", array.items.value_type())
            }
            Self::Object(schema, _) => f.write_str(schema.name),
        }
    }
}

/// The type of a string: its format or enum, and its constraints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct StringType {
    /// The format.
    pub format: Option<Format>,
    /// The enum that lists the known values, if there is one.
    pub enum_schema: Option<&'static EnumSchema>,
    /// The constraints on length and characters.
    pub constraints: StringConstraints,
}

impl StringType {
    /// Any string.
    pub const ANY: Self =
        Self { format: None, enum_schema: None, constraints: StringConstraints::UNCONSTRAINED };

    /// Returns the enum if it is closed, that is, if only its known values are valid.
    pub(crate) fn closed_enum(self) -> Option<&'static EnumSchema> {
        self.enum_schema.filter(|schema| !schema.open)
    }

    /// Returns the format if it is a list of codes.
    #[cfg(feature = "json-schema")]
    pub(crate) fn code_list_format(self) -> Option<Format> {
        self.format.filter(|format| format.codes().is_some())
    }
}

/// The type of an array.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ArrayType {
    /// The type of the elements.
    pub items: ItemType,
    /// The maximum number of elements.
    pub max_items: Option<u32>,
}

impl ArrayType {
    /// Returns the type of an array with any number of elements.
    #[must_use]
    pub const fn new(items: ItemType) -> Self {
        Self { items, max_items: None }
    }
}

/// The type of the elements of an array.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ItemType {
    /// A string.
    String(StringType),
    /// An object.
    Object(&'static Schema),
}

impl ItemType {
    /// Converts the type of a string or an object to the type of array elements.
    #[expect(clippy::panic, reason = "evaluated at compile time")]
    pub(crate) const fn from_value_type(value_type: ValueType) -> Self {
        match value_type {
            ValueType::String(string) => Self::String(string),
            ValueType::Object(schema, _) => Self::Object(schema),
            _ => panic!("the elements of an array must be strings or objects"),
        }
    }

    /// Returns the type of an element.
    #[must_use]
    pub const fn value_type(self) -> ValueType {
        match self {
            Self::String(string) => ValueType::String(string),
            Self::Object(schema) => ValueType::Object(schema, ObjectConstraints::UNCONSTRAINED),
        }
    }
}

/// An enum: the known values of a string.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct EnumSchema {
    /// The name of the enum.
    pub name: &'static str,
    pub(crate) docs: &'static str,
    /// The known values, in the order in which the specification first lists them.
    pub values: &'static [&'static str],
    pub(crate) value_docs: &'static [&'static str],
    /// True if other values are also valid.
    pub open: bool,
    #[cfg_attr(not(feature = "schemars"), allow(dead_code, reason = "only schemars reads it"))]
    pub(crate) subschema: SubschemaFn,
}

impl EnumSchema {
    /// Returns the properties that the specification defines.
    const fn properties(
        &self,
    ) -> (&'static str, &'static str, &'static [&'static str], &'static [&'static str], bool) {
        (self.name, self.docs, self.values, self.value_docs, self.open)
    }
}

/// Compares the properties that the specification defines: the name, the docs, the values and
/// whether the enum is open.
impl PartialEq for EnumSchema {
    fn eq(&self, other: &Self) -> bool {
        self.properties() == other.properties()
    }
}

impl Eq for EnumSchema {}

impl Hash for EnumSchema {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.properties().hash(state);
    }
}

impl EnumSchema {
    /// Returns the description: a paragraph of Markdown without links.
    #[must_use]
    pub fn description(&self) -> String {
        docs::paragraph(self.docs)
    }

    /// Returns the known values, each with a description in Markdown without links.
    ///
    /// ```
    /// use miniprogram_protocol::{ProtocolType, dictionary::Env};
    ///
    /// let field = Env::SCHEMA.field("osType").unwrap();
    /// let schema = field.value_type.enum_schema().unwrap();
    /// assert_eq!(schema.value_descriptions().next(), Some(("IOS", "iOS.".to_owned())));
    /// ```
    pub fn value_descriptions(&self) -> impl Iterator<Item = (&'static str, String)> + use<> {
        self.values.iter().copied().zip(self.value_docs.iter().map(|docs| docs::paragraph(docs)))
    }
}
