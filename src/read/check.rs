//! Validation of JSON against a schema in one pass, without building a value.
//!
//! An *operand* is a field whose value a cross-field rule reads.

use super::{FieldLookup, Member, ProtocolType, from_json::check_input_length, source};
use crate::{
    json::{self, Escapes, Lexer, RawString, UNESCAPE_CHUNK_BYTES},
    policy::{self, EffectiveFields, Policy},
    report::{Error, Violation, ViolationKind},
    schema::{
        ArrayType, Field, IntegerConstraints, ItemType, JsonType, ObjectConstraints, Schema,
        StringType, ValueType,
    },
    validate::{
        Operand, PathSegment, Report, STRICT_POLICY, Scope, ValidationContext,
        accept_unknown_field, check_cross_field_rules, check_unknown_field_count, visit_items,
    },
};
use std::{borrow::Cow, collections::HashSet};

/// Validates JSON as [`from_json`](crate::from_json) does, without building a value.
///
/// Use this function in a proxy that forwards the JSON. It does not allocate if the input is valid,
/// unless a string that a cross-field rule reads contains escape sequences, or an object has more
/// than 16 unknown fields.
///
/// # Errors
/// Returns the same errors as `from_json`, in the same order.
///
/// ```
/// use miniprogram_protocol::{check_json, dictionary::Amount};
///
/// assert!(check_json::<Amount>(br#"{"currency": "USD", "value": 10000}"#).is_ok());
///
/// let error = check_json::<Amount>(br#"{"currency": "USD", "value": -1}"#).unwrap_err();
/// assert_eq!(error.to_string(), "/value must be at least 0");
/// ```
pub fn check_json<T: ProtocolType>(json: &[u8]) -> Result<(), Error> {
    check_with_report(json, T::SCHEMA, &STRICT_POLICY, &mut Report::default())
}

/// Validates JSON as [`check_json`] does, but against a policy. Returns the deviations that the
/// policy tolerates, as [`validate_with`](crate::Validate::validate_with) does.
///
/// # Errors
/// Returns the same errors as [`from_json_with`](crate::from_json_with).
///
/// ```
/// use miniprogram_protocol::{Policy, check_json_with, dictionary::Order};
///
/// let policy = Policy::strict().max_violations(1);
/// let error = check_json_with::<Order>(b"{}", &policy).unwrap_err();
/// assert_eq!(error.violations().len(), 2);
/// assert_eq!(error.violations()[1].code(), "tooMany");
/// ```
pub fn check_json_with<T: ProtocolType>(
    json: &[u8],
    policy: &Policy,
) -> Result<Vec<Violation>, Error> {
    T::SCHEMA.check_json_with(json, policy)
}

impl Schema {
    /// Validates JSON against the schema and a policy. Returns the deviations that the policy
    /// tolerates, as [`check_json_with`] does.
    ///
    /// # Errors
    /// Returns the same errors as `check_json_with`.
    ///
    /// ```
    /// use miniprogram_protocol::{Policy, Schema};
    ///
    /// let amount = Schema::by_name("Amount").unwrap();
    /// let error = amount.check_json_with(b"{}", &Policy::strict()).unwrap_err();
    /// assert_eq!(error.violations().len(), 2);
    /// ```
    pub fn check_json_with(&self, json: &[u8], policy: &Policy) -> Result<Vec<Violation>, Error> {
        let mut report = Report::default();
        check_with_report(json, self, policy, &mut report)?;
        Ok(report.into_tolerated())
    }
}

fn check_with_report(
    json: &[u8],
    schema: &Schema,
    policy: &Policy,
    report: &mut Report,
) -> Result<(), Error> {
    check_input_length(json, policy)?;
    let json = json::parse_utf8(json)?;
    let lexer = Lexer::with_max_depth(json, policy.depth_limit());
    let cx = &mut ValidationContext::new(policy, Scope::All, report);
    let result = JsonValidator::new(lexer).validate_document(schema, cx);
    result.map_err(|error| error.into_syntax_error(json))?;
    Ok(report.take_result()?)
}

/// The size of the buffer for unescaped strings, in bytes. No field with a format may be longer
/// than 4,096 characters, which take at most 4 bytes each. Unescaping needs another chunk.
const UNESCAPED_BUFFER_BYTES: usize = 16_384 + UNESCAPE_CHUNK_BYTES;

/// The size of the buffer for strings that are short before they are unescaped, in bytes.
const SHORT_BUFFER_BYTES: usize = 512 + UNESCAPE_CHUNK_BYTES;

/// A validator of JSON against a schema.
struct JsonValidator<'de> {
    lexer: Lexer<'de>,
    /// The buffer for unescaped strings, created when it is first needed.
    unescaped: Option<[u8; UNESCAPED_BUFFER_BYTES]>,
    /// A smaller buffer for short strings, because it is faster to initialize.
    short_unescaped: Option<[u8; SHORT_BUFFER_BYTES]>,
    /// The last validated value, as an operand of cross-field rules.
    last: Operand<RawString<'de>>,
}

impl<'de> JsonValidator<'de> {
    const fn new(lexer: Lexer<'de>) -> Self {
        Self { lexer, unescaped: None, short_unescaped: None, last: Operand::Present }
    }

    fn validate_document(
        &mut self,
        schema: &Schema,
        cx: &mut ValidationContext<'_>,
    ) -> json::Result<()> {
        let is_present = match self.lexer.peek_value_start()? {
            b'{' => self.validate_object(schema, ObjectConstraints::UNCONSTRAINED, cx)?,
            _ => self.validate_null_or_wrong_type(JsonType::Object, cx, PathSegment::Root)?,
        };
        if !is_present {
            cx.report_wrong_type(JsonType::Object, JsonType::Null);
        }
        self.lexer.expect_end()
    }

    /// Validates the next value, which `segment` identifies within `cx`. Returns `false` if the
    /// value is null, because null counts as absent.
    #[inline]
    fn validate_value(
        &mut self,
        value_type: &ValueType,
        cx: &mut ValidationContext<'_>,
        segment: PathSegment<'_>,
    ) -> json::Result<bool> {
        // Most values are strings, so this inlined function handles them.
        if let (b'"', ValueType::String(string_type)) = (self.lexer.peek_value_start()?, value_type)
        {
            let string = self.lexer.read_raw_string()?;
            if !accepts_fast(string_type, string) {
                self.validate_string(string, string_type, &mut cx.child(segment));
            }
            self.last = Operand::String(string);
            return Ok(true);
        }
        self.validate_non_string(value_type, cx, segment)
    }

    #[inline(never)]
    fn validate_non_string(
        &mut self,
        value_type: &ValueType,
        cx: &mut ValidationContext<'_>,
        segment: PathSegment<'_>,
    ) -> json::Result<bool> {
        match (self.lexer.peek_value_start()?, value_type) {
            (b'{', ValueType::Object(schema, constraints)) => {
                self.validate_object(schema, *constraints, &mut cx.child(segment))
            }
            (b'{', ValueType::OneOrMany(ArrayType { items: ItemType::Object(schema), .. })) => {
                let constraints = ObjectConstraints::UNCONSTRAINED;
                self.validate_object(schema, constraints, &mut cx.child(segment))
            }
            (b'[', ValueType::Array(array) | ValueType::OneOrMany(array)) => {
                self.validate_array(*array, &mut cx.child(segment))
            }
            (b'-' | b'0'..=b'9', ValueType::Integer(constraints)) => {
                let number = self.lexer.read_number()?;
                if constraints.read_fast(number).is_none() {
                    constraints.read_slow(number, &mut cx.child(segment));
                }
                self.last = Operand::Present;
                Ok(true)
            }
            (b'"', ValueType::Integer(constraints)) => {
                self.validate_string_for_integer(*constraints, &mut cx.child(segment))
            }
            (b't' | b'f', ValueType::Boolean) => {
                let is_true = self.lexer.read_literal()? == Some(true);
                self.last = Operand::Boolean(is_true);
                Ok(true)
            }
            _ => self.validate_null_or_wrong_type(json_type(value_type), cx, segment),
        }
    }

    /// Validates a string where an integer is expected.
    #[cold]
    fn validate_string_for_integer(
        &mut self,
        constraints: IntegerConstraints,
        cx: &mut ValidationContext<'_>,
    ) -> json::Result<bool> {
        let string = Lexer::new(self.lexer.read_raw_value()?).read_string()?.into_cow();
        constraints.read_string(&string, cx);
        self.last = Operand::Present;
        Ok(true)
    }

    /// Skips a value that is null or of the wrong type, and returns false if it is null.
    fn validate_null_or_wrong_type(
        &mut self,
        expected: JsonType,
        cx: &mut ValidationContext<'_>,
        segment: PathSegment<'_>,
    ) -> json::Result<bool> {
        let found = match self.lexer.peek_value_start()? {
            // Any number has the wrong type, even one that is too large for 64 bits.
            b'-' | b'0'..=b'9' => self.lexer.read_number().map(|_| JsonType::Number)?,
            b'"' => self.lexer.skip_value().map(|()| JsonType::String)?,
            b'{' => self.lexer.skip_value().map(|()| JsonType::Object)?,
            b'[' => self.lexer.skip_value().map(|()| JsonType::Array)?,
            _ => match self.lexer.read_literal()? {
                Some(_) => JsonType::Boolean,
                None => return Ok(false),
            },
        };
        cx.child(segment).report_wrong_type(expected, found);
        self.last = Operand::Present;
        Ok(true)
    }

    /// Validates a string that `accepts_fast` does not accept.
    #[inline(never)]
    fn validate_string(
        &mut self,
        string: RawString<'de>,
        string_type: &StringType,
        cx: &mut ValidationContext<'_>,
    ) {
        let constraints = string_type.constraints;
        // If the only constraint is a maximum length, the raw string can be checked, because an
        // escape sequence is longer than the character that it encodes. An escape sequence can also
        // encode a special character, so that check needs the unescaped string.
        let accepts_characters = constraints.min_length == 0 && !constraints.no_special_characters;
        let accepts_any = string_type.format.is_none() && string_type.closed_enum().is_none();
        if accepts_any && accepts_characters && constraints.accepts_fast(string.raw) {
            return;
        }
        let string = self.unescape(string);
        let violation = || string_type.violation(&string);
        if !constraints.accepts_fast(&string) || violation().is_some() {
            constraints.validate(&string, &violation, cx);
        }
    }

    fn unescape<'a>(&'a mut self, string: RawString<'a>) -> Cow<'a, str> {
        if string.escapes == Escapes::None {
            return Cow::Borrowed(string.raw);
        }
        // Unescaping never makes a string longer.
        let buffer: &mut [u8] = if string.raw.len() <= SHORT_BUFFER_BYTES - UNESCAPE_CHUNK_BYTES {
            self.short_unescaped.get_or_insert([0; SHORT_BUFFER_BYTES])
        } else {
            #[expect(clippy::large_stack_arrays, reason = "there is one validator per document")]
            self.unescaped.get_or_insert([0; UNESCAPED_BUFFER_BYTES])
        };
        string.unescape_into(buffer).map_or_else(|| string.unescape(), Cow::Borrowed)
    }

    fn validate_array(
        &mut self,
        array_type: ArrayType,
        cx: &mut ValidationContext<'_>,
    ) -> json::Result<bool> {
        let item_type = array_type.items.value_type();
        self.lexer.enter()?;
        let mut first = true;
        visit_items(array_type.max_items, cx, |cx, index| {
            if !self.lexer.advance_to_element(&mut first)? {
                return Ok(false);
            }
            match index.map(PathSegment::Index) {
                None => self.lexer.skip_value()?,
                Some(segment) => {
                    if !self.validate_value(&item_type, cx, segment)? {
                        cx.child(segment).report_wrong_type(json_type(&item_type), JsonType::Null);
                    }
                }
            }
            Ok(true)
        })?;
        self.last = Operand::Present;
        Ok(true)
    }

    fn validate_object(
        &mut self,
        schema: &Schema,
        constraints: ObjectConstraints,
        cx: &mut ValidationContext<'_>,
    ) -> json::Result<bool> {
        // Most policies have no overrides.
        if !cx.policy().has_overrides() {
            return self.validate_unchanged_members(schema, constraints, cx);
        }
        policy::cold_path(|| {
            let start = self.lexer.offset();
            let fields = cx.policy().effective_fields(schema);
            let is_present = if fields.is_unchanged() {
                self.validate_unchanged_members(schema, constraints, cx)?
            } else {
                self.validate_members(schema, constraints, fields, cx)?
            };
            cx.run_custom_checks_on_json(schema, self.lexer.slice_from(start));
            Ok(is_present)
        })
    }

    /// Validates the members of an object against the specification. No field is looked up, which
    /// is faster.
    #[inline(never)]
    fn validate_unchanged_members(
        &mut self,
        schema: &Schema,
        constraints: ObjectConstraints,
        cx: &mut ValidationContext<'_>,
    ) -> json::Result<bool> {
        self.validate_members(schema, constraints, EffectiveFields::UNCHANGED, cx)
    }

    /// Validates the members of an object.
    #[allow(clippy::inline_always, reason = "lets the compiler treat the fields as constants")]
    #[inline(always)]
    fn validate_members(
        &mut self,
        schema: &Schema,
        constraints: ObjectConstraints,
        fields: EffectiveFields<'_>,
        cx: &mut ValidationContext<'_>,
    ) -> json::Result<bool> {
        let mut seen = SeenFields::new(schema, constraints);
        let mut lookup = FieldLookup::new(schema.fields);
        let mut unknown: Option<UnknownNames<'de>> = None;
        let mut added = AddedFields::default();
        self.lexer.enter()?;
        let mut first = true;
        while self.lexer.advance_to_member(&mut first)? {
            match source::read_raw_name(&mut self.lexer, &mut lookup)? {
                Member::Field(index, field) if fields.is_unknown(index) => {
                    unknown.get_or_insert_default().add(RawString::from_raw(field.name), cx);
                    self.lexer.skip_value()?;
                }
                Member::Field(index, field) => {
                    let segment = PathSegment::Field(field.name);
                    if seen.contains(index) {
                        cx.child(segment).report(ViolationKind::Duplicate);
                        self.lexer.skip_value()?;
                    } else {
                        let value_type = fields.value_type(index, field);
                        let is_present = self.validate_value(value_type, cx, segment)?;
                        seen.insert(index, field, is_present.then_some(self.last));
                    }
                }
                // `read_raw_name` always borrows unknown names.
                Member::Unknown(Cow::Owned(_)) => self.lexer.skip_value()?,
                Member::Unknown(Cow::Borrowed(raw)) => {
                    let name = RawString::from_raw(raw);
                    self.validate_other_member(name, fields, &mut added, &mut unknown, cx)?;
                }
            }
        }
        if let Some(unknown) = unknown {
            check_unknown_field_count(unknown.count, cx);
        }
        if seen.has_rules {
            let strings = seen.unescaped_strings();
            let operand = |name: &str, _: &str| seen.operand(name, &strings);
            check_cross_field_rules(schema, constraints.cross_field_rules, operand, cx);
        }
        let required = fields.required_field_mask(schema.required);
        if seen.present & required != required {
            seen.report_missing(required, cx);
        }
        added.report_missing(fields, cx);
        let exposed = constraints.exposed_field.and_then(|field| seen.raw_operand(field));
        self.last = exposed.unwrap_or(Operand::Present);
        Ok(true)
    }

    /// Validates a member whose name the schema does not contain: a field that the edition adds, or
    /// an unknown field.
    #[allow(clippy::inline_always, reason = "lets the compiler treat the fields as constants")]
    #[inline(always)]
    fn validate_other_member(
        &mut self,
        name: RawString<'de>,
        fields: EffectiveFields<'_>,
        added: &mut AddedFields,
        unknown: &mut Option<UnknownNames<'de>>,
        cx: &mut ValidationContext<'_>,
    ) -> json::Result<()> {
        match find_added_field(fields, name) {
            // As in `from_json`, the value is read like that of an unknown field, and then validated.
            Some((index, field)) if added.accept_if_new(index, field, cx) => {
                let json = self.lexer.read_raw_value()?;
                check_json_text(json, &field.value_type, field.name, cx);
                added.insert(index, json != "null");
            }
            Some(_) => self.lexer.skip_value()?,
            None => {
                unknown.get_or_insert_default().add(name, cx);
                self.lexer.skip_value()?;
            }
        }
        Ok(())
    }
}

/// Returns `true` if a quick check shows that a string is valid, and `false` if the full check is
/// needed. Strings with short escape sequences, such as `\n`, can also be accepted, because those
/// sequences cannot encode a forbidden character.
#[inline]
fn accepts_fast(string_type: &StringType, string: RawString<'_>) -> bool {
    let is_unescaped = string.escapes == Escapes::None;
    let has_valid_type = match *string_type {
        StringType { format: Some(format), .. } => is_unescaped && format.matches(string.raw),
        StringType { enum_schema: Some(schema), .. } => {
            schema.open || is_unescaped && schema.values.contains(&string.raw)
        }
        _ => true,
    };
    has_valid_type
        && string.escapes < Escapes::Any
        && string_type.constraints.accepts_fast(string.raw)
}

const fn json_type(value_type: &ValueType) -> JsonType {
    match value_type {
        ValueType::String(_) => JsonType::String,
        ValueType::Integer(_) => JsonType::Integer,
        ValueType::Boolean => JsonType::Boolean,
        ValueType::Array(_) | ValueType::OneOrMany(_) => JsonType::Array,
        ValueType::Object(..) => JsonType::Object,
    }
}

/// The maximum number of operands in one object, which no schema exceeds.
const MAX_OPERANDS: usize = 4;

/// The number of names of unknown fields per object that are stored without allocating.
const MAX_INLINE_NAMES: usize = 16;

/// The fields that have been seen so far in an object.
struct SeenFields<'a, 'de> {
    schema: &'a Schema,
    constraints: ObjectConstraints,
    /// True if the schema or the constraints contain cross-field rules.
    has_rules: bool,
    /// True if the rules of the parent object can read an operand of this object.
    is_read_by_parent: bool,
    /// The fields seen so far, as a bit mask.
    seen: u32,
    /// The fields seen so far that are not null, as a bit mask.
    present: u32,
    /// The operands seen so far, each with the index of its field, or `None` before the first one.
    operands: Option<[(usize, Operand<RawString<'de>>); MAX_OPERANDS]>,
    /// The number of elements of `operands` that are in use.
    operand_count: usize,
}

impl<'a, 'de> SeenFields<'a, 'de> {
    #[inline]
    fn new(schema: &'a Schema, constraints: ObjectConstraints) -> Self {
        let has_rules =
            !(schema.cross_field_rules.is_empty() && constraints.cross_field_rules.is_empty());
        let is_read_by_parent = constraints != ObjectConstraints::UNCONSTRAINED;
        Self {
            schema,
            constraints,
            has_rules,
            is_read_by_parent,
            seen: 0,
            present: 0,
            operands: None,
            operand_count: 0,
        }
    }

    #[inline]
    const fn contains(&self, index: usize) -> bool {
        self.seen & (1 << index) != 0
    }

    #[allow(clippy::inline_always, reason = "called once per member; faster when inlined")]
    #[inline(always)]
    fn insert(&mut self, index: usize, field: &Field, operand: Option<Operand<RawString<'de>>>) {
        self.seen |= 1 << index;
        let Some(operand) = operand else { return };
        self.present |= 1 << index;
        if self.is_rule_operand(index, field) {
            self.store_operand(index, operand);
        }
    }

    /// Returns whether a cross-field rule reads the value of the field, not only its presence.
    #[inline]
    fn is_rule_operand(&self, index: usize, field: &Field) -> bool {
        self.schema.operands & (1 << index) != 0
            || self.is_read_by_parent && self.constraints.reads_value_of(field.name)
    }

    #[inline]
    fn store_operand(&mut self, index: usize, operand: Operand<RawString<'de>>) {
        let operands = self.operands.get_or_insert([(0, Operand::Present); MAX_OPERANDS]);
        if let Some(free) = operands.get_mut(self.operand_count) {
            *free = (index, operand);
            self.operand_count += 1;
        }
    }

    fn index_of(&self, name: &str) -> Option<usize> {
        self.schema.fields.iter().position(|field| field.name == name)
    }

    /// Returns the stored operand for a field, if there is one. If the field contains an
    /// object, returns the operand for the only field of that object that rules can read.
    fn raw_operand(&self, name: &str) -> Option<Operand<RawString<'de>>> {
        let index = self.index_of(name)?;
        let mut operands = self.operands.iter().flatten().take(self.operand_count);
        operands.find(|(known, _)| *known == index).map(|(_, operand)| *operand)
    }

    /// Returns the operands as unescaped strings. An operand that is not a string is represented by
    /// an empty string.
    #[inline]
    fn unescaped_strings(&self) -> [Cow<'de, str>; MAX_OPERANDS] {
        let string = |(_, operand)| match operand {
            Operand::String(string) => RawString::unescape(string),
            _ => Cow::Borrowed(""),
        };
        self.operands
            .map_or([const { Cow::Borrowed("") }; MAX_OPERANDS], |operands| operands.map(string))
    }

    /// Returns the operand for a field. `strings` must be the result of
    /// [`unescaped_strings`](Self::unescaped_strings).
    #[inline]
    fn operand<'s>(
        &self,
        name: &str,
        strings: &'s [Cow<'de, str>; MAX_OPERANDS],
    ) -> Operand<&'s str> {
        let Some(index) = self.index_of(name).filter(|index| self.present & (1 << index) != 0)
        else {
            return Operand::Absent;
        };
        let mut operands = self.operands.iter().flatten().zip(strings).take(self.operand_count);
        match operands.find(|((known, _), _)| *known == index) {
            Some(((_, Operand::String(_)), string)) => Operand::String(string),
            Some(((_, Operand::Boolean(boolean)), _)) => Operand::Boolean(*boolean),
            _ => Operand::Present,
        }
    }

    #[cold]
    fn report_missing(&self, required: u32, cx: &mut ValidationContext<'_>) {
        for (index, field) in self.schema.fields.iter().enumerate() {
            if required & !self.present & (1 << index) != 0 {
                cx.report_missing(field.name, field.absence_deviation);
            }
        }
    }
}

/// Looks up a name among the fields that the edition adds, and returns the field with its index.
#[inline]
fn find_added_field(
    fields: EffectiveFields<'_>,
    name: RawString<'_>,
) -> Option<(usize, &'static Field)> {
    let mut added = fields.added_fields().iter().copied().enumerate();
    added.find(|(_, field)| name.chars().eq(field.name.chars()))
}

/// The fields added by the edition that have been seen so far in one object. The masks have one bit
/// per field.
#[derive(Default)]
struct AddedFields {
    seen: u32,
    present: u32,
}

impl AddedFields {
    /// Returns whether the field has not been seen before. If it has been seen, reports it as a
    /// duplicate.
    fn accept_if_new(&self, index: usize, field: &Field, cx: &mut ValidationContext<'_>) -> bool {
        let is_new = self.seen & (1 << index) == 0;
        if !is_new {
            cx.field(field.name).report(ViolationKind::Duplicate);
        }
        is_new
    }

    fn insert(&mut self, index: usize, is_present: bool) {
        self.seen |= 1 << index;
        self.present |= u32::from(is_present) << index;
    }

    #[inline]
    fn report_missing(&self, fields: EffectiveFields<'_>, cx: &mut ValidationContext<'_>) {
        for (index, field) in fields.added_fields().iter().enumerate() {
            if field.required && self.present & (1 << index) == 0 {
                cx.report_missing(field.name, None);
            }
        }
    }
}

/// Validates the JSON of the field `name` of the object at `cx`.
#[cold]
pub(crate) fn check_json_text(
    json: &str,
    value_type: &ValueType,
    name: &str,
    cx: &mut ValidationContext<'_>,
) {
    if cx.checks_constraints() {
        let lexer = Lexer::new(json);
        let mut validator = JsonValidator::new(lexer);
        // The text has been parsed before, so it has no syntax errors.
        let _ = validator.validate_value(value_type, cx, PathSegment::Field(name));
    }
}

/// The names of the unknown fields of one object.
#[derive(Default)]
struct UnknownNames<'de> {
    /// The number of unknown fields.
    count: usize,
    /// The first names, not yet unescaped.
    inline_names: [&'de str; MAX_INLINE_NAMES],
    /// The number of elements of `inline_names` that are in use.
    inline_count: usize,
    inline_names_have_escapes: bool,
    /// All names, unescaped, if they do not fit in `inline_names`.
    many_names: HashSet<Cow<'de, str>>,
}

impl<'de> UnknownNames<'de> {
    /// Adds a name, and reports it if it is a duplicate or the policy rejects it.
    #[inline(never)]
    fn add(&mut self, name: RawString<'de>, cx: &mut ValidationContext<'_>) {
        let mut count = self.count;
        let is_new = |is_within_limit| {
            if is_within_limit { self.insert(name) } else { !self.contains(name) }
        };
        accept_unknown_field(|| name.unescape(), &mut count, is_new, cx);
        self.count = count;
    }

    /// Inserts a name. Returns `false` if it was already present.
    fn insert(&mut self, name: RawString<'de>) -> bool {
        if self.many_names.is_empty() {
            if self.inline_names_contain(name) {
                return false;
            }
            if let Some(free) = self.inline_names.get_mut(self.inline_count) {
                *free = name.raw;
                self.inline_count += 1;
                self.inline_names_have_escapes |= name.escapes != Escapes::None;
                return true;
            }
            let names = self.inline_names.map(|raw| RawString::from_raw(raw).unescape());
            self.many_names.extend(names);
        }
        self.many_names.insert(name.unescape())
    }

    fn contains(&self, name: RawString<'de>) -> bool {
        if self.many_names.is_empty() {
            self.inline_names_contain(name)
        } else {
            self.many_names.contains(&name.unescape())
        }
    }

    fn inline_names_contain(&self, name: RawString<'de>) -> bool {
        let mut names = self.inline_names.iter().take(self.inline_count);
        if self.inline_names_have_escapes || name.escapes != Escapes::None {
            let with_escapes = |raw| RawString { raw, escapes: Escapes::Any };
            names.any(|known| with_escapes(known).chars().eq(name.chars()))
        } else {
            names.any(|known| *known == name.raw)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_OPERANDS, ObjectConstraints, SeenFields, StringType, ValueType, accepts_fast};
    use crate::{
        Schema,
        json::Lexer,
        schema::{Field, Format, StringConstraints},
    };

    fn schema(name: &str) -> &'static Schema {
        Schema::by_name(name).unwrap()
    }

    /// Storing an operand copies it, so only the values that cross-field rules read should be
    /// stored.
    #[test]
    fn stores_only_operands() {
        let exposes_status = ObjectConstraints::UNCONSTRAINED.exposes("resultStatus");
        for (schema, constraints, names) in [
            (schema("Amount"), ObjectConstraints::UNCONSTRAINED, &[][..]),
            (
                schema("ContactInfo"),
                ObjectConstraints::UNCONSTRAINED,
                &["contactType", "contactNo"],
            ),
            (schema("Result"), ObjectConstraints::UNCONSTRAINED, &[]),
            (schema("Result"), exposes_status, &["resultStatus"]),
        ] {
            let seen = SeenFields::new(schema, constraints);
            let fields = schema.fields.iter().enumerate();
            let fields = fields.filter(|(index, field)| seen.is_rule_operand(*index, field));
            assert_eq!(fields.map(|(_, field)| field.name).collect::<Vec<_>>(), names);
        }
    }

    /// Strings that the fast path does not accept are validated on the slow path.
    #[test]
    fn fast_path_accepts_most_valid_strings() {
        let enum_type = |schema_name: &str, field: &str| StringType {
            enum_schema: schema(schema_name).field(field).unwrap().value_type.enum_schema(),
            ..StringType::ANY
        };
        let mcc = StringType { format: Some(Format::Iso18245), ..StringType::ANY };
        let os_type = enum_type("Env", "osType");
        let result_code = enum_type("Result", "resultCode");
        for (string_type, json, fast) in [
            (StringType::ANY, r#""shoes""#, true),
            (StringType::ANY, r#""\"shoes\"""#, true),
            (StringType::ANY, r#""\u0073hoes""#, false),
            (mcc, r#""0742""#, true),
            (mcc, r#""\u0030742""#, false),
            (os_type, r#""IOS""#, true),
            (os_type, r#""\u0049OS""#, false),
            (os_type, r#""SYMBIAN""#, false),
            (result_code, r#""SUCCESS""#, true),
            (result_code, r#""\"NEW\"""#, true),
        ] {
            let string = Lexer::new(json).read_raw_string().unwrap();
            let constraints = StringConstraints::UNCONSTRAINED.max_length(64);
            let string_type = StringType { constraints, ..string_type };
            assert_eq!(accepts_fast(&string_type, string), fast, "{json}");
        }
    }

    #[test]
    fn no_schema_exceeds_maximum_operands() {
        let by_field = Schema::ALL.iter().flat_map(|schema| schema.fields).filter_map(|field| {
            match field.value_type {
                ValueType::Object(schema, constraints) => Some((schema, constraints)),
                _ => None,
            }
        });
        let all = Schema::ALL.iter().map(|schema| (*schema, ObjectConstraints::UNCONSTRAINED));
        for (schema, constraints) in all.chain(by_field) {
            let is_operand = |(index, field): &(usize, &Field)| {
                schema.operands & (1 << index) != 0 || constraints.reads_value_of(field.name)
            };
            let operands = schema.fields.iter().enumerate().filter(is_operand).count();
            assert!(operands <= MAX_OPERANDS, "{}", schema.name);
            assert!(schema.fields.len() <= 32, "{}", schema.name);
        }
    }
}
