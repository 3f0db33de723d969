use super::ValidationContext;
use crate::policy::Policy;
use std::sync::Arc;

type Check<T> = dyn Fn(&T, &mut ValidationContext<'_>) + Send + Sync;

/// A check that an application adds to the rules of a type.
struct CustomCheck<T>(Box<Check<T>>);

impl Policy {
    /// Adds a check of your own to the rules of a type. It runs wherever such a value is validated,
    /// also inside other values, after the fields of the value.
    ///
    /// When JSON is read, it runs only on objects that could be read as a `T`. `check_json_with`
    /// then builds the value, and allocates. A policy is equal only to its own clones if it has
    /// such checks. Exports and generators do not know them.
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
    /// Runs the policy's custom checks of a value.
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
