/// A type that the setter of an optional field accepts: any type that converts into `T`, or an
/// `Option` of such a type. `None` removes the value of the field.
///
/// `M` distinguishes these two cases, and is inferred. A literal `None` needs a type:
/// `None::<String>`.
///
/// ```
/// use miniprogram_protocol::dictionary::Buyer;
///
/// let phone: Option<&str> = None;
/// let buyer = Buyer::new("1").buyer_email("ada@example.com").buyer_phone_no(phone);
/// assert_eq!(buyer.buyer_email.as_deref(), Some("ada@example.com"));
/// assert_eq!(buyer.buyer_phone_no, None);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not convert into the field's type `{T}`",
    label = "expected `{T}`, a type that converts into it, or an `Option` of one"
)]
pub trait IntoOption<T, M> {
    /// Converts the value.
    fn into_option(self) -> Option<T>;
}

/// The marker for the conversion of a value that is not an `Option`.
#[derive(Debug)]
pub enum Present {}

/// The marker for the conversion of an `Option`.
#[derive(Debug)]
pub enum Optional {}

impl<T, V: Into<T>> IntoOption<T, Present> for V {
    fn into_option(self) -> Option<T> {
        Some(self.into())
    }
}

impl<T, V: Into<T>> IntoOption<T, Optional> for Option<V> {
    fn into_option(self) -> Option<T> {
        self.map(Into::into)
    }
}
