use super::{Format, Schema, docs};
use std::fmt;

/// The type of a value. `Display` formats it as the specification does: `Array<Goods>`.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum ValueType {
    /// A string, possibly in a certain format.
    String(Option<Format>),
    /// A string with a list of known values.
    Enum(&'static EnumSchema),
    /// A 64-bit integer.
    Integer,
    /// A boolean.
    Boolean,
    /// An array.
    Array(&'static ValueType),
    /// An array, or a single element without brackets.
    OneOrMany(&'static ValueType),
    /// An object.
    Object(&'static Schema),
}

impl ValueType {
    /// Returns the enum of the value, or that of the elements if the value is an array.
    ///
    /// ```
    /// use miniprogram_protocol::{ProtocolType, dictionary::Message};
    ///
    /// let channel = Message::SCHEMA.field("messageChannel").unwrap();
    /// assert_eq!(channel.value_type.enum_schema().unwrap().name, "MessageChannel");
    /// ```
    #[must_use]
    pub const fn enum_schema(self) -> Option<&'static EnumSchema> {
        match self {
            Self::Enum(schema) => Some(schema),
            Self::Array(element) | Self::OneOrMany(element) => element.enum_schema(),
            _ => None,
        }
    }
}

impl fmt::Display for ValueType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::String(Some(Format::DateTime)) => f.write_str("Datetime"),
            Self::String(_) | Self::Enum(_) => f.write_str("String"),
            Self::Integer => f.write_str("Integer"),
            Self::Boolean => f.write_str("Boolean"),
            Self::Array(element) | Self::OneOrMany(element) => write!(f, "Array<{element}>"),
            Self::Object(schema) => f.write_str(schema.name),
        }
    }
}

/// An enum: the known values of a string.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct EnumSchema {
    /// The name of the enum.
    pub name: &'static str,
    pub(crate) docs: &'static str,
    /// The known values, in the order of the first table that lists them.
    pub values: &'static [&'static str],
    pub(crate) value_docs: &'static [&'static str],
    /// True if other values are valid, too.
    pub open: bool,
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
    /// use miniprogram_protocol::{ProtocolType, dictionary::Env, schema::ValueType};
    ///
    /// let field = Env::SCHEMA.field("osType").unwrap();
    /// let ValueType::Enum(schema) = field.value_type else { panic!() };
    /// assert_eq!(schema.described().next(), Some(("IOS", "iOS.".to_owned())));
    /// ```
    pub fn described(&self) -> impl Iterator<Item = (&'static str, String)> + use<> {
        self.values.iter().copied().zip(self.value_docs.iter().map(|docs| docs::paragraph(docs)))
    }
}
