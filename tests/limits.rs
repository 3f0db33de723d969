//! Checks that memory, time and the length of reports are bounded for any payload.
//!
//! Validating valid JSON and valid values does not allocate. Reporting violations uses at most
//! `MAX_PEAK_BYTES` of memory and linear time.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests may panic"
)]

mod common;

use allocation_counter::{AllocationInfo, measure};
use common::for_each_type;
use miniprogram_protocol::{
    Error, Format, JsonText, Policy, ProtocolType, Schema, SyntaxError, UnknownFieldPolicy,
    UnknownFields, Valid, Validate, ValidationContext, Violation, ViolationKind, Violations,
    check_json, check_json_with,
    dictionary::{
        self, Amount, Goods, GoodsRequired, Merchant, MerchantRequired, Order, OrderRequired,
    },
    from_json, from_json_with,
    schema::{Field, StringConstraints, StringType, ValueType},
};
use serde_json::{Value, json};
use std::{
    mem::size_of,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// The maximum number of heap bytes that reading may use for its report, in addition to the JSON
/// and the value.
const MAX_PEAK_BYTES: u64 = 64 * 1024;

fn from_value<T: ProtocolType>(value: &Value) -> T {
    serde_json::from_value(value.clone()).unwrap()
}

fn assert_validates_without_allocating<T: ProtocolType>(value: &Value) {
    let value: T = from_value(value);
    let mut result = Ok(());
    let cost = measure(|| result = value.validate());
    assert_eq!(result, Ok(()), "{}", T::SCHEMA.name);
    assert_eq!(cost, AllocationInfo::default(), "{}", T::SCHEMA.name);
}

/// Returns `true` if no cross-field rule of the schema refers to the field.
fn is_independent(schema: &Schema, field: &str) -> bool {
    schema.cross_field_rules.iter().all(|rule| rule.fields().all(|name| name != field))
}

/// Returns the constraints on a string field that has neither a format nor an enum.
fn unformatted_string_constraints(field: &Field) -> Option<StringConstraints> {
    match field.value_type {
        ValueType::String(StringType { format: None, enum_schema: None, constraints, .. }) => {
            Some(constraints)
        }
        _ => None,
    }
}

/// Returns the complete value, with strings of the maximum length that consist of multibyte
/// characters.
fn longest_value<T: ProtocolType>() -> Value {
    let mut value = common::complete_value(T::SCHEMA);
    for field in T::SCHEMA.fields {
        let max_length =
            unformatted_string_constraints(field).and_then(|constraints| constraints.max_length);
        if let (Some(characters), true) = (max_length, is_independent(T::SCHEMA, field.name)) {
            value[field.name] = json!("円".repeat(characters as usize));
        }
    }
    value
}

#[test]
fn validates_values_of_every_type_without_allocating() {
    fn check<T: ProtocolType>() {
        assert_validates_without_allocating::<T>(&common::minimal_value(T::SCHEMA));
        assert_validates_without_allocating::<T>(&common::complete_value(T::SCHEMA));
        assert_validates_without_allocating::<T>(&longest_value::<T>());
    }
    for_each_type!(check);
}

#[test]
fn checks_json_of_every_type_without_allocating() {
    fn check<T: ProtocolType>() {
        let mut escaped = common::complete_value(T::SCHEMA);
        for (name, value) in escaped.as_object_mut().unwrap() {
            let is_plain_string =
                unformatted_string_constraints(T::SCHEMA.field(name).unwrap()).is_some();
            if is_plain_string && is_independent(T::SCHEMA, name) {
                *value = json!("\"\\\n");
            }
        }
        for value in [common::minimal_value(T::SCHEMA), longest_value::<T>(), escaped] {
            let json = serde_json::to_vec(&value).unwrap();
            let mut result = Ok(());
            let cost = measure(|| result = check_json::<T>(&json));
            assert_eq!(result, Ok(()), "{}", T::SCHEMA.name);
            assert_eq!(cost, AllocationInfo::default(), "{}", T::SCHEMA.name);
        }
    }
    for_each_type!(check);
}

#[test]
fn check_json_and_from_json_truncate_equally() {
    for max in [1, 2, 3] {
        let policy = Policy::strict().max_violations(max);
        let read = from_json_with::<Order>(b"{}", &policy).unwrap_err();
        assert_eq!(check_json_with::<Order>(b"{}", &policy), Err(read));
    }
}

#[test]
fn checks_escaped_strings_of_any_length() {
    // The time has too many leading zeros to fit in the buffer for unescaped strings.
    for (last, valid) in [("7", true), ("x", false)] {
        let mut app = common::complete_value(dictionary::DeployAppInfo::SCHEMA);
        app["createTime"] = json!("CREATE_TIME");
        let time = format!("\\u0030{}{last}", "0".repeat(20_000));
        let json = app.to_string().replace("CREATE_TIME", &time);
        let checked = check_json::<dictionary::DeployAppInfo>(json.as_bytes());
        assert_eq!(checked.is_ok(), valid, "{checked:?}");
        let read = from_json::<dictionary::DeployAppInfo>(json.as_bytes());
        assert_eq!(checked.err(), read.err());
    }
}

#[test]
fn finds_duplicates_among_many_unknown_fields() {
    let members: Vec<_> = (0..40).map(|number| format!(r#","u{number}":0"#)).collect();
    let members = members.concat();
    for name in ["u0", "u15", "u16", "u39", "\\u00750"] {
        let json = format!(r#"{{"currency":"USD","value":1{members},"{name}":0}}"#);
        let checked = check_json::<Amount>(json.as_bytes()).unwrap_err();
        assert_eq!(checked.violations().len(), 1, "{name}");
        assert_eq!(checked, from_json::<Amount>(json.as_bytes()).unwrap_err());
    }
}

/// After the report is full, elements are skipped, but their syntax is still checked.
#[test]
fn reports_syntax_errors_after_full_report() {
    let goods = "{},".repeat(200);
    for (last, is_syntax_error) in [("{}", false), ("{]", true), ("[1e999]", true), ("nul", true)] {
        let json = format!(r#"{{"goods":[{goods}{last}]}}"#);
        let read = from_json::<Order>(json.as_bytes()).unwrap_err();
        assert_eq!(read.syntax().is_some(), is_syntax_error, "{last}");
        assert_eq!(read, check_json::<Order>(json.as_bytes()).unwrap_err());
    }
}

#[test]
fn lists_tolerated_deviations_after_full_report() {
    let amount = r#"{"goodsPaymentAmount":{"currency":"USD","value":"1"}}"#;
    let json = format!(r#"{{"goods":[{{}},{{}},{amount}]}}"#);
    let policy = Policy::lenient().max_violations(1);
    let read = from_json_with::<Order>(json.as_bytes(), &policy).unwrap_err();
    assert_eq!(read.tolerated()[0].path(), "/goods/2/goodsPaymentAmount/value");
    let checked = check_json_with::<Order>(json.as_bytes(), &policy).unwrap_err();
    assert_eq!(checked.tolerated(), read.tolerated());
}

#[test]
fn checks_escaped_names_without_allocating() {
    for json in [
        r#"{"\u0063urrency":"USD","value":1}"#,
        r#"{"value":1,"curr\u0065ncy":"USD","\u0020":[]}"#,
        r#"{"currency":"USD","value":1,"\u0020":[],"\n":{"\"":"\u0061"},"a":1,"\ud834\udd1e":2}"#,
    ] {
        let mut result = Ok(());
        let cost = measure(|| result = check_json::<Amount>(json.as_bytes()));
        assert_eq!((result, cost), (Ok(()), AllocationInfo::default()), "{json}");
    }
}

#[test]
fn finds_duplicates_of_escaped_names() {
    let escaped = [
        "\\u0061",
        "a",
        "\\u0061",
        "\\n",
        "\\u000a",
        "\\ud834\\udd1e",
        "𝄞",
        "\\u0076alue",
        "value",
    ];
    for first in escaped {
        for second in escaped {
            for members in [0, 1, 15, 16, 17] {
                let more = (0..members).map(|number| format!(r#","u{number}":0"#));
                let more = more.collect::<String>();
                let json =
                    format!(r#"{{"currency":"USD","{first}":1{more},"{second}":1,"value":2}}"#);
                let checked = check_json::<Amount>(json.as_bytes()).err();
                assert_eq!(checked, from_json::<Amount>(json.as_bytes()).err(), "{json}");
                let policy = Policy::strict().unknown_fields(UnknownFieldPolicy::Reject);
                let checked = check_json_with::<Amount>(json.as_bytes(), &policy).err();
                assert_eq!(
                    checked,
                    from_json_with::<Amount>(json.as_bytes(), &policy).err(),
                    "{json}"
                );
            }
        }
    }
}

#[test]
fn checks_16_unknown_fields_without_allocating() {
    let mut amount = json!({"currency": "USD", "value": 1});
    for number in 0..16 {
        amount[format!("unknown{number}")] = json!([{"a": [number, "\n"]}]);
    }
    let json = serde_json::to_vec(&amount).unwrap();
    let mut result = Ok(());
    let cost = measure(|| result = check_json::<Amount>(&json));
    assert_eq!((result, cost), (Ok(()), AllocationInfo::default()));
}

#[test]
fn validates_many_elements_without_allocating() {
    let mut order = common::complete_value(Order::SCHEMA);
    order["goods"] = json!(vec![common::complete_value(Goods::SCHEMA); 1_000]);
    assert_validates_without_allocating::<Order>(&order);
}

#[test]
fn matches_formats_without_allocating() {
    let nested = "[".repeat(127) + &"]".repeat(127);
    let escaped = r#"{"\u0041\n":["\"\ud83d\ude00",1e5,-0.5,123456789012345678901]}"#;
    let long = [
        (Format::DateTime, "2016-12-31T23:59:60.123456789012345678901234567890Z".to_owned()),
        (Format::JsonObject, escaped.to_owned()),
        (Format::JsonObject, format!("{{\"a\":{nested}}}")),
        (Format::UnixMillis, "9223372036854775807".to_owned()),
    ];
    let short = Format::ALL.iter().map(|format| (*format, common::example_of(*format).to_owned()));
    for (format, string) in long.into_iter().chain(short) {
        let mut matches = false;
        let cost = measure(|| matches = format.matches(&string));
        assert!(matches, "{format}: {string}");
        assert_eq!(cost, AllocationInfo::default(), "{format}: {string}");
    }
}

#[test]
fn keeps_errors_and_reports_small() {
    assert_eq!(size_of::<Error>(), size_of::<usize>());
    assert_eq!(size_of::<Result<(), Error>>(), size_of::<usize>());
    let word = size_of::<usize>();
    assert!(size_of::<Result<Valid<Amount>, Error>>() <= size_of::<Amount>() + word);
    assert!(size_of::<Result<Valid<Order>, Error>>() <= size_of::<Order>() + word);
    assert_eq!(size_of::<Violations>(), size_of::<usize>());
    assert_eq!(size_of::<Result<(), Violations>>(), size_of::<usize>());
    assert!(size_of::<Violation>() <= 48, "{}", size_of::<Violation>());
    assert!(size_of::<ViolationKind>() <= 32, "{}", size_of::<ViolationKind>());
    assert!(size_of::<SyntaxError>() <= 32, "{}", size_of::<SyntaxError>());
}

#[test]
fn keeps_values_and_contexts_small() {
    assert!(size_of::<ValidationContext<'_>>() <= 64, "{}", size_of::<ValidationContext<'_>>());
    assert!(size_of::<Policy>() <= 64, "{}", size_of::<Policy>());
    assert_eq!(size_of::<Valid<Order>>(), size_of::<Order>());
    assert_eq!(size_of::<UnknownFields>(), size_of::<usize>());
    assert!(size_of::<JsonText>() <= 16, "{}", size_of::<JsonText>());
}

/// Formats an order whose `goods` array has about `count` elements, which repeat the given,
/// space-separated ones.
fn order_with_goods(elements: &str, count: usize) -> String {
    let each = elements.split(' ').count();
    format!("{{\"goods\":[{}1]}}", format!("{},", elements.replace(' ', ",")).repeat(count / each))
}

/// Calls `find`, and returns its allocations and its error.
fn measure_error<E>(find: impl FnOnce() -> Option<E>) -> (AllocationInfo, E) {
    let mut error = None;
    let cost = measure(|| error = find());
    (cost, error.unwrap())
}

fn measure_read_error<T: ProtocolType>(json: &str) -> (AllocationInfo, Error) {
    measure_error(|| from_json::<T>(json.as_bytes()).err())
}

/// Runs `tenth` and `whole`, which does ten times as much work, and returns their results. Panics
/// if `whole` takes at least twenty times as long as `tenth`: in quadratic time, it would take a
/// hundred times as long. The measurement is repeated because other processes may interfere.
fn assert_linear_time<T>(tenth: impl Fn() -> T, whole: impl Fn() -> T) -> (T, T) {
    static TIMING_LOCK: Mutex<()> = Mutex::new(());
    let _guard = TIMING_LOCK.lock().unwrap_or_else(PoisonError::into_inner);
    let tries = (0..10).map(|_| (measure_time(&tenth), measure_time(&whole)));
    let linear = tries.into_iter().find(|((short, _), (long, _))| *long < *short * 20);
    let ((_, tenth), (_, whole)) = linear.expect("ten times the work takes too long");
    (tenth, whole)
}

fn measure_time<T>(work: impl Fn() -> T) -> (Duration, T) {
    let start = Instant::now();
    let result = work();
    (start.elapsed(), result)
}

fn assert_truncated(violations: &[Violation]) {
    assert_eq!(violations.len(), 65);
    assert!(violations[..64].iter().all(|violation| violation.code() != "tooMany"));
    assert_eq!(violations[64].kind(), &ViolationKind::Truncated { max_violations: 64 });
    assert_eq!(violations[64].path(), "");
}

/// Asserts that a million violations use no more memory than a hundred thousand, and that
/// validation takes linear time.
fn assert_bounded_memory_and_time<T: ProtocolType>(document: impl Fn(usize) -> String) {
    let (some, many) = (document(100_000), document(1_000_000));
    let ((cost, error), (cost_of_many, error_of_many)) =
        assert_linear_time(|| measure_read_error::<T>(&some), || measure_read_error::<T>(&many));
    assert_truncated(error.violations());
    assert_eq!(error_of_many.violations(), error.violations());
    assert!(error.into_violations().unwrap().is_truncated());
    assert!(cost.bytes_max <= MAX_PEAK_BYTES, "{cost:?}");
    assert_eq!(cost_of_many, cost);
}

#[test]
fn truncates_reports_of_million_elements() {
    let mix = r#"1 {} null [] "text" true 1.5 [[1]] {"goodsName":1,"extendInfo":{}} -1e5"#;
    for elements in ["1", "{}", "null", "[]", mix] {
        assert_bounded_memory_and_time::<Order>(|count| order_with_goods(elements, count));
    }
}

#[test]
fn truncates_reports_of_million_duplicates() {
    for duplicate in [r#","value":1"#, r#","newer":1"#] {
        assert_bounded_memory_and_time::<Amount>(|count| {
            format!(r#"{{"currency":"USD","value":1{}}}"#, duplicate.repeat(count))
        });
    }
}

/// Formats valid goods as the elements of an array.
fn valid_goods(count: usize) -> String {
    let goods = common::minimal_value(Goods::SCHEMA).to_string();
    vec![goods; count].join(",")
}

/// Reads an order with `count` goods that is followed by whitespace. The reader estimates the number
/// of elements from the remaining length, so the whitespace raises the estimate.
fn read_order(count: usize, whitespace: usize) -> Order {
    let mut order = common::minimal_value(Order::SCHEMA);
    order["goods"] = json!("GOODS");
    let goods = format!("[{}]", valid_goods(count));
    let json = order.to_string().replace("\"GOODS\"", &goods) + &" ".repeat(whitespace);
    from_json::<Order>(json.as_bytes()).unwrap().into_inner()
}

#[test]
fn allocates_little_excess_for_long_arrays() {
    // A vector that doubles its capacity would end with a capacity of 1,024.
    let capacity = read_order(700, 0).goods.unwrap().capacity();
    assert!(capacity < 770, "{capacity}");
}

#[test]
fn bounds_capacity_of_short_arrays() {
    for count in 0..100 {
        let capacity = read_order(count, 1_000_000).goods.unwrap().capacity();
        assert!(capacity <= 4 * count.max(4), "{capacity} for {count}");
    }
}

#[test]
fn allocates_nothing_after_many_wrong_elements() {
    let numbers = "1,".repeat(100_000);
    let json = format!("{{\"goods\":[{numbers}{}]}}{}", valid_goods(20), " ".repeat(10_000_000));
    let (cost, error) = measure_read_error::<Order>(&json);
    assert_truncated(error.violations());
    assert!(cost.bytes_max <= MAX_PEAK_BYTES, "{cost:?}");
}

/// Formats an amount with `count` unknown fields whose names have `length` characters, and a
/// duplicate of each field.
fn amount_with_long_names(count: usize, length: usize) -> String {
    let mut json = String::from("{\"currency\":\"USD\",\"value\":1");
    for index in 0..count {
        // The names differ only after the point at which paths truncate names.
        let name = "x".repeat(length - 4) + &format!("{index:04}");
        json.extend([",\"", &name, "\":0,\"", &name, "\":0"]);
    }
    json + "}"
}

#[test]
fn keeps_reports_of_long_duplicates_short() {
    const LENGTH: usize = 500_000;
    let (cost, error) = measure_read_error::<Amount>(&amount_with_long_names(66, LENGTH));
    assert_truncated(error.violations());
    assert!(error.violations()[0].path().len() == 1 + 64);
    assert!(u64::try_from(cost.bytes_current).unwrap() <= 16 * 1024, "{cost:?}");
    assert!(
        cost.bytes_max <= 66 * LENGTH as u64 + MAX_PEAK_BYTES,
        "more than one copy of each name: {cost:?}"
    );
    assert!(error.to_string().len() < 64 * 1024);
}

#[test]
fn does_not_copy_long_duplicate_names() {
    const LENGTH: usize = 1_000_000;
    let (cost, _) = measure_read_error::<Amount>(&amount_with_long_names(1, LENGTH));
    assert!(cost.bytes_max <= LENGTH as u64 + MAX_PEAK_BYTES, "{cost:?}");
}

#[test]
fn truncates_reports_through_serde_json() {
    let json = order_with_goods("1", 1_000_000);
    let (cost, error) = measure_error(|| serde_json::from_str::<Valid<Order>>(&json).err());
    assert_eq!(error.to_string().lines().count(), 65);
    assert!(cost.bytes_max <= MAX_PEAK_BYTES, "{cost:?}");
}

/// Builds an order of `count` goods, each with four violations.
fn order_with_violations(count: usize) -> Order {
    let wrong = Goods::new(GoodsRequired {
        reference_goods_id: "@",
        goods_name: "x".repeat(257),
        goods_payment_amount: Amount::new("usd", -1),
    });
    Order::new(OrderRequired {
        reference_order_id: "1",
        order_description: "Shoes",
        order_amount: Amount::new("USD", 1),
        merchant: Merchant::new(MerchantRequired {
            reference_merchant_id: "1",
            merchant_name: "Shoe Shop",
        }),
    })
    .goods(vec![wrong; count])
}

#[test]
fn truncates_reports_on_constructed_values() {
    let (some, many) = (order_with_violations(10_000), order_with_violations(100_000));
    let ((cost, report), (cost_of_many, report_of_many)) = assert_linear_time(
        || measure_error(|| some.validate().err()),
        || measure_error(|| many.validate().err()),
    );
    assert_truncated(&report);
    assert!(report.is_truncated());
    assert_eq!(report_of_many, report);
    assert!(cost.bytes_max <= MAX_PEAK_BYTES, "{cost:?}");
    assert_eq!(cost_of_many, cost);
}

/// Asserts that reading and writing ten times as many unknown fields allocates about ten times as
/// many bytes in total. Repeated copies would allocate a hundred times as many.
fn assert_linear_allocations(unknown: impl Fn(usize) -> String) {
    let cost_of = |count| {
        let json = format!("{{\"currency\":\"USD\",\"value\":1,{}}}", unknown(count));
        let mut written = String::new();
        let cost = measure(|| {
            let amount = from_json::<Amount>(json.as_bytes()).unwrap();
            written = serde_json::to_string(&amount).unwrap();
        });
        assert_eq!(written.len(), json.len(), "{json:.200}");
        cost.bytes_total
    };
    let (some, many) = (cost_of(1_000), cost_of(10_000));
    assert!(many < some * 15, "{some} bytes for a tenth, {many} bytes for all");
}

#[test]
fn keeps_many_unknown_fields_in_linear_time() {
    assert_linear_allocations(|count| {
        let member = |index| format!("\"{index:09}\":1");
        (0..count).map(member).collect::<Vec<_>>().join(",")
    });
}

#[test]
fn keeps_long_strings_in_linear_time() {
    assert_linear_allocations(|count| format!("\"x\":\"{}\"", "\\n".repeat(count)));
}

#[test]
fn keeps_long_arrays_in_linear_time() {
    assert_linear_allocations(|count| {
        format!("\"x\":[{}0]", "1,-1,1.5,{\"a\":[]},\"\\n\",".repeat(count))
    });
}

#[test]
fn keeps_strings_in_arrays_in_linear_time() {
    assert_linear_allocations(|count| {
        format!("\"x\":[\"\\n{}\"{}]", "x".repeat(count), ",1".repeat(count))
    });
}

/// Returns the codes that are reported for a document with `count` violations.
fn reported_codes(max_violations: usize, count: usize) -> Vec<&'static str> {
    let policy = Policy::strict().max_violations(max_violations);
    let elements = "1,".repeat(count);
    let json =
        format!("{{\"userId\":\"1\",\"contactInfos\":[{}]}}", elements.trim_end_matches(','));
    let read = from_json_with::<dictionary::User>(json.as_bytes(), &policy);
    let codes =
        |error: Error| error.violations().iter().map(|violation| violation.kind().code()).collect();
    read.err().map(codes).unwrap_or_default()
}

#[test]
fn truncates_report_at_0() {
    assert_eq!(reported_codes(0, 0), [""; 0]);
    assert_eq!(reported_codes(0, 1), ["tooMany"]);
    assert_eq!(reported_codes(0, 1_000), ["tooMany"]);
    let policy = Policy::strict().max_violations(0);
    let report = Amount::new("usd", -1).validate_with(&policy).unwrap_err();
    assert_eq!((report.len(), report[0].path()), (1, ""));
    let message = "has more violations; only the first 0 are reported";
    assert_eq!(report[0].kind().to_string(), message);
    assert!(report.is_truncated());
    assert!(Amount::new("USD", 1).validate_with(&policy).is_ok());
}

#[test]
fn truncates_report_at_1() {
    assert_eq!(reported_codes(1, 0), [""; 0]);
    assert_eq!(reported_codes(1, 1), ["type"]);
    assert_eq!(reported_codes(1, 2), ["type", "tooMany"]);
    let policy = Policy::strict().max_violations(1);
    let report = Amount::new("usd", -1).validate_with(&policy).unwrap_err();
    assert_eq!((report[0].path(), report[1].code()), ("/currency", "tooMany"));
    let report = Amount::new("USD", -1).validate_with(&policy).unwrap_err();
    assert_eq!((report.len(), report.is_truncated()), (1, false));
    assert!(Valid::new_with(Amount::new("USD", -1), &policy).is_err());
}

#[test]
fn truncates_report_at_1000() {
    assert_eq!(reported_codes(1_000, 1_000), ["type"; 1_000]);
    let truncated = reported_codes(1_000, 1_001);
    assert_eq!((truncated.len(), truncated[999], truncated[1_000]), (1_001, "type", "tooMany"));
    let policy = Policy::strict().max_violations(1_000);
    assert_eq!(order_with_violations(250).validate_with(&policy).unwrap_err().len(), 1_000);
    assert!(order_with_violations(251).validate_with(&policy).unwrap_err().is_truncated());
}

#[test]
fn reports_all_violations_without_limit() {
    assert_eq!(reported_codes(usize::MAX, 5_000), vec!["type"; 5_000]);
}

#[test]
fn truncates_report_at_64_by_default() {
    assert_eq!(reported_codes(64, 64), ["type"; 64]);
    assert_eq!(reported_codes(64, 65).len(), 65);
    assert_eq!(Policy::default(), Policy::strict().max_violations(64));
}
