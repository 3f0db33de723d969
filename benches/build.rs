//! Passes the compiler version to the package in the environment variable `COMPILER`.

use std::{env, process::Command};

fn main() {
    let compiler = env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    let version = Command::new(compiler).arg("--version").output().map(|output| output.stdout);
    let version = version.ok().and_then(|version| String::from_utf8(version).ok());
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-env=COMPILER={}", version.unwrap_or_default().trim());
}
