//! `table!`: declares a table of the specification as a struct.

/// Declares a table of the specification as a struct, one field per line:
///
/// ```text
/// /// Description.
/// ///
/// /// Example: `"value"`
/// field: Type as "wireName", required sensitive, max_length(64).no_special_characters();
/// ```
///
/// - A field is `required` or `optional`. `required(unless DEVIATION)` declares a required field that
///   is an `Option` in Rust, because a policy that allows the deviation accepts its absence.
/// - `sensitive` marks personal data and secrets, which `Debug` hides.
/// - The constraints are methods of [`FieldValue::Constraints`](crate::read::FieldValue).
/// - The last paragraph of the description contains the specification's example as JSON, which
///   [`Field::example`](crate::schema::Field::example) returns.
/// - Cross-field rules follow the fields: `cross_field_rules: CrossFieldRule::…;`.
///
/// The macro generates the struct with docs, a constructor, setters, `Debug`, `Serialize`,
/// `Deserialize`, [`Validate`](crate::Validate) and a [`Schema`](crate::Schema). A table with several
/// required fields names a struct for them, as in `pub struct Name(NameRequired)`, so that the
/// arguments of `new` cannot be swapped.
macro_rules! table {
    (
        $(#[doc = $about:literal])*
        pub struct $Name:ident $(($Required:ident))? in $document:ident {
            $(
                $(#[doc = $doc:literal])*
                $field:ident: $Type:ident $(<$Item:ident>)? as $wire:literal, $need:ident $((unless $deviation:ident))?
                    $($sensitive:ident)? $(, $($constraint:ident($($argument:tt)*)).+)?;
            )+
        }
        $(cross_field_rules: $(CrossFieldRule::$Rule:ident $operands:tt),+;)?
    ) => {
        $(#[doc = $about])*
        #[doc = ""]
        #[doc = "| Field | Type | Required | Constraints |"]
        #[doc = "|---|---|---|---|"]
        $( #[doc = concat!(
            "| `", $wire, "` | ", $crate::model::in_words!(@type $Type $($Item)?), " | ",
            table!(@required_cell $need $($deviation)?), " | ",
            $($crate::model::in_words!($($constraint($($argument)*)),+),)? " |"
        )] )+
        $(
            #[doc = ""]
            #[doc = "Cross-field rules:"]
            #[doc = ""]
            $( #[doc = concat!("- ", $crate::model::in_words!(@rule $Rule $operands), ".")] )+
        )?
        #[doc = ""]
        #[doc = concat!(
            "Source: [`", stringify!($document), "`](crate::schema::SourceDocument::",
            stringify!($document), "), table `", stringify!($Name), "`."
        )]
        #[derive(Clone, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub struct $Name {
            $(
                $(#[doc = $doc])*
                #[doc = ""]
                #[doc = concat!(
                    "JSON: ", table!(@presence_in_words $wire, $need $($deviation)?),
                    $($crate::model::in_words!(@sentence $($constraint($($argument)*)),+),)?
                    $(table!(@sensitive_in_words $sensitive))?
                )]
                pub $field: table!(@type $need $($deviation)?, $Type $(<$Item>)?),
            )+
            /// Fields that the table does not define. They are kept and written back unchanged.
            pub unknown_fields: $crate::model::UnknownFields,
        }

        impl $crate::read::ProtocolType for $Name {
            const SCHEMA: &'static $crate::schema::Schema = &$crate::schema::Schema {
                name: stringify!($Name),
                docs: concat!($($about, "\n"),*),
                document: $crate::schema::SourceDocument::$document,
                fields: Self::FIELDS,
                cross_field_rules: Self::CROSS_FIELD_RULES,
                required: $crate::schema::required_bits(Self::FIELDS),
                operands: $crate::schema::operand_bits(Self::FIELDS, Self::CROSS_FIELD_RULES),
                typed_check: &$crate::read::TypedCheck::of::<Self>(),
                #[cfg(feature = "schemars")]
                subschema: |generator| generator.subschema_for::<Self>(),
            };
        }

        impl $Name {
            const FIELDS: &'static [$crate::schema::Field] = &[$($crate::schema::Field {
                name: $wire,
                json_prefix: concat!("\"", $wire, "\":"),
                docs: concat!($($doc, "\n"),*),
                required: matches!(stringify!($need).as_bytes(), b"required"),
                absence_deviation: $crate::schema::first(&[$($crate::schema::Deviation::$deviation)?]),
                sensitive: !concat!($(stringify!($sensitive))?).is_empty(),
                value_type: <$Type $(<$Item>)? as $crate::read::FieldValue>::UNCONSTRAINED
                    $($(.$constraint($($argument)*))+)?
                    .constrain(<$Type $(<$Item>)? as $crate::read::FieldValue>::VALUE_TYPE),
            }),+];
            const CROSS_FIELD_RULES: &'static [$crate::schema::CrossFieldRule] =
                &[$($($crate::schema::CrossFieldRule::$Rule $operands),+)?];

            $( table!(@setter $need $($deviation)?, $field: $Type $(<$Item>)?, $wire); )+
        }

        table!(@new $Name [$($Required)?] [] []
            $([$(#[doc = $doc])*] $need $($deviation)?, $field: $Type $(<$Item>)?;)+);

        // The block keeps these imports and the enum out of the module that declares the table.
        const _: () = {
            use $crate::{
                json::Lexer,
                model::{StructField, UnknownFieldsReader},
                policy::{ConstraintSource, SpecConstraints, cold_path},
                read::{
                    self, FieldLookup, FieldValue, LexerReader, Member, ObjectReader, ParsedField,
                    ProtocolType,
                },
                schema::{self, JsonType, ObjectConstraints, ValueType},
                validate::{
                    InvalidValue, Operand, Scope, Valid, Validate, ValidationContext,
                    check_cross_field_rules, known_value,
                },
            };
            use std::fmt;

            /// The index of each field in the schema.
            #[allow(non_camel_case_types, reason = "the variants have the names of the fields")]
            enum Index { $($field),+ }

            impl Validate for $Name {
                fn validate_into(&self, cx: &mut ValidationContext<'_>) {
                    FieldValue::validate_value(self, ObjectConstraints::UNCONSTRAINED, cx);
                }
            }

            impl FieldValue for $Name {
                type Constraints = ObjectConstraints;
                const UNCONSTRAINED: ObjectConstraints = ObjectConstraints::UNCONSTRAINED;
                const VALUE_TYPE: ValueType =
                    ValueType::Object(Self::SCHEMA, ObjectConstraints::UNCONSTRAINED);
                const JSON_TYPE: JsonType = JsonType::Object;

                fn read_json_object(
                    lexer: &mut Lexer<'_>,
                    constraints: ObjectConstraints,
                    cx: &mut ValidationContext<'_>,
                ) -> $crate::json::Result<ParsedField<Self>> {
                    Self::read_object(LexerReader::enter(lexer)?, constraints, cx)
                }

                fn read_object<'de, R: ObjectReader<'de>>(
                    reader: R,
                    constraints: ObjectConstraints,
                    cx: &mut ValidationContext<'_>,
                ) -> std::result::Result<ParsedField<Self>, R::Error> {
                    match cx.policy().field_types(Self::SCHEMA) {
                        None => Self::read_fields(reader, constraints, SpecConstraints, cx),
                        Some(own) => cold_path(|| {
                            let parsed = Self::read_fields(reader, constraints, own, cx)?;
                            if let ParsedField::Value(value) = &parsed {
                                cx.run_custom_checks(value);
                            }
                            Ok(parsed)
                        }),
                    }
                }

                fn validate_value(&self, constraints: ObjectConstraints, cx: &mut ValidationContext<'_>) {
                    match cx.policy().field_types(Self::SCHEMA) {
                        None => self.validate_fields(SpecConstraints, cx),
                        Some(own) => cold_path(|| {
                            self.validate_fields(own, cx);
                            cx.run_custom_checks(self);
                        }),
                    }
                    check_cross_field_rules(
                        Self::SCHEMA,
                        constraints.cross_field_rules,
                        |name, inner| match name {
                            $( $wire => StructField::operand(&self.$field, inner), )+
                            _ => Operand::Absent,
                        },
                        cx,
                    );
                    self.unknown_fields.validate(Self::SCHEMA, cx);
                }

                fn operand(&self, inner: &str) -> Operand<&str> {
                    match inner {
                        "" => Operand::Present,
                        $( $wire => StructField::operand(&self.$field, ""), )+
                        _ => Operand::Absent,
                    }
                }
            }

            impl $Name {
                #[inline]
                fn read_fields<'de, R: ObjectReader<'de>>(
                    mut reader: R,
                    constraints: ObjectConstraints,
                    source: impl ConstraintSource,
                    cx: &mut ValidationContext<'_>,
                ) -> std::result::Result<ParsedField<Self>, R::Error> {
                    $( let mut $field = ParsedField::<$Type $(<$Item>)?>::Missing; )+
                    let mut unknown_fields = UnknownFieldsReader::default();
                    let mut lookup = FieldLookup::new(Self::SCHEMA.fields);
                    while let Some(member) = reader.next(&mut lookup)? {
                        match member {
                            $( Member::Field(index, _) if index == Index::$field as usize => {
                                let constraints = source.constraints(index, const {
                                    <$Type $(<$Item>)? as FieldValue>::UNCONSTRAINED
                                        $($(.$constraint($($argument)*))+)?
                                });
                                $field.read(&mut reader, $wire, constraints, cx)?;
                            } )+
                            Member::Field(..) => reader.skip()?,
                            Member::Unknown(name) => unknown_fields.read(&name, &mut reader, cx)?,
                        }
                    }
                    let unknown_fields = unknown_fields.finish(cx);
                    if cx.checks_constraints() {
                        check_cross_field_rules(
                            Self::SCHEMA,
                            constraints.cross_field_rules,
                            |name, inner| match name {
                                $( $wire => $field.operand(inner), )+
                                _ => Operand::Absent,
                            },
                            cx,
                        );
                    }
                    let exposed = constraints.exposed_field.and_then(|exposed| match exposed {
                        $( $wire => {
                            known_value(<$Type $(<$Item>)? as FieldValue>::VALUE_TYPE, $field.operand(""))
                        } )+
                        _ => None,
                    });
                    $(
                        let deviation = const { schema::first(&[$(schema::Deviation::$deviation)?]) };
                        let $field = StructField::from_parsed($field, $wire, deviation, cx);
                    )+
                    let ($(Ok($field),)+) = ($($field,)+) else {
                        return Ok(ParsedField::Invalid(exposed));
                    };
                    Ok(ParsedField::Value(Self { $($field,)+ unknown_fields }))
                }

                #[inline]
                fn validate_fields(
                    &self,
                    source: impl ConstraintSource,
                    cx: &mut ValidationContext<'_>,
                ) {
                    $(
                        let constraints = source.constraints(Index::$field as usize, const {
                            <$Type $(<$Item>)? as FieldValue>::UNCONSTRAINED
                                $($(.$constraint($($argument)*))+)?
                        });
                        let deviation = const { schema::first(&[$(schema::Deviation::$deviation)?]) };
                        StructField::validate(&self.$field, $wire, constraints, deviation, cx);
                    )+
                }
            }

            impl TryFrom<$Name> for Valid<$Name> {
                type Error = InvalidValue<$Name>;

                fn try_from(value: $Name) -> std::result::Result<Self, InvalidValue<$Name>> {
                    Valid::new(value)
                }
            }

            impl fmt::Debug for $Name {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.debug_struct(stringify!($Name))
                        $( .field(stringify!($field), table!(@shown &self.$field $(, $sensitive)?)) )+
                        .field("unknown_fields", &self.unknown_fields)
                        .finish()
                }
            }

            impl serde::Serialize for $Name {
                fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
                    use serde::ser::SerializeMap as _;
                    // Formats that are not self-describing could not be read back. They reject a map
                    // of unknown length.
                    let mut map = serializer.serialize_map(None)?;
                    $( if let Some(value) = StructField::value(&self.$field) {
                        map.serialize_entry($wire, value)?;
                    } )+
                    for (name, value) in self.unknown_fields.iter() {
                        map.serialize_entry(name, value)?;
                    }
                    map.end()
                }
            }

            impl<'de> serde::Deserialize<'de> for $Name {
                fn deserialize<D: serde::Deserializer<'de>>(
                    deserializer: D,
                ) -> std::result::Result<Self, D::Error> {
                    read::deserialize(deserializer, Scope::Structure)
                }
            }
        };
    };

    (@required_cell optional) => { "no" };
    (@required_cell required) => { "yes" };
    (@required_cell required $deviation:ident) => { concat!(
        "yes, unless the policy allows [`", stringify!($deviation), "`](crate::Deviation::",
        stringify!($deviation), ")"
    ) };
    (@presence_in_words $wire:literal, optional) => {
        concat!("optional field `", $wire, "`, which is `None` if absent or `null`.")
    };
    (@presence_in_words $wire:literal, required) => {
        concat!("required field `", $wire, "`; absence or `null` is a `required` violation.")
    };
    (@presence_in_words $wire:literal, required $deviation:ident) => { concat!(
        "required field `", $wire, "`, which is `None` if absent or `null`: a `required` \
         violation unless the policy allows [`", stringify!($deviation), "`](crate::Deviation::",
        stringify!($deviation), ")."
    ) };
    (@sensitive_in_words sensitive) => { " Sensitive: `Debug` hides it." };

    (@type required, $Type:ty) => { $Type };
    (@type $option:ident $($deviation:ident)?, $Type:ty) => { Option<$Type> };
    (@shown $value:expr) => { $value };
    (@shown $value:expr, sensitive) => { StructField::hidden($value) };

    (@setter optional, $field:ident: $Type:ty, $wire:literal) => {
        #[doc = concat!(
            "Sets the field [`", stringify!($field), "`](#structfield.", stringify!($field),
            "), which is `", $wire, "` in JSON."
        )]
        #[must_use]
        pub fn $field<M>(mut self, $field: impl $crate::model::IntoOption<$Type, M>) -> Self {
            self.$field = $field.into_option();
            self
        }
    };
    (@setter required $deviation:ident, $($field:tt)*) => { table!(@setter optional, $($field)*); };
    (@setter required, $($field:tt)*) => {};

    // Collects the required fields, which become the parameters of `new` or the fields of a struct.
    (@new $Name:ident $Required:tt $fields:tt [$($absent:ident)*] $doc:tt optional, $field:ident: $Type:ty; $($rest:tt)*) => {
        table!(@new $Name $Required $fields [$($absent)* $field] $($rest)*);
    };
    (@new $Name:ident $Required:tt [$($fields:tt)*] $absent:tt $doc:tt required $($deviation:ident)?, $field:ident: $Type:ty; $($rest:tt)*) => {
        table!(@new $Name $Required [$($fields)* { $doc $field $Type, $($deviation)? }] $absent $($rest)*);
    };
    (@new $Name:ident [] [] [$($absent:ident)*]) => {
        impl $Name {
            /// Returns a value without any fields. Each field has a setter.
            #[must_use]
            pub const fn new() -> Self {
                Self { $($absent: None,)* unknown_fields: $crate::model::UnknownFields::new() }
            }
        }

        impl Default for $Name {
            fn default() -> Self {
                Self::new()
            }
        }
    };
    (@new $Name:ident [] [{ $doc:tt $field:ident $Type:ty, $($deviation:ident)? }] [$($absent:ident)*]) => {
        impl $Name {
            #[doc = concat!(
                "Returns a value with the required field [`", stringify!($field),
                "`](#structfield.", stringify!($field), "). Each optional field has a setter."
            )]
            #[must_use]
            pub fn new($field: impl Into<$Type>) -> Self {
                Self {
                    $field: table!(@given $field.into() $(, $deviation)?),
                    $($absent: None,)*
                    unknown_fields: $crate::model::UnknownFields::new(),
                }
            }
        }
    };
    // The types of the required fields are so different that the compiler rejects swapped arguments.
    (@new $Name:ident [positional] [$({ $doc:tt $field:ident $Type:ty, })+] [$($absent:ident)*]) => {
        impl $Name {
            /// Returns a value with the required fields, in the order of the table.
            #[must_use]
            pub fn new($($field: impl Into<$Type>),+) -> Self {
                Self {
                    $($field: $field.into(),)+
                    $($absent: None,)*
                    unknown_fields: $crate::model::UnknownFields::new(),
                }
            }
        }
    };
    (@new $Name:ident [$Required:ident] [$({ [$($doc:tt)*] $field:ident $Type:ty, $($deviation:ident)? })+] [$($absent:ident)*]) => {
        #[doc = concat!(
            "The required fields of [`", stringify!($Name), "`], for [`", stringify!($Name),
            "::new`]. Each field accepts any type that converts into the type of the field, such \
             as `&str` for a `String`."
        )]
        #[allow(clippy::exhaustive_structs, reason = "an omitted field must be a compile error")]
        #[allow(non_camel_case_types, reason = "a type parameter has the name of its field")]
        #[derive(Clone)]
        pub struct $Required<$($field = $Type),+> {
            $( $($doc)* pub $field: $field, )+
        }

        #[allow(non_camel_case_types, reason = "a type parameter has the name of its field")]
        impl<$($field),+> std::fmt::Debug for $Required<$($field),+> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($Required)).finish_non_exhaustive()
            }
        }

        impl $Name {
            #[doc = concat!(
                "Returns a value with the required fields, which are named in [`",
                stringify!($Required), "`]. Each optional field has a setter."
            )]
            #[must_use]
            pub fn new(required: $Required<$(impl Into<$Type>),+>) -> Self {
                let $Required { $($field),+ } = required;
                Self {
                    $($field: table!(@given $field.into() $(, $deviation)?),)+
                    $($absent: None,)*
                    unknown_fields: $crate::model::UnknownFields::new(),
                }
            }
        }
    };
    (@given $value:expr) => { $value };
    (@given $value:expr, $deviation:ident) => { Some($value) };
}
pub(crate) use table;

/// Describes types, constraints and cross-field rules in words, for the documentation of a table.
macro_rules! in_words {
    (@type Vec $Item:ident) => { concat!("array of [`", stringify!($Item), "`]") };
    (@type OneOrMany $Item:ident) => {
        concat!("[`", stringify!($Item), "`], or an array of them")
    };
    (@type $Type:ident) => { concat!("[`", stringify!($Type), "`]") };

    // The constraints, as a sentence that is appended to another sentence.
    (@sentence exposes $arguments:tt) => { "" };
    (@sentence $constraint:ident $arguments:tt) => {
        concat!(" Constraint: ", $crate::model::in_words!($constraint $arguments), ".")
    };
    (@sentence $($constraints:tt)+) => {
        concat!(" Constraints: ", $crate::model::in_words!($($constraints)+), ".")
    };

    (@rule AllOrNone(&[$($field:literal),+])) => {
        concat!(
            $crate::model::in_words!(@names $($field),+),
            ": all are present, or none is (`dependentRequired` violation)"
        )
    };
    (@rule AtLeastOneOf(&[$($field:literal),+])) => {
        concat!(
            "at least one of ", $crate::model::in_words!(@names $($field),+),
            " is present (`anyOf` violation)"
        )
    };
    (@rule RequiredIf {
        field: $field:literal, when: $when:literal, is: Constant::$Constant:ident($is:literal)
    }) => {
        concat!(
            "`", $field, "` is required when `", $when, "` is `", $is,
            "` (`dependentRequired` violation)"
        )
    };
    (@rule FormatIf {
        field: $field:literal, format: Format::$Format:ident, when: $when:literal, is: $is:literal
    }) => {
        concat!(
            "`", $field, "` has the format [`", stringify!($Format), "`](crate::Format::",
            stringify!($Format), ") when `", $when, "` is `", $is, "` (`format` violation)"
        )
    };
    (@names $first:literal $(, $more:literal)*) => { concat!("`", $first, "`" $(, ", `", $more, "`")*) };

    ($constraint:ident $arguments:tt, $($rest:tt)+) => {
        concat!(
            $crate::model::in_words!($constraint $arguments), "; ",
            $crate::model::in_words!($($rest)+)
        )
    };
    (max_length($length:literal)) => { concat!("at most ", $length, " characters") };
    (min_length(1)) => { "at least 1 character" };
    (min_length($length:literal)) => { concat!("at least ", $length, " characters") };
    (no_special_characters()) => { "no special characters (`@ # ?`)" };
    (range($minimum:literal, $maximum:literal)) => {
        concat!("from ", $minimum, " to ", $maximum)
    };
    (minimum($minimum:literal)) => { concat!("at least ", $minimum) };
    (max_items($items:literal)) => { concat!("at most ", $items, " elements") };
    (item_max_length($length:literal)) => {
        concat!("each element at most ", $length, " characters")
    };
    (date_only_allowed()) => {
        "with time and offset, unless the policy allows [`DateOnly`](crate::Deviation::DateOnly)"
    };
    (string_allowed()) => {
        "not a string, unless the policy allows [`AmountAsString`](crate::Deviation::AmountAsString)"
    };
    (cross_field_rules(&[CrossFieldRule::$Rule:ident $operands:tt])) => {
        $crate::model::in_words!(@rule $Rule $operands)
    };
    (cross_field_rules(&[ResultCode::STATUS_MATCHES_CODE])) => {
        "a known `resultCode` requires its own `resultStatus` (`const` violation)"
    };
    // The cross-field rule that reads the exposed field is documented where the rule is declared.
    (exposes($field:literal)) => { "" };
}
pub(crate) use in_words;
