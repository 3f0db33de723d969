use super::{ForbiddenCharacters, pattern::Pattern};
use crate::{
    Schema, Shape, ViolationKind,
    rule::{Integer, RowRule, Rule, Text},
    schema::Field,
};
use std::{fmt, num::NonZeroU16, sync::Arc};

/// What a policy asks of one row: limits in place of those of the documents, or none.
///
/// What is not set stays as the documents say. Of an array, the limits of texts are those of each
/// element.
///
/// ```
/// use miniprogram_protocol::{Policy, RowLimits, Validate, dictionary::DeployAppInfo};
///
/// let policy = Policy::dictionary()
///     .row::<DeployAppInfo>("serviceTel", RowLimits::new().max_length(20))
///     .unwrap();
/// let error = policy
///     .row::<DeployAppInfo>("servicetel", RowLimits::new().max_length(20))
///     .unwrap_err();
/// assert_eq!(error.to_string(), "DeployAppInfo has no row servicetel; did you mean serviceTel?");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RowLimits {
    waived: bool,
    min_length: Option<u32>,
    max_length: Option<u32>,
    minimum: Option<i64>,
    maximum: Option<i64>,
    max_items: Option<u32>,
    forbidden_characters: Option<ForbiddenCharacters>,
    pattern: Option<Pattern>,
    values: Option<Vec<String>>,
}

impl RowLimits {
    /// What the documents ask, until something is set.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Nothing but the type and its format or closed list, until something is set. The deviations
    /// that the policy lets pass are let pass still.
    #[must_use]
    pub fn waived() -> Self {
        Self { waived: true, ..Self::default() }
    }

    /// Sets the least number of characters of a text (Unicode scalar values).
    #[must_use]
    pub const fn min_length(mut self, characters: u32) -> Self {
        self.min_length = Some(characters);
        self
    }

    /// Sets the greatest number of characters of a text (Unicode scalar values).
    #[must_use]
    pub const fn max_length(mut self, characters: u32) -> Self {
        self.max_length = Some(characters);
        self
    }

    /// Sets the least value of an integer.
    #[must_use]
    pub const fn minimum(mut self, minimum: i64) -> Self {
        self.minimum = Some(minimum);
        self
    }

    /// Sets the greatest value of an integer.
    #[must_use]
    pub const fn maximum(mut self, maximum: i64) -> Self {
        self.maximum = Some(maximum);
        self
    }

    /// Sets the greatest number of elements of an array.
    #[must_use]
    pub const fn max_items(mut self, elements: u32) -> Self {
        self.max_items = Some(elements);
        self
    }

    /// Sets the characters that a text must not have.
    #[must_use]
    pub fn forbidden_characters(mut self, characters: ForbiddenCharacters) -> Self {
        self.forbidden_characters = Some(characters);
        self
    }

    /// Sets a pattern that all of a text must match (feature `pattern`).
    #[cfg(feature = "pattern")]
    #[must_use]
    pub fn pattern(mut self, pattern: Pattern) -> Self {
        self.pattern = Some(pattern);
        self
    }

    /// Sets the only valid values of a text: a closed list of one's own, in place of that of the
    /// documents if the row has one.
    ///
    /// ```
    /// use miniprogram_protocol::{Policy, RowLimits, Validate, dictionary::Env};
    ///
    /// let policy = Policy::dictionary()
    ///     .row::<Env>("osType", RowLimits::new().values(["IOS", "HARMONY"]))
    ///     .unwrap();
    /// let violations = Env::new().os_type("ANDROID").validate_with(&policy).unwrap_err();
    /// assert_eq!(violations[0].to_string(), "/osType must be one of the values that the policy lists");
    /// ```
    #[must_use]
    pub fn values<V: Into<String>>(mut self, values: impl IntoIterator<Item = V>) -> Self {
        self.values = Some(values.into_iter().map(Into::into).collect());
        self
    }

    /// The names of the limits.
    pub(super) const KEYWORDS: [&str; 8] = [
        "minLength",
        "maxLength",
        "forbiddenCharacters",
        "pattern",
        "enum",
        "minimum",
        "maximum",
        "maxItems",
    ];

    /// The names of the limits that are set.
    fn set(&self) -> impl Iterator<Item = &'static str> {
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
        Self::KEYWORDS.into_iter().zip(is_set).filter_map(|(keyword, is)| is.then_some(keyword))
    }

    /// The same limits, and none of the documents'.
    #[cfg(feature = "policy-file")]
    pub(super) fn and_nothing_else(self) -> Self {
        Self { waived: true, ..self }
    }

    /// The rule that `rule` becomes.
    fn apply(self, rule: Rule, shape: Shape, limits: &mut Vec<TextLimits>) -> Rule {
        match (shape, rule) {
            (Shape::Text(_) | Shape::Choice(_), rule) => {
                Rule::Text(self.text(Text::of(rule).unwrap_or(Text::ANY), limits))
            }
            (Shape::Integer, rule) => {
                let rule = Integer::of(rule).unwrap_or(Integer::ANY);
                let before = if self.waived { Integer::ANY } else { rule };
                Rule::Integer(rule.with_range(
                    self.minimum.unwrap_or(before.minimum()),
                    self.maximum.unwrap_or(before.maximum()),
                ))
            }
            (Shape::List(element), rule) => {
                let (max_items, each) = match rule {
                    Rule::List { max_items, each } => (max_items, each),
                    _ => (None, None),
                };
                let max_items = self.max_items.or(max_items.filter(|_| !self.waived));
                let each = match element {
                    Shape::Text(_) | Shape::Choice(_) => {
                        Some(self.text(each.unwrap_or(Text::ANY), limits))
                    }
                    _ => each,
                };
                Rule::List { max_items, each }
            }
            (_, rule) => rule,
        }
    }

    /// The rule of a text that `rule` becomes; what it has no place for is kept in `limits`.
    fn text(self, rule: Text, limits: &mut Vec<TextLimits>) -> Text {
        let known = rule.limits().and_then(|place| limits.get_mut(index(place)));
        let (rule, before) = match &known {
            _ if self.waived => (rule.waived(), TextLimits::default()),
            Some(known) => (rule, (*known).clone()),
            None => (rule, TextLimits::of(rule)),
        };
        let rule = rule.with_length(
            self.min_length.or(rule.min_length()).unwrap_or(0),
            self.max_length.or(rule.max_length()).unwrap_or(u32::MAX),
        );
        let further = TextLimits {
            forbidden_characters: self.forbidden_characters.or(before.forbidden_characters),
            pattern: self.pattern.or(before.pattern),
            values: self.values.map(Arc::from).or(before.values),
        };
        if let Some(known) = known {
            *known = further;
            return rule;
        }
        if further == TextLimits::of(rule) {
            return rule;
        }
        limits.push(further);
        // There are fewer rows than 65,536.
        let place = u16::try_from(limits.len()).ok().and_then(NonZeroU16::new);
        place.map_or(rule, |place| rule.of_policy(place))
    }
}

/// The index of a place that is counted from 1.
fn index(place: NonZeroU16) -> usize {
    usize::from(place.get()) - 1
}

/// What a policy asks of a text beside its length.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct TextLimits {
    pub(crate) forbidden_characters: Option<ForbiddenCharacters>,
    pub(crate) pattern: Option<Pattern>,
    pub(crate) values: Option<Arc<[String]>>,
}

impl TextLimits {
    /// What a rule of the documents asks.
    pub(super) fn of(rule: Text) -> Self {
        let forbidden_characters = rule.is_plain().then(ForbiddenCharacters::dictionary);
        Self { forbidden_characters, ..Self::default() }
    }

    /// The first character of `text` that is forbidden.
    pub(crate) fn forbidden_in(&self, text: &str) -> Option<char> {
        let forbidden = self.forbidden_characters.as_ref()?;
        text.chars().find(|character| forbidden.contains(*character))
    }

    /// Whether a fault of the type still is one: a list of the policy takes the place of the type's.
    pub(crate) fn leaves(&self, fault: &ViolationKind) -> bool {
        self.values.is_none() || !matches!(fault, ViolationKind::Enum { .. })
    }

    /// What `text` breaks of the pattern and the list.
    pub(crate) fn fault(&self, text: &str) -> Option<ViolationKind> {
        if self.pattern.as_ref().is_some_and(|pattern| !pattern.matches(text)) {
            return Some(ViolationKind::Pattern);
        }
        let values = self.values.as_deref()?;
        (!values.iter().any(|value| value == text)).then_some(ViolationKind::EnumOfPolicy)
    }
}

/// The rules of the rows of some tables, as a policy has them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Tables {
    tables: Vec<(&'static str, Vec<Rule>)>,
    limits: Vec<TextLimits>,
}

impl Tables {
    /// The rules of the rows of a table, in their order, if one of them is not the documents'.
    #[cold]
    pub(super) fn rules_of(&self, schema: &Schema) -> Option<&[Rule]> {
        let mut tables = self.tables.iter();
        tables.find(|(name, _)| *name == schema.name).map(|(_, rules)| rules.as_slice())
    }

    pub(super) fn text_limits(&self, rule: Text) -> Option<&TextLimits> {
        self.limits.get(index(rule.limits()?))
    }

    /// Limits a row of a table: its index, and itself. Returns its new rule.
    pub(super) fn limit(
        &mut self,
        schema: &Schema,
        (index, field): (usize, &Field),
        limits: RowLimits,
    ) -> Rule {
        let place = self.tables.iter().position(|(name, _)| *name == schema.name);
        let place = place.unwrap_or_else(|| {
            let rules = schema.fields.iter().map(|field| field.rule).collect();
            self.tables.push((schema.name, rules));
            self.tables.len() - 1
        });
        let rules = self.tables.get_mut(place).map(|(_, rules)| rules);
        let Some(rule) = rules.and_then(|rules| rules.get_mut(index)) else { return field.rule };
        *rule = limits.apply(*rule, field.shape, &mut self.limits);
        *rule
    }
}

/// What kind of value a limit is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Text,
    Integer,
    Array,
}

impl Kind {
    /// What a limit is for.
    fn limited_by(keyword: &str) -> Option<Self> {
        match keyword {
            "minLength" | "maxLength" | "forbiddenCharacters" | "pattern" | "enum" => {
                Some(Self::Text)
            }
            "minimum" | "maximum" => Some(Self::Integer),
            "maxItems" => Some(Self::Array),
            _ => None,
        }
    }

    const fn noun(self) -> &'static str {
        match self {
            Self::Text => "texts",
            Self::Integer => "integers",
            Self::Array => "arrays",
        }
    }

    /// Whether values of a shape, or their elements, are of this kind.
    const fn is_of(self, shape: Shape) -> bool {
        match (self, shape) {
            (Self::Text, Shape::Text(_) | Shape::Choice(_))
            | (Self::Integer, Shape::Integer)
            | (Self::Array, Shape::List(_)) => true,
            (Self::Text, Shape::List(element)) => {
                matches!(element, Shape::Text(_) | Shape::Choice(_))
            }
            _ => false,
        }
    }
}

/// Why a row cannot be limited so.
///
/// ```
/// use miniprogram_protocol::{Policy, RowLimits, dictionary::Order};
///
/// let limits = RowLimits::new().max_length(10);
/// let error = Policy::dictionary().row::<Order>("goods", limits).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "maxLength is for texts, and Order.goods is of type Array<Goods>; did you mean maxItems?"
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RowError {
    /// The table has no row of that name.
    UnknownRow {
        /// The table.
        table: &'static str,
        /// The name that was given.
        row: String,
        /// The nearest name of a row.
        nearest: Option<&'static str>,
    },
    /// The limit is for values of another kind.
    WrongKind {
        /// The table.
        table: &'static str,
        /// The row.
        row: &'static str,
        /// The type of the row, as the documents write it.
        row_type: String,
        /// The keyword of the limit.
        keyword: &'static str,
        /// The kind of value that it is for, in the plural.
        kind: &'static str,
        /// The nearest keyword that is for this row.
        nearest: Option<&'static str>,
    },
    /// No value satisfies the limits together with the format or the closed list of the row: no
    /// listed value satisfies the others, the minimum is above the maximum, or strings of the format
    /// have other lengths or need a forbidden character.
    ///
    /// A pattern that matches nothing is not found, unless the row has a list of values.
    NothingIsValid {
        /// The table.
        table: &'static str,
        /// The row.
        row: &'static str,
    },
}

impl std::error::Error for RowError {}

impl fmt::Display for RowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nearest = match self {
            Self::UnknownRow { table, row, nearest } => {
                write!(f, "{table} has no row {}", row.escape_debug())?;
                *nearest
            }
            Self::WrongKind { table, row, row_type, keyword, kind, nearest } => {
                write!(f, "{keyword} is for {kind}, and {table}.{row} is of type {row_type}")?;
                *nearest
            }
            Self::NothingIsValid { table, row } => {
                return write!(f, "no value of {table}.{row} keeps these limits");
            }
        };
        nearest.map_or(Ok(()), |name| write!(f, "; did you mean {name}?"))
    }
}

/// The name that is probably meant by `name`.
pub(super) fn nearest(
    name: &str,
    names: impl IntoIterator<Item = &'static str>,
) -> Option<&'static str> {
    // Nobody means one, and the distance would cost more than it says.
    if name.len() > 64 {
        return None;
    }
    let lower = name.to_ascii_lowercase();
    let distances = names
        .into_iter()
        .map(|known| (strsim::levenshtein(&lower, &known.to_ascii_lowercase()), known));
    let (distance, known) = distances.min()?;
    (distance <= (known.len() / 3).max(2)).then_some(known)
}

/// The keyword for values of that shape that does what `keyword` does for others.
fn nearest_keyword(keyword: &str, shape: Shape) -> Option<&'static str> {
    let is_least = keyword.starts_with("min");
    match shape {
        _ if !(is_least || keyword.starts_with("max")) => None,
        Shape::Integer => Some(if is_least { "minimum" } else { "maximum" }),
        Shape::Text(_) | Shape::Choice(_) => Some(if is_least { "minLength" } else { "maxLength" }),
        Shape::List(_) if !is_least => Some("maxItems"),
        _ => None,
    }
}

/// The row of that name, if the limits are for it.
pub(super) fn find(
    schema: &Schema,
    row: &str,
    limits: &RowLimits,
) -> Result<(usize, &'static Field), RowError> {
    let table = schema.name;
    let mut fields = schema.fields.iter().enumerate();
    let Some((index, field)) = fields.find(|(_, field)| field.name == row) else {
        let nearest = nearest(row, schema.fields.iter().map(|field| field.name));
        return Err(RowError::UnknownRow { table, row: row.to_owned(), nearest });
    };
    let mut wrong = limits.set().filter_map(|keyword| wrong_kind(schema, field, keyword));
    wrong.next().map_or(Ok((index, field)), Err)
}

/// What is wrong with a limit for a row, if it is for values of another kind.
pub(super) fn wrong_kind(
    schema: &Schema,
    field: &Field,
    keyword: &'static str,
) -> Option<RowError> {
    let kind = Kind::limited_by(keyword).filter(|kind| !kind.is_of(field.shape))?;
    Some(RowError::WrongKind {
        table: schema.name,
        row: field.name,
        row_type: field.shape.to_string(),
        keyword,
        kind: kind.noun(),
        nearest: nearest_keyword(keyword, field.shape),
    })
}
