//! Checks of requests together with their responses.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "tests may panic")]

use miniprogram_protocol::{
    ExchangeError, Policy, Schema, Validate as _, Violation, ViolationKind, Violations,
    dictionary::ResultCode,
    endpoint::{
        Cancel, CancelRequest, CancelResponse, Capture, Endpoint, EndpointMetadata,
        InquireCardDetail, InquireCardDetailRequest, InquireCardDetailResponse, InquiryRefund,
        PlatformMessageSend, Void, check_exchange, check_exchange_with,
    },
    from_json,
    schema::{ExchangeRule, ValueType},
};
use serde_json::{Value, json};

/// The rules that relate responses to requests, transcribed from the editions that the last column
/// names.
const EXCHANGE_RULES_TSV: &str = include_str!("data/exchange_rules.tsv");

const COLUMNS: &str = "endpoint\trule\tfield\tunless\tinterpretation\tsource";

fn lines() -> impl Iterator<Item = Vec<&'static str>> {
    EXCHANGE_RULES_TSV.lines().skip(1).map(|line| line.split('\t').collect())
}

/// Returns the rules of all endpoints, each with its endpoint.
fn rules() -> impl Iterator<Item = (&'static EndpointMetadata, &'static ExchangeRule)> {
    EndpointMetadata::ALL
        .iter()
        .flat_map(|endpoint| endpoint.exchange_rules.iter().map(move |rule| (*endpoint, rule)))
}

#[test]
fn matches_rules_of_specification() {
    assert_eq!(EXCHANGE_RULES_TSV.lines().next(), Some(COLUMNS));
    let interpretation = include_str!("../SPEC-INTERPRETATION.md");
    let specified: Vec<_> = lines()
        .map(|cells| {
            assert!(interpretation.contains(&format!("\n| {} | ", cells[4])), "{cells:?}");
            assert!(!cells[5].is_empty(), "{cells:?}");
            cells[..4].join("\t")
        })
        .collect();
    let implemented: Vec<_> = rules()
        .map(|(endpoint, rule)| {
            let (name, fields, unless) = match *rule {
                ExchangeRule::Echo { field, unless } => ("echo", field.to_owned(), unless),
                ExchangeRule::OneForEach { results, of, key } => {
                    ("oneForEach", [results, of, key].join("|"), None)
                }
                _ => panic!("{rule:?}"),
            };
            [endpoint.name, name, &fields, unless.unwrap_or_default()].join("\t")
        })
        .collect();
    // The order of endpoints in the file does not matter.
    let sorted = |mut rules: Vec<String>| {
        rules.sort();
        rules
    };
    assert_eq!(sorted(implemented), sorted(specified));
}

/// Returns the type of the field at a path, `name` or `outer/inner`.
fn type_at(schema: &Schema, path: &str) -> ValueType {
    let (outer, inner) = path.split_once('/').map_or((path, None), |(a, b)| (a, Some(b)));
    let outer = schema.field(outer).unwrap_or_else(|| panic!("{path}")).value_type;
    match inner {
        Some(inner) => type_at(outer.object_schema().unwrap(), inner),
        None => outer,
    }
}

#[test]
fn rules_refer_to_existing_fields() {
    for (endpoint, rule) in rules() {
        let EndpointMetadata { request, response, .. } = endpoint;
        match *rule {
            ExchangeRule::Echo { field, unless } => {
                assert!(type_at(request, field).string_type().is_some(), "{field}");
                assert!(type_at(response, field).string_type().is_some(), "{field}");
                assert!(unless.is_none_or(|unless| request.field(unless).is_some()));
            }
            ExchangeRule::OneForEach { results, of, key } => {
                for (schema, array) in [(response, results), (request, of)] {
                    let ValueType::Array(array) = type_at(schema, array) else { panic!("{array}") };
                    let items = array.items.value_type().object_schema().unwrap();
                    assert!(type_at(items, key).string_type().is_some());
                }
                assert!(response.field("result").is_some());
            }
            _ => panic!("{rule:?}"),
        }
    }
}

/// Returns a valid request and its response, with all fields to which the rules refer.
fn valid_exchange(endpoint: &str) -> (Value, Value) {
    let result = json!({"resultStatus": "S", "resultCode": "SUCCESS"});
    let message = |id: &str| {
        let content = r#"{"en-US":{"content":"Your shoes are on their way"}}"#;
        json!({
            "messageId": id,
            "customerId": "216022004226",
            "messageChannel": "SMS",
            "messageContent": content,
            "extendInfo": "{}",
        })
    };
    match endpoint {
        "platformMessageSend" => (
            json!({"messages": [message("M-1"), message("M-2"), message("M-3")]}),
            json!({"result": result, "messageSendResults": [
                {"messageId": "M-3", "success": true},
                {"messageId": "M-1", "success": false, "retry": true},
                {"messageId": "M-2", "success": true},
            ]}),
        ),
        "capture" => (
            json!({
                "captureRequestId": "C-1",
                "paymentId": "P-1",
                "captureAmount": {"currency": "USD", "value": 4990},
            }),
            json!({
                "result": result,
                "captureRequestId": "C-1",
                "paymentId": "P-1",
                "captureAmount": {"currency": "USD", "value": 4990},
            }),
        ),
        "void" => (
            json!({"voidRequestId": "V-1", "paymentId": "P-1"}),
            json!({"result": result, "voidRequestId": "V-1"}),
        ),
        "inquiryPayment" | "cancel" => (
            json!({"paymentId": "P-1", "paymentRequestId": "R-1"}),
            json!({"result": result, "paymentId": "P-1", "paymentRequestId": "R-1"}),
        ),
        "inquiryRefund" => (
            json!({"refundId": "F-1", "refundRequestId": "R-1"}),
            json!({"result": result, "refundId": "F-1", "refundRequestId": "R-1"}),
        ),
        other => panic!("no exchange of {other}"),
    }
}

fn check(endpoint: &EndpointMetadata, exchange: &(Value, Value)) -> Result<(), ExchangeError> {
    let (request, response) = (exchange.0.to_string(), exchange.1.to_string());
    let outcome =
        endpoint.check_exchange_with(request.as_bytes(), response.as_bytes(), &Policy::strict());
    outcome.into_result().map(drop)
}

/// Returns the paths and codes of the violations in an exchange.
fn violations(endpoint: &EndpointMetadata, exchange: &(Value, Value)) -> Vec<(String, String)> {
    let violations = check(endpoint, exchange).err().map(|error| error.violations());
    let violations = violations.unwrap_or_default().into_iter();
    violations.map(|one| (one.path().to_owned(), one.code().to_owned())).collect()
}

fn one(path: &str, code: &str) -> Vec<(String, String)> {
    vec![(path.to_owned(), code.to_owned())]
}

/// Returns the endpoints that have rules, each with a valid exchange.
fn endpoints() -> impl Iterator<Item = (&'static EndpointMetadata, (Value, Value))> {
    EndpointMetadata::ALL
        .iter()
        .filter(|endpoint| !endpoint.exchange_rules.is_empty())
        .map(|endpoint| (*endpoint, valid_exchange(endpoint.name)))
}

#[test]
fn accepts_valid_exchanges() {
    for (endpoint, exchange) in endpoints() {
        assert_eq!(check(endpoint, &exchange), Ok(()), "{}", endpoint.name);
    }
}

/// Each line of the table is a rule (E18 to E21).
#[test]
fn reports_each_violated_rule() {
    for cells in lines() {
        let [name, rule, field, unless, ..] = *cells else { panic!() };
        let endpoint = EndpointMetadata::by_name(name).unwrap();
        let mut exchange = valid_exchange(name);
        if rule == "oneForEach" {
            let [results, _, key] = field.split('|').collect::<Vec<_>>()[..] else { panic!() };
            let results_of = |exchange: &mut (Value, Value)| exchange.1[results].take();
            let mut too_few = exchange.clone();
            let Value::Array(mut some) = results_of(&mut too_few) else { panic!() };
            some.pop();
            too_few.1[results] = some.into();
            assert_eq!(
                violations(endpoint, &too_few),
                one(&format!("/response/{results}"), "minItems")
            );
            exchange.1[results][1][key] = "other".into();
            let path = format!("/response/{results}/1/{key}");
            assert_eq!(violations(endpoint, &exchange), one(&path, "enum"));
            continue;
        }
        if !unless.is_empty() {
            exchange.0.as_object_mut().unwrap().remove(unless).unwrap();
        }
        // The changed value is valid on its own.
        let found = exchange.1.pointer_mut(&format!("/{field}")).unwrap();
        *found = if field.ends_with("currency") { json!("EUR") } else { json!("other") };
        assert_eq!(violations(endpoint, &exchange), one(&format!("/response/{field}"), "const"));
    }
}

/// E20: the response may have a different sender's ID if the request also has the receiver's ID.
#[test]
fn ids_with_precedence_decide() {
    for cells in lines().filter(|cells| !cells[3].is_empty()) {
        let endpoint = EndpointMetadata::by_name(cells[0]).unwrap();
        let mut exchange = valid_exchange(endpoint.name);
        exchange.1[cells[2]] = "other".into();
        assert_eq!(check(endpoint, &exchange), Ok(()), "{cells:?}");
        exchange.0[cells[3]] = Value::Null;
        assert!(check(endpoint, &exchange).is_err(), "{cells:?}");
    }
}

#[test]
fn absent_fields_violate_no_rule() {
    for cells in lines().filter(|cells| cells[1] == "echo") {
        let endpoint = EndpointMetadata::by_name(cells[0]).unwrap();
        let name = cells[2].split('/').next().unwrap();
        for absent in [None, Some(Value::Null)] {
            let mut exchange = valid_exchange(endpoint.name);
            let response = exchange.1.as_object_mut().unwrap();
            response.remove(name).unwrap();
            response.extend(absent.map(|null| (name.to_owned(), null)));
            assert_eq!(check(endpoint, &exchange), Ok(()), "{cells:?}");
        }
    }
}

/// E19: the status does not matter.
#[test]
fn failed_responses_repeat_ids() {
    let request = br#"{"voidRequestId": "V-1", "paymentId": "P-1"}"#;
    let response = br#"{"result": {"resultStatus": "F"}, "voidRequestId": "v-1"}"#;
    let error = check_exchange::<Void>(request, response).unwrap_err();
    assert_eq!(error.to_string(), "/response/voidRequestId must equal /request/voidRequestId");
}

/// E18: results of failed requests may be missing.
#[test]
fn failed_responses_need_no_results() {
    let (endpoint, mut exchange) =
        (PlatformMessageSend::METADATA, valid_exchange("platformMessageSend"));
    exchange.1["result"] = json!({"resultStatus": "F"});
    exchange.1["messageSendResults"] = json!([]);
    assert_eq!(check(endpoint, &exchange), Ok(()));
}

/// Returns the violations for messages and results with the given IDs.
fn violations_of_ids(messages: &[&str], results: &[Value]) -> Vec<(String, String)> {
    let (mut request, mut response) = valid_exchange("platformMessageSend");
    let message = request["messages"][0].take();
    let messages = messages.iter().map(|id| {
        let mut message = message.clone();
        message["messageId"] = (*id).into();
        message
    });
    request["messages"] = messages.collect();
    let results = results.iter().map(|id| json!({"messageId": id, "success": true}));
    response["messageSendResults"] = results.collect();
    violations(PlatformMessageSend::METADATA, &(request, response))
}

#[test]
fn matches_results_to_messages() {
    let list = "/response/messageSendResults";
    let key = |index: usize| format!("{list}/{index}/messageId");
    let result = |path: &str, code: &str| (path.to_owned(), code.to_owned());
    for (messages, results, expected) in [
        (&["a", "b"][..], json!(["b", "a"]), vec![]),
        (&["a", "a"], json!(["a", "a"]), vec![]),
        (&[], json!([]), vec![]),
        (&["a"], json!(["a", "b"]), vec![result(&key(1), "enum")]),
        (&["a", "b"], json!(["a", "a"]), vec![result(&key(1), "enum")]),
        (&["a", "a"], json!(["a"]), vec![result(list, "minItems")]),
        (
            &["a", "b", "c"],
            json!(["a", "x"]),
            vec![result(&key(1), "enum"), result(list, "minItems")],
        ),
        // A result whose ID cannot be read may belong to any message.
        (&["a", "b"], json!(["a", 1]), vec![result(&key(1), "type")]),
    ] {
        let results = results.as_array().unwrap();
        assert_eq!(violations_of_ids(messages, results), expected, "{messages:?} {results:?}");
    }
}

#[test]
fn compares_strings_without_escape_sequences() {
    let request = br#"{"voidRequestId": "V\u002d1", "paymentId": "P-1"}"#;
    let response = br#"{"result": {"resultStatus": "S"}, "void\u0052equestId": "V-1"}"#;
    assert_eq!(check_exchange::<Void>(request, response), Ok(()));
}

#[test]
fn uses_first_of_duplicate_fields() {
    let request = br#"{"voidRequestId": "V-1", "voidRequestId": "V-2", "paymentId": "P-1"}"#;
    let response = br#"{"result": {"resultStatus": "S"}, "voidRequestId": "V-2"}"#;
    let error = check_exchange::<Void>(request, response).unwrap_err();
    let paths = error.violations();
    let paths: Vec<_> = paths.iter().map(|one| (one.path(), one.code())).collect();
    assert_eq!(
        paths,
        [("/request/voidRequestId", "duplicate"), ("/response/voidRequestId", "const")]
    );
}

#[test]
fn reports_syntax_errors_of_both_sides() {
    let error = check_exchange::<Void>(b"{", b"{\"result\":\n!}").unwrap_err();
    assert_eq!(
        error.to_string(),
        "/request: malformed JSON at line 1 column 2: unexpected end of input\n\
         /response: malformed JSON at line 2 column 1: expected a value"
    );
    assert_eq!(error.violations(), []);
    assert_eq!(
        serde_json::to_value(&error).unwrap(),
        json!([
            {"path": "/request", "code": "syntax", "message": "unexpected end of input",
             "params": {"line": 1, "column": 2}},
            {"path": "/response", "code": "syntax", "message": "expected a value",
             "params": {"line": 2, "column": 1}},
        ])
    );
}

#[test]
fn malformed_requests_hide_no_violations() {
    let error = check_exchange::<Void>(b"{", b"{}").unwrap_err();
    assert!(error.request().unwrap().syntax().is_some());
    assert_eq!(error.violations()[0].path(), "/response/result");
}

/// A request and a response that each have violations, and together violate an exchange rule.
const INVALID: (&[u8], &[u8]) = (
    br#"{"voidRequestId": "V-1"}"#,
    br#"{"result": {"resultStatus": "X"}, "voidRequestId": "V-2"}"#,
);

#[test]
fn reports_all_violations_of_both_sides() {
    let error = check_exchange::<Void>(INVALID.0, INVALID.1).unwrap_err();
    let found: Vec<_> = error.violations().iter().map(ToString::to_string).collect();
    assert_eq!(
        found,
        [
            "/request/paymentId is required",
            "/response/result/resultStatus must be one of S, F, U, A",
            "/response/voidRequestId must equal /request/voidRequestId",
        ]
    );
    assert_eq!(error.to_string(), found.join("\n"));
}

#[test]
fn counts_violations_of_rules_against_the_maximum() {
    let policy = Policy::strict().max_violations(1);
    let error = check_exchange_with::<Void>(INVALID.0, INVALID.1, &policy).unwrap_err();
    let found: Vec<_> =
        error.violations().iter().map(|it| format!("{} {}", it.path(), it.code())).collect();
    assert_eq!(
        found,
        ["/request/paymentId required", "/response/result/resultStatus enum", "/response tooMany"]
    );
}

#[test]
fn reports_tolerated_deviations_of_valid_and_invalid_sides() {
    let policy = Policy::lenient();
    let request = br#"{"refundId": "F-1"}"#;
    let response = br#"{"result": {"resultStatus": "S"}, "refundId": "F-2", "refundAmount": {
        "currency": "USD", "value": "1"}}"#;
    let tolerated = |found: &[Violation]| {
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].path(), "/response/refundAmount/value");
    };
    let error = check_exchange_with::<InquiryRefund>(request, response, &policy).unwrap_err();
    tolerated(&error.tolerated());
    let request = br#"{"refundId": "F-2"}"#;
    tolerated(&check_exchange_with::<InquiryRefund>(request, response, &policy).unwrap());
}

#[test]
fn skips_rules_if_an_input_is_too_long() {
    let policy = Policy::strict().max_bytes(50);
    let long = format!("{}{}", " ".repeat(50), str::from_utf8(INVALID.0).unwrap());
    let error = check_exchange_with::<Void>(long.as_bytes(), b"{}", &policy).unwrap_err();
    let codes = error.violations();
    let codes: Vec<_> = codes.iter().map(Violation::code).collect();
    assert_eq!(codes, ["maxBytes", "required"]);
}

#[test]
fn locates_violations_in_each_text() {
    let error = check_exchange::<Void>(INVALID.0, INVALID.1).unwrap_err();
    let spans = error.response().unwrap().locate(INVALID.1);
    assert_eq!(&INVALID.1[spans[1].unwrap().range()], br#""V-2""#);
    let spans = error.request().unwrap().locate(INVALID.0);
    assert_eq!(&INVALID.0[spans[0].unwrap().range()], b"{");
}

#[test]
fn validates_values_as_json() {
    let request = CancelRequest::new().payment_request_id("R-1");
    let response = CancelResponse::new(ResultCode::Success).payment_request_id("R-2");
    let error = Cancel::validate_exchange(&request, &response).unwrap_err();
    let json = [serde_json::to_vec(&request), serde_json::to_vec(&response)].map(Result::unwrap);
    assert_eq!(check_exchange::<Cancel>(&json[0], &json[1]), Err(error));
    let response = response.payment_request_id("R-1");
    assert_eq!(Cancel::validate_exchange(&request, &response), Ok(()));
    let error = Cancel::validate_exchange(&CancelRequest::new(), &response).unwrap_err();
    assert_eq!(error.to_string(), "/request must have at least one of paymentId, paymentRequestId");
}

#[test]
fn reads_responses_as_values() {
    for (endpoint, (request, response)) in endpoints().filter(|(it, _)| it.name == "cancel") {
        assert_eq!(endpoint.name, "cancel");
        let (request, response) = (request.to_string(), response.to_string());
        let read = Cancel::read_response(request.as_bytes(), response.as_bytes()).unwrap();
        assert_eq!(read, from_json::<CancelResponse>(response.as_bytes()).unwrap());
        assert!(read.validate().is_ok());
    }
}

#[test]
fn other_types_violate_no_rule() {
    let response = br#"{"result": {"resultStatus": "S"}, "voidRequestId": "V-1"}"#;
    assert!(Void::read_response(b"[1]", response).is_ok());
    let response = br#"{"result": {"resultStatus": "S"}, "messageSendResults": []}"#;
    assert!(PlatformMessageSend::read_response(br#"{"messages": 1}"#, response).is_ok());
}

#[test]
fn validates_values_of_endpoints_without_rules() {
    let request = InquireCardDetailRequest::new("1");
    let response = InquireCardDetailResponse::new(ResultCode::Success);
    assert!(InquireCardDetail::METADATA.exchange_rules.is_empty());
    assert!(InquireCardDetail::validate_exchange(&request, &response).is_ok());
}

#[test]
fn policy_does_not_limit_own_request() {
    let request = br#"{"paymentId": "P-1", "voidRequestId": "V-1", "extendInfo": "{}"}"#;
    let response = br#"{"result": {"resultStatus": "S"}, "voidRequestId": "V-2"}"#;
    let policy = Policy::strict().max_bytes(response.len());
    assert!(request.len() > response.len());
    let error = Void::read_response_with(request, response, &policy).unwrap_err();
    assert_eq!(error.violations()[0].path(), "/response/voidRequestId");
}

#[test]
fn out_of_range_numbers_do_not_hide_violations() {
    let request = br#"{"captureRequestId": "C-1", "paymentId": "P-1"}"#;
    let number = "9".repeat(400);
    let response = format!(
        r#"{{"result": {{"resultStatus": "S"}}, "captureAmount": {{"currency": "USD", "value": {number}}}, "captureRequestId": "C-2"}}"#
    );
    let error = Capture::read_response(request, response.as_bytes()).unwrap_err();
    let violations = error.violations();
    let paths: Vec<_> = violations.iter().map(Violation::path).collect();
    assert_eq!(paths, ["/response/captureAmount/value", "/response/captureRequestId"]);
}

/// E22: the response to an invalid request can be read.
#[test]
fn reads_responses_to_invalid_requests() {
    let response = br#"{"result": {"resultStatus": "F", "resultCode": "PARAM_ILLEGAL"}}"#;
    let response_with_id = br#"{"result": {"resultStatus": "S"}, "voidRequestId": "V-1"}"#;
    for request in [&b"{}"[..], b"not JSON", b"", br#"{"voidRequestId": "V-2","#] {
        assert!(Void::read_response(request, response_with_id).is_ok());
        let read = Void::read_response(request, response).unwrap();
        assert_eq!(read.result.result_code, Some(ResultCode::ParamIllegal));
        assert!(check_exchange::<Void>(request, response).is_err());
    }
}

#[test]
fn reports_errors_of_responses() {
    let error = Void::read_response(INVALID.0, INVALID.1).unwrap_err();
    assert_eq!(error.request(), None);
    assert_eq!(error.violations().len(), 2);
    let error = Void::read_response(INVALID.0, b"<html>").unwrap_err();
    assert!(error.response().unwrap().syntax().is_some());
    let (request, policy) = (br#"{"refundId": "F-1"}"#, Policy::lenient());
    let response = br#"{"result": {"resultStatus": "S"}, "refundTime": "2026-11-28"}"#;
    let (_, tolerated) = InquiryRefund::read_response_with(request, response, &policy).unwrap();
    assert_eq!(tolerated[0].path(), "/response/refundTime");
}

#[test]
fn clients_read_violations_of_rules_back() {
    let mut exchange = valid_exchange("platformMessageSend");
    exchange.1["messageSendResults"] = json!([{"messageId": "M-9", "success": true}]);
    let error = check(PlatformMessageSend::METADATA, &exchange).unwrap_err();
    let json = serde_json::to_value(&error).unwrap();
    let read: Violations = serde_json::from_value(json.clone()).unwrap();
    assert_eq!(*read, *error.violations());
    assert_eq!(serde_json::to_value(&read).unwrap(), json);
    assert_eq!(*read[0].kind(), ViolationKind::OneOfRequest { array: "messages" });
    let message = "must match an element of /request/messages that no other result matches";
    assert_eq!(read[0].message(), message);
    let found = ViolationKind::MinItems { min_items: 3, items: 1 };
    assert_eq!(*read[1].kind(), found);
}

#[cfg(feature = "proptest")]
mod generated {
    use super::{Value, endpoints, violations};
    use miniprogram_protocol::{
        Policy,
        endpoint::EndpointMetadata,
        generate::{self, RawExchange},
        schema::ExchangeRule,
    };
    use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};

    fn config() -> ProptestConfig {
        ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() }
    }

    fn is_valid(exchange: &RawExchange) -> bool {
        let (request, response) = (exchange.request.to_json(), exchange.response.to_json());
        let outcome = exchange.endpoint.check_exchange_with(&request, &response, &Policy::strict());
        outcome.into_result().is_ok()
    }

    fn values(exchange: &RawExchange) -> (Value, Value) {
        let read = |json: Vec<u8>| serde_json::from_slice(&json).unwrap();
        (read(exchange.request.to_json()), read(exchange.response.to_json()))
    }

    #[test]
    fn generates_valid_exchanges() {
        for endpoint in EndpointMetadata::ALL {
            proptest!(ProptestConfig { cases: 8, ..config() }, |(
                valid in generate::valid_exchange(endpoint),
                realistic in generate::realistic_exchange(endpoint),
            )| {
                prop_assert!(is_valid(&valid) && is_valid(&realistic));
            });
        }
    }

    /// Changes the field of each rule in generated exchanges.
    #[test]
    fn changed_exchanges_violate_exactly_one_rule() {
        for (endpoint, _) in endpoints() {
            for rule in endpoint.exchange_rules {
                let mut count = 0;
                let exchanges = generate::realistic_exchange(endpoint);
                let mut runner = TestRunner::deterministic();
                while count < 10 {
                    let mut exchange = values(&exchanges.new_tree(&mut runner).unwrap().current());
                    let (path, code) = match *rule {
                        ExchangeRule::Echo { field, unless } => {
                            let applies = unless.is_none_or(|it| exchange.0[it].is_null());
                            let path = format!("/{field}");
                            let is_sent = exchange.0.pointer(&path).is_some();
                            let found = exchange.1.pointer_mut(&path);
                            let Some(found) = found.filter(|_| applies && is_sent) else {
                                continue;
                            };
                            let is_eur = found == "EUR";
                            *found = if is_eur { "USD" } else { "EUR" }.into();
                            (path, "const")
                        }
                        ExchangeRule::OneForEach { results, .. } => {
                            if exchange.1["result"]["resultStatus"] != "S" {
                                continue;
                            }
                            let list = exchange.1[results].as_array_mut().unwrap();
                            if list.pop().is_none() {
                                continue;
                            }
                            (format!("/{results}"), "minItems")
                        }
                        _ => panic!("{rule:?}"),
                    };
                    let expected = vec![(format!("/response{path}"), code.to_owned())];
                    assert_eq!(violations(endpoint, &exchange), expected);
                    count += 1;
                }
            }
        }
    }

    /// Returns the value at a pointer that begins with the index of an exchange and `request` or
    /// `response`, as in `2/request/paymentAmount/currency`.
    fn value_at<'a>(sequence: &'a [(Value, Value)], pointer: &str) -> &'a Value {
        let (index, rest) = pointer.split_once('/').unwrap();
        let (side, path) = rest.split_once('/').unwrap();
        let (request, response) = &sequence[index.parse::<usize>().unwrap()];
        let document = if side == "request" { request } else { response };
        document.pointer(&format!("/{path}")).unwrap_or(&Value::Null)
    }

    #[test]
    fn sequences_are_consistent() {
        proptest!(config(), |(exchanges in generate::payment_sequence())| {
            prop_assert!(exchanges.iter().all(is_valid));
            let sequence: Vec<_> = exchanges.iter().map(values).collect();
            for (first, others) in [
                ("0/request/appId", &["1/request/appId", "2/request/appId"][..]),
                ("0/request/authClientId", &["1/request/authClientId"]),
                ("0/response/accessToken", &["1/request/accessToken"]),
                (
                    "2/request/paymentRequestId",
                    &["3/request/paymentRequestId", "4/request/paymentRequestId"],
                ),
                ("2/response/paymentId", &["3/request/paymentId", "4/request/paymentId"]),
                ("2/request/paymentAmount", &["3/request/paymentAmount"]),
                (
                    "2/request/paymentAmount/currency",
                    &["4/request/refundAmount/currency", "5/response/refundAmount/currency"],
                ),
                (
                    "4/request/refundRequestId",
                    &["5/request/refundRequestId", "5/response/refundRequestId"],
                ),
                ("4/response/refundId", &["5/request/refundId", "5/response/refundId"]),
                ("4/request/refundAmount", &["5/response/refundAmount"]),
            ] {
                prop_assert!(!value_at(&sequence, first).is_null(), "{first}");
                for other in others {
                    prop_assert_eq!(value_at(&sequence, first), value_at(&sequence, other), "{}", other);
                }
            }
            let order = value_at(&sequence, "2/request/order/orderAmount");
            let paid = value_at(&sequence, "2/request/paymentAmount");
            prop_assert!(order.is_null() || order == paid);
            let refunded = value_at(&sequence, "4/request/refundAmount/value").as_u64();
            prop_assert!(refunded <= paid["value"].as_u64());
            for (_, response) in &sequence {
                prop_assert_eq!(&response["result"]["resultStatus"], "S");
            }
            prop_assert_eq!(value_at(&sequence, "3/request/paymentResult/resultStatus"), "S");
            prop_assert_eq!(value_at(&sequence, "5/response/refundStatus"), "SUCCESS");
        });
    }

    #[test]
    fn issues_the_registered_card() {
        proptest!(config(), |(exchanges in generate::card_sequence())| {
            prop_assert!(exchanges.iter().all(is_valid));
            let sequence: Vec<_> = exchanges.iter().map(values).collect();
            for (first, others) in [
                ("0/request/appId", &["1/request/appId", "2/request/appId"][..]),
                ("0/request/customerBelongsTo", &["1/request/customerBelongsTo"]),
                ("0/request/requestId", &["1/request/requestId"]),
                ("0/request/customerId", &["1/request/customerId"]),
                ("1/response/cardNo", &["2/request/cardNo", "3/request/cardNo"]),
            ] {
                prop_assert!(!value_at(&sequence, first).is_null(), "{first}");
                for other in others {
                    prop_assert_eq!(value_at(&sequence, first), value_at(&sequence, other), "{}", other);
                }
            }
            let details = value_at(&sequence, "1/request/cardFields");
            prop_assert_eq!(details, value_at(&sequence, "2/response/cardFields"));
            for (_, response) in &sequence {
                prop_assert_eq!(&response["result"]["resultStatus"], "S");
            }
        });
    }

    #[test]
    fn times_in_sequences_increase() {
        proptest!(config(), |(exchanges in generate::payment_sequence())| {
            let sequence: Vec<_> = exchanges.iter().map(values).collect();
            let times = [
                "3/request/paymentCreateTime",
                "2/response/paymentTime",
                "0/response/accessTokenExpiryTime",
                "4/response/refundTime",
                "0/response/refreshTokenExpiryTime",
            ];
            // All times are in UTC, so they are ordered like the strings.
            let times = times.map(|pointer| value_at(&sequence, pointer).as_str().unwrap());
            prop_assert!(times.iter().all(|time| time.ends_with('Z')));
            prop_assert!(times.is_sorted_by(|earlier, later| earlier < later), "{times:?}");
            let payment_time = value_at(&sequence, "2/response/paymentTime");
            prop_assert_eq!(value_at(&sequence, "3/request/paymentTime"), payment_time);
            let refund_time = value_at(&sequence, "4/response/refundTime");
            prop_assert_eq!(value_at(&sequence, "5/response/refundTime"), refund_time);
        });
    }
}
