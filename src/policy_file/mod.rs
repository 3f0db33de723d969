//! Reading policies from TOML and JSON files, and with `Deserialize`.

mod expectation;

use crate::{
    json::{JsonText, MAX_DEPTH, line_and_column},
    policy::{
        FieldLimits, FieldLimitsError, ForbiddenCharacters, Pattern, Policy, UnknownFieldPolicy,
        not_applicable_error,
    },
    schema::{Deviation, Edition, Field, Schema},
};
use expectation::{
    BooleanExpectation, Expectation, ExpectingSeed, IntegerExpectation, OneOfExpectation, Quoted,
    StringExpectation, insert_unique, parse_known_name, string_array_seed, suggestion,
};
use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error as _, MapAccess};

/// An error in a policy file, with its line and column.
///
/// The message may quote the file. Quotations are truncated to 64 characters, and control characters
/// in them are escaped.
///
/// ```
/// use miniprogram_protocol::Policy;
///
/// let error = Policy::from_toml("base = 'lenient'\nmaxbytes = 100").unwrap_err();
/// assert_eq!((error.line(), error.column()), (2, 1));
/// assert_eq!(error.message(), "unknown key `maxbytes`; did you mean `maxBytes`?");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line} column {column}: {message}")]
pub struct PolicyFileError {
    line: usize,
    column: usize,
    message: String,
}

impl PolicyFileError {
    /// Creates an error at byte `offset` of the text.
    fn new(text: &str, offset: usize, message: &str) -> Self {
        let (line, column) = line_and_column(text.as_bytes(), offset);
        // Messages from the TOML and JSON parsers may contain line breaks.
        let message = message.lines().collect::<Vec<_>>().join(" ");
        Self { line, column, message }
    }

    fn from_toml(toml: &str, error: &toml::de::Error) -> Self {
        let offset = error.span().map_or(0, |span| span.start);
        Self::new(toml, offset, error.message())
    }

    fn from_json(json: &str, error: &serde_json::Error) -> Self {
        let (line, column) = (error.line(), error.column());
        let message = error.to_string();
        let position = format!(" at line {line} column {column}");
        let message = message.strip_suffix(&position).unwrap_or(&message);
        // `serde_json` reports the position of the last byte that it has read. The line and column
        // start at 1, and the column is in bytes.
        let before = json.split_inclusive('\n').take(line.saturating_sub(1));
        let last = before.map(str::len).sum::<usize>() + column.saturating_sub(1);
        Self::new(json, start_of_token(json, last), message)
    }

    /// Returns the line of the error, starting at 1. Lines end with a line feed.
    #[must_use]
    pub const fn line(&self) -> usize {
        self.line
    }

    /// Returns the column at which the invalid key or value begins, starting at 1, in characters
    /// (Unicode scalar values).
    #[must_use]
    pub const fn column(&self) -> usize {
        self.column
    }

    /// Returns the message, a single line without the position.
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
    /// | Key | Value |
    /// |---|---|
    /// | `base` | `"strict"` (the default) or `"lenient"` |
    /// | `edition` | The name of the [`Edition`], such as `"v1"` |
    /// | `allow` | The names of further [deviations](Deviation) to allow |
    /// | `deny` | The names of deviations to deny |
    /// | `unknownFields` | `"keep"`, `"ignore"` or `"reject"` |
    /// | `forbiddenCharacters` | `"specification"`, `"extended"`, `"none"`, or a table such as `{ characters = "<>" }`, in which `base = "extended"` or `base = "specification"` adds a predefined set |
    /// | `maxViolations`, `maxBytes`, `maxDepth`, `maxItems`, `maxUnknownFields` | An integer, as for the methods with these names. `maxBytes` must be at least 2 and `maxDepth` at least 1, because every object needs at least that much |
    /// | `fields.TYPE.FIELD` | The limits on a field, which is identified by its JSON name |
    ///
    /// The limits on a field are `minLength`, `maxLength`, `minimum`, `maximum`, `maxItems`,
    /// `pattern`, `enum` (an array of strings) and `forbiddenCharacters`. `unconstrained = true`
    /// removes the specification's constraints; see [`FieldLimits::unconstrained`].
    ///
    /// Each field can have one pattern, and the limits of [`Pattern`] ensure that it compiles in
    /// about a tenth of a second in a release build. A pattern that matches nothing is not detected.
    ///
    /// ```
    /// use miniprogram_protocol::{Deviation, FieldLimits, Policy, dictionary::DeployAppInfo};
    ///
    /// let policy = Policy::from_toml(
    ///     r#"
    ///     allow = ["amountAsString"]
    ///
    ///     [fields.DeployAppInfo.serviceTel]
    ///     maxLength = 20
    ///     "#,
    /// )?;
    /// let same = Policy::strict()
    ///     .allow(Deviation::AmountAsString)
    ///     .limit_field::<DeployAppInfo>("serviceTel", FieldLimits::new().max_length(20))?;
    /// assert_eq!(policy, same);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Returns an error if the file is not valid TOML or not a valid policy. A policy is invalid if
    /// it contains an unknown key, type, field or name, a duplicate key, a value of the wrong type
    /// or out of range, a limit that does not apply to the type of the field, limits that exclude
    /// every value, a malformed pattern, or an empty list of values.
    pub fn from_toml(toml: &str) -> Result<Self, PolicyFileError> {
        Self::from_toml_with_types(toml, &[])
    }

    /// Reads a policy from TOML as [`from_toml`](Self::from_toml) does. `fields` can also limit the
    /// fields of the given types and of the types that they contain, and `forbiddenCharacters`
    /// affects them, too. [`protocol_type!`](crate::protocol_type) declares such types.
    ///
    /// ```
    /// use miniprogram_protocol::{Policy, ProtocolType, Validate, protocol_type};
    ///
    /// protocol_type! {
    ///     /// A loyalty card.
    ///     pub struct LoyaltyCard {
    ///         /// The points.
    ///         points: i64 as "points", required, minimum(0);
    ///     }
    /// }
    ///
    /// let file = "fields.LoyaltyCard.points.maximum = 500";
    /// let policy = Policy::from_toml_with_types(file, &[LoyaltyCard::SCHEMA])?;
    /// assert!(LoyaltyCard::new(501).validate_with(&policy).is_err());
    /// # Ok::<_, miniprogram_protocol::PolicyFileError>(())
    /// ```
    ///
    /// # Errors
    /// Returns an error in the same cases as `from_toml`.
    pub fn from_toml_with_types(
        toml: &str,
        types: &[&'static Schema],
    ) -> Result<Self, PolicyFileError> {
        let read = |table: PolicyTable<'_>| {
            let deserializer = toml::Deserializer::parse(toml);
            deserializer
                .and_then(|deserializer| ExpectingSeed(table).deserialize(deserializer))
                .map_err(|error| PolicyFileError::from_toml(toml, &error))
        };
        Self::from_text(toml, types, read)
    }

    /// Reads a policy from JSON (feature `policy-file`): an object with the keys of
    /// [`from_toml`](Self::from_toml).
    ///
    /// ```
    /// use miniprogram_protocol::Policy;
    ///
    /// let json = r#"{"maxDepth": 8, "fields": {"Order": {"orderDescription": {"maxLength": 128}}}}"#;
    /// let toml = "maxDepth = 8\nfields.Order.orderDescription.maxLength = 128";
    /// assert_eq!(Policy::from_json(json)?, Policy::from_toml(toml)?);
    /// # Ok::<_, miniprogram_protocol::PolicyFileError>(())
    /// ```
    ///
    /// # Errors
    /// Returns an error in the same cases as `from_toml`.
    pub fn from_json(json: &str) -> Result<Self, PolicyFileError> {
        Self::from_json_with_types(json, &[])
    }

    /// Reads a policy from JSON as [`from_json`](Self::from_json) does. The policy can also refer to
    /// the given types; see [`from_toml_with_types`](Self::from_toml_with_types).
    ///
    /// # Errors
    /// Returns an error in the same cases as `from_toml`.
    pub fn from_json_with_types(
        json: &str,
        types: &[&'static Schema],
    ) -> Result<Self, PolicyFileError> {
        // The JSON is first parsed with this crate, so that syntax errors have the messages of this
        // crate.
        JsonText::parse(json).map_err(|error| PolicyFileError {
            line: error.line(),
            column: error.column(),
            message: error.message().to_owned(),
        })?;
        let read = |table: PolicyTable<'_>| {
            ExpectingSeed(table)
                .deserialize(&mut serde_json::Deserializer::from_str(json))
                .map_err(|error| PolicyFileError::from_json(json, &error))
        };
        Self::from_text(json, types, read)
    }

    fn from_text(
        text: &str,
        types: &[&'static Schema],
        read: impl Fn(PolicyTable<'_>) -> Result<PolicyParts, PolicyFileError>,
    ) -> Result<Self, PolicyFileError> {
        let types = &known_types(types);
        let PolicyParts { base, fields } = read(PolicyTable::new(types))?;
        fields.apply_to(base.clone()).map_err(|error| {
            // Limits can be unsatisfiable because of the policy's deviations, which are known only
            // after the first pass. A second pass then finds the position of the error.
            let result = read(PolicyTable { base, types });
            result.err().unwrap_or_else(|| PolicyFileError::new(text, 0, &error.to_string()))
        })
    }
}

/// Returns the application's types, the types that they contain, and the types of the
/// specification.
fn known_types(application_types: &[&'static Schema]) -> Vec<&'static Schema> {
    let mut pending: Vec<_> = application_types.iter().rev().copied().collect();
    let mut types: Vec<&'static Schema> = Vec::new();
    while let Some(schema) = pending.pop() {
        if types.iter().any(|known| known.type_path == schema.type_path) {
            continue;
        }
        types.push(schema);
        pending.extend(schema.fields.iter().filter_map(|field| field.value_type.object_schema()));
    }
    types.retain(|schema| Schema::ALL.iter().all(|known| known.type_path != schema.type_path));
    types.extend(Schema::ALL);
    types
}

/// Returns the offset at which a token of a JSON document begins: the token that contains byte
/// `offset`, or the last one before it. For a closing bracket or brace, returns the offset at which
/// the array or object begins.
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
            // The byte is part of a number or a literal.
            _ => {}
        }
    }
    start
}

/// Deserializes a policy that is part of an application's settings, in any self-describing format
/// (feature `policy-file`). [`Policy::from_toml`] lists the keys.
///
/// ```
/// use miniprogram_protocol::{Policy, UnknownFieldPolicy};
/// use std::collections::BTreeMap;
///
/// let settings = "[policies.closed]\nunknownFields = 'reject'";
/// let settings: BTreeMap<String, BTreeMap<String, Policy>> = toml::from_str(settings)?;
/// let closed = Policy::strict().unknown_fields(UnknownFieldPolicy::Reject);
/// assert_eq!(settings["policies"]["closed"], closed);
/// # Ok::<_, toml::de::Error>(())
/// ```
impl<'de> Deserialize<'de> for Policy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let table = PolicyTable::new(Schema::ALL);
        let PolicyParts { base, fields } = ExpectingSeed(table).deserialize(deserializer)?;
        fields.apply_to(base).map_err(D::Error::custom)
    }
}

/// The requirement for the value of `forbiddenCharacters`: a name or a table.
struct ForbiddenCharactersExpectation;

/// Names, each with the value that it represents.
type NamedValues<T> = &'static [(&'static str, T)];

const CHARACTER_SETS: NamedValues<fn() -> ForbiddenCharacters> = &[
    ("specification", ForbiddenCharacters::specification),
    ("extended", ForbiddenCharacters::extended),
    ("none", ForbiddenCharacters::none),
];

const FORBIDDEN_CHARACTERS_KEY: &str = "forbiddenCharacters";

impl<'de> Expectation<'de> for ForbiddenCharactersExpectation {
    type Value = ForbiddenCharacters;

    fn requirement(&self) -> String {
        let names =
            OneOfExpectation { key: FORBIDDEN_CHARACTERS_KEY, names: CHARACTER_SETS }.requirement();
        format!("{names}, or a table with the key `characters`")
    }

    fn read_string<E: serde::de::Error>(self, string: &str) -> Result<ForbiddenCharacters, E> {
        let found = CHARACTER_SETS.iter().find(|(name, _)| *name == string);
        found.map_or_else(|| self.reject(Quoted(string)), |(_, characters)| Ok(characters()))
    }

    fn read_table<A: MapAccess<'de>>(self, mut table: A) -> Result<ForbiddenCharacters, A::Error> {
        const CHARACTER_SET_KEYS: [&str; 2] = ["base", "characters"];
        let mut seen = Vec::new();
        let mut base = ForbiddenCharacters::none();
        let mut characters = None;
        while let Some(key) = self.read_key(&mut table, |name| {
            let key = parse_known_name(
                name,
                CHARACTER_SET_KEYS.into_iter(),
                "unknown `forbiddenCharacters` key",
            )?;
            insert_unique(key, name, &mut seen)
        })? {
            if key == "base" {
                let names = OneOfExpectation { key, names: CHARACTER_SETS };
                base = table.next_value_seed(ExpectingSeed(names))?();
            } else {
                let string = StringExpectation { key, read: |string: &str| Ok(string.to_owned()) };
                characters = Some(table.next_value_seed(ExpectingSeed(string))?);
            }
        }
        let missing = || A::Error::custom("forbiddenCharacters must have the key `characters`");
        characters.map(|characters| base.with(&characters)).ok_or_else(missing)
    }
}

/// The requirement for the table of limits on one field.
struct FieldLimitsTable<'a> {
    schema: &'static Schema,
    field: &'static Field,
    /// The policy against which unsatisfiable limits are detected.
    base: &'a Policy,
}

impl<'de> Expectation<'de> for FieldLimitsTable<'_> {
    type Value = FieldLimits;

    fn requirement(&self) -> String {
        format!("the limits on {}.{} must be a table", self.schema.name, self.field.name)
    }

    fn read_table<A: MapAccess<'de>>(self, mut table: A) -> Result<FieldLimits, A::Error> {
        let mut seen = Vec::new();
        let mut limits = FieldLimits::new();
        let mut is_unconstrained = false;
        while let Some(key) = self.read_key(&mut table, |name| {
            let keywords = FieldLimits::KEYWORDS.into_iter().chain(["unconstrained"]);
            let key = parse_known_name(name, keywords, "unknown limit")?;
            if let Some(error) = not_applicable_error(self.schema, self.field, key) {
                return Err(error.to_string());
            }
            insert_unique(key, name, &mut seen)
        })? {
            let length = ExpectingSeed(IntegerExpectation { key, range: (0, u32::MAX) });
            let number = ExpectingSeed(IntegerExpectation { key, range: (i64::MIN, i64::MAX) });
            limits = match key {
                "minLength" => limits.min_length(table.next_value_seed(length)?),
                "maxLength" => limits.max_length(table.next_value_seed(length)?),
                "maxItems" => limits.max_items(table.next_value_seed(length)?),
                "minimum" => limits.minimum(table.next_value_seed(number)?),
                "maximum" => limits.maximum(table.next_value_seed(number)?),
                FORBIDDEN_CHARACTERS_KEY => limits.forbidden_characters(
                    table.next_value_seed(ExpectingSeed(ForbiddenCharactersExpectation))?,
                ),
                "pattern" => {
                    let read = |pattern: &str| {
                        Pattern::new(pattern).map_err(|error| format!("pattern: {error}"))
                    };
                    limits.pattern(
                        table.next_value_seed(ExpectingSeed(StringExpectation { key, read }))?,
                    )
                }
                "enum" => {
                    let mut values =
                        string_array_seed(key, "strings", |value| Ok(value.to_owned()));
                    values.0.may_be_empty = false;
                    limits.values(table.next_value_seed(values)?)
                }
                _ => {
                    is_unconstrained =
                        table.next_value_seed(ExpectingSeed(BooleanExpectation(key)))?;
                    limits
                }
            };
        }
        let limits = if is_unconstrained { limits.without_spec_constraints() } else { limits };
        let policy = self.base.clone().limit_field_of(self.schema, self.field.name, limits.clone());
        policy.map(|_| limits).map_err(A::Error::custom)
    }
}

/// The limits on fields, each with the indices of the schema and the field.
#[derive(Default)]
struct LimitedFields(Vec<((usize, usize), &'static Schema, &'static Field, FieldLimits)>);

impl LimitedFields {
    /// Adds the limits to a policy. The order in the file does not matter, because the limits are
    /// first sorted by schema and field.
    fn apply_to(mut self, base: Policy) -> Result<Policy, FieldLimitsError> {
        self.0.sort_by_key(|(indices, ..)| *indices);
        self.0.into_iter().try_fold(base, |policy, (_, schema, field, limits)| {
            policy.limit_field_of(schema, field.name, limits)
        })
    }
}

/// The requirement for the table `fields`, which contains a table per type.
struct TypesTable<'a> {
    base: &'a Policy,
    types: &'a [&'static Schema],
}

impl<'de> Expectation<'de> for TypesTable<'_> {
    type Value = LimitedFields;

    fn requirement(&self) -> String {
        "fields must be a table of tables".to_owned()
    }

    fn read_table<A: MapAccess<'de>>(self, mut table: A) -> Result<LimitedFields, A::Error> {
        let (mut seen, mut fields) = (Vec::new(), LimitedFields::default());
        while let Some(index) = self.read_key(&mut table, |name| {
            let names = || self.types.iter().map(|schema| schema.name);
            let index = names().position(|known| known == name).ok_or_else(|| {
                format!("unknown type {}{}", Quoted(name), suggestion(name, names()))
            })?;
            insert_unique(index, name, &mut seen)
        })? {
            if let Some(schema) = self.types.get(index) {
                let fields = &mut fields;
                let base = self.base;
                table.next_value_seed(ExpectingSeed(FieldsTable {
                    index,
                    schema,
                    base,
                    fields,
                }))?;
            }
        }
        Ok(fields)
    }
}

/// Deserializes the value of `fields.TYPE`, a table with one nested table per field.
struct FieldsTable<'a> {
    index: usize,
    schema: &'static Schema,
    base: &'a Policy,
    fields: &'a mut LimitedFields,
}

impl<'de> Expectation<'de> for FieldsTable<'_> {
    type Value = ();

    fn requirement(&self) -> String {
        format!("the fields of {} must be a table of tables", self.schema.name)
    }

    fn read_table<A: MapAccess<'de>>(self, mut table: A) -> Result<(), A::Error> {
        let (mut seen, schema, base) = (Vec::new(), self.schema, self.base);
        while let Some(index) = self.read_key(&mut table, |name| {
            let names = || schema.fields.iter().map(|field| field.name);
            let index = names().position(|known| known == name).ok_or_else(|| {
                let suggestion = suggestion(name, names());
                format!("{} has no field {}{suggestion}", schema.name, Quoted(name))
            })?;
            insert_unique(index, name, &mut seen)
        })? {
            if let Some(field) = schema.fields.get(index) {
                let limits = table.next_value_seed(ExpectingSeed(FieldLimitsTable {
                    schema,
                    field,
                    base,
                }))?;
                self.fields.0.push(((self.index, index), schema, field, limits));
            }
        }
        Ok(())
    }
}

/// The requirement for the top-level table of a policy file.
struct PolicyTable<'a> {
    /// The policy against which unsatisfiable limits are detected.
    base: Policy,
    /// The types whose fields can be limited.
    types: &'a [&'static Schema],
}

impl<'a> PolicyTable<'a> {
    /// Creates the requirement with the most permissive base policy.
    fn new(types: &'a [&'static Schema]) -> Self {
        let base = forbid_characters(Policy::lenient(), types, &ForbiddenCharacters::none());
        Self { base, types }
    }
}

/// Sets the forbidden characters for the fields of all types.
fn forbid_characters(
    policy: Policy,
    types: &[&'static Schema],
    characters: &ForbiddenCharacters,
) -> Policy {
    types.iter().fold(policy, |policy, schema| policy.forbidden_characters_of(schema, characters))
}

/// The parts of a policy file: the policy without limits on fields, and the limits.
struct PolicyParts {
    base: Policy,
    fields: LimitedFields,
}

/// The names of the base policies. The value is true if the policy is lenient.
const BASE_POLICIES: NamedValues<bool> = &[("strict", false), ("lenient", true)];

const UNKNOWN_FIELD_POLICIES: NamedValues<UnknownFieldPolicy> = &[
    ("keep", UnknownFieldPolicy::Keep),
    ("ignore", UnknownFieldPolicy::Ignore),
    ("reject", UnknownFieldPolicy::Reject),
];

const POLICY_KEYS: [&str; 12] = [
    "base",
    "edition",
    "allow",
    "deny",
    "unknownFields",
    FORBIDDEN_CHARACTERS_KEY,
    "maxViolations",
    "maxBytes",
    "maxDepth",
    "maxItems",
    "maxUnknownFields",
    "fields",
];

impl<'de> Expectation<'de> for PolicyTable<'_> {
    type Value = PolicyParts;

    fn requirement(&self) -> String {
        "a policy must be a table".to_owned()
    }

    fn read_table<A: MapAccess<'de>>(self, mut table: A) -> Result<PolicyParts, A::Error> {
        let mut seen = Vec::new();
        let mut policy = Policy::strict();
        let mut is_lenient = false;
        let (mut allow, mut deny) = (Vec::new(), Vec::new());
        let (mut characters, mut fields) = (None, LimitedFields::default());
        while let Some(key) = self.read_key(&mut table, |name| {
            let key = parse_known_name(name, POLICY_KEYS.into_iter(), "unknown key")?;
            insert_unique(key, name, &mut seen)
        })? {
            let number = ExpectingSeed(IntegerExpectation { key, range: (0, usize::MAX) });
            match key {
                "base" => {
                    let names = OneOfExpectation { key, names: BASE_POLICIES };
                    is_lenient = table.next_value_seed(ExpectingSeed(names))?;
                }
                "allow" => allow = table.next_value_seed(deviations_seed(key, &deny))?,
                "deny" => deny = table.next_value_seed(deviations_seed(key, &allow))?,
                "edition" => policy = policy.edition(table.next_value_seed(edition_seed(key))?),
                "unknownFields" => {
                    let names = OneOfExpectation { key, names: UNKNOWN_FIELD_POLICIES };
                    policy = policy.unknown_fields(table.next_value_seed(ExpectingSeed(names))?);
                }
                FORBIDDEN_CHARACTERS_KEY => {
                    let expectation = ExpectingSeed(ForbiddenCharactersExpectation);
                    characters = Some(table.next_value_seed(expectation)?);
                }
                "maxViolations" => policy = policy.max_violations(table.next_value_seed(number)?),
                "maxBytes" => {
                    let bytes = ExpectingSeed(IntegerExpectation { key, range: (2, usize::MAX) });
                    policy = policy.max_bytes(table.next_value_seed(bytes)?);
                }
                "maxDepth" => {
                    let depth = ExpectingSeed(IntegerExpectation { key, range: (1, MAX_DEPTH) });
                    policy = policy.max_depth(table.next_value_seed(depth)?);
                }
                "maxItems" => policy = policy.max_items(table.next_value_seed(number)?),
                "maxUnknownFields" => {
                    policy = policy.max_unknown_fields(table.next_value_seed(number)?);
                }
                _ => {
                    let types = TypesTable { base: &self.base, types: self.types };
                    fields = table.next_value_seed(ExpectingSeed(types))?;
                }
            }
        }
        let base = Deviation::ALL.iter().filter(|_| is_lenient);
        policy = base.chain(&allow).fold(policy, |policy, each| policy.allow(*each));
        policy = deny.iter().fold(policy, |policy, each| policy.deny(*each));
        if let Some(characters) = characters {
            // The characters are set before the limits on fields, which can replace them.
            policy = forbid_characters(policy, self.types, &characters);
        }
        Ok(PolicyParts { base: policy, fields })
    }
}

/// Returns a seed for the name of an edition.
fn edition_seed<'de>(key: &'static str) -> impl DeserializeSeed<'de, Value = Edition> {
    let read = |name: &str| {
        Edition::by_name(name).ok_or_else(|| {
            let names = || Edition::ALL.iter().map(|edition| edition.name());
            let known = names().collect::<Vec<_>>().join(", ");
            let suggestion = suggestion(name, names());
            format!("edition must be one of {known}, not {}{suggestion}", Quoted(name))
        })
    };
    ExpectingSeed(StringExpectation { key, read })
}

/// Returns a seed for an array of deviation names, none of which may be in `other`.
fn deviations_seed<'de>(
    key: &'static str,
    other: &[Deviation],
) -> impl DeserializeSeed<'de, Value = Vec<Deviation>> {
    string_array_seed(key, "names of deviations", move |name| {
        let deviation = Deviation::by_name(name).ok_or_else(|| {
            let names = Deviation::ALL.iter().map(|deviation| deviation.name());
            format!("unknown deviation {}{}", Quoted(name), suggestion(name, names))
        })?;
        if other.contains(&deviation) {
            return Err(format!("{} must not be in both allow and deny", Quoted(name)));
        }
        Ok(deviation)
    })
}
