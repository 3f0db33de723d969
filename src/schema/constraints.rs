//! Constraints on values, which can be built in const contexts.

use super::{ArrayType, CrossFieldRule, ItemType, StringType, ValueType, reads_value_of};
use crate::json::{self, Number};
use std::num::NonZeroU16;

/// The characters that the specification forbids as "special characters such as @ # ?".
///
/// Only these three characters are forbidden, because the specification's own examples contain
/// other special characters, `{ } " : , * _ + -`, in such fields. Full-width look-alikes (＠ ＃ ？)
/// are allowed.
pub const FORBIDDEN_CHARACTERS: &[char] = &SPECIAL_CHARACTERS;

/// The characters in [`FORBIDDEN_CHARACTERS`].
pub(crate) const SPECIAL_CHARACTERS: [char; 3] = ['@', '#', '?'];

/// Constraints on a string. Lengths are in characters (Unicode scalar values).
///
/// ```
/// use miniprogram_protocol::schema::StringConstraints;
///
/// const ID: StringConstraints =
///     StringConstraints::UNCONSTRAINED.max_length(64).no_special_characters();
/// assert_eq!(ID.max_length, Some(64));
/// assert_eq!(ID.forbidden_characters(), &['@', '#', '?']);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct StringConstraints {
    /// The minimum length, or 0 if there is none.
    pub min_length: u32,
    /// The maximum length.
    pub max_length: Option<u32>,
    /// True if [`FORBIDDEN_CHARACTERS`] are forbidden.
    pub no_special_characters: bool,
    /// The 1-based index of the limits that a policy sets. The limits include the forbidden
    /// characters, so `no_special_characters` is false if there are limits.
    pub(crate) policy_limits: Option<NonZeroU16>,
}

impl StringConstraints {
    /// No constraints.
    pub const UNCONSTRAINED: Self =
        Self { min_length: 0, max_length: None, no_special_characters: false, policy_limits: None };

    /// Sets the maximum length.
    #[must_use]
    pub const fn max_length(mut self, characters: u32) -> Self {
        self.max_length = Some(characters);
        self
    }

    /// Sets the minimum length.
    #[must_use]
    pub const fn min_length(mut self, characters: u32) -> Self {
        self.min_length = characters;
        self
    }

    /// Forbids [`FORBIDDEN_CHARACTERS`].
    #[must_use]
    pub const fn no_special_characters(mut self) -> Self {
        self.no_special_characters = true;
        self
    }

    /// Returns the forbidden characters.
    #[must_use]
    pub const fn forbidden_characters(self) -> &'static [char] {
        if self.no_special_characters { FORBIDDEN_CHARACTERS } else { &[] }
    }

    /// Removes the specification's constraints, but keeps the policy's limits.
    pub(crate) const fn without_spec_constraints(self) -> Self {
        Self { policy_limits: self.policy_limits, ..Self::UNCONSTRAINED }
    }

    /// Adds the policy's limits on the string, given by their 1-based index in the policy.
    pub(crate) const fn with_policy_limits(mut self, index: NonZeroU16) -> Self {
        (self.no_special_characters, self.policy_limits) = (false, Some(index));
        self
    }

    /// Returns `value_type` with these constraints in place of its own.
    #[doc(hidden)]
    #[must_use]
    pub const fn constrain(self, value_type: ValueType) -> ValueType {
        match value_type {
            ValueType::String(string) => {
                ValueType::String(StringType { constraints: self, ..string })
            }
            other => other,
        }
    }

    /// Returns true if a quick check shows that `string` satisfies the constraints. The length in
    /// characters is estimated from the length in bytes, because a character takes 1 to 4 bytes.
    #[expect(clippy::disallowed_methods, reason = "the divisor is a constant")]
    #[inline]
    pub(crate) fn accepts_fast(self, string: &str) -> bool {
        // Branches are faster here than a `match`, which compiles to a jump table.
        let characters_fit = if self.no_special_characters {
            !has_forbidden_character(string)
        } else {
            self.policy_limits.is_none()
        };
        string.len() <= self.max_length.unwrap_or(u32::MAX) as usize
            && string.len().div_ceil(4) >= self.min_length as usize
            && characters_fit
    }
}

fn has_forbidden_character(string: &str) -> bool {
    json::any_byte(string.as_bytes(), is_forbidden_byte)
}

/// Returns whether a byte is one of [`FORBIDDEN_CHARACTERS`].
#[allow(clippy::needless_bitwise_bool, reason = "branches would prevent vectorization")]
pub(crate) const fn is_forbidden_byte(byte: u8) -> bool {
    const FORBIDDEN_BYTES: [u8; 3] = {
        let [first, second, third] = SPECIAL_CHARACTERS;
        assert!(first.is_ascii() && second.is_ascii() && third.is_ascii());
        [first as u8, second as u8, third as u8]
    };
    let [first, second, third] = FORBIDDEN_BYTES;
    (byte == first) | (byte == second) | (byte == third)
}

/// Constraints on an integer.
///
/// ```
/// use miniprogram_protocol::schema::IntegerConstraints;
///
/// const QUANTITY: IntegerConstraints = IntegerConstraints::UNCONSTRAINED.minimum(1);
/// assert_eq!((QUANTITY.minimum, QUANTITY.maximum), (1, i64::MAX));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct IntegerConstraints {
    /// The minimum value.
    pub minimum: i64,
    /// The maximum value.
    pub maximum: i64,
    /// True if a policy can allow the integer as a string:
    /// [`Deviation::AmountAsString`](crate::Deviation::AmountAsString).
    pub string_allowed: bool,
}

impl IntegerConstraints {
    /// Any 64-bit integer.
    pub const UNCONSTRAINED: Self =
        Self { minimum: i64::MIN, maximum: i64::MAX, string_allowed: false };

    /// Sets the minimum and the maximum value.
    #[must_use]
    pub const fn range(mut self, minimum: i64, maximum: i64) -> Self {
        (self.minimum, self.maximum) = (minimum, maximum);
        self
    }

    /// Sets the minimum value.
    #[must_use]
    pub const fn minimum(mut self, minimum: i64) -> Self {
        self.minimum = minimum;
        self
    }

    /// Sets the maximum value.
    #[must_use]
    pub const fn maximum(mut self, maximum: i64) -> Self {
        self.maximum = maximum;
        self
    }

    /// Lets a policy allow the integer as a string.
    #[must_use]
    pub const fn string_allowed(mut self) -> Self {
        self.string_allowed = true;
        self
    }

    /// Returns `value_type` with these constraints in place of its own.
    #[doc(hidden)]
    #[must_use]
    pub const fn constrain(self, value_type: ValueType) -> ValueType {
        match value_type {
            ValueType::Integer(_) => ValueType::Integer(self),
            other => other,
        }
    }

    /// Returns the integer if a quick check shows that `number` satisfies the constraints.
    #[inline]
    pub(crate) fn read_fast(self, number: Number) -> Option<i64> {
        let Number::Unsigned(integer) = number else { return None };
        i64::try_from(integer)
            .ok()
            .filter(|integer| (self.minimum..=self.maximum).contains(integer))
    }
}

/// Constraints on an array, and on each of its elements.
///
/// ```
/// use miniprogram_protocol::schema::{ArrayConstraints, StringConstraints};
///
/// const KEYWORDS: ArrayConstraints<StringConstraints> =
///     ArrayConstraints::new(StringConstraints::UNCONSTRAINED).max_items(50).item_max_length(20);
/// assert_eq!(KEYWORDS.max_items, Some(50));
/// assert_eq!(KEYWORDS.items.max_length, Some(20));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct ArrayConstraints<C = ObjectConstraints> {
    /// The maximum number of elements.
    pub max_items: Option<u32>,
    /// The constraints on each element.
    pub items: C,
}

impl<C: Copy> ArrayConstraints<C> {
    /// Returns constraints that allow any number of elements, each of which must satisfy `items`.
    #[must_use]
    pub const fn new(items: C) -> Self {
        Self { max_items: None, items }
    }

    /// Sets the maximum number of elements.
    #[must_use]
    pub const fn max_items(mut self, elements: u32) -> Self {
        self.max_items = Some(elements);
        self
    }
}

impl ArrayConstraints {
    /// Returns `value_type` with these constraints in place of its own.
    #[doc(hidden)]
    #[must_use]
    pub const fn constrain(self, value_type: ValueType) -> ValueType {
        assert!(
            self.items.cross_field_rules.is_empty(),
            "`ItemType` cannot represent cross-field rules"
        );
        let max_items = self.max_items;
        match value_type {
            ValueType::Array(array) => ValueType::Array(ArrayType { max_items, ..array }),
            ValueType::OneOrMany(array) => ValueType::OneOrMany(ArrayType { max_items, ..array }),
            other => other,
        }
    }
}

impl ArrayConstraints<StringConstraints> {
    /// Sets the maximum length of each element.
    #[must_use]
    pub const fn item_max_length(mut self, characters: u32) -> Self {
        self.items = self.items.max_length(characters);
        self
    }

    /// Returns `value_type` with these constraints in place of its own.
    #[doc(hidden)]
    #[must_use]
    pub const fn constrain(self, value_type: ValueType) -> ValueType {
        match value_type {
            ValueType::Array(ArrayType { items: ItemType::String(string), .. }) => {
                let items = ItemType::String(StringType { constraints: self.items, ..string });
                ValueType::Array(ArrayType { items, max_items: self.max_items })
            }
            other => other,
        }
    }
}

/// Constraints that a field adds to those of its object type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct ObjectConstraints {
    /// Cross-field rules between the fields of the object.
    pub cross_field_rules: &'static [CrossFieldRule],
    /// The field of the object that the parent's cross-field rules can read. The rules can read a
    /// known enum value even if another field makes the object invalid.
    pub(crate) exposed_field: Option<&'static str>,
}

impl ObjectConstraints {
    /// No constraints.
    pub const UNCONSTRAINED: Self = Self { cross_field_rules: &[], exposed_field: None };

    /// Sets the cross-field rules.
    #[must_use]
    pub const fn cross_field_rules(mut self, rules: &'static [CrossFieldRule]) -> Self {
        self.cross_field_rules = rules;
        self
    }

    /// Exposes the known value of `field`, which must be an enum, to the parent's cross-field rules:
    /// they can read it even if another field makes the object invalid.
    #[doc(hidden)]
    #[must_use]
    pub const fn exposes(mut self, field: &'static str) -> Self {
        self.exposed_field = Some(field);
        self
    }

    /// Returns whether a cross-field rule reads the value of `field`, not only its presence.
    pub(crate) fn reads_value_of(self, field: &str) -> bool {
        self.exposed_field == Some(field) || reads_value_of(self.cross_field_rules, field)
    }

    /// Returns `value_type` with these constraints in place of its own.
    #[doc(hidden)]
    #[must_use]
    pub const fn constrain(self, value_type: ValueType) -> ValueType {
        match value_type {
            ValueType::Object(schema, _) => ValueType::Object(schema, self),
            other => other,
        }
    }
}

/// The constraints on a type that cannot be constrained further.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct NoConstraints;

impl NoConstraints {
    /// Returns `value_type`, which has no constraints.
    #[must_use]
    pub const fn constrain(self, value_type: ValueType) -> ValueType {
        value_type
    }
}

/// Constraints on values of one type.
pub trait TypedConstraints: Copy {
    /// Returns the constraints of a value type, or `None` if they have another Rust type.
    fn from_value_type(value_type: ValueType) -> Option<Self>;
}

impl TypedConstraints for StringConstraints {
    fn from_value_type(value_type: ValueType) -> Option<Self> {
        if let ValueType::String(string) = value_type { Some(string.constraints) } else { None }
    }
}

impl TypedConstraints for IntegerConstraints {
    fn from_value_type(value_type: ValueType) -> Option<Self> {
        if let ValueType::Integer(integer) = value_type { Some(integer) } else { None }
    }
}

impl<C: TypedConstraints> TypedConstraints for ArrayConstraints<C> {
    fn from_value_type(value_type: ValueType) -> Option<Self> {
        let (ValueType::Array(array) | ValueType::OneOrMany(array)) = value_type else {
            return None;
        };
        let items = C::from_value_type(array.items.value_type())?;
        Some(Self { max_items: array.max_items, items })
    }
}

impl TypedConstraints for ObjectConstraints {
    fn from_value_type(value_type: ValueType) -> Option<Self> {
        if let ValueType::Object(_, constraints) = value_type { Some(constraints) } else { None }
    }
}

impl TypedConstraints for NoConstraints {
    fn from_value_type(_: ValueType) -> Option<Self> {
        Some(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::{
        ArrayConstraints, IntegerConstraints, NoConstraints, ObjectConstraints, StringConstraints,
        TypedConstraints, ValueType,
    };
    use crate::{
        dictionary::Amount, json::Number, model::OneOrMany, read::FieldValue,
        schema::CrossFieldRule,
    };

    const RULES: &[CrossFieldRule] = &[CrossFieldRule::AtLeastOneOf(&["a", "b"])];
    const ANY_STRING: StringConstraints = StringConstraints::UNCONSTRAINED;
    const ANY_INTEGER: IntegerConstraints = IntegerConstraints::UNCONSTRAINED;

    #[test]
    fn each_builder_method_sets_one_constraint() {
        let id = ANY_STRING.max_length(32).min_length(1).no_special_characters();
        assert_eq!((id.min_length, id.max_length), (1, Some(32)));
        assert_eq!(id.forbidden_characters(), ['@', '#', '?']);
        let range = ANY_INTEGER.range(-1, 7);
        assert_eq!((range.minimum, range.maximum, range.string_allowed), (-1, 7, false));
        assert!(ANY_INTEGER.string_allowed().string_allowed);
        let keywords = ArrayConstraints::new(ANY_STRING).max_items(50).item_max_length(5);
        assert_eq!((keywords.max_items, keywords.items), (Some(50), ANY_STRING.max_length(5)));
        let object = ObjectConstraints::UNCONSTRAINED.cross_field_rules(RULES);
        assert_eq!(object.cross_field_rules, RULES);
    }

    /// Values that the fast path does not accept are validated on the slow path.
    #[test]
    fn fast_path_accepts_most_valid_values() {
        let id = ANY_STRING.max_length(8).min_length(2).no_special_characters();
        for (string, fast) in [
            ("abcdefgh", true),
            ("abcde", true),
            ("abcdefghi", false),
            ("ab?defgh", false),
            // The fast path knows only the number of bytes: "abcd" could be one character, and
            // "äöüäö" could be ten.
            ("abcd", false),
            ("äöüäö", false),
        ] {
            assert_eq!(id.accepts_fast(string), fast, "{string}");
        }
        let quantity = ANY_INTEGER.range(1, 9);
        for (number, integer) in [
            (Number::Unsigned(1), Some(1)),
            (Number::Unsigned(9), Some(9)),
            (Number::Unsigned(0), None),
            (Number::Unsigned(10), None),
            (Number::Unsigned(u64::MAX), None),
            (Number::Negative(-1), None),
            (Number::Float(5.0), None),
        ] {
            assert_eq!(quantity.read_fast(number), integer, "{number:?}");
        }
    }

    fn constraints_of<C: TypedConstraints>(value_type: ValueType) -> Option<C> {
        C::from_value_type(value_type)
    }

    #[test]
    fn converts_constraints_to_value_types_and_back() {
        fn round_trip<T: FieldValue>(value_type: ValueType) -> Option<T::Constraints> {
            assert_ne!(value_type, T::VALUE_TYPE);
            constraints_of(value_type)
        }
        let (string, integer) = (ANY_STRING.max_length(3), ANY_INTEGER.minimum(1));
        let strings = ArrayConstraints::new(string).max_items(3);
        let objects = ArrayConstraints::new(ObjectConstraints::UNCONSTRAINED).max_items(3);
        let object = ObjectConstraints::UNCONSTRAINED.cross_field_rules(RULES);
        assert_eq!(round_trip::<String>(string.constrain(String::VALUE_TYPE)), Some(string));
        assert_eq!(round_trip::<i64>(integer.constrain(i64::VALUE_TYPE)), Some(integer));
        let value_type = strings.constrain(Vec::<String>::VALUE_TYPE);
        assert_eq!(round_trip::<Vec<String>>(value_type), Some(strings));
        let value_type = objects.constrain(Vec::<Amount>::VALUE_TYPE);
        assert_eq!(round_trip::<Vec<Amount>>(value_type), Some(objects));
        let value_type = objects.constrain(OneOrMany::<Amount>::VALUE_TYPE);
        assert_eq!(round_trip::<OneOrMany<Amount>>(value_type), Some(objects));
        assert_eq!(round_trip::<Amount>(object.constrain(Amount::VALUE_TYPE)), Some(object));
        assert_eq!(NoConstraints.constrain(bool::VALUE_TYPE), bool::VALUE_TYPE);
    }

    #[test]
    fn value_types_have_one_kind_of_constraints() {
        let boolean = bool::VALUE_TYPE;
        assert_eq!(constraints_of::<StringConstraints>(boolean), None);
        assert_eq!(constraints_of::<IntegerConstraints>(boolean), None);
        assert_eq!(constraints_of::<ArrayConstraints>(boolean), None);
        assert_eq!(constraints_of::<ArrayConstraints>(Vec::<String>::VALUE_TYPE), None);
        assert_eq!(constraints_of::<ObjectConstraints>(boolean), None);
        assert_eq!(constraints_of(boolean), Some(NoConstraints));
    }
}
