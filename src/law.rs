//! The rules between rows, as data: the notes below the descriptions.

use crate::{Cursor, Format, Rule, Schema, ViolationKind};

/// A rule between the members of one object.
///
/// It is judged whenever the members that it names are known, whatever is wrong with the others. A
/// member is named as on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Law {
    /// All of these members are given, or none. Reported as `dependentRequired` at each one that
    /// is missing.
    Together(&'static [&'static str]),
    /// When the boolean `when` has the value `is`, `member` is given. Reported as
    /// `dependentRequired` at `member`.
    RequiredWhen {
        /// The member that must be given then.
        member: &'static str,
        /// The boolean member.
        when: &'static str,
        /// Its value.
        is: bool,
    },
    /// At least one of these members is given. Reported as `anyOf` at the object.
    AnyOf(&'static [&'static str]),
    /// When the text `when` has the value `is`, the text `member` follows `format`. Reported as
    /// `format` at `member`, unless its length is already at fault.
    FormatWhen {
        /// The member that must follow the format then.
        member: &'static str,
        /// The format.
        format: Format,
        /// The other member.
        when: &'static str,
        /// Its value.
        is: &'static str,
    },
    /// When the text `when` is one of the keys of `table`, the text `member` is what the table
    /// has for it. Reported as `const` at `member`.
    Lookup {
        /// The member that is bound then.
        member: &'static str,
        /// The other member.
        when: &'static str,
        /// Pairs of a value of `when` and the value of `member`.
        table: &'static [(&'static str, &'static str)],
    },
}

/// What is known of a member when laws are judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known<'a> {
    /// Absent or null.
    Absent,
    /// A text.
    Text(&'a str),
    /// A boolean.
    Boolean(bool),
    /// Given, and nothing more.
    Given,
}

impl Law {
    /// The members that it names.
    pub fn members(&self) -> impl Iterator<Item = &'static str> + use<> {
        let (some, pair) = match *self {
            Self::Together(members) | Self::AnyOf(members) => (members, [None, None]),
            Self::RequiredWhen { member, when, .. }
            | Self::FormatWhen { member, when, .. }
            | Self::Lookup { member, when, .. } => (&[][..], [Some(member), Some(when)]),
        };
        some.iter().copied().chain(pair.into_iter().flatten())
    }

    /// Reports how the members of the object at `at`, a `schema`, break this law.
    fn check<'a>(&self, schema: &Schema, known: &dyn Fn(&str) -> Known<'a>, at: &mut Cursor<'_>) {
        let given = |member: &str| known(member) != Known::Absent;
        match *self {
            Self::Together(members) => {
                if let Some(by) = members.iter().copied().find(|member| given(member)) {
                    for member in members.iter().copied().filter(|member| !given(member)) {
                        at.member(member).violate(ViolationKind::DependentRequired { by });
                    }
                }
            }
            Self::RequiredWhen { member, when, is } => {
                if known(when) == Known::Boolean(is) && !given(member) {
                    at.member(member).violate(ViolationKind::DependentRequired { by: when });
                }
            }
            Self::AnyOf(members) => {
                if !members.iter().any(|member| given(member)) {
                    at.violate(ViolationKind::AnyOf { members });
                }
            }
            Self::FormatWhen { member, format, when, is } => {
                if let (true, Known::Text(text)) = (known(when) == Known::Text(is), known(member)) {
                    let fits = match schema.field(member).map(|field| field.rule) {
                        Some(Rule::Text(rule)) => rule.allows_length(text),
                        _ => true,
                    };
                    if fits && !format.matches(text) {
                        at.member(member).violate(ViolationKind::Format { format });
                    }
                }
            }
            Self::Lookup { member, when, table } => {
                if let (Known::Text(key), Known::Text(text)) = (known(when), known(member)) {
                    let entry = table.iter().find(|(listed, _)| *listed == key);
                    if let Some((_, value)) = entry.filter(|(_, value)| *value != text) {
                        at.member(member).violate(ViolationKind::Const { value });
                    }
                }
            }
        }
    }
}

/// Judges the laws of the table itself, and those of the row that it stands in.
pub(crate) fn check<'a>(
    schema: &Schema,
    of_the_row: &[Law],
    known: impl Fn(&str) -> Known<'a>,
    at: &mut Cursor<'_>,
) {
    for law in schema.laws.iter().chain(of_the_row) {
        law.check(schema, &known, at);
    }
}
