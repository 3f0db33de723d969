//! The tables as data: what validation enforces, for whoever wants to show or export it.

pub use crate::{
    law::{Constant, Law},
    rule::{FORBIDDEN_CHARACTERS, Integer, List, NoRule, Object, Rule, Text},
};

use crate::rule::RowRule as _;
use crate::{
    Deviation, Error, Format, Policy, Table, Violation, check, dictionary, endpoint, law, markdown,
};
use std::fmt;

/// A document of the platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Document {
    /// The data dictionary.
    DataDictionary,
    /// The call that synchronizes a mini program.
    MerchantSync,
    /// The call `notifyCardRegistration`.
    NotifyCardRegistration,
    /// The call that sends notifications to users. It has no document of its own here: it is
    /// restored from other public editions.
    PlatformMessageSend,
}

impl fmt::Display for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::DataDictionary => "data dictionary",
            Self::MerchantSync => "call that synchronizes a mini program",
            Self::NotifyCardRegistration => "call notifyCardRegistration",
            Self::PlatformMessageSend => "call that sends notifications to users",
        })
    }
}

/// A table of the documents, as data.
///
/// ```
/// use miniprogram_protocol::{Table, dictionary::Order, schema::Rule};
///
/// let field = Order::SCHEMA.field("orderDescription").unwrap();
/// assert!(field.required);
/// let Rule::Text(rule) = field.rule else { panic!() };
/// assert_eq!(rule.max_length(), Some(256));
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Schema {
    /// The name of the table.
    pub name: &'static str,
    pub(crate) docs: &'static str,
    /// The document that the table stands in.
    pub document: Document,
    /// The rows, in the order of the document: at most 32. Others, in a changed copy of a schema, are
    /// members that no row names to [`check_json`](Self::check_json).
    pub fields: &'static [Field],
    /// The rules between the rows.
    pub laws: &'static [Law],
    /// The rows that must be given, a bit each.
    pub(crate) required: u32,
    /// The rows of which rules between rows ask more than whether they are given, a bit each.
    pub(crate) asked: u32,
    /// How a generator refers to the table.
    #[cfg(feature = "schemars")]
    pub(crate) subschema: fn(&mut schemars::SchemaGenerator) -> schemars::Schema,
}

impl Schema {
    /// The 20 tables of the data dictionary, and the seven of the calls. (What a message contains has
    /// tables of its own, such as [`PushContent`](crate::PushContent).)
    pub const ALL: &'static [&'static Self] = &[
        dictionary::Message::SCHEMA,
        dictionary::Result::SCHEMA,
        dictionary::MessageSendResult::SCHEMA,
        dictionary::Amount::SCHEMA,
        dictionary::Order::SCHEMA,
        dictionary::Merchant::SCHEMA,
        dictionary::MerchantStore::SCHEMA,
        dictionary::Goods::SCHEMA,
        dictionary::Shipping::SCHEMA,
        dictionary::Buyer::SCHEMA,
        dictionary::Env::SCHEMA,
        dictionary::UserName::SCHEMA,
        dictionary::Address::SCHEMA,
        dictionary::PaymentMethod::SCHEMA,
        dictionary::DeviceInfo::SCHEMA,
        dictionary::DeployAppInfo::SCHEMA,
        dictionary::Category::SCHEMA,
        dictionary::User::SCHEMA,
        dictionary::LoginIdInfo::SCHEMA,
        dictionary::ContactInfo::SCHEMA,
        endpoint::MerchantSyncRequest::SCHEMA,
        endpoint::MerchantSyncResponse::SCHEMA,
        endpoint::NotifyCardRegistrationRequest::SCHEMA,
        endpoint::NotifyCardRegistrationResponse::SCHEMA,
        endpoint::CardField::SCHEMA,
        endpoint::PlatformMessageSendRequest::SCHEMA,
        endpoint::PlatformMessageSendResponse::SCHEMA,
    ];

    /// The table of that name.
    ///
    /// ```
    /// use miniprogram_protocol::Schema;
    ///
    /// assert_eq!(Schema::named("Order").unwrap().name, "Order");
    /// assert!(Schema::named("order").is_none());
    /// ```
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        Self::ALL.iter().copied().find(|schema| schema.name == name)
    }

    /// What the table is about, in a paragraph of Markdown without links.
    #[must_use]
    pub fn description(&self) -> String {
        markdown::paragraph(self.docs)
    }

    /// The row of that name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The rows that have a bit. They are all, but for a copy to which rows were added.
    #[inline]
    pub(crate) fn fields_with_bits(&self) -> &'static [Field] {
        self.fields.get(..MAX_FIELDS).unwrap_or(self.fields)
    }

    /// Judges a JSON text as a value of this table, and gives what the policy let pass, as
    /// [`check_json_with`](crate::check_json_with) does.
    ///
    /// # Errors
    /// As [`check_json_with`](crate::check_json_with).
    ///
    /// ```
    /// use miniprogram_protocol::{Policy, Schema};
    ///
    /// let amount = Schema::named("Amount").unwrap();
    /// let error = amount.check_json(b"{}", &Policy::dictionary()).unwrap_err();
    /// assert_eq!(error.violations().len(), 2);
    /// ```
    pub fn check_json(&self, json: &[u8], policy: &Policy) -> Result<Vec<Violation>, Error> {
        check::check(json, self, policy)
    }
}

/// How many rows have a bit.
const MAX_FIELDS: usize = u32::BITS as usize;

/// The bits of the rows that must be given.
///
/// Every schema is a constant of this crate that calls this, so that one of too many fields does not
/// compile.
pub(crate) const fn required(mut fields: &[Field]) -> u32 {
    assert!(fields.len() <= MAX_FIELDS, "a schema has at most 32 fields");
    let mut bits = 0;
    while let Some((field, before)) = fields.split_last() {
        bits = 2 * bits + field.required as u32;
        fields = before;
    }
    bits
}

/// The bits of the rows of which these rules ask what they are, or what a member inside them is.
pub(crate) const fn asked(mut fields: &[Field], laws: &[Law]) -> u32 {
    let mut bits = 0;
    while let Some((field, before)) = fields.split_last() {
        let tells = match field.rule {
            Rule::Object(object) => object.told().is_some(),
            _ => false,
        };
        bits = 2 * bits + (tells || law::ask_text_of(laws, field.name)) as u32;
        fields = before;
    }
    bits
}

/// A row of a table.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Field {
    /// The name on the wire.
    pub name: &'static str,
    /// How the member begins if no blanks are written: its name in quotes, and a colon.
    pub(crate) beginning: &'static str,
    pub(crate) docs: &'static str,
    /// Whether the member must be given.
    pub required: bool,
    /// Whether a policy may let the member be absent, though it is required.
    pub(crate) required_by_policy: bool,
    /// Whether the value is personal data or a secret, so that `Debug` hides it.
    pub sensitive: bool,
    /// What the value looks like.
    pub shape: Shape,
    /// The rule of the row.
    pub rule: Rule,
}

impl Field {
    /// What the value is, in a paragraph of Markdown without links.
    #[must_use]
    pub fn description(&self) -> String {
        markdown::paragraph(self.docs)
    }

    /// The deviations that a policy may let pass in the row.
    ///
    /// ```
    /// use miniprogram_protocol::{Deviation, Table, dictionary::User};
    ///
    /// let birth_date = User::SCHEMA.field("birthDate").unwrap();
    /// assert!(birth_date.deviations().eq([Deviation::DateWithoutTime, Deviation::UnixMillisTime]));
    /// ```
    pub fn deviations(&self) -> impl Iterator<Item = Deviation> + use<> {
        let field = *self;
        let element = if let Shape::List(element) = field.shape { *element } else { field.shape };
        Deviation::ALL.iter().copied().filter(move |deviation| match deviation {
            Deviation::AmountAsText => Integer::of(field.rule).is_some_and(Integer::may_be_text),
            Deviation::PlatformIdAbsent => field.required_by_policy,
            Deviation::DateWithoutTime => Text::of(field.rule).is_some_and(Text::may_be_date),
            Deviation::UnixMillisTime => {
                matches!(element, Shape::Text(Some(Format::DateTime)))
            }
            Deviation::UnlistedValue => matches!(element, Shape::Choice(choice) if !choice.open),
        })
    }

    /// The document's example of the value, as a JSON text. Its end may be masked: `"2102***"`.
    ///
    /// ```
    /// use miniprogram_protocol::{Table, dictionary::Amount};
    ///
    /// assert_eq!(Amount::SCHEMA.field("currency").unwrap().example(), Some(r#""USD""#));
    /// assert_eq!(Amount::SCHEMA.field("value").unwrap().example(), Some("10000"));
    /// ```
    #[must_use]
    pub fn example(&self) -> Option<&'static str> {
        markdown::example(self.docs)
    }
}

/// What a value looks like. `Display` gives the documents' name: `Array<Goods>`.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Shape {
    /// A string, which may have a format.
    Text(Option<Format>),
    /// A string out of a list of valid values.
    Choice(&'static Choice),
    /// An integer of 64 bits.
    Integer,
    /// A boolean.
    Boolean,
    /// An array.
    List(&'static Shape),
    /// An array, or one value in its place.
    OneOrMany(&'static Shape),
    /// An object.
    Object(&'static Schema),
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(Some(Format::DateTime)) => f.write_str("Datetime"),
            Self::Text(_) | Self::Choice(_) => f.write_str("String"),
            Self::Integer => f.write_str("Integer"),
            Self::Boolean => f.write_str("Boolean"),
            Self::List(element) | Self::OneOrMany(element) => write!(f, "Array<{element}>"),
            Self::Object(schema) => f.write_str(schema.name),
        }
    }
}

/// A list of valid values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Choice {
    /// The valid values, in the order of the table that lists them first.
    pub values: &'static [&'static str],
    pub(crate) docs: &'static [&'static str],
    /// Whether other values are allowed, too.
    pub open: bool,
}

impl Choice {
    /// The valid values and what each of them means, in a paragraph of Markdown without links.
    ///
    /// ```
    /// use miniprogram_protocol::{Table, dictionary::Env, schema::Shape};
    ///
    /// let field = Env::SCHEMA.field("osType").unwrap();
    /// let Shape::Choice(choice) = field.shape else { panic!() };
    /// assert_eq!(choice.described().next(), Some(("IOS", "iOS.".to_owned())));
    /// ```
    pub fn described(&self) -> impl Iterator<Item = (&'static str, String)> + use<> {
        self.values.iter().copied().zip(self.docs.iter().map(|docs| markdown::paragraph(docs)))
    }
}

#[cfg(test)]
mod tests {
    use super::{Schema, Shape, asked, required};

    #[test]
    fn a_table_and_a_row_say_what_they_are() {
        let amount = Schema::named("Amount").unwrap();
        assert_eq!(amount.document.to_string(), "data dictionary");
        assert_eq!(amount.description(), "An amount of money.");
        let currency = amount.field("currency").unwrap();
        let about = "The 3-character code of the currency, as in ISO 4217.";
        assert_eq!((&*currency.description(), currency.example()), (about, Some("\"USD\"")));
        let system = Schema::named("Env").unwrap().field("osType").unwrap();
        let described: Vec<_> = match system.shape {
            Shape::Choice(choice) => choice.described().collect(),
            _ => Vec::new(),
        };
        assert_eq!(described, [("IOS", "iOS.".to_owned()), ("ANDROID", "Android.".to_owned())]);
    }

    #[test]
    fn each_row_that_must_be_given_is_a_bit_at_its_place() {
        for schema in Schema::ALL {
            assert_eq!(schema.required, required(schema.fields), "{}", schema.name);
            for (index, field) in schema.fields.iter().enumerate() {
                let is_required = schema.required & (1 << index) != 0;
                assert_eq!(is_required, field.required, "{}.{}", schema.name, field.name);
            }
        }
    }

    #[test]
    #[should_panic(expected = "a schema has at most 32 fields")]
    fn rejects_schemas_of_33_fields() {
        let optional = *Schema::named("Env").unwrap().field("osType").unwrap();
        assert_eq!(required(&[optional; 32]), 0);
        required(&[optional; 33]);
    }

    #[test]
    fn rules_between_rows_ask_what_few_rows_are() {
        for (table, names) in [
            ("Address", &[][..]),
            ("MessageSendResult", &["success"]),
            ("ContactInfo", &["contactType", "contactNo"]),
            ("PlatformMessageSendResponse", &["result"]),
        ] {
            let schema = Schema::named(table).unwrap();
            let rows = schema.fields.iter().enumerate();
            let bits = asked(schema.fields, schema.laws);
            assert_eq!(schema.asked, bits, "{table}");
            let rows = rows.filter(|(index, _)| bits & (1 << index) != 0);
            assert!(rows.map(|(_, field)| field.name).eq(names.iter().copied()), "{table}");
        }
    }
}
