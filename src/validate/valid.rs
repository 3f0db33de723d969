use super::{STRICT_POLICY, Validate};
use crate::{
    policy::Policy,
    report::{Error, Violation, Violations},
};
use serde::{Serialize, Serializer};
use std::{fmt, ops::Deref};

/// A value that has been validated.
///
/// [`Valid::new`], [`from_json`](crate::from_json) and [`Deserialize`](serde::Deserialize) validate
/// the value against the specification; [`Valid::new_with`] and
/// [`from_json_with`](crate::from_json_with) validate the value against a policy.
///
/// In a web framework's JSON extractor, use `Valid<Order>` instead of `Order`: the extractor then
/// validates the body, and its error lists every violation.
///
/// ```
/// use miniprogram_protocol::{Valid, dictionary::Amount};
///
/// let amount: Valid<Amount> = serde_json::from_str(r#"{"currency":"USD","value":10000}"#).unwrap();
/// assert_eq!(amount.value, 10_000);
///
/// let error = serde_json::from_str::<Valid<Amount>>(r#"{"currency":"USD"}"#).unwrap_err();
/// assert_eq!(error.to_string(), "/value is required");
/// ```
///
/// In a struct that derives `utoipa::ToSchema`, a field of type `Valid<Order>` also needs
/// `#[schema(value_type = Order)]`, because the derive macro does not accept the wrapper.
///
/// `Valid<Vec<Amount>>` is an array whose elements have all been validated:
///
/// ```
/// use miniprogram_protocol::{Valid, dictionary::Amount};
///
/// let json = r#"[{"currency":"USD","value":1},{"currency":"usd","value":-1}]"#;
/// let error = serde_json::from_str::<Valid<Vec<Amount>>>(json).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "/1/currency must be a current ISO 4217 currency code\n/1/value must be at least 0"
/// );
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Valid<T>(T);

impl<T> Valid<T> {
    /// Wraps a value that the caller has already validated.
    pub(crate) const fn new_unchecked(value: T) -> Self {
        Self(value)
    }

    /// Returns the wrapped value, which can then be modified.
    #[must_use]
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T: Validate> Valid<T> {
    /// Validates a value against the specification.
    ///
    /// # Errors
    /// Returns the value with its violations, up to 64 of them.
    pub fn new(value: T) -> Result<Self, InvalidValue<T>> {
        Self::new_with(value, &STRICT_POLICY).map(|(value, _)| value)
    }

    /// Validates a value against a policy. Returns the value and the deviations that the policy
    /// tolerates, as [`Validate::validate_with`] does.
    ///
    /// # Errors
    /// Returns the value with its violations, up to the policy's maximum.
    pub fn new_with(value: T, policy: &Policy) -> Result<(Self, Vec<Violation>), InvalidValue<T>> {
        match value.validate_with(policy) {
            Ok(tolerated) => Ok((Self(value), tolerated)),
            Err(violations) => Err(InvalidValue { value, violations }),
        }
    }

    /// Modifies the value, and validates the result against the specification.
    ///
    /// ```
    /// use miniprogram_protocol::{Valid, dictionary::Amount};
    ///
    /// let amount = Valid::new(Amount::new("USD", 4990)).unwrap();
    /// let doubled = amount.edit(|amount| amount.value = 9980.into()).unwrap();
    /// let error = doubled.edit(|amount| amount.value = (-1).into()).unwrap_err();
    /// assert_eq!(error.to_string(), "/value must be at least 0");
    /// ```
    ///
    /// # Errors
    /// Returns the modified value with its violations, up to 64 of them.
    pub fn edit(self, edit: impl FnOnce(&mut T)) -> Result<Self, InvalidValue<T>> {
        self.edit_with(&STRICT_POLICY, edit).map(|(value, _)| value)
    }

    /// Modifies the value, and validates the result against a policy. Returns the value and the
    /// deviations that the policy tolerates.
    ///
    /// # Errors
    /// Returns the modified value with its violations, up to the policy's maximum.
    pub fn edit_with(
        self,
        policy: &Policy,
        edit: impl FnOnce(&mut T),
    ) -> Result<(Self, Vec<Violation>), InvalidValue<T>> {
        let mut value = self.0;
        edit(&mut value);
        Self::new_with(value, policy)
    }
}

impl<T> Valid<T> {
    /// Converts the value, and validates the result against the specification.
    ///
    /// ```
    /// use miniprogram_protocol::{Valid, dictionary::{Address, User}};
    ///
    /// let address = Valid::new(Address::new("GB")).unwrap();
    /// let user = address.map(|address| User::new("U-1").user_addresses([address])).unwrap();
    /// assert_eq!(user.user_id, "U-1");
    /// ```
    ///
    /// # Errors
    /// Returns the converted value with its violations, up to 64 of them.
    pub fn map<U: Validate>(
        self,
        convert: impl FnOnce(T) -> U,
    ) -> Result<Valid<U>, InvalidValue<U>> {
        Valid::new(convert(self.0))
    }

    /// Converts the value, and validates the result against a policy. Returns the value and the
    /// deviations that the policy tolerates.
    ///
    /// # Errors
    /// Returns the converted value with its violations, up to the policy's maximum.
    pub fn map_with<U: Validate>(
        self,
        policy: &Policy,
        convert: impl FnOnce(T) -> U,
    ) -> Result<(Valid<U>, Vec<Violation>), InvalidValue<U>> {
        Valid::new_with(convert(self.0), policy)
    }
}

impl<T> Deref for Valid<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> AsRef<T> for Valid<T> {
    fn as_ref(&self) -> &T {
        &self.0
    }
}

impl<T: Serialize> Serialize for Valid<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

/// A value that failed validation, and its violations.
///
/// `Display` formats the violations, and `Debug` hides the value. The `?` operator converts the error
/// to [`Violations`] or [`Error`](crate::Error).
///
/// ```
/// use miniprogram_protocol::{Valid, dictionary::Amount};
///
/// let error = Valid::new(Amount::new("usd", 4990)).unwrap_err();
/// assert_eq!(error.violations[0].path(), "/currency");
/// let mut amount = error.value;
/// amount.currency = "USD".into();
/// assert!(Valid::new(amount).is_ok());
/// ```
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvalidValue<T> {
    /// The value, unchanged.
    pub value: T,
    /// The violations, at least one.
    pub violations: Violations,
}

impl<T> fmt::Display for InvalidValue<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.violations.fmt(f)
    }
}

impl<T> fmt::Debug for InvalidValue<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InvalidValue").field("violations", &self.violations).finish_non_exhaustive()
    }
}

impl<T> std::error::Error for InvalidValue<T> {}

impl<T> From<InvalidValue<T>> for Violations {
    fn from(error: InvalidValue<T>) -> Self {
        error.violations
    }
}

impl<T> From<InvalidValue<T>> for Error {
    fn from(error: InvalidValue<T>) -> Self {
        error.violations.into()
    }
}
