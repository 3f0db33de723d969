use super::{
    FieldChanges, ForbiddenCharacters, custom::CustomChecks, pattern::Pattern,
    similar::most_similar,
};
use crate::{
    report::ViolationKind,
    schema::{
        ArrayType, Edition, Field, FieldChange, FieldDifference, Format, IntegerConstraints,
        ItemType, Schema, StringConstraints, StringType, ValueType,
    },
};
use std::{collections::BTreeMap, fmt, num::NonZeroU16, sync::Arc};

/// Limits that a policy sets on one field, in place of the specification's constraints.
///
/// Constraints for which no limit is set remain as specified. For an array, limits on strings apply
/// to each element.
///
/// ```
/// use miniprogram_protocol::{FieldLimits, Policy, Validate, dictionary::DeployAppInfo};
///
/// let limits = FieldLimits::new().max_length(20);
/// let policy = Policy::strict().limit_field::<DeployAppInfo>("serviceTel", limits.clone()).unwrap();
/// let error = policy.limit_field::<DeployAppInfo>("servicetel", limits).unwrap_err();
/// assert_eq!(error.to_string(), "DeployAppInfo has no field servicetel; did you mean serviceTel?");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldLimits {
    unconstrained: bool,
    min_length: Option<u32>,
    max_length: Option<u32>,
    minimum: Option<i64>,
    maximum: Option<i64>,
    max_items: Option<u32>,
    forbidden_characters: Option<ForbiddenCharacters>,
    pattern: Option<Pattern>,
    values: Option<Vec<String>>,
}

impl FieldLimits {
    /// Creates empty limits, which keep the specification's constraints.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            unconstrained: false,
            min_length: None,
            max_length: None,
            minimum: None,
            maximum: None,
            max_items: None,
            forbidden_characters: None,
            pattern: None,
            values: None,
        }
    }

    /// Creates limits that remove the specification's constraints, except for the type of the field
    /// with its format or closed enum. Deviations that the policy allows remain allowed.
    #[must_use]
    pub const fn unconstrained() -> Self {
        let mut limits = Self::new();
        limits.unconstrained = true;
        limits
    }

    /// Sets the minimum length of a string in characters (Unicode scalar values).
    #[must_use]
    pub const fn min_length(mut self, characters: u32) -> Self {
        self.min_length = Some(characters);
        self
    }

    /// Sets the maximum length of a string in characters (Unicode scalar values).
    #[must_use]
    pub const fn max_length(mut self, characters: u32) -> Self {
        self.max_length = Some(characters);
        self
    }

    /// Sets the minimum value of an integer.
    #[must_use]
    pub const fn minimum(mut self, minimum: i64) -> Self {
        self.minimum = Some(minimum);
        self
    }

    /// Sets the maximum value of an integer.
    #[must_use]
    pub const fn maximum(mut self, maximum: i64) -> Self {
        self.maximum = Some(maximum);
        self
    }

    /// Sets the maximum number of elements of an array.
    #[must_use]
    pub const fn max_items(mut self, elements: u32) -> Self {
        self.max_items = Some(elements);
        self
    }

    /// Sets the characters that a string must not contain.
    #[must_use]
    pub fn forbidden_characters(mut self, characters: ForbiddenCharacters) -> Self {
        self.forbidden_characters = Some(characters);
        self
    }

    /// Sets a pattern that the whole string must match (feature `pattern`).
    #[cfg(feature = "pattern")]
    #[must_use]
    pub fn pattern(mut self, pattern: Pattern) -> Self {
        self.pattern = Some(pattern);
        self
    }

    /// Sets the only valid values of a string, which replace the specification's enum, if the field
    /// has one.
    ///
    /// ```
    /// use miniprogram_protocol::{FieldLimits, Policy, Validate, dictionary::Env};
    ///
    /// let policy = Policy::strict()
    ///     .limit_field::<Env>("osType", FieldLimits::new().values(["IOS", "HARMONY"]))
    ///     .unwrap();
    /// let violations = Env::new().os_type("ANDROID").validate_with(&policy).unwrap_err();
    /// assert_eq!(violations[0].to_string(), "/osType must be one of the policy's values");
    /// ```
    #[must_use]
    pub fn values<V: Into<String>>(mut self, values: impl IntoIterator<Item = V>) -> Self {
        self.values = Some(values.into_iter().map(Into::into).collect());
        self
    }

    /// The keywords of all limits, as used in policy files.
    pub(crate) const KEYWORDS: [&str; 8] = [
        "minLength",
        "maxLength",
        "forbiddenCharacters",
        "pattern",
        "enum",
        "minimum",
        "maximum",
        "maxItems",
    ];

    /// Returns the keywords of the limits that are set.
    fn keywords(&self) -> impl Iterator<Item = &'static str> {
        let is_set = [
            self.min_length.is_some(),
            self.max_length.is_some(),
            self.forbidden_characters.is_some(),
            self.pattern.is_some(),
            self.values.is_some(),
            self.minimum.is_some(),
            self.maximum.is_some(),
            self.max_items.is_some(),
        ];
        Self::KEYWORDS
            .into_iter()
            .zip(is_set)
            .filter_map(|(keyword, is_set)| is_set.then_some(keyword))
    }

    /// Removes the specification's constraints, as [`unconstrained`](Self::unconstrained) does.
    #[cfg(feature = "policy-file")]
    pub(crate) fn without_spec_constraints(self) -> Self {
        Self { unconstrained: true, ..self }
    }

    /// Applies these limits to a type. Limits that [`ValueType`] cannot represent are added to
    /// `string_limits`.
    fn apply(self, value_type: ValueType, string_limits: &mut Vec<StringLimits>) -> ValueType {
        match value_type {
            ValueType::String(string) => {
                let constraints = self.apply_to_string(string.constraints, string_limits);
                ValueType::String(StringType { constraints, ..string })
            }
            ValueType::Integer(integer) => {
                let base =
                    if self.unconstrained { IntegerConstraints::UNCONSTRAINED } else { integer };
                let minimum = self.minimum.unwrap_or(base.minimum);
                ValueType::Integer(integer.range(minimum, self.maximum.unwrap_or(base.maximum)))
            }
            ValueType::Array(array) => {
                let specified = array.max_items.filter(|_| !self.unconstrained);
                let max_items = self.max_items.or(specified);
                let items = match array.items {
                    ItemType::String(string) => {
                        let constraints = self.apply_to_string(string.constraints, string_limits);
                        ItemType::String(StringType { constraints, ..string })
                    }
                    items @ ItemType::Object(_) => items,
                };
                ValueType::Array(ArrayType { items, max_items })
            }
            other => other,
        }
    }

    fn apply_to_string(
        self,
        constraints: StringConstraints,
        limits: &mut Vec<StringLimits>,
    ) -> StringConstraints {
        let known =
            constraints.policy_limits.and_then(|index| limits.get_mut(to_zero_based(index)));
        let (mut constraints, base) = match &known {
            _ if self.unconstrained => {
                (constraints.without_spec_constraints(), StringLimits::default())
            }
            Some(known) => (constraints, (*known).clone()),
            None => (constraints, StringLimits::from_constraints(constraints)),
        };
        constraints.min_length = self.min_length.unwrap_or(constraints.min_length);
        constraints.max_length = self.max_length.or(constraints.max_length);
        let new = StringLimits {
            forbidden_characters: self.forbidden_characters.or(base.forbidden_characters),
            pattern: self.pattern.or(base.pattern),
            values_of_edition: base.values_of_edition.filter(|_| self.values.is_none()),
            values: self.values.map(Arc::from).or(base.values),
        };
        if let Some(known) = known {
            *known = new;
            return constraints;
        }
        if new == StringLimits::from_constraints(constraints) {
            return constraints;
        }
        limits.push(new);
        // The conversion cannot fail, because all schemas together have fewer than 65,536 fields.
        let index = u16::try_from(limits.len()).ok().and_then(NonZeroU16::new);
        index.map_or(constraints, |index| constraints.with_policy_limits(index))
    }
}

/// Converts a 1-based index to a 0-based one.
fn to_zero_based(index: NonZeroU16) -> usize {
    usize::from(index.get()) - 1
}

/// The constraints on a string that [`StringConstraints`] cannot represent: those that only a policy
/// can set, and forbidden characters other than the specification's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct StringLimits {
    pub(crate) forbidden_characters: Option<ForbiddenCharacters>,
    pub(crate) pattern: Option<Pattern>,
    pub(crate) values: Option<Arc<[String]>>,
    /// The edition that sets `values`, together with those values, or `None` if the values do not
    /// come from an edition.
    values_of_edition: Option<(Edition, &'static [&'static str])>,
}

impl StringLimits {
    /// Returns the specification's constraints that can be expressed as string limits: the forbidden
    /// characters.
    pub(crate) fn from_constraints(constraints: StringConstraints) -> Self {
        let forbidden_characters =
            constraints.no_special_characters.then(ForbiddenCharacters::specification);
        Self { forbidden_characters, ..Self::default() }
    }

    /// Returns the first forbidden character of a string.
    pub(crate) fn forbidden_character(&self, string: &str) -> Option<char> {
        let forbidden = self.forbidden_characters.as_ref()?;
        string.chars().find(|character| forbidden.contains(*character))
    }

    /// Returns whether the policy restricts the string to certain values.
    pub(crate) const fn has_values(&self) -> bool {
        self.values.is_some()
    }

    /// Returns a violation if a string does not match the pattern or is not one of the values.
    pub(crate) fn violation(&self, string: &str) -> Option<ViolationKind> {
        if self.pattern.as_ref().is_some_and(|pattern| !pattern.matches(string)) {
            return Some(ViolationKind::Pattern);
        }
        let values = self.values.as_deref()?;
        if values.iter().any(|value| value == string) {
            return None;
        }
        Some(match self.values_of_edition {
            Some((edition, values)) => ViolationKind::EditionEnum { edition, values },
            None => ViolationKind::PolicyEnum,
        })
    }
}

/// The changes that a policy or its edition makes to the fields of schemas, together with the
/// custom checks.
#[derive(Clone, Debug, Default)]
pub(super) struct FieldOverrides {
    /// The changed schemas by type path.
    schemas: BTreeMap<&'static str, ChangedSchema>,
    string_limits: Vec<StringLimits>,
    pub(super) custom_checks: CustomChecks,
    /// The changes that the policy itself makes, in the order of the calls. They are applied again
    /// when the edition changes.
    policy_changes: Vec<PolicyChange>,
}

/// A schema with a changed field.
#[derive(Clone, Debug, PartialEq, Eq)]
struct ChangedSchema {
    /// The types of all fields before any change.
    specified: Vec<ValueType>,
    /// The indices of the fields that must not contain special characters in the edition.
    without_special_characters: Vec<usize>,
    fields: FieldChanges,
}

/// A change to fields that the policy itself makes, as opposed to its edition.
#[derive(Clone, Debug)]
enum PolicyChange {
    Limits {
        type_path: &'static str,
        index: usize,
        limits: FieldLimits,
    },
    /// The characters that are forbidden in fields that must not contain special characters.
    ForbiddenCharacters {
        type_path: &'static str,
        characters: ForbiddenCharacters,
    },
}

impl PolicyChange {
    /// Returns the path of the type whose field this change limits, or `None` if the change sets
    /// forbidden characters.
    const fn limited_type_path(&self) -> Option<&'static str> {
        match self {
            Self::Limits { type_path, .. } => Some(type_path),
            Self::ForbiddenCharacters { .. } => None,
        }
    }
}

/// Compares the effects of the limits, however they were set.
impl PartialEq for FieldOverrides {
    fn eq(&self, other: &Self) -> bool {
        (&self.schemas, &self.string_limits, &self.custom_checks)
            == (&other.schemas, &other.string_limits, &other.custom_checks)
    }
}

impl Eq for FieldOverrides {}

impl ChangedSchema {
    fn new(schema: &Schema) -> Self {
        let specified: Vec<_> = schema.fields.iter().map(|field| field.value_type).collect();
        let fields = FieldChanges::new(specified.clone());
        let mut changed = Self { specified, without_special_characters: Vec::new(), fields };
        changed.record_fields_without_special_characters();
        changed
    }

    /// Finds the fields that must not contain special characters. Must be called before the policy
    /// itself limits any field.
    fn record_fields_without_special_characters(&mut self) {
        let types = self.fields.types.iter().enumerate();
        let found = types.filter(|(_, value_type)| {
            value_type.string_type().is_some_and(|string| string.constraints.no_special_characters)
        });
        self.without_special_characters = found.map(|(index, _)| index).collect();
    }

    fn is_unchanged(&self) -> bool {
        self.fields == FieldChanges::new(self.specified.clone())
    }
}

impl FieldOverrides {
    /// Returns the changes to the fields of a schema, if there are any.
    #[cold]
    pub(super) fn field_changes(&self, schema: &Schema) -> Option<&FieldChanges> {
        self.schemas.get(schema.type_path).map(|changed| &changed.fields)
    }

    /// Returns the mutable entry for a schema, which is inserted if it is missing.
    fn schema_mut(&mut self, schema: &Schema) -> &mut ChangedSchema {
        self.schemas.entry(schema.type_path).or_insert_with(|| ChangedSchema::new(schema))
    }

    /// Replaces the changes of the edition with those of another one, and then applies the policy's
    /// own changes again.
    pub(super) fn apply_edition(
        &mut self,
        differences: impl Iterator<Item = &'static FieldDifference>,
        schemas: &[&'static Schema],
    ) {
        self.string_limits.clear();
        for changed in self.schemas.values_mut() {
            changed.fields = FieldChanges::new(changed.specified.clone());
        }
        for difference in differences {
            if let Some(schema) = schemas.iter().find(|known| known.name == difference.schema) {
                self.apply_difference(schema, difference);
            }
        }
        for changed in self.schemas.values_mut() {
            changed.record_fields_without_special_characters();
        }
        let policy_changes = std::mem::take(&mut self.policy_changes);
        for change in &policy_changes {
            self.apply_policy_change(change);
        }
        self.policy_changes = policy_changes;
        let type_paths: Vec<_> = self.schemas.keys().copied().collect();
        for type_path in type_paths {
            self.remove_if_unchanged(type_path);
        }
    }

    /// Removes a schema without changes, unless the policy itself limits it.
    fn remove_if_unchanged(&mut self, type_path: &str) {
        let is_limited =
            self.policy_changes.iter().any(|own| own.limited_type_path() == Some(type_path));
        if !is_limited && self.schemas.get(type_path).is_some_and(ChangedSchema::is_unchanged) {
            self.schemas.remove(type_path);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.schemas.is_empty() && self.policy_changes.is_empty() && self.custom_checks.0.is_empty()
    }

    /// Applies one of the edition's differences to a field of a schema.
    fn apply_difference(&mut self, schema: &Schema, difference: &FieldDifference) {
        let FieldDifference { edition, field: name, change, .. } = *difference;
        let index = schema.fields.iter().position(|field| field.name == name);
        let changed = self.schema_mut(schema);
        let value_type = index.and_then(|index| changed.fields.types.get_mut(index));
        let limits = match (change, value_type) {
            (FieldChange::MaxLength(length), _) => FieldLimits::new().max_length(length),
            (FieldChange::Values(values), _) => FieldLimits::new().values(values.iter().copied()),
            (FieldChange::AnyNumberOfElements, _) => FieldLimits::unconstrained(),
            (FieldChange::NoSpecialCharacters, Some(ValueType::String(string))) => {
                string.constraints.no_special_characters = true;
                return;
            }
            (FieldChange::AnyCharacters, Some(ValueType::String(string))) => {
                string.constraints.no_special_characters = false;
                return;
            }
            _ => return changed.fields.change_presence(name, index, change),
        };
        let Some(index) = index else { return };
        let field_type = self.apply_limits(schema.type_path, index, limits);
        if let (FieldChange::Values(values), Some(ValueType::String(string))) = (change, field_type)
        {
            if let Some(limits) = self.string_limits_mut(string.constraints) {
                limits.values_of_edition = Some((edition, values));
            }
        }
    }

    fn apply_policy_change(&mut self, change: &PolicyChange) {
        match change {
            PolicyChange::Limits { type_path, index, limits } => {
                self.apply_limits(type_path, *index, limits.clone());
            }
            PolicyChange::ForbiddenCharacters { type_path, characters } => {
                let changed = self.schemas.get(type_path);
                let fields = changed.map(|changed| changed.without_special_characters.clone());
                for index in fields.unwrap_or_default() {
                    let limits = FieldLimits::new().forbidden_characters(characters.clone());
                    self.apply_limits(type_path, index, limits);
                }
            }
        }
    }

    pub(super) fn string_limits(&self, constraints: StringConstraints) -> Option<&StringLimits> {
        self.string_limits.get(to_zero_based(constraints.policy_limits?))
    }

    fn string_limits_mut(&mut self, constraints: StringConstraints) -> Option<&mut StringLimits> {
        self.string_limits.get_mut(to_zero_based(constraints.policy_limits?))
    }

    /// Overrides the limits on a field, like `Policy::limit_field`. Returns the field's new type,
    /// or `None` if there is no such field.
    pub(super) fn limit_field(
        &mut self,
        schema: &Schema,
        index: usize,
        limits: FieldLimits,
    ) -> Option<ValueType> {
        let type_path = schema.type_path;
        self.schema_mut(schema);
        self.policy_changes.push(PolicyChange::Limits { type_path, index, limits: limits.clone() });
        self.apply_limits(type_path, index, limits)
    }

    /// Sets the forbidden characters for the fields of a schema, and records this as a change that
    /// the policy itself makes.
    pub(super) fn forbid_characters(&mut self, schema: &Schema, characters: &ForbiddenCharacters) {
        let type_path = schema.type_path;
        self.schema_mut(schema);
        let characters = characters.clone();
        let change = PolicyChange::ForbiddenCharacters { type_path, characters };
        self.apply_policy_change(&change);
        self.policy_changes.push(change);
        self.remove_if_unchanged(type_path);
    }

    fn apply_limits(&mut self, path: &str, index: usize, limits: FieldLimits) -> Option<ValueType> {
        let field_type = *self.schemas.get(path)?.fields.types.get(index)?;
        let field_type = limits.apply(field_type, &mut self.string_limits);
        *self.schemas.get_mut(path)?.fields.types.get_mut(index)? = field_type;
        Some(field_type)
    }
}

/// The type of value that a limit applies to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LimitedType {
    String,
    Integer,
    Array,
}

impl LimitedType {
    fn from_keyword(keyword: &str) -> Option<Self> {
        match keyword {
            "minLength" | "maxLength" | "forbiddenCharacters" | "pattern" | "enum" => {
                Some(Self::String)
            }
            "minimum" | "maximum" => Some(Self::Integer),
            "maxItems" => Some(Self::Array),
            _ => None,
        }
    }

    const fn plural(self) -> &'static str {
        match self {
            Self::String => "strings",
            Self::Integer => "integers",
            Self::Array => "arrays",
        }
    }

    /// Returns whether the limit applies to values of a type, or to their elements if they are
    /// arrays.
    const fn includes(self, value_type: ValueType) -> bool {
        match (self, value_type) {
            (Self::String, value_type) => value_type.string_type().is_some(),
            (Self::Integer, ValueType::Integer(_)) | (Self::Array, ValueType::Array(_)) => true,
            _ => false,
        }
    }
}

/// The reason why a policy cannot limit a field.
///
/// ```
/// use miniprogram_protocol::{FieldLimits, Policy, dictionary::Order};
///
/// let limits = FieldLimits::new().max_length(10);
/// let error = Policy::strict().limit_field::<Order>("goods", limits).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "maxLength applies to strings, but Order.goods has type Array<Goods>; did you mean maxItems?"
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FieldLimitsError {
    /// The schema has no field with that name.
    UnknownField {
        /// The schema.
        schema: &'static str,
        /// The unknown name.
        field: String,
        /// The most similar field name, if one is similar enough.
        nearest: Option<&'static str>,
    },
    /// The limit does not apply to the type of the field.
    NotApplicable {
        /// The schema.
        schema: &'static str,
        /// The field.
        field: &'static str,
        /// The type of the field, in the notation of the specification.
        field_type: String,
        /// The keyword of the limit.
        keyword: &'static str,
        /// The type of value that the limit applies to, in the plural.
        applies_to: &'static str,
        /// The corresponding keyword that applies to the field, if there is one.
        nearest: Option<&'static str>,
    },
    /// The limits, together with the format or the closed enum of the field, exclude every value.
    ///
    /// The limits exclude every value if no listed value satisfies the other limits, if the minimum
    /// exceeds the maximum, or if every string that matches the format has a length outside the
    /// limits or contains a forbidden character. A pattern that matches nothing is detected only if
    /// the policy lists the values.
    Unsatisfiable {
        /// The schema.
        schema: &'static str,
        /// The field.
        field: &'static str,
        /// The format of the field, or of its elements.
        format: Option<Format>,
        /// The name of the closed enum of the field, or of its elements.
        enum_name: Option<&'static str>,
    },
}

impl std::error::Error for FieldLimitsError {}

impl fmt::Display for FieldLimitsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nearest = match self {
            Self::UnknownField { schema, field, nearest } => {
                write!(f, "{schema} has no field {}", field.escape_debug())?;
                *nearest
            }
            Self::NotApplicable { schema, field, field_type, keyword, applies_to, nearest } => {
                write!(
                    f,
                    "{keyword} applies to {applies_to}, but {schema}.{field} has type {field_type}"
                )?;
                *nearest
            }
            Self::Unsatisfiable { schema, field, format, enum_name } => {
                write!(f, "these limits exclude every value of {schema}.{field}")?;
                return match (format, enum_name) {
                    (Some(format), _) => write!(f, " (format {format})"),
                    (None, Some(name)) => write!(f, " (enum {name})"),
                    (None, None) => Ok(()),
                };
            }
        };
        nearest.map_or(Ok(()), |name| write!(f, "; did you mean {name}?"))
    }
}

/// Returns the keyword that corresponds to `keyword` for values of a type: `minimum` corresponds to
/// `minLength` for strings.
fn nearest_keyword(keyword: &str, value_type: ValueType) -> Option<&'static str> {
    let is_minimum = keyword.starts_with("min");
    match value_type {
        _ if !(is_minimum || keyword.starts_with("max")) => None,
        ValueType::Integer(_) => Some(if is_minimum { "minimum" } else { "maximum" }),
        ValueType::String(_) => Some(if is_minimum { "minLength" } else { "maxLength" }),
        ValueType::Array(_) if !is_minimum => Some("maxItems"),
        _ => None,
    }
}

/// Returns the field with the given name and its index. Returns an error if there is no such field,
/// or if one of the limits does not apply to its type.
pub(crate) fn find_field(
    schema: &Schema,
    name: &str,
    limits: &FieldLimits,
) -> Result<(usize, &'static Field), FieldLimitsError> {
    let mut fields = schema.fields.iter().enumerate();
    let Some((index, field)) = fields.find(|(_, field)| field.name == name) else {
        let nearest = most_similar(name, schema.fields.iter().map(|field| field.name));
        let (schema, field) = (schema.name, name.to_owned());
        return Err(FieldLimitsError::UnknownField { schema, field, nearest });
    };
    let mut errors =
        limits.keywords().filter_map(|keyword| not_applicable_error(schema, field, keyword));
    errors.next().map_or(Ok((index, field)), Err)
}

/// Returns the error for a limit that does not apply to the type of a field, or `None` if the limit
/// applies.
pub(crate) fn not_applicable_error(
    schema: &Schema,
    field: &Field,
    keyword: &'static str,
) -> Option<FieldLimitsError> {
    let limited = LimitedType::from_keyword(keyword)?;
    (!limited.includes(field.value_type)).then(|| FieldLimitsError::NotApplicable {
        schema: schema.name,
        field: field.name,
        field_type: field.value_type.to_string(),
        keyword,
        applies_to: limited.plural(),
        nearest: nearest_keyword(keyword, field.value_type),
    })
}
