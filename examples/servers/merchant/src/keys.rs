//! Key pairs for development, which are generated when the server first starts.

use crate::data_dir::DataDir;
use anyhow::{Context as _, Result, anyhow};
use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der},
    rsa::{KeyPair, KeySize},
    signature::KeyPair as _,
};
use pem_rfc7468::{LineEnding, decode_vec, encode_string};
use std::{fs, io::ErrorKind};
use zeroize::Zeroizing;

/// A key pair in PEM, as PKCS #8 and `SubjectPublicKeyInfo`.
pub struct PemKeyPair {
    /// The private key. Dropping it overwrites the memory, so drop it as soon as the key is parsed.
    pub private: Zeroizing<String>,
    pub public: String,
}

impl PemKeyPair {
    /// Reads the key pair from the files `NAME.private.pem` and `NAME.public.pem`, or generates it
    /// if it does not exist.
    ///
    /// # Errors
    /// Returns an error if a file cannot be read or written, or does not contain an RSA key.
    pub fn load_or_generate(data_dir: &DataDir, name: &str) -> Result<Self> {
        let private_name = format!("{name}.private.pem");
        let path = data_dir.file_path(&private_name);
        let private = match fs::read_to_string(&path) {
            Ok(pem) => Zeroizing::new(pem),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let pem = generate_private_key()?;
                data_dir.write_file(&private_name, pem.as_bytes())?;
                pem
            }
            Err(error) => {
                return Err(error).context(format!("cannot read the key {}", path.display()));
            }
        };
        let public = derive_public_key(&private)
            .with_context(|| format!("invalid key {}", path.display()))?;
        let public_name = format!("{name}.public.pem");
        // If the server was killed during its first start, this file may be missing.
        if fs::read_to_string(data_dir.file_path(&public_name)).ok().as_ref() != Some(&public) {
            data_dir.write_file(&public_name, public.as_bytes())?;
        }
        Ok(Self { private, public })
    }
}

fn generate_private_key() -> Result<Zeroizing<String>> {
    let pair = KeyPair::generate(KeySize::Rsa2048)?;
    let der = AsDer::<Pkcs8V1Der<'_>>::as_der(&pair)?;
    encode_pem("PRIVATE KEY", der.as_ref()).map(Zeroizing::new)
}

fn derive_public_key(private: &str) -> Result<String> {
    let (_, der) = decode_vec(private.as_bytes()).map_err(|error| anyhow!("PEM: {error}"))?;
    let pair = KeyPair::from_pkcs8(&Zeroizing::new(der))?;
    let der = AsDer::<PublicKeyX509Der<'_>>::as_der(pair.public_key())?;
    encode_pem("PUBLIC KEY", der.as_ref())
}

fn encode_pem(label: &str, der: &[u8]) -> Result<String> {
    encode_string(label, LineEnding::LF, der).map_err(|error| anyhow!("PEM: {error}"))
}
