//! Keys for development, which the server makes when it is started for the first time.

use crate::folder::Folder;
use anyhow::{Context as _, Result, anyhow};
use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der},
    rsa::{KeyPair, KeySize},
    signature::KeyPair as _,
};
use pem_rfc7468::{LineEnding, decode_vec, encode_string};
use std::{fs, io::ErrorKind};
use zeroize::Zeroizing;

/// A key pair in PEM: PKCS #8 and `SubjectPublicKeyInfo`.
pub(crate) struct Pair {
    /// Overwritten when dropped: drop it as soon as the key is parsed.
    pub(crate) private: Zeroizing<String>,
    pub(crate) public: String,
}

impl Pair {
    /// The pair in the files `NAME.private.pem` and `NAME.public.pem` of that folder. It is made if
    /// it is not there.
    pub(crate) fn of(folder: &Folder, name: &str) -> Result<Self> {
        let private_name = format!("{name}.private.pem");
        let path = folder.file(&private_name);
        let private = match fs::read_to_string(&path) {
            Ok(text) => Zeroizing::new(text),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let text = make()?;
                folder.write(&private_name, text.as_bytes())?;
                text
            }
            Err(error) => return Err(error).context(format!("the key {}", path.display())),
        };
        let public = public(&private).with_context(|| format!("the key {}", path.display()))?;
        let public_name = format!("{name}.public.pem");
        // The first start may have ended before this file was written.
        if fs::read_to_string(folder.file(&public_name)).ok().as_ref() != Some(&public) {
            folder.write(&public_name, public.as_bytes())?;
        }
        Ok(Self { private, public })
    }
}

fn make() -> Result<Zeroizing<String>> {
    let pair = KeyPair::generate(KeySize::Rsa2048)?;
    let der = AsDer::<Pkcs8V1Der<'_>>::as_der(&pair)?;
    pem("PRIVATE KEY", der.as_ref()).map(Zeroizing::new)
}

fn public(private: &str) -> Result<String> {
    let (_, der) = decode_vec(private.as_bytes()).map_err(|error| anyhow!("PEM: {error}"))?;
    let pair = KeyPair::from_pkcs8(&Zeroizing::new(der))?;
    let der = AsDer::<PublicKeyX509Der<'_>>::as_der(pair.public_key())?;
    pem("PUBLIC KEY", der.as_ref())
}

fn pem(label: &str, der: &[u8]) -> Result<String> {
    encode_string(label, LineEnding::LF, der).map_err(|error| anyhow!("PEM: {error}"))
}
