//! From the bytes of a request to those of its answer: `EndpointMetadata::match_path`, `Endpoint::answer`.
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests stop at the first surprise"
)]

use miniprogram_protocol::{
    Error, FieldLimits, Policy, Valid, Validate, Violation,
    dictionary::{self, MessageSendResult, ResultCode, ResultStatus},
    endpoint::{
        EndpointMetadata, Handler, MerchantSync, MerchantSyncRequest, MerchantSyncResponse,
        NotifyCardRegistration, NotifyCardRegistrationRequest, NotifyCardRegistrationResponse,
        PlatformMessageSend, PlatformMessageSendRequest, PlatformMessageSendResponse, Reply,
    },
    from_json,
};
use serde_json::{Value, json};
use std::{
    future,
    pin::pin,
    task::{Context, Poll, Waker},
};

/// The most characters of `resultMessage`.
const MOST: usize = 256;

fn sync_request() -> Value {
    let text = include_str!("../examples/payloads/valid/merchant_sync_request.json");
    serde_json::from_str(text).unwrap()
}

/// The answer to a request to synchronize, of which the handler, if it is asked, says this.
fn sync(body: &[u8], says: impl Into<dictionary::Result>) -> Reply {
    Handler::<MerchantSync>::new().handle(body, |_| Err(says))
}

/// The answer to a request that must not come to the handler.
fn refuse(body: &[u8]) -> (Reply, Error) {
    let answer = Handler::<MerchantSync>::new()
        .handle(body, |_| -> Result<_, ResultCode> { panic!("the handler is not called") });
    let error = answer.request_error.clone().unwrap();
    (answer, error)
}

fn text(answer: &Reply) -> &str {
    std::str::from_utf8(&answer.body).unwrap()
}

// The call that a path leads to

#[test]
fn a_path_leads_to_its_call_and_so_does_an_alias() {
    let paths = [
        ("/v2/platform/miniprogram/sync", "", "merchantSync"),
        ("/v2/pds/merchant/sync", "", "merchantSync"),
        ("/v2/pds/memberships/notifyCardRegistration", "", "notifyCardRegistration"),
        ("/v2/platform/message/send", "", "platformMessageSend"),
        ("/api/open/v2/pds/merchant/sync", "/api/open", "merchantSync"),
        ("/v2/v2/pds/merchant/sync", "/v2", "merchantSync"),
        ("/v2/pds/merchant/sync?", "", "merchantSync"),
        ("/v2/pds/merchant/sync?a=b?c=/d", "", "merchantSync"),
        ("/api/v2/pds/merchant/sync?a", "/api", "merchantSync"),
    ];
    for (path, prefix, name) in paths {
        let call = EndpointMetadata::match_path(path, prefix)
            .unwrap_or_else(|| panic!("{path} after {prefix:?}"));
        assert_eq!(call.name, name, "{path}");
    }
}

#[test]
fn every_call_is_found_by_all_its_paths_and_by_its_name() {
    for call in EndpointMetadata::ALL {
        for path in [call.path].iter().chain(call.aliases) {
            assert_eq!(EndpointMetadata::match_path(path, "").unwrap().name, call.name);
            assert_eq!(
                EndpointMetadata::match_path(&format!("/x{path}"), "/x").unwrap().name,
                call.name
            );
        }
        assert_eq!(EndpointMetadata::by_name(call.name).unwrap().path, call.path);
    }
}

#[test]
fn any_other_path_leads_nowhere() {
    let paths = [
        ("", ""),
        ("/", ""),
        ("?/v2/pds/merchant/sync", ""),
        ("v2/pds/merchant/sync", ""),
        ("/v1/pds/merchant/sync", ""),
        ("/v2/pds/merchant/sync/", ""),
        ("/v2/pds/merchant/sync/x", ""),
        ("//v2/pds/merchant/sync", ""),
        ("/v2/pds/merchant/Sync", ""),
        ("/V2/PDS/MERCHANT/SYNC", ""),
        ("/v2/pds/merchant/syn%63", ""),
        ("/v2/pds/merchant/sync#x", ""),
        ("/v2/pds/merchant", ""),
        ("https://example.com/v2/pds/merchant/sync", ""),
        ("/api/v2/pds/merchant/sync", ""),
        ("/v2/pds/merchant/sync", "/api"),
        ("/API/v2/pds/merchant/sync", "/api"),
        ("/api/v2/pds/merchant/sync", "/api/"),
        ("/api/v2/pds/merchant/sync", "api"),
        ("/apiv2/pds/merchant/sync", "/api"),
        ("/x?/api/v2/pds/merchant/sync", "/x?/api"),
    ];
    for (path, prefix) in paths {
        assert!(EndpointMetadata::match_path(path, prefix).is_none(), "{path} after {prefix:?}");
    }
}

// What is answered

#[test]
fn a_valid_request_comes_to_the_handler_whose_response_is_sent() {
    let body = sync_request().to_string();
    let handler = |request: Valid<MerchantSyncRequest>| {
        assert_eq!(serde_json::to_value(request.into_inner()).unwrap(), sync_request());
        Ok::<_, ResultCode>(MerchantSyncResponse::new(ResultCode::Success))
    };
    let answer = Handler::<MerchantSync>::new().handle(body.as_bytes(), handler);
    assert_eq!(
        text(&answer),
        r#"{"result":{"resultStatus":"S","resultCode":"SUCCESS","resultMessage":"Success"}}"#
    );
    assert_eq!(answer.result, ResultCode::Success.into());
    assert!(answer.request_error.is_none() && answer.response_violations.is_none());
}

#[test]
fn the_documents_own_samples_are_answered() {
    for call in EndpointMetadata::ALL {
        for sample in call.request_examples {
            let body = sample.json.as_bytes();
            let code = ResultCode::Success;
            let answer = match call.name {
                "merchantSync" => sync(body, code),
                "notifyCardRegistration" => {
                    Handler::<NotifyCardRegistration>::new().handle(body, |_| Err(code))
                }
                _ => Handler::<PlatformMessageSend>::new().handle(body, |_| Err(code)),
            };
            // Ruling C2: the sample lacks what the table requires.
            let expected = match call.name {
                "merchantSync" => {
                    r#"{"result":{"resultStatus":"F","resultCode":"PARAM_ILLEGAL","resultMessage":"/platformId is required"}}"#
                }
                _ => {
                    r#"{"result":{"resultStatus":"S","resultCode":"SUCCESS","resultMessage":"Success"}}"#
                }
            };
            assert_eq!(text(&answer), expected, "{}", sample.title);
        }
    }
}

#[test]
fn a_request_that_breaks_rules_is_refused_with_all_of_them() {
    let (answer, error) = refuse(br#"{"appId": "1#", "merchantId": 2, "platformId": "G"}"#);
    assert_eq!(answer.result.result_status, ResultStatus::Failed);
    assert_eq!(answer.result.result_code, Some(ResultCode::ParamIllegal));
    let paths: Vec<_> = error.violations().iter().map(Violation::path).collect();
    assert_eq!(paths, ["/appId", "/merchantId", "/merchantName", "/operatorId"]);
    let message = error.to_string().replace('\n', "; ");
    assert_eq!(message.matches("; ").count(), 3);
    let expected = json!({"result": {
        "resultStatus": "F",
        "resultCode": "PARAM_ILLEGAL",
        "resultMessage": message,
    }});
    assert_eq!(serde_json::from_slice::<Value>(&answer.body).unwrap(), expected);
}

#[test]
fn what_is_no_json_is_refused_with_line_and_column() {
    let cases = [
        (&b""[..], "malformed JSON at line 1 column 1: unexpected end of input"),
        (b"{\n  \"appId\": ,", "malformed JSON at line 2 column 12: expected a value"),
        (b"{} {}", "malformed JSON at line 1 column 4: trailing characters after the value"),
        (b"{\"appId\": \"\xff\"}", "malformed JSON at line 1 column 12: invalid UTF-8"),
    ];
    for (body, message) in cases {
        let (answer, error) = refuse(body);
        assert_eq!(answer.result.result_code, Some(ResultCode::ParamIllegal));
        assert_eq!(answer.result.result_message.as_deref(), Some(message));
        assert!(error.syntax().is_some());
    }
}

/// Requests whose faults stand at pointers that the payload chose.
fn hostile() -> Vec<String> {
    let names = ["a", "é", "👟", "\u{202e}", "\n", "\0", "\"\\", "~/", "; "];
    let mut bodies = vec![];
    for name in names {
        for length in (1..80).step_by(3).chain([1_000, 100_000]) {
            let name = Value::from(name.repeat(length));
            bodies.push(format!("{{{name}:1,{name}:2}}"));
            bodies.push(format!("{{{name}:1,{name}:2,{name}:3,{name}:4,\"merchantId\":5}}"));
        }
    }
    bodies
}

#[test]
fn the_message_is_cut_at_256_characters_whatever_the_pointers_hold() {
    let (mut cut, mut whole) = (0, 0);
    for body in hostile() {
        let (answer, error) = refuse(body.as_bytes());
        let message = answer.result.result_message.as_deref().unwrap();
        let all: String = error.to_string().replace('\n', "; ");
        assert_eq!(message, all.chars().take(MOST).collect::<String>());
        assert!(!message.chars().any(char::is_control), "{message:?}");
        let response = from_json::<MerchantSyncResponse>(&answer.body).unwrap();
        assert_eq!(response.result, answer.result);
        *(if all.chars().count() > MOST { &mut cut } else { &mut whole }) += 1;
    }
    assert!(cut > 100 && whole > 100, "{cut} were cut, {whole} were not");
}

#[test]
fn a_message_of_256_characters_is_whole_and_one_of_257_is_cut() {
    // Every further letter in the name makes the message longer by one.
    let lengths = (1..=64).map(|length| {
        let names = ["é".repeat(length), "b".repeat(60), "c".repeat(20)];
        let members: Vec<_> =
            names.iter().map(|name| format!("\"{name}\":1,\"{name}\":2")).collect();
        let mut body = sync_request().to_string();
        body.insert_str(1, &format!("{},", members.join(",")));
        let (answer, error) = refuse(body.as_bytes());
        let all = error.to_string().replace('\n', "; ").chars().count();
        (all, answer.result.result_message.unwrap().chars().count())
    });
    let lengths: Vec<_> = lengths.collect();
    for expected in [(256, 256), (257, 256), (258, 256)] {
        assert!(lengths.contains(&expected), "{expected:?} of {lengths:?}");
    }
}

#[test]
fn the_error_of_a_handler_is_answered_with_its_result() {
    let own = dictionary::Result::new("F").result_code("MERCHANT_UNKNOWN").result_message("Who?");
    let body = sync_request().to_string();
    let cases = [
        (ResultCode::AccessDenied.into(), "F", "ACCESS_DENIED", Some("Access is denied")),
        (
            ResultCode::UnknownException.into(),
            "U",
            "UNKNOWN_EXCEPTION",
            Some("An API call failed, which is caused by unknown reasons."),
        ),
        (ResultCode::from("MERCHANT_UNKNOWN").into(), "F", "MERCHANT_UNKNOWN", None),
        (own, "F", "MERCHANT_UNKNOWN", Some("Who?")),
    ];
    for (says, status, code, message) in cases {
        let answer = sync(body.as_bytes(), says);
        let mut expected = json!({"result": {"resultStatus": status, "resultCode": code}});
        if let Some(message) = message {
            expected["result"]["resultMessage"] = json!(message);
        }
        assert_eq!(serde_json::from_slice::<Value>(&answer.body).unwrap(), expected);
        assert!(answer.request_error.is_none() && answer.response_violations.is_none());
    }
}

/// The pointers at which an answer breaks rules.
fn broken(answer: &Reply) -> Vec<&str> {
    let violations = answer.response_violations.iter().flat_map(|violations| violations.iter());
    violations.map(Violation::path).collect()
}

#[test]
fn a_response_that_breaks_rules_is_told_and_sent_as_it_is() {
    let result = dictionary::Result::new("S").result_code("ACCESS_DENIED");
    let response = MerchantSyncResponse::new(result.clone());
    let expected = serde_json::to_vec(&response).unwrap();
    let handler = |_| Ok::<_, ResultCode>(response);
    let answer =
        Handler::<MerchantSync>::new().handle(sync_request().to_string().as_bytes(), handler);
    assert_eq!(broken(&answer), ["/result/resultStatus"]);
    assert_eq!((answer.body, answer.result), (expected, result));
    assert!(answer.request_error.is_none());
}

#[test]
fn the_error_of_a_handler_is_held_to_the_rules_of_the_call() {
    let body = sync_request().to_string();
    let answer = sync(body.as_bytes(), dictionary::Result::new("S").result_code("ACCESS_DENIED"));
    assert_eq!(broken(&answer), ["/result/resultStatus"]);
    let answer =
        sync(body.as_bytes(), dictionary::Result::new("F").result_message("x".repeat(257)));
    assert_eq!(broken(&answer), ["/result/resultMessage"]);
    let answer = Handler::<PlatformMessageSend>::new()
        .handle(br#"{"messages":[]}"#, |_| Err(ResultCode::Success));
    assert_eq!(broken(&answer), ["/messageSendResults"]);
}

#[test]
fn every_call_answers_with_its_own_response() {
    let messages = |request: Valid<PlatformMessageSendRequest>| {
        let results =
            request.messages.iter().map(|found| MessageSendResult::new(&*found.message_id, true));
        let response = PlatformMessageSendResponse::new(ResultCode::Success);
        Ok::<_, ResultCode>(response.message_send_results(results.collect::<Vec<_>>()))
    };
    let message = include_str!("../examples/payloads/valid/message_push.json");
    let answer = Handler::<PlatformMessageSend>::new()
        .handle(format!("{{\"messages\":[{message}]}}").as_bytes(), messages);
    assert!(answer.response_violations.is_none());
    let response = from_json::<PlatformMessageSendResponse>(&answer.body).unwrap();
    assert_eq!(response.message_send_results.as_ref().unwrap().len(), 1);

    let card = include_bytes!("../examples/payloads/valid/notify_card_registration_request.json");
    let answer = Handler::<NotifyCardRegistration>::new().handle(
        card,
        |_: Valid<NotifyCardRegistrationRequest>| {
            Ok::<_, ResultCode>(
                NotifyCardRegistrationResponse::new(ResultCode::Success).extend_info("{}"),
            )
        },
    );
    assert!(answer.response_violations.is_none());
    assert!(text(&answer).ends_with(r#""extendInfo":"{}"}"#));
}

#[test]
fn the_answer_of_a_result_alone_is_a_valid_response_of_every_call() {
    for code in ResultCode::COMMON {
        let answer = Reply::from_result(code.clone());
        assert_eq!(answer.result.result_code.as_ref(), Some(code));
        assert!(from_json::<MerchantSyncResponse>(&answer.body).is_ok());
        assert!(from_json::<NotifyCardRegistrationResponse>(&answer.body).is_ok());
        let response = serde_json::from_slice::<PlatformMessageSendResponse>(&answer.body).unwrap();
        // A success says what became of the messages.
        assert_eq!(response.validate().is_ok(), *code != ResultCode::Success);
    }
}

#[test]
fn a_refusal_tells_nothing_of_the_request() {
    let mut request = sync_request();
    for value in request.as_object_mut().unwrap().values_mut() {
        *value = json!("QZXJ#".repeat(1_000));
    }
    for body in [request.to_string(), request.to_string().replace('}', "QZXJ")] {
        let (answer, error) = refuse(body.as_bytes());
        let told = format!("{}{error}{error:?}{:?}", text(&answer), answer.result);
        assert!(!told.contains("QZXJ"), "{told}");
    }
}

// A handler that waits

/// The value of a future that is ready, or becomes so when it is asked again.
fn wait_for<T>(future: impl Future<Output = T> + Send) -> T {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..10 {
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
    }
    panic!("it is never ready");
}

/// Is ready when it is asked for the second time.
async fn wait() {
    let mut was_asked = false;
    future::poll_fn(|_| {
        if std::mem::replace(&mut was_asked, true) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}

#[test]
fn a_handler_that_waits_answers_as_one_that_does_not() {
    let valid = sync_request().to_string();
    for body in [&valid, "{}", "{", "[]"] {
        for code in [ResultCode::Success, ResultCode::AccessDenied, ResultCode::UnknownException] {
            let expected = sync(body.as_bytes(), code.clone());
            let answer =
                wait_for(Handler::<MerchantSync>::new().handle_async(body.as_bytes(), |_| async {
                    wait().await;
                    Err(code)
                }));
            assert_eq!(text(&answer), text(&expected));
            assert_eq!(
                (answer.result, answer.request_error),
                (expected.result, expected.request_error)
            );
        }
    }
}

// Answers by a policy

/// A request without `platformId`, as the document's own sample.
fn without_platform() -> String {
    let mut request = sync_request();
    request.as_object_mut().unwrap().remove("platformId");
    request.to_string()
}

#[test]
fn what_the_policy_lets_pass_is_handled_and_told() {
    let body = without_platform();
    let refused = sync(body.as_bytes(), ResultCode::Success);
    assert_eq!(refused.result.result_code, Some(ResultCode::ParamIllegal));
    assert!(refused.tolerated.is_empty());
    let success = || Ok::<_, ResultCode>(MerchantSyncResponse::from(ResultCode::Success));
    let policy = Policy::lenient();
    let answers = [
        Handler::<MerchantSync>::new().policy(&policy).handle(body.as_bytes(), |_| success()),
        wait_for(Handler::<MerchantSync>::new().policy(&policy).handle_async(
            body.as_bytes(),
            |_| async {
                wait().await;
                success()
            },
        )),
    ];
    for answer in answers {
        assert_eq!(answer.result.result_code, Some(ResultCode::Success));
        let exposed_field: Vec<_> = answer.tolerated.iter().map(Violation::to_string).collect();
        assert_eq!(exposed_field, ["/platformId is required"]);
    }
}

#[test]
fn a_response_is_held_to_the_limits_of_the_policy() {
    let limits = FieldLimits::new().max_length(3);
    let policy =
        Policy::strict().limit_field::<dictionary::Result>("resultMessage", limits).unwrap();
    let body = sync_request().to_string();
    let result = || dictionary::Result::new("F").result_message("four");
    assert!(broken(&sync(body.as_bytes(), result())).is_empty());
    let answer =
        Handler::<MerchantSync>::new().policy(&policy).handle(body.as_bytes(), |_| Err(result()));
    assert_eq!(broken(&answer), ["/result/resultMessage"]);
}
