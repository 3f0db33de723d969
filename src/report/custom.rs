use super::ViolationKind;

/// A constraint that an application defines as a static, with its code, its message, and the names
/// of its parameters.
///
/// ```
/// use miniprogram_protocol::{CustomConstraint, Validate, ValidationContext, dictionary::Amount};
///
/// static EVEN: CustomConstraint = CustomConstraint::new("evenAmount", "must be an even number");
///
/// struct Refund {
///     amount: Amount,
/// }
///
/// impl Validate for Refund {
///     fn validate_into(&self, cx: &mut ValidationContext<'_>) {
///         let cx = &mut cx.field("amount");
///         self.amount.validate_into(cx);
///         if self.amount.value.get() % 2 != 0 {
///             cx.field("value").report(EVEN.kind([]));
///         }
///     }
/// }
///
/// let refund = Refund { amount: Amount::new("USD", 3) };
/// let violations = refund.validate().unwrap_err();
/// assert_eq!(violations.to_string(), "/amount/value must be an even number");
/// ```
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct CustomConstraint<const PARAMS: usize = 0>(Definition);

#[derive(Debug, PartialEq, Eq, Hash)]
struct Definition {
    code: &'static str,
    message: &'static str,
    params: &'static [&'static str],
}

/// The maximum number of parameters of a custom constraint.
const MAX_PARAMS: usize = 2;

impl CustomConstraint {
    /// Creates a constraint without parameters. The code should differ from those of the
    /// specification's constraints (see [`ViolationKind::code`]). When a violation is displayed,
    /// the message follows the pointer to the value, as in "/amount/value must be an even number".
    #[must_use]
    pub const fn new(code: &'static str, message: &'static str) -> Self {
        Self(Definition { code, message, params: &[] })
    }

    /// Sets the names of the parameters. More than two names cause a compile error.
    ///
    /// ```
    /// use miniprogram_protocol::CustomConstraint;
    ///
    /// static TOTAL: CustomConstraint<1> =
    ///     CustomConstraint::new("orderTotal", "must equal the sum of the goods amounts")
    ///         .params(&["sum"]);
    ///
    /// assert_eq!(TOTAL.kind([4990]).code(), "orderTotal");
    /// ```
    #[must_use]
    pub const fn params<const PARAMS: usize>(
        self,
        names: &'static [&'static str; PARAMS],
    ) -> CustomConstraint<PARAMS> {
        const { assert!(PARAMS <= MAX_PARAMS, "a custom constraint has at most two parameters") };
        CustomConstraint(Definition { params: names, ..self.0 })
    }
}

impl<const PARAMS: usize> CustomConstraint<PARAMS> {
    /// Returns the kind of a violation of this constraint, with the given parameter values.
    #[must_use]
    pub fn kind(&'static self, values: [i64; PARAMS]) -> ViolationKind {
        let mut violation = CustomViolation { definition: &self.0, values: [0; MAX_PARAMS] };
        for (slot, value) in violation.values.iter_mut().zip(values) {
            *slot = value;
        }
        ViolationKind::Custom(violation)
    }
}

/// A violation of a [`CustomConstraint`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CustomViolation {
    definition: &'static Definition,
    values: [i64; MAX_PARAMS],
}

impl CustomViolation {
    /// Returns the code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        self.definition.code
    }

    /// Returns the message.
    #[must_use]
    pub const fn message(&self) -> &'static str {
        self.definition.message
    }

    /// Returns the names and values of the parameters.
    pub fn params(&self) -> impl Iterator<Item = (&'static str, i64)> + use<> {
        self.definition.params.iter().copied().zip(self.values)
    }
}
