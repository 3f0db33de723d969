//! Reading: from a text or any deserializer to a value, reporting everything that is wrong.

use crate::{
    Cursor, Error, Integer, JsonType, List, Policy, Schema, Shape, Table, Text, Valid,
    ViolationKind, Violations,
    json::{self, Lexer},
    law::Known,
    rule::NoRule,
    unknown::{JsonText, Name, Skipped, UnknownMembers},
    validate::{Report, Scope},
};
use serde::de::{
    DeserializeSeed, Deserializer, Error as _, IntoDeserializer, MapAccess, SeqAccess, Visitor,
    value::BorrowedStrDeserializer,
};
use std::{borrow::Cow, collections::BTreeMap, fmt, marker::PhantomData};

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
    from_json_with(json, &Policy::dictionary())
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
    read_json(json::utf8(json)?, policy, Scope::Everything).map(Valid::assume)
}

pub(crate) fn read_json<T: Table>(json: &str, policy: &Policy, scope: Scope) -> Result<T, Error> {
    let mut lexer = Lexer::new(json);
    let read = read(&mut lexer, policy, scope).and_then(|value| lexer.end().map(|()| value));
    Ok(read.map_err(|fault| fault.in_text(json))??)
}

/// Reads a value from any deserializer, whose error then names the violations.
pub(crate) fn deserialize<'de, T, D>(from: D, scope: Scope) -> Result<T, D::Error>
where
    T: Value,
    D: Deserializer<'de>,
{
    read(from, &Policy::dictionary(), scope)?.map_err(D::Error::custom)
}

fn read<'de, T, D>(
    from: D,
    policy: &Policy,
    scope: Scope,
) -> Result<Result<T, Violations>, D::Error>
where
    T: Value,
    D: Deserializer<'de>,
{
    let mut report = Report::default();
    let at = &mut Cursor::new(policy, scope, &mut report);
    let reader = Reader::<T> { asks_for_text: true, ..Reader::new(T::ANY, at) };
    let slot = from.deserialize_newtype_struct(json::AS_RAW_VALUE, reader)?.not_null(at);
    Ok(match slot {
        Slot::Value(value) => report.verdict().map(|()| value),
        _ => Err(report.into_violations()),
    })
}

/// Reads values from JSON texts, each of which is a member of one object, by the names of the
/// members; of a name that stands twice, the first one counts.
pub(crate) fn read_members<T: Table>(
    members: Vec<(String, &str)>,
    scope: Scope,
) -> Result<BTreeMap<String, T>, Error> {
    let policy = Policy::dictionary();
    let mut report = Report::default();
    let at = &mut Cursor::new(&policy, scope, &mut report);
    let mut values = BTreeMap::new();
    for (name, json) in members {
        let at = &mut at.member(&name);
        if values.contains_key(&name) {
            at.violate(ViolationKind::Duplicate);
            continue;
        }
        let slot = Reader::new(T::ANY, at).deserialize(&mut Lexer::new(json));
        if let Slot::Value(value) = slot.map_err(|fault| fault.in_text(json))?.not_null(at) {
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
    /// Reads the member at `at`, of which the first one counts.
    pub fn read<'de, A: MapAccess<'de>>(
        &mut self,
        members: &mut A,
        rule: T::Rule,
        at: &mut Cursor<'_>,
    ) -> Result<(), A::Error> {
        if let Self::Missing = self {
            *self = members.next_value_seed(Reader::new(rule, at))?;
        } else {
            at.violate(ViolationKind::Duplicate);
            members.next_value::<Skipped>()?;
        }
        Ok(())
    }

    /// The value of a required row.
    pub fn required(self, mut at: Cursor<'_>) -> Result<T, Invalid> {
        match self {
            Self::Missing | Self::Null => {
                at.violate(ViolationKind::Required);
                Err(Invalid)
            }
            Self::Invalid(_) => Err(Invalid),
            Self::Value(value) => Ok(value),
        }
    }

    /// The value of an optional row.
    pub fn optional(self, _: Cursor<'_>) -> Result<Option<T>, Invalid> {
        match self {
            Self::Missing | Self::Null => Ok(None),
            Self::Invalid(_) => Err(Invalid),
            Self::Value(value) => Ok(Some(value)),
        }
    }

    /// The value of a row that is required, but that a type without it can hold.
    pub fn required_by_policy(self, mut at: Cursor<'_>) -> Result<Option<T>, Invalid> {
        if matches!(self, Self::Missing | Self::Null) && at.judges() {
            at.violate(ViolationKind::Required);
        }
        self.optional(at)
    }

    /// Null where something must stand: an element, or the document.
    fn not_null(self, at: &mut Cursor<'_>) -> Self {
        match self {
            Self::Missing | Self::Null => refuse(JsonType::Null, at),
            other => other,
        }
    }

    /// What the rules between rows may know, as [`Value::known`].
    pub fn known(&self, member: &str) -> Known<'_> {
        match self {
            Self::Missing | Self::Null => Known::Absent,
            Self::Invalid(Some(told)) if !member.is_empty() => Known::Text(told),
            Self::Invalid(_) => Known::Given,
            Self::Value(value) => value.known(member),
        }
    }
}

/// A type that a row can have. Each takes one type of JSON value and refuses the others.
pub trait Value: Sized {
    /// What a row can ask of such a value.
    type Rule: Copy;
    /// The rule that asks nothing.
    const ANY: Self::Rule;
    /// What the value looks like.
    const SHAPE: Shape;
    /// Its JSON type.
    const TYPE: JsonType;

    /// Takes a string.
    fn from_text(_: Cow<'_, str>, _: Self::Rule, at: &mut Cursor<'_>) -> Slot<Self> {
        refuse(JsonType::String, at)
    }

    /// Takes an integer.
    fn from_integer(_: i64, _: Self::Rule, at: &mut Cursor<'_>) -> Slot<Self> {
        refuse(JsonType::Number, at)
    }

    /// Takes an integer beyond 64 bits.
    fn from_integer_beyond(_negative: bool, _: Self::Rule, at: &mut Cursor<'_>) -> Slot<Self> {
        refuse(JsonType::Number, at)
    }

    /// Takes a boolean.
    fn from_boolean(_: bool, at: &mut Cursor<'_>) -> Slot<Self> {
        refuse(JsonType::Boolean, at)
    }

    /// Takes an array.
    fn from_elements<'de, A: SeqAccess<'de>>(
        mut elements: A,
        _: Self::Rule,
        at: &mut Cursor<'_>,
    ) -> Result<Slot<Self>, A::Error> {
        while elements.next_element::<Skipped>()?.is_some() {}
        Ok(refuse(JsonType::Array, at))
    }

    /// Takes an object.
    fn from_members<'de, A: MapAccess<'de>>(
        mut members: A,
        _: Self::Rule,
        at: &mut Cursor<'_>,
    ) -> Result<Slot<Self>, A::Error> {
        while members.next_entry::<Skipped, Skipped>()?.is_some() {}
        Ok(refuse(JsonType::Object, at))
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

/// Judges a value that was just read, unless only its shape is asked for.
pub(crate) fn judged<T: Value>(value: T, rule: T::Rule, at: &mut Cursor<'_>) -> Slot<T> {
    if at.judges() && !value.surely_keeps(rule) {
        value.judge(rule, at);
    }
    Slot::Value(value)
}

impl Value for String {
    type Rule = Text;
    const ANY: Text = Text::ANY;
    const SHAPE: Shape = Shape::Text(None);
    const TYPE: JsonType = JsonType::String;

    fn from_text(text: Cow<'_, str>, rule: Text, at: &mut Cursor<'_>) -> Slot<Self> {
        judged(text.into_owned(), rule, at)
    }

    #[inline]
    fn surely_keeps(&self, rule: Text) -> bool {
        rule.surely_allows(self)
    }

    fn judge(&self, rule: Text, at: &mut Cursor<'_>) {
        rule.check(self, at);
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

    fn from_integer(integer: i64, rule: Integer, at: &mut Cursor<'_>) -> Slot<Self> {
        judged(integer, rule, at)
    }

    fn from_integer_beyond(negative: bool, rule: Integer, at: &mut Cursor<'_>) -> Slot<Self> {
        let rule = if at.judges() { rule } else { Integer::ANY };
        at.violate(if negative {
            ViolationKind::Minimum { minimum: rule.minimum() }
        } else {
            ViolationKind::Maximum { maximum: rule.maximum() }
        });
        Slot::Invalid(None)
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

impl<T: Value> Value for Vec<T> {
    type Rule = List<T::Rule>;
    const ANY: List<T::Rule> = List::of(T::ANY);
    const SHAPE: Shape = Shape::List(&T::SHAPE);
    const TYPE: JsonType = JsonType::Array;

    fn from_elements<'de, A: SeqAccess<'de>>(
        mut elements: A,
        rule: Self::Rule,
        at: &mut Cursor<'_>,
    ) -> Result<Slot<Self>, A::Error> {
        let mut values = Self::new();
        let mut length = 0;
        loop {
            let at = &mut at.element(length);
            match elements.next_element_seed(Reader::new(rule.element(), at))? {
                None => break,
                Some(slot) => {
                    if let Slot::Value(value) = slot.not_null(at) {
                        values.push(value);
                    }
                }
            }
            length += 1;
        }
        if at.judges() {
            rule.check_length(length, at);
        }
        Ok(if values.len() == length { Slot::Value(values) } else { Slot::Invalid(None) })
    }

    fn judge(&self, rule: Self::Rule, at: &mut Cursor<'_>) {
        for (index, value) in self.iter().enumerate() {
            if !value.surely_keeps(rule.element()) {
                value.judge(rule.element(), &mut at.element(index));
            }
        }
        rule.check_length(self.len(), at);
    }
}

impl UnknownMembers {
    /// Reports those that have the name of a row: whoever reads them would take them for it.
    pub(crate) fn judge(&self, schema: &Schema, at: &mut Cursor<'_>) {
        for (name, _) in self.iter().filter(|(name, _)| schema.field(name).is_some()) {
            at.member(name).violate(ViolationKind::Duplicate);
        }
    }

    /// Reads the member `name`, of which the first one counts.
    pub(crate) fn read<'de, A: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut A,
        at: &mut Cursor<'_>,
    ) -> Result<(), A::Error> {
        if self.contains(name) {
            at.member(name).violate(ViolationKind::Duplicate);
            members.next_value::<Skipped>()?;
        } else {
            self.insert(name, members.next_value::<JsonText>()?);
        }
        Ok(())
    }
}

/// Reads a `T` under `rule`, at `at`.
struct Reader<'a, 'b, T: Value> {
    rule: T::Rule,
    at: &'a mut Cursor<'b>,
    /// Whether the deserializer was asked for the text, so that this crate's own reader judges what
    /// is JSON, and nothing is lost between the two: `serde_json` has a text to give.
    asks_for_text: bool,
    value: PhantomData<T>,
}

impl<'a, 'b, T: Value> Reader<'a, 'b, T> {
    fn new(rule: T::Rule, at: &'a mut Cursor<'b>) -> Self {
        Self { rule, at, asks_for_text: false, value: PhantomData }
    }
}

impl<'de, T: Value> DeserializeSeed<'de> for Reader<'_, '_, T> {
    type Value = Slot<T>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Slot<T>, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de, T: Value> Visitor<'de> for Reader<'_, '_, T> {
    type Value = Slot<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::TYPE.name())
    }

    fn visit_unit<E>(self) -> Result<Slot<T>, E> {
        Ok(Slot::Null)
    }

    fn visit_none<E>(self) -> Result<Slot<T>, E> {
        Ok(Slot::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, from: D) -> Result<Slot<T>, D::Error> {
        from.deserialize_any(self)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, from: D) -> Result<Slot<T>, D::Error> {
        from.deserialize_any(Self { asks_for_text: false, ..self })
    }

    fn visit_bool<E>(self, boolean: bool) -> Result<Slot<T>, E> {
        Ok(T::from_boolean(boolean, self.at))
    }

    fn visit_i64<E>(self, integer: i64) -> Result<Slot<T>, E> {
        Ok(T::from_integer(integer, self.rule, self.at))
    }

    fn visit_u64<E>(self, integer: u64) -> Result<Slot<T>, E> {
        Ok(match i64::try_from(integer) {
            Ok(integer) => T::from_integer(integer, self.rule, self.at),
            Err(_) => T::from_integer_beyond(false, self.rule, self.at),
        })
    }

    fn visit_i128<E>(self, integer: i128) -> Result<Slot<T>, E> {
        Ok(match i64::try_from(integer) {
            Ok(integer) => T::from_integer(integer, self.rule, self.at),
            Err(_) => T::from_integer_beyond(integer.is_negative(), self.rule, self.at),
        })
    }

    fn visit_u128<E>(self, integer: u128) -> Result<Slot<T>, E> {
        Ok(match i64::try_from(integer) {
            Ok(integer) => T::from_integer(integer, self.rule, self.at),
            Err(_) => T::from_integer_beyond(false, self.rule, self.at),
        })
    }

    fn visit_f64<E>(self, _: f64) -> Result<Slot<T>, E> {
        Ok(refuse(JsonType::Number, self.at))
    }

    fn visit_str<E>(self, text: &str) -> Result<Slot<T>, E> {
        Ok(T::from_text(Cow::Borrowed(text), self.rule, self.at))
    }

    fn visit_string<E>(self, text: String) -> Result<Slot<T>, E> {
        Ok(T::from_text(Cow::Owned(text), self.rule, self.at))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, elements: A) -> Result<Slot<T>, A::Error> {
        T::from_elements(elements, self.rule, self.at)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Slot<T>, A::Error> {
        if !self.asks_for_text {
            return T::from_members(members, self.rule, self.at);
        }
        let first = members.next_key::<Name<'de>>()?;
        if !first.as_ref().is_some_and(Name::asks_for_text) {
            return T::from_members(Replayed { first, members }, self.rule, self.at);
        }
        let Name(json) = members.next_value()?;
        let mut lexer = Lexer::new(&json);
        let slot = Self { asks_for_text: false, ..self }.deserialize(&mut lexer);
        slot.and_then(|slot| lexer.end().map(|()| slot))
            .map_err(|fault| A::Error::custom(fault.in_text(&json)))
    }
}

/// Members of which the first name was already taken.
struct Replayed<'de, A> {
    first: Option<Name<'de>>,
    members: A,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Replayed<'de, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, A::Error> {
        match self.first.take() {
            Some(Name(Cow::Borrowed(name))) => {
                seed.deserialize(BorrowedStrDeserializer::new(name)).map(Some)
            }
            Some(Name(Cow::Owned(name))) => seed.deserialize(name.into_deserializer()).map(Some),
            None => self.members.next_key_seed(seed),
        }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        self.members.next_value_seed(seed)
    }
}
