//! What a value costs: memory, time and the length of the report, whatever the payload is.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests stop at the first surprise"
)]

mod common;

use allocation_counter::{AllocationInfo, measure};
use common::each_table;
use miniprogram_protocol::{
    Error, Format, JsonText, Policy, ProtocolType, SyntaxError, UnknownFieldPolicy, UnknownFields,
    Valid, Validate, ValidationContext, Violation, ViolationKind, Violations, check_json,
    check_json_with, dictionary,
    dictionary::{Amount, Goods, Merchant, Order},
    endpoint, from_json, from_json_with,
    schema::{Constraints, ValueType},
};
use serde_json::{Value, json};
use std::{
    collections::hash_map::DefaultHasher,
    error::Error as StdError,
    fmt::Debug,
    hash::{Hash, Hasher},
    mem::size_of,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// How much heap reading may take at the most beside the text and the value: room for a report.
const PEAK: u64 = 64 * 1024;

fn read<T: ProtocolType>(value: &Value) -> T {
    serde_json::from_value(value.clone()).unwrap()
}

fn assert_validates_without_allocating<T: ProtocolType>(value: &Value) {
    let value: T = read(value);
    let mut into_result = Ok(());
    let cost = measure(|| into_result = value.validate());
    assert_eq!(into_result, Ok(()), "{}", T::SCHEMA.name);
    assert_eq!(cost, AllocationInfo::default(), "{}", T::SCHEMA.name);
}

/// The complete value with texts as long as their rows allow, of characters of several bytes.
fn longest<T: ProtocolType>() -> Value {
    let mut value = common::complete(T::SCHEMA);
    for field in T::SCHEMA.fields {
        if let (ValueType::String(None), Constraints::String(rule)) =
            (field.value_type, field.constraints)
        {
            let free = T::SCHEMA
                .cross_field_rules
                .iter()
                .all(|cross_field_rule| cross_field_rule.fields().all(|name| name != field.name));
            if let (Some(characters), true) = (rule.max_length, free) {
                value[field.name] = json!("円".repeat(characters as usize));
            }
        }
    }
    value
}

#[test]
fn validating_a_valid_value_of_any_table_allocates_nothing() {
    fn assert_of_the_table<T: ProtocolType>() {
        assert_validates_without_allocating::<T>(&common::smallest(T::SCHEMA));
        assert_validates_without_allocating::<T>(&common::complete(T::SCHEMA));
        assert_validates_without_allocating::<T>(&longest::<T>());
    }
    each_table!(assert_of_the_table);
}

#[test]
fn a_verdict_on_a_valid_text_of_any_table_allocates_nothing() {
    fn assert_of_the_table<T: ProtocolType>() {
        let mut escaped = common::complete(T::SCHEMA);
        for (name, value) in escaped.as_object_mut().unwrap() {
            let is_free =
                matches!(T::SCHEMA.field(name).unwrap().value_type, ValueType::String(None));
            if is_free
                && T::SCHEMA
                    .cross_field_rules
                    .iter()
                    .all(|cross_field_rule| cross_field_rule.fields().all(|member| member != name))
            {
                *value = json!("\"\\\n");
            }
        }
        for value in [common::smallest(T::SCHEMA), longest::<T>(), escaped] {
            let json = serde_json::to_vec(&value).unwrap();
            let mut into_result = Ok(());
            let cost = measure(|| into_result = check_json::<T>(&json));
            assert_eq!(into_result, Ok(()), "{}", T::SCHEMA.name);
            assert_eq!(cost, AllocationInfo::default(), "{}", T::SCHEMA.name);
        }
    }
    each_table!(assert_of_the_table);
}

#[test]
fn a_verdict_stops_to_report_where_the_policy_says() {
    for most in [1, 2, 3] {
        let policy = Policy::strict().max_violations(most);
        let read = from_json_with::<Order>(b"{}", &policy).unwrap_err();
        assert_eq!(check_json_with::<Order>(b"{}", &policy), Err(read));
    }
}

#[test]
fn a_text_with_escape_sequences_is_judged_whatever_its_length() {
    // Longer than what is unescaped without allocation: a time with as many zeros before it.
    for (last, valid) in [("7", true), ("x", false)] {
        let mut app = common::complete(dictionary::DeployAppInfo::SCHEMA);
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
fn a_verdict_on_more_unknown_members_than_payloads_have_finds_those_that_stand_twice() {
    let members: Vec<_> = (0..40).map(|number| format!(r#","u{number}":0"#)).collect();
    let members = members.concat();
    for twice in ["u0", "u15", "u16", "u39", "\\u00750"] {
        let json = format!(r#"{{"currency":"USD","value":1{members},"{twice}":0}}"#);
        let checked = check_json::<Amount>(json.as_bytes()).unwrap_err();
        assert_eq!(checked.violations().len(), 1, "{twice}");
        assert_eq!(checked, from_json::<Amount>(json.as_bytes()).unwrap_err());
    }
}

#[test]
fn checks_escaped_names_without_allocating() {
    for json in [
        r#"{"\u0063urrency":"USD","value":1}"#,
        r#"{"value":1,"curr\u0065ncy":"USD","\u0020":[]}"#,
        r#"{"currency":"USD","value":1,"\u0020":[],"\n":{"\"":"\u0061"},"a":1,"\ud834\udd1e":2}"#,
    ] {
        let mut into_result = Ok(());
        let cost = measure(|| into_result = check_json::<Amount>(json.as_bytes()));
        assert_eq!((into_result, cost), (Ok(()), AllocationInfo::default()), "{json}");
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
                let report = Policy::strict().unknown_fields(UnknownFieldPolicy::Reject);
                let checked = check_json_with::<Amount>(json.as_bytes(), &report).err();
                assert_eq!(
                    checked,
                    from_json_with::<Amount>(json.as_bytes(), &report).err(),
                    "{json}"
                );
            }
        }
    }
}

/// A copy of a schema can be given more fields than there are bits for.
#[test]
fn checks_the_first_32_fields_of_a_changed_schema() {
    let field = *Amount::SCHEMA.field("value").unwrap();
    let fields = (0..40).map(|number| {
        let mut field = field;
        field.name = Box::leak(format!("f{number}").into_boxed_str());
        field.required = number == 33;
        field
    });
    let mut schema = *Amount::SCHEMA;
    schema.fields = Box::leak(fields.collect::<Vec<_>>().into_boxed_slice());
    let members = (0..40).map(|number| format!(r#""f{number}":1"#)).collect::<Vec<_>>().join(",");
    let check = |more: &str| {
        let json = format!("{{{members}{more}}}");
        schema.check_json(json.as_bytes(), &Policy::strict()).map_err(|error| error.to_string())
    };
    assert_eq!(check(""), Ok(Vec::new()));
    for number in [0, 1, 7, 31, 32, 39] {
        let twice =
            Err(format!("/f{number} is a duplicate field; only its first occurrence is used"));
        assert_eq!(check(&format!(r#","f{number}":1"#)), twice);
    }
}

#[test]
fn a_verdict_on_unknown_members_allocates_nothing_up_to_16_of_them() {
    let mut amount = json!({"currency": "USD", "value": 1});
    for number in 0..16 {
        amount[format!("unknown{number}")] = json!([{"a": [number, "\n"]}]);
    }
    let json = serde_json::to_vec(&amount).unwrap();
    let mut into_result = Ok(());
    let cost = measure(|| into_result = check_json::<Amount>(&json));
    assert_eq!((into_result, cost), (Ok(()), AllocationInfo::default()));
}

#[test]
fn validating_many_elements_allocates_nothing() {
    let mut order = common::complete(Order::SCHEMA);
    order["goods"] = json!(vec![common::complete(Goods::SCHEMA); 1_000]);
    assert_validates_without_allocating::<Order>(&order);
}

#[test]
fn finding_that_a_text_follows_its_format_allocates_nothing() {
    let nested = "[".repeat(127) + &"]".repeat(127);
    let escaped = r#"{"\u0041\n":["\"\ud83d\ude00",1e5,-0.5,123456789012345678901]}"#;
    let texts = [
        (Format::DateTime, "2016-12-31T23:59:60.123456789012345678901234567890Z".to_owned()),
        (Format::JsonObject, escaped.to_owned()),
        (Format::JsonObject, format!("{{\"a\":{nested}}}")),
        (Format::UnixMillis, "9223372036854775807".to_owned()),
    ];
    let usual = Format::ALL.iter().map(|format| (*format, common::text(*format).to_owned()));
    for (format, text) in texts.into_iter().chain(usual) {
        let mut matches = false;
        let cost = measure(|| matches = format.matches(&text));
        assert!(matches, "{format}: {text}");
        assert_eq!(cost, AllocationInfo::default(), "{format}: {text}");
    }
}

#[test]
fn errors_and_reports_are_small() {
    assert_eq!(size_of::<Error>(), size_of::<usize>());
    assert_eq!(size_of::<Result<(), Error>>(), size_of::<usize>());
    let word = size_of::<usize>();
    assert!(size_of::<Result<Valid<Amount>, Error>>() <= size_of::<Amount>() + word);
    assert!(size_of::<Result<Valid<Order>, Error>>() <= size_of::<Order>() + word);
    assert_eq!(size_of::<Violations>(), 2 * size_of::<usize>());
    assert_eq!(size_of::<Result<(), Violations>>(), 2 * size_of::<usize>());
    assert!(size_of::<Violation>() <= 48, "{}", size_of::<Violation>());
    assert!(size_of::<ViolationKind>() <= 32, "{}", size_of::<ViolationKind>());
    assert!(size_of::<SyntaxError>() <= 24, "{}", size_of::<SyntaxError>());
}

#[test]
fn what_every_step_and_value_holds_is_small() {
    assert!(size_of::<ValidationContext<'_>>() <= 64, "{}", size_of::<ValidationContext<'_>>());
    assert!(size_of::<Policy>() <= 64, "{}", size_of::<Policy>());
    assert_eq!(size_of::<Valid<Order>>(), size_of::<Order>());
    assert_eq!(size_of::<UnknownFields>(), size_of::<usize>());
    assert!(size_of::<JsonText>() <= 16, "{}", size_of::<JsonText>());
}

/// A document of so many faults, as a text.
type Document = fn(usize) -> String;

/// An order with `count` times these elements as its goods.
fn goods(elements: &str, count: usize) -> String {
    let each = elements.split(' ').count();
    format!("{{\"goods\":[{}1]}}", format!("{},", elements.replace(' ', ",")).repeat(count / each))
}

/// What it costs to find the error.
fn cost<E>(find: impl FnOnce() -> Option<E>) -> (AllocationInfo, E) {
    let mut error = None;
    let cost = measure(|| error = find());
    (cost, error.unwrap())
}

fn cost_of_refusal<T: ProtocolType>(json: &str) -> (AllocationInfo, Error) {
    cost(|| from_json::<T>(json.as_bytes()).err())
}

/// Runs `tenth` and `whole`, and asserts that ten times the work takes less than twenty times as
/// long: what is quadratic takes a hundred times. The machine may do something else meanwhile, so
/// the best of some tries counts.
fn in_linear_time<T>(tenth: impl Fn() -> T, whole: impl Fn() -> T) -> (T, T) {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _guard = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let tries = (0..10).map(|_| (timed(&tenth), timed(&whole)));
    let linear = tries.into_iter().find(|((short, _), (long, _))| *long < *short * 20);
    let ((_, of_tenth), (_, of_whole)) = linear.expect("ten times the work takes too long");
    (of_tenth, of_whole)
}

fn timed<T>(work: impl Fn() -> T) -> (Duration, T) {
    let start = Instant::now();
    let result = work();
    (start.elapsed(), result)
}

fn assert_cut(violations: &[Violation]) {
    assert_eq!(violations.len(), 65);
    assert!(violations[..64].iter().all(|violation| violation.code() != "tooMany"));
    assert_eq!(violations[64].kind(), &ViolationKind::Truncated { max_violations: 64 });
    assert_eq!(violations[64].path(), "");
}

/// Asserts that a million faults cost the memory of a hundred thousand, and ten times their time.
fn assert_bounded<T: ProtocolType>(document: Document) {
    let (some, many) = (document(100_000), document(1_000_000));
    let ((cost, error), (cost_of_many, error_of_many)) =
        in_linear_time(|| cost_of_refusal::<T>(&some), || cost_of_refusal::<T>(&many));
    assert_cut(error.violations());
    assert_eq!(error_of_many.violations(), error.violations());
    assert!(error.into_violations().unwrap().is_truncated());
    assert!(cost.bytes_max <= PEAK, "{cost:?}");
    assert_eq!(cost_of_many, cost);
}

#[test]
fn a_million_goods_that_are_numbers_give_a_report_that_is_cut() {
    assert_bounded::<Order>(|count| goods("1", count));
}

/// Goods that break no rule, as the elements of an array.
fn valid_goods(count: usize) -> String {
    let goods = common::smallest(Goods::SCHEMA).to_string();
    vec![goods; count].join(",")
}

/// An order of so many goods, whose text ends with blanks, so that it seems to have more.
fn order_of(count: usize, blanks: usize) -> Order {
    let mut order = common::smallest(Order::SCHEMA);
    order["goods"] = json!("GOODS");
    let goods = format!("[{}]", valid_goods(count));
    let json = order.to_string().replace("\"GOODS\"", &goods) + &" ".repeat(blanks);
    from_json::<Order>(json.as_bytes()).unwrap().into_inner()
}

#[test]
fn a_long_array_takes_about_the_room_that_it_needs() {
    // Twice as much each time would be 1,024.
    let room = order_of(700, 0).goods.unwrap().capacity();
    assert!(room < 770, "{room}");
}

#[test]
fn an_array_takes_no_more_room_than_for_four_times_its_elements() {
    for count in 0..100 {
        let room = order_of(count, 1_000_000).goods.unwrap().capacity();
        assert!(room <= 4 * count.max(4), "{room} for {count}");
    }
}

#[test]
fn goods_after_many_that_are_numbers_take_no_more_room() {
    let numbers = "1,".repeat(100_000);
    let json = format!("{{\"goods\":[{numbers}{}]}}{}", valid_goods(20), " ".repeat(10_000_000));
    let (cost, error) = cost_of_refusal::<Order>(&json);
    assert_cut(error.violations());
    assert!(cost.bytes_max <= PEAK, "{cost:?}");
}

#[test]
fn a_million_goods_that_are_empty_objects_give_a_report_that_is_cut() {
    assert_bounded::<Order>(|count| goods("{}", count));
}

#[test]
fn a_million_goods_that_are_null_give_a_report_that_is_cut() {
    assert_bounded::<Order>(|count| goods("null", count));
}

#[test]
fn a_million_goods_that_are_empty_arrays_give_a_report_that_is_cut() {
    assert_bounded::<Order>(|count| goods("[]", count));
}

#[test]
fn a_million_goods_that_are_all_kinds_of_wrong_give_a_report_that_is_cut() {
    let mix: Document = |count| {
        goods(r#"1 {} null [] "text" true 1.5 [[1]] {"goodsName":1,"extendInfo":{}} -1e5"#, count)
    };
    assert_bounded::<Order>(mix);
}

#[test]
fn a_million_duplicates_of_a_known_member_give_a_report_that_is_cut() {
    assert_bounded::<Amount>(|count| {
        format!("{{\"currency\":\"USD\",\"value\":1{}}}", ",\"value\":1".repeat(count))
    });
}

#[test]
fn a_million_duplicates_of_an_unknown_member_give_a_report_that_is_cut() {
    assert_bounded::<Amount>(|count| {
        format!("{{\"currency\":\"USD\",\"value\":1{}}}", ",\"newer\":1".repeat(count))
    });
}

/// An amount whose unknown members are `count` names of `length` characters, each one twice.
fn long_names(count: usize, length: usize) -> String {
    let mut json = String::from("{\"currency\":\"USD\",\"value\":1");
    for index in 0..count {
        // The names differ behind what a path shows of them.
        let name = "x".repeat(length - 4) + &format!("{index:04}");
        json.extend([",\"", &name, "\":0,\"", &name, "\":0"]);
    }
    json + "}"
}

#[test]
fn duplicates_with_names_of_half_a_megabyte_each_give_a_report_of_a_few_kilobytes() {
    const LENGTH: usize = 500_000;
    let (cost, error) = cost_of_refusal::<Amount>(&long_names(66, LENGTH));
    assert_cut(error.violations());
    assert!(error.violations()[0].path().len() == 1 + 64);
    assert!(u64::try_from(cost.bytes_current).unwrap() <= 16 * 1024, "{cost:?}");
    assert!(cost.bytes_max <= 66 * LENGTH as u64 + PEAK, "the names are kept once: {cost:?}");
    assert!(error.to_string().len() < 64 * 1024);
}

#[test]
fn a_duplicate_of_a_name_of_a_megabyte_costs_no_copy_of_it() {
    const LENGTH: usize = 1_000_000;
    let (cost, _) = cost_of_refusal::<Amount>(&long_names(1, LENGTH));
    assert!(cost.bytes_max <= LENGTH as u64 + PEAK, "{cost:?}");
}

#[test]
fn through_serde_json_a_million_wrong_goods_cost_no_more() {
    let json = goods("1", 1_000_000);
    let (cost, error) = cost(|| serde_json::from_str::<Valid<Order>>(&json).err());
    assert_eq!(error.to_string().lines().count(), 65);
    assert!(cost.bytes_max <= PEAK, "{cost:?}");
}

/// A built order of `count` goods, each of which breaks four rules.
fn wrong_order(count: usize) -> Order {
    let wrong = Goods::new("@", "x".repeat(257), Amount::new("usd", -1));
    Order::new("1", "Shoes", Amount::new("USD", 1), Merchant::new("1", "Shoe Shop"))
        .goods(vec![wrong; count])
}

#[test]
fn validating_a_hundred_thousand_wrong_goods_costs_no_more_than_ten_thousand() {
    let (some, many) = (wrong_order(10_000), wrong_order(100_000));
    let ((cost, report), (cost_of_many, report_of_many)) =
        in_linear_time(|| cost(|| some.validate().err()), || cost(|| many.validate().err()));
    assert_cut(&report);
    assert!(report.is_truncated());
    assert_eq!(report_of_many, report);
    assert!(cost.bytes_max <= PEAK, "{cost:?}");
    assert_eq!(cost_of_many, cost);
}

/// Asserts that ten times the unknown members take about ten times the memory in all, to read and
/// to write: what is copied again and again takes a hundred times as much.
fn assert_linear(unknown: Document) {
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
    assert!(many < some * 15, "{some} bytes for the tenth of {many}");
}

#[test]
fn many_unknown_members_are_kept_in_linear_time() {
    assert_linear(|count| {
        let member = |index| format!("\"{index:09}\":1");
        (0..count).map(member).collect::<Vec<_>>().join(",")
    });
}

#[test]
fn long_texts_of_unknown_members_are_kept_in_linear_time() {
    assert_linear(|count| format!("\"x\":\"{}\"", "\\n".repeat(count)));
}

#[test]
fn arrays_of_unknown_members_are_kept_in_linear_time() {
    assert_linear(|count| format!("\"x\":[{}0]", "1,-1,1.5,{\"a\":[]},\"\\n\",".repeat(count)));
}

#[test]
fn numbers_behind_a_long_text_of_unknown_members_are_kept_in_linear_time() {
    assert_linear(|count| format!("\"x\":[\"\\n{}\"{}]", "x".repeat(count), ",1".repeat(count)));
}

/// The codes of a document of `faults` faults, under a policy of so many violations.
fn codes(max_violations: usize, faults: usize) -> Vec<&'static str> {
    let policy = Policy::strict().max_violations(max_violations);
    let elements = "1,".repeat(faults);
    let json =
        format!("{{\"userId\":\"1\",\"contactInfos\":[{}]}}", elements.trim_end_matches(','));
    let read = from_json_with::<dictionary::User>(json.as_bytes(), &policy);
    let codes = |error: Error| error.violations().iter().map(Violation::code).collect();
    read.err().map(codes).unwrap_or_default()
}

#[test]
fn a_policy_of_no_violations_reports_that_there_are_some() {
    assert_eq!(codes(0, 0), [""; 0]);
    assert_eq!(codes(0, 1), ["tooMany"]);
    assert_eq!(codes(0, 1_000), ["tooMany"]);
    let policy = Policy::strict().max_violations(0);
    let report = Amount::new("usd", -1).validate_with(&policy).unwrap_err();
    assert_eq!((report.len(), report[0].path()), (1, ""));
    let message = "has more violations than the reported 0";
    assert_eq!(report[0].kind().to_string(), message);
    assert!(report.is_truncated());
    assert!(Amount::new("USD", 1).validate_with(&policy).is_ok());
}

#[test]
fn a_policy_of_one_violation_reports_the_first_and_whether_there_are_more() {
    assert_eq!(codes(1, 0), [""; 0]);
    assert_eq!(codes(1, 1), ["type"]);
    assert_eq!(codes(1, 2), ["type", "tooMany"]);
    let policy = Policy::strict().max_violations(1);
    let report = Amount::new("usd", -1).validate_with(&policy).unwrap_err();
    assert_eq!((report[0].path(), report[1].code()), ("/currency", "tooMany"));
    let report = Amount::new("USD", -1).validate_with(&policy).unwrap_err();
    assert_eq!((report.len(), report.is_truncated()), (1, false));
    assert!(Valid::new_with(Amount::new("USD", -1), &policy).is_err());
}

#[test]
fn a_policy_of_a_thousand_violations_reports_a_thousand() {
    assert_eq!(codes(1_000, 1_000), ["type"; 1_000]);
    let cut = codes(1_000, 1_001);
    assert_eq!((cut.len(), cut[999], cut[1_000]), (1_001, "type", "tooMany"));
    let policy = Policy::strict().max_violations(1_000);
    assert_eq!(wrong_order(250).validate_with(&policy).unwrap_err().len(), 1_000);
    assert!(wrong_order(251).validate_with(&policy).unwrap_err().is_truncated());
}

#[test]
fn a_policy_of_boundless_violations_reports_all() {
    assert_eq!(codes(usize::MAX, 5_000), vec!["type"; 5_000]);
}

#[test]
fn the_dictionary_policy_reports_64_violations() {
    assert_eq!(codes(64, 64), ["type"; 64]);
    assert_eq!(codes(64, 65).len(), 65);
    assert_eq!(Policy::default(), Policy::strict().max_violations(64));
}

const fn assert_send_and_sync<T: Send + Sync>() {}

#[test]
fn every_public_type_can_be_sent_to_and_shared_between_threads() {
    each_table!(assert_send_and_sync);
    const {
        use dictionary::{
            ContactType, DeployAppInfoRequired, Gender, LoginIdType, MessageChannel, OsType,
            PaymentMethodType, RelatedEnv, ReleaseStatus, ResultCode, ResultStatus, TerminalType,
            UserStatus,
        };
        use endpoint::{CardFieldCode, CustomerBelongsTo};
        use miniprogram_protocol::{
            CurrencyCode, Datetime, ExtendInfo, FormatError, InboxBody, InboxContent, InboxFooter,
            InboxHeader, InboxTarget, JsonType, Localized, Mcc, MessageContent, OneOrMany,
            PhoneNumber, PushContent, RegionCode, SmsContent, UnixMillis, UnknownValue,
            schema::{
                ArrayConstraints, CrossFieldRule, EnumSchema, Field, IntegerConstraints,
                NoConstraints, ObjectConstraints, Schema, SourceDocument, StringConstraints,
            },
        };
        macro_rules! assert_each {
            ($($Type:ty),+ $(,)?) => { $( assert_send_and_sync::<$Type>(); )+ };
        }
        assert_each!(
            ContactType,
            DeployAppInfoRequired,
            Gender,
            LoginIdType,
            MessageChannel,
            OsType,
            PaymentMethodType,
            RelatedEnv,
            ReleaseStatus,
            ResultCode,
            ResultStatus,
            TerminalType,
            UserStatus,
            CardFieldCode,
            CustomerBelongsTo,
        );
        assert_each!(
            EnumSchema,
            CurrencyCode,
            Datetime,
            SourceDocument,
            ExtendInfo,
            Field,
            Format,
            FormatError,
            InboxBody,
            InboxContent,
            InboxFooter,
            InboxHeader,
            InboxTarget,
            IntegerConstraints,
            JsonText,
            JsonType,
            CrossFieldRule,
            ArrayConstraints,
            ArrayConstraints<StringConstraints>,
            Localized<PushContent>,
            Mcc,
            MessageContent,
            NoConstraints,
            ObjectConstraints,
            OneOrMany<InboxFooter>,
            PhoneNumber<'static>,
            RegionCode,
            Schema,
            ValueType,
            SmsContent,
            StringConstraints,
            UnixMillis,
            UnknownFields,
            UnknownValue,
        );
        assert_each!(
            ValidationContext<'static>,
            Error,
            Policy,
            Constraints,
            SyntaxError,
            Valid<Order>,
            Violation,
            ViolationKind,
            Violations,
        );
    }
}

#[test]
fn errors_are_errors_that_can_be_boxed() {
    const fn assert_error<T: StdError + Send + Sync + 'static>() {}
    assert_error::<Error>();
    assert_error::<Violations>();
    assert_error::<SyntaxError>();
    assert_error::<miniprogram_protocol::FormatError>();
    let boxed: Box<dyn StdError + Send + Sync> = from_json::<Amount>(b"{}").unwrap_err().into();
    assert!(boxed.downcast_ref::<Error>().is_some());
}

fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

#[test]
fn tables_can_be_cloned_compared_hashed_and_shown() {
    fn assert_of_the_table<T: ProtocolType + Clone + Debug + Eq + Hash>() {
        let mut document = common::complete(T::SCHEMA);
        let value: T = read(&document);
        let clone = value.clone();
        assert_eq!(clone, value);
        assert_eq!(hash(&clone), hash(&value));
        assert!(format!("{value:?}").starts_with(&format!("{} {{", T::SCHEMA.name)));
        // Any other member makes another value, an unknown one, too.
        document["newer"] = json!(1);
        let newer: T = read(&document);
        assert!(newer != value && hash(&newer) != hash(&value));
        assert_eq!(Valid::new(value.clone()), Valid::new(clone));
        assert_eq!(Valid::new(value.clone()).unwrap().into_inner(), value);
    }
    each_table!(assert_of_the_table);
}

#[test]
fn what_is_kept_of_another_format_can_be_read_again_as_json() {
    // {"currency": "USD", "value": 1, "x": [[…]]} as MessagePack.
    let amount = |arrays: usize| {
        let mut bytes = b"\x83\xa8currency\xa3USD\xa5value\x01\xa1x".to_vec();
        bytes.extend(vec![0x91; arrays - 1]);
        bytes.push(0x90);
        rmp_serde::from_slice::<Amount>(&bytes)
    };
    // The object is a level, too.
    let json = serde_json::to_vec(&amount(127).unwrap()).unwrap();
    assert_eq!(serde_json::from_slice::<Amount>(&json).unwrap(), amount(127).unwrap());
    assert!(amount(128).is_err());
}
