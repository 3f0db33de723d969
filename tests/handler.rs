//! Tests `Handler`, from the bytes of a request to its reply, and `EndpointMetadata::match_path`.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "tests may panic")]

use miniprogram_protocol::{
    Error, FieldLimits, Policy, Valid, Validate, Violation,
    dictionary::{self, MessageSendResult, MessageSendResultRequired, ResultCode, ResultStatus},
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

/// The maximum length of `resultMessage`, in characters.
const MAX_MESSAGE_LENGTH: usize = 256;

fn merchant_sync_request() -> Value {
    let json = include_str!("../examples/payloads/valid/merchant_sync_request.json");
    serde_json::from_str(json).unwrap()
}

/// Handles a `merchantSync` request with a function that returns the given error.
fn handle_sync(body: &[u8], result: impl Into<dictionary::Result>) -> Reply {
    Handler::<MerchantSync>::new().handle(body, |_| Err(result))
}

/// Handles an invalid request without calling the function, and returns the reply and the request
/// error.
fn handle_invalid_request(body: &[u8]) -> (Reply, Error) {
    let reply = Handler::<MerchantSync>::new()
        .handle(body, |_| -> Result<_, ResultCode> { panic!("the function was called") });
    let error = reply.request_error.clone().unwrap();
    (reply, error)
}

fn body_str(reply: &Reply) -> &str {
    std::str::from_utf8(&reply.body).unwrap()
}

// Tests of endpoint paths.

#[test]
fn matches_paths_and_aliases_to_endpoints() {
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
        let endpoint = EndpointMetadata::match_path(path, prefix)
            .unwrap_or_else(|| panic!("{path} after {prefix:?}"));
        assert_eq!(endpoint.name, name, "{path}");
    }
}

#[test]
fn finds_every_endpoint_by_path_and_name() {
    for endpoint in EndpointMetadata::ALL {
        for path in [endpoint.path].iter().chain(endpoint.aliases) {
            assert_eq!(EndpointMetadata::match_path(path, "").unwrap().name, endpoint.name);
            assert_eq!(
                EndpointMetadata::match_path(&format!("/x{path}"), "/x").unwrap().name,
                endpoint.name
            );
        }
        assert_eq!(EndpointMetadata::by_name(endpoint.name).unwrap().path, endpoint.path);
    }
}

#[test]
fn rejects_unknown_paths() {
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
        // These characters cannot appear in the path and query of an HTTP request.
        ("/v2/pds/merchant/sync?é", ""),
        ("/v2/pds/merchant/sync?a b", ""),
        ("/v2/pds/merchant/sync?\n", ""),
        ("/é/v2/pds/merchant/sync", "/é"),
    ];
    for (path, prefix) in paths {
        assert!(EndpointMetadata::match_path(path, prefix).is_none(), "{path} after {prefix:?}");
    }
}

// Tests of replies.

#[test]
fn passes_valid_requests_to_function() {
    let body = merchant_sync_request().to_string();
    let handler = |request: Valid<MerchantSyncRequest>| {
        assert_eq!(serde_json::to_value(request.into_inner()).unwrap(), merchant_sync_request());
        Ok::<_, ResultCode>(MerchantSyncResponse::new(ResultCode::Success))
    };
    let reply = Handler::<MerchantSync>::new().handle(body.as_bytes(), handler);
    assert_eq!(
        body_str(&reply),
        r#"{"result":{"resultStatus":"S","resultCode":"SUCCESS","resultMessage":"Success"}}"#
    );
    assert_eq!(reply.result, ResultCode::Success.into());
    assert!(reply.request_error.is_none() && reply.response_violations.is_none());
}

#[test]
fn handles_examples_of_specification() {
    for endpoint in EndpointMetadata::ALL {
        for example in endpoint.request_examples {
            let body = example.json.as_bytes();
            let code = ResultCode::Success;
            let reply = match endpoint.name {
                "merchantSync" => handle_sync(body, code),
                "notifyCardRegistration" => {
                    Handler::<NotifyCardRegistration>::new().handle(body, |_| Err(code))
                }
                _ => Handler::<PlatformMessageSend>::new().handle(body, |_| Err(code)),
            };
            // Interpretation C2: the example lacks a required field.
            let expected = match endpoint.name {
                "merchantSync" => {
                    r#"{"result":{"resultStatus":"F","resultCode":"PARAM_ILLEGAL","resultMessage":"/platformId is required"}}"#
                }
                _ => {
                    r#"{"result":{"resultStatus":"S","resultCode":"SUCCESS","resultMessage":"Success"}}"#
                }
            };
            assert_eq!(body_str(&reply), expected, "{}", example.title);
        }
    }
}

#[test]
fn reports_all_violations_of_request() {
    let (reply, error) =
        handle_invalid_request(br#"{"appId": "1#", "merchantId": 2, "platformId": "G"}"#);
    assert_eq!(reply.result.result_status, ResultStatus::Failed);
    assert_eq!(reply.result.result_code, Some(ResultCode::ParamIllegal));
    let paths: Vec<_> = error.violations().iter().map(Violation::path).collect();
    assert_eq!(paths, ["/appId", "/merchantId", "/merchantName", "/operatorId"]);
    let message = error.to_string().replace('\n', "; ");
    assert_eq!(message.matches("; ").count(), 3);
    let expected = json!({"result": {
        "resultStatus": "F",
        "resultCode": "PARAM_ILLEGAL",
        "resultMessage": message,
    }});
    assert_eq!(serde_json::from_slice::<Value>(&reply.body).unwrap(), expected);
}

#[test]
fn reports_position_of_syntax_errors() {
    let cases = [
        (&b""[..], "malformed JSON at line 1 column 1: unexpected end of input"),
        (b"{\n  \"appId\": ,", "malformed JSON at line 2 column 12: expected a value"),
        (b"{} {}", "malformed JSON at line 1 column 4: trailing characters after the value"),
        (b"{\"appId\": \"\xff\"}", "malformed JSON at line 1 column 12: invalid UTF-8"),
    ];
    for (body, message) in cases {
        let (reply, error) = handle_invalid_request(body);
        assert_eq!(reply.result.result_code, Some(ResultCode::ParamIllegal));
        assert_eq!(reply.result.result_message.as_deref(), Some(message));
        assert!(error.syntax().is_some());
    }
}

/// Returns invalid requests whose violations have pointers that contain names taken from the
/// request.
fn hostile_requests() -> Vec<String> {
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
fn truncates_messages_with_hostile_pointers() {
    let (mut truncated, mut complete) = (0, 0);
    for body in hostile_requests() {
        let (reply, error) = handle_invalid_request(body.as_bytes());
        let message = reply.result.result_message.as_deref().unwrap();
        let all: String = error.to_string().replace('\n', "; ");
        assert_eq!(message, all.chars().take(MAX_MESSAGE_LENGTH).collect::<String>());
        assert!(!message.chars().any(char::is_control), "{message:?}");
        let response = from_json::<MerchantSyncResponse>(&reply.body).unwrap();
        assert_eq!(response.result, reply.result);
        *(if all.chars().count() > MAX_MESSAGE_LENGTH { &mut truncated } else { &mut complete }) +=
            1;
    }
    assert!(truncated > 100 && complete > 100, "{truncated} truncated, {complete} complete");
}

#[test]
fn truncates_messages_after_256_characters() {
    // Every additional character of the name makes the message one character longer.
    let lengths = (1..=64).map(|length| {
        let names = ["é".repeat(length), "b".repeat(60), "c".repeat(20)];
        let members: Vec<_> =
            names.iter().map(|name| format!("\"{name}\":1,\"{name}\":2")).collect();
        let mut body = merchant_sync_request().to_string();
        body.insert_str(1, &format!("{},", members.join(",")));
        let (reply, error) = handle_invalid_request(body.as_bytes());
        let all = error.to_string().replace('\n', "; ").chars().count();
        (all, reply.result.result_message.unwrap().chars().count())
    });
    let lengths: Vec<_> = lengths.collect();
    for expected in [(256, 256), (257, 256), (258, 256)] {
        assert!(lengths.contains(&expected), "{expected:?} of {lengths:?}");
    }
}

#[test]
fn replies_with_error_from_function() {
    let own = dictionary::Result::new("F").result_code("MERCHANT_UNKNOWN").result_message("Who?");
    let body = merchant_sync_request().to_string();
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
    for (result, status, code, message) in cases {
        let reply = handle_sync(body.as_bytes(), result);
        let mut expected = json!({"result": {"resultStatus": status, "resultCode": code}});
        if let Some(message) = message {
            expected["result"]["resultMessage"] = json!(message);
        }
        assert_eq!(serde_json::from_slice::<Value>(&reply.body).unwrap(), expected);
        assert!(reply.request_error.is_none() && reply.response_violations.is_none());
    }
}

/// Returns the pointers of the violations of a response.
fn violation_paths(reply: &Reply) -> Vec<&str> {
    let violations = reply.response_violations.iter().flat_map(|violations| violations.iter());
    violations.map(Violation::path).collect()
}

#[test]
fn sends_and_reports_invalid_responses() {
    let result = dictionary::Result::new("S").result_code("ACCESS_DENIED");
    let response = MerchantSyncResponse::new(result.clone());
    let expected = serde_json::to_vec(&response).unwrap();
    let handler = |_| Ok::<_, ResultCode>(response);
    let reply = Handler::<MerchantSync>::new()
        .handle(merchant_sync_request().to_string().as_bytes(), handler);
    assert_eq!(violation_paths(&reply), ["/result/resultStatus"]);
    assert_eq!((reply.body, reply.result), (expected, result));
    assert!(reply.request_error.is_none());
}

#[test]
fn validates_error_from_function() {
    let body = merchant_sync_request().to_string();
    let reply =
        handle_sync(body.as_bytes(), dictionary::Result::new("S").result_code("ACCESS_DENIED"));
    assert_eq!(violation_paths(&reply), ["/result/resultStatus"]);
    let reply =
        handle_sync(body.as_bytes(), dictionary::Result::new("F").result_message("x".repeat(257)));
    assert_eq!(violation_paths(&reply), ["/result/resultMessage"]);
    let reply = Handler::<PlatformMessageSend>::new()
        .handle(br#"{"messages":[]}"#, |_| Err(ResultCode::Success));
    assert_eq!(violation_paths(&reply), ["/messageSendResults"]);
}

#[test]
fn handles_requests_of_other_endpoints() {
    let messages = |request: Valid<PlatformMessageSendRequest>| {
        let results = request.messages.iter().map(|found| {
            MessageSendResult::new(MessageSendResultRequired {
                message_id: &*found.message_id,
                success: true,
            })
        });
        let response = PlatformMessageSendResponse::new(ResultCode::Success);
        Ok::<_, ResultCode>(response.message_send_results(results.collect::<Vec<_>>()))
    };
    let message = include_str!("../examples/payloads/valid/message_push.json");
    let reply = Handler::<PlatformMessageSend>::new()
        .handle(format!("{{\"messages\":[{message}]}}").as_bytes(), messages);
    assert!(reply.response_violations.is_none());
    let response = from_json::<PlatformMessageSendResponse>(&reply.body).unwrap();
    assert_eq!(response.message_send_results.as_ref().unwrap().len(), 1);

    let card = include_bytes!("../examples/payloads/valid/notify_card_registration_request.json");
    let reply = Handler::<NotifyCardRegistration>::new().handle(
        card,
        |_: Valid<NotifyCardRegistrationRequest>| {
            Ok::<_, ResultCode>(
                NotifyCardRegistrationResponse::new(ResultCode::Success).extend_info("{}"),
            )
        },
    );
    assert!(reply.response_violations.is_none());
    assert!(body_str(&reply).ends_with(r#""extendInfo":"{}"}"#));
}

#[test]
fn converts_results_to_valid_responses() {
    for code in ResultCode::COMMON {
        let reply = Reply::from_result(code.clone());
        assert_eq!(reply.result.result_code.as_ref(), Some(code));
        assert!(from_json::<MerchantSyncResponse>(&reply.body).is_ok());
        assert!(from_json::<NotifyCardRegistrationResponse>(&reply.body).is_ok());
        let response = serde_json::from_slice::<PlatformMessageSendResponse>(&reply.body).unwrap();
        // A successful response requires a result for each message.
        assert_eq!(response.validate().is_ok(), *code != ResultCode::Success);
    }
}

#[test]
fn omits_request_values_from_rejections() {
    let mut request = merchant_sync_request();
    for value in request.as_object_mut().unwrap().values_mut() {
        *value = json!("QZXJ#".repeat(1_000));
    }
    for body in [request.to_string(), request.to_string().replace('}', "QZXJ")] {
        let (reply, error) = handle_invalid_request(body.as_bytes());
        let output = format!("{}{error}{error:?}{:?}", body_str(&reply), reply.result);
        assert!(!output.contains("QZXJ"), "{output}");
    }
}

// Tests of asynchronous functions.

/// Polls a future up to ten times, until it is ready, and returns its value.
fn block_on<T>(future: impl Future<Output = T> + Send) -> T {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..10 {
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
    }
    panic!("the future did not become ready");
}

/// Yields once: the first poll returns `Pending`, the second `Ready`.
async fn yield_once() {
    let mut was_polled = false;
    future::poll_fn(|_| {
        if std::mem::replace(&mut was_polled, true) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}

#[test]
fn gives_equal_synchronous_and_asynchronous_replies() {
    let valid = merchant_sync_request().to_string();
    for body in [&valid, "{}", "{", "[]"] {
        for code in [ResultCode::Success, ResultCode::AccessDenied, ResultCode::UnknownException] {
            let expected = handle_sync(body.as_bytes(), code.clone());
            let reply =
                block_on(Handler::<MerchantSync>::new().handle_async(body.as_bytes(), |_| async {
                    yield_once().await;
                    Err(code)
                }));
            assert_eq!(body_str(&reply), body_str(&expected));
            assert_eq!(
                (reply.result, reply.request_error),
                (expected.result, expected.request_error)
            );
        }
    }
}

// Tests of policies.

/// Returns a request without `platformId`, like the example in the specification.
fn request_without_platform_id() -> String {
    let mut request = merchant_sync_request();
    request.as_object_mut().unwrap().remove("platformId");
    request.to_string()
}

#[test]
fn handles_and_reports_tolerated_deviations() {
    let body = request_without_platform_id();
    let rejected = handle_sync(body.as_bytes(), ResultCode::Success);
    assert_eq!(rejected.result.result_code, Some(ResultCode::ParamIllegal));
    assert!(rejected.tolerated.is_empty());
    let success = || Ok::<_, ResultCode>(MerchantSyncResponse::from(ResultCode::Success));
    let policy = Policy::lenient();
    let replies = [
        Handler::<MerchantSync>::new().policy(&policy).handle(body.as_bytes(), |_| success()),
        block_on(Handler::<MerchantSync>::new().policy(&policy).handle_async(
            body.as_bytes(),
            |_| async {
                yield_once().await;
                success()
            },
        )),
    ];
    for reply in replies {
        assert_eq!(reply.result.result_code, Some(ResultCode::Success));
        let tolerated: Vec<_> = reply.tolerated.iter().map(Violation::to_string).collect();
        assert_eq!(tolerated, ["/platformId is required"]);
    }
}

#[test]
fn validates_responses_against_policy() {
    let limits = FieldLimits::new().max_length(3);
    let policy =
        Policy::strict().limit_field::<dictionary::Result>("resultMessage", limits).unwrap();
    let body = merchant_sync_request().to_string();
    let result = || dictionary::Result::new("F").result_message("four");
    assert!(violation_paths(&handle_sync(body.as_bytes(), result())).is_empty());
    let reply =
        Handler::<MerchantSync>::new().policy(&policy).handle(body.as_bytes(), |_| Err(result()));
    assert_eq!(violation_paths(&reply), ["/result/resultMessage"]);
}
