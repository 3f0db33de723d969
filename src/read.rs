//! Reading: from a text or any deserializer to a value, reporting everything that is wrong.

use crate::{
    Cursor, Deviation, Error, Integer, JsonType, List, Policy, Schema, Shape, Table, Text, Unknown,
    Valid, ViolationKind, Violations,
    json::{self, Lexer, Number, Read},
    law::Known,
    rule::{NoRule, RowRule},
    source::{self, Elements, InText, Members, Rows},
    unknown::UnknownMembers,
    validate::{DICTIONARY, Report, Scope},
};
use serde::de::{Deserializer, Error as _};
use std::{borrow::Cow, collections::BTreeMap};

/// Reads and validates a JSON text: every violation at once, in one pass.
///
/// Unknown members and unlisted values are kept. A member that is `null` is absent.
///
/// # Errors
/// Where and why the text is no JSON; or else all violations, at most 64: missing members, wrong
/// types, duplicates, broken rules of rows and between rows.
///
/// ```
/// use miniprogram_protocol::{dictionary::Order, from_json};
///
/// let error = from_json::<Order>(br##"{
///     "referenceOrderId": 7,
///     "orderDescription": "Shoes",
///     "orderAmount": {"currency": "usd", "value": 10000},
///     "merchant": {"referenceMerchantId": "M#1"}
/// }"##).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "/referenceOrderId must be a string, not a number\n\
///      /orderAmount/currency must be a current currency code of ISO 4217\n\
///      /merchant/referenceMerchantId must not contain the character #\n\
///      /merchant/merchantName is required"
/// );
/// ```
pub fn from_json<T: Table>(json: &[u8]) -> Result<Valid<T>, Error> {
    from_json_with(json, &DICTIONARY)
}

/// Reads and validates a JSON text as [`from_json`] does, by a policy of your own.
///
/// # Errors
/// Where and why the text is no JSON; or else all violations, as far as the policy reports them.
///
/// ```
/// use miniprogram_protocol::{Policy, dictionary::Order, from_json_with};
///
/// let policy = Policy::dictionary().max_violations(2);
/// let error = from_json_with::<Order>(b"{}", &policy).unwrap_err();
/// assert_eq!(error.violations().len(), 3);
/// assert_eq!(error.violations()[2].code(), "tooMany");
/// ```
pub fn from_json_with<T: Table>(json: &[u8], policy: &Policy) -> Result<Valid<T>, Error> {
    read_reporting(json, policy, &mut Report::default())
}

/// Reads and validates a JSON text. What the policy let pass is left in the report.
pub(crate) fn read_reporting<T: Table>(
    json: &[u8],
    policy: &Policy,
    report: &mut Report,
) -> Result<Valid<T>, Error> {
    check_bytes(json, policy)?;
    read_json(json::utf8(json)?, policy, Scope::Everything, report, Valid::assume)
}

/// Refuses a text that the policy does not let be read.
pub(crate) fn check_bytes(json: &[u8], policy: &Policy) -> Result<(), Violations> {
    let (bytes, max_bytes) = (json.len() as u64, policy.bytes_limit() as u64);
    if bytes <= max_bytes {
        return Ok(());
    }
    let mut report = Report::default();
    let too_long = ViolationKind::MaxBytes { max_bytes, bytes };
    Cursor::new(policy, Scope::Everything, &mut report).violate(too_long);
    report.verdict()
}

/// Reads a JSON text. The value goes through `wrap` on its way, so that it is moved but once.
pub(crate) fn read_json<T: Table, R>(
    json: &str,
    policy: &Policy,
    scope: Scope,
    report: &mut Report,
    wrap: impl FnOnce(T) -> R,
) -> Result<R, Error> {
    let mut lexer = Lexer::with_levels(json, policy.depth_limit());
    let in_text = |fault: json::Fault| fault.in_text(json);
    let read = source::value::<T>(&mut lexer, T::ANY, &mut Cursor::new(policy, scope, report));
    // A fault of the value is told before one behind it.
    let end = lexer.end();
    match read {
        Ok(Slot::Value(value)) if end.is_ok() && report.is_empty() => Ok(wrap(value)),
        read => {
            let slot = read.map_err(in_text)?;
            end.map_err(in_text)?;
            slot.refuse_null(&mut Cursor::new(policy, scope, report));
            Err(report.take_violations().into())
        }
    }
}

/// Reads a value from any deserializer, whose error then names the violations.
pub(crate) fn deserialize<'de, T, D>(from: D, scope: Scope) -> Result<T, D::Error>
where
    T: Value,
    D: Deserializer<'de>,
{
    let mut report = Report::default();
    let at = &mut Cursor::new(&DICTIONARY, scope, &mut report);
    let slot = source::deserialize::<T, D>(from, T::ANY, at)?;
    slot.refuse_null(at);
    match slot {
        Slot::Value(value) if report.is_empty() => Ok(value),
        _ => Err(D::Error::custom(report.take_violations())),
    }
}

/// Reads values from JSON texts, each of which is a member of one object, by the names of the
/// members; of a name that stands twice, the first one counts.
pub(crate) fn read_members<T: Table>(
    members: Vec<(String, &str)>,
    scope: Scope,
) -> Result<BTreeMap<String, T>, Error> {
    let mut report = Report::default();
    let at = &mut Cursor::new(&DICTIONARY, scope, &mut report);
    let mut values = BTreeMap::new();
    for (name, json) in members {
        let at = &mut at.member(&name);
        if values.contains_key(&name) {
            at.violate(ViolationKind::Duplicate);
            continue;
        }
        let slot = source::value(&mut Lexer::new(json), T::ANY, at);
        let slot = slot.map_err(|fault| fault.in_text(json))?;
        slot.refuse_null(at);
        if let Slot::Value(value) = slot {
            values.insert(name, value);
        }
    }
    report.verdict()?;
    Ok(values)
}

/// What became of a member.
#[derive(Clone, Copy, Debug)]
pub enum Slot<T> {
    /// It did not come.
    Missing,
    /// It came as null.
    Null,
    /// It came, was reported, and no value can be had from it; but perhaps the listed text of the
    /// member that [`Object::telling`](crate::Object) names.
    Invalid(Option<&'static str>),
    /// It was read, and what is wrong with it was reported.
    Value(T),
}

/// No value can be had; why, was reported.
#[derive(Clone, Copy, Debug)]
pub struct Invalid;

impl<T: Value> Slot<T> {
    /// Reads the member `name` of the object at `at`, of which the first one counts.
    #[inline]
    pub fn read<'de, M: Members<'de>>(
        &mut self,
        members: &mut M,
        name: &str,
        rule: T::Rule,
        at: &mut Cursor<'_>,
    ) -> Result<(), M::Error> {
        if let Self::Missing = self {
            *self = members.value(name, rule, at)?;
            return Ok(());
        }
        at.member(name).violate(ViolationKind::Duplicate);
        members.skip()
    }

    /// The value of the required row `name`.
    #[inline]
    pub fn required(self, name: &str, at: &mut Cursor<'_>) -> Result<T, Invalid> {
        match self {
            Self::Missing | Self::Null => {
                at.member(name).violate(ViolationKind::Required);
                Err(Invalid)
            }
            Self::Invalid(_) => Err(Invalid),
            Self::Value(value) => Ok(value),
        }
    }

    /// The value of an optional row.
    #[inline]
    pub fn optional(self, _: &str, _: &mut Cursor<'_>) -> Result<Option<T>, Invalid> {
        match self {
            Self::Missing | Self::Null => Ok(None),
            Self::Invalid(_) => Err(Invalid),
            Self::Value(value) => Ok(Some(value)),
        }
    }

    /// The value of the row `name` that is required, but that a type without it can hold.
    pub fn required_by_policy(self, name: &str, at: &mut Cursor<'_>) -> Result<Option<T>, Invalid> {
        if matches!(self, Self::Missing | Self::Null) && at.judges() {
            let (absent, required) = (Deviation::PlatformIdAbsent, ViolationKind::Required);
            at.member(name).violate_or_tolerate(absent, required);
        }
        self.optional(name, at)
    }

    /// Refuses null where something must stand: an element, or the document.
    #[inline]
    fn refuse_null(&self, at: &mut Cursor<'_>) {
        if let Self::Missing | Self::Null = self {
            at.violate(ViolationKind::Type { expected: T::TYPE, found: JsonType::Null });
        }
    }

    /// What the rules between rows may know, as [`Value::known`].
    pub fn known(&self, member: &str) -> Known<'_> {
        match self {
            Self::Missing | Self::Null => Known::Absent,
            Self::Invalid(told) => told.map_or(Known::Given, Known::Text),
            Self::Value(value) => value.known(member),
        }
    }
}

/// A type that a row can have. Each takes one type of JSON value and refuses the others.
pub trait Value: Sized {
    /// What a row can ask of such a value.
    type Rule: RowRule;
    /// The rule that asks nothing.
    const ANY: Self::Rule;
    /// What the value looks like.
    const SHAPE: Shape;
    /// Its JSON type.
    const TYPE: JsonType;

    /// The value of a string, whatever is wrong with it; none if the type does not take strings.
    fn of_text(_: Cow<'_, str>) -> Option<Self> {
        None
    }

    /// Takes a string.
    fn from_text(text: Cow<'_, str>, rule: Self::Rule, at: &mut Cursor<'_>) -> Slot<Self> {
        let Some(value) = Self::of_text(text) else { return refuse(JsonType::String, at) };
        if at.judges() && !value.surely_keeps(rule) {
            value.judge(rule, at);
        }
        Slot::Value(value)
    }

    /// Takes a number.
    fn from_number(_: Number, _: Self::Rule, at: &mut Cursor<'_>) -> Slot<Self> {
        refuse(JsonType::Number, at)
    }

    /// Takes a boolean.
    fn from_boolean(_: bool, at: &mut Cursor<'_>) -> Slot<Self> {
        refuse(JsonType::Boolean, at)
    }

    /// Takes an array.
    fn from_elements<'de, E: Elements<'de>>(
        mut elements: E,
        _: Self::Rule,
        at: &mut Cursor<'_>,
    ) -> Result<Slot<Self>, E::Error> {
        while elements.skip()? {}
        Ok(refuse(JsonType::Array, at))
    }

    /// Takes an object.
    fn from_members<'de, M: Members<'de>>(
        mut members: M,
        _: Self::Rule,
        at: &mut Cursor<'_>,
    ) -> Result<Slot<Self>, M::Error> {
        while members.next(&mut Rows::new(&[]))?.is_some() {
            members.skip()?;
        }
        Ok(refuse(JsonType::Object, at))
    }

    /// Takes the object that comes in a JSON text. A table repeats this, so that it is compiled
    /// with the table and not with every program that reads one.
    fn from_object(
        lexer: &mut Lexer<'_>,
        rule: Self::Rule,
        at: &mut Cursor<'_>,
    ) -> Read<Slot<Self>> {
        Self::from_members(InText::enter(lexer)?, rule, at)
    }

    /// Whether it is plain to see that the value keeps its own rules and that of its row, so that
    /// it need not be judged.
    fn surely_keeps(&self, _: Self::Rule) -> bool {
        false
    }

    /// Judges a value that was read or built: its own rules, and that of its row.
    fn judge(&self, rule: Self::Rule, at: &mut Cursor<'_>);

    /// Judges the value of the member `name` of the object at `at`.
    #[inline]
    fn judge_member(&self, name: &str, rule: Self::Rule, at: &mut Cursor<'_>) {
        // Most values are valid: where they stand is not written down.
        if !self.surely_keeps(rule) {
            self.judge(rule, &mut at.member(name));
        }
    }

    /// What the rules between rows may know: of the value, or of its `member` if that is not empty.
    fn known(&self, _member: &str) -> Known<'_> {
        Known::Given
    }
}

fn refuse<T: Value>(found: JsonType, at: &mut Cursor<'_>) -> Slot<T> {
    at.violate(ViolationKind::Type { expected: T::TYPE, found });
    Slot::Invalid(None)
}

impl Value for String {
    type Rule = Text;
    const ANY: Text = Text::ANY;
    const SHAPE: Shape = Shape::Text(None);
    const TYPE: JsonType = JsonType::String;

    #[inline]
    fn of_text(text: Cow<'_, str>) -> Option<Self> {
        Some(text.into_owned())
    }

    #[inline]
    fn surely_keeps(&self, rule: Text) -> bool {
        rule.surely_allows(self)
    }

    fn judge(&self, rule: Text, at: &mut Cursor<'_>) {
        rule.judge(self, || None, at);
    }

    fn known(&self, _: &str) -> Known<'_> {
        Known::Text(self)
    }
}

impl Value for i64 {
    type Rule = Integer;
    const ANY: Integer = Integer::ANY;
    const SHAPE: Shape = Shape::Integer;
    const TYPE: JsonType = JsonType::Integer;

    fn from_number(number: Number, rule: Integer, at: &mut Cursor<'_>) -> Slot<Self> {
        rule.read(number, at).map_or(Slot::Invalid(None), Slot::Value)
    }

    #[inline]
    fn surely_keeps(&self, rule: Integer) -> bool {
        (rule.minimum()..=rule.maximum()).contains(self)
    }

    fn judge(&self, rule: Integer, at: &mut Cursor<'_>) {
        rule.check(*self, at);
    }
}

impl Value for bool {
    type Rule = NoRule;
    const ANY: NoRule = NoRule;
    const SHAPE: Shape = Shape::Boolean;
    const TYPE: JsonType = JsonType::Boolean;

    fn from_boolean(boolean: bool, _: &mut Cursor<'_>) -> Slot<Self> {
        Slot::Value(boolean)
    }

    #[inline]
    fn surely_keeps(&self, _: NoRule) -> bool {
        true
    }

    fn judge(&self, _: NoRule, _: &mut Cursor<'_>) {}

    fn known(&self, _: &str) -> Known<'_> {
        Known::Boolean(*self)
    }
}

/// Makes room for as many more values as are expected. However wrong that is, values are seldom
/// moved, and there is no more room than for four times those that came, or for sixteen.
#[cold]
fn make_room<T>(values: &mut Vec<T>, expected: usize) {
    let held = values.len();
    #[expect(clippy::disallowed_methods, reason = "the first limit is never above the second")]
    values.reserve_exact(expected.clamp((held / 4).max(4), (held * 3).max(16)));
}

impl<T: Value> Value for Vec<T>
where
    List<T::Rule>: RowRule,
{
    type Rule = List<T::Rule>;
    const ANY: List<T::Rule> = List::of(T::ANY);
    const SHAPE: Shape = Shape::List(&T::SHAPE);
    const TYPE: JsonType = JsonType::Array;

    fn from_elements<'de, E: Elements<'de>>(
        mut elements: E,
        rule: Self::Rule,
        at: &mut Cursor<'_>,
    ) -> Result<Slot<Self>, E::Error> {
        let mut values = Self::new();
        let mut length = 0;
        let most = at.policy().items_limit();
        while length < most {
            let at = &mut at.element(length);
            let slot = elements.next(rule.element(), at)?;
            if let Slot::Missing = slot {
                break;
            }
            slot.refuse_null(at);
            length += 1;
            if values.capacity() <= values.len() {
                make_room(&mut values, elements.expected(length));
            }
            if let Slot::Value(value) = slot {
                values.push(value);
            }
        }
        while length >= most && elements.skip()? {
            length += 1;
        }
        let rule = if at.judges() { rule } else { List::of(rule.element()) };
        rule.check_length(length, most, at);
        Ok(if values.len() == length { Slot::Value(values) } else { Slot::Invalid(None) })
    }

    fn judge(&self, rule: Self::Rule, at: &mut Cursor<'_>) {
        for (index, value) in self.iter().enumerate() {
            if !value.surely_keeps(rule.element()) {
                value.judge(rule.element(), &mut at.element(index));
            }
        }
        rule.check_length(self.len(), usize::MAX, at);
    }
}

impl UnknownMembers {
    /// Reports those that the policy reports, and those that have the name of a row: whoever reads
    /// them would take them for it.
    #[inline]
    pub(crate) fn judge(&self, schema: &Schema, at: &mut Cursor<'_>) {
        // Most tables have none.
        if !self.is_empty() {
            self.judge_each(schema, at);
        }
    }

    #[inline(never)]
    fn judge_each(&self, schema: &Schema, at: &mut Cursor<'_>) {
        for (name, _) in self.iter() {
            if schema.field(name).is_some() {
                at.member(name).violate(ViolationKind::Duplicate);
            } else if at.policy().unknown() == Unknown::Report {
                at.member(name).violate(ViolationKind::AdditionalProperties);
            }
        }
    }
}

/// The members of an object that no row names, while they are read.
#[derive(Debug, Default)]
pub(crate) struct UnknownSoFar {
    kept: UnknownMembers,
    count: usize,
}

impl UnknownSoFar {
    /// Reads the member `name`, of which the first one counts.
    pub(crate) fn read<'de, M: Members<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
        at: &mut Cursor<'_>,
    ) -> Result<(), M::Error> {
        if !admits(|| name.into(), &mut self.count, || self.kept.contains(name), at) {
            return members.skip();
        }
        self.kept.insert(name, members.keep(at.levels())?);
        Ok(())
    }

    /// Those that were kept; that there were more, is reported.
    #[inline]
    pub(crate) fn end(self, at: &mut Cursor<'_>) -> UnknownMembers {
        check_properties(self.count, at);
        self.kept
    }
}

/// Judges a member that no row names, and counts it. Whether its name is one to keep: it is new, and
/// there are not too many before.
pub(crate) fn admits<'n>(
    name: impl FnOnce() -> Cow<'n, str>,
    count: &mut usize,
    is_known: impl FnOnce() -> bool,
    at: &mut Cursor<'_>,
) -> bool {
    let policy = at.policy();
    let (unknown, most) = (policy.unknown(), policy.unknown_members_limit());
    if unknown == Unknown::Ignore {
        return false;
    }
    if is_known() {
        at.member(&name()).violate(ViolationKind::Duplicate);
        return false;
    }
    *count += 1;
    let admits = *count <= most;
    if admits && unknown == Unknown::Report {
        at.member(&name()).violate(ViolationKind::AdditionalProperties);
    }
    admits
}

/// Reports that an object has more members that no row names than are read.
#[inline]
pub(crate) fn check_properties(count: usize, at: &mut Cursor<'_>) {
    let most = at.policy().unknown_members_limit();
    if count > most {
        let (max_properties, properties) = (most as u64, count as u64);
        at.violate(ViolationKind::MaxProperties { max_properties, properties });
    }
}

#[cfg(test)]
mod tests {
    use super::{Value, make_room};
    use crate::{Integer, MinorUnits, Text, rule::NoRule};

    /// Where a value stands is written down before it is judged in full.
    #[test]
    fn most_valid_values_need_not_be_judged() {
        assert!("shoes".to_owned().surely_keeps(Text::max(5).plain()));
        assert!(!"shoes".to_owned().surely_keeps(Text::max(4)));
        assert!(9.surely_keeps(Integer::range(1, 9)));
        assert!(!10.surely_keeps(Integer::range(1, 9)));
        assert!(MinorUnits::from(9).surely_keeps(Integer::range(1, 9)));
        assert!(!MinorUnits::text(9).surely_keeps(Integer::range(1, 9)));
        assert!(true.surely_keeps(NoRule));
    }

    #[test]
    fn room_is_made_for_what_is_expected_but_not_for_far_more_than_came() {
        for (held, expected, room) in [
            (0, 0, 4),
            (0, 7, 7),
            (0, 1_000, 16),
            (16, 0, 20),
            (100, 0, 125),
            (100, 50, 150),
            (100, 1_000, 400),
        ] {
            let mut values = vec![0_u8; held];
            make_room(&mut values, expected);
            assert_eq!(values.capacity(), room, "{expected} more than {held}");
        }
    }
}
