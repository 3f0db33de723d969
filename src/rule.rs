//! The rules of a row, as `const` values: the bullets below its description.

use crate::{Cursor, JsonType, Law, ViolationKind, json::Number, law, policy::TextLimits, scan};
use std::num::NonZeroU16;

/// What "Characters not allowed: special characters such as @ # ?" refuses: exactly these three.
///
/// The documents' own examples hold `{ } " : , * _ + -` in such rows, so that "special" cannot mean
/// more. Look-alikes (full-width ＠ ＃ ？) are allowed.
pub const FORBIDDEN_CHARACTERS: [char; 3] = ['@', '#', '?'];

/// The rule of a row of texts: the number of characters (Unicode scalar values), and which.
///
/// ```
/// use miniprogram_protocol::schema::Text;
///
/// const ID: Text = Text::max(64).plain();
/// assert_eq!(ID.max_length(), Some(64));
/// assert_eq!(ID.forbidden_characters(), &['@', '#', '?']);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Text {
    min_length: u32,
    max_length: u32,
    is_plain: bool,
    may_be_date: bool,
    /// What a policy asks beside the length: the place of its [`TextLimits`], from 1. The rule is
    /// not plain then: the limits have the characters.
    limits: Option<NonZeroU16>,
}

impl Text {
    /// No rule but the type's own.
    pub const ANY: Self = Self {
        min_length: 0,
        max_length: u32::MAX,
        is_plain: false,
        may_be_date: false,
        limits: None,
    };

    /// "Maximum length: `characters` characters".
    #[must_use]
    pub const fn max(characters: u32) -> Self {
        Self { max_length: characters, ..Self::ANY }
    }

    /// "Minimum length: `characters` characters".
    #[must_use]
    pub const fn min(mut self, characters: u32) -> Self {
        self.min_length = characters;
        self
    }

    /// "Characters not allowed: special characters such as @ # ?"
    #[must_use]
    pub const fn plain(mut self) -> Self {
        self.is_plain = true;
        self
    }

    /// A date without time is a deviation that a policy may let pass:
    /// [`DateWithoutTime`](crate::Deviation::DateWithoutTime).
    #[must_use]
    pub const fn date_by_policy(mut self) -> Self {
        self.may_be_date = true;
        self
    }

    /// The same rule for texts of other lengths.
    pub(crate) const fn with_length(mut self, min_length: u32, max_length: u32) -> Self {
        (self.min_length, self.max_length) = (min_length, max_length);
        self
    }

    /// What is left if a policy waives the rule: what the policy may let pass, and what it asks.
    pub(crate) const fn waived(self) -> Self {
        Self { may_be_date: self.may_be_date, limits: self.limits, ..Self::ANY }
    }

    /// What a policy asks, which keeps it at the place `limits`, from 1, in place of what the
    /// documents ask beside the length.
    pub(crate) const fn of_policy(mut self, limits: NonZeroU16) -> Self {
        (self.is_plain, self.limits) = (false, Some(limits));
        self
    }

    /// The least number of characters.
    #[must_use]
    pub const fn min_length(self) -> Option<u32> {
        if self.min_length == 0 { None } else { Some(self.min_length) }
    }

    /// The greatest number of characters.
    #[must_use]
    pub const fn max_length(self) -> Option<u32> {
        if self.max_length == u32::MAX { None } else { Some(self.max_length) }
    }

    /// The characters that are not allowed.
    #[must_use]
    pub const fn forbidden_characters(self) -> &'static [char] {
        if self.is_plain { &FORBIDDEN_CHARACTERS } else { &[] }
    }

    /// Whether the documents forbid special characters.
    pub(crate) const fn is_plain(self) -> bool {
        self.is_plain
    }

    /// Whether a policy may let a date without time pass.
    pub(crate) const fn may_be_date(self) -> bool {
        self.may_be_date
    }

    /// The place of what a policy asks, from 1.
    pub(crate) const fn limits(self) -> Option<NonZeroU16> {
        self.limits
    }

    pub(crate) const fn into_rule(self) -> Rule {
        Rule::Text(self)
    }

    /// How the length of `text` breaks the rule.
    fn length_violation(self, text: &str) -> Option<ViolationKind> {
        let length = text.chars().count() as u64;
        let (min_length, max_length) = (u64::from(self.min_length), u64::from(self.max_length));
        if length > max_length {
            Some(ViolationKind::MaxLength { max_length, length })
        } else if length < min_length {
            Some(ViolationKind::MinLength { min_length, length })
        } else {
            None
        }
    }

    /// Whether it is plain to see that `text` keeps the rule: it has at most as many characters as
    /// bytes, and at least a fourth of that.
    #[expect(clippy::disallowed_methods, reason = "the divisor is a constant")]
    #[inline]
    pub(crate) fn surely_allows(self, text: &str) -> bool {
        // Two comparisons are faster than a table of jumps.
        let is_free = if self.is_plain { !has_forbidden(text) } else { self.limits.is_none() };
        text.len() <= self.max_length as usize
            && text.len().div_ceil(4) >= self.min_length as usize
            && is_free
    }

    pub(crate) fn allows_length(self, text: &str) -> bool {
        self.length_violation(text).is_none()
    }

    /// Reports what of the rule `text` breaks, and `fault`, which is what it breaks of its type.
    #[cold]
    #[inline(never)]
    pub(crate) fn judge(
        self,
        text: &str,
        fault: impl FnOnce() -> Option<ViolationKind>,
        at: &mut Cursor<'_>,
    ) {
        let length = self.length_violation(text);
        if let Some(length) = length {
            at.violate(length);
        }
        let limits = at.policy().text_limits(self);
        if let Some(character) = self.forbidden_in(text, limits) {
            at.violate(ViolationKind::ForbiddenCharacter { character });
        }
        // One fault, one report: a text of the wrong length is not judged further.
        if length.is_some() {
            return;
        }
        let of_the_type = fault().filter(|fault| limits.is_none_or(|limits| limits.leaves(fault)));
        let tolerated = of_the_type.filter(|fault| at.policy().tolerates_text(fault, text, self));
        if let Some(fault) = of_the_type.filter(|_| tolerated.is_none()) {
            at.violate(fault);
        } else if let Some(fault) = limits.and_then(|limits| limits.fault(text)) {
            at.violate(fault);
        } else if let Some(fault) = tolerated {
            at.tolerate(fault);
        }
    }

    /// The first character of `text` that the rule forbids.
    fn forbidden_in(self, text: &str, limits: Option<&TextLimits>) -> Option<char> {
        if self.is_plain {
            return text.bytes().find(|byte| is_forbidden(*byte)).map(char::from);
        }
        limits?.forbidden_in(text)
    }
}

/// Whether `text` has one of [`FORBIDDEN_CHARACTERS`].
fn has_forbidden(text: &str) -> bool {
    scan::any(text.as_bytes(), is_forbidden)
}

/// Whether it is one of [`FORBIDDEN_CHARACTERS`], or its first byte.
#[allow(clippy::needless_bitwise_bool, reason = "jumps cannot be made for many bytes at once")]
const fn is_forbidden(byte: u8) -> bool {
    const BYTES: [u8; 3] = {
        let [first, second, third] = FORBIDDEN_CHARACTERS;
        assert!(first.is_ascii() && second.is_ascii() && third.is_ascii());
        [first as u8, second as u8, third as u8]
    };
    let [first, second, third] = BYTES;
    (byte == first) | (byte == second) | (byte == third)
}

/// The rule of a row of integers: "Value range".
///
/// ```
/// use miniprogram_protocol::schema::Integer;
///
/// const QUANTITY: Integer = Integer::min(1);
/// assert_eq!((QUANTITY.minimum(), QUANTITY.maximum()), (1, i64::MAX));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Integer {
    minimum: i64,
    maximum: i64,
    text_by_policy: bool,
}

impl Integer {
    /// No rule but the type's own.
    pub const ANY: Self = Self { minimum: i64::MIN, maximum: i64::MAX, text_by_policy: false };

    /// From `minimum` to `maximum`, both included.
    #[must_use]
    pub const fn range(minimum: i64, maximum: i64) -> Self {
        Self { minimum, maximum, ..Self::ANY }
    }

    /// From `minimum`, without an upper limit but the type's.
    #[must_use]
    pub const fn min(minimum: i64) -> Self {
        Self { minimum, ..Self::ANY }
    }

    /// The integer as a text is a deviation that a policy may let pass:
    /// [`AmountAsText`](crate::Deviation::AmountAsText).
    #[must_use]
    pub const fn text_by_policy(mut self) -> Self {
        self.text_by_policy = true;
        self
    }

    /// The same rule for another range.
    pub(crate) const fn with_range(mut self, minimum: i64, maximum: i64) -> Self {
        (self.minimum, self.maximum) = (minimum, maximum);
        self
    }

    /// Whether a policy may let the integer pass as a text.
    pub(crate) const fn may_be_text(self) -> bool {
        self.text_by_policy
    }

    /// The least value.
    #[must_use]
    pub const fn minimum(self) -> i64 {
        self.minimum
    }

    /// The greatest value.
    #[must_use]
    pub const fn maximum(self) -> i64 {
        self.maximum
    }

    pub(crate) const fn into_rule(self) -> Rule {
        Rule::Integer(self)
    }

    /// The integer that a number is, if it is plain to see that the rule allows it.
    #[inline]
    pub(crate) fn plainly(self, number: Number) -> Option<i64> {
        let Number::Unsigned(integer) = number else { return None };
        i64::try_from(integer)
            .ok()
            .filter(|integer| (self.minimum..=self.maximum).contains(integer))
    }

    /// The integer that a number is, if 64 bits hold it. Reports what of the rule it breaks.
    #[inline]
    pub(crate) fn read(self, number: Number, at: &mut Cursor<'_>) -> Option<i64> {
        self.plainly(number).or_else(|| self.check_number(number, at))
    }

    /// Reports what keeps a number from being an integer that the rule allows. The integer, if
    /// 64 bits hold it.
    #[inline(never)]
    pub(crate) fn check_number(self, number: Number, at: &mut Cursor<'_>) -> Option<i64> {
        let rule = if at.judges() { self } else { Self::ANY };
        let negative = match number {
            Number::Negative(integer) => {
                rule.check(integer, at);
                return Some(integer);
            }
            Number::Unsigned(integer) => {
                if let Ok(integer) = i64::try_from(integer) {
                    rule.check(integer, at);
                    return Some(integer);
                }
                false
            }
            Number::Beyond { negative } => negative,
            Number::Float(_) => {
                let (expected, found) = (JsonType::Integer, JsonType::Number);
                at.violate(ViolationKind::Type { expected, found });
                return None;
            }
        };
        at.violate(if negative {
            ViolationKind::Minimum { minimum: rule.minimum }
        } else {
            ViolationKind::Maximum { maximum: rule.maximum }
        });
        None
    }

    pub(crate) fn check(self, integer: i64, at: &mut Cursor<'_>) {
        if integer < self.minimum {
            at.violate(ViolationKind::Minimum { minimum: self.minimum });
        } else if integer > self.maximum {
            at.violate(ViolationKind::Maximum { maximum: self.maximum });
        }
    }
}

/// The rule of a row of arrays: "Maximum size", and the rule of each element.
///
/// ```
/// use miniprogram_protocol::schema::{List, Text};
///
/// const KEYWORDS: List<Text> = List::max(50).each(Text::max(50));
/// assert_eq!(KEYWORDS.max_items(), Some(50));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct List<R = Object> {
    max_items: u32,
    each: R,
}

impl List {
    /// "Maximum size: `elements` elements".
    #[must_use]
    pub const fn max(elements: u32) -> Self {
        Self { max_items: elements, each: Object::ANY }
    }

    /// The rule `rule` for each element.
    #[must_use]
    pub const fn each<R: Copy>(self, rule: R) -> List<R> {
        List { max_items: self.max_items, each: rule }
    }

    pub(crate) const fn into_rule(self) -> Rule {
        assert!(self.each.laws().is_empty(), "the schema has no place for laws of elements");
        Rule::List { max_items: self.max_items(), each: None }
    }
}

impl List<Text> {
    pub(crate) const fn into_rule(self) -> Rule {
        Rule::List { max_items: self.max_items(), each: Some(self.each) }
    }
}

impl<R: Copy> List<R> {
    /// Any number of elements that keep `each`.
    pub(crate) const fn of(each: R) -> Self {
        Self { max_items: u32::MAX, each }
    }

    fn at_most(max_items: Option<u32>, each: R) -> Self {
        Self { max_items: max_items.unwrap_or(u32::MAX), each }
    }

    /// The greatest number of elements.
    #[must_use]
    pub const fn max_items(self) -> Option<u32> {
        if self.max_items == u32::MAX { None } else { Some(self.max_items) }
    }

    pub(crate) const fn element(self) -> R {
        self.each
    }

    /// Reports that an array is too long for the rule, or has more elements than `read_at_most`.
    pub(crate) fn check_length(self, elements: usize, read_at_most: usize, at: &mut Cursor<'_>) {
        check_items(self.max_items(), elements, read_at_most, at);
    }
}

/// Reports that an array has more elements than its rule allows, or than are read.
pub(crate) fn check_items(
    max_items: Option<u32>,
    elements: usize,
    read_at_most: usize,
    at: &mut Cursor<'_>,
) {
    let (items, read_at_most) = (elements as u64, read_at_most as u64);
    let max_items = max_items.map_or(read_at_most, |most| read_at_most.min(most.into()));
    if items > max_items {
        at.violate(ViolationKind::MaxItems { max_items, items });
    }
}

/// The rule of a row of tables: what this row asks of the table's members, beside what the table
/// itself asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Object {
    laws: &'static [Law],
    told: Option<&'static str>,
}

impl Object {
    /// Nothing.
    pub const ANY: Self = Self { laws: &[], told: None };

    /// The rules `laws` between the members.
    #[must_use]
    pub const fn ensure(laws: &'static [Law]) -> Self {
        Self { laws, ..Self::ANY }
    }

    /// Tells the listed text of `member` to the table that the row stands in, whose rules between
    /// rows ask for it, also when the object cannot be read for something else.
    pub(crate) const fn telling(mut self, member: &'static str) -> Self {
        self.told = Some(member);
        self
    }

    /// The member whose listed text is told.
    pub(crate) const fn told(self) -> Option<&'static str> {
        self.told
    }

    /// Whether this row asks what the member is, and not only whether it is given.
    pub(crate) fn asks(self, member: &str) -> bool {
        self.told == Some(member) || law::ask_text_of(self.laws, member)
    }

    /// The rules between the members.
    #[must_use]
    pub const fn laws(self) -> &'static [Law] {
        self.laws
    }

    pub(crate) const fn into_rule(self) -> Rule {
        Rule::Object(self)
    }
}

/// The rule of a row of which nothing but the type is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct NoRule;

/// A rule of rows of one type.
pub trait RowRule: Copy {
    /// The rule that the data is, if it is one of this type.
    fn of(rule: Rule) -> Option<Self>;
}

impl RowRule for Text {
    fn of(rule: Rule) -> Option<Self> {
        if let Rule::Text(text) = rule { Some(text) } else { None }
    }
}

impl RowRule for Integer {
    fn of(rule: Rule) -> Option<Self> {
        if let Rule::Integer(integer) = rule { Some(integer) } else { None }
    }
}

impl RowRule for List {
    fn of(rule: Rule) -> Option<Self> {
        if let Rule::List { max_items, .. } = rule {
            Some(Self::at_most(max_items, Object::ANY))
        } else {
            None
        }
    }
}

impl RowRule for List<Text> {
    fn of(rule: Rule) -> Option<Self> {
        if let Rule::List { max_items, each } = rule {
            Some(Self::at_most(max_items, each.unwrap_or(Text::ANY)))
        } else {
            None
        }
    }
}

impl RowRule for Object {
    fn of(rule: Rule) -> Option<Self> {
        if let Rule::Object(object) = rule { Some(object) } else { None }
    }
}

impl RowRule for NoRule {
    fn of(_: Rule) -> Option<Self> {
        None
    }
}

/// The rule of any row, as data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Rule {
    /// Nothing but the type is asked.
    None,
    /// The rule of a text.
    Text(Text),
    /// The rule of an integer.
    Integer(Integer),
    /// The rule of an array.
    List {
        /// The greatest number of elements.
        max_items: Option<u32>,
        /// The rule of each element that is a text.
        each: Option<Text>,
    },
    /// The rule of a table.
    Object(Object),
}

#[cfg(test)]
mod tests {
    use super::{Integer, List, Object, RowRule, Rule, Text};
    use crate::{Law, json::Number};

    const LAWS: &[Law] = &[Law::AnyOf(&["a", "b"])];

    #[test]
    fn a_rule_tells_the_limits_that_it_was_made_with() {
        assert_eq!(Integer::ANY.text_by_policy().maximum(), i64::MAX);
        assert_eq!(Text::max(9).date_by_policy().max_length(), Some(9));
        for (text, least, most, forbidden) in [
            (Text::ANY, None, None, &[][..]),
            (Text::max(64), None, Some(64), &[]),
            (Text::max(32).min(1), Some(1), Some(32), &[]),
            (Text::max(0).plain(), None, Some(0), &['@', '#', '?']),
        ] {
            assert_eq!((text.min_length(), text.max_length()), (least, most));
            assert_eq!(text.forbidden_characters(), forbidden);
        }
        for (integer, least, most) in [
            (Integer::ANY, i64::MIN, i64::MAX),
            (Integer::min(1), 1, i64::MAX),
            (Integer::range(-1, 7), -1, 7),
        ] {
            assert_eq!((integer.minimum(), integer.maximum()), (least, most));
        }
        for (list, most, each) in [
            (List::of(Text::ANY), None, Text::ANY),
            (List::max(50).each(Text::max(5)), Some(50), Text::max(5)),
            (List::max(0).each(Text::ANY), Some(0), Text::ANY),
        ] {
            assert_eq!((list.max_items(), list.element()), (most, each));
        }
        assert_eq!(Object::ANY.laws(), []);
        assert_eq!(Object::ensure(LAWS).laws(), LAWS);
    }

    /// Where a value stands is written down before it is judged in full.
    #[test]
    fn most_valid_values_are_seen_at_a_glance() {
        let id = Text::max(8).min(2).plain();
        for (text, at_a_glance) in [
            ("abcdefgh", true),
            ("abcde", true),
            ("abcdefghi", false),
            ("ab?defgh", false),
            // Four bytes may be one character, and ten bytes eight.
            ("abcd", false),
            ("äöüäö", false),
        ] {
            assert_eq!(id.surely_allows(text), at_a_glance, "{text}");
        }
        let quantity = Integer::range(1, 9);
        for (number, integer) in [
            (Number::Unsigned(1), Some(1)),
            (Number::Unsigned(9), Some(9)),
            (Number::Unsigned(0), None),
            (Number::Unsigned(10), None),
            (Number::Unsigned(u64::MAX), None),
            (Number::Negative(-1), None),
            (Number::Float(5.0), None),
        ] {
            assert_eq!(quantity.plainly(number), integer, "{number:?}");
        }
    }

    #[test]
    fn a_rule_as_data_is_the_rule_of_its_row() {
        let (text, integer) = (Text::max(3), Integer::min(1));
        assert_eq!(text.into_rule(), Rule::Text(text));
        assert_eq!(integer.into_rule(), Rule::Integer(integer));
        assert_eq!(Object::ANY.into_rule(), Rule::Object(Object::ANY));
        assert_eq!(Text::of(Rule::Text(text)), Some(text));
        assert_eq!(Object::of(Rule::Object(Object::ANY)), Some(Object::ANY));
        assert!(Text::of(Rule::Integer(integer)).is_none());
        assert!(Object::of(Rule::None).is_none());
        assert!(<List as RowRule>::of(Rule::None).is_none());
        assert!(<List<Text> as RowRule>::of(Rule::None).is_none());
        assert!(Integer::of(Rule::None).is_none());
        assert_eq!(List::max(3).into_rule(), Rule::List { max_items: Some(3), each: None });
        assert_eq!(
            List::max(3).each(text).into_rule(),
            Rule::List { max_items: Some(3), each: Some(text) }
        );
    }
}
