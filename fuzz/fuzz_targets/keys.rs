//! Parses arbitrary text and mutated test keys. Parsing must not panic, and short keys must be
//! rejected.
#![no_main]

use libfuzzer_sys::fuzz_target;
use miniprogram_protocol::http::{
    Headers, KeyRing, SignatureHeader, Signer, SigningKey, Verifier, VerifyingKey,
};
use std::time::SystemTime;

const TEST_KEYS: [&str; 8] = [
    include_str!("../../tests/data/keys/first.public.pem"),
    include_str!("../../tests/data/keys/first.private.pem"),
    include_str!("../../tests/data/keys/first.pkcs1.pem"),
    include_str!("../../tests/data/keys/first.pkcs1.public.pem"),
    include_str!("../../tests/data/keys/rsa1024.public.pem"),
    include_str!("../../tests/data/keys/rsa1024.private.pem"),
    include_str!("../../tests/data/keys/ec.public.pem"),
    include_str!("../../tests/data/keys/ec.private.pem"),
];

const BASE64_ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn encode_base64(der: &[u8]) -> String {
    let mut text = String::new();
    for chunk in der.chunks(3) {
        let mut bits = [0; 3];
        bits[..chunk.len()].copy_from_slice(chunk);
        let bits = u32::from(bits[0]) << 16 | u32::from(bits[1]) << 8 | u32::from(bits[2]);
        for index in 0..4 {
            let sextet = BASE64_ALPHABET[(bits >> (18 - 6 * index)) as usize % 64];
            text.push(if index <= chunk.len() { char::from(sextet) } else { '=' });
        }
    }
    text
}

fn decode_pem(pem: &str) -> Vec<u8> {
    let (mut bits, mut count, mut der) = (0_u32, 0, Vec::new());
    for byte in pem.lines().filter(|line| !line.starts_with('-')).flat_map(str::bytes) {
        let Some(sextet) = BASE64_ALPHABET.iter().position(|each| *each == byte) else { continue };
        (bits, count) = (bits << 6 | sextet as u32, count + 6);
        if count >= 8 {
            count -= 8;
            der.push((bits >> count) as u8);
        }
    }
    der
}

/// Parses the text as a signing key and as a verifying key, and uses each key that is accepted.
/// Returns `true` if either is accepted.
fn parse_and_use(text: &str) -> bool {
    let now = SystemTime::UNIX_EPOCH;
    let signing = SigningKey::parse(text);
    let verifying = VerifyingKey::parse(text);
    let is_accepted = signing.is_ok() || verifying.is_ok();
    let mut headers = Headers::default();
    headers.client_id = Some("C".into());
    if let Ok(key) = signing {
        // Signing may fail if a part of the key is invalid.
        if let Ok(signed) = Signer::new("C", key).sign_request("/", b"", now) {
            headers = signed;
            assert!(
                headers.signature.as_ref().unwrap().signature.len() >= 342,
                "accepted a key that is too short"
            );
        }
    }
    if let Ok(key) = verifying {
        headers.time = now.try_into().ok();
        headers.signature = Some(SignatureHeader::new(None, "A".repeat(342) + "=="));
        let verifier = Verifier::new(KeyRing::new().with_key("C", 1, key));
        assert!(verifier.verify_request("/", &headers, b"", now).is_err());
    }
    is_accepted
}

// The first byte selects arbitrary text or a test key. The other bytes are the text, or changes to
// the key. Each change consists of a position (two bytes) and a value (one byte).
fuzz_target!(|data: &[u8]| {
    let Some((choice, rest)) = data.split_first() else { return };
    let choice = usize::from(*choice % 32);
    if choice >= 16 {
        if let Ok(text) = std::str::from_utf8(rest) {
            parse_and_use(text);
        }
        return;
    }
    let pem = TEST_KEYS[choice % 8];
    let mut key = if choice < 8 { decode_pem(pem) } else { pem.as_bytes().to_vec() };
    for change in rest.chunks_exact(3).take(8) {
        let position = usize::from(u16::from_le_bytes([change[0], change[1]]));
        match position.checked_sub(key.len()) {
            None => key[position] = change[2],
            Some(length) if length < key.len() => key.truncate(length),
            Some(_) => key.push(change[2]),
        }
    }
    let text =
        if choice < 8 { encode_base64(&key) } else { String::from_utf8_lossy(&key).into_owned() };
    let is_accepted = parse_and_use(&text);
    // The expected result is known only for unchanged keys, because a mutated key may still be
    // valid.
    let is_supported = choice % 8 < 2 || choice == 10;
    assert!(!rest.is_empty() || is_accepted == is_supported, "key {choice}");
});
