//! The macro `protocol_type!`, which declares custom types of an application.

use crate::schema::{Format, Schema, is_equal};

/// Declares a custom type that supports everything that the types of the specification support.
///
/// Super apps extend the protocol: they add fields to its tables, and define string types with
/// their own formats and values. This macro declares a table in the same way as the tables of the
/// specification are declared, and generates a type that can be used wherever a type of the
/// specification can:
///
/// - [`from_json`](crate::from_json) and [`check_json`](crate::check_json) report all violations at
///   once, with complete paths, even inside nested types. [`Valid`](crate::Valid), `Serialize`,
///   `Deserialize`, [`Validate`](crate::Validate) and [`diff`](crate::diff) work.
/// - Unknown fields are kept. `Debug` hides sensitive fields.
/// - [`ProtocolType::SCHEMA`](crate::ProtocolType::SCHEMA) is the table as data, which JSON Schema,
///   `schemars`, `utoipa`, `arbitrary` and the `generate` module use if their features are enabled.
/// - [`Policy::limit_field`](crate::Policy::limit_field) and
///   [`Policy::check`](crate::Policy::check) accept the type, and policy files can refer to it by
///   name; see `Policy::from_toml_with_types`.
/// - The documentation of the type has a table of the fields with their constraints.
///
/// # Tables
///
/// ```
/// use miniprogram_protocol::{Validate, dictionary::{Amount, Goods}, from_json, protocol_type};
///
/// protocol_type! {
///     /// An order with loyalty points.
///     pub struct LoyaltyOrder(LoyaltyOrderRequired) in "Example Wallet integration guide, 4.2" {
///         /// The unique ID of the order.
///         ///
///         /// Example: `"ORDER-1"`
///         order_id: String as "orderId", required, max_length(64).no_special_characters();
///
///         /// The total amount.
///         total: Amount as "total", required;
///
///         /// The ordered goods.
///         goods: Vec<Goods> as "goods", optional, max_items(100);
///
///         /// The points that the buyer earns.
///         points: i64 as "points", optional, range(0, 10_000);
///
///         /// The e-mail address for the receipt.
///         receipt_email: String as "receiptEmail", optional sensitive, max_length(256);
///
///         /// The phone number for the receipt.
///         receipt_phone: String as "receiptPhone", optional sensitive, max_length(20);
///     }
///     cross_field_rules: CrossFieldRule::AtLeastOneOf(&["receiptEmail", "receiptPhone"]);
/// }
///
/// let order = LoyaltyOrder::new(LoyaltyOrderRequired {
///     order_id: "ORDER-1",
///     total: Amount::new("SGD", 4990),
/// })
/// .receipt_email("ada@example.com");
/// assert!(order.validate().is_ok());
///
/// let error = from_json::<LoyaltyOrder>(
///     br#"{"total": {"currency": "SGD", "value": -1}, "points": 10001, "goods": [{}]}"#,
/// );
/// let error = error.unwrap_err();
/// let violations: Vec<_> = error.violations().iter().map(|v| (v.path(), v.code())).collect();
/// assert_eq!(violations, [
///     ("/total/value", "minimum"),
///     ("/points", "maximum"),
///     ("/goods/0/referenceGoodsId", "required"),
///     ("/goods/0/goodsName", "required"),
///     ("/goods/0/goodsPaymentAmount", "required"),
///     ("", "anyOf"),
///     ("/orderId", "required"),
/// ]);
/// ```
///
/// ```text
/// /// Description.
/// VISIBILITY struct NAME(REQUIRED) in "DOCUMENT" {
///     /// Description.
///     ///
///     /// Example: `JSON`
///     FIELD: TYPE as "JSON NAME", required sensitive, CONSTRAINTS;
/// }
/// cross_field_rules: RULE, RULE;
/// ```
///
/// | Part | Meaning |
/// |---|---|
/// | `NAME` | The name of the struct and the schema. The specification must not have a table with this name. |
/// | `(REQUIRED)` | The name of the struct that [`new`](crate::dictionary#) takes, if the table has several required fields. |
/// | `in "DOCUMENT"` | Optional: the document that contains the table. |
/// | `FIELD`, `"JSON NAME"` | The names in Rust and in JSON. The JSON name must not require escape sequences. A table can have at most 32 fields. |
/// | `TYPE` | `String`, `i64`, `bool`, a type of this crate, a type that this macro declares, or a `Vec` of strings or tables. The type must be in scope, because paths such as `dictionary::Amount` are not accepted. |
/// | `required` or `optional` | Whether absence and `null` are a `required` violation. An optional field is an `Option` in Rust. |
/// | `sensitive` | Optional: `Debug` hides the value. |
/// | `CONSTRAINTS` | Optional: methods of the constraints on the type, such as `max_length(64).no_special_characters()`. |
/// | ``Example: `JSON` `` | Optional: the last paragraph of the description of a field is a valid example for JSON Schema. |
/// | `RULE` | A [`CrossFieldRule`](crate::schema::CrossFieldRule), a constant, or a call to a `const fn` that returns a rule. Only a `CrossFieldRule` with literal operands is described in words. |
///
/// | Type | Constraints |
/// |---|---|
/// | Strings | [`StringConstraints`](crate::schema::StringConstraints): `min_length`, `max_length`, `no_special_characters` |
/// | `i64`, [`MinorUnits`](crate::MinorUnits) | [`IntegerConstraints`](crate::schema::IntegerConstraints): `minimum`, `maximum`, `range`, and `string_allowed` for `MinorUnits` |
/// | `Vec` | [`ArrayConstraints`](crate::schema::ArrayConstraints): `max_items`, and `item_max_length` for strings |
/// | Tables | [`ObjectConstraints`](crate::schema::ObjectConstraints): `cross_field_rules` |
///
/// # Enums
///
/// An enum lists the known values of a string. Like the enums of the specification, it can represent
/// any string: an unknown value is kept in the variant `Other`, and is an `enum` violation if the enum
/// is `closed`, but valid if it is `open`.
///
/// ```
/// use miniprogram_protocol::{from_json, protocol_type};
///
/// protocol_type! {
///     /// The level of a loyalty program.
///     pub enum LoyaltyLevel: closed {
///         /// For every member.
///         Basic = "BASIC",
///         /// From 10,000 points.
///         Gold = "GOLD",
///     }
/// }
///
/// protocol_type! {
///     /// A member of a loyalty program.
///     pub struct LoyaltyMember {
///         /// The level.
///         level: LoyaltyLevel as "level", required;
///     }
/// }
///
/// let error = from_json::<LoyaltyMember>(br#"{"level": "SILVER"}"#).unwrap_err();
/// assert_eq!(error.to_string(), "/level must be one of BASIC, GOLD");
/// ```
///
/// # Strings
///
/// A string type has either a [`CustomFormat`](crate::CustomFormat) with samples or a
/// [`Format`](crate::Format). Like the other string types of this crate, it can contain any string;
/// a string that does not match the format is reported as a `format` violation. With `sensitive`,
/// `Debug` hides the string wherever the type is used.
///
/// ```
/// use miniprogram_protocol::{CustomFormat, Format, Validate, protocol_type};
///
/// static CARD_NUMBER: CustomFormat =
///     CustomFormat::new("loyalty-card-number", "eight digits", |string| {
///         string.len() == 8 && string.bytes().all(|byte| byte.is_ascii_digit())
///     })
///     .pattern("^[0-9]{8}$")
///     .samples(&["00000000", "12345678"])
///     .near_misses(&["1234567", "123456789", "1234567a"]);
///
/// protocol_type! {
///     /// The number of a loyalty card.
///     pub struct CardNumber(String): Format::Custom(&CARD_NUMBER), sensitive;
/// }
///
/// protocol_type! {
///     /// A loyalty card.
///     pub struct LoyaltyCard {
///         /// The number.
///         number: CardNumber as "number", required;
///     }
/// }
///
/// let error = LoyaltyCard::new("1234567a").validate().unwrap_err();
/// assert_eq!(error.to_string(), "/number must be eight digits");
/// assert!("12345678".parse::<CardNumber>().is_ok());
/// assert_eq!(format!("{:?}", CardNumber::from("12345678")), "<hidden>");
/// ```
///
/// # Limits
///
/// - Types are identified by their names in JSON Schema and in policy files, so give each of your
///   types a unique name. Policies distinguish types with the same name only if they are declared in
///   different modules or on different lines.
/// - A later minor release may add a type or a format with the name of one of yours, which is then a
///   compile error.
/// - The macro implements `JsonSchema`, `ToSchema` and `Arbitrary` if any crate in the build
///   enables the features `schemars`, `utoipa` or `arbitrary`, so your own implementation of one of
///   these traits may conflict with the generated one.
/// - Violations of your enums, formats and cross-field rules that are read back with `Deserialize`
///   have the kind [`Other`](crate::ViolationKind::Other), with their code, message and parameters.
/// - [`Policy::forbidden_characters`](crate::Policy::forbidden_characters) affects only the
///   specification's tables. Use
///   [`forbidden_characters_of`](crate::Policy::forbidden_characters_of) for your types.
#[macro_export]
macro_rules! protocol_type {
    (
        $(#[doc = $about:literal])*
        $vis:vis enum $Name:ident: $openness:ident { $($variants:tt)* }
    ) => {
        $crate::__string_enum! {
            $(#[doc = $about])*
            $vis enum $Name: $openness { $($variants)* }
        }
        $crate::__impl_adapters!($Name);
    };
    (
        $(#[doc = $about:literal])*
        $vis:vis struct $Name:ident(String): $format:expr;
    ) => {
        $crate::__string_type! {
            $(#[doc = $about])*
            $vis struct $Name: Some($format), shown;
        }
        const _: () = $crate::__assert_has_samples($format);
        $crate::__impl_adapters!($Name);
    };
    (
        $(#[doc = $about:literal])*
        $vis:vis struct $Name:ident(String): $format:expr, sensitive;
    ) => {
        $crate::__string_type! {
            $(#[doc = $about])*
            $vis struct $Name: Some($format), hidden;
        }
        const _: () = $crate::__assert_has_samples($format);
        $crate::__impl_adapters!($Name);
    };
    (
        $(#[doc = $about:literal])*
        $vis:vis struct $Name:ident $($table:tt)*
    ) => {
        const _: () = $crate::__assert_not_reserved(stringify!($Name));
        $crate::__table! {
            $(#[doc = $about])*
            $vis struct $Name $($table)*
        }
        $crate::__impl_adapters!($Name);
    };
    ($($other:tt)*) => {
        compile_error!(
            "expected `struct Name { … }`, `struct Name(String): FORMAT;` or \
             `enum Name: open { … }`, with documentation comments as the only attributes"
        );
    };
}

/// Implements the traits of optional dependencies for a type.
#[doc(hidden)]
#[macro_export]
macro_rules! __impl_adapters {
    ($Name:ident) => {
        $crate::__impl_json_schema!(
            $Name,
            stringify!($Name),
            concat!(module_path!(), "::", stringify!($Name))
        );
        $crate::__impl_to_schema!($Name, stringify!($Name));
        $crate::__impl_arbitrary!($Name);
    };
}

/// Panics if the specification has a table with this name, because types are identified by their
/// names in policy files and JSON Schema.
#[allow(clippy::missing_panics_doc, reason = "evaluated at compile time")]
pub const fn assert_not_reserved(name: &str) {
    let mut schemas = Schema::ALL;
    while let Some((schema, rest)) = schemas.split_first() {
        assert!(!is_equal(schema.name, name), "the specification has a table with this name");
        schemas = rest;
    }
}

/// Panics if a custom format has no samples, because generators need them.
#[allow(clippy::missing_panics_doc, reason = "evaluated at compile time")]
pub const fn assert_has_samples(format: Format) {
    assert!(
        !matches!(format, Format::Custom(_)) || !format.samples().is_empty(),
        "the format has no samples"
    );
}

/// Expands to nothing, because the feature `schemars` is off.
#[cfg(not(feature = "schemars"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __impl_json_schema {
    ($Type:ty, $name:expr, $id:expr) => {};
}

/// Expands to nothing, because the feature `utoipa` is off.
#[cfg(not(feature = "utoipa"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __impl_to_schema {
    ($Type:ty, $name:expr) => {};
}

/// Expands to nothing, because the feature `arbitrary` is off.
#[cfg(not(feature = "arbitrary"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __impl_arbitrary {
    ($Type:ty) => {};
}

#[cfg(test)]
mod tests {
    use super::{assert_has_samples, assert_not_reserved};
    use crate::schema::{CustomFormat, Format};

    #[test]
    #[should_panic(expected = "the specification has a table with this name")]
    fn rejects_names_of_the_specification() {
        assert_not_reserved("order");
        assert_not_reserved("Order");
    }
    #[test]
    #[should_panic(expected = "the format has no samples")]
    fn rejects_formats_without_samples() {
        static FORMAT: CustomFormat = CustomFormat::new("without-samples", "anything", |_| true);
        assert_has_samples(Format::E164);
        assert_has_samples(Format::Custom(&FORMAT));
    }
}
