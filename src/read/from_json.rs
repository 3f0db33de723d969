use super::{ParsedField, ProtocolType, source};
use crate::{
    json::{self, Lexer, LexerError},
    policy::Policy,
    report::{Error, Violation, ViolationKind, Violations},
    validate::{Report, STRICT_POLICY, Scope, Valid, ValidationContext},
};
use std::collections::BTreeMap;

/// Parses and validates JSON in one pass, and reports all violations at once.
///
/// Unknown fields and unknown enum values are kept. A `null` field counts as absent.
///
/// # Errors
/// Returns a syntax error if the input is not valid JSON. Otherwise, returns the violations, up to
/// 64 of them: missing fields, wrong types, duplicates, and violated constraints and cross-field
/// rules.
///
/// ```
/// use miniprogram_protocol::{dictionary::Order, from_json};
///
/// let error = from_json::<Order>(br##"{
///     "referenceOrderId": 7,
///     "orderDescription": "Shoes",
///     "orderAmount": {"currency": "usd", "value": 10000},
///     "merchant": {"referenceMerchantId": "M#1"}
/// }"##).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "/referenceOrderId must be a string, not a number\n\
///      /orderAmount/currency must be a current ISO 4217 currency code\n\
///      /merchant/referenceMerchantId must not contain the character #\n\
///      /merchant/merchantName is required"
/// );
/// ```
pub fn from_json<T: ProtocolType>(json: &[u8]) -> Result<Valid<T>, Error> {
    read_with_report(json, &STRICT_POLICY, &mut Report::default())
}

/// Parses and validates JSON as [`from_json`] does, but against a policy. Returns the value and the
/// deviations that the policy tolerates, as [`validate_with`](crate::Validate::validate_with) does.
///
/// # Errors
/// Returns a syntax error if the input is not valid JSON. Otherwise, returns the violations, up to
/// the policy's maximum. [`Error::tolerated`](crate::Error::tolerated) returns the tolerated
/// deviations.
///
/// ```
/// use miniprogram_protocol::{Policy, dictionary::{Amount, Order}, from_json_with};
///
/// let json = br#"{"currency": "USD", "value": "4990"}"#;
/// let (amount, tolerated) = from_json_with::<Amount>(json, &Policy::lenient()).unwrap();
/// assert_eq!(amount.value.get(), 4990);
/// assert_eq!(tolerated[0].to_string(), "/value must be an integer, not a string");
///
/// let policy = Policy::strict().max_violations(2);
/// let error = from_json_with::<Order>(b"{}", &policy).unwrap_err();
/// assert_eq!(error.violations().len(), 3);
/// assert_eq!(error.violations()[2].code(), "tooMany");
/// ```
pub fn from_json_with<T: ProtocolType>(
    json: &[u8],
    policy: &Policy,
) -> Result<(Valid<T>, Vec<Violation>), Error> {
    let mut report = Report::default();
    let value = read_with_report(json, policy, &mut report)?;
    Ok((value, report.into_tolerated()))
}

/// Parses and validates JSON. On success, the report contains the tolerated deviations.
pub(crate) fn read_with_report<T: ProtocolType>(
    json: &[u8],
    policy: &Policy,
    report: &mut Report,
) -> Result<Valid<T>, Error> {
    check_input_length(json, policy)?;
    read_json(json::parse_utf8(json)?, policy, Scope::All, report, Valid::new_unchecked)
}

/// Rejects input that has more bytes than the policy allows.
pub(super) fn check_input_length(json: &[u8], policy: &Policy) -> Result<(), Violations> {
    let (bytes, max_bytes) = (json.len() as u64, policy.bytes_limit() as u64);
    if bytes <= max_bytes {
        return Ok(());
    }
    let mut report = Report::default();
    let too_long = ViolationKind::MaxBytes { max_bytes, bytes };
    ValidationContext::new(policy, Scope::All, &mut report).report(too_long);
    report.take_result()
}

/// Parses JSON and converts the value with `wrap`. Converting the value here avoids a copy.
pub(crate) fn read_json<T: ProtocolType, R>(
    json: &str,
    policy: &Policy,
    scope: Scope,
    report: &mut Report,
    wrap: impl FnOnce(T) -> R,
) -> Result<R, Error> {
    let mut lexer = Lexer::with_max_depth(json, policy.depth_limit());
    let syntax_error = |error: LexerError| error.into_syntax_error(json);
    let parsed = source::read_value::<T>(
        &mut lexer,
        T::UNCONSTRAINED,
        &mut ValidationContext::new(policy, scope, report),
    );
    // A syntax error in the value takes precedence over one after the value.
    let end = lexer.expect_end();
    match parsed {
        Ok(ParsedField::Value(value)) if end.is_ok() && report.is_empty() => Ok(wrap(value)),
        parsed => {
            let parsed = parsed.map_err(syntax_error)?;
            end.map_err(syntax_error)?;
            parsed.reject_null(&mut ValidationContext::new(policy, scope, report));
            Err(report.take_violations().into())
        }
    }
}

/// Parses the JSON value of each named field. Reports duplicate names.
pub(crate) fn read_values_by_name<T: ProtocolType>(
    fields: Vec<(String, &str)>,
    scope: Scope,
) -> Result<BTreeMap<String, T>, Error> {
    let mut report = Report::default();
    let cx = &mut ValidationContext::new(&STRICT_POLICY, scope, &mut report);
    let mut values = BTreeMap::new();
    for (name, json) in fields {
        let cx = &mut cx.field(&name);
        if values.contains_key(&name) {
            cx.report(ViolationKind::Duplicate);
            continue;
        }
        let parsed = source::read_value(&mut Lexer::new(json), T::UNCONSTRAINED, cx);
        let parsed = parsed.map_err(|error| error.into_syntax_error(json))?;
        parsed.reject_null(cx);
        if let ParsedField::Value(value) = parsed {
            values.insert(name, value);
        }
    }
    report.take_result()?;
    Ok(values)
}
