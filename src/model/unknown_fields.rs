//! Fields that a schema does not define: kept, and written back.

use crate::{
    json::JsonText,
    policy::UnknownFieldPolicy,
    read::ObjectReader,
    report::ViolationKind,
    schema::Schema,
    validate::{ValidationContext, accept_unknown_field, check_unknown_field_count},
};
use std::{collections::BTreeMap, fmt};

/// The members of an object that no row of its table names, in the order of their names.
///
/// A newer platform may send them; they are accepted, kept, and written back behind the rows.
/// `Debug` shows how many there are and nothing else, for they may hold personal data.
///
/// ```
/// use miniprogram_protocol::{dictionary::Amount, from_json};
///
/// let json = br#"{"currency":"USD","value":5,"future":{"rate":12345678901234567890.125}}"#;
/// let amount = from_json::<Amount>(json).unwrap();
/// assert_eq!(amount.unknown_fields.get("future").unwrap().as_str(), r#"{"rate":12345678901234567890.125}"#);
/// assert_eq!(serde_json::to_vec(&amount).unwrap(), json);
/// ```
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct UnknownFields(
    /// Every table has the field, and hardly any has such members: a map is there only if it is not
    /// empty, so that tables are small.
    #[allow(clippy::box_collection, reason = "a table is copied more often than this is followed")]
    Option<Box<Map>>,
);

type Map = BTreeMap<Box<str>, JsonText>;

static EMPTY: Map = Map::new();

impl UnknownFields {
    /// No members.
    #[must_use]
    pub const fn new() -> Self {
        Self(None)
    }

    fn map(&self) -> &Map {
        self.0.as_deref().unwrap_or(&EMPTY)
    }

    /// The value of the member `name`.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&JsonText> {
        self.map().get(name)
    }

    /// Sets a member, and gives its earlier value. The name of a row is a violation `duplicate`: set
    /// the row.
    pub fn insert(&mut self, name: impl Into<Box<str>>, value: JsonText) -> Option<JsonText> {
        self.0.get_or_insert_default().insert(name.into(), value)
    }

    /// Takes a member out.
    pub fn remove(&mut self, name: &str) -> Option<JsonText> {
        let value = self.0.as_mut()?.remove(name);
        self.0.take_if(|map| map.is_empty());
        value
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.map().len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// UnknownNames and values, in the order of the names.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &JsonText)> {
        self.map().iter().map(|(name, value)| (&**name, value))
    }

    /// Whether there is a member `name`.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.map().contains_key(name)
    }
}

impl<N: Into<Box<str>>> FromIterator<(N, JsonText)> for UnknownFields {
    fn from_iter<I: IntoIterator<Item = (N, JsonText)>>(members: I) -> Self {
        let map: Map = members.into_iter().map(|(name, value)| (name.into(), value)).collect();
        Self((!map.is_empty()).then(|| Box::new(map)))
    }
}

impl fmt::Debug for UnknownFields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{} hidden>", self.len())
    }
}

impl UnknownFields {
    /// Reports those that the policy reports, and those that have the name of a row: whoever reads
    /// them would take them for it.
    #[inline]
    pub(crate) fn validate(&self, schema: &Schema, cx: &mut ValidationContext<'_>) {
        // Most tables have none.
        if !self.is_empty() {
            self.validate_each(schema, cx);
        }
    }

    #[inline(never)]
    fn validate_each(&self, schema: &Schema, cx: &mut ValidationContext<'_>) {
        for (name, _) in self.iter() {
            if schema.field(name).is_some() {
                cx.field(name).report(ViolationKind::Duplicate);
            } else if cx.policy().unknown_field_policy() == UnknownFieldPolicy::Reject {
                cx.field(name).report(ViolationKind::AdditionalProperties);
            }
        }
    }
}

/// The members of an object that no row names, while they are read.
#[derive(Debug, Default)]
pub(crate) struct UnknownFieldsReader {
    kept: UnknownFields,
    count: usize,
}

impl UnknownFieldsReader {
    /// Reads the member `name`, of which the first one counts.
    pub(crate) fn read<'de, M: ObjectReader<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
        cx: &mut ValidationContext<'_>,
    ) -> Result<(), M::Error> {
        if !accept_unknown_field(|| name.into(), &mut self.count, || self.kept.contains(name), cx) {
            return members.skip();
        }
        self.kept.insert(name, members.keep(cx.depth())?);
        Ok(())
    }

    /// Those that were kept; that there were more, is reported.
    #[inline]
    pub(crate) fn end(self, cx: &mut ValidationContext<'_>) -> UnknownFields {
        check_unknown_field_count(self.count, cx);
        self.kept
    }
}
