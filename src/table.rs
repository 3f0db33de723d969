//! `table!`: a table of the documents as Rust source.

use crate::{Schema, Validate, read::Value};
use serde::{Serialize, de::DeserializeOwned};
use std::fmt;

/// A struct that is a table of the documents.
///
/// `Deserialize` of a table asks for its shape: what keeps the type from holding all of the value is
/// an error, which names every such fault; rules are not judged. `Deserialize` of
/// [`Valid`](crate::Valid) asks for everything. Of two tables that one struct flattens, each takes
/// the members of the other for unknown ones: flatten one at the most.
///
/// The tables are this crate's: no other type can implement it.
pub trait Table: Validate + Value<Rule = crate::Object> + Serialize + DeserializeOwned {
    /// The table as data.
    const SCHEMA: &'static Schema;
}

/// How `Debug` shows that a sensitive row holds something.
pub(crate) struct Hidden;

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<hidden>")
    }
}

/// Declares a struct the way the documents do, one line a row:
///
/// ```text
/// /// Description.
/// ///
/// /// Example: `"value"`
/// field: Type as "wireName", required sensitive, rule;
/// ```
///
/// A row is `required`, `optional`, or `required_by_policy`: required, but the type can hold its
/// absence. `sensitive` rows hold personal data or secrets, which `Debug` hides. The rule may be
/// left out; its type follows from the row's. The example is the document's, a JSON text; it stands
/// in the last paragraph, where [`Field::example`](crate::schema::Field::example) finds it. Rules
/// between the rows come last: `laws: …;`.
///
/// From the rows come the struct, its docs, constructor and setters, `Debug`, `Serialize`,
/// `Deserialize`, [`Validate`](crate::Validate) and the [`Schema`](crate::Schema). A table of many
/// required rows names a struct for them, `pub struct Name(NameRequired)`, in place of `new`.
macro_rules! table {
    (
        $(#[doc = $about:literal])*
        pub struct $Name:ident $(($Required:ident))? in $document:ident {
            $(
                $(#[doc = $doc:literal])*
                $field:ident: $Type:ty as $wire:literal, $need:ident $($mark:ident)? $(, $rule:expr)?;
            )+
        }
        $(laws: $($law:expr),+;)?
    ) => {
        $(#[doc = $about])*
        #[doc = ""]
        #[doc = "| Row | Type | Required | Rule |"]
        #[doc = "|---|---|---|---|"]
        $( #[doc = concat!(
            "| `", $wire, "` | `", stringify!($Type), "` | ", table!(@yes $need), " | ",
            $("`", stringify!($rule), "`",)? " |"
        )] )+
        $( $( #[doc = ""] #[doc = concat!("Between rows: `", stringify!($law), "`.")] )+ )?
        #[doc = ""]
        #[doc = concat!("Source: ", table!(@source $document $Name), ".")]
        #[derive(Clone, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub struct $Name {
            $(
                $(#[doc = $doc])*
                #[doc = ""]
                #[doc = concat!(
                    "Row `", $wire, "`, ", table!(@about $need),
                    $(" Rule: `", stringify!($rule), "`.",)?
                    $(table!(@marked $mark))?
                )]
                pub $field: table!(@type $need $Type),
            )+
            /// Members that no row names, kept as they came and written back.
            pub unknown_members: $crate::UnknownMembers,
        }

        impl $crate::Table for $Name {
            const SCHEMA: &'static $crate::Schema = &$crate::Schema {
                name: stringify!($Name),
                docs: concat!($($about, "\n"),*),
                document: table!(@document $document),
                fields: Self::FIELDS,
                laws: Self::LAWS,
                required: $crate::schema::required(Self::FIELDS),
                asked: $crate::schema::asked(Self::FIELDS, Self::LAWS),
                #[cfg(feature = "schemars")]
                subschema: |generator| generator.subschema_for::<Self>(),
            };
        }

        impl $Name {
            const FIELDS: &'static [$crate::Field] = &[$($crate::Field {
                name: $wire,
                beginning: concat!("\"", $wire, "\":"),
                docs: concat!($($doc, "\n"),*),
                required: table!(@required $need),
                required_by_policy: table!(@by_policy $need),
                sensitive: table!(@sensitive $($mark)?),
                shape: <$Type as $crate::read::Value>::SHAPE,
                rule: table!(@rule $($rule)?),
            }),+];
            const LAWS: &'static [$crate::Law] = &[$($($law),+)?];

            $( table!(@setter $need $field: $Type, $wire); )+
        }

        table!(@new $Name [$($Required)?] [] [] $([$(#[doc = $doc])*] $need $field: $Type,)+);

        impl $crate::Validate for $Name {
            fn check(&self, at: &mut $crate::Cursor<'_>) {
                $crate::read::Value::judge(self, $crate::Object::ANY, at);
            }
        }

        impl $crate::read::Value for $Name {
            type Rule = $crate::Object;
            const ANY: $crate::Object = $crate::Object::ANY;
            const SHAPE: $crate::Shape = $crate::Shape::Object(<Self as $crate::Table>::SCHEMA);
            const TYPE: $crate::JsonType = $crate::JsonType::Object;

            fn from_object(
                lexer: &mut $crate::json::Lexer<'_>,
                rule: $crate::Object,
                at: &mut $crate::Cursor<'_>,
            ) -> $crate::json::Read<$crate::read::Slot<Self>> {
                Self::from_members($crate::source::InText::enter(lexer)?, rule, at)
            }

            fn from_members<'de, M: $crate::source::Members<'de>>(
                members: M,
                rule: $crate::Object,
                at: &mut $crate::Cursor<'_>,
            ) -> std::result::Result<$crate::read::Slot<Self>, M::Error> {
                match at.policy().rules_of(<Self as $crate::Table>::SCHEMA) {
                    None => Self::of_rows(members, rule, $crate::policy::OfTheDocuments, at),
                    Some(rules) => $crate::policy::rarely(|| Self::of_rows(members, rule, rules, at)),
                }
            }

            fn judge(&self, rule: $crate::Object, at: &mut $crate::Cursor<'_>) {
                match at.policy().rules_of(<Self as $crate::Table>::SCHEMA) {
                    None => self.judge_rows($crate::policy::OfTheDocuments, at),
                    Some(rules) => $crate::policy::rarely(|| self.judge_rows(rules, at)),
                }
                $crate::law::check(
                    <Self as $crate::Table>::SCHEMA,
                    rule.laws(),
                    |name, member| match name {
                        $( $wire => table!(@known $need &self.$field, member), )+
                        _ => $crate::law::Known::Absent,
                    },
                    at,
                );
                self.unknown_members.judge(<Self as $crate::Table>::SCHEMA, at);
            }

            fn known(&self, member: &str) -> $crate::law::Known<'_> {
                match member {
                    "" => $crate::law::Known::Given,
                    $( $wire => table!(@known $need &self.$field, ""), )+
                    _ => $crate::law::Known::Absent,
                }
            }
        }

        const _: () = {
            #[allow(non_camel_case_types, reason = "the rows are named as the fields are")]
            enum Row { $($field),+ }

            impl $Name {
                /// Reads the members of an object.
                #[inline]
                fn of_rows<'de, M: $crate::source::Members<'de>>(
                    mut members: M,
                    rule: $crate::Object,
                    rules: impl $crate::policy::Rules,
                    at: &mut $crate::Cursor<'_>,
                ) -> std::result::Result<$crate::read::Slot<Self>, M::Error> {
                use $crate::{read::Slot, source::{Member, Rows}};
                $( let mut $field = Slot::<$Type>::Missing; )+
                let mut unknown_members = $crate::read::UnknownSoFar::default();
                let mut rows = Rows::new(<Self as $crate::Table>::SCHEMA.fields);
                while let Some(member) = members.next(&mut rows)? {
                    match member {
                        $( Member::Row(row, _) if row == Row::$field as usize => {
                            let asked = rules.rule::<$Type>(row, table!(@ask $Type $(, $rule)?));
                            $field.read(&mut members, $wire, asked, at)?;
                        } )+
                        Member::Row(..) => members.skip()?,
                        Member::Unknown(name) => unknown_members.read(&name, &mut members, at)?,
                    }
                }
                let unknown_members = unknown_members.end(at);
                if at.judges() {
                    $crate::law::check(
                        <Self as $crate::Table>::SCHEMA,
                        rule.laws(),
                        |name, member| match name {
                            $( $wire => $field.known(member), )+
                            _ => $crate::law::Known::Absent,
                        },
                        at,
                    );
                }
                let told = rule.told().and_then(|asked| match asked {
                    $( $wire => $crate::law::listed(<$Type as $crate::read::Value>::SHAPE, $field.known("")), )+
                    _ => None,
                });
                $( let $field = $field.$need($wire, at); )+
                let ($(Ok($field),)+) = ($($field,)+) else { return Ok(Slot::Invalid(told)) };
                Ok(Slot::Value(Self { $($field,)+ unknown_members }))
            }

                /// Judges the values of the rows.
                #[inline]
                fn judge_rows(
                    &self,
                    rules: impl $crate::policy::Rules,
                    at: &mut $crate::Cursor<'_>,
                ) {
                    $(
                        let rule = table!(@ask $Type $(, $rule)?);
                        let rule = rules.rule::<$Type>(Row::$field as usize, rule);
                        table!(@judge $need &self.$field, at, $wire, rule);
                    )+
                }
            }
        };

        impl std::fmt::Debug for $Name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($Name))
                    $( .field(stringify!($field), table!(@shown $need &self.$field $(, $mark)?)) )+
                    .field("unknown_members", &self.unknown_members)
                    .finish()
            }
        }

        impl serde::Serialize for $Name {
            fn serialize<S: serde::Serializer>(
                &self,
                to: S,
            ) -> std::result::Result<S::Ok, S::Error> {
                use serde::ser::SerializeMap as _;
                let rows = 0 $( + usize::from(table!(@given $need &self.$field)) )+;
                let mut members = to.serialize_map(Some(rows + self.unknown_members.len()))?;
                $( table!(@present $need &self.$field, value => {
                    members.serialize_entry($wire, value)?;
                }); )+
                for (name, value) in self.unknown_members.iter() {
                    members.serialize_entry(name, value)?;
                }
                members.end()
            }
        }

        impl<'de> serde::Deserialize<'de> for $Name {
            fn deserialize<D: serde::Deserializer<'de>>(
                from: D,
            ) -> std::result::Result<Self, D::Error> {
                $crate::read::deserialize(from, $crate::validate::Scope::Shape)
            }
        }

        #[cfg(feature = "schemars")]
        $crate::export::schemars::json_schema!($Name);
        #[cfg(feature = "utoipa")]
        $crate::export::utoipa::to_schema!($Name);
        #[cfg(feature = "arbitrary")]
        $crate::arbitrary::arbitrary!($Name);
    };

    // The document that the table stands in.
    (@document MessageContent) => { $crate::Document::DataDictionary };
    (@document $document:ident) => { $crate::Document::$document };
    (@source DataDictionary $Name:ident) => {
        concat!("data dictionary, table `", stringify!($Name), "`")
    };
    (@source MessageContent $Name:ident) => {
        "data dictionary, table `Message`, note of the row `messageContent`"
    };
    (@source MerchantSync $Name:ident) => { "call that synchronizes a mini program" };
    (@source NotifyCardRegistration $Name:ident) => { "call notifyCardRegistration" };
    (@source PlatformMessageSend $Name:ident) => { "call that sends notifications to users" };

    // What a need or a mark means: in the docs, …
    (@yes required) => { "yes" };
    (@yes required_by_policy) => { "yes" };
    (@yes optional) => { "" };
    (@about required) => { "required: if it is absent or `null`, that is a violation `required`." };
    (@about required_by_policy) => {
        "required: `None` holds that it is absent or `null`, which is a violation `required`."
    };
    (@about optional) => { "optional: if it is absent or `null`, it is `None`." };
    (@marked sensitive) => { " Sensitive: `Debug` hides it." };

    // … in the schema, …
    (@required required) => { true };
    (@required required_by_policy) => { true };
    (@required optional) => { false };
    (@by_policy required_by_policy) => { true };
    (@by_policy $need:ident) => { false };
    (@sensitive) => { false };
    (@sensitive sensitive) => { true };
    (@rule) => { $crate::Rule::None };
    (@rule $rule:expr) => { $rule.into_rule() };

    // … and in the struct.
    (@type required $Type:ty) => { $Type };
    (@type $option:ident $Type:ty) => { Option<$Type> };
    (@ask $Type:ty) => { <$Type as $crate::read::Value>::ANY };
    (@ask $Type:ty, $rule:expr) => { const { $rule } };
    (@given required $value:expr) => { true };
    (@given $option:ident $value:expr) => { ($value).is_some() };
    (@known required $value:expr, $member:expr) => {
        $crate::read::Value::known($value, $member)
    };
    (@known $option:ident $value:expr, $member:expr) => {
        ($value).as_ref().map_or($crate::law::Known::Absent, |value| {
            $crate::read::Value::known(value, $member)
        })
    };
    (@shown required $value:expr) => { $value };
    (@shown required $value:expr, sensitive) => { &$crate::table::Hidden };
    (@shown $option:ident $value:expr) => { $value };
    (@shown $option:ident $value:expr, sensitive) => {
        &($value).as_ref().map(|_| $crate::table::Hidden)
    };
    (@present required $value:expr, $name:ident => $then:block) => {{
        let $name = $value;
        $then
    }};
    (@present $option:ident $value:expr, $name:ident => $then:block) => {
        if let Some($name) = $value $then
    };
    (@judge required_by_policy $value:expr, $at:ident, $wire:literal, $rule:expr) => {
        match $value {
            Some(value) => $crate::read::Value::judge_member(value, $wire, $rule, $at),
            None => {
                let (absent, required) =
                    ($crate::Deviation::PlatformIdAbsent, $crate::ViolationKind::Required);
                $at.member($wire).violate_or_tolerate(absent, required);
            }
        }
    };
    (@judge $need:ident $value:expr, $at:ident, $wire:literal, $rule:expr) => {
        table!(@present $need $value, value => {
            $crate::read::Value::judge_member(value, $wire, $rule, $at);
        })
    };

    (@setter required $field:ident: $Type:ty, $wire:literal) => {};
    (@setter $option:ident $field:ident: $Type:ty, $wire:literal) => {
        #[doc = concat!("Sets [`", stringify!($field), "`](Self::", stringify!($field), "), the row `", $wire, "`.")]
        #[must_use]
        pub fn $field(mut self, $field: impl Into<$Type>) -> Self {
            self.$field = Some($field.into());
            self
        }
    };

    // Gathers the required rows: they become the parameters of `new`, or the fields of a struct.
    (@new $Name:ident $Required:tt [$($gathered:tt)*] [$($blank:ident)*] [$($doc:tt)*] optional $field:ident: $Type:ty, $($rest:tt)*) => {
        table!(@new $Name $Required [$($gathered)*] [$($blank)* $field] $($rest)*);
    };
    (@new $Name:ident $Required:tt [$($gathered:tt)*] [$($blank:ident)*] [$($doc:tt)*] required $field:ident: $Type:ty, $($rest:tt)*) => {
        table!(@new $Name $Required [$($gathered)* { [$($doc)*] $field $Type, $field }] [$($blank)*] $($rest)*);
    };
    (@new $Name:ident $Required:tt [$($gathered:tt)*] [$($blank:ident)*] [$($doc:tt)*] required_by_policy $field:ident: $Type:ty, $($rest:tt)*) => {
        table!(@new $Name $Required [$($gathered)* { [$($doc)*] $field $Type, Some($field) }] [$($blank)*] $($rest)*);
    };
    (@new $Name:ident [] [] [$($blank:ident)*]) => {
        impl $Name {
            /// A value in which no row is given.
            #[must_use]
            pub const fn new() -> Self {
                Self { $($blank: None,)* unknown_members: $crate::UnknownMembers::new() }
            }
        }

        impl Default for $Name {
            fn default() -> Self {
                Self::new()
            }
        }
    };
    (@new $Name:ident [] [$({ [$($doc:tt)*] $field:ident $Type:ty, $given:expr })+] [$($blank:ident)*]) => {
        impl $Name {
            /// A value of its required rows, in the order of the table; the others have setters.
            #[must_use]
            pub fn new($($field: impl Into<$Type>),+) -> Self {
                $( let $field = $field.into(); )+
                Self {
                    $($field: $given,)+
                    $($blank: None,)*
                    unknown_members: $crate::UnknownMembers::new(),
                }
            }
        }
    };
    (@new $Name:ident [$Required:ident] [$({ [$($doc:tt)*] $field:ident $Type:ty, $given:expr })+] [$($blank:ident)*]) => {
        #[doc = concat!("The required rows of [`", stringify!($Name), "`], to make one by their names.")]
        #[allow(clippy::exhaustive_structs, reason = "a row that is not given must not compile")]
        #[derive(Clone)]
        pub struct $Required {
            $( $($doc)* pub $field: $Type, )+
        }

        impl std::fmt::Debug for $Required {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($Required)).finish_non_exhaustive()
            }
        }

        impl From<$Required> for $Name {
            fn from(required: $Required) -> Self {
                let $Required { $($field,)+ } = required;
                Self {
                    $($field: $given,)+
                    $($blank: None,)*
                    unknown_members: $crate::UnknownMembers::new(),
                }
            }
        }
    };
}
pub(crate) use table;
