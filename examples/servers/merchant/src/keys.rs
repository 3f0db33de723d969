//! Keys for development, which the server makes when it is started for the first time.

use anyhow::{Context as _, Result};
use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der},
    rsa::{KeyPair, KeySize},
    signature::KeyPair as _,
};
use pem::Pem;
use std::{
    fs::{self, OpenOptions},
    io::{ErrorKind, Write as _},
    path::Path,
};

/// A key pair in PEM: PKCS #8 and `SubjectPublicKeyInfo`.
pub(crate) struct Pair {
    pub(crate) private: String,
    pub(crate) public: String,
}

impl Pair {
    /// The pair in the files `NAME.private.pem` and `NAME.public.pem` of that folder. It is made if
    /// it is not there.
    pub(crate) fn of(folder: &Path, name: &str) -> Result<Self> {
        let path = folder.join(format!("{name}.private.pem"));
        let read = || fs::read_to_string(&path);
        let private = match read() {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                make(&path).and_then(|()| Ok(read()?))
            }
            read => read.map_err(Into::into),
        };
        let private = private.with_context(|| format!("the key {}", path.display()))?;
        let public = public(&private).with_context(|| format!("the key {}", path.display()))?;
        // It is written anew every time, as it was perhaps not when the pair was made.
        fs::write(folder.join(format!("{name}.public.pem")), &public)?;
        Ok(Self { private, public })
    }
}

/// Makes a private key that only its owner can read.
fn make(path: &Path) -> Result<()> {
    let pair = KeyPair::generate(KeySize::Rsa2048)?;
    let der = AsDer::<Pkcs8V1Der<'_>>::as_der(&pair)?;
    let text = pem::encode(&Pem::new("PRIVATE KEY", der.as_ref()));
    // A file of that name is whole: it gets its name when it is written.
    let unfinished = path.with_extension("unfinished");
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&unfinished)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(unfinished, path)?;
    Ok(())
}

fn public(private: &str) -> Result<String> {
    let pair = KeyPair::from_pkcs8(pem::parse(private)?.contents())?;
    let der = AsDer::<PublicKeyX509Der<'_>>::as_der(pair.public_key())?;
    Ok(pem::encode(&Pem::new("PUBLIC KEY", der.as_ref())))
}
