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
        "compare" => Ok(compare(&fs::read_to_string(API_LIST_PATH)?, &list)),
        other => Err(format!("unknown action `{other}`").into()),
    }
}

/// Returns the public items, one per line, without derived, automatic and blanket implementations.
fn list(json: &str) -> Result<String, Box<dyn Error>> {
    let api = public_api::Builder::from_rustdoc_json(json)
        .omit_auto_derived_impls(true)
        .omit_auto_trait_impls(true)
        .omit_blanket_impls(true)
        .build()?;
    // Traits in private modules are used only by macro expansions.
    let is_public = |item: &String| {
        !["model", "read"]
            .iter()
            .any(|module| item.starts_with(&format!("impl miniprogram_protocol::{module}::")))
    };
    let mut list = String::new();
    // The type whose trait implementation is being read. The items of the implementation belong to
    // the trait.
    let mut implementing = None;
    for item in api.items().map(ToString::to_string).filter(is_public) {
        if item.starts_with("impl") {
            implementing = item.rsplit_once(" for ").map(|(_, name)| format!("{name}::"));
        } else if implementing.as_ref().is_some_and(|name| item.contains(name)) {
            continue;
        }
        list.push_str(&item);
        list.push('\n');
    }
    Ok(list)
}

/// Prints the lines that were removed or added, and fails if there are any.
fn compare(committed: &str, current: &str) -> ExitCode {
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
