//! Policies as data: `Deserialize`, and files in TOML and JSON.

use super::{
    Deviation, ForbiddenCharacters, Pattern, Policy, RowLimits, Unknown,
    expected::{
        Boolean, Expect, Expected, Integer, OneOf, Quoted, Text, known, once, suggestion, texts,
    },
    limits::wrong_kind,
};
use crate::{JsonText, Schema, error::line_and_column, json::MAX_DEPTH, schema::Field};
use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error as _, MapAccess};

/// Why a text is no policy: where, and one sentence.
///
/// What it quotes of the text is cut at 64 characters, and has no control characters.
///
/// ```
/// use miniprogram_protocol::Policy;
///
/// let error = Policy::from_toml("base = 'tolerant'\nmaxbytes = 100").unwrap_err();
/// assert_eq!((error.line(), error.column()), (2, 1));
/// assert_eq!(error.message(), "a policy has no key `maxbytes`; did you mean `maxBytes`?");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line} column {column}: {message}")]
pub struct PolicyFileError {
    line: usize,
    column: usize,
    message: String,
}

impl PolicyFileError {
    /// The fault at byte `offset` of `text`.
    fn new(text: &str, offset: usize, message: &str) -> Self {
        let (line, column) = line_and_column(text.as_bytes(), offset);
        // A parser's own sentences may have lines.
        let message = message.lines().collect::<Vec<_>>().join(" ");
        Self { line, column, message }
    }

    /// The line of the fault, from 1. Lines end with a line feed.
    #[must_use]
    pub const fn line(&self) -> usize {
        self.line
    }

    /// The column of the fault, from 1, in characters (Unicode scalar values): where the key or the
    /// value at fault begins.
    #[must_use]
    pub const fn column(&self) -> usize {
        self.column
    }

    /// What is wrong there, in one sentence.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl Policy {
    /// Reads a policy from TOML (feature `policy-file`).
    ///
    /// All keys are optional, and their order does not matter.
    ///
    /// | key | value |
    /// |---|---|
    /// | `base` | `"dictionary"`, unless it is said, or `"tolerant"` |
    /// | `tolerate` | names of [deviations](Deviation) that are let pass, beside those of the base |
    /// | `refuse` | names of deviations that are not let pass |
    /// | `unknownMembers` | `"keep"`, `"ignore"` or `"report"` |
    /// | `forbiddenCharacters` | `"dictionary"`, `"strict"`, `"none"`, or `{ characters = "<>" }`, to which `base = "strict"` or `"dictionary"` may be added |
    /// | `maxViolations`, `maxBytes`, `maxDepth`, `maxItems`, `maxUnknownMembers` | an integer: what the functions of these names set |
    /// | `rows.TABLE.ROW` | the limits of a row, by its name on the wire |
    ///
    /// The limits of a row are `minLength`, `maxLength`, `minimum`, `maximum`, `maxItems`, `pattern`,
    /// `enum` (an array of texts), `forbiddenCharacters`, and `waive = true` for nothing but the type,
    /// its format, and the limits that stand beside it: see [`RowLimits::waived`].
    ///
    /// Each row can have one pattern, and each [`Pattern`] is limited so that it takes at most about
    /// a tenth of a second to compile in a release build. Patterns that match nothing are not found.
    ///
    /// ```
    /// use miniprogram_protocol::{Deviation, Policy, RowLimits, dictionary::DeployAppInfo};
    ///
    /// let policy = Policy::from_toml(
    ///     r#"
    ///     tolerate = ["amountAsText"]
    ///
    ///     [rows.DeployAppInfo.serviceTel]
    ///     maxLength = 20
    ///     "#,
    /// )?;
    /// let same = Policy::dictionary()
    ///     .tolerate(Deviation::AmountAsText)
    ///     .row::<DeployAppInfo>("serviceTel", RowLimits::new().max_length(20))?;
    /// assert_eq!(policy, same);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// The text is no TOML, or no policy: an unknown key, table, row or name, a key that stands
    /// twice, a value of the wrong type or out of range, a limit for another type of row, a
    /// malformed pattern, an empty list of values.
    pub fn from_toml(text: &str) -> Result<Self, PolicyFileError> {
        toml::from_str(text).map_err(|error| {
            let offset = error.span().map_or(0, |span| span.start);
            PolicyFileError::new(text, offset, error.message())
        })
    }

    /// Reads a policy from JSON (feature `policy-file`): an object with the keys that
    /// [`from_toml`](Self::from_toml) knows.
    ///
    /// ```
    /// use miniprogram_protocol::Policy;
    ///
    /// let json = r#"{"maxDepth": 8, "rows": {"Order": {"orderDescription": {"maxLength": 128}}}}"#;
    /// let toml = "maxDepth = 8\nrows.Order.orderDescription.maxLength = 128";
    /// assert_eq!(Policy::from_json(json)?, Policy::from_toml(toml)?);
    /// # Ok::<_, miniprogram_protocol::PolicyFileError>(())
    /// ```
    ///
    /// # Errors
    /// As `from_toml`.
    pub fn from_json(text: &str) -> Result<Self, PolicyFileError> {
        // What is no JSON is told in the sentences of this crate.
        JsonText::parse(text).map_err(|error| PolicyFileError {
            line: error.line(),
            column: error.column(),
            message: error.message().to_owned(),
        })?;
        serde_json::from_str(text).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            let message = error.to_string();
            let place = format!(" at line {line} column {column}");
            let message = message.strip_suffix(&place).unwrap_or(&message);
            // Lines and columns are from 1, columns in bytes: that of what was read last.
            let before = text.split_inclusive('\n').take(line.saturating_sub(1));
            let last = before.map(str::len).sum::<usize>() + column.saturating_sub(1);
            PolicyFileError::new(text, start_of_token(text, last), message)
        })
    }
}

/// Where the token of a JSON text begins that stands at byte `offset`, or last before it; at a
/// closing bracket or brace, where the array or the object begins.
fn start_of_token(json: &str, offset: usize) -> usize {
    let (mut start, mut open) = (0, Vec::new());
    let mut inside = None;
    let mut is_escaped = false;
    for (at, byte) in json.bytes().enumerate().take(offset.saturating_add(1)) {
        match (inside, byte) {
            (Some(b'"'), _) if is_escaped => is_escaped = false,
            (Some(b'"'), b'\\') => is_escaped = true,
            (Some(b'"'), b'"') => inside = None,
            (Some(b'"'), _) => {}
            (_, b' ' | b'\t' | b'\n' | b'\r' | b',' | b':') => inside = None,
            (_, b'{' | b'[') => {
                (start, inside) = (at, None);
                open.push(at);
            }
            (_, b'}' | b']') => (start, inside) = (open.pop().unwrap_or(at), None),
            (None, _) => (start, inside) = (at, Some(byte)),
            // A number or a literal goes on.
            _ => {}
        }
    }
    start
}

/// A policy can be part of settings of your own, in any self-describing format (feature
/// `policy-file`). [`Policy::from_toml`] has the keys.
///
/// ```
/// use miniprogram_protocol::{Policy, Unknown};
/// use std::collections::BTreeMap;
///
/// let settings = "[policies.strict]\nunknownMembers = 'report'";
/// let settings: BTreeMap<String, BTreeMap<String, Policy>> = toml::from_str(settings)?;
/// let strict = Policy::dictionary().unknown_members(Unknown::Report);
/// assert_eq!(settings["policies"]["strict"], strict);
/// # Ok::<_, toml::de::Error>(())
/// ```
impl<'de> Deserialize<'de> for Policy {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Expect(PolicyTable).deserialize(from)
    }
}

/// Which characters are forbidden: a name, or a table of them.
struct Characters;

/// What a name stands for.
type Named<T> = &'static [(&'static str, T)];

const CHARACTERS: Named<fn() -> ForbiddenCharacters> = &[
    ("dictionary", ForbiddenCharacters::dictionary),
    ("strict", ForbiddenCharacters::strict),
    ("none", ForbiddenCharacters::none),
];

const FORBIDDEN_CHARACTERS: &str = "forbiddenCharacters";

impl<'de> Expected<'de> for Characters {
    type Value = ForbiddenCharacters;

    fn rule(&self) -> String {
        let rule = OneOf { key: FORBIDDEN_CHARACTERS, names: CHARACTERS }.rule();
        format!("{rule}, or a table with the key characters")
    }

    fn text<E: serde::de::Error>(self, text: &str) -> Result<ForbiddenCharacters, E> {
        let found = CHARACTERS.iter().find(|(name, _)| *name == text);
        found.map_or_else(|| self.mistake(Quoted(text)), |(_, characters)| Ok(characters()))
    }

    fn table<A: MapAccess<'de>>(self, mut table: A) -> Result<ForbiddenCharacters, A::Error> {
        const KEYS: [&str; 2] = ["base", "characters"];
        let mut seen = Vec::new();
        let mut base = ForbiddenCharacters::none();
        let mut characters = None;
        while let Some(key) = self.key(&mut table, |name| {
            let key = known(name, KEYS.into_iter(), "forbiddenCharacters has no key")?;
            once(key, name, &mut seen)
        })? {
            if key == "base" {
                base = table.next_value_seed(Expect(OneOf { key, names: CHARACTERS }))?();
            } else {
                let text = Text { key, read: |text: &str| Ok(text.to_owned()) };
                characters = Some(table.next_value_seed(Expect(text))?);
            }
        }
        let missing = || A::Error::custom("forbiddenCharacters needs the key characters");
        characters.map(|characters| base.and(&characters)).ok_or_else(missing)
    }
}

/// The limits of a row.
struct RowTable {
    schema: &'static Schema,
    field: &'static Field,
}

impl<'de> Expected<'de> for RowTable {
    type Value = RowLimits;

    fn rule(&self) -> String {
        format!("the limits of {}.{} must be a table", self.schema.name, self.field.name)
    }

    fn table<A: MapAccess<'de>>(self, mut table: A) -> Result<RowLimits, A::Error> {
        let mut seen = Vec::new();
        let mut limits = RowLimits::new();
        let mut is_waived = false;
        while let Some(key) = self.key(&mut table, |name| {
            let key = known(
                name,
                RowLimits::KEYWORDS.into_iter().chain(["waive"]),
                "a row has no limit",
            )?;
            if let Some(error) = wrong_kind(self.schema, self.field, key) {
                return Err(error.to_string());
            }
            once(key, name, &mut seen)
        })? {
            let length = Expect(Integer { key, range: (0, u32::MAX) });
            let number = Expect(Integer { key, range: (i64::MIN, i64::MAX) });
            limits = match key {
                "minLength" => limits.min_length(table.next_value_seed(length)?),
                "maxLength" => limits.max_length(table.next_value_seed(length)?),
                "maxItems" => limits.max_items(table.next_value_seed(length)?),
                "minimum" => limits.minimum(table.next_value_seed(number)?),
                "maximum" => limits.maximum(table.next_value_seed(number)?),
                FORBIDDEN_CHARACTERS => {
                    limits.forbidden_characters(table.next_value_seed(Expect(Characters))?)
                }
                "pattern" => {
                    let read = |text: &str| {
                        Pattern::new(text).map_err(|error| format!("pattern: {error}"))
                    };
                    limits.pattern(table.next_value_seed(Expect(Text { key, read }))?)
                }
                "enum" => {
                    let mut values = texts(key, "texts", |text| Ok(text.to_owned()));
                    values.0.may_be_empty = false;
                    limits.values(table.next_value_seed(values)?)
                }
                _ => {
                    is_waived = table.next_value_seed(Expect(Boolean(key)))?;
                    limits
                }
            };
        }
        let limits = if is_waived { limits.and_nothing_else() } else { limits };
        // Here the position is known, but not yet which deviations the policy tolerates.
        let policy = Policy::tolerant().row_of(self.schema, self.field.name, limits.clone());
        policy.map(|_| limits).map_err(A::Error::custom)
    }
}

/// Limits of rows: the table and the row by their places, so that their order is one.
type Rows = Vec<((usize, usize), &'static Schema, &'static Field, RowLimits)>;

/// The rows of all tables that have limits.
struct TablesTable;

impl<'de> Expected<'de> for TablesTable {
    type Value = Rows;

    fn rule(&self) -> String {
        "rows must be a table of tables".to_owned()
    }

    fn table<A: MapAccess<'de>>(self, mut table: A) -> Result<Rows, A::Error> {
        let (mut seen, mut rows) = (Vec::new(), Rows::new());
        while let Some(place) = self.key(&mut table, |name| {
            let names = || Schema::ALL.iter().map(|schema| schema.name);
            let place = names().position(|known| known == name).ok_or_else(|| {
                format!("there is no table {}{}", Quoted(name), suggestion(name, names()))
            })?;
            once(place, name, &mut seen)
        })? {
            if let Some(schema) = Schema::ALL.get(place) {
                table.next_value_seed(Expect(RowsTable { place, schema, rows: &mut rows }))?;
            }
        }
        rows.sort_by_key(|(places, ..)| *places);
        Ok(rows)
    }
}

/// The rows of a table that have limits.
struct RowsTable<'a> {
    place: usize,
    schema: &'static Schema,
    rows: &'a mut Rows,
}

impl<'de> Expected<'de> for RowsTable<'_> {
    type Value = ();

    fn rule(&self) -> String {
        format!("the rows of {} must be a table of tables", self.schema.name)
    }

    fn table<A: MapAccess<'de>>(self, mut table: A) -> Result<(), A::Error> {
        let (mut seen, schema) = (Vec::new(), self.schema);
        while let Some(place) = self.key(&mut table, |name| {
            let names = || schema.fields.iter().map(|field| field.name);
            let place = names().position(|known| known == name).ok_or_else(|| {
                let near = suggestion(name, names());
                format!("{} has no row {}{near}", schema.name, Quoted(name))
            })?;
            once(place, name, &mut seen)
        })? {
            if let Some(field) = schema.fields.get(place) {
                let limits = table.next_value_seed(Expect(RowTable { schema, field }))?;
                self.rows.push(((self.place, place), schema, field, limits));
            }
        }
        Ok(())
    }
}

/// A policy.
struct PolicyTable;

const BASES: Named<bool> = &[("dictionary", false), ("tolerant", true)];

const UNKNOWN: Named<Unknown> =
    &[("keep", Unknown::Keep), ("ignore", Unknown::Ignore), ("report", Unknown::Report)];

const KEYS: [&str; 11] = [
    "base",
    "tolerate",
    "refuse",
    "unknownMembers",
    FORBIDDEN_CHARACTERS,
    "maxViolations",
    "maxBytes",
    "maxDepth",
    "maxItems",
    "maxUnknownMembers",
    "rows",
];

impl<'de> Expected<'de> for PolicyTable {
    type Value = Policy;

    fn rule(&self) -> String {
        "a policy must be a table".to_owned()
    }

    fn table<A: MapAccess<'de>>(self, mut table: A) -> Result<Policy, A::Error> {
        let mut seen = Vec::new();
        let mut policy = Policy::dictionary();
        let mut is_tolerant = false;
        let (mut tolerate, mut refuse) = (Vec::new(), Vec::new());
        let (mut characters, mut rows) = (None, Rows::new());
        while let Some(key) = self.key(&mut table, |name| {
            let key = known(name, KEYS.into_iter(), "a policy has no key")?;
            once(key, name, &mut seen)
        })? {
            let number = Expect(Integer { key, range: (0, usize::MAX) });
            match key {
                "base" => {
                    is_tolerant = table.next_value_seed(Expect(OneOf { key, names: BASES }))?;
                }
                "tolerate" => tolerate = table.next_value_seed(deviations(key, &refuse))?,
                "refuse" => refuse = table.next_value_seed(deviations(key, &tolerate))?,
                "unknownMembers" => {
                    let unknown = table.next_value_seed(Expect(OneOf { key, names: UNKNOWN }))?;
                    policy = policy.unknown_members(unknown);
                }
                FORBIDDEN_CHARACTERS => {
                    characters = Some(table.next_value_seed(Expect(Characters))?);
                }
                "maxViolations" => policy = policy.max_violations(table.next_value_seed(number)?),
                "maxBytes" => policy = policy.max_bytes(table.next_value_seed(number)?),
                "maxDepth" => {
                    let depth = Expect(Integer { key, range: (0, MAX_DEPTH) });
                    policy = policy.max_depth(table.next_value_seed(depth)?);
                }
                "maxItems" => policy = policy.max_items(table.next_value_seed(number)?),
                "maxUnknownMembers" => {
                    policy = policy.max_unknown_members(table.next_value_seed(number)?);
                }
                _ => rows = table.next_value_seed(Expect(TablesTable))?,
            }
        }
        let base = Deviation::ALL.iter().filter(|_| is_tolerant);
        policy = base.chain(&tolerate).fold(policy, |policy, each| policy.tolerate(*each));
        policy = refuse.iter().fold(policy, |policy, each| policy.refuse(*each));
        if let Some(characters) = characters {
            policy = policy.forbidden_characters(&characters);
        }
        // What a row says itself is said last.
        // The rows last: their own characters replace those of the policy, and nothing changes after
        // it was checked that something is valid.
        rows.into_iter().try_fold(policy, |policy, (_, schema, field, limits)| {
            policy.row_of(schema, field.name, limits).map_err(A::Error::custom)
        })
    }
}

/// Names of deviations, which do not stand in the other array of such names.
fn deviations<'de>(
    key: &'static str,
    other: &[Deviation],
) -> impl DeserializeSeed<'de, Value = Vec<Deviation>> {
    texts(key, "names of deviations", move |name| {
        let deviation = Deviation::named(name).ok_or_else(|| {
            let names = Deviation::ALL.iter().map(|deviation| deviation.name());
            format!("there is no deviation {}{}", Quoted(name), suggestion(name, names))
        })?;
        if other.contains(&deviation) {
            return Err(format!("{} stands both in tolerate and in refuse", Quoted(name)));
        }
        Ok(deviation)
    })
}
