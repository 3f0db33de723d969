//! Compares the public API of the library with the committed list, or updates the list.
//!
//! Usage: `miniprogram-protocol-api compare|write DOC.json`, where `DOC.json` is the output of
//! rustdoc in its JSON format.

use std::{collections::BTreeSet, error::Error, fs, process::ExitCode};

const API_LIST_PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/public-api.txt");

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [action, json] = &*arguments else {
        return Err("usage: miniprogram-protocol-api compare|write DOC.json".into());
    };
    let list = list(json)?;
    match &**action {
        "write" => {
            fs::write(API_LIST_PATH, list)?;
            Ok(ExitCode::SUCCESS)
        }
        "compare" => Ok(print_differences(&fs::read_to_string(API_LIST_PATH)?, &list)),
        other => Err(format!("unknown action `{other}`").into()),
    }
}

/// Returns the public items, one per line, without auto trait and blanket implementations.
fn list(json: &str) -> Result<String, Box<dyn Error>> {
    let api = public_api::Builder::from_rustdoc_json(json)
        .omit_auto_trait_impls(true)
        .omit_blanket_impls(true)
        .build()?;
    let mut list = String::new();
    // The trait implementation that is being read. Its functions and constants are omitted, because
    // they belong to the trait.
    let mut implementation: Option<Implementation> = None;
    for item in api.items().map(ToString::to_string) {
        if item.starts_with("impl") {
            implementation = Implementation::parse(&item);
            if implementation.as_ref().is_some_and(|found| found.is_private) {
                continue;
            }
        } else if implementation.as_ref().is_some_and(|found| found.omits(&item)) {
            continue;
        }
        list.push_str(&item);
        list.push('\n');
    }
    Ok(list)
}

/// An implementation of a trait.
struct Implementation {
    /// The prefix of the paths of its items.
    prefix: String,
    /// True if the trait is not public.
    is_private: bool,
}

impl Implementation {
    /// Parses a line. Returns `None` for an inherent implementation.
    fn parse(line: &str) -> Option<Self> {
        // The traits in these modules are used only by this crate and its macros.
        const PRIVATE_MODULES: [&str; 3] = ["endpoint::metadata::sealed", "model", "read"];
        let (name_of_trait, name_of_type) = line.rsplit_once(" for ")?;
        let is_private = PRIVATE_MODULES
            .iter()
            .any(|module| name_of_trait.contains(&format!(" miniprogram_protocol::{module}::")))
            || name_of_trait.ends_with(" core::marker::StructuralPartialEq");
        Some(Self { prefix: format!("{name_of_type}::"), is_private })
    }

    /// Returns `true` if the list omits an item of the implementation. The associated types of
    /// public traits are listed.
    fn omits(&self, item: &str) -> bool {
        item.contains(&self.prefix) && (self.is_private || !item.starts_with("pub type "))
    }
}

/// Prints the lines that were removed or added, and fails if there are any.
fn print_differences(committed: &str, current: &str) -> ExitCode {
    let committed: BTreeSet<_> = committed.lines().collect();
    let current: BTreeSet<_> = current.lines().collect();
    for line in committed.difference(&current) {
        println!("- {line}");
    }
    for line in current.difference(&committed) {
        println!("+ {line}");
    }
    if committed == current {
        println!("{} public items, as committed", current.len());
        ExitCode::SUCCESS
    } else {
        println!("the public API differs: `miniprogram-protocol-api write` accepts the change");
        ExitCode::FAILURE
    }
}
