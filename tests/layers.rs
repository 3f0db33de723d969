//! Checks that each module in `src/` uses only modules in its own layer and in the layers above it.

#![allow(clippy::panic, clippy::unwrap_used, reason = "tests may panic")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// The layers, from top to bottom. Modules in the same layer may use each other, but not
/// cyclically.
const LAYERS: [&[&str]; 10] = [
    &["json"],
    &["schema"],
    &["report"],
    &["policy"],
    &["validate"],
    &["read"],
    &["model"],
    &["dictionary", "endpoint"],
    &["catalog"],
    &["arbitrary", "export", "generate", "http", "idempotency", "policy_file", "protocol_type"],
];

/// The files directly in `src/`.
const TOP_LEVEL_FILES: [&str; 3] = ["arbitrary.rs", "catalog.rs", "lib.rs"];

fn src_directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn layer_of(module: &str) -> usize {
    let layer = LAYERS.iter().position(|modules| modules.contains(&module));
    layer.unwrap_or_else(|| panic!("the module {module} is not in any layer"))
}

/// Collects the Rust files of the library in a directory, at any depth.
fn collect_files(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("bin") {
            collect_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Returns the code of a file without comments and unit tests.
fn read_code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
    // Macros also contain documentation links, which are not dependencies.
    lines.collect::<Vec<_>>().join("\n").replace("](crate::", "")
}

/// Returns the first segments of the paths that start with `crate::`, including those in groups
/// such as `crate::{a, b::c}`.
fn first_segments(code: &str) -> BTreeSet<String> {
    let identifier = |path: &str| -> String {
        path.trim_start().chars().take_while(|it| it.is_alphanumeric() || *it == '_').collect()
    };
    let mut segments = BTreeSet::new();
    for path in code.split("crate::").skip(1) {
        let Some(group) = path.strip_prefix('{') else {
            segments.insert(identifier(path));
            continue;
        };
        let (mut depth, mut item) = (0, String::new());
        for character in group.chars() {
            match character {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => {
                    segments.insert(identifier(&item));
                    item.clear();
                    continue;
                }
                _ => {}
            }
            item.push(character);
        }
        segments.insert(identifier(&item));
    }
    segments.retain(|segment| !segment.is_empty());
    segments
}

/// Returns the first segments of the paths that start with `$crate::`, except public items and
/// macros at the crate root, which are not modules.
fn segments_in_macros(code: &str) -> BTreeSet<String> {
    let only_macros =
        code.replace("$crate::", "\0").replace("crate::", "").replace('\0', "crate::");
    let mut segments = first_segments(&only_macros);
    segments.retain(|segment| segment.starts_with(|it: char| it.is_lowercase()));
    segments
}

/// Returns the modules that each module uses, each with a file that contains the use.
fn used_modules() -> BTreeMap<String, BTreeMap<String, PathBuf>> {
    let mut found = Vec::new();
    collect_files(&src_directory(), &mut found);
    let mut uses: BTreeMap<String, BTreeMap<String, PathBuf>> = BTreeMap::new();
    for file in found {
        let path = file.strip_prefix(src_directory()).unwrap();
        let first = path.iter().next().unwrap().to_str().unwrap();
        if first == "lib.rs" {
            continue;
        }
        let module = first.trim_end_matches(".rs").to_owned();
        let code = read_code(&file);
        let mut segments = first_segments(&code.replace("$crate::", ""));
        segments.extend(segments_in_macros(&code));
        for used in segments {
            if used != module {
                uses.entry(module.clone()).or_default().insert(used, file.clone());
            }
        }
    }
    uses
}

#[test]
fn modules_use_no_lower_layers() {
    for (module, used) in used_modules() {
        for (other, file) in used {
            let (own, used) = (layer_of(&module), layer_of(&other));
            assert!(used <= own, "{} uses {other}, which is in a lower layer", file.display());
        }
    }
}

#[test]
fn modules_have_no_cyclic_dependencies() {
    let uses = used_modules();
    for (module, used) in &uses {
        // The modules that this module uses directly or indirectly.
        let mut reached: BTreeSet<&String> = used.keys().collect();
        let mut pending: Vec<_> = reached.iter().copied().collect();
        while let Some(next) = pending.pop() {
            for other in uses.get(next).into_iter().flat_map(BTreeMap::keys) {
                if reached.insert(other) {
                    pending.push(other);
                }
            }
        }
        assert!(!reached.contains(module), "{module} depends on itself through other modules");
    }
}

#[test]
fn src_contains_only_listed_files() {
    let names = fs::read_dir(src_directory()).unwrap().map(|entry| entry.unwrap().path());
    let mut names: Vec<_> = names
        .filter(|path| path.is_file())
        .map(|path| path.file_name().unwrap().to_str().unwrap().to_owned())
        .collect();
    names.sort();
    assert_eq!(names, TOP_LEVEL_FILES);
}

#[test]
fn finds_segments_of_grouped_paths() {
    let code = "use crate::{a::{B, c::D}, e, f::G};\nlet x = crate::j::K;";
    assert_eq!(first_segments(code), BTreeSet::from(["a", "e", "f", "j"].map(str::to_owned)));
    let code = "use crate::a; use $crate::{Valid, __private::Lexer, h::i}; $crate::__table!()";
    assert_eq!(segments_in_macros(code), BTreeSet::from(["h".to_owned()]));
}
