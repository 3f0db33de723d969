//! The platform, as far as a merchant sees it: signs requests, sends them to the server, and
//! verifies the answers.

#![allow(clippy::print_stdout, reason = "this is what it is for")]

use anyhow::{Context as _, Result, ensure};
use clap::Parser;
use miniprogram_protocol::{
    endpoint::{Endpoint as _, NotifyCardRegistration, NotifyCardRegistrationResponse},
    from_json,
    http::{Headers, KeyRing, Signer, SigningKey, Verifier, VerifyingKey},
};
use std::{
    fs,
    path::{Path, PathBuf},
    time::SystemTime,
};

/// Asks a merchant for membership cards, as Mini Program Platform does.
#[derive(Parser)]
struct Flags {
    /// The requests to send, as files of JSON; the samples of the documents, if none is given.
    files: Vec<PathBuf>,

    /// The server, with the prefix that its paths have.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8080")]
    server: String,

    /// The folder of the keys that the server made for development.
    #[arg(long, value_name = "DIR", default_value = "merchant-data")]
    data: PathBuf,

    /// The ID with which the platform signs.
    #[arg(long, value_name = "ID", default_value = "PLATFORM")]
    client_id: String,

    /// The ID with which the merchant signs.
    #[arg(long, value_name = "ID", default_value = "MERCHANT")]
    merchant_client_id: String,
}

fn main() -> Result<()> {
    let flags = Flags::parse();
    let key = SigningKey::parse(&read(&flags.data.join("platform.private.pem"))?)?;
    let signer = Signer::new(&flags.client_id, key);
    let key = VerifyingKey::parse(&read(&flags.data.join("merchant.public.pem"))?)?;
    let verifier = Verifier::new(KeyRing::new().with(&flags.merchant_client_id, 1, key));

    let samples = NotifyCardRegistration::METADATA.request_examples;
    let mut bodies: Vec<_> = samples.iter().map(|sample| sample.json.to_owned()).collect();
    if !flags.files.is_empty() {
        bodies = flags.files.iter().map(|path| read(path)).collect::<Result<_>>()?;
    }
    for body in bodies {
        let answer = send(&flags.server, body.as_bytes(), &signer, &verifier)?;
        println!("{answer}");
        // It is signed by the merchant; whether it is right is another question.
        from_json::<NotifyCardRegistrationResponse>(answer.as_bytes())?;
    }
    Ok(())
}

/// Sends a request, and returns the body of the answer when it is known to be the merchant's.
fn send(server: &str, body: &[u8], signer: &Signer, verifier: &Verifier) -> Result<String> {
    let url: ureq::http::Uri =
        format!("{server}{}", NotifyCardRegistration::METADATA.path).parse()?;
    let path = url.path().to_owned();
    let mut request = ureq::post(url);
    for (name, value) in signer.sign_request(&path, body, SystemTime::now())?.for_request() {
        request = request.header(name, value);
    }
    let mut response = request.send(body).context("no answer")?;
    ensure!(response.status() == 200, "HTTP status {}", response.status());
    let answer = response.body_mut().read_to_string()?;
    let headers = Headers::of_response(response.headers())?;
    verifier.verify_response(&path, &headers, answer.as_bytes(), SystemTime::now())?;
    Ok(answer)
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| path.display().to_string())
}
