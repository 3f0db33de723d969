//! A client in the role of the platform, which signs requests, sends them to the merchant server,
//! and verifies the responses.

#![allow(clippy::print_stdout, reason = "the client prints the responses")]

use anyhow::{Context as _, Result, ensure};
use clap::Parser;
use miniprogram_protocol::{
    endpoint::{Endpoint as _, NotifyCardRegistration},
    http::{Headers, KeyRing, Signer, SigningKey, Verifier, VerifyingKey},
};
use std::{
    fs,
    path::{Path, PathBuf},
    time::SystemTime,
};

/// Requests membership cards from a merchant, in the role of the Mini Program Platform.
#[derive(Parser)]
struct Args {
    /// JSON files with the requests to send. By default, the examples of the specification are
    /// sent.
    files: Vec<PathBuf>,

    /// The URL of the server, including the path prefix.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8080")]
    server: String,

    /// The directory with the development keys that the server generated.
    #[arg(long, value_name = "DIR", default_value = "merchant-data")]
    data: PathBuf,

    /// The client ID of the platform.
    #[arg(long, value_name = "ID", default_value = "PLATFORM")]
    client_id: String,

    /// The client ID of the merchant.
    #[arg(long, value_name = "ID", default_value = "MERCHANT")]
    merchant_client_id: String,
}

fn main() -> Result<()> {
    let args = Args::parse();
    let key = SigningKey::parse(&read_file(&args.data.join("platform.private.pem"))?)?;
    let signer = Signer::new(&args.client_id, key);
    let key = VerifyingKey::parse(&read_file(&args.data.join("merchant.public.pem"))?)?;
    let verifier = Verifier::new(KeyRing::new().with_key(&args.merchant_client_id, 1, key));

    let examples = NotifyCardRegistration::METADATA.request_examples;
    let mut bodies: Vec<_> = examples.iter().map(|example| example.json.to_owned()).collect();
    if !args.files.is_empty() {
        bodies = args.files.iter().map(|path| read_file(path)).collect::<Result<_>>()?;
    }
    for body in bodies {
        let response = send(&args.server, body.as_bytes(), &signer, &verifier)?;
        println!("{response}");
    }
    Ok(())
}

/// Sends a request, verifies and validates the response, and returns its body.
fn send(server: &str, body: &[u8], signer: &Signer, verifier: &Verifier) -> Result<String> {
    let url: ureq::http::Uri =
        format!("{server}{}", NotifyCardRegistration::METADATA.path).parse()?;
    let path = url.path().to_owned();
    let mut request = ureq::post(url);
    for (name, value) in signer.sign_request(&path, body, SystemTime::now())?.for_request() {
        request = request.header(name, value);
    }
    let mut response = request.send(body).context("cannot send the request")?;
    ensure!(response.status() == 200, "HTTP status {}", response.status());
    let reply = response.body_mut().read_to_string()?;
    let headers = Headers::from_response(response.headers())?;
    let (bytes, now) = (reply.as_bytes(), SystemTime::now());
    verifier.read_response::<NotifyCardRegistration>(&path, body, &headers, bytes, now)?;
    Ok(reply)
}

fn read_file(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| path.display().to_string())
}
