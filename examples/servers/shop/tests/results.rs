//! Checks how the shop reacts to the results of a super app that follows a script.

#![cfg(unix)]
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "tests may panic")]

mod common;

use common::find_free_address;
use example_shop::{
    client::Client,
    peer::{SHOP_CLIENT_ID, SUPER_APP_CLIENT_ID, load_signers, load_verifier, serve_endpoints},
    shop::{Orders, Settings, Shop},
};
use merchant_server::{
    data_dir::DataDir,
    gateway::{HandlerError, Service},
};
use miniprogram_protocol::{
    dictionary::{Amount, Result as ProtocolResult, ResultCode, User},
    endpoint::{
        ApplyToken, ApplyTokenResponse, Endpoint, EndpointMetadata, Handler, InquiryPayment,
        InquiryPaymentResponse, InquiryRefund, InquiryRefundResponse, InquiryUserInfo,
        InquiryUserInfoResponse, Pay, PayRequest, PayResponse, PaymentStatus, Refund,
        RefundRequest, RefundResponse, RefundStatus, Reply,
    },
};
use std::{
    fs,
    net::TcpStream,
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::time;
use tokio_util::sync::CancellationToken;

/// The timeout of a test.
const TEST_TIMEOUT: Duration = Duration::from_secs(60);

/// A response of the super app, or no response.
type ScriptedResponse<T> = Option<T>;

/// A function that returns the response to an inquiry about a payment, from the number of preceding
/// inquiries and the payment request.
type PaymentInquiryFn = fn(usize, &PayRequest) -> ScriptedResponse<InquiryPaymentResponse>;

/// A function that returns the response to an inquiry about a refund, from the number of preceding
/// inquiries and the refund request.
type RefundInquiryFn = fn(usize, &RefundRequest) -> ScriptedResponse<InquiryRefundResponse>;

/// A super app that responds to payments, refunds and inquiries according to a script. Each
/// function is passed the number of preceding requests.
struct Script {
    pay: fn(usize) -> ScriptedResponse<PayResponse>,
    inquire: PaymentInquiryFn,
    refund: fn(usize) -> ScriptedResponse<RefundResponse>,
    inquire_refund: RefundInquiryFn,
    pay_requests: Mutex<Vec<Vec<u8>>>,
    refund_requests: Mutex<Vec<Vec<u8>>>,
    inquiries: Mutex<usize>,
}

impl Script {
    /// Returns a script in which refunds fail.
    fn new(pay: fn(usize) -> ScriptedResponse<PayResponse>, inquire: PaymentInquiryFn) -> Self {
        Self {
            pay,
            inquire,
            refund: |_| Some(ResultCode::ProcessFail.into()),
            inquire_refund: |_, _| None,
            pay_requests: Mutex::default(),
            refund_requests: Mutex::default(),
            inquiries: Mutex::default(),
        }
    }

    async fn wait_for_inquiries(&self, number: usize) {
        while *self.inquiries.lock().unwrap() < number {
            time::sleep(Duration::from_millis(5)).await;
        }
    }
}

/// Returns a reply to a request, and asserts that the request and the response are valid.
fn reply<E: Endpoint>(
    body: &[u8],
    response: ScriptedResponse<E::Response>,
) -> Result<Reply, HandlerError> {
    let response = response.ok_or(HandlerError::Disconnect)?;
    let reply = Handler::<E>::new().handle(body, |_| Ok::<_, ResultCode>(response));
    assert!(reply.request_error.is_none() && reply.response_violations.is_none(), "{reply:?}");
    Ok(reply)
}

impl Service for Script {
    fn implements(&self, _: &EndpointMetadata) -> bool {
        true
    }

    async fn handle(
        self: Arc<Self>,
        endpoint: &'static EndpointMetadata,
        _: String,
        body: Vec<u8>,
    ) -> Result<Reply, HandlerError> {
        let time = "2026-11-27T12:00:00Z";
        if endpoint.name == ApplyToken::METADATA.name {
            let response = ApplyTokenResponse::new(ResultCode::Success)
                .access_token("1")
                .access_token_expiry_time(time)
                .refresh_token("2")
                .refresh_token_expiry_time(time)
                .customer_id("3");
            reply::<ApplyToken>(&body, Some(response))
        } else if endpoint.name == InquiryUserInfo::METADATA.name {
            let response = InquiryUserInfoResponse::new(ResultCode::Success);
            reply::<InquiryUserInfo>(&body, Some(response.user_info(User::new("3"))))
        } else if endpoint.name == Pay::METADATA.name {
            let mut requests = self.pay_requests.lock().unwrap();
            let response = (self.pay)(requests.len());
            requests.push(body.clone());
            reply::<Pay>(&body, response)
        } else if endpoint.name == InquiryPayment::METADATA.name {
            let mut inquiries = self.inquiries.lock().unwrap();
            *inquiries += 1;
            let request = self.pay_requests.lock().unwrap().last().unwrap().clone();
            let request = serde_json::from_slice(&request).unwrap();
            reply::<InquiryPayment>(&body, (self.inquire)(*inquiries - 1, &request))
        } else if endpoint.name == Refund::METADATA.name {
            let mut requests = self.refund_requests.lock().unwrap();
            let response = (self.refund)(requests.len());
            requests.push(body.clone());
            reply::<Refund>(&body, response)
        } else {
            let mut inquiries = self.inquiries.lock().unwrap();
            *inquiries += 1;
            let request = self.refund_requests.lock().unwrap().last().unwrap().clone();
            let request = serde_json::from_slice(&request).unwrap();
            reply::<InquiryRefund>(&body, (self.inquire_refund)(*inquiries - 1, &request))
        }
    }
}

/// The outcome of an order.
struct Outcome {
    /// The status of the payment, or `None` if the order is still open after some inquiries.
    status: Option<PaymentStatus>,
    /// The payment requests that the super app received.
    requests: Vec<Vec<u8>>,
    inquiries: usize,
}

/// Processes one order until it is settled, or until the shop has inquired 30 times.
async fn process_order(
    name: &str,
    pay: fn(usize) -> ScriptedResponse<PayResponse>,
    inquire: PaymentInquiryFn,
) -> Outcome {
    process_order_with_lifetime(name, Duration::from_secs(900), 30, pay, inquire).await
}

/// Processes one order until it is settled, or until the shop has inquired `max_inquiries` times.
async fn process_order_with_lifetime(
    name: &str,
    payment_lifetime: Duration,
    max_inquiries: usize,
    pay: fn(usize) -> ScriptedResponse<PayResponse>,
    inquire: PaymentInquiryFn,
) -> Outcome {
    let (shop, script) = start(name, payment_lifetime, Script::new(pay, inquire)).await;
    let is_settled = time::timeout(TEST_TIMEOUT, async {
        tokio::select! {
            result = shop.run(1) => { result.unwrap(); true }
            () = script.wait_for_inquiries(max_inquiries) => false,
        }
    });
    let is_settled = is_settled.await.unwrap();
    let ledger = shop.orders.ledger().await.unwrap();
    let status = ledger.0.into_values().next().unwrap().status;
    let requests = script.pay_requests.lock().unwrap().clone();
    let inquiries = *script.inquiries.lock().unwrap();
    Outcome { status: is_settled.then_some(status), requests, inquiries }
}

/// Starts a super app that follows `script`. Returns a shop that is connected to the super app,
/// together with the script.
async fn start(name: &str, payment_lifetime: Duration, script: Script) -> (Arc<Shop>, Arc<Script>) {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("shop-results-{name}"));
    let _ = fs::remove_dir_all(&directory);
    let keys = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/data/keys");
    let open = |side: &str, key: &str| {
        let data_dir = DataDir::open(&directory.join(side)).unwrap();
        fs::copy(keys.join(key), data_dir.file_path(&format!("{side}.private.pem"))).unwrap();
        data_dir
    };
    let shop_dir = open("shop", "first.private.pem");
    let super_app_dir = open("super-app", "second.private.pem");
    let [shop_signer, _] = load_signers(&shop_dir, "shop", SHOP_CLIENT_ID).unwrap();
    let [super_app_signer, _] =
        load_signers(&super_app_dir, "super-app", SUPER_APP_CLIENT_ID).unwrap();
    let [super_app_key, shop_key] =
        [super_app_dir.file_path("super-app.public.pem"), shop_dir.file_path("shop.public.pem")];
    let shop_verifier = load_verifier(&super_app_key, SUPER_APP_CLIENT_ID).await.unwrap();
    let super_app_verifier = load_verifier(&shop_key, SHOP_CLIENT_ID).await.unwrap();

    let (script, address) = (Arc::new(script), find_free_address());
    tokio::spawn(serve_endpoints(
        address,
        Arc::clone(&script),
        super_app_signer,
        super_app_verifier,
        CancellationToken::new(),
    ));
    while TcpStream::connect(address).is_err() {
        time::sleep(Duration::from_millis(10)).await;
    }
    let timeout = Duration::from_secs(10);
    let shop = Arc::new(Shop {
        orders: Orders::open(&shop_dir).unwrap(),
        client: Client::new(shop_signer, shop_verifier, timeout),
        settings: Settings {
            super_app: format!("http://{address}"),
            notify_url: "http://localhost/".into(),
            payment_lifetime,
            expiry_margin: payment_lifetime / 2,
            retry_delay: Duration::from_millis(1),
            poll_interval: Duration::from_millis(1),
            concurrency: 1,
            seed: 1,
        },
    });
    (shop, script)
}

fn failure(code: &str) -> ProtocolResult {
    ProtocolResult::new("F").result_code(code)
}

/// Returns a response to an inquiry about a payment.
fn payment_inquiry_response(request: &PayRequest, status: PaymentStatus) -> InquiryPaymentResponse {
    InquiryPaymentResponse::new(ResultCode::Success)
        .payment_status(status)
        .payment_request_id(request.payment_request_id.as_str())
        .payment_amount(request.payment_amount.clone())
}

fn not_found_response() -> InquiryPaymentResponse {
    failure("ORDER_NOT_EXIST").into()
}

#[tokio::test]
async fn retries_requests_unchanged() {
    let pay = |attempt| match attempt {
        0 => None,
        1 => Some(ResultCode::UnknownException.into()),
        2 => Some(failure("REQUEST_TRAFFIC_EXCEED_LIMIT").into()),
        _ => Some(PayResponse::new(ResultCode::Success).payment_id("1")),
    };
    let outcome = process_order("unchanged", pay, |_, _| None).await;
    assert_eq!(outcome.status, Some(PaymentStatus::Success));
    assert_eq!((outcome.requests.len(), outcome.inquiries), (4, 0));
    assert!(outcome.requests.iter().all(|request| *request == outcome.requests[0]));
}

#[tokio::test]
async fn records_failure_of_first_attempt() {
    let pay = |_| Some(ResultCode::UserBalanceNotEnough.into());
    let outcome = process_order("failure", pay, |_, _| None).await;
    assert_eq!(outcome.status, Some(PaymentStatus::Fail));
    assert_eq!((outcome.requests.len(), outcome.inquiries), (1, 0));
}

#[tokio::test]
async fn retries_payments_after_shop_error() {
    let pay = |attempt| match attempt {
        0 => Some(failure("ACCESS_DENIED").into()),
        _ => Some(PayResponse::new(ResultCode::Success).payment_id("1")),
    };
    let outcome = process_order("denied", pay, |_, _| Some(not_found_response())).await;
    assert_eq!(outcome.status, Some(PaymentStatus::Success));
}

#[tokio::test]
async fn inquires_if_retry_fails() {
    // The first attempt was processed, but its response was lost.
    let pay = |attempt| (attempt > 0).then(|| failure("ACCESS_DENIED").into());
    let inquire: PaymentInquiryFn =
        |_, request| Some(payment_inquiry_response(request, PaymentStatus::Success));
    let outcome = process_order("retry", pay, inquire).await;
    assert_eq!(outcome.status, Some(PaymentStatus::Success));
    assert_eq!((outcome.requests.len(), outcome.inquiries), (2, 1));
}

#[tokio::test]
async fn inquires_about_accepted_payments() {
    let pay = |_| Some(ResultCode::PaymentInProcess.into());
    let inquire: PaymentInquiryFn = |number, request| match number {
        0 => Some(failure("ACCESS_DENIED").into()),
        1 => Some(payment_inquiry_response(request, PaymentStatus::Processing)),
        2 => Some(payment_inquiry_response(request, "FROZEN".into())),
        _ => Some(payment_inquiry_response(request, PaymentStatus::Fail)),
    };
    let outcome = process_order("accepted", pay, inquire).await;
    assert_eq!(outcome.status, Some(PaymentStatus::Fail));
    assert_eq!((outcome.requests.len(), outcome.inquiries), (1, 4));
}

#[tokio::test]
async fn retries_payments_that_were_not_received() {
    let pay =
        |attempt| (attempt > 3).then(|| PayResponse::new(ResultCode::Success).payment_id("1"));
    let outcome = process_order("not-received", pay, |_, _| Some(not_found_response())).await;
    assert_eq!(outcome.status, Some(PaymentStatus::Success));
    assert_eq!((outcome.requests.len(), outcome.inquiries), (5, 1));
    assert!(outcome.requests.iter().all(|request| *request == outcome.requests[0]));
}

#[tokio::test]
async fn waits_for_earlier_attempts_after_rejection() {
    // The first attempt is processed only after the second one was rejected and inquiries did not
    // find the payment.
    let pay = |attempt| (attempt > 0).then(|| failure("ACCESS_DENIED").into());
    let inquire: PaymentInquiryFn = |number, request| match number {
        0..5 => Some(not_found_response()),
        _ => Some(payment_inquiry_response(request, PaymentStatus::Success)),
    };
    let outcome = process_order("late", pay, inquire).await;
    assert_eq!(outcome.status, Some(PaymentStatus::Success));
}

#[tokio::test]
async fn fails_unknown_payments_after_expiry() {
    let pay = |attempt| (attempt > 0).then(|| failure("ORDER_STATUS_INVALID").into());
    let lifetime = Duration::from_millis(200);
    let not_found: PaymentInquiryFn = |_, _| Some(not_found_response());
    let outcome =
        process_order_with_lifetime("expired", lifetime, usize::MAX, pay, not_found).await;
    assert_eq!(outcome.status, Some(PaymentStatus::Fail));
    assert!(outcome.inquiries > 2, "failed before the expiry");
}

#[tokio::test]
async fn never_fails_accepted_payments_that_are_unknown() {
    let pay = |_| Some(ResultCode::PaymentInProcess.into());
    let not_found: PaymentInquiryFn = |_, _| Some(not_found_response());
    let outcome = process_order_with_lifetime("lagging", Duration::ZERO, 30, pay, not_found).await;
    assert_eq!((outcome.status, outcome.requests.len()), (None, 1));
}

#[tokio::test]
async fn leaves_orders_open_without_status() {
    let inquire: PaymentInquiryFn = |_, _| Some(failure("ACCESS_DENIED").into());
    assert_eq!(process_order("no-answer", |_| None, inquire).await.status, None);
}

#[tokio::test]
async fn ignores_responses_about_other_payments() {
    let other_id: PaymentInquiryFn = |_, request| {
        Some(payment_inquiry_response(request, PaymentStatus::Success).payment_request_id("P-0"))
    };
    assert_eq!(process_order("other-id", |_| None, other_id).await.status, None);
    let other_amount: PaymentInquiryFn = |_, request| {
        Some(
            payment_inquiry_response(request, PaymentStatus::Success)
                .payment_amount(Amount::new("USD", 1)),
        )
    };
    assert_eq!(process_order("other-amount", |_| None, other_amount).await.status, None);
}

#[tokio::test]
async fn ignores_responses_without_id_or_amount() {
    let no_id: PaymentInquiryFn = |_, request| {
        let response = InquiryPaymentResponse::new(ResultCode::Success);
        let response = response.payment_status(PaymentStatus::Success);
        Some(response.payment_amount(request.payment_amount.clone()))
    };
    assert_eq!(process_order("no-id", |_| None, no_id).await.status, None);
    let no_amount: PaymentInquiryFn = |_, request| {
        let response = InquiryPaymentResponse::new(ResultCode::Success);
        let response = response.payment_status(PaymentStatus::Success);
        Some(response.payment_request_id(request.payment_request_id.as_str()))
    };
    assert_eq!(process_order("no-amount", |_| None, no_amount).await.status, None);
}

#[tokio::test]
async fn sells_while_an_earlier_order_is_open() {
    // The super app rejects all inquiries about the first order.
    let pay =
        |attempt| (attempt > 3).then(|| PayResponse::new(ResultCode::Success).payment_id("1"));
    let inquire: PaymentInquiryFn = |_, _| Some(failure("ACCESS_DENIED").into());
    let (shop, script) =
        start("earlier", Duration::from_secs(900), Script::new(pay, inquire)).await;
    tokio::select! {
        _ = shop.run(1) => {}
        () = script.wait_for_inquiries(1) => {}
    }
    let is_sold = async {
        while shop.orders.ledger().await.unwrap().totals().0 == 0 {
            time::sleep(Duration::from_millis(5)).await;
        }
    };
    let sold = time::timeout(TEST_TIMEOUT, async {
        tokio::select! {
            _ = shop.run(2) => {}
            () = is_sold => {}
        }
    });
    sold.await.unwrap();
    assert_eq!(shop.orders.open_order_ids().await.unwrap(), ["000001"]);
}

/// Processes one order, whose goods are returned, until it is settled, or until the shop has
/// inquired 30 times. Returns the status of the refund and the number of refund requests.
async fn process_refund(
    name: &str,
    refund: fn(usize) -> ScriptedResponse<RefundResponse>,
    inquire_refund: RefundInquiryFn,
) -> (RefundStatus, usize) {
    let pay = |_| Some(PayResponse::new(ResultCode::Success).payment_id("1"));
    let script = Script { refund, inquire_refund, ..Script::new(pay, |_, _| None) };
    let (shop, script) = start(name, Duration::from_secs(900), script).await;
    let played = time::timeout(TEST_TIMEOUT, async {
        tokio::select! {
            result = shop.run(1) => result.unwrap(),
            () = script.wait_for_inquiries(30) => {}
        }
    });
    played.await.unwrap();
    let ledger = shop.orders.ledger().await.unwrap();
    let refund = ledger.0.into_values().next().unwrap().refunds.into_values().next().unwrap();
    let problems = shop.orders.problems().await.unwrap();
    assert_eq!(problems.is_empty(), refund.status != RefundStatus::Fail);
    (refund.status, script.refund_requests.lock().unwrap().len())
}

fn refund_inquiry_response(request: &RefundRequest, status: RefundStatus) -> InquiryRefundResponse {
    InquiryRefundResponse::new(ResultCode::Success)
        .refund_status(status)
        .refund_request_id(request.refund_request_id.as_str())
        .refund_amount(request.refund_amount.clone())
}

fn refund_response() -> RefundResponse {
    RefundResponse::new(ResultCode::Success).refund_id("2").refund_time("2026-11-27T12:00:00Z")
}

#[tokio::test]
async fn inquires_about_accepted_refunds() {
    let inquire: RefundInquiryFn = |number, request| match number {
        0 => Some(refund_inquiry_response(request, RefundStatus::Processing)),
        _ => Some(refund_inquiry_response(request, RefundStatus::Success)),
    };
    let outcome = process_refund("refund", |_| Some(refund_response()), inquire).await;
    assert_eq!(outcome, (RefundStatus::Success, 1));
}

#[tokio::test]
async fn records_failed_refunds_as_problems() {
    let refund = |_| Some(failure("REFUND_AMOUNT_EXCEED").into());
    let outcome = process_refund("refund-failed", refund, |_, _| None).await;
    assert_eq!(outcome, (RefundStatus::Fail, 1));
}

#[tokio::test]
async fn never_fails_refunds_after_rejection() {
    // The first attempt is processed only after the later ones were rejected and inquiries did not
    // find the refund.
    let refund = |attempt| (attempt > 0).then(|| failure("REFUND_AMOUNT_EXCEED").into());
    let inquire: RefundInquiryFn = |number, request| match number {
        0..5 => Some(ResultCode::RefundNotExist.into()),
        _ => Some(refund_inquiry_response(request, RefundStatus::Success)),
    };
    assert_eq!(process_refund("refund-late", refund, inquire).await.0, RefundStatus::Success);
}

#[tokio::test]
async fn never_fails_accepted_refunds_that_are_unknown() {
    let inquire: RefundInquiryFn = |_, _| Some(ResultCode::RefundNotExist.into());
    let outcome = process_refund("refund-lagging", |_| Some(refund_response()), inquire).await;
    assert_eq!(outcome, (RefundStatus::Processing, 1));
}
