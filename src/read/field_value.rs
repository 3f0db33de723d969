use super::{ArrayReader, FieldLookup, LexerReader, ObjectReader};
use crate::{
    json::{Lexer, Number},
    report::ViolationKind,
    schema::{
        ArrayConstraints, ArrayType, IntegerConstraints, ItemType, JsonType, StringConstraints,
        StringType, TypedConstraints, ValueType, constraints::NoConstraints,
    },
    validate::{Operand, ValidationContext, check_item_count, visit_items},
};
use std::borrow::Cow;

/// The outcome of reading one field.
#[derive(Clone, Copy, Debug)]
pub enum ParsedField<T> {
    /// The field is absent.
    Missing,
    /// The field is null.
    Null,
    /// No value could be built, and the violations have been reported. For an object, the variant
    /// may contain the value of the field that `ObjectConstraints::exposes` exposes.
    Invalid(Option<&'static str>),
    /// The value was built, and its violations, if any, have been reported.
    Value(T),
}

impl<T: FieldValue> ParsedField<T> {
    /// Reads the field `name` of the object whose context is `cx`. Skips and reports a duplicate.
    #[inline]
    pub fn read<'de, R: ObjectReader<'de>>(
        &mut self,
        reader: &mut R,
        name: &str,
        constraints: T::Constraints,
        cx: &mut ValidationContext<'_>,
    ) -> Result<(), R::Error> {
        if let Self::Missing = self {
            *self = reader.read_value(name, constraints, cx)?;
            return Ok(());
        }
        skip_duplicate(reader, name, cx)
    }

    /// Reports a null or missing value that must be present: an element of an array, or the whole
    /// document.
    #[inline]
    pub(super) fn reject_null(&self, cx: &mut ValidationContext<'_>) {
        if let Self::Missing | Self::Null = self {
            cx.report_wrong_type(T::JSON_TYPE, JsonType::Null);
        }
    }

    /// Returns the operand that cross-field rules read: the value itself or, if `inner` is not
    /// empty, its field `inner`.
    pub fn operand(&self, inner: &str) -> Operand<&str> {
        match self {
            Self::Missing | Self::Null => Operand::Absent,
            Self::Invalid(exposed) => exposed.map_or(Operand::Present, Operand::String),
            Self::Value(value) => value.operand(inner),
        }
    }
}

/// The Rust type of a field. Each type accepts only certain JSON types.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the type of a field",
    label = "not a supported field type",
    note = "fields have the types `String`, `i64`, `bool`, a type of this crate or of \
            `protocol_type!`, or a `Vec` of strings or objects"
)]
pub trait FieldValue: Sized + 'static {
    /// The constraints that a field can add to those of the type.
    type Constraints: TypedConstraints;
    /// The value of [`Constraints`](Self::Constraints) for a field that adds none.
    const UNCONSTRAINED: Self::Constraints;
    /// The type as data, without the constraints that a field adds.
    const VALUE_TYPE: ValueType;
    /// The expected JSON type, for violations.
    const JSON_TYPE: JsonType;

    /// Converts a string to this type without validating it. Returns `None` if the type does not
    /// accept strings.
    fn from_string(_: Cow<'_, str>) -> Option<Self> {
        None
    }

    /// Reads a string.
    fn read_string(
        string: Cow<'_, str>,
        constraints: Self::Constraints,
        cx: &mut ValidationContext<'_>,
    ) -> ParsedField<Self> {
        let Some(value) = Self::from_string(string) else {
            return reject_wrong_type(JsonType::String, cx);
        };
        if cx.checks_constraints() && !value.accepts_fast(constraints) {
            value.validate_value(constraints, cx);
        }
        ParsedField::Value(value)
    }

    /// Reads a number.
    fn read_number(
        _: Number,
        _: Self::Constraints,
        cx: &mut ValidationContext<'_>,
    ) -> ParsedField<Self> {
        reject_wrong_type(JsonType::Number, cx)
    }

    /// Reads a boolean.
    fn read_boolean(_: bool, cx: &mut ValidationContext<'_>) -> ParsedField<Self> {
        reject_wrong_type(JsonType::Boolean, cx)
    }

    /// Reads an array.
    fn read_array<'de, R: ArrayReader<'de>>(
        reader: R,
        _: Self::Constraints,
        cx: &mut ValidationContext<'_>,
    ) -> Result<ParsedField<Self>, R::Error> {
        skip_elements(reader)?;
        Ok(reject_wrong_type(JsonType::Array, cx))
    }

    /// Reads an object, without running custom checks, because only the lexer reads with a policy.
    fn read_object<'de, R: ObjectReader<'de>>(
        reader: R,
        _: Self::Constraints,
        cx: &mut ValidationContext<'_>,
    ) -> Result<ParsedField<Self>, R::Error> {
        skip_members(reader)?;
        Ok(reject_wrong_type(JsonType::Object, cx))
    }

    /// Reads the next value from the lexer; the value must be an object. `read_and_check_object`
    /// calls this method and then runs the custom checks on the value.
    ///
    /// `OneOrMany` overrides this method to run the checks on the object that it contains.
    fn read_json_object(
        lexer: &mut Lexer<'_>,
        constraints: Self::Constraints,
        cx: &mut ValidationContext<'_>,
    ) -> crate::json::Result<ParsedField<Self>> {
        Self::read_object(LexerReader::enter(lexer)?, constraints, cx)
    }

    /// Returns true if a quick check shows that the value is valid, and false if the value must be
    /// validated.
    fn accepts_fast(&self, _: Self::Constraints) -> bool {
        false
    }

    /// Validates a value against its type and the constraints.
    fn validate_value(&self, constraints: Self::Constraints, cx: &mut ValidationContext<'_>);

    /// Validates the value of the field `name` of the object whose context is `cx`.
    #[allow(clippy::inline_always, reason = "called once per field; faster when inlined")]
    #[inline(always)]
    fn validate_field(
        &self,
        name: &str,
        constraints: Self::Constraints,
        cx: &mut ValidationContext<'_>,
    ) {
        // Most values are valid and do not need a context.
        if !self.accepts_fast(constraints) {
            self.validate_value(constraints, &mut cx.field(name));
        }
    }

    /// Returns the operand that cross-field rules read: the value itself or, if the name of an inner
    /// field is not empty, that field.
    fn operand(&self, _inner_field: &str) -> Operand<&str> {
        Operand::Present
    }
}

/// Reports a value of the wrong type.
fn reject_wrong_type<T: FieldValue>(
    found: JsonType,
    cx: &mut ValidationContext<'_>,
) -> ParsedField<T> {
    cx.report_wrong_type(T::JSON_TYPE, found);
    ParsedField::Invalid(None)
}

/// Skips and reports a duplicate of the field `name`.
#[cold]
#[inline(never)]
fn skip_duplicate<'de, R: ObjectReader<'de>>(
    reader: &mut R,
    name: &str,
    cx: &mut ValidationContext<'_>,
) -> Result<(), R::Error> {
    cx.field(name).report(ViolationKind::Duplicate);
    reader.skip_value()
}

/// Skips the remaining elements of an array.
#[inline(never)]
fn skip_elements<'de, R: ArrayReader<'de>>(mut reader: R) -> Result<(), R::Error> {
    while reader.skip_element()? {}
    Ok(())
}

/// Skips the remaining members of an object.
#[inline(never)]
fn skip_members<'de, R: ObjectReader<'de>>(mut reader: R) -> Result<(), R::Error> {
    while reader.next(&mut FieldLookup::new(&[]))?.is_some() {
        reader.skip_value()?;
    }
    Ok(())
}

impl FieldValue for String {
    type Constraints = StringConstraints;
    const UNCONSTRAINED: StringConstraints = StringConstraints::UNCONSTRAINED;
    const VALUE_TYPE: ValueType = ValueType::String(StringType::ANY);
    const JSON_TYPE: JsonType = JsonType::String;

    #[inline]
    fn from_string(string: Cow<'_, str>) -> Option<Self> {
        Some(string.into_owned())
    }

    #[inline]
    fn accepts_fast(&self, constraints: StringConstraints) -> bool {
        constraints.accepts_fast(self)
    }

    fn validate_value(&self, constraints: StringConstraints, cx: &mut ValidationContext<'_>) {
        constraints.validate(self, &|| None, cx);
    }

    fn operand(&self, _: &str) -> Operand<&str> {
        Operand::String(self)
    }
}

impl FieldValue for i64 {
    type Constraints = IntegerConstraints;
    const UNCONSTRAINED: IntegerConstraints = IntegerConstraints::UNCONSTRAINED;
    const VALUE_TYPE: ValueType = ValueType::Integer(IntegerConstraints::UNCONSTRAINED);
    const JSON_TYPE: JsonType = JsonType::Integer;

    #[inline]
    fn read_number(
        number: Number,
        constraints: IntegerConstraints,
        cx: &mut ValidationContext<'_>,
    ) -> ParsedField<Self> {
        constraints.read(number, cx).map_or(ParsedField::Invalid(None), ParsedField::Value)
    }

    #[inline]
    fn accepts_fast(&self, constraints: IntegerConstraints) -> bool {
        (constraints.minimum..=constraints.maximum).contains(self)
    }

    fn validate_value(&self, constraints: IntegerConstraints, cx: &mut ValidationContext<'_>) {
        constraints.validate(*self, cx);
    }
}

impl FieldValue for bool {
    type Constraints = NoConstraints;
    const UNCONSTRAINED: NoConstraints = NoConstraints;
    const VALUE_TYPE: ValueType = ValueType::Boolean;
    const JSON_TYPE: JsonType = JsonType::Boolean;

    fn read_boolean(boolean: bool, _: &mut ValidationContext<'_>) -> ParsedField<Self> {
        ParsedField::Value(boolean)
    }

    #[inline]
    fn accepts_fast(&self, _: NoConstraints) -> bool {
        true
    }

    fn validate_value(&self, _: NoConstraints, _: &mut ValidationContext<'_>) {}

    fn operand(&self, _: &str) -> Operand<&str> {
        Operand::Boolean(*self)
    }
}

/// Reserves capacity for `expected` more values, within bounds, because malicious input can cause a
/// wrong estimate. The minimum keeps reallocations rare. The maximum limits the capacity to 16 or
/// to four times the number of values, whichever is larger.
#[cold]
fn reserve<T>(values: &mut Vec<T>, expected: usize) {
    let length = values.len();
    #[expect(clippy::disallowed_methods, reason = "the first limit is never above the second")]
    values.reserve_exact(expected.clamp((length / 4).max(4), (length * 3).max(16)));
}

impl<T: FieldValue> FieldValue for Vec<T> {
    type Constraints = ArrayConstraints<T::Constraints>;
    const UNCONSTRAINED: ArrayConstraints<T::Constraints> = ArrayConstraints::new(T::UNCONSTRAINED);
    const VALUE_TYPE: ValueType =
        ValueType::Array(ArrayType::new(ItemType::from_value_type(T::VALUE_TYPE)));
    const JSON_TYPE: JsonType = JsonType::Array;

    fn read_array<'de, R: ArrayReader<'de>>(
        mut reader: R,
        constraints: Self::Constraints,
        cx: &mut ValidationContext<'_>,
    ) -> Result<ParsedField<Self>, R::Error> {
        let mut values = Self::new();
        let max_items = constraints.max_items.filter(|_| cx.checks_constraints());
        let length = visit_items(max_items, cx, |cx, index| {
            let Some(index) = index else { return reader.skip_element() };
            let cx = &mut cx.index(index);
            let parsed = reader.next(constraints.items, cx)?;
            if let ParsedField::Missing = parsed {
                return Ok(false);
            }
            parsed.reject_null(cx);
            if values.capacity() <= values.len() {
                reserve(&mut values, reader.estimate_remaining_elements(index + 1));
            }
            if let ParsedField::Value(value) = parsed {
                values.push(value);
            }
            Ok(true)
        })?;
        Ok(if values.len() == length {
            ParsedField::Value(values)
        } else {
            ParsedField::Invalid(None)
        })
    }

    fn validate_value(&self, constraints: Self::Constraints, cx: &mut ValidationContext<'_>) {
        for (index, value) in self.iter().enumerate() {
            if !value.accepts_fast(constraints.items) {
                value.validate_value(constraints.items, &mut cx.index(index));
            }
        }
        check_item_count(constraints.max_items, self.len(), usize::MAX, cx);
    }
}

#[cfg(test)]
mod tests {
    use super::{FieldValue, reserve};
    use crate::schema::{IntegerConstraints, StringConstraints, constraints::NoConstraints};

    /// Values that the fast path does not accept are validated on the slow path.
    #[test]
    fn fast_path_accepts_most_valid_values() {
        let string = StringConstraints::UNCONSTRAINED;
        let integer = IntegerConstraints::UNCONSTRAINED.range(1, 9);
        assert!("shoes".to_owned().accepts_fast(string.max_length(5).no_special_characters()));
        assert!(!"shoes".to_owned().accepts_fast(string.max_length(4)));
        assert!(9.accepts_fast(integer));
        assert!(!10.accepts_fast(integer));
        assert!(true.accepts_fast(NoConstraints));
    }

    #[test]
    fn reserves_expected_capacity_within_bounds() {
        for (length, expected, capacity) in [
            (0, 0, 4),
            (0, 7, 7),
            (0, 1_000, 16),
            (16, 0, 20),
            (100, 0, 125),
            (100, 50, 150),
            (100, 1_000, 400),
        ] {
            let mut values = vec![0_u8; length];
            reserve(&mut values, expected);
            assert_eq!(values.capacity(), capacity, "{expected} more than {length}");
        }
    }
}
