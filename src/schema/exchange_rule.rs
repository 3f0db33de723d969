use std::fmt;

/// A rule that relates a response to its request, so it can be checked only if both are available.
///
/// A rule is checked if the fields to which it refers could be read. Violations are reported in the
/// response. The name of a nested field has the form `outer/inner`.
///
/// ```
/// use miniprogram_protocol::{
///     endpoint::{Endpoint, Void},
///     schema::ExchangeRule,
/// };
///
/// let rules = Void::METADATA.exchange_rules;
/// assert_eq!(rules, [ExchangeRule::Echo { field: "voidRequestId", unless: None }]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ExchangeRule {
    /// If the request and the response both contain the string `field`, the two values must be
    /// equal. Otherwise, the field of the response has a `const` violation.
    Echo {
        /// The field, which has the same name in the request and in the response.
        field: &'static str,
        /// A field that takes precedence over `field` if the request contains both. In this case,
        /// the receiver ignores `field`, and the rule does not apply.
        unless: Option<&'static str>,
    },
    /// If the result status is `S`, the array `results` of the response contains one object for
    /// each object in the array `of` of the request, in any order. Matching objects have the same
    /// string `key`. An object without a counterpart in the request has an `enum` violation at its
    /// `key`, and an array with too few objects has a `minItems` violation.
    OneForEach {
        /// The array of the response.
        results: &'static str,
        /// The array of the request.
        of: &'static str,
        /// The field that identifies the objects of both arrays.
        key: &'static str,
    },
}

/// Describes the rule in one sentence.
impl fmt::Display for ExchangeRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Echo { field, unless } => {
                write!(
                    f,
                    "If the request and the response both contain {field}, the values must be equal"
                )?;
                match unless {
                    Some(other) => write!(f, ", unless the request contains {other}."),
                    None => f.write_str("."),
                }
            }
            Self::OneForEach { results, of, key } => write!(
                f,
                "If the result status is S, {results} contains one object for each of {of}, in any \
                 order, with the same {key}."
            ),
        }
    }
}
