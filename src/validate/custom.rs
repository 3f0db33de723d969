use super::ValidationContext;
use crate::policy::Policy;
use std::sync::Arc;

type Check<T> = dyn Fn(&T, &mut ValidationContext<'_>) + Send + Sync;

/// A custom check that an application adds for values of a type.
struct CustomCheck<T>(Box<Check<T>>);

impl Policy {
    /// Adds a custom check for values of a type, which runs after the fields of a value have been
    /// validated, even if the value is part of another one.
    ///
    /// When JSON is read, the check runs only on objects that can be deserialized as a `T`, and
    /// `check_json_with` builds the value, which allocates. A policy with custom checks equals only
    /// its clones. Exports and generators ignore custom checks.
    ///
    /// ```
    /// use miniprogram_protocol::{
    ///     CustomConstraint, Policy, ValidationContext, Validate, dictionary::{Address, Order},
    ///     from_json_with,
    /// };
    ///
    /// static TOTAL: CustomConstraint<1> =
    ///     CustomConstraint::new("orderTotal", "must equal the sum of the goods").params(&["sum"]);
    ///
    /// fn check_total(order: &Order, cx: &mut ValidationContext<'_>) {
    ///     let goods = order.goods.as_deref().unwrap_or_default();
    ///     let amounts = goods.iter().map(|goods| goods.goods_payment_amount.value.get());
    ///     let sum = amounts.fold(0_i64, i64::saturating_add);
    ///     if order.order_amount.value.get() != sum {
    ///         cx.field("orderAmount").field("value").report(TOTAL.violation([sum]));
    ///     }
    /// }
    ///
    /// let policy = Policy::strict().check(check_total);
    /// let json = br#"{
    ///     "referenceOrderId": "1", "orderDescription": "Shoes",
    ///     "orderAmount": {"currency": "USD", "value": 5000},
    ///     "merchant": {"referenceMerchantId": "1", "merchantName": "Shoe Shop"}
    /// }"#;
    /// let error = from_json_with::<Order>(json, &policy).unwrap_err();
    /// assert_eq!(error.to_string(), "/orderAmount/value must equal the sum of the goods");
    /// assert_eq!(error.violations()[0].code(), "orderTotal");
    /// ```
    #[must_use]
    pub fn check<T: 'static>(
        mut self,
        check: impl Fn(&T, &mut ValidationContext<'_>) + Send + Sync + 'static,
    ) -> Self {
        self.add_custom_check(Arc::new(CustomCheck(Box::new(check))));
        self
    }
}

impl ValidationContext<'_> {
    /// Runs the policy's custom checks on a value.
    pub(crate) fn run_custom_checks<T: 'static>(&mut self, value: &T) {
        if !self.checks_constraints() {
            return;
        }
        for check in self.policy().custom_checks() {
            if let Some(CustomCheck(check)) = check.downcast_ref::<CustomCheck<T>>() {
                check(value, self);
            }
        }
    }
}
