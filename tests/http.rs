//! Tests the `http` module: headers, signatures, keys, clock skew and replays.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::similar_names,
    clippy::unwrap_used,
    reason = "tests may panic, and report skipped checks"
)]

use base64ct::{Base64, Encoding as _};
use chrono::DateTime;
use http::{HeaderMap, HeaderName, HeaderValue};
use miniprogram_protocol::{
    Format, Policy,
    dictionary::{self, ResultCode, ResultStatus},
    endpoint::{Endpoint as _, MerchantSync, Pay, Void, VoidResponse},
    http::{
        HeaderError, HeaderErrorKind, Headers, KeyError, KeyRing, ReplayCache, ReplayError,
        ResponseError, SignatureError, SignatureHeader, Signer, SigningError, SigningKey,
        Timestamp, VerifiedResponse, VerifiedSender, Verifier, VerifyingKey, signing_input,
    },
};
use serde_json::Value;
use std::{
    fmt::Debug,
    fs,
    path::PathBuf,
    process::Command,
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use zeroize::Zeroizing;

// Tests of headers.

/// A canary: a string in header values and keys that no error may contain.
const CANARY: &str = "QZXJ";

/// The header names of a request, with valid values.
const VALID_HEADERS: [(&str, &str); 4] = [
    ("Client-Id", "2102010113769000"),
    ("Request-Time", "2019-04-04T12:08:56.253+05:30"),
    ("Signature", "algorithm=RSA256, keyVersion=1, signature=c2ln"),
    ("Content-Type", "application/json; charset=UTF-8"),
];

/// Returns the header name and the kind of the error for a request with a single header.
fn header_error(name: &str, value: impl AsRef<[u8]>) -> Option<(&'static str, HeaderErrorKind)> {
    let error = Headers::from_request([(name, value)]).err()?;
    Some((error.header(), error.kind()))
}

#[test]
fn represents_missing_headers_as_none() {
    let empty: [(&str, &str); 0] = [];
    assert_eq!(Headers::from_request(empty), Ok(Headers::default()));
    for (omitted, _) in VALID_HEADERS {
        let others = VALID_HEADERS.into_iter().filter(|(name, _)| *name != omitted);
        let headers = Headers::from_request(others).unwrap();
        let missing = [
            headers.client_id.is_none(),
            headers.time.is_none(),
            headers.signature.is_none(),
            headers.content_type.is_none(),
        ];
        assert_eq!(missing, VALID_HEADERS.map(|(name, _)| name == omitted));
    }
}

#[test]
fn rejects_duplicate_headers() {
    for (name, value) in VALID_HEADERS {
        let twice = Headers::from_request([(name, value), (&name.to_lowercase(), value)]);
        let error = twice.unwrap_err();
        assert_eq!((error.header(), error.kind()), (name, HeaderErrorKind::Duplicate));
        assert_eq!(error.to_string(), format!("the {name} header appears more than once"));
    }
}

#[test]
fn matches_header_names_case_insensitively() {
    let expected = Headers::from_request(VALID_HEADERS).unwrap();
    assert!(expected.signature.is_some());
    let lower = VALID_HEADERS.map(|(name, value)| (name.to_lowercase(), value));
    let upper = VALID_HEADERS.map(|(name, value)| (name.to_uppercase(), value));
    assert_eq!(Headers::from_request(lower).as_ref(), Ok(&expected));
    assert_eq!(Headers::from_request(upper).as_ref(), Ok(&expected));
}

#[test]
fn ignores_whitespace_around_header_values() {
    let surrounded = VALID_HEADERS.map(|(name, value)| (name, format!("\t {value} \t")));
    assert_eq!(Headers::from_request(surrounded), Headers::from_request(VALID_HEADERS));
}

#[test]
fn rejects_invalid_utf_8_in_known_headers() {
    for (name, _) in VALID_HEADERS {
        assert_eq!(header_error(name, b"\xff\xfe"), Some((name, HeaderErrorKind::Malformed)));
    }
    assert_eq!(header_error("X-Other", b"\xff\xfe"), None);
}

#[test]
fn requires_visible_ascii_in_client_ids() {
    for good in ["C", "TEST_5X00000000000000", "a.b-c:d/e+f"] {
        assert_eq!(header_error("Client-Id", good), None, "{good}");
    }
    for bad in ["", " ", "a b", "a\tb", "a\r\nb", "\u{7f}", "é"] {
        assert_eq!(
            header_error("Client-Id", bad),
            Some(("Client-Id", HeaderErrorKind::Malformed)),
            "{bad:?}"
        );
    }
}

#[test]
fn accepts_utf_8_json_content_types() {
    let good = [
        "application/json",
        "application/json;",
        "application/json; charset=UTF-8",
        "APPLICATION/JSON;CHARSET=\"utf-8\"",
        "application/json ; q=1 ;\tcharset=utf-8",
        "application/json; charset*=utf-8; x=\"y\"",
    ];
    for value in good {
        assert_eq!(header_error("Content-Type", value), None, "{value}");
    }
}

#[test]
fn rejects_other_content_types_and_charsets() {
    let unsupported = [
        "",
        "text/plain",
        "application/jsonp",
        "application/json\u{a0};",
        "application/json; charset=GBK",
        "application/json; charset*=utf-16",
        "application/json; charset=utf-8; charset=latin1",
        "application/json, application/json",
    ];
    for value in unsupported {
        let found = header_error("Content-Type", value);
        assert_eq!(found, Some(("Content-Type", HeaderErrorKind::Unsupported)), "{value:?}");
    }
    let malformed = [
        "application/json; charset =utf-16",
        "application/json; charset= utf-8",
        "application/json; charset",
        "application/json; charset=",
        "application/json; =utf-8",
        "application/json; charset=\"utf-8",
        "application/json; charset=utf-8\"",
        "application/json; charset=\"",
        "application/json; x=\"a;charset=utf-16;b\"",
        "application/json; charset=utf\u{ad}-8",
    ];
    for value in malformed {
        let found = header_error("Content-Type", value);
        assert_eq!(found, Some(("Content-Type", HeaderErrorKind::Malformed)), "{value:?}");
    }
}

#[test]
fn parses_every_time_format_losslessly() {
    // Each value is 1554359936.253 seconds after the Unix epoch, to the precision of its format.
    let times = [
        ("an offset with a colon", "2019-04-04T12:08:56.253+05:30", 253),
        ("an offset without a colon", "2019-04-04T14:38:56+0800", 0),
        ("a negative offset without a colon", "2019-04-03T23:38:56-0700", 0),
        ("JavaScript", "2019-04-04T06:38:56.253Z", 253),
        ("Python", "2019-04-04T06:38:56.253000+00:00", 253),
        ("seven fractional digits", "2019-04-04T06:38:56.2530000Z", 253),
        ("seconds", "2019-04-04T06:38:56Z", 0),
        ("milliseconds since 1970", "1554359936253", 253),
    ];
    for (format, value, millis) in times {
        let headers = Headers::from_request([("Request-Time", value)]).unwrap();
        let time = headers.time.unwrap_or_else(|| panic!("{format}"));
        assert_eq!(time.as_str(), value, "{format}");
        assert_eq!(time.to_chrono().timestamp_millis(), 1_554_359_936_000 + millis, "{format}");
    }
}

#[test]
fn rejects_malformed_times() {
    let bad = [
        "",
        "yesterday",
        "2019-04-04",
        "2019-04-04 12:08:56Z",
        "2019-04-04T12:08:56",
        "2019-04-04T12:08Z",
        "2019-04-04t12:08:56z",
        "2019-04-04T12:08:56+05",
        "2019-04-04T12:08:56+05300",
        "2019-04-04T12:08:56+2400",
        "2019-04-04T12:08:56 0530",
        "2019-02-30T12:08:56Z",
        "2019-04-04T12:08:56.Z",
        "2019-04-04T12:08:56,253Z",
        "-1554359936253",
        "+1554359936253",
        "1554359936.253",
        "1554359936253 ms",
        "99999999999999999999",
        "9223372036854775807",
        "Thu, 04 Apr 2019 06:38:56 GMT",
        "é+0530",
        "+",
        "-",
        "+1",
        "-0",
        "+é",
        "éé+é",
        "+0530",
        "2019-04-04T12:08:56+05é",
        "2019-04-04T12:08:56+05:3",
    ];
    for value in bad {
        let found = header_error("Request-Time", value);
        assert_eq!(found, Some(("Request-Time", HeaderErrorKind::Malformed)), "{value:?}");
    }
}

#[test]
fn formats_times_of_any_zone_in_utc() {
    let time = DateTime::parse_from_rfc3339("2019-04-04T14:38:56.2539+08:00").unwrap();
    assert_eq!(Timestamp::try_from(time).unwrap().as_str(), "2019-04-04T06:38:56.253Z");
    let error = Timestamp::parse("yesterday").unwrap_err();
    assert_eq!(error.format(), Format::DateTime);
}

#[test]
fn formats_only_parsable_times() {
    let seconds = |years: u64| Duration::from_secs(years * 31_556_952);
    for time in [UNIX_EPOCH, UNIX_EPOCH + seconds(8029), UNIX_EPOCH - seconds(1969)] {
        let time = Timestamp::try_from(time).unwrap();
        assert_eq!(Timestamp::parse(time.as_str()).as_ref(), Ok(&time));
        assert_eq!(time.as_str().parse(), Ok(time));
    }
    let late = UNIX_EPOCH + seconds(8031);
    let beyond_chrono = UNIX_EPOCH + Duration::from_secs(i64::MAX as u64);
    let before_chrono = UNIX_EPOCH - Duration::from_secs(i64::MAX as u64);
    for time in [late, UNIX_EPOCH - seconds(1971), beyond_chrono, before_chrono] {
        assert!(Timestamp::try_from(time).is_err(), "{time:?}");
        let signed = Signer::new("C-1", signing_key("first")).sign_request("/", b"", time);
        let message = signed.unwrap_err().to_string();
        assert_eq!(message, "the clock is out of range: the year must be between 0000 and 9999");
    }
}

#[test]
fn reads_request_and_response_time_headers() {
    let both = [("Request-Time", "1554359936253"), ("Response-Time", "1554359936254")];
    let time = |headers: Headers| headers.time.unwrap().to_string();
    assert_eq!(time(Headers::from_request(both).unwrap()), "1554359936253");
    assert_eq!(time(Headers::from_response(both).unwrap()), "1554359936254");
    let error = Headers::from_response([("Response-Time", "now")]).unwrap_err();
    assert_eq!(error.to_string(), "the Response-Time header is malformed");
}

/// Asserts that an error does not contain the canary.
fn assert_no_canary(error: &(impl Debug + ToString)) {
    let output = format!("{error:?} {}", error.to_string());
    assert!(!output.to_uppercase().contains(CANARY), "{output}");
}

#[test]
fn omits_values_from_header_errors() {
    for (name, _) in VALID_HEADERS {
        for value in [CANARY.to_owned(), format!("{CANARY} {CANARY}={CANARY},{CANARY}")] {
            if let Err(error) = Headers::from_request([(name, &value)]) {
                assert_no_canary(&error);
            }
            assert_no_canary(&Headers::from_request([(name, &value), (name, &value)]).unwrap_err());
        }
    }
}

/// Returns headers with all values set.
fn all_headers() -> Headers {
    let mut headers = Headers::default();
    headers.client_id = Some("C-1".into());
    headers.time = Timestamp::parse("2019-04-04T14:38:56+0800").ok();
    headers.signature = Some(SignatureHeader::new(Some(3), "c2ln%2F%2B%3D"));
    headers.content_type = Some("application/json".into());
    headers
}

#[test]
fn round_trips_headers_as_pairs() {
    let headers = all_headers();
    assert_eq!(Headers::from_request(headers.for_request()).as_ref(), Ok(&headers));
    assert_eq!(Headers::from_response(headers.for_response()).as_ref(), Ok(&headers));
}

#[test]
fn round_trips_headers_as_header_map() {
    let headers = all_headers();
    assert_eq!(
        Headers::from_request(&headers.request_header_map().unwrap()).as_ref(),
        Ok(&headers)
    );
    assert_eq!(
        Headers::from_response(&headers.response_header_map().unwrap()).as_ref(),
        Ok(&headers)
    );
}

#[test]
fn rejects_duplicate_names_in_header_maps() {
    let mut map = all_headers().request_header_map().unwrap();
    map.append("client-id", HeaderValue::from_static("C-2"));
    let error = Headers::from_request(&map).unwrap_err();
    assert_eq!((error.header(), error.kind()), ("Client-Id", HeaderErrorKind::Duplicate));
}

#[test]
fn skips_unknown_headers_in_header_maps() {
    let mut map = HeaderMap::new();
    map.insert(HeaderName::from_static("x-other"), HeaderValue::from_bytes(b"\xff").unwrap());
    assert_eq!(Headers::from_request(&map), Ok(Headers::default()));
}

#[test]
fn rejects_invalid_values_in_header_maps() {
    let mut headers = all_headers();
    headers.client_id = Some(format!("{CANARY}\r\nX-Other: 1"));
    let error = headers.request_header_map().unwrap_err();
    assert_eq!((error.header(), error.kind()), ("Client-Id", HeaderErrorKind::Malformed));
    assert_no_canary(&error);
}

#[test]
fn defaults_to_json_content_type() {
    let sent = |headers: &Headers| headers.for_request().collect::<Vec<_>>();
    let json = ("Content-Type", "application/json; charset=UTF-8".to_owned());
    assert_eq!(sent(&Headers::default()), [json]);
    let names: Vec<_> = all_headers().for_response().map(|(name, _)| name).collect();
    assert_eq!(names, ["Content-Type", "Client-Id", "Response-Time", "Signature"]);
}

// Tests of the `Signature` header.

/// Parses a `Signature` header and returns its key version and signature.
fn parse_signature(value: &str) -> Result<(Option<u32>, String), HeaderErrorKind> {
    let headers = Headers::from_request([("Signature", value)]).map_err(|error| error.kind())?;
    let signature = headers.signature.unwrap();
    Ok((signature.key_version, signature.signature))
}

#[test]
fn parses_every_form_of_signature_header() {
    let good = [
        ("algorithm=RSA256, keyVersion=1, signature=abc", Some(1)),
        ("algorithm=RSA256,keyVersion=1,signature=abc", Some(1)),
        ("algorithm=RSA256 ,\tkeyVersion=1 ,  signature=abc", Some(1)),
        ("algorithm=rsa256,keyVersion=1,signature=abc", Some(1)),
        ("algorithm=SHA256withRSA,keyVersion=1,signature=abc", Some(1)),
        ("algorithm=sha256WITHrsa,keyVersion=1,signature=abc", Some(1)),
        ("signature=abc, keyVersion=1, algorithm=RSA256", Some(1)),
        ("algorithm=RSA256, signature=abc", None),
        ("signature=abc", None),
        ("keyVersion=1, signature=abc", Some(1)),
        ("algorithm = RSA256,keyVersion\t= 1, signature =abc", Some(1)),
        ("algorithm=RSA256, signature=abc,", None),
        (",algorithm=RSA256,, signature=abc", None),
        ("algorithm=RSA256, signature=abc, other=1, other=2", None),
        ("algorithm=RSA256, Signature=def, signature=abc", None),
        ("algorithm=RSA256, keyVersion=0, signature=abc", Some(0)),
        ("algorithm=RSA256, keyVersion=007, signature=abc", Some(7)),
        ("algorithm=RSA256, keyVersion=4294967295, signature=abc", Some(u32::MAX)),
    ];
    for (value, version) in good {
        assert_eq!(parse_signature(value), Ok((version, "abc".to_owned())), "{value}");
    }
}

#[test]
fn keeps_signature_padding() {
    for signature in ["YWI=", "YQ==", "YQ%3D%3D", "+/+/"] {
        let value = format!("algorithm=RSA256, signature={signature}");
        assert_eq!(parse_signature(&value), Ok((None, signature.to_owned())));
    }
}

#[test]
fn rejects_malformed_signature_headers() {
    let bad = [
        "",
        "abc",
        ",",
        "=",
        "algorithm=RSA256",
        "algorithm=RSA256, keyVersion=1",
        "algorithm=, keyVersion=1, signature=abc",
        "algorithm=RSA256, keyVersion=, signature=abc",
        "algorithm=RSA256, keyVersion=1, signature=",
        "algorithm=RSA256, keyVersion=+1, signature=abc",
        "algorithm=RSA256, keyVersion=-1, signature=abc",
        "algorithm=RSA256, keyVersion=1.0, signature=abc",
        "algorithm=RSA256, keyVersion=one, signature=abc",
        "algorithm=RSA256, keyVersion=4294967296, signature=abc",
        "algorithm=RSA256, algorithm=RSA256, signature=abc",
        "algorithm=RSA256, keyVersion=1, keyVersion=1, signature=abc",
        "algorithm=RSA256, signature=abc, signature=abc",
        "algorithm=RSA256, Signature=abc",
        "algorithm=RSA256, signature=abc, other",
        "algorithm=RSA256, signature=abc, =1",
        "algorithm=RSA256, signature=abc, other=",
        "algorithm=RSA256, signature=abc\u{a0}",
        "algorithm=RSA256, signature=a c",
        "algorithm=RSA256; signature=abc",
        "algorithm=RSA256 signature=abc",
    ];
    for value in bad {
        assert_eq!(parse_signature(value), Err(HeaderErrorKind::Malformed), "{value:?}");
    }
}

#[test]
fn rejects_other_algorithms() {
    for algorithm in ["ECC224", "RSA", "RSA2560", "none", "HMAC", "SHA1withRSA"] {
        let value = format!("algorithm={algorithm}, keyVersion=1, signature=abc");
        assert_eq!(parse_signature(&value), Err(HeaderErrorKind::Unsupported), "{algorithm}");
    }
}

#[test]
fn formats_signature_headers_as_specified() {
    let with_version = SignatureHeader::new(Some(1), "abc");
    assert_eq!(with_version.to_string(), "algorithm=RSA256, keyVersion=1, signature=abc");
    let without_version = SignatureHeader::new(None, "abc");
    assert_eq!(without_version.to_string(), "algorithm=RSA256, signature=abc");
}

// Tests of the signing input.

#[test]
fn builds_specified_signing_input() {
    let body = r#"{"order":{"orderId":"OrderID_0101010101"}}"#;
    let input = signing_input(
        "/api/open/v2/payments/pay",
        "TEST_5X00000000000000",
        "2024-01-10T12:12:12+01:00",
        body.as_bytes(),
    );
    assert_eq!(
        String::from_utf8(input).unwrap(),
        "POST /api/open/v2/payments/pay\nTEST_5X00000000000000.2024-01-10T12:12:12+01:00.\
         {\"order\":{\"orderId\":\"OrderID_0101010101\"}}"
    );
}

#[test]
fn signs_body_byte_for_byte() {
    let input = signing_input("/", "C", "0", b"\xff\r\n \0");
    assert_eq!(input, b"POST /\nC.0.\xff\r\n \0");
}

// Tests of signatures.

fn read_key_file(file: &str) -> String {
    let path = format!("{}/tests/data/keys/{file}.pem", env!("CARGO_MANIFEST_DIR"));
    fs::read_to_string(path).unwrap()
}

fn signing_key(name: &str) -> SigningKey {
    SigningKey::parse(&read_key_file(&format!("{name}.private"))).unwrap()
}

fn verifying_key(name: &str) -> VerifyingKey {
    VerifyingKey::parse(&read_key_file(&format!("{name}.public"))).unwrap()
}

/// A message signed with OpenSSL.
struct SignatureVector {
    name: String,
    key: String,
    path: String,
    client_id: String,
    time: Timestamp,
    body: String,
    signing_input: String,
    /// The signature in Base64.
    signature: String,
}

fn signature_vectors() -> Vec<SignatureVector> {
    let vectors: Vec<Value> = serde_json::from_str(include_str!("data/signatures.json")).unwrap();
    let vector = |vector: &Value| {
        let string = |name: &str| vector[name].as_str().unwrap().to_owned();
        SignatureVector {
            name: string("name"),
            key: string("key"),
            path: string("path"),
            client_id: string("clientId"),
            time: Timestamp::parse(&string("time")).unwrap(),
            body: string("body"),
            signing_input: string("content"),
            signature: string("signature"),
        }
    };
    vectors.iter().map(vector).collect()
}

fn first_vector() -> SignatureVector {
    signature_vectors().remove(0)
}

fn url_encode(base64: &str) -> String {
    base64.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D")
}

impl SignatureVector {
    fn headers(&self, signature: &str) -> Headers {
        let mut headers = Headers::default();
        headers.client_id = Some(self.client_id.clone());
        headers.time = Some(self.time.clone());
        headers.signature = Some(SignatureHeader::new(Some(1), signature));
        headers
    }

    /// Returns the time at which the message was sent.
    fn now(&self) -> SystemTime {
        self.time.to_chrono().into()
    }

    fn verifier(&self) -> Verifier {
        Verifier::new(KeyRing::new().with_key(&self.client_id, 1, verifying_key(&self.key)))
    }

    /// Verifies the message with the given encoding of its signature.
    fn verify(&self, signature: &str) -> Result<VerifiedSender, SignatureError> {
        let headers = self.headers(signature);
        self.verifier().verify_request(&self.path, &headers, self.body.as_bytes(), self.now())
    }
}

#[test]
fn verifies_signatures_made_by_openssl() {
    for vector in signature_vectors() {
        let input = signing_input(
            &vector.path,
            &vector.client_id,
            vector.time.as_str(),
            vector.body.as_bytes(),
        );
        assert_eq!(input, vector.signing_input.as_bytes(), "{}", vector.name);
        let verified = vector.verify(&url_encode(&vector.signature));
        let verified = verified.unwrap_or_else(|error| panic!("{}: {error}", vector.name));
        assert_eq!((verified.client_id, verified.key_version), (vector.client_id, 1));
    }
}

#[test]
fn creates_same_signatures_as_openssl() {
    let mut compared = 0;
    for vector in signature_vectors() {
        // A signer always uses the same time format, so signatures of other formats cannot be
        // compared.
        if Timestamp::try_from(vector.now()).unwrap() == vector.time {
            let signer = Signer::new(&vector.client_id, signing_key(&vector.key));
            let headers =
                signer.sign_request(&vector.path, vector.body.as_bytes(), vector.now()).unwrap();
            assert_eq!(headers, vector.headers(&url_encode(&vector.signature)), "{}", vector.name);
            compared += 1;
        }
    }
    assert_eq!(compared, 7);
}

#[test]
fn accepts_base64_and_url_encoded_signatures() {
    let vector = first_vector();
    let encoded = url_encode(&vector.signature);
    assert!(["%2B", "%2F", "%3D"].iter().all(|code| encoded.contains(code)));
    for signature in [&vector.signature, &encoded, &lowercase_escapes(&encoded)] {
        assert!(vector.verify(signature).is_ok(), "{signature}");
    }
}

/// Converts the hexadecimal digits of a URL encoding to lowercase, as .NET writes them.
fn lowercase_escapes(encoded: &str) -> String {
    encoded.replace("%2B", "%2b").replace("%2F", "%2f").replace("%3D", "%3d")
}

#[test]
fn rejects_signatures_in_other_encodings() {
    let vector = first_vector();
    let (base64, encoded) = (vector.signature.as_str(), url_encode(&vector.signature));
    let (front, back) = base64.split_at(100);
    let base64url = base64.replace('+', "-").replace('/', "_");
    let bad = [
        ("empty", String::new()),
        ("base64url", base64url.clone()),
        ("base64url without padding", base64url.replace('=', "")),
        ("no padding", base64.replace('=', "")),
        ("incomplete padding", base64.replace("==", "=")),
        ("too much padding", base64.replace("==", "====")),
        ("nonzero trailing bits", base64.replacen("==", "", 1) + "A="),
        ("a space inside", format!("{front} {back}")),
        ("plus signs decoded as spaces", base64.replace('+', " ")),
        ("a line feed inside", format!("{front}\n{back}")),
        ("a line feed at the end", format!("{base64}\n")),
        ("only the padding escaped", base64.replace('=', "%3D")),
        ("everything but the padding escaped", encoded.replace("%3D", "=")),
        ("escaped twice", encoded.replace('%', "%25")),
        ("an escaped letter", format!("%{:02X}{}", base64.as_bytes()[0], &encoded[1..])),
        ("an incomplete escape at the end", format!("{encoded}%3")),
        ("a percent sign at the end", format!("{encoded}%")),
        ("a two-byte character in an escape", encoded.replacen("%2", "%é", 1)),
        ("truncated", base64[..base64.len() - 4].to_owned()),
        ("repeated", format!("{base64}{base64}")),
        ("hexadecimal", "ab".repeat(256)),
        ("all zero", format!("{}==", "A".repeat(342))),
    ];
    for (case, signature) in bad {
        assert_eq!(vector.verify(&signature), Err(SignatureError::Mismatch), "{case}");
    }
}

#[test]
fn rejects_any_change_to_signature() {
    let vector = first_vector();
    for index in 0..vector.signature.trim_end_matches('=').len() {
        let mut other = vector.signature.clone().into_bytes();
        other[index] = if other[index] == b'A' { b'B' } else { b'A' };
        let other = String::from_utf8(other).unwrap();
        assert_eq!(vector.verify(&other), Err(SignatureError::Mismatch), "{index}");
    }
}

#[test]
fn rejects_any_change_to_body() {
    let vector = first_vector();
    let (verifier, headers) = (vector.verifier(), vector.headers(&vector.signature));
    let verify = |body: &[u8]| verifier.verify_request(&vector.path, &headers, body, vector.now());
    assert!(verify(vector.body.as_bytes()).is_ok());
    for index in 0..vector.body.len() {
        let mut body = vector.body.clone().into_bytes();
        body[index] ^= 1;
        assert_eq!(verify(&body), Err(SignatureError::Mismatch), "{index}");
    }
    for body in ["", " ", &format!("{}\n", vector.body), &format!("\u{feff}{}", vector.body)] {
        assert_eq!(verify(body.as_bytes()), Err(SignatureError::Mismatch), "{body:?}");
    }
}

#[test]
fn rejects_another_path_client_or_time() {
    let vector = first_vector();
    let keys = [&vector.client_id, "other"].into_iter().fold(KeyRing::new(), |keys, client_id| {
        keys.with_key(client_id, 1, verifying_key(&vector.key))
    });
    let verifier = Verifier::new(keys).max_clock_skew(Duration::MAX);
    let verify = |path: &str, headers: &Headers| {
        verifier.verify_request(path, headers, vector.body.as_bytes(), vector.now())
    };
    let headers = vector.headers(&vector.signature);
    assert!(verify(&vector.path, &headers).is_ok());

    for path in
        ["", "/", &vector.path[1..], &format!("{}/", vector.path), &format!("{}?", vector.path)]
    {
        assert_eq!(verify(path, &headers), Err(SignatureError::Mismatch), "{path}");
    }
    let mut other = headers.clone();
    other.client_id = Some("other".into());
    assert_eq!(verify(&vector.path, &other), Err(SignatureError::Mismatch));
    // The signature covers the string, so the same time in another format fails verification.
    for time in ["2019-04-04T06:38:56.2530Z", "2019-04-04T06:38:56.254Z", "1554359936253"] {
        let mut other = headers.clone();
        other.time = Timestamp::parse(time).ok();
        assert_eq!(verify(&vector.path, &other), Err(SignatureError::Mismatch), "{time}");
    }
}

#[test]
fn rejects_signatures_for_another_method() {
    // OpenSSL signed "GET /v2/pds/merchant/sync\nC-1.2019-04-04T06:38:56.253Z.{}" with the first
    // key.
    let get = concat!(
        "f7k882wj57deAhGKDPrfCO4iN4vILjfCiX1H+eotwzZYXN1gMw5aLERa0qrRsgXfDEGd2vzbQ9X1+bHPNjsoMI",
        "wju2qUKnNxRMcS+2DUw7FZ6is9Jja+TlzUZWjELCS0+hioI4tmnhIO6e1TixNbxldmg+5+o12n80o60cKYN84q",
        "p1KnCYhT7T8Jje36x7vOD8b/KaNfK3+oVlj17oUlPy999dPleBXDCKJCmy9OQWVRc2M+T3x6FAGAd1gAIEOqLc",
        "Il679kcPapNogqg3DpBmRd5zZ2zH78XxBNV5jDtk4UYfWWgNhTcBsvXdwsa1JWGcZC/1pXrE1VR7KEcDUdxQ==",
    );
    let vector = SignatureVector {
        body: "{}".into(),
        path: "/v2/pds/merchant/sync".into(),
        client_id: "C-1".into(),
        ..first_vector()
    };
    assert_eq!(vector.verify(get), Err(SignatureError::Mismatch));
}

#[test]
fn rejects_signatures_by_another_key() {
    let (first, second) = (first_vector(), signature_vectors().remove(1));
    assert_eq!((&first.signing_input, first.key.as_str()), (&second.signing_input, "first"));
    assert_eq!(second.key, "second");
    assert_eq!(first.verify(&second.signature), Err(SignatureError::Mismatch));
}

#[test]
fn supports_stripped_path_prefix() {
    let now = SystemTime::now();
    let signer = |prefix: &str| Signer::new("C-1", signing_key("first")).stripped_prefix(prefix);
    let verify = |prefix: &str, path: &str, headers: &Headers| {
        let keys = KeyRing::new().with_key("C-1", 1, verifying_key("first"));
        Verifier::new(keys)
            .stripped_prefix(prefix)
            .verify_request(path, headers, b"{}", now)
            .is_ok()
    };
    let headers = signer("/api/open").sign_request("/v2/x", b"{}", now).unwrap();
    assert!(verify("/api/open", "/v2/x", &headers));
    assert!(verify("", "/api/open/v2/x", &headers));
    assert!(!verify("", "/v2/x", &headers));
    assert!(!verify("/api", "/v2/x", &headers));
    assert!(!verify("/api/open", "/api/open/v2/x", &headers));
}

/// Returns the path of a temporary file, whose name no other test may use.
fn temporary_file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name)
}

/// Runs OpenSSL in the directory that contains the keys.
fn run_openssl(arguments: &[&str]) -> std::process::Output {
    let keys = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/keys");
    Command::new("openssl").args(arguments).current_dir(keys).output().unwrap()
}

#[test]
fn interoperates_with_openssl() {
    if Command::new("openssl").arg("version").output().is_err() {
        eprintln!("skipped: the command openssl was not found");
        return;
    }
    let (input, signature) = (temporary_file("signing_input"), temporary_file("signature"));
    let (input, signature) = (input.to_str().unwrap(), signature.to_str().unwrap());
    for vector in signature_vectors() {
        let (private, public) =
            (format!("{}.private.pem", vector.key), format!("{}.public.pem", vector.key));

        fs::write(input, &vector.signing_input).unwrap();
        let signed = run_openssl(&["dgst", "-sha256", "-sign", &private, "-out", signature, input]);
        assert!(signed.status.success());
        let base64 = run_openssl(&["base64", "-A", "-in", signature]).stdout;
        assert!(vector.verify(&String::from_utf8(base64).unwrap()).is_ok(), "{}", vector.name);

        // The body differs from that of the vector, so that the signature must be a new one.
        let body = format!("{} ", vector.body);
        let signer = Signer::new("C-2", signing_key(&vector.key));
        let headers = signer.sign_request("/v2/other", body.as_bytes(), vector.now()).unwrap();
        let ours = headers.signature.unwrap().signature;
        let ours = ours.replace("%2B", "+").replace("%2F", "/").replace("%3D", "=");
        fs::write(input, ours).unwrap();
        assert!(
            run_openssl(&["base64", "-d", "-A", "-in", input, "-out", signature]).status.success()
        );
        fs::write(input, format!("POST /v2/other\nC-2.{}.{body}", headers.time.unwrap())).unwrap();
        let verified =
            run_openssl(&["dgst", "-sha256", "-verify", &public, "-signature", signature, input]);
        assert_eq!(
            String::from_utf8_lossy(&verified.stdout).trim(),
            "Verified OK",
            "{}",
            vector.name
        );
    }
}

// Tests of keys.

/// Returns the Base64 lines of a PEM key.
fn base64_lines(pem: &str) -> String {
    pem.lines().filter(|line| !line.starts_with("-----")).flat_map(|line| [line, "\n"]).collect()
}

#[test]
fn parses_private_keys_in_every_format() {
    let pem = read_key_file("first.private");
    let formats = [
        ("PKCS #8", pem.clone()),
        ("PKCS #1", read_key_file("first.pkcs1")),
        ("CRLF line ends", pem.replace('\n', "\r\n")),
        ("no final line feed", pem.trim().to_owned()),
        ("surrounded by empty lines", format!("\n\n{pem}\n\n")),
        ("Base64 with line breaks", base64_lines(&pem)),
        ("Base64 with CRLF line ends", base64_lines(&pem).replace('\n', "\r\n")),
        ("Base64 on one line", base64_lines(&pem).replace('\n', "")),
    ];
    let vector = first_vector();
    for (format, key) in formats {
        let key = SigningKey::parse(&key).unwrap_or_else(|error| panic!("{format}: {error}"));
        let signer = Signer::new(&vector.client_id, key);
        let headers =
            signer.sign_request(&vector.path, vector.body.as_bytes(), vector.now()).unwrap();
        assert_eq!(headers, vector.headers(&url_encode(&vector.signature)), "{format}");
    }
}

#[test]
fn parses_public_keys_in_every_format() {
    let pem = read_key_file("first.public");
    let formats = [
        ("PEM", pem.clone()),
        ("CRLF line ends", pem.replace('\n', "\r\n")),
        ("no final line feed", pem.trim().to_owned()),
        ("Base64 with line breaks", base64_lines(&pem)),
        ("Base64 on one line", base64_lines(&pem).replace('\n', "")),
    ];
    let vector = first_vector();
    for (format, key) in formats {
        let key = VerifyingKey::parse(&key).unwrap_or_else(|error| panic!("{format}: {error}"));
        let verifier = Verifier::new(KeyRing::new().with_key(&vector.client_id, 1, key));
        let headers = vector.headers(&vector.signature);
        let body = vector.body.as_bytes();
        let verified = verifier.verify_request(&vector.path, &headers, body, vector.now());
        assert!(verified.is_ok(), "{format}");
    }
}

/// Returns strings that are neither a private nor a public key.
fn malformed_keys() -> Vec<(&'static str, String)> {
    let pem = read_key_file("first.private");
    let public = read_key_file("first.public");
    let half = |pem: &str| {
        let lines: Vec<_> = pem.lines().collect();
        [&lines[..3], &lines[lines.len() - 1..]].concat().join("\n")
    };
    vec![
        ("empty", String::new()),
        ("whitespace", " \n".to_owned()),
        ("a word", CANARY.to_owned()),
        ("invalid Base64", format!("{CANARY}!")),
        ("only a label", "-----BEGIN PRIVATE KEY-----".to_owned()),
        ("an empty PEM", "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n".to_owned()),
        ("no end label", pem.replace("-----END PRIVATE KEY-----", "")),
        ("a different end label", pem.replace("END PRIVATE", "END PUBLIC")),
        ("half of a private key", half(&pem)),
        ("half of a public key", half(&public)),
        ("Base64 of half of a key", base64_lines(&half(&pem))),
        ("trailing bytes", format!("{}{}", base64_lines(&public), base64_lines(&public))),
        ("an unknown label", pem.replace("PRIVATE KEY", CANARY)),
        ("another label", pem.replace("PRIVATE KEY", "CERTIFICATE")),
        ("an encrypted key", pem.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY")),
        ("null bytes", "\0".repeat(300)),
    ]
}

/// Asserts that a key is rejected with an error that contains no part of the key.
fn assert_key_rejected<K: Debug>(case: &str, key: &str, parsed: Result<K, KeyError>) {
    let error = parsed.expect_err(case);
    assert!(matches!(error, KeyError::Malformed | KeyError::Unsupported), "{case}: {error:?}");
    assert_no_canary(&error);
    let output = format!("{error:?} {error}");
    for line in base64_lines(key).lines().filter(|line| line.len() >= 8) {
        assert!(!output.contains(&line[..8]), "{case}: {output}");
    }
}

#[test]
fn rejects_malformed_keys() {
    for (case, key) in malformed_keys() {
        assert_key_rejected(case, &key, SigningKey::parse(&key));
        assert_key_rejected(case, &key, VerifyingKey::parse(&key));
    }
}

#[test]
fn rejects_unsupported_key_types_and_sizes() {
    let private = ["rsa1024.private", "ec.private", "first.public", "first.pkcs1.public"];
    for name in private {
        let key = read_key_file(name);
        assert_key_rejected(name, &key, SigningKey::parse(&key));
        assert_eq!(SigningKey::parse(&key).unwrap_err(), KeyError::Unsupported, "{name}");
        assert_key_rejected(name, &key, SigningKey::parse(&base64_lines(&key)));
    }
    let public = ["rsa1024.public", "ec.public", "first.private", "first.pkcs1.public"];
    for name in public {
        let key = read_key_file(name);
        assert_key_rejected(name, &key, VerifyingKey::parse(&key));
        assert_eq!(VerifyingKey::parse(&key).unwrap_err(), KeyError::Unsupported, "{name}");
        assert_key_rejected(name, &key, VerifyingKey::parse(&base64_lines(&key)));
    }
}

/// Encodes a value as DER, with a two-byte length.
fn encode_der(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).unwrap().to_be_bytes();
    [&[tag, 0x82], &length[..], content].concat()
}

/// Returns an RSA public key in Base64, with the given algorithm parameters.
fn encode_public_key(modulus: &[u8], exponent: &[u8], parameters: &[u8]) -> String {
    let integer = |bytes: &[u8]| encode_der(0x02, &[&[0], bytes].concat());
    let integers = [integer(modulus), integer(exponent)].concat();
    let oid = [0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1];
    let algorithm = encode_der(0x30, &[&oid[..], parameters].concat());
    let key = encode_der(0x03, &[vec![0], encode_der(0x30, &integers)].concat());
    Base64::encode_string(&to_canonical_der(&encode_der(0x30, &[algorithm, key].concat())))
}

/// Encodes lengths and integers in the minimal form that DER requires.
fn to_canonical_der(der: &[u8]) -> Vec<u8> {
    let [tag, 0x82, high, low, rest @ ..] = der else { return der.to_vec() };
    let length = usize::from(u16::from_be_bytes([*high, *low]));
    let (mut content, after) = (rest[..length].to_vec(), &rest[length..]);
    match tag {
        0x02 => {
            while matches!(content[..], [0, 0..=0x7f, ..]) {
                content.remove(0);
            }
        }
        0x03 => content = [vec![0], to_canonical_der(&content[1..])].concat(),
        _ => content = to_canonical_der(&content),
    }
    let length = match content.len() {
        length @ 0..128 => vec![u8::try_from(length).unwrap()],
        length @ 128..256 => vec![0x81, u8::try_from(length).unwrap()],
        length => [&[0x82], &u16::try_from(length).unwrap().to_be_bytes()[..]].concat(),
    };
    [vec![*tag], length, content, to_canonical_der(after)].concat()
}

#[test]
fn rejects_unsafe_rsa_parameters() {
    const DER_NULL: &[u8] = &[5, 0];
    let modulus = |first: u8, length: usize, last: u8| {
        let mut bytes = vec![0x5a; length];
        (bytes[0], bytes[length - 1]) = (first, last);
        bytes
    };
    let good = modulus(0x80, 256, 1);
    let exponent: &[u8] = &[1, 0, 1];
    for (modulus, exponent, parameters) in [
        (&good, exponent, DER_NULL),
        (&good, exponent, b"".as_slice()),
        (&good, &[3], DER_NULL),
        (&good, &[1, 0, 0, 0, 1], DER_NULL),
        (&modulus(0xff, 1024, 0xff), exponent, DER_NULL),
    ] {
        let parsed = VerifyingKey::parse(&encode_public_key(modulus, exponent, parameters));
        assert!(parsed.is_ok(), "{:?} {exponent:?} {parameters:?}", modulus.len());
    }
    for (modulus, exponent, parameters) in [
        (&modulus(0x7f, 256, 1), exponent, DER_NULL),
        (&modulus(0x01, 256, 1), exponent, DER_NULL),
        (&modulus(0x01, 1025, 1), exponent, DER_NULL),
        (&modulus(0x80, 256, 2), exponent, DER_NULL),
        (&good, &[0], DER_NULL),
        (&good, &[1], DER_NULL),
        (&good, &[2], DER_NULL),
        (&good, &[1, 0, 0], DER_NULL),
        (&good, &[2, 0, 0, 0, 1], DER_NULL),
        (&good, &[0x55; 40], DER_NULL),
        (&good, exponent, &[2, 1, 1]),
        (&good, exponent, &[0x30, 0]),
    ] {
        let parsed = VerifyingKey::parse(&encode_public_key(modulus, exponent, parameters));
        assert_eq!(parsed.unwrap_err(), KeyError::Unsupported, "{exponent:?} {parameters:?}");
    }
}

/// The memory of this process. A search does not allocate, because an allocation could overwrite
/// the bytes searched for.
#[cfg(target_os = "linux")]
struct ProcessMemory {
    file: fs::File,
    ranges: Vec<(u64, usize)>,
    buffer: Vec<u8>,
}

#[cfg(target_os = "linux")]
impl ProcessMemory {
    fn open() -> Self {
        let maps = fs::read_to_string("/proc/self/maps").unwrap();
        let number = |hex: &str| u64::from_str_radix(hex, 16).unwrap();
        let range = |line: &str| {
            let (start, end) = line.split(' ').next().unwrap().split_once('-').unwrap();
            (number(start), usize::try_from(number(end) - number(start)).unwrap())
        };
        let ranges: Vec<_> = maps.lines().filter(|line| line.contains(" rw")).map(range).collect();
        let longest = ranges.iter().map(|(_, length)| *length).max().unwrap();
        let file = fs::File::open("/proc/self/mem").unwrap();
        Self { file, ranges, buffer: vec![0; longest] }
    }

    /// Returns `true` if the memory contains the inverse of `inverted`. The argument is inverted so
    /// that the search does not find the argument itself.
    fn contains_inverse(&mut self, inverted: &[u8]) -> bool {
        let Self { file, ranges, buffer } = self;
        ranges.iter().any(|(start, length)| {
            let bytes = &mut buffer[..*length];
            // Some memory ranges are not readable.
            let read = std::os::unix::fs::FileExt::read_at(file, bytes, *start).unwrap_or(0);
            for byte in &mut *bytes {
                *byte = !*byte;
            }
            bytes[..read].windows(inverted.len()).any(|window| window == inverted)
        })
    }
}

/// Runs in a child process, because other tests in this process parse the same key.
#[cfg(target_os = "linux")]
#[test]
fn erases_private_keys_from_memory() {
    const CHILD_VARIABLE: &str = "PRIVATE_KEY_TEST_CHILD";
    if std::env::var_os(CHILD_VARIABLE).is_none() {
        let name = "erases_private_keys_from_memory";
        let mut child = Command::new(std::env::current_exe().unwrap());
        let child = child.args([name, "--exact", "--test-threads=1"]).env(CHILD_VARIABLE, "1");
        assert!(child.output().unwrap().status.success());
        return;
    }
    for key in [read_key_file("first.private"), base64_lines(&read_key_file("first.private"))] {
        let base64 = base64_lines(&key).replace('\n', "");
        let der = Zeroizing::new(Base64::decode_vec(&base64).unwrap());
        // The test searches for bytes in the middle of the private exponent.
        let inverted: Vec<_> = der[400..432].iter().map(|byte| !byte).collect();
        let mut memory = ProcessMemory::open();
        assert!(memory.contains_inverse(&inverted), "the search failed to find the key");
        drop(der);
        drop(SigningKey::parse(&key).unwrap());
        assert!(!memory.contains_inverse(&inverted));
    }
}

#[test]
fn hides_keys_in_debug_output() {
    assert_eq!(format!("{:?}", signing_key("first")), "SigningKey { .. }");
    assert_eq!(format!("{:?}", verifying_key("first")), "VerifyingKey { .. }");
    let signer = format!("{:?}", Signer::new("C-1", signing_key("first")));
    assert!(signer.contains("key: SigningKey { .. }"), "{signer}");
    let ring = format!("{:?}", KeyRing::new().with_key("C-1", 1, verifying_key("first")));
    assert!(ring.contains("VerifyingKey { .. }") && ring.len() < 100, "{ring}");
}

// Tests of the key ring.

/// Verifies a message that a client signed with the given key and that contains the given key
/// version.
fn verify_with(
    keys: &KeyRing,
    client_id: &str,
    version: Option<u32>,
    key: &str,
) -> Result<u32, SignatureError> {
    let now = SystemTime::now();
    let mut headers = Signer::new(client_id, signing_key(key)).sign_request("/", b"", now).unwrap();
    let signature = headers.signature.take().unwrap().signature;
    headers.signature = Some(SignatureHeader::new(version, signature));
    let verified = Verifier::new(keys.clone()).verify_request("/", &headers, b"", now)?;
    assert_eq!(verified.client_id, client_id);
    Ok(verified.key_version)
}

#[test]
fn selects_requested_or_newest_key() {
    // The newest key has the highest version, regardless of the order in which keys are added.
    let keys = KeyRing::new()
        .with_key("C-1", 10, verifying_key("second"))
        .with_key("C-1", 9, verifying_key("first"))
        .with_key("C-2", 1, verifying_key("first"));
    let cases = [
        ("C-1", Some(9), "first", Ok(9)),
        ("C-1", Some(9), "second", Err(SignatureError::Mismatch)),
        ("C-1", Some(10), "second", Ok(10)),
        ("C-1", None, "second", Ok(10)),
        ("C-1", None, "first", Err(SignatureError::Mismatch)),
        ("C-1", Some(1), "first", Err(SignatureError::UnknownKey)),
        ("C-1", Some(0), "first", Err(SignatureError::UnknownKey)),
        ("C-2", Some(1), "first", Ok(1)),
        ("C-2", Some(1), "second", Err(SignatureError::Mismatch)),
        ("C-3", Some(1), "first", Err(SignatureError::UnknownClient)),
        ("c-1", Some(9), "first", Err(SignatureError::UnknownClient)),
    ];
    for (client_id, version, key, expected) in cases {
        assert_eq!(
            verify_with(&keys, client_id, version, key),
            expected,
            "{client_id} {version:?}"
        );
    }
}

#[test]
fn replaces_key_of_same_version() {
    let keys = KeyRing::new().with_key("C-1", 1, verifying_key("first")).with_key(
        "C-1",
        1,
        verifying_key("second"),
    );
    assert_eq!(verify_with(&keys, "C-1", Some(1), "first"), Err(SignatureError::Mismatch));
    assert_eq!(verify_with(&keys, "C-1", Some(1), "second"), Ok(1));
}

#[test]
fn sends_key_version_of_signer() {
    let version = |signer: Signer| {
        let headers = signer.sign_request("/", b"", SystemTime::now()).unwrap();
        headers.signature.unwrap().key_version
    };
    assert_eq!(version(Signer::new("C-1", signing_key("first"))), Some(1));
    assert_eq!(version(Signer::new("C-1", signing_key("first")).key_version(7)), Some(7));
}

#[test]
fn requires_every_header_for_verification() {
    let vector = first_vector();
    let mut errors = Vec::new();
    for omitted in 0..3 {
        let mut headers = vector.headers(&vector.signature);
        match omitted {
            0 => headers.client_id = None,
            1 => headers.time = None,
            _ => headers.signature = None,
        }
        let verifier = vector.verifier();
        let request = verifier.verify_request(&vector.path, &headers, b"", vector.now());
        let response = verifier.verify_response(&vector.path, &headers, b"", vector.now());
        errors.push([request.unwrap_err().to_string(), response.unwrap_err().to_string()]);
    }
    let missing = |name: &str| format!("the {name} header is missing");
    assert_eq!(
        errors,
        [
            [missing("Client-Id"), missing("Client-Id")],
            [missing("Request-Time"), missing("Response-Time")],
            [missing("Signature"), missing("Signature")],
        ]
    );
}

#[test]
fn converts_verification_errors_to_access_denied() {
    let header: HeaderError = Headers::from_request([("Client-Id", CANARY), ("Client-Id", CANARY)])
        .expect_err("the header is a duplicate");
    let same = "the signature could not be verified";
    let errors = [
        (SignatureError::from(header), "the Client-Id header appears more than once"),
        // The message does not reveal which clients are known.
        (SignatureError::UnknownClient, same),
        (SignatureError::UnknownKey, same),
        (SignatureError::Mismatch, same),
        (SignatureError::ClockSkewExceeded, "the message time is outside the allowed clock skew"),
    ];
    for (error, message) in errors {
        let result = dictionary::Result::from(error);
        assert_eq!(result.result_status, ResultStatus::Failed);
        assert_eq!(result.result_code, Some(ResultCode::AccessDenied));
        assert_eq!(result.result_message.as_deref(), Some(message));
        assert_no_canary(&error);
    }
    let result = dictionary::Result::from(header);
    assert_eq!(result, dictionary::Result::from(SignatureError::from(header)));
    assert_eq!(ResponseError::from(header), ResponseError::Signature(header.into()));
}

#[test]
fn signs_responses_only_for_their_endpoint() {
    let signer = Signer::new("C-1", signing_key("first"));
    let sign = |path: &str| {
        let prefix = if path.starts_with("/api") { "/api/open" } else { "" };
        let (endpoint, now) = (MerchantSync::METADATA, SystemTime::now());
        signer.sign_response(endpoint, path, prefix, b"{}", now).map(drop)
    };
    for path in [
        "/v2/platform/miniprogram/sync",
        "/v2/pds/merchant/sync?a=b",
        "/api/open/v2/pds/merchant/sync",
    ] {
        assert_eq!(sign(path), Ok(()), "{path}");
    }
    let (path, now) = ("/v1/payments/pay.htm", SystemTime::now());
    assert!(signer.sign_response(Pay::METADATA, path, "", b"{}", now).is_ok());
    for path in [
        "/",
        "/v2/payments/refund?a=/v2/pds/merchant/sync",
        "/v2/payments/refund/v2/pds/merchant/sync",
        "//v2/pds/merchant/sync",
        "/v2/pds/merchant/sync/",
        "/v2/pds/memberships/notifyCardRegistration",
    ] {
        let message = "the path does not belong to the endpoint merchantSync";
        assert_eq!(sign(path).unwrap_err().to_string(), message, "{path}");
    }
    for path in [
        "/v2/payments/refund\nC-1.1700000000000.{} /v2/pds/merchant/sync",
        "/v2/pds/merchant/sync?\nC-1.1700000000000.{}",
        "/v2/pds/merchant/sync?é",
    ] {
        assert_eq!(sign(path), Err(SigningError::MalformedPath), "{path}");
    }
}

// Tests of the allowed clock skew.

/// Verifies a message with a timestamp `age` milliseconds ago, or in the future if `age` is
/// negative.
fn verify_message_of_age(age: i64, max_clock_skew: Option<Duration>) -> Result<(), SignatureError> {
    let sent = UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    let headers = Signer::new("C-1", signing_key("first")).sign_request("/", b"", sent).unwrap();
    let verifier = Verifier::new(KeyRing::new().with_key("C-1", 1, verifying_key("first")));
    let verifier = match max_clock_skew {
        Some(skew) => verifier.max_clock_skew(skew),
        None => verifier,
    };
    let difference = Duration::from_millis(age.unsigned_abs());
    let now = if age < 0 { sent - difference } else { sent + difference };
    verifier.verify_request("/", &headers, b"", now).map(|_| ())
}

#[test]
fn allows_five_minutes_of_clock_skew() {
    const FIVE_MINUTES_IN_MILLIS: i64 = 5 * 60 * 1000;
    for good in [0, 1, -1, FIVE_MINUTES_IN_MILLIS, -FIVE_MINUTES_IN_MILLIS] {
        assert_eq!(verify_message_of_age(good, None), Ok(()), "{good}");
    }
    for bad in [
        FIVE_MINUTES_IN_MILLIS + 1,
        -FIVE_MINUTES_IN_MILLIS - 1,
        1_000 * FIVE_MINUTES_IN_MILLIS,
        -1_000 * FIVE_MINUTES_IN_MILLIS,
    ] {
        assert_eq!(
            verify_message_of_age(bad, None),
            Err(SignatureError::ClockSkewExceeded),
            "{bad}"
        );
    }
}

#[test]
fn respects_configured_maximum_clock_skew() {
    let second = Some(Duration::from_secs(1));
    assert_eq!(verify_message_of_age(1_000, second), Ok(()));
    assert_eq!(verify_message_of_age(1_001, second), Err(SignatureError::ClockSkewExceeded));
    assert_eq!(verify_message_of_age(0, Some(Duration::ZERO)), Ok(()));
    assert_eq!(
        verify_message_of_age(-1, Some(Duration::ZERO)),
        Err(SignatureError::ClockSkewExceeded)
    );
    assert_eq!(verify_message_of_age(1_000_000_000_000, Some(Duration::MAX)), Ok(()));
}

#[test]
fn handles_times_at_calendar_limits() {
    let times = [
        "0000-01-01T00:00:00Z",
        "9999-12-31T23:59:59.999Z",
        "1969-12-31T23:59:59.5Z",
        "2016-12-31T23:59:60.5Z",
        "0",
    ];
    let clocks = [
        SystemTime::now(),
        UNIX_EPOCH + Duration::from_secs(i64::MAX as u64),
        UNIX_EPOCH - Duration::from_secs(i64::MAX as u64),
    ];
    let signer = Signer::new("C-1", signing_key("first"));
    let verifier = Verifier::new(KeyRing::new().with_key("C-1", 1, verifying_key("first")));
    for string in times {
        let time = Timestamp::parse(string).unwrap();
        let sent = time.to_chrono().into();
        let headers = signer.sign_request("/", b"", sent).unwrap();
        for now in clocks {
            let verified = verifier.verify_request("/", &headers, b"", now);
            assert_eq!(verified, Err(SignatureError::ClockSkewExceeded), "{string}");
        }
        assert!(verifier.verify_request("/", &headers, b"", sent).is_ok(), "{string}");
    }
}

#[test]
fn signs_only_paths_of_http_requests() {
    let signer = Signer::new("C-1", signing_key("first"));
    let sign = |path: &str| signer.sign_request(path, b"", SystemTime::now()).map(drop);
    for path in
        ["", "v2", "/a b", "/a\nb", "/a\u{7f}", "/é", "/a?\n", "/v2/pds/merchant/sync?a=\nb"]
    {
        assert_eq!(sign(path), Err(SigningError::MalformedPath), "{path:?}");
    }
    assert_eq!(sign("/a%0A?b=c&d=%20"), Ok(()));
}

// Tests of replayed requests.

/// Signs a request at the given second and returns the verified request.
fn sign_and_verify(body: &[u8], second: u64, url_encoded: bool) -> VerifiedSender {
    let now = UNIX_EPOCH + Duration::from_secs(1_700_000_000 + second);
    let mut headers =
        Signer::new("C-1", signing_key("first")).sign_request("/", body, now).unwrap();
    let signature = headers.signature.as_mut().unwrap();
    if !url_encoded {
        signature.signature =
            signature.signature.replace("%2B", "+").replace("%2F", "/").replace("%3D", "=");
    }
    let verifier = Verifier::new(KeyRing::new().with_key("C-1", 1, verifying_key("first")));
    verifier.verify_request("/", &headers, body, now).unwrap()
}

fn check_replay(
    cache: &ReplayCache,
    request: &VerifiedSender,
    second: u64,
) -> Result<(), ReplayError> {
    cache.check(request, UNIX_EPOCH + Duration::from_secs(1_700_000_000 + second))
}

#[test]
fn detects_replayed_requests() {
    let cache = Verifier::new(KeyRing::new()).replay_cache(10);
    let first = sign_and_verify(b"{}", 0, true);
    assert_eq!(check_replay(&cache, &first, 0), Ok(()));
    assert_eq!(check_replay(&cache, &first, 300), Err(ReplayError::Replayed));
    // The same signature in another encoding is still a replay.
    assert_eq!(
        check_replay(&cache, &sign_and_verify(b"{}", 0, false), 0),
        Err(ReplayError::Replayed)
    );
    assert_eq!(check_replay(&cache, &sign_and_verify(b"[]", 0, true), 0), Ok(()));
    assert_eq!(check_replay(&cache, &sign_and_verify(b"{}", 1, true), 0), Ok(()));
}

#[test]
fn evicts_only_expired_requests() {
    let cache = Verifier::new(KeyRing::new()).replay_cache(1);
    let (first, second) = (sign_and_verify(b"{}", 0, true), sign_and_verify(b"{}", 300, true));
    assert_eq!(check_replay(&cache, &first, 0), Ok(()));
    assert_eq!(check_replay(&cache, &second, 300), Err(ReplayError::Full));
    assert_eq!(check_replay(&cache, &second, 301), Ok(()));
    assert_eq!(check_replay(&cache, &second, 0), Err(ReplayError::Replayed));
    // Evicted requests are treated as replays, even after the clock is set back.
    assert_eq!(check_replay(&cache, &first, 300), Err(ReplayError::Replayed));
    assert_eq!(check_replay(&cache, &first, 0), Err(ReplayError::Replayed));
}

#[test]
fn converts_replay_errors_to_status_u() {
    for error in [ReplayError::Replayed, ReplayError::Full] {
        let result = dictionary::Result::from(error);
        assert_eq!(result.result_status, ResultStatus::Unknown);
        assert_eq!(result.result_message, Some(error.to_string()));
    }
}

// Tests of responses.

/// Verifies a response that has only the given headers and no valid signature.
fn verify_unsigned(
    accepts_failures: bool,
    names: &[&str],
    body: &str,
) -> Result<Option<VerifiedSender>, SignatureError> {
    let vector = first_vector();
    let keys = KeyRing::new().with_key(&vector.client_id, 1, verifying_key("first"));
    let verifier = Verifier::new(keys);
    let verifier = if accepts_failures { verifier.accept_unsigned_failures() } else { verifier };
    let headers = vector.headers(&vector.signature);
    let pairs = headers.for_response().filter(|(name, _)| names.contains(name));
    let headers = Headers::from_response(pairs).unwrap();
    verifier.verify_response(&vector.path, &headers, body.as_bytes(), vector.now())
}

fn response_with_status(status: &str) -> String {
    format!(r#"{{"result":{{"resultStatus":"{status}","resultCode":"PROCESS_FAIL"}}}}"#)
}

#[test]
fn verifies_responses_with_their_request_path() {
    let now = SystemTime::now();
    let signer = Signer::new("M-1", signing_key("second"));
    let body = response_with_status("S");
    let headers = signer.sign_request("/v2/x?y=1", body.as_bytes(), now).unwrap();
    let headers = Headers::from_response(headers.for_response()).unwrap();
    let verifier = Verifier::new(KeyRing::new().with_key("M-1", 1, verifying_key("second")));
    let verify =
        |path: &str, body: &str| verifier.verify_response(path, &headers, body.as_bytes(), now);
    assert_eq!(verify("/v2/x?y=1", &body).unwrap().unwrap().client_id, "M-1");
    assert_eq!(verify("/v2/x", &body), Err(SignatureError::Mismatch));
    assert_eq!(verify("/v2/x?y=1", &response_with_status("F")), Err(SignatureError::Mismatch));
}

#[test]
fn rejects_unsigned_responses_by_default() {
    for status in ["S", "F", "U", "A"] {
        assert!(
            verify_unsigned(false, &["Client-Id"], &response_with_status(status)).is_err(),
            "{status}"
        );
    }
}

#[test]
fn accepts_unsigned_failures_if_configured() {
    for (status, is_accepted) in
        [("F", true), ("U", true), ("S", false), ("A", false), ("X", false)]
    {
        for names in [&["Client-Id"][..], &[]] {
            let verified = verify_unsigned(true, names, &response_with_status(status));
            assert_eq!(verified == Ok(None), is_accepted, "{status}");
        }
    }
}

#[test]
fn rejects_failures_with_only_signature_or_time() {
    for names in [["Client-Id", "Signature"], ["Client-Id", "Response-Time"]] {
        assert!(verify_unsigned(true, &names, &response_with_status("F")).is_err(), "{names:?}");
    }
}

#[test]
fn rejects_failures_with_wrong_signature() {
    let names = ["Client-Id", "Signature", "Response-Time"];
    let verified = verify_unsigned(true, &names, &response_with_status("F"));
    assert_eq!(verified, Err(SignatureError::Mismatch));
}

#[test]
fn rejects_unsigned_bodies_that_are_not_failures() {
    let bodies = [
        "",
        "F",
        "{",
        "null",
        "[]",
        "{}",
        r#"{"resultStatus":"F"}"#,
        r#"{"result":null}"#,
        r#"{"result":"F"}"#,
        r#"{"result":{}}"#,
        r#"{"result":{"resultStatus":"f"}}"#,
        r#"{"result":{"resultStatus":["F"]}}"#,
        r#"{"result":{"resultStatus":"F"}} {}"#,
        r#"{"result":{"resultStatus":"F"},"result":{"resultStatus":"S"}}"#,
        r#"{"result":{"resultStatus":"F","resultStatus":"S"}}"#,
    ];
    for body in bodies {
        assert!(verify_unsigned(true, &["Client-Id"], body).is_err(), "{body}");
    }
}

/// Reads a signed response to a void request, after `tamper` has changed the signed body.
fn read_void(
    body: &str,
    tamper: impl FnOnce(&mut String),
    policy: &Policy,
) -> Result<VerifiedResponse<VoidResponse>, ResponseError> {
    let (now, path) = (SystemTime::now(), Void::METADATA.path);
    let signer = Signer::new("M-1", signing_key("second"));
    let mut body = body.to_owned();
    let headers = signer.sign_response(Void::METADATA, path, "", body.as_bytes(), now).unwrap();
    let headers = Headers::from_response(headers.for_response()).unwrap();
    tamper(&mut body);
    let verifier = Verifier::new(KeyRing::new().with_key("M-1", 1, verifying_key("second")));
    let request = br#"{"voidRequestId": "V-1", "paymentId": "P-1"}"#;
    verifier.read_response_with::<Void>(path, request, &headers, body.as_bytes(), now, policy)
}

#[test]
fn reads_verified_responses() {
    let body = r#"{"result":{"resultStatus":"S"},"voidRequestId":"V-1","voidId":"7"}"#;
    let read = read_void(body, |_| {}, &Policy::strict()).unwrap();
    assert_eq!(read.response.void_id.as_deref(), Some("7"));
    assert_eq!(read.sender.unwrap().client_id, "M-1");
    assert_eq!(read.tolerated, []);
}

#[test]
fn rejects_responses_to_other_requests() {
    let body = r#"{"result":{"resultStatus":"S"},"voidRequestId":"V-2"}"#;
    let error = read_void(body, |_| {}, &Policy::strict()).unwrap_err();
    assert_eq!(error.to_string(), "/response/voidRequestId must equal /request/voidRequestId");
    assert!(matches!(error, ResponseError::Invalid(_)));
}

#[test]
fn verifies_responses_before_reading_them() {
    let error = read_void("{}", |body| *body = "not JSON".to_owned(), &Policy::strict());
    assert_eq!(error, Err(ResponseError::Signature(SignatureError::Mismatch)));
}

#[test]
fn reports_tolerated_deviations_of_responses() {
    let body = r#"{"result":{"resultStatus":"X"}}"#;
    assert!(read_void(body, |_| {}, &Policy::strict()).is_err());
    let read = read_void(body, |_| {}, &Policy::lenient()).unwrap();
    assert_eq!(read.tolerated[0].path(), "/response/result/resultStatus");
}

#[test]
fn reads_unsigned_failures_if_accepted() {
    let verifier = Verifier::new(KeyRing::new()).accept_unsigned_failures();
    let read = |body: &str| {
        let (headers, now) = (Headers::default(), SystemTime::now());
        verifier.read_response::<Void>("/x", b"{}", &headers, body.as_bytes(), now)
    };
    assert_eq!(read(&response_with_status("F")).unwrap().sender, None);
    assert!(matches!(read(&response_with_status("S")), Err(ResponseError::Signature(_))));
}
