//! What belongs to a call beside its body: headers, signatures, keys, the window of time.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::similar_names,
    clippy::unwrap_used,
    reason = "tests stop at the first surprise, and tell what they leave out"
)]

use base64ct::{Base64, Encoding as _};
use http::{HeaderMap, HeaderName, HeaderValue};
use miniprogram_protocol::{
    dictionary::{self, ResultCode, ResultStatus},
    endpoint::{Endpoint as _, MerchantSync},
    http::{
        HeaderError, HeaderErrorKind, Headers, KeyError, KeyRing, ReplayCache, ReplayError,
        SignatureError, SignatureHeader, Signer, SigningError, SigningKey, Timestamp, Verified,
        Verifier, VerifyingKey, signing_input,
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

// Headers

/// A value that no error may tell. It is long enough to stand in none by accident.
const CANARY: &str = "QZXJ";

/// The headers of a request: name, a value that it may have.
const GOOD: [(&str, &str); 4] = [
    ("Client-Id", "2102010113769000"),
    ("Request-Time", "2019-04-04T12:08:56.253+05:30"),
    ("Signature", "algorithm=RSA256, keyVersion=1, signature=c2ln"),
    ("Content-Type", "application/json; charset=UTF-8"),
];

/// The fault that is found in a request with this header alone.
fn fault(name: &str, value: impl AsRef<[u8]>) -> Option<(&'static str, HeaderErrorKind)> {
    let error = Headers::of_request([(name, value)]).err()?;
    Some((error.header(), error.fault()))
}

#[test]
fn a_header_that_is_missing_is_none() {
    let empty: [(&str, &str); 0] = [];
    assert_eq!(Headers::of_request(empty), Ok(Headers::default()));
    for (left_out, _) in GOOD {
        let others = GOOD.into_iter().filter(|(name, _)| *name != left_out);
        let headers = Headers::of_request(others).unwrap();
        let missing = [
            headers.client_id.is_none(),
            headers.time.is_none(),
            headers.signature.is_none(),
            headers.content_type.is_none(),
        ];
        assert_eq!(missing, GOOD.map(|(name, _)| name == left_out));
    }
}

#[test]
fn a_header_that_stands_twice_is_refused_even_if_it_says_the_same() {
    for (name, value) in GOOD {
        let twice = Headers::of_request([(name, value), (&name.to_lowercase(), value)]);
        let error = twice.unwrap_err();
        assert_eq!((error.header(), error.fault()), (name, HeaderErrorKind::Repeated));
        assert_eq!(error.to_string(), format!("the header {name} stands more than once"));
    }
}

#[test]
fn names_stand_in_any_case() {
    let expected = Headers::of_request(GOOD).unwrap();
    assert!(expected.signature.is_some());
    let lower = GOOD.map(|(name, value)| (name.to_lowercase(), value));
    let upper = GOOD.map(|(name, value)| (name.to_uppercase(), value));
    assert_eq!(Headers::of_request(lower).as_ref(), Ok(&expected));
    assert_eq!(Headers::of_request(upper).as_ref(), Ok(&expected));
}

#[test]
fn blanks_around_a_value_do_not_count() {
    let surrounded = GOOD.map(|(name, value)| (name, format!("\t {value} \t")));
    assert_eq!(Headers::of_request(surrounded), Headers::of_request(GOOD));
}

#[test]
fn bytes_that_are_not_utf_8_are_malformed_in_the_four_headers_and_passed_over_in_others() {
    for (name, _) in GOOD {
        assert_eq!(fault(name, b"\xff\xfe"), Some((name, HeaderErrorKind::Malformed)));
    }
    assert_eq!(fault("X-Other", b"\xff\xfe"), None);
}

#[test]
fn a_client_id_is_visible_ascii() {
    for good in ["C", "TEST_5X00000000000000", "a.b-c:d/e+f"] {
        assert_eq!(fault("Client-Id", good), None, "{good}");
    }
    for bad in ["", " ", "a b", "a\tb", "a\r\nb", "\u{7f}", "é"] {
        assert_eq!(
            fault("Client-Id", bad),
            Some(("Client-Id", HeaderErrorKind::Malformed)),
            "{bad:?}"
        );
    }
}

#[test]
fn accepts_json_in_utf_8_as_content_type() {
    let good = [
        "application/json",
        "application/json;",
        "application/json; charset=UTF-8",
        "APPLICATION/JSON;CHARSET=\"utf-8\"",
        "application/json ; q=1 ;\tcharset=utf-8",
        "application/json; charset*=utf-8; x=\"y\"",
    ];
    for value in good {
        assert_eq!(fault("Content-Type", value), None, "{value}");
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
        let found = fault("Content-Type", value);
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
        let found = fault("Content-Type", value);
        assert_eq!(found, Some(("Content-Type", HeaderErrorKind::Malformed)), "{value:?}");
    }
}

#[test]
fn a_time_is_kept_as_it_came_in_every_form_that_senders_use() {
    // 1554359936.253 seconds, to the precision that the form has.
    let same = [
        ("an offset with a colon", "2019-04-04T12:08:56.253+05:30", 253),
        ("an offset without colon", "2019-04-04T14:38:56+0800", 0),
        ("a western offset without colon", "2019-04-03T23:38:56-0700", 0),
        ("JavaScript", "2019-04-04T06:38:56.253Z", 253),
        ("Python", "2019-04-04T06:38:56.253000+00:00", 253),
        ("seven fractional digits", "2019-04-04T06:38:56.2530000Z", 253),
        ("seconds", "2019-04-04T06:38:56Z", 0),
        ("milliseconds since 1970", "1554359936253", 253),
    ];
    for (form, text, millis) in same {
        let headers = Headers::of_request([("Request-Time", text)]).unwrap();
        let time = headers.time.unwrap_or_else(|| panic!("{form}"));
        assert_eq!(time.as_str(), text, "{form}");
        assert_eq!(time.time().timestamp_millis(), 1_554_359_936_000 + millis, "{form}");
    }
}

#[test]
fn a_text_that_is_no_time_is_malformed() {
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
    for text in bad {
        let found = fault("Request-Time", text);
        assert_eq!(found, Some(("Request-Time", HeaderErrorKind::Malformed)), "{text:?}");
    }
}

#[test]
fn writes_only_times_that_it_reads() {
    let seconds = |years: u64| Duration::from_secs(years * 31_556_952);
    for time in [UNIX_EPOCH, UNIX_EPOCH + seconds(8029), UNIX_EPOCH - seconds(1969)] {
        let time = Timestamp::try_from(time).unwrap();
        assert_eq!(Timestamp::parse(time.as_str()), Some(time));
    }
    let late = UNIX_EPOCH + seconds(8031);
    let beyond_chrono = UNIX_EPOCH + Duration::from_secs(i64::MAX as u64);
    let before_chrono = UNIX_EPOCH - Duration::from_secs(i64::MAX as u64);
    for time in [late, UNIX_EPOCH - seconds(1971), beyond_chrono, before_chrono] {
        assert!(Timestamp::try_from(time).is_err(), "{time:?}");
        let signed = Signer::new("C-1", signing_key("first")).sign_request("/", b"", time);
        let message = signed.unwrap_err().to_string();
        assert_eq!(message, "the clock is wrong: the year must be between 0000 and 9999");
    }
}

#[test]
fn a_request_and_a_response_have_a_time_header_each() {
    let both = [("Request-Time", "1554359936253"), ("Response-Time", "1554359936254")];
    let text = |headers: Headers| headers.time.unwrap().to_string();
    assert_eq!(text(Headers::of_request(both).unwrap()), "1554359936253");
    assert_eq!(text(Headers::of_response(both).unwrap()), "1554359936254");
    let error = Headers::of_response([("Response-Time", "now")]).unwrap_err();
    assert_eq!(error.to_string(), "the header Response-Time is malformed");
}

/// Demands that a text which comes out of the library tells nothing of what went in.
fn assert_silent(error: &(impl Debug + ToString)) {
    let told = format!("{error:?} {}", error.to_string());
    assert!(!told.to_uppercase().contains(CANARY), "{told}");
}

#[test]
fn an_error_tells_nothing_of_the_value() {
    for (name, _) in GOOD {
        for value in [CANARY.to_owned(), format!("{CANARY} {CANARY}={CANARY},{CANARY}")] {
            if let Err(error) = Headers::of_request([(name, &value)]) {
                assert_silent(&error);
            }
            assert_silent(&Headers::of_request([(name, &value), (name, &value)]).unwrap_err());
        }
    }
}

/// Headers that are all set.
fn complete() -> Headers {
    let mut headers = Headers::default();
    headers.client_id = Some("C-1".into());
    headers.time = Timestamp::parse("2019-04-04T14:38:56+0800");
    headers.signature = Some(SignatureHeader::new(Some(3), "c2ln%2F%2B%3D"));
    headers.content_type = Some("application/json".into());
    headers
}

#[test]
fn headers_come_back_from_the_pairs_that_they_give() {
    let headers = complete();
    assert_eq!(Headers::of_request(headers.for_request()).as_ref(), Ok(&headers));
    assert_eq!(Headers::of_response(headers.for_response()).as_ref(), Ok(&headers));
}

#[test]
fn headers_come_back_from_the_map_that_they_give() {
    let headers = complete();
    assert_eq!(Headers::of_request(&headers.request_map().unwrap()).as_ref(), Ok(&headers));
    assert_eq!(Headers::of_response(&headers.response_map().unwrap()).as_ref(), Ok(&headers));
}

#[test]
fn a_map_with_a_name_twice_is_refused() {
    let mut map = complete().request_map().unwrap();
    map.append("client-id", HeaderValue::from_static("C-2"));
    let error = Headers::of_request(&map).unwrap_err();
    assert_eq!((error.header(), error.fault()), ("Client-Id", HeaderErrorKind::Repeated));
}

#[test]
fn a_map_passes_over_other_headers_whatever_they_hold() {
    let mut map = HeaderMap::new();
    map.insert(HeaderName::from_static("x-other"), HeaderValue::from_bytes(b"\xff").unwrap());
    assert_eq!(Headers::of_request(&map), Ok(Headers::default()));
}

#[test]
fn a_value_that_no_header_can_have_makes_no_map() {
    let mut headers = complete();
    headers.client_id = Some(format!("{CANARY}\r\nX-Other: 1"));
    let error = headers.request_map().unwrap_err();
    assert_eq!((error.header(), error.fault()), ("Client-Id", HeaderErrorKind::Malformed));
    assert_silent(&error);
}

#[test]
fn what_is_sent_is_json_unless_something_else_is_said() {
    let sent = |headers: &Headers| headers.for_request().collect::<Vec<_>>();
    let json = ("Content-Type", "application/json; charset=UTF-8".to_owned());
    assert_eq!(sent(&Headers::default()), [json]);
    let names: Vec<_> = complete().for_response().map(|(name, _)| name).collect();
    assert_eq!(names, ["Content-Type", "Client-Id", "Response-Time", "Signature"]);
}

// The header `Signature`

/// What the header `Signature` says: version and signature.
fn read_signature(value: &str) -> Result<(Option<u32>, String), HeaderErrorKind> {
    let headers = Headers::of_request([("Signature", value)]).map_err(|error| error.fault())?;
    let signature = headers.signature.unwrap();
    Ok((signature.key_version, signature.signature))
}

#[test]
fn a_signature_header_is_read_in_every_form_that_senders_write() {
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
        assert_eq!(read_signature(value), Ok((version, "abc".to_owned())), "{value}");
    }
}

#[test]
fn a_signature_is_read_with_its_padding() {
    for signature in ["YWI=", "YQ==", "YQ%3D%3D", "+/+/"] {
        let value = format!("algorithm=RSA256, signature={signature}");
        assert_eq!(read_signature(&value), Ok((None, signature.to_owned())));
    }
}

#[test]
fn a_signature_header_of_another_grammar_is_malformed() {
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
        assert_eq!(read_signature(value), Err(HeaderErrorKind::Malformed), "{value:?}");
    }
}

#[test]
fn another_algorithm_is_not_supported() {
    for algorithm in ["ECC224", "RSA", "RSA2560", "none", "HMAC", "SHA1withRSA"] {
        let value = format!("algorithm={algorithm}, keyVersion=1, signature=abc");
        assert_eq!(read_signature(&value), Err(HeaderErrorKind::Unsupported), "{algorithm}");
    }
}

#[test]
fn a_signature_header_is_written_as_the_documents_print_it() {
    let with = SignatureHeader::new(Some(1), "abc");
    assert_eq!(with.to_string(), "algorithm=RSA256, keyVersion=1, signature=abc");
    let without = SignatureHeader::new(None, "abc");
    assert_eq!(without.to_string(), "algorithm=RSA256, signature=abc");
}

// What is signed

#[test]
fn the_content_is_method_and_path_then_client_time_and_body_with_dots() {
    let body = r#"{"order":{"orderId":"OrderID_0101010101"}}"#;
    let content = signing_input(
        "/api/open/v2/payments/pay",
        "TEST_5X00000000000000",
        "2024-01-10T12:12:12+01:00",
        body.as_bytes(),
    );
    assert_eq!(
        String::from_utf8(content).unwrap(),
        "POST /api/open/v2/payments/pay\nTEST_5X00000000000000.2024-01-10T12:12:12+01:00.\
         {\"order\":{\"orderId\":\"OrderID_0101010101\"}}"
    );
}

#[test]
fn the_body_is_signed_byte_for_byte() {
    let content = signing_input("/", "C", "0", b"\xff\r\n \0");
    assert_eq!(content, b"POST /\nC.0.\xff\r\n \0");
}

// Signatures

fn key_text(file: &str) -> String {
    let path = format!("{}/tests/data/keys/{file}.pem", env!("CARGO_MANIFEST_DIR"));
    fs::read_to_string(path).unwrap()
}

fn signing_key(name: &str) -> SigningKey {
    SigningKey::parse(&key_text(&format!("{name}.private"))).unwrap()
}

fn verifying_key(name: &str) -> VerifyingKey {
    VerifyingKey::parse(&key_text(&format!("{name}.public"))).unwrap()
}

/// A signed message, as OpenSSL made it.
struct Vector {
    name: String,
    key: String,
    path: String,
    client_id: String,
    time: Timestamp,
    body: String,
    content: String,
    /// In Base64.
    signature: String,
}

fn vectors() -> Vec<Vector> {
    let vectors: Vec<Value> = serde_json::from_str(include_str!("data/signatures.json")).unwrap();
    let vector = |vector: &Value| {
        let text = |name: &str| vector[name].as_str().unwrap().to_owned();
        Vector {
            name: text("name"),
            key: text("key"),
            path: text("path"),
            client_id: text("clientId"),
            time: Timestamp::parse(&text("time")).unwrap(),
            body: text("body"),
            content: text("content"),
            signature: text("signature"),
        }
    };
    vectors.iter().map(vector).collect()
}

/// The first of the vectors.
fn sample() -> Vector {
    vectors().remove(0)
}

fn url_encoded(base64: &str) -> String {
    base64.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D")
}

impl Vector {
    fn headers(&self, signature: &str) -> Headers {
        let mut headers = Headers::default();
        headers.client_id = Some(self.client_id.clone());
        headers.time = Some(self.time.clone());
        headers.signature = Some(SignatureHeader::new(Some(1), signature));
        headers
    }

    /// When it was sent.
    fn now(&self) -> SystemTime {
        self.time.time().into()
    }

    fn verifier(&self) -> Verifier {
        Verifier::new(KeyRing::new().with(&self.client_id, 1, verifying_key(&self.key)))
    }

    /// What a verifier says that knows the key, if the signature is written like this.
    fn verify(&self, signature: &str) -> Result<Verified, SignatureError> {
        let headers = self.headers(signature);
        self.verifier().verify_request(&self.path, &headers, self.body.as_bytes(), self.now())
    }
}

#[test]
fn what_openssl_signed_verifies() {
    for vector in vectors() {
        let content = signing_input(
            &vector.path,
            &vector.client_id,
            vector.time.as_str(),
            vector.body.as_bytes(),
        );
        assert_eq!(content, vector.content.as_bytes(), "{}", vector.name);
        let verified = vector.verify(&url_encoded(&vector.signature));
        let verified = verified.unwrap_or_else(|error| panic!("{}: {error}", vector.name));
        assert_eq!((verified.client_id, verified.key_version), (vector.client_id, 1));
    }
}

#[test]
fn what_is_signed_is_what_openssl_signs() {
    let mut compared = 0;
    for vector in vectors() {
        // A signer writes the time in one form alone.
        if Timestamp::try_from(vector.now()).unwrap() == vector.time {
            let signer = Signer::new(&vector.client_id, signing_key(&vector.key));
            let headers =
                signer.sign_request(&vector.path, vector.body.as_bytes(), vector.now()).unwrap();
            assert_eq!(headers, vector.headers(&url_encoded(&vector.signature)), "{}", vector.name);
            compared += 1;
        }
    }
    assert_eq!(compared, 7);
}

#[test]
fn a_signature_is_accepted_in_base64_with_and_without_url_encoding() {
    let vector = sample();
    let encoded = url_encoded(&vector.signature);
    assert!(["%2B", "%2F", "%3D"].iter().all(|code| encoded.contains(code)));
    for signature in [&vector.signature, &encoded, &encoded.to_lowercase_codes()] {
        assert!(vector.verify(signature).is_ok(), "{signature}");
    }
}

/// The codes of a URL encoding in lower case, as .NET writes them.
trait LowercaseCodes {
    fn to_lowercase_codes(&self) -> String;
}

impl LowercaseCodes for String {
    fn to_lowercase_codes(&self) -> String {
        self.replace("%2B", "%2b").replace("%2F", "%2f").replace("%3D", "%3d")
    }
}

#[test]
fn a_signature_in_another_encoding_is_refused() {
    let vector = sample();
    let (plain, encoded) = (vector.signature.as_str(), url_encoded(&vector.signature));
    let (front, back) = plain.split_at(100);
    let base64url = plain.replace('+', "-").replace('/', "_");
    let bad = [
        ("no signature", String::new()),
        ("base64url", base64url.clone()),
        ("base64url without padding", base64url.replace('=', "")),
        ("no padding", plain.replace('=', "")),
        ("half of the padding", plain.replace("==", "=")),
        ("too much padding", plain.replace("==", "====")),
        ("bits behind the last byte", plain.replacen("==", "", 1) + "A="),
        ("a blank inside", format!("{front} {back}")),
        ("a plus sign that became a blank", plain.replace('+', " ")),
        ("a line feed inside", format!("{front}\n{back}")),
        ("a line feed at the end", format!("{plain}\n")),
        ("padding alone encoded", plain.replace('=', "%3D")),
        ("all but the padding encoded", encoded.replace("%3D", "=")),
        ("encoded twice", encoded.replace('%', "%25")),
        ("a letter encoded", format!("%{:02X}{}", plain.as_bytes()[0], &encoded[1..])),
        ("half of a code at the end", format!("{encoded}%3")),
        ("a percent sign at the end", format!("{encoded}%")),
        ("a code of two bytes of another character", encoded.replacen("%2", "%é", 1)),
        ("truncated", plain[..plain.len() - 4].to_owned()),
        ("twice", format!("{plain}{plain}")),
        ("hexadecimal", "ab".repeat(256)),
        ("all zero", format!("{}==", "A".repeat(342))),
    ];
    for (what, signature) in bad {
        assert_eq!(vector.verify(&signature), Err(SignatureError::Mismatch), "{what}");
    }
}

#[test]
fn a_signature_with_any_other_byte_is_refused() {
    let vector = sample();
    for index in 0..vector.signature.trim_end_matches('=').len() {
        let mut other = vector.signature.clone().into_bytes();
        other[index] = if other[index] == b'A' { b'B' } else { b'A' };
        let other = String::from_utf8(other).unwrap();
        assert_eq!(vector.verify(&other), Err(SignatureError::Mismatch), "{index}");
    }
}

#[test]
fn a_signature_of_a_body_with_any_other_byte_is_refused() {
    let vector = sample();
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
fn a_signature_of_another_path_client_or_time_is_refused() {
    let vector = sample();
    let keys = [&vector.client_id, "other"].into_iter().fold(KeyRing::new(), |keys, client_id| {
        keys.with(client_id, 1, verifying_key(&vector.key))
    });
    let verifier = Verifier::new(keys).window(Duration::MAX);
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
    // The same moment in another form is another text.
    for time in ["2019-04-04T06:38:56.2530Z", "2019-04-04T06:38:56.254Z", "1554359936253"] {
        let mut other = headers.clone();
        other.time = Timestamp::parse(time);
        assert_eq!(verify(&vector.path, &other), Err(SignatureError::Mismatch), "{time}");
    }
}

#[test]
fn a_signature_of_another_method_is_refused() {
    // By OpenSSL: "GET /v2/pds/merchant/sync\nC-1.2019-04-04T06:38:56.253Z.{}", with the first key.
    let get = concat!(
        "f7k882wj57deAhGKDPrfCO4iN4vILjfCiX1H+eotwzZYXN1gMw5aLERa0qrRsgXfDEGd2vzbQ9X1+bHPNjsoMI",
        "wju2qUKnNxRMcS+2DUw7FZ6is9Jja+TlzUZWjELCS0+hioI4tmnhIO6e1TixNbxldmg+5+o12n80o60cKYN84q",
        "p1KnCYhT7T8Jje36x7vOD8b/KaNfK3+oVlj17oUlPy999dPleBXDCKJCmy9OQWVRc2M+T3x6FAGAd1gAIEOqLc",
        "Il679kcPapNogqg3DpBmRd5zZ2zH78XxBNV5jDtk4UYfWWgNhTcBsvXdwsa1JWGcZC/1pXrE1VR7KEcDUdxQ==",
    );
    let vector = Vector {
        body: "{}".into(),
        path: "/v2/pds/merchant/sync".into(),
        client_id: "C-1".into(),
        ..sample()
    };
    assert_eq!(vector.verify(get), Err(SignatureError::Mismatch));
}

#[test]
fn a_signature_by_another_key_is_refused() {
    let (first, second) = (sample(), vectors().remove(1));
    assert_eq!((&first.content, first.key.as_str()), (&second.content, "first"));
    assert_eq!(second.key, "second");
    assert_eq!(first.verify(&second.signature), Err(SignatureError::Mismatch));
}

#[test]
fn a_prefix_that_a_gateway_strips_is_signed_and_verified() {
    let now = SystemTime::now();
    let signer = |prefix: &str| Signer::new("C-1", signing_key("first")).path_prefix(prefix);
    let verify = |prefix: &str, path: &str, headers: &Headers| {
        let keys = KeyRing::new().with("C-1", 1, verifying_key("first"));
        Verifier::new(keys).path_prefix(prefix).verify_request(path, headers, b"{}", now).is_ok()
    };
    let headers = signer("/api/open").sign_request("/v2/x", b"{}", now).unwrap();
    assert!(verify("/api/open", "/v2/x", &headers));
    assert!(verify("", "/api/open/v2/x", &headers));
    assert!(!verify("", "/v2/x", &headers));
    assert!(!verify("/api", "/v2/x", &headers));
    assert!(!verify("/api/open", "/api/open/v2/x", &headers));
}

/// The file of a name that no other test uses.
fn temporary(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name)
}

/// Runs OpenSSL with these arguments in the folder of the keys.
fn openssl(arguments: &[&str]) -> std::process::Output {
    let keys = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/keys");
    Command::new("openssl").args(arguments).current_dir(keys).output().unwrap()
}

#[test]
fn openssl_and_this_library_verify_what_the_other_signs() {
    if Command::new("openssl").arg("version").output().is_err() {
        eprintln!("left out: there is no command openssl");
        return;
    }
    let (content, signature) = (temporary("content"), temporary("signature"));
    let (content, signature) = (content.to_str().unwrap(), signature.to_str().unwrap());
    for vector in vectors() {
        let (private, public) =
            (format!("{}.private.pem", vector.key), format!("{}.public.pem", vector.key));

        fs::write(content, &vector.content).unwrap();
        let signed = openssl(&["dgst", "-sha256", "-sign", &private, "-out", signature, content]);
        assert!(signed.status.success());
        let base64 = openssl(&["base64", "-A", "-in", signature]).stdout;
        assert!(vector.verify(&String::from_utf8(base64).unwrap()).is_ok(), "{}", vector.name);

        // Of another body than the one before, for that would have the same signature.
        let body = format!("{} ", vector.body);
        let signer = Signer::new("C-2", signing_key(&vector.key));
        let headers = signer.sign_request("/v2/other", body.as_bytes(), vector.now()).unwrap();
        let ours = headers.signature.unwrap().signature;
        let ours = ours.replace("%2B", "+").replace("%2F", "/").replace("%3D", "=");
        fs::write(content, ours).unwrap();
        assert!(
            openssl(&["base64", "-d", "-A", "-in", content, "-out", signature]).status.success()
        );
        fs::write(content, format!("POST /v2/other\nC-2.{}.{body}", headers.time.unwrap()))
            .unwrap();
        let verified =
            openssl(&["dgst", "-sha256", "-verify", &public, "-signature", signature, content]);
        assert_eq!(
            String::from_utf8_lossy(&verified.stdout).trim(),
            "Verified OK",
            "{}",
            vector.name
        );
    }
}

// Keys

/// The Base64 of a PEM text, in lines.
fn base64_of(pem: &str) -> String {
    pem.lines().filter(|line| !line.starts_with("-----")).flat_map(|line| [line, "\n"]).collect()
}

#[test]
fn a_private_key_is_read_in_every_form() {
    let pem = key_text("first.private");
    let forms = [
        ("PKCS #8", pem.clone()),
        ("PKCS #1", key_text("first.pkcs1")),
        ("lines that end with CRLF", pem.replace('\n', "\r\n")),
        ("no line feed at the end", pem.trim().to_owned()),
        ("blank lines around it", format!("\n\n{pem}\n\n")),
        ("Base64 in lines", base64_of(&pem)),
        ("Base64 in lines that end with CRLF", base64_of(&pem).replace('\n', "\r\n")),
        ("Base64 in one line", base64_of(&pem).replace('\n', "")),
    ];
    let vector = sample();
    for (form, text) in forms {
        let key = SigningKey::parse(&text).unwrap_or_else(|error| panic!("{form}: {error}"));
        let signer = Signer::new(&vector.client_id, key);
        let headers =
            signer.sign_request(&vector.path, vector.body.as_bytes(), vector.now()).unwrap();
        assert_eq!(headers, vector.headers(&url_encoded(&vector.signature)), "{form}");
    }
}

#[test]
fn a_public_key_is_read_in_every_form() {
    let pem = key_text("first.public");
    let forms = [
        ("PEM", pem.clone()),
        ("lines that end with CRLF", pem.replace('\n', "\r\n")),
        ("no line feed at the end", pem.trim().to_owned()),
        ("Base64 in lines", base64_of(&pem)),
        ("Base64 in one line", base64_of(&pem).replace('\n', "")),
    ];
    let vector = sample();
    for (form, text) in forms {
        let key = VerifyingKey::parse(&text).unwrap_or_else(|error| panic!("{form}: {error}"));
        let verifier = Verifier::new(KeyRing::new().with(&vector.client_id, 1, key));
        let headers = vector.headers(&vector.signature);
        let body = vector.body.as_bytes();
        let verified = verifier.verify_request(&vector.path, &headers, body, vector.now());
        assert!(verified.is_ok(), "{form}");
    }
}

/// What is no key at all, of either kind.
fn garbage() -> Vec<(&'static str, String)> {
    let pem = key_text("first.private");
    let public = key_text("first.public");
    let half = |pem: &str| {
        let lines: Vec<_> = pem.lines().collect();
        [&lines[..3], &lines[lines.len() - 1..]].concat().join("\n")
    };
    vec![
        ("nothing", String::new()),
        ("blanks", " \n".to_owned()),
        ("a word", CANARY.to_owned()),
        ("no Base64", format!("{CANARY}!")),
        ("a label alone", "-----BEGIN PRIVATE KEY-----".to_owned()),
        ("an empty PEM", "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n".to_owned()),
        ("no end", pem.replace("-----END PRIVATE KEY-----", "")),
        ("another end", pem.replace("END PRIVATE", "END PUBLIC")),
        ("half of a private key", half(&pem)),
        ("half of a public key", half(&public)),
        ("Base64 of half of a key", base64_of(&half(&pem))),
        ("bytes behind the key", format!("{}{}", base64_of(&public), base64_of(&public))),
        ("an unknown label", pem.replace("PRIVATE KEY", CANARY)),
        ("another label", pem.replace("PRIVATE KEY", "CERTIFICATE")),
        ("an encrypted key", pem.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY")),
        ("null bytes", "\0".repeat(300)),
    ]
}

/// Demands an error that tells nothing of the key.
fn assert_refused<K: Debug>(what: &str, text: &str, parsed: Result<K, KeyError>) {
    let error = parsed.expect_err(what);
    assert!(matches!(error, KeyError::Malformed | KeyError::Unsupported), "{what}: {error:?}");
    assert_silent(&error);
    let told = format!("{error:?} {error}");
    for line in base64_of(text).lines().filter(|line| line.len() >= 8) {
        assert!(!told.contains(&line[..8]), "{what}: {told}");
    }
}

#[test]
fn what_is_no_key_is_refused() {
    for (what, text) in garbage() {
        assert_refused(what, &text, SigningKey::parse(&text));
        assert_refused(what, &text, VerifyingKey::parse(&text));
    }
}

#[test]
fn a_key_of_another_kind_or_size_is_not_supported() {
    let private = ["rsa1024.private", "ec.private", "first.public", "first.pkcs1.public"];
    for name in private {
        let text = key_text(name);
        assert_refused(name, &text, SigningKey::parse(&text));
        assert_eq!(SigningKey::parse(&text).unwrap_err(), KeyError::Unsupported, "{name}");
        assert_refused(name, &text, SigningKey::parse(&base64_of(&text)));
    }
    let public = ["rsa1024.public", "ec.public", "first.private", "first.pkcs1.public"];
    for name in public {
        let text = key_text(name);
        assert_refused(name, &text, VerifyingKey::parse(&text));
        assert_eq!(VerifyingKey::parse(&text).unwrap_err(), KeyError::Unsupported, "{name}");
        assert_refused(name, &text, VerifyingKey::parse(&base64_of(&text)));
    }
}

/// Writes a value of DER.
fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).unwrap().to_be_bytes();
    [&[tag, 0x82], &length[..], content].concat()
}

/// A public key in Base64, of these numbers and with these algorithm parameters.
fn public_key(modulus: &[u8], exponent: &[u8], parameters: &[u8]) -> String {
    let number = |bytes: &[u8]| der(0x02, &[&[0], bytes].concat());
    let numbers = [number(modulus), number(exponent)].concat();
    let oid = [0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1];
    let algorithm = der(0x30, &[&oid[..], parameters].concat());
    let key = der(0x03, &[vec![0], der(0x30, &numbers)].concat());
    Base64::encode_string(&canonical(&der(0x30, &[algorithm, key].concat())))
}

/// Writes lengths and numbers in as few bytes as DER demands.
fn canonical(der: &[u8]) -> Vec<u8> {
    let [tag, 0x82, high, low, rest @ ..] = der else { return der.to_vec() };
    let length = usize::from(u16::from_be_bytes([*high, *low]));
    let (mut content, after) = (rest[..length].to_vec(), &rest[length..]);
    match tag {
        0x02 => {
            while matches!(content[..], [0, 0..=0x7f, ..]) {
                content.remove(0);
            }
        }
        0x03 => content = [vec![0], canonical(&content[1..])].concat(),
        _ => content = canonical(&content),
    }
    let length = match content.len() {
        length @ 0..128 => vec![u8::try_from(length).unwrap()],
        length @ 128..256 => vec![0x81, u8::try_from(length).unwrap()],
        length => [&[0x82], &u16::try_from(length).unwrap().to_be_bytes()[..]].concat(),
    };
    [vec![*tag], length, content, canonical(after)].concat()
}

#[test]
fn rejects_rsa_keys_with_unsafe_numbers() {
    const NULL: &[u8] = &[5, 0];
    let modulus = |first: u8, length: usize, last: u8| {
        let mut bytes = vec![0x5a; length];
        (bytes[0], bytes[length - 1]) = (first, last);
        bytes
    };
    let good = modulus(0x80, 256, 1);
    let exponent: &[u8] = &[1, 0, 1];
    for (modulus, exponent, parameters) in [
        (&good, exponent, NULL),
        (&good, exponent, b"".as_slice()),
        (&good, &[3], NULL),
        (&good, &[1, 0, 0, 0, 1], NULL),
        (&modulus(0xff, 1024, 0xff), exponent, NULL),
    ] {
        let parsed = VerifyingKey::parse(&public_key(modulus, exponent, parameters));
        assert!(parsed.is_ok(), "{:?} {exponent:?} {parameters:?}", modulus.len());
    }
    for (modulus, exponent, parameters) in [
        (&modulus(0x7f, 256, 1), exponent, NULL),
        (&modulus(0x01, 256, 1), exponent, NULL),
        (&modulus(0x01, 1025, 1), exponent, NULL),
        (&modulus(0x80, 256, 2), exponent, NULL),
        (&good, &[0], NULL),
        (&good, &[1], NULL),
        (&good, &[2], NULL),
        (&good, &[1, 0, 0], NULL),
        (&good, &[2, 0, 0, 0, 1], NULL),
        (&good, &[0x55; 40], NULL),
        (&good, exponent, &[2, 1, 1]),
        (&good, exponent, &[0x30, 0]),
    ] {
        let parsed = VerifyingKey::parse(&public_key(modulus, exponent, parameters));
        assert_eq!(parsed.unwrap_err(), KeyError::Unsupported, "{exponent:?} {parameters:?}");
    }
}

/// The memory of this process. A search allocates nothing, which could overwrite what is searched.
#[cfg(target_os = "linux")]
struct Memory {
    file: fs::File,
    ranges: Vec<(u64, usize)>,
    buffer: Vec<u8>,
}

#[cfg(target_os = "linux")]
impl Memory {
    fn open() -> Self {
        let maps = fs::read_to_string("/proc/self/maps").unwrap();
        let number = |text: &str| u64::from_str_radix(text, 16).unwrap();
        let range = |line: &str| {
            let (start, end) = line.split(' ').next().unwrap().split_once('-').unwrap();
            (number(start), usize::try_from(number(end) - number(start)).unwrap())
        };
        let ranges: Vec<_> = maps.lines().filter(|line| line.contains(" rw")).map(range).collect();
        let longest = ranges.iter().map(|(_, length)| *length).max().unwrap();
        let file = fs::File::open("/proc/self/mem").unwrap();
        Self { file, ranges, buffer: vec![0; longest] }
    }

    /// Searches for the inverse of `inverted`, so that the pattern itself is not found.
    fn holds(&mut self, inverted: &[u8]) -> bool {
        let Self { file, ranges, buffer } = self;
        ranges.iter().any(|(start, length)| {
            let bytes = &mut buffer[..*length];
            // Some ranges cannot be read.
            let read = std::os::unix::fs::FileExt::read_at(file, bytes, *start).unwrap_or(0);
            for byte in &mut *bytes {
                *byte = !*byte;
            }
            bytes[..read].windows(inverted.len()).any(|window| window == inverted)
        })
    }
}

/// The search runs in a process of its own, because other tests read the same key.
#[cfg(target_os = "linux")]
#[test]
fn leaves_no_private_key_in_memory() {
    const CHILD: &str = "LEAVES_NO_PRIVATE_KEY";
    if std::env::var_os(CHILD).is_none() {
        let name = "leaves_no_private_key_in_memory";
        let mut child = Command::new(std::env::current_exe().unwrap());
        let child = child.args([name, "--exact", "--test-threads=1"]).env(CHILD, "1");
        assert!(child.output().unwrap().status.success());
        return;
    }
    for text in [key_text("first.private"), base64_of(&key_text("first.private"))] {
        let base64 = base64_of(&text).replace('\n', "");
        let der = Zeroizing::new(Base64::decode_vec(&base64).unwrap());
        // In the middle of the private exponent.
        let inverted: Vec<_> = der[400..432].iter().map(|byte| !byte).collect();
        let mut memory = Memory::open();
        assert!(memory.holds(&inverted), "the search does not work");
        drop(der);
        drop(SigningKey::parse(&text).unwrap());
        assert!(!memory.holds(&inverted));
    }
}

#[test]
fn debug_shows_nothing_of_a_key() {
    assert_eq!(format!("{:?}", signing_key("first")), "SigningKey { .. }");
    assert_eq!(format!("{:?}", verifying_key("first")), "VerifyingKey { .. }");
    let signer = format!("{:?}", Signer::new("C-1", signing_key("first")));
    assert!(signer.contains("key: SigningKey { .. }"), "{signer}");
    let ring = format!("{:?}", KeyRing::new().with("C-1", 1, verifying_key("first")));
    assert!(ring.contains("VerifyingKey { .. }") && ring.len() < 100, "{ring}");
}

// The key ring

/// What a verifier with the keys says of a message of that client, signed with that key.
fn verify_by(
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
fn the_version_chooses_the_key_and_none_is_the_newest() {
    // The newest is the greatest, not the last that was added.
    let keys = KeyRing::new()
        .with("C-1", 10, verifying_key("second"))
        .with("C-1", 9, verifying_key("first"))
        .with("C-2", 1, verifying_key("first"));
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
        assert_eq!(verify_by(&keys, client_id, version, key), expected, "{client_id} {version:?}");
    }
}

#[test]
fn a_key_of_the_same_version_takes_the_place_of_the_other() {
    let keys = KeyRing::new().with("C-1", 1, verifying_key("first")).with(
        "C-1",
        1,
        verifying_key("second"),
    );
    assert_eq!(verify_by(&keys, "C-1", Some(1), "first"), Err(SignatureError::Mismatch));
    assert_eq!(verify_by(&keys, "C-1", Some(1), "second"), Ok(1));
}

#[test]
fn the_signer_says_the_version_of_its_key() {
    let version = |signer: Signer| {
        let headers = signer.sign_request("/", b"", SystemTime::now()).unwrap();
        headers.signature.unwrap().key_version
    };
    assert_eq!(version(Signer::new("C-1", signing_key("first"))), Some(1));
    assert_eq!(version(Signer::new("C-1", signing_key("first")).key_version(7)), Some(7));
}

#[test]
fn every_header_that_a_signature_needs_is_asked_for() {
    let vector = sample();
    let mut without = Vec::new();
    for left_out in 0..3 {
        let mut headers = vector.headers(&vector.signature);
        match left_out {
            0 => headers.client_id = None,
            1 => headers.time = None,
            _ => headers.signature = None,
        }
        let verifier = vector.verifier();
        let request = verifier.verify_request(&vector.path, &headers, b"", vector.now());
        let response = verifier.verify_response(&vector.path, &headers, b"", vector.now());
        without.push([request.unwrap_err().to_string(), response.unwrap_err().to_string()]);
    }
    let missing = |name: &str| format!("the header {name} is missing");
    assert_eq!(
        without,
        [
            [missing("Client-Id"), missing("Client-Id")],
            [missing("Request-Time"), missing("Response-Time")],
            [missing("Signature"), missing("Signature")],
        ]
    );
}

#[test]
fn denies_a_request_that_does_not_verify() {
    let header: HeaderError = Headers::of_request([("Client-Id", CANARY), ("Client-Id", CANARY)])
        .expect_err("it stands twice");
    let same = "the signature could not be verified";
    let errors = [
        (SignatureError::from(header), "the header Client-Id stands more than once"),
        // A stranger is not told who is known.
        (SignatureError::UnknownClient, same),
        (SignatureError::UnknownKey, same),
        (SignatureError::Mismatch, same),
        (SignatureError::OutsideWindow, "the time is too far from now"),
    ];
    for (error, message) in errors {
        let result = dictionary::Result::from(error);
        assert_eq!(result.result_status, ResultStatus::Failed);
        assert_eq!(result.result_code, Some(ResultCode::AccessDenied));
        assert_eq!(result.result_message.as_deref(), Some(message));
        assert_silent(&error);
    }
}

#[test]
fn signs_responses_only_for_paths_of_their_endpoint() {
    let signer = Signer::new("C-1", signing_key("first"));
    let sign = |path: &str| {
        let prefix = if path.starts_with("/api") { "/api/open" } else { "" };
        let (endpoint, now) = (MerchantSync::METADATA, SystemTime::now());
        signer.sign_response(endpoint, prefix, path, b"{}", now).map(drop)
    };
    for path in [
        "/v2/platform/miniprogram/sync",
        "/v2/pds/merchant/sync?a=b",
        "/api/open/v2/pds/merchant/sync",
    ] {
        assert_eq!(sign(path), Ok(()), "{path}");
    }
    for path in [
        "/",
        "/v2/payments/refund?a=/v2/pds/merchant/sync",
        "/v2/payments/refund/v2/pds/merchant/sync",
        "/v2/payments/refund\nC-1.1700000000000.{} /v2/pds/merchant/sync",
        "//v2/pds/merchant/sync",
        "/v2/pds/merchant/sync/",
        "/v2/pds/memberships/notifyCardRegistration",
    ] {
        let message = "the path is not one of the endpoint merchantSync";
        assert_eq!(sign(path).unwrap_err().to_string(), message, "{path}");
    }
}

// The window of time

/// What a verifier says of a message that was sent so many milliseconds before now, or after.
fn verify_at(distance: i64, window: Option<Duration>) -> Result<(), SignatureError> {
    let sent = UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    let headers = Signer::new("C-1", signing_key("first")).sign_request("/", b"", sent).unwrap();
    let verifier = Verifier::new(KeyRing::new().with("C-1", 1, verifying_key("first")));
    let verifier = match window {
        Some(window) => verifier.window(window),
        None => verifier,
    };
    let by = Duration::from_millis(distance.unsigned_abs());
    let now = if distance < 0 { sent - by } else { sent + by };
    verifier.verify_request("/", &headers, b"", now).map(|_| ())
}

#[test]
fn a_message_may_be_five_minutes_old_or_early_and_not_a_millisecond_more() {
    const MINUTES: i64 = 5 * 60 * 1000;
    for good in [0, 1, -1, MINUTES, -MINUTES] {
        assert_eq!(verify_at(good, None), Ok(()), "{good}");
    }
    for bad in [MINUTES + 1, -MINUTES - 1, 1_000 * MINUTES, -1_000 * MINUTES] {
        assert_eq!(verify_at(bad, None), Err(SignatureError::OutsideWindow), "{bad}");
    }
}

#[test]
fn the_window_can_be_chosen() {
    let second = Some(Duration::from_secs(1));
    assert_eq!(verify_at(1_000, second), Ok(()));
    assert_eq!(verify_at(1_001, second), Err(SignatureError::OutsideWindow));
    assert_eq!(verify_at(0, Some(Duration::ZERO)), Ok(()));
    assert_eq!(verify_at(-1, Some(Duration::ZERO)), Err(SignatureError::OutsideWindow));
    assert_eq!(verify_at(1_000_000_000_000, Some(Duration::MAX)), Ok(()));
}

#[test]
fn a_time_at_the_ends_of_the_calendar_is_outside_the_window_and_nothing_worse() {
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
    let verifier = Verifier::new(KeyRing::new().with("C-1", 1, verifying_key("first")));
    for text in times {
        let time = Timestamp::parse(text).unwrap();
        let sent = time.time().into();
        let headers = signer.sign_request("/", b"", sent).unwrap();
        for now in clocks {
            let verified = verifier.verify_request("/", &headers, b"", now);
            assert_eq!(verified, Err(SignatureError::OutsideWindow), "{text}");
        }
        assert!(verifier.verify_request("/", &headers, b"", sent).is_ok(), "{text}");
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

// Replays

/// A request of that body and second, signed and verified.
fn verified(body: &[u8], second: u64, url_encoded: bool) -> Verified {
    let now = UNIX_EPOCH + Duration::from_secs(1_700_000_000 + second);
    let mut headers =
        Signer::new("C-1", signing_key("first")).sign_request("/", body, now).unwrap();
    let signature = headers.signature.as_mut().unwrap();
    if !url_encoded {
        signature.signature =
            signature.signature.replace("%2B", "+").replace("%2F", "/").replace("%3D", "=");
    }
    let verifier = Verifier::new(KeyRing::new().with("C-1", 1, verifying_key("first")));
    verifier.verify_request("/", &headers, body, now).unwrap()
}

fn check(cache: &ReplayCache, request: &Verified, second: u64) -> Result<(), ReplayError> {
    cache.check(request, UNIX_EPOCH + Duration::from_secs(1_700_000_000 + second))
}

#[test]
fn recognizes_a_replayed_request() {
    let cache = Verifier::new(KeyRing::new()).replay_cache(10);
    let first = verified(b"{}", 0, true);
    assert_eq!(check(&cache, &first, 0), Ok(()));
    assert_eq!(check(&cache, &first, 300), Err(ReplayError::Replayed));
    // The same signature, written in another way.
    assert_eq!(check(&cache, &verified(b"{}", 0, false), 0), Err(ReplayError::Replayed));
    assert_eq!(check(&cache, &verified(b"[]", 0, true), 0), Ok(()));
    assert_eq!(check(&cache, &verified(b"{}", 1, true), 0), Ok(()));
}

#[test]
fn forgets_only_requests_that_are_too_old() {
    let cache = Verifier::new(KeyRing::new()).replay_cache(1);
    let (first, second) = (verified(b"{}", 0, true), verified(b"{}", 300, true));
    assert_eq!(check(&cache, &first, 0), Ok(()));
    assert_eq!(check(&cache, &second, 300), Err(ReplayError::Full));
    assert_eq!(check(&cache, &second, 301), Ok(()));
    assert_eq!(check(&cache, &second, 0), Err(ReplayError::Replayed));
    // What was forgotten cannot be told from a copy, also when the clock was set back.
    assert_eq!(check(&cache, &first, 300), Err(ReplayError::Replayed));
    assert_eq!(check(&cache, &first, 0), Err(ReplayError::Replayed));
}

#[test]
fn an_honest_caller_may_try_again_after_a_replay() {
    for error in [ReplayError::Replayed, ReplayError::Full] {
        let result = dictionary::Result::from(error);
        assert_eq!(result.result_status, ResultStatus::Unknown);
        assert_eq!(result.result_message, Some(error.to_string()));
    }
}

// Responses

/// What a verifier says of a response without signature: with the headers of the call, but only
/// those that are named.
fn verify_unsigned(
    accepts: bool,
    names: &[&str],
    body: &str,
) -> Result<Option<Verified>, SignatureError> {
    let vector = sample();
    let keys = KeyRing::new().with(&vector.client_id, 1, verifying_key("first"));
    let verifier = Verifier::new(keys);
    let verifier = if accepts { verifier.accept_unsigned_failures() } else { verifier };
    let headers = vector.headers(&vector.signature);
    let pairs = headers.for_response().filter(|(name, _)| names.contains(name));
    let headers = Headers::of_response(pairs).unwrap();
    verifier.verify_response(&vector.path, &headers, body.as_bytes(), vector.now())
}

fn response(status: &str) -> String {
    format!(r#"{{"result":{{"resultStatus":"{status}","resultCode":"PROCESS_FAIL"}}}}"#)
}

#[test]
fn a_signed_response_verifies_by_the_path_of_its_request() {
    let now = SystemTime::now();
    let signer = Signer::new("M-1", signing_key("second"));
    let body = response("S");
    let headers = signer.sign_request("/v2/x?y=1", body.as_bytes(), now).unwrap();
    let headers = Headers::of_response(headers.for_response()).unwrap();
    let verifier = Verifier::new(KeyRing::new().with("M-1", 1, verifying_key("second")));
    let verify =
        |path: &str, body: &str| verifier.verify_response(path, &headers, body.as_bytes(), now);
    assert_eq!(verify("/v2/x?y=1", &body).unwrap().unwrap().client_id, "M-1");
    assert_eq!(verify("/v2/x", &body), Err(SignatureError::Mismatch));
    assert_eq!(verify("/v2/x?y=1", &response("F")), Err(SignatureError::Mismatch));
}

#[test]
fn a_response_without_signature_is_refused_unless_it_is_accepted_by_choice() {
    for status in ["S", "F", "U", "A"] {
        assert!(verify_unsigned(false, &["Client-Id"], &response(status)).is_err(), "{status}");
    }
}

#[test]
fn a_failure_without_signature_is_accepted_by_choice() {
    for (status, is_accepted) in
        [("F", true), ("U", true), ("S", false), ("A", false), ("X", false)]
    {
        for names in [&["Client-Id"][..], &[]] {
            let verified = verify_unsigned(true, names, &response(status));
            assert_eq!(verified == Ok(None), is_accepted, "{status}");
        }
    }
}

#[test]
fn a_failure_with_one_of_signature_and_time_is_refused() {
    for names in [["Client-Id", "Signature"], ["Client-Id", "Response-Time"]] {
        assert!(verify_unsigned(true, &names, &response("F")).is_err(), "{names:?}");
    }
}

#[test]
fn a_failure_with_a_wrong_signature_is_refused() {
    let names = ["Client-Id", "Signature", "Response-Time"];
    let verified = verify_unsigned(true, &names, &response("F"));
    assert_eq!(verified, Err(SignatureError::Mismatch));
}

#[test]
fn a_body_without_signature_that_is_no_failure_beyond_doubt_is_refused() {
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
