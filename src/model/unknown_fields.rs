//! Unknown fields, which are kept and written back when the object is serialized.

use crate::{
    json::JsonText,
    policy::EffectiveFields,
    read::{ObjectReader, check_json_text},
    report::ViolationKind,
    schema::{Field, Schema},
    validate::{
        ValidationContext, accept_unknown_field, check_unknown_field, check_unknown_field_count,
    },
};
use std::{
    collections::{BTreeMap, HashMap, btree_map},
    fmt,
    iter::FusedIterator,
};

/// The unknown fields of an object, ordered by name.
///
/// A newer version of the platform may send fields that this crate does not know. They are
/// accepted and kept, and are written back after the known fields. `Debug` shows only the number of
/// fields, because they may contain personal data.
///
/// ```
/// use miniprogram_protocol::{dictionary::Amount, from_json};
///
/// let json = br#"{"currency":"USD","value":5,"future":{"rate":12345678901234567890.125}}"#;
/// let amount = from_json::<Amount>(json).unwrap();
/// let future = amount.unknown_fields.get("future").unwrap();
/// assert_eq!(future.as_str(), r#"{"rate":12345678901234567890.125}"#);
/// assert_eq!(serde_json::to_vec(&amount).unwrap(), json);
/// ```
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct UnknownFields(
    /// `None` if there are no fields. The map is boxed to keep objects small, because few objects
    /// have unknown fields.
    #[allow(clippy::box_collection, reason = "objects are moved more often than the map is read")]
    Option<Box<Map>>,
);

type Map = BTreeMap<Box<str>, JsonText>;

static EMPTY_MAP: Map = Map::new();

impl UnknownFields {
    /// Creates an empty map.
    #[must_use]
    pub const fn new() -> Self {
        Self(None)
    }

    fn map(&self) -> &Map {
        self.0.as_deref().unwrap_or(&EMPTY_MAP)
    }

    /// Returns the value of the field with the given name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&JsonText> {
        self.map().get(name)
    }

    /// Inserts a field, and returns its previous value, if any. Validation reports a field that has
    /// the name of a known field as a `duplicate`; set the known field instead.
    pub fn insert(&mut self, name: impl Into<String>, value: JsonText) -> Option<JsonText> {
        self.0.get_or_insert_default().insert(name.into().into(), value)
    }

    /// Removes a field, and returns its value if it was present.
    pub fn remove(&mut self, name: &str) -> Option<JsonText> {
        let value = self.0.as_mut()?.remove(name);
        self.0.take_if(|map| map.is_empty());
        value
    }

    /// Returns the number of fields.
    #[must_use]
    pub fn len(&self) -> usize {
        self.map().len()
    }

    /// Returns whether there are no fields.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// Returns an iterator over the names and values, ordered by name.
    #[must_use]
    pub fn iter(&self) -> UnknownFieldsIter<'_> {
        UnknownFieldsIter(self.map().iter())
    }

    /// Returns whether there is a field with the given name.
    #[must_use]
    pub fn contains_key(&self, name: &str) -> bool {
        self.map().contains_key(name)
    }
}

impl<N: Into<String>> FromIterator<(N, JsonText)> for UnknownFields {
    fn from_iter<I: IntoIterator<Item = (N, JsonText)>>(fields: I) -> Self {
        let map: Map =
            fields.into_iter().map(|(name, value)| (name.into().into(), value)).collect();
        Self((!map.is_empty()).then(|| Box::new(map)))
    }
}

impl<N: Into<String>> Extend<(N, JsonText)> for UnknownFields {
    fn extend<I: IntoIterator<Item = (N, JsonText)>>(&mut self, fields: I) {
        for (name, value) in fields {
            self.insert(name, value);
        }
    }
}

impl<'a> IntoIterator for &'a UnknownFields {
    type Item = (&'a str, &'a JsonText);
    type IntoIter = UnknownFieldsIter<'a>;

    fn into_iter(self) -> UnknownFieldsIter<'a> {
        self.iter()
    }
}

impl IntoIterator for UnknownFields {
    type Item = (String, JsonText);
    type IntoIter = UnknownFieldsIntoIter;

    fn into_iter(self) -> UnknownFieldsIntoIter {
        UnknownFieldsIntoIter(self.0.map(|map| *map).unwrap_or_default().into_iter())
    }
}

/// An iterator over the names and values of [`UnknownFields`], ordered by name. `Debug` shows only
/// the number of remaining fields.
#[derive(Clone)]
pub struct UnknownFieldsIter<'a>(btree_map::Iter<'a, Box<str>, JsonText>);

/// An owning iterator over the names and values of [`UnknownFields`], ordered by name. `Debug`
/// shows only the number of remaining fields.
pub struct UnknownFieldsIntoIter(btree_map::IntoIter<Box<str>, JsonText>);

impl<'a> Iterator for UnknownFieldsIter<'a> {
    type Item = (&'a str, &'a JsonText);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|(name, value)| (&**name, value))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl Iterator for UnknownFieldsIntoIter {
    type Item = (String, JsonText);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|(name, value)| (name.into(), value))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl DoubleEndedIterator for UnknownFieldsIter<'_> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.0.next_back().map(|(name, value)| (&**name, value))
    }
}

impl DoubleEndedIterator for UnknownFieldsIntoIter {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.0.next_back().map(|(name, value)| (name.into(), value))
    }
}

impl ExactSizeIterator for UnknownFieldsIter<'_> {}
impl ExactSizeIterator for UnknownFieldsIntoIter {}
impl FusedIterator for UnknownFieldsIter<'_> {}
impl FusedIterator for UnknownFieldsIntoIter {}

impl fmt::Debug for UnknownFieldsIter<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{} hidden>", self.len())
    }
}

impl fmt::Debug for UnknownFieldsIntoIter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{} hidden>", self.len())
    }
}

impl fmt::Debug for UnknownFields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{} hidden>", self.len())
    }
}

impl UnknownFields {
    /// Reports fields that the policy rejects, and fields that have the name of a known field,
    /// because they would be duplicates in the serialized JSON. Validates those that the edition
    /// adds, and reports those that it requires and that are missing.
    ///
    /// `fields` are the fields of `schema` under the policy, and `has_field` returns whether the
    /// value has a field of the schema.
    #[inline]
    pub(crate) fn validate(
        &self,
        schema: &Schema,
        fields: EffectiveFields<'_>,
        has_field: impl Fn(&str) -> bool,
        cx: &mut ValidationContext<'_>,
    ) {
        // Most objects have no unknown fields, so this check is inlined.
        if !self.is_empty() {
            self.validate_each(schema, fields, &has_field, cx);
        }
        self.check_missing(fields, cx);
    }

    #[inline(never)]
    fn validate_each(
        &self,
        schema: &Schema,
        fields: EffectiveFields<'_>,
        has_field: &dyn Fn(&str) -> bool,
        cx: &mut ValidationContext<'_>,
    ) {
        for (name, value) in self {
            let index = schema.fields.iter().position(|field| field.name == name);
            if let Some(field) = fields.added_field(name) {
                check_json_text(value.as_str(), &field.value_type, name, cx);
            } else if index.is_some_and(|index| !fields.is_unknown(index) || has_field(name)) {
                cx.field(name).report(ViolationKind::Duplicate);
            } else {
                check_unknown_field(name, cx);
            }
        }
    }

    /// Reports the required fields that the edition adds and that are missing.
    #[inline]
    pub(crate) fn check_missing(
        &self,
        fields: EffectiveFields<'_>,
        cx: &mut ValidationContext<'_>,
    ) {
        // Most editions add no fields, so this check is inlined.
        if !fields.added_fields().is_empty() {
            self.check_missing_each(fields.added_fields(), cx);
        }
    }

    #[cold]
    fn check_missing_each(&self, added: &[&'static Field], cx: &mut ValidationContext<'_>) {
        for field in added {
            let is_missing = self.get(field.name).is_none_or(|value| value.as_str() == "null");
            if field.required && is_missing && cx.checks_constraints() {
                cx.report_missing(field.name, None);
            }
        }
    }
}

/// The unknown fields of an object, collected while the object is read.
#[derive(Debug, Default)]
pub struct UnknownFieldsReader {
    kept: UnknownFields,
    /// All kept fields if there are more than [`MAX_SORTED_FIELDS`], because a hash table is then
    /// faster.
    #[expect(
        clippy::box_collection,
        reason = "few objects need it, and boxing keeps the reader small"
    )]
    many: Option<Box<HashMap<Box<str>, JsonText>>>,
    /// The number of fields, including those beyond the limit.
    count: usize,
}

/// The maximum number of fields that are kept in a sorted map while the object is read.
const MAX_SORTED_FIELDS: usize = 16;

impl UnknownFieldsReader {
    /// Reads the value of the field `name`. If a field is duplicated, the first occurrence is kept.
    #[allow(clippy::missing_errors_doc, reason = "used only by macro expansions in other crates")]
    pub fn read<'de, R: ObjectReader<'de>>(
        &mut self,
        name: &str,
        reader: &mut R,
        cx: &mut ValidationContext<'_>,
    ) -> Result<(), R::Error> {
        let mut count = self.count;
        let is_accepted =
            accept_unknown_field(|| name.into(), &mut count, |_| !self.contains(name), cx);
        self.count = count;
        if !is_accepted {
            return reader.skip_value();
        }
        self.insert(name, reader.read_json_text(cx.depth())?);
        Ok(())
    }

    /// Reads and validates the value of a field that the edition adds.
    #[allow(clippy::missing_errors_doc, reason = "used only by macro expansions in other crates")]
    pub fn read_added<'de, R: ObjectReader<'de>>(
        &mut self,
        field: &Field,
        reader: &mut R,
        cx: &mut ValidationContext<'_>,
    ) -> Result<(), R::Error> {
        if self.contains(field.name) {
            cx.field(field.name).report(ViolationKind::Duplicate);
            return reader.skip_value();
        }
        let value = reader.read_json_text(cx.depth())?;
        check_json_text(value.as_str(), &field.value_type, field.name, cx);
        self.insert(field.name, value);
        Ok(())
    }

    fn contains(&self, name: &str) -> bool {
        match &self.many {
            Some(fields) => fields.contains_key(name),
            None => self.kept.contains_key(name),
        }
    }

    fn insert(&mut self, name: &str, value: JsonText) {
        if self.many.is_none() && self.kept.len() == MAX_SORTED_FIELDS {
            let few = std::mem::take(&mut self.kept).0.map(|map| *map).unwrap_or_default();
            self.many = Some(Box::new(few.into_iter().collect()));
        }
        match &mut self.many {
            Some(fields) => drop(fields.insert(name.into(), value)),
            None => drop(self.kept.insert(name, value)),
        }
    }

    /// Returns the kept fields, and reports a violation if the object has too many unknown fields.
    #[inline]
    pub fn finish(self, cx: &mut ValidationContext<'_>) -> UnknownFields {
        check_unknown_field_count(self.count, cx);
        self.many.map_or(self.kept, |fields| fields.into_iter().collect())
    }
}
