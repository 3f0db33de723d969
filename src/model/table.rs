//! `table!`: declares a table of the specification as a struct.

/// Declares a table as a struct, for [`protocol_type!`](crate::protocol_type), which documents the
/// syntax, and for the tables of the specification.
///
/// Each function is generic, derived or `#[inline]`, so that only programs that use the type compile
/// it.
///
/// The macro generates the struct with docs, a constructor, setters, `Debug`, `Serialize`,
/// `Deserialize`, [`Validate`](crate::Validate) and a [`Schema`](crate::Schema).
#[doc(hidden)]
#[macro_export]
macro_rules! __table {
    (
        $(#[doc = $about:literal])*
        $vis:vis struct $Name:ident $(($Required:ident))? $(in $document:tt $(: $confidence:ident)?)? {
            $(
                $(#[doc = $doc:literal])*
                $field:ident: $Type:ident $(<$Item:ident>)? as $wire:literal, $need:ident $((unless $deviation:ident))?
                    $($sensitive:ident)? $(, $($constraint:ident($($argument:tt)*)).+)?;
            )+
        }
        $(cross_field_rules: $($rule:ident $(::$Rule:ident)? $(($($argument_of_rule:tt)*))? $({ $($operand:tt)* })?),+;)?
    ) => {
        $(#[doc = $about])*
        #[doc = ""]
        #[doc = "| Field | Type | Required | Constraints |"]
        #[doc = "|---|---|---|---|"]
        $( #[doc = concat!(
            "| `", $wire, "` | ", $crate::__in_words!(@type $Type $($Item)?), " | ",
            $crate::__in_words!(@required $need $($deviation)?), " | ",
            $($crate::__in_words!($($constraint($($argument)*)),+),)? " |"
        )] )+
        $(
            #[doc = ""]
            #[doc = "Cross-field rules:"]
            #[doc = ""]
            $( #[doc = concat!("- ", $crate::__in_words!(
                @rule $rule $(::$Rule)? $(($($argument_of_rule)*))? $({ $($operand)* })?
            ), ".")] )+
        )?
        $( #[doc = $crate::__in_words!(@source $Name $document $($confidence)?)] )?
        #[derive(Clone, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        $vis struct $Name {
            $(
                $(#[doc = $doc])*
                #[doc = ""]
                #[doc = concat!(
                    "JSON: ", $crate::__in_words!(@presence $wire, $need $($deviation)?),
                    $($crate::__in_words!(@sentence $($constraint($($argument)*)),+),)?
                    $($crate::__in_words!(@sensitive $sensitive))?
                )]
                pub $field: $crate::__table!(@type $need $($deviation)?, $Type $(<$Item>)?),
            )+
            /// Fields that the table does not define. They are kept and written back unchanged.
            pub unknown_fields: $crate::UnknownFields,
        }

        impl $crate::ProtocolType for $Name {
            const SCHEMA: &'static $crate::Schema =
                &$crate::__private::schema($crate::__private::SchemaParts {
                    name: stringify!($Name),
                    type_path: concat!(module_path!(), "::", stringify!($Name), " ", std::line!()),
                    docs: concat!($($about, "\n"),*),
                    source: $crate::__table!(@source $($document $($confidence)?)?),
                    fields: Self::FIELDS,
                    cross_field_rules: Self::CROSS_FIELD_RULES,
                    subschema: $crate::__private::subschema::<Self>(),
                });
        }

        impl $Name {
            const CROSS_FIELD_RULES: &'static [$crate::schema::CrossFieldRule] = {
                #[allow(unused_imports, reason = "rules can be function calls")]
                use $crate::schema::CrossFieldRule;
                &[$($($rule $(::$Rule)? $(($($argument_of_rule)*))? $({ $($operand)* })?),+)?]
            };

            $( $crate::__table!(@setter $vis $need $($deviation)?, $field: $Type $(<$Item>)?, $wire); )+
        }

        $crate::__table!(@new $vis $Name [$($Required)?] [] []
            $([$(#[doc = $doc])*] $need $($deviation)?, $field: $Type $(<$Item>)?;)+);

        // The block hides this import and the private items from the module that declares the
        // table. Nothing else is imported, because the types of the fields may have any other name.
        const _: () = {
            use $crate::__private;

            /// The index of each field in the schema.
            #[allow(non_camel_case_types, reason = "the variants have the names of the fields")]
            enum __FieldIndex { $($field),+ }

            impl __FieldIndex {
                #[allow(clippy::indexing_slicing, reason = "called only at compile time")]
                const fn field(self) -> &'static $crate::schema::Field {
                    &$Name::FIELDS[self as usize]
                }

                const fn presence(self) -> __private::Presence {
                    __private::Presence::from_field(self.field())
                }
            }

            /// The constraints on each field.
            struct __Constraints;

            #[allow(non_upper_case_globals, reason = "the constants have the names of the fields")]
            impl __Constraints {
                $(
                    const $field: <$Type $(<$Item>)? as __private::FieldValue>::Constraints =
                        <$Type $(<$Item>)? as __private::FieldValue>::UNCONSTRAINED
                            $($(.$constraint($($argument)*))+)?;
                )+
            }

            impl $Name {
                const FIELDS: &'static [$crate::schema::Field] = &[
                    $(__private::field(__private::FieldParts {
                        name: $wire,
                        json_prefix: concat!("\"", $wire, "\":"),
                        docs: concat!($($doc, "\n"),*),
                        required: $crate::__table!(@is_required $need),
                        absence_deviation: $crate::__table!(@deviation $($deviation)?),
                        sensitive: $crate::__table!(@is_sensitive $($sensitive)?),
                        value_type: __Constraints::$field
                            .constrain(<$Type $(<$Item>)? as __private::FieldValue>::VALUE_TYPE),
                    })),+
                ];
            }

            /// The fields of an object that is being read. They are a struct, because the compiler
            /// generates less code to drop a struct than to drop each field.
            struct __ParsedFields {
                $( $field: __private::ParsedField<$Type $(<$Item>)?>, )+
            }

            impl $crate::Validate for $Name {
                #[inline]
                fn validate_into(&self, cx: &mut $crate::ValidationContext<'_>) {
                    let constraints = $crate::schema::ObjectConstraints::UNCONSTRAINED;
                    __private::FieldValue::validate_value(self, constraints, cx);
                }
            }

            impl __private::FieldValue for $Name {
                type Constraints = $crate::schema::ObjectConstraints;
                const UNCONSTRAINED: Self::Constraints = Self::Constraints::UNCONSTRAINED;
                const VALUE_TYPE: $crate::schema::ValueType = $crate::schema::ValueType::Object(
                    <Self as $crate::ProtocolType>::SCHEMA,
                    Self::UNCONSTRAINED,
                );
                const JSON_TYPE: $crate::schema::JsonType = $crate::schema::JsonType::Object;

                #[inline]
                fn read_object<'de, R: __private::ObjectReader<'de>>(
                    reader: R,
                    constraints: $crate::schema::ObjectConstraints,
                    cx: &mut $crate::ValidationContext<'_>,
                ) -> std::result::Result<__private::ParsedField<Self>, R::Error> {
                    __private::read_object(reader, constraints, cx)
                }

                #[inline]
                fn validate_value(
                    &self,
                    constraints: $crate::schema::ObjectConstraints,
                    cx: &mut $crate::ValidationContext<'_>,
                ) {
                    __private::validate_object(self, constraints, cx);
                }

                #[inline]
                fn operand(&self, inner: &str) -> __private::Operand<&str> {
                    match inner {
                        "" => __private::Operand::Present,
                        _ => __private::ReadFields::field_operand(self, inner, ""),
                    }
                }
            }

            impl __private::ReadFields for $Name {
                #[allow(clippy::inline_always, reason = "avoids copying the value")]
                #[inline(always)]
                fn read_fields<'de, R: __private::ObjectReader<'de>>(
                    mut reader: R,
                    constraints: $crate::schema::ObjectConstraints,
                    fields: __private::EffectiveFields<'_>,
                    cx: &mut $crate::ValidationContext<'_>,
                ) -> std::result::Result<__private::ParsedField<Self>, R::Error> {
                    let mut parsed =
                        __ParsedFields { $( $field: __private::ParsedField::Missing, )+ };
                    let mut unknown_fields = __private::UnknownFieldsReader::default();
                    let mut lookup = __private::FieldLookup::new(Self::FIELDS);
                    while let Some(member) = reader.next(&mut lookup)? {
                        match member {
                            __private::Member::Field(index, field) if fields.is_unknown(index) => {
                                unknown_fields.read(field.name, &mut reader, cx)?;
                            }
                            $( __private::Member::Field(index, _) if index == __FieldIndex::$field as usize => {
                                let constraints = fields.constraints(index, __Constraints::$field);
                                parsed.$field.read(&mut reader, $wire, constraints, cx)?;
                            } )+
                            __private::Member::Field(..) => reader.skip_value()?,
                            __private::Member::Unknown(name) => match fields.added_field(&name) {
                                Some(field) => {
                                    unknown_fields.read_added(field, &mut reader, cx)?;
                                }
                                None => unknown_fields.read(&name, &mut reader, cx)?,
                            },
                        }
                    }
                    let unknown_fields = unknown_fields.finish(cx);
                    __private::check_rules_after_read::<Self>(
                        constraints,
                        |name, inner| match name {
                            $( $wire => parsed.$field.operand(inner), )+
                            _ => __private::Operand::Absent,
                        },
                        cx,
                    );
                    let exposed = __private::exposed_value::<Self>(
                        constraints,
                        |name| match name {
                            $( $wire => parsed.$field.operand(""), )+
                            _ => __private::Operand::Absent,
                        },
                    );
                    $(
                        let presence = || {
                            let specified = const { __FieldIndex::$field.presence() };
                            fields.presence(__FieldIndex::$field as usize, specified)
                        };
                        <$crate::__table!(@type $need $($deviation)?, $Type $(<$Item>)?)
                            as __private::StructField>::check_presence(&parsed.$field, $wire, presence, cx);
                    )+
                    __private::check_missing_edition_fields(&unknown_fields, fields, cx);
                    let ($(Some($field),)+) =
                        ($(__private::StructField::from_parsed(parsed.$field),)+)
                    else {
                        return Ok(__private::ParsedField::Invalid(exposed));
                    };
                    Ok(__private::ParsedField::Value(Self { $($field,)+ unknown_fields }))
                }

                #[allow(clippy::inline_always, reason = "lets the compiler treat the fields as constants")]
                #[inline(always)]
                fn validate_fields(
                    &self,
                    fields: __private::EffectiveFields<'_>,
                    cx: &mut $crate::ValidationContext<'_>,
                ) {
                    $(
                        let index = __FieldIndex::$field as usize;
                        let constraints = fields.constraints(index, __Constraints::$field);
                        let presence =
                            fields.presence(index, const { __FieldIndex::$field.presence() });
                        __private::StructField::validate(&self.$field, $wire, constraints, presence, cx);
                    )+
                }

                #[inline]
                fn field_operand(&self, name: &str, inner: &str) -> __private::Operand<&str> {
                    match name {
                        $( $wire => __private::StructField::operand(&self.$field, inner), )+
                        _ => __private::Operand::Absent,
                    }
                }

                #[inline]
                fn unknown_fields(&self) -> &$crate::UnknownFields {
                    &self.unknown_fields
                }
            }

            impl TryFrom<$Name> for $crate::Valid<$Name> {
                type Error = $crate::InvalidValue<$Name>;

                #[inline]
                fn try_from(value: $Name) -> std::result::Result<Self, Self::Error> {
                    Self::new(value)
                }
            }

            impl std::fmt::Debug for $Name {
                #[inline]
                fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    f.debug_struct(stringify!($Name))
                        $( .field(
                            stringify!($field),
                            __private::StructField::debug_value(
                                &self.$field,
                                const { __FieldIndex::$field.field().sensitive },
                            ),
                        ) )+
                        .field("unknown_fields", &self.unknown_fields)
                        .finish()
                }
            }

            impl __private::serde::Serialize for $Name {
                fn serialize<S: __private::serde::Serializer>(
                    &self,
                    serializer: S,
                ) -> std::result::Result<S::Ok, S::Error> {
                    use __private::serde::ser::SerializeMap as _;
                    // The unknown length makes formats that are not self-describing return an
                    // error, because they could not read the data back.
                    let mut map = serializer.serialize_map(None)?;
                    $( if let Some(value) = __private::StructField::value(&self.$field) {
                        map.serialize_entry($wire, value)?;
                    } )+
                    for (name, value) in self.unknown_fields.iter() {
                        map.serialize_entry(name, value)?;
                    }
                    map.end()
                }
            }

            impl<'de> __private::serde::Deserialize<'de> for $Name {
                fn deserialize<D: __private::serde::Deserializer<'de>>(
                    deserializer: D,
                ) -> std::result::Result<Self, D::Error> {
                    __private::deserialize_field_value(deserializer)
                }
            }
        };
    };

    // The source document, and the confidence in it.
    (@source) => { ($crate::schema::SourceDocument::Other(module_path!()), None) };
    (@source $document:ident) => { (
        $crate::schema::SourceDocument::$document,
        Some($crate::schema::Confidence::Specification),
    ) };
    (@source $document:literal) => { ($crate::schema::SourceDocument::Other($document), None) };
    (@source $document:literal $confidence:ident) => { (
        $crate::schema::SourceDocument::Editions($document),
        Some($crate::schema::Confidence::$confidence),
    ) };
    (@is_required required) => { true };
    (@is_required optional) => { false };
    (@is_required $other:ident) => {
        compile_error!(concat!("expected `required` or `optional`, found `", stringify!($other), "`"))
    };
    (@deviation) => { None };
    (@deviation Edition) => { None };
    (@deviation $deviation:ident) => { Some($crate::Deviation::$deviation) };
    (@is_sensitive) => { false };
    (@is_sensitive sensitive) => { true };
    (@is_sensitive $other:ident) => {
        compile_error!(concat!("expected `sensitive` or a comma, found `", stringify!($other), "`"))
    };

    (@type required, $Type:ty) => { $Type };
    (@type $option:ident $($deviation:ident)?, $Type:ty) => { Option<$Type> };

    (@setter $vis:vis required, $($field:tt)*) => {};
    (@setter $vis:vis $optional:ident $($deviation:ident)?, $field:ident: $Type:ty, $wire:literal) => {
        #[doc = concat!(
            "Sets the field [`", stringify!($field), "`](#structfield.", stringify!($field),
            "), which is `", $wire, "` in JSON."
        )]
        #[must_use]
        $vis fn $field<M>(mut self, $field: impl $crate::IntoOption<$Type, M>) -> Self {
            self.$field = $field.into_option();
            self
        }
    };

    // Collects the required fields, which become the parameters of `new` or the fields of a struct.
    (@new $vis:vis $Name:ident $Required:tt [$($fields:tt)*] $absent:tt $doc:tt required $($deviation:ident)?, $field:ident: $Type:ty; $($rest:tt)*) => {
        $crate::__table!(@new $vis $Name $Required [$($fields)* { $doc $field $Type, $($deviation)? }] $absent $($rest)*);
    };
    (@new $vis:vis $Name:ident $Required:tt $fields:tt [$($absent:ident)*] $doc:tt $optional:ident, $field:ident: $Type:ty; $($rest:tt)*) => {
        $crate::__table!(@new $vis $Name $Required $fields [$($absent)* $field] $($rest)*);
    };
    (@new $vis:vis $Name:ident [] [] [$($absent:ident)*]) => {
        impl $Name {
            /// Returns a value in which no field is set. Each field has a setter.
            #[must_use]
            #[inline]
            $vis const fn new() -> Self {
                Self { $($absent: None,)* unknown_fields: $crate::UnknownFields::new() }
            }
        }

        impl Default for $Name {
            #[inline]
            fn default() -> Self {
                Self::new()
            }
        }
    };
    (@new $vis:vis $Name:ident [] [{ $doc:tt $field:ident $Type:ty, $($deviation:ident)? }] [$($absent:ident)*]) => {
        impl $Name {
            #[doc = concat!(
                "Returns a value with the required field [`", stringify!($field),
                "`](#structfield.", stringify!($field), "). Each optional field has a setter."
            )]
            #[must_use]
            $vis fn new($field: impl Into<$Type>) -> Self {
                Self {
                    $field: $crate::__private::StructField::from_required($field.into()),
                    $($absent: None,)*
                    unknown_fields: $crate::UnknownFields::new(),
                }
            }
        }
    };
    // The types of the required fields are so different that the compiler rejects swapped arguments.
    (@new $vis:vis $Name:ident [positional] [$({ $doc:tt $field:ident $Type:ty, })+] [$($absent:ident)*]) => {
        impl $Name {
            /// Returns a value with the required fields, in the order of the table.
            #[must_use]
            $vis fn new($($field: impl Into<$Type>),+) -> Self {
                Self {
                    $($field: $field.into(),)+
                    $($absent: None,)*
                    unknown_fields: $crate::UnknownFields::new(),
                }
            }
        }
    };
    (@new $vis:vis $Name:ident [$Required:ident] [$({ [$($doc:tt)*] $field:ident $Type:ty, $($deviation:ident)? })+] [$($absent:ident)*]) => {
        #[doc = concat!(
            "The required fields of [`", stringify!($Name), "`], for [`", stringify!($Name),
            "::new`]. Each field accepts any type that converts into the type of the field, such \
             as `&str` for a `String`."
        )]
        #[allow(clippy::exhaustive_structs, reason = "an omitted field must be a compile error")]
        #[allow(non_camel_case_types, reason = "a type parameter has the name of its field")]
        #[derive(Clone)]
        $vis struct $Required<$($field = $Type),+> {
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
            $vis fn new(required: $Required<$(impl Into<$Type>),+>) -> Self {
                let $Required { $($field),+ } = required;
                Self {
                    $($field: $crate::__private::StructField::from_required($field.into()),)+
                    $($absent: None,)*
                    unknown_fields: $crate::UnknownFields::new(),
                }
            }
        }
    };
    (@new $vis:vis $Name:ident [] [$($fields:tt)+] [$($absent:ident)*]) => {
        compile_error!(concat!(
            "a type with several required fields names a struct for them: `struct ",
            stringify!($Name), "(", stringify!($Name), "Required)`"
        ));
    };
    (@new $vis:vis $Name:ident [$Required:ident] [] [$($absent:ident)*]) => {
        compile_error!(concat!(
            "a type without required fields names no struct for them: `struct ",
            stringify!($Name), "`"
        ));
    };
}
pub(crate) use __table as table;

/// Describes the source of a table, its cross-field rules, and the types, presence, sensitivity and
/// constraints of its fields in words, for the documentation.
#[doc(hidden)]
#[macro_export]
macro_rules! __in_words {
    (@source $Name:ident $document:ident) => { concat!(
        "\nSource: [`", stringify!($document), "`](miniprogram_protocol::schema::SourceDocument::",
        stringify!($document), "), table `", stringify!($Name), "`."
    ) };
    (@source $Name:ident $document:literal) => { concat!("\nSource: ", $document, ".") };
    (@source $Name:ident $document:literal $confidence:ident) => { concat!(
        "\nSource: ", $document, " ([`", stringify!($confidence),
        "`](miniprogram_protocol::schema::Confidence::", stringify!($confidence), "))."
    ) };

    // Presence, as a cell of the table and as the beginning of the docs of a field.
    (@required optional) => { "no" };
    (@required required) => { "yes" };
    (@required $other:ident) => { "" };
    (@required required Edition) => {
        "yes, except in some [editions](miniprogram_protocol::Edition)"
    };
    (@required required $deviation:ident) => { concat!(
        "yes, unless the policy allows [`", stringify!($deviation), "`](miniprogram_protocol::Deviation::",
        stringify!($deviation), ")"
    ) };
    (@presence $wire:literal, optional) => {
        concat!("optional field `", $wire, "`, which is `None` if absent or `null`.")
    };
    (@presence $wire:literal, required) => {
        concat!("required field `", $wire, "`; absence or `null` is a `required` violation.")
    };
    (@presence $wire:literal, required Edition) => { concat!(
        "required field `", $wire, "`, which is `None` if absent or `null`: a `required` \
         violation, except in some [editions](miniprogram_protocol::Edition)."
    ) };
    (@presence $wire:literal, required $deviation:ident) => { concat!(
        "required field `", $wire, "`, which is `None` if absent or `null`: a `required` \
         violation unless the policy allows [`", stringify!($deviation), "`](miniprogram_protocol::Deviation::",
        stringify!($deviation), ")."
    ) };
    (@presence $wire:literal, $other:ident) => { "" };
    (@sensitive $sensitive:ident) => { " Sensitive: `Debug` hides it." };

    (@type Vec $Item:ident) => { concat!("array of [`", stringify!($Item), "`]") };
    (@type OneOrMany $Item:ident) => {
        concat!("[`", stringify!($Item), "`], or an array of them")
    };
    (@type $Type:ident) => { concat!("[`", stringify!($Type), "`]") };

    // Formats the constraints as a sentence that follows the type.
    (@sentence exposes $arguments:tt) => { "" };
    (@sentence $constraint:ident $arguments:tt, exposes $exposed:tt) => {
        $crate::__in_words!(@sentence $constraint $arguments)
    };
    (@sentence $constraint:ident $arguments:tt) => {
        concat!(" Constraint: ", $crate::__in_words!($constraint $arguments), ".")
    };
    (@sentence $($constraints:tt)+) => {
        concat!(" Constraints: ", $crate::__in_words!($($constraints)+), ".")
    };

    (@rule CrossFieldRule::AllOrNone(&[$($field:literal),+])) => {
        concat!(
            $crate::__in_words!(@names $($field),+),
            ": all are present, or none is (`dependentRequired` violation)"
        )
    };
    (@rule CrossFieldRule::AtLeastOneOf(&[$($field:literal),+])) => {
        concat!(
            "at least one of ", $crate::__in_words!(@names $($field),+),
            " is present (`anyOf` violation)"
        )
    };
    (@rule CrossFieldRule::RequiredIf {
        field: $field:literal, when: $when:literal, is: Constant::$Constant:ident($is:literal)
    }) => {
        concat!(
            "`", $field, "` is required when `", $when, "` is `", $is,
            "` (`dependentRequired` violation)"
        )
    };
    (@rule CrossFieldRule::FormatIf {
        field: $field:literal, format: Format::$Format:ident, when: $when:literal, is: $is:literal
    }) => {
        concat!(
            "`", $field, "` has the format [`", stringify!($Format), "`](miniprogram_protocol::Format::",
            stringify!($Format), ") when `", $when, "` is `", $is, "` (`format` violation)"
        )
    };
    (@rule CrossFieldRule::ValueByKey { field: $field:literal, key: $key:literal, values: $values:expr }) => {
        concat!(
            "`", $key, "` determines the value of `", $field, "` (`const` violation): `",
            stringify!($values), "`"
        )
    };
    (@rule required_on_success($field:literal)) => {
        $crate::__in_words!(@rule CrossFieldRule::RequiredIf {
            field: $field, when: "result/resultStatus", is: Constant::String("S")
        })
    };
    (@rule $($rule:tt)+) => { concat!("`", stringify!($($rule)+), "`") };
    (@names $first:literal $(, $more:literal)*) => { concat!("`", $first, "`" $(, ", `", $more, "`")*) };

    ($constraint:ident $arguments:tt, exposes $exposed:tt) => {
        $crate::__in_words!($constraint $arguments)
    };
    ($constraint:ident $arguments:tt, $($rest:tt)+) => {
        concat!(
            $crate::__in_words!($constraint $arguments), "; ",
            $crate::__in_words!($($rest)+)
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
    (maximum($maximum:literal)) => { concat!("at most ", $maximum) };
    (max_items($items:literal)) => { concat!("at most ", $items, " elements") };
    (item_max_length($length:literal)) => {
        concat!("each element at most ", $length, " characters")
    };
    (string_allowed()) => {
        "not a string, unless the policy allows [`AmountAsString`](miniprogram_protocol::Deviation::AmountAsString)"
    };
    (cross_field_rules(&[CrossFieldRule::$Rule:ident $operands:tt])) => {
        $crate::__in_words!(@rule CrossFieldRule::$Rule $operands)
    };
    (cross_field_rules(&[STATUS_MATCHES_CODE])) => {
        "each result code of the endpoint requires its own `resultStatus` (`const` violation)"
    };
    // The cross-field rule that reads the exposed field is documented where the rule is declared.
    (exposes($field:literal)) => { "" };
    ($constraint:ident $arguments:tt) => { stringify!($constraint $arguments) };
}
