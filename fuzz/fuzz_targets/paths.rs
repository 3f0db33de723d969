//! Looks up endpoints by path and prefix. The lookup must not panic, and only the paths of
//! endpoints may match.
#![no_main]

use libfuzzer_sys::fuzz_target;
use miniprogram_protocol::{endpoint::EndpointMetadata, http::signing_input};

/// The paths of all endpoints, each with the name of its endpoint.
const PATH_ENDPOINT_PAIRS: [(&str, &str); 33] = [
    ("/v2/platform/miniprogram/sync", "merchantSync"),
    ("/v2/pds/merchant/sync", "merchantSync"),
    ("/v2/pds/merchant/operator/sync", "operatorSync"),
    ("/v2/pds/console/inquireOperatorInfo", "inquireOperatorInfo"),
    ("/v2/pds/memberships/notifyCardRegistration", "notifyCardRegistration"),
    ("/v2/pds/memberships/issueCard", "issueCard"),
    ("/v2/pds/memberships/updateCardDetail", "updateCardDetail"),
    ("/v2/pds/memberships/inquireCardDetail", "inquireCardDetail"),
    ("/v2/pds/memberships/inquireMemberAssets", "inquireMemberAssets"),
    ("/v1/marketing/benefit/sync", "benefitSync"),
    ("/v1/marketing/benefit/used/sync", "benefitUsedSync"),
    ("/v2/platform/message/send", "platformMessageSend"),
    ("/v2/miniprogram/message/send", "messageSend"),
    ("/v2/customers/message/sendByAccessToken", "messageSend"),
    ("/v2/messages/sendInbox", "sendInbox"),
    ("/v2/miniprogram/qrcode/create", "qrcodeCreate"),
    ("/v2/miniprogram/decorate/upload", "decorateUpload"),
    ("/v2/miniprogram/app/info/list/query", "appInfoListQuery"),
    ("/v1/authorizations/prepare", "prepare"),
    ("/v2/authorizations/applyToken", "applyToken"),
    ("/v1/authorizations/cancelToken", "cancelToken"),
    ("/v2/users/inquiryUserInfo", "inquiryUserInfo"),
    ("/v2/customers/user/inquiryUserInfo", "inquiryUserInfo"),
    ("/v2/payments/pay", "pay"),
    ("/v2/payments/inquiryPayment", "inquiryPayment"),
    ("/v2/payments/notifyPayment", "notifyPayment"),
    ("/v2/payments/capture", "capture"),
    ("/v2/payments/cancel", "cancel"),
    ("/v2/payments/void", "void"),
    ("/v2/payments/notifyVoid", "notifyVoid"),
    ("/v2/payments/refund", "refund"),
    ("/v2/payments/inquiryRefund", "inquiryRefund"),
    ("/v2/miniprogram/transaction/notify", "transactionNotify"),
];

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let mut parts = text.splitn(4, '\n');
    let mut part = || parts.next().unwrap_or_default();
    let (path, prefix, client, body) = (part(), part(), part(), part());
    let without_query = path.split('?').next().unwrap_or_default();
    let is_visible = path.chars().all(|character| ('!'..='~').contains(&character));
    let expected = PATH_ENDPOINT_PAIRS.iter().filter(|_| is_visible).find(|(known, _)| {
        without_query.len() == prefix.len() + known.len()
            && without_query.starts_with(prefix)
            && without_query.ends_with(known)
    });
    let found = EndpointMetadata::match_path(path, prefix);
    assert_eq!(
        found.map(|endpoint| endpoint.name),
        expected.map(|(_, name)| *name),
        "{path:?} {prefix:?}"
    );

    let input = signing_input(path, client, prefix, body.as_bytes());
    let expected = format!("POST {path}\n{client}.{prefix}.{body}");
    assert_eq!(input, expected.as_bytes());
});
