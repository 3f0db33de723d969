/// A type that the setter of an optional field accepts: any type that converts into `T`, or an
/// `Option` of such a type. `None` removes the value of the field.
///
/// `M` distinguishes these two cases, and is inferred.
///
/// ```
/// use miniprogram_protocol::dictionary::{Buyer, UserName};
///
/// let phone: Option<&str> = None;
/// let buyer = Buyer::new("1")
///     .buyer_name(UserName::new().full_name("Ada"))
///     .buyer_email("ada@example.com")
///     .buyer_phone_no(phone);
/// assert_eq!(buyer.buyer_email.as_deref(), Some("ada@example.com"));
/// assert_eq!(buyer.buyer_phone_no, None);
/// ```
///
/// # A literal `None`
///
/// Several types convert into a `String`, an array or an enum, so the compiler cannot infer the
/// type of a literal `None` for a field of these types. Specify the type of the `None`, or assign
/// `None` to the field, which is public:
///
/// ```
/// # use miniprogram_protocol::dictionary::{Buyer, UserName};
/// # let buyer = Buyer::new("1").buyer_name(UserName::new()).buyer_email("ada@example.com");
/// let mut buyer = buyer.buyer_name(None).buyer_phone_no(None::<&str>);
/// buyer.buyer_email = None;
/// assert_eq!(buyer, Buyer::new("1"));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be converted into the field's type `{T}`",
    label = "expected `{T}`, a type that converts into it, or an `Option` of one"
)]
pub trait IntoOption<T, M> {
    /// Converts the value.
    fn into_option(self) -> Option<T>;
}

/// The marker for the conversion of a value that is not an `Option`.
#[derive(Debug)]
pub enum ValueMarker {}

/// The marker for the conversion of an `Option`.
#[derive(Debug)]
pub enum OptionMarker {}

impl<T, V: Into<T>> IntoOption<T, ValueMarker> for V {
    fn into_option(self) -> Option<T> {
        Some(self.into())
    }
}

// With `T: From<V>` in place of `V: Into<T>`, the compiler infers the type of a literal `None` if
// only one type converts into `T`.
impl<T: From<V>, V> IntoOption<T, OptionMarker> for Option<V> {
    fn into_option(self) -> Option<T> {
        self.map(T::from)
    }
}
