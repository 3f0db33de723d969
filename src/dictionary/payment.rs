use crate::model::{string_enum, table};

table! {
    /// How a user pays.
    ///
    /// ```
    /// use miniprogram_protocol::{Validate, dictionary::{PaymentMethod, PaymentMethodType}};
    ///
    /// assert!(PaymentMethod::new(PaymentMethodType::Balance).validate().is_ok());
    /// assert_eq!(PaymentMethod::new("CASH").validate().unwrap_err()[0].code(), "enum");
    /// ```
    pub struct PaymentMethod in DataDictionary {
        /// The kind of payment method.
        payment_method_type: PaymentMethodType as "paymentMethodType", required;

        /// The unique ID that the super app gave the payment method.
        payment_method_id: String as "paymentMethodId", optional sensitive, max_length(128);

        /// More about the payment method.
        payment_method_meta_data: String as "paymentMethodMetaData", optional sensitive, max_length(2048);
    }
}

string_enum! {
    /// The kind of a payment method: [`PaymentMethod::payment_method_type`].
    pub enum PaymentMethodType: closed {
        /// Money is taken from the balance.
        Balance = "BALANCE",
        /// Coupons are redeemed.
        Coupon = "COUPON",
        /// Money is taken from a credit card.
        CreditCard = "CREDIT_CARD",
        /// Money is taken from a debit card.
        DebitCard = "DEBIT_CARD",
    }
}
