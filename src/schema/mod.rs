//! The specification as data, for validation, exports, documentation and generators.

pub(crate) mod constraints;
mod cross_field_rule;
mod deviation;
mod docs;
mod edition;
mod exchange_rule;
pub(crate) mod format;
mod json_type;
#[allow(
    clippy::missing_panics_doc,
    clippy::needless_pass_by_value,
    reason = "evaluated at compile time"
)]
pub(crate) mod parts;
mod source;
mod value_type;

pub use constraints::{
    ArrayConstraints, FORBIDDEN_CHARACTERS, IntegerConstraints, ObjectConstraints,
    StringConstraints,
};
pub(crate) use constraints::{SPECIAL_CHARACTERS, TypedConstraints, is_forbidden_byte};
#[cfg(any(feature = "arbitrary", feature = "proptest"))]
pub(crate) use cross_field_rule::Requirement;
pub use cross_field_rule::{Constant, CrossFieldRule};
pub(crate) use cross_field_rule::{is_equal, reads_value_of, split_outer_and_inner};
pub use deviation::Deviation;
pub(crate) use deviation::Deviations;
pub(crate) use docs::paragraph;
pub use edition::{CodeDifference, Edition, FieldChange, FieldDifference, PathDifference};
pub use exchange_rule::ExchangeRule;
pub use format::{CustomFormat, Format, FormatError};
pub use json_type::JsonType;
use parts::SubschemaFn;
pub use source::{Confidence, SourceDocument};
pub use value_type::{ArrayType, EnumSchema, ItemType, StringType, ValueType};

/// A table of the specification, as data.
///
/// ```
/// use miniprogram_protocol::{ProtocolType, dictionary::Order, schema::ValueType};
///
/// let field = Order::SCHEMA.field("orderDescription").unwrap();
/// assert!(field.required);
/// let ValueType::String(string) = field.value_type else { panic!() };
/// assert_eq!(string.constraints.max_length, Some(256));
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct Schema {
    /// The name of the table.
    pub name: &'static str,
    /// The path of the Rust type and the line of its declaration, because two functions of a module
    /// can declare types with the same name.
    pub(crate) type_path: &'static str,
    pub(crate) docs: &'static str,
    /// The document that contains the table.
    pub source: SourceDocument,
    /// The confidence in the table, or `None` for a table that an application declares.
    pub confidence: Option<Confidence>,
    /// The fields in document order, at most 32.
    pub fields: &'static [Field],
    /// The cross-field rules between the fields.
    pub cross_field_rules: &'static [CrossFieldRule],
    /// The bit mask of the required fields.
    pub(crate) required: u32,
    /// The bit mask of the operands: the fields whose value a cross-field rule reads.
    pub(crate) operands: u32,
    #[cfg_attr(not(feature = "schemars"), allow(dead_code, reason = "only schemars reads it"))]
    pub(crate) subschema: SubschemaFn,
}

impl Schema {
    /// Returns the description: a paragraph of Markdown without links.
    #[must_use]
    pub fn description(&self) -> String {
        paragraph(self.docs)
    }

    /// Returns the field with the given name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}

/// Compares the properties that come from the specification: the name, the source, the confidence,
/// the fields and the cross-field rules.
impl PartialEq for Schema {
    fn eq(&self, other: &Self) -> bool {
        (self.name, self.source, self.confidence, self.fields, self.cross_field_rules)
            == (other.name, other.source, other.confidence, other.fields, other.cross_field_rules)
    }
}

impl Eq for Schema {}

/// A field of a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Field {
    /// The name in JSON.
    pub name: &'static str,
    /// The start of the field in compact JSON: the quoted name and a colon.
    pub(crate) json_prefix: &'static str,
    pub(crate) docs: &'static str,
    /// True if the field is required.
    pub required: bool,
    /// If the field is required, the deviation that a policy can allow to tolerate its absence.
    pub absence_deviation: Option<Deviation>,
    /// True if the value is personal data or a secret, which `Debug` hides.
    pub sensitive: bool,
    /// The type of the value, with its constraints.
    pub value_type: ValueType,
}

impl Field {
    /// Returns the description: a paragraph of Markdown without links.
    #[must_use]
    pub fn description(&self) -> String {
        paragraph(self.docs)
    }

    /// Returns the deviations that a policy can allow for the field.
    ///
    /// ```
    /// use miniprogram_protocol::{Deviation, ProtocolType, dictionary::User};
    ///
    /// let birth_date = User::SCHEMA.field("birthDate").unwrap();
    /// let expected = [Deviation::DateOnly, Deviation::UnixMillis, Deviation::CompactOffset];
    /// assert!(birth_date.deviations().eq(expected));
    /// ```
    pub fn deviations(&self) -> impl Iterator<Item = Deviation> + use<> {
        let field = *self;
        let string = field.value_type.string_type().unwrap_or(StringType::ANY);
        Deviation::ALL.iter().copied().filter(move |deviation| match deviation {
            Deviation::AmountAsString => {
                matches!(field.value_type, ValueType::Integer(integer) if integer.string_allowed)
            }
            Deviation::MissingPlatformId => field.absence_deviation == Some(*deviation),
            Deviation::DateOnly | Deviation::UnixMillis | Deviation::CompactOffset => {
                string.format == Some(Format::DateTime)
            }
            Deviation::UnknownEnumValue => string.closed_enum().is_some(),
        })
    }

    /// Returns the specification's example value as JSON. The example may be partly masked, as in
    /// `"2102***"`.
    ///
    /// ```
    /// use miniprogram_protocol::{ProtocolType, dictionary::Amount};
    ///
    /// assert_eq!(Amount::SCHEMA.field("currency").unwrap().example(), Some(r#""USD""#));
    /// assert_eq!(Amount::SCHEMA.field("value").unwrap().example(), Some("10000"));
    /// ```
    #[must_use]
    pub fn example(&self) -> Option<&'static str> {
        docs::example(self.docs)
    }
}

#[cfg(test)]
mod tests {
    use super::Schema;

    #[test]
    fn describes_schemas_and_fields() {
        let amount = Schema::by_name("Amount").unwrap();
        assert_eq!(amount.source.to_string(), "data dictionary");
        assert_eq!(amount.description(), "An amount of money.");
        let currency = amount.field("currency").unwrap();
        let about = "The currency, as an ISO 4217 code.";
        assert_eq!((&*currency.description(), currency.example()), (about, Some("\"USD\"")));
        let system = Schema::by_name("Env").unwrap().field("osType").unwrap();
        let described: Vec<_> =
            system.value_type.enum_schema().unwrap().value_descriptions().collect();
        assert_eq!(described, [("IOS", "iOS.".to_owned()), ("ANDROID", "Android.".to_owned())]);
    }
}
