//! Runs the GitHub Action, the pre-commit hook and the VS Code task of this repository with the
//! `mpp` command.
#![cfg(all(feature = "cli", unix))]
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "tests may panic")]

use regex::Regex;
use serde_json::Value;
use std::{
    env, fs,
    os::unix::fs::{PermissionsExt as _, symlink},
    path::{Path, PathBuf},
    process::{Command, Output},
};

const VALID_AMOUNT: &str = r#"{"currency":"USD","value":1}"#;
const INVALID_AMOUNT: &str = r#"{"currency":"USD","value":-1}"#;

/// Returns the content of a file in this repository.
fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

fn read_yaml(path: &str) -> Value {
    serde_yaml_ng::from_str(&read(path)).unwrap()
}

/// A working directory with payloads, and a directory for commands.
struct Sandbox {
    directory: PathBuf,
}

impl Sandbox {
    /// Creates a sandbox in which `mpp` is not installed. A fake `cargo` records its arguments and
    /// installs the `mpp` of this package.
    fn new(test: &str) -> Self {
        let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("integrations").join(test);
        // Remove the files of an earlier run.
        let _ = fs::remove_dir_all(&directory);
        fs::create_dir_all(directory.join("bin")).unwrap();
        fs::create_dir_all(directory.join("payloads/more")).unwrap();
        let cargo = directory.join("bin/cargo");
        let script = "echo \"$@\" >cargo-arguments\nln -sf \"$MPP\" bin/mpp\n";
        fs::write(&cargo, format!("#!/usr/bin/env bash\n{script}")).unwrap();
        fs::set_permissions(&cargo, fs::Permissions::from_mode(0o755)).unwrap();
        Self { directory }
            .with_file("payloads/valid one.json", VALID_AMOUNT)
            .with_file("payloads/more/valid.json", VALID_AMOUNT)
            .with_file("invalid.json", INVALID_AMOUNT)
    }

    fn with_file(self, name: &str, content: &str) -> Self {
        fs::write(self.directory.join(name), content).unwrap();
        self
    }

    fn with_mpp(self) -> Self {
        symlink(env!("CARGO_BIN_EXE_mpp"), self.directory.join("bin/mpp")).unwrap();
        self
    }

    /// Creates a command whose `PATH` does not contain any other `mpp`.
    fn command(&self, program: &str) -> Command {
        let path = env::var_os("PATH").unwrap();
        let system = env::split_paths(&path).filter(|directory| !directory.join("mpp").exists());
        let path = env::join_paths([self.directory.join("bin")].into_iter().chain(system)).unwrap();
        let mut command = Command::new(program);
        command.current_dir(&self.directory).env("PATH", path);
        command.env("MPP", env!("CARGO_BIN_EXE_mpp")).env("GITHUB_ACTION_PATH", "ACTION");
        command
    }

    /// Runs the steps of the action as GitHub does, up to the first one that fails.
    fn run_action(&self, inputs: &[(&str, &str)]) -> ActionResult {
        let action = read_yaml("action.yml");
        let mut stdout = String::new();
        for step in action["runs"]["steps"].as_array().unwrap() {
            assert_eq!(step["shell"], "bash");
            let mut bash = self.command("bash");
            bash.args(["--noprofile", "--norc", "-eo", "pipefail", "-c"]);
            bash.arg(step["run"].as_str().unwrap());
            for (name, value) in step["env"].as_object().unwrap() {
                bash.env(name, evaluate(value.as_str().unwrap(), &action["inputs"], inputs));
            }
            let output = bash.output().unwrap();
            stdout += &String::from_utf8(output.stdout).unwrap();
            if !output.status.success() {
                return ActionResult { status: output.status.code(), stdout };
            }
        }
        ActionResult { status: Some(0), stdout }
    }

    /// Returns the arguments of the last call of `cargo`.
    fn cargo_arguments(&self) -> Option<String> {
        fs::read_to_string(self.directory.join("cargo-arguments")).ok()
    }
}

#[derive(Debug, PartialEq, Eq)]
struct ActionResult {
    status: Option<i32>,
    stdout: String,
}

/// Evaluates the expression `${{ inputs.NAME }}`.
fn evaluate(expression: &str, declared: &Value, inputs: &[(&str, &str)]) -> String {
    let name = expression.strip_prefix("${{ inputs.").unwrap().strip_suffix(" }}").unwrap();
    let declared = declared.get(name).unwrap_or_else(|| panic!("no input {name}"));
    if let Some((_, value)) = inputs.iter().find(|(input, _)| *input == name) {
        return (*value).to_owned();
    }
    let default = declared.get("default").unwrap_or_else(|| panic!("{name} is required"));
    default.as_str().unwrap().to_owned()
}

// Tests of the GitHub Action.

#[test]
fn action_succeeds_for_valid_payloads() {
    let sandbox = Sandbox::new("action_valid").with_mpp();
    let result = sandbox.run_action(&[("files", "payloads/*.json"), ("type", "Amount")]);
    assert_eq!(
        result,
        ActionResult { status: Some(0), stdout: "1 document: 1 valid, 0 invalid\n".into() }
    );
    assert_eq!(sandbox.cargo_arguments(), None);
}

#[test]
fn action_fails_for_invalid_payloads() {
    let sandbox = Sandbox::new("action_invalid").with_mpp();
    let files = "payloads/valid one.json\ninvalid.json\n";
    let result = sandbox.run_action(&[("files", files), ("type", "Amount")]);
    assert_eq!(result.status, Some(1), "{result:?}");
    assert!(
        result.stdout.ends_with("2 documents: 1 valid, 1 invalid, 1 violation\n"),
        "{result:?}"
    );
}

// The bash of macOS does not support `**`.
#[cfg(target_os = "linux")]
#[test]
fn action_matches_patterns_in_all_directories() {
    let sandbox = Sandbox::new("action_globstar").with_mpp();
    let result = sandbox.run_action(&[("files", "payloads/**/*.json"), ("type", "Amount")]);
    assert_eq!(result.stdout, "2 documents: 2 valid, 0 invalid\n");
}

#[test]
fn action_passes_all_inputs() {
    let toml = "[fields.Amount.currency]\nenum = [\"EUR\"]\n";
    let sandbox = Sandbox::new("action_inputs").with_mpp().with_file("policy.toml", toml);
    let inputs = [
        ("files", "payloads/*.json"),
        ("type", "Amount"),
        ("policy", "policy.toml"),
        ("format", "json"),
        ("args", "--lines\n--threads 2\n"),
    ];
    let result = sandbox.run_action(&inputs);
    assert_eq!(result.status, Some(1), "{result:?}");
    let report: Value = serde_json::from_str(&result.stdout).unwrap();
    assert_eq!(report["source"], "payloads/valid one.json");
    assert_eq!(report["violations"][0]["code"], "enum");
}

#[test]
fn action_reads_configuration_without_type() {
    let config = "[[check]]\nfiles = ['payloads']\ntype = 'Amount'\npolicy = 'policy.toml'\n";
    let sandbox = Sandbox::new("action_configuration").with_mpp().with_file("mpp.toml", config);
    let sandbox = sandbox.with_file("policy.toml", "fields.Amount.currency.enum = ['EUR']\n");
    let result = sandbox.run_action(&[]);
    assert_eq!(result.status, Some(1), "{result:?}");
    assert!(result.stdout.ends_with("2 documents: 0 valid, 2 invalid, 2 violations\n"));
    // The inputs override the configuration.
    let result = sandbox.run_action(&[("policy", "strict"), ("files", "payloads/*.json")]);
    let stdout = "1 document: 1 valid, 0 invalid\n".into();
    assert_eq!(result, ActionResult { status: Some(0), stdout });

    let config = "[[check]]\nfiles = ['invalid.json']\ntype = 'Amount'\n";
    let sandbox = sandbox.with_file("other.toml", config);
    let result = sandbox.run_action(&[("config", "other.toml")]);
    assert!(result.stdout.ends_with("1 document: 0 valid, 1 invalid, 1 violation\n"));
}

#[test]
fn action_requires_a_type_or_configuration() {
    let sandbox = Sandbox::new("action_no_type").with_mpp();
    // The directory of this package and its parents have no configuration.
    assert_eq!(sandbox.run_action(&[]).status, Some(2));
    assert_eq!(sandbox.run_action(&[("type", "Amount")]).status, Some(2));
}

#[test]
fn action_does_not_execute_inputs() {
    let sandbox = Sandbox::new("action_injection").with_mpp();
    let command = "$(touch executed)`touch executed`; touch executed";
    for input in ["files", "type", "config", "policy", "format", "args", "version"] {
        let inputs = [(input, command), ("files", "invalid.json"), ("type", "Amount")];
        assert_ne!(sandbox.run_action(&inputs).status, Some(0), "{input}");
    }
    assert!(!sandbox.directory.join("executed").exists());
}

#[test]
fn action_reports_unmatched_patterns() {
    let sandbox = Sandbox::new("action_unmatched").with_mpp();
    let inputs = [("files", "a/*.json\nb/*.json\n"), ("type", "Amount")];
    let stdout = "::error::no file matches: a/*.json b/*.json \n".into();
    assert_eq!(sandbox.run_action(&inputs), ActionResult { status: Some(2), stdout });
    let inputs = [("files", "missing.json"), ("type", "Amount")];
    assert_eq!(sandbox.run_action(&inputs).status, Some(2));
}

#[test]
fn action_installs_missing_mpp() {
    let sandbox = Sandbox::new("action_install");
    let inputs = [("files", "invalid.json"), ("type", "Amount")];
    assert_eq!(sandbox.run_action(&inputs).status, Some(1));
    let arguments = sandbox.cargo_arguments().unwrap();
    assert_eq!(arguments, "install --locked --features cli --path ACTION\n");
}

#[test]
fn action_installs_requested_version() {
    let sandbox = Sandbox::new("action_version").with_mpp();
    let inputs = |version| [("files", "invalid.json"), ("type", "Amount"), ("version", version)];
    assert_eq!(sandbox.run_action(&inputs(env!("CARGO_PKG_VERSION"))).status, Some(1));
    assert_eq!(sandbox.cargo_arguments(), None);
    assert_eq!(sandbox.run_action(&inputs("99.0.0")).status, Some(1));
    let arguments = sandbox.cargo_arguments().unwrap();
    assert_eq!(arguments, "install --locked --features cli miniprogram-protocol@99.0.0\n");
}

// Tests of the pre-commit hook.

#[test]
fn hook_checks_staged_files() {
    let hook = &read_yaml(".pre-commit-hooks.yaml")[0];
    assert_eq!((&hook["id"], &hook["language"]), (&"mpp-check".into(), &"system".into()));
    let sandbox = Sandbox::new("hook").with_mpp();
    let (program, arguments) = hook["entry"].as_str().unwrap().split_once(' ').unwrap();
    for (file, status) in [("payloads/valid one.json", 0), ("invalid.json", 1)] {
        let mut command = sandbox.command(program);
        // pre-commit appends `args` and the names of the staged files.
        command.args(arguments.split(' ')).args(["--type", "Amount"]).arg(file);
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(status), "{output:?}");
    }
}

#[test]
fn hook_selects_json_and_ndjson() {
    let hook = &read_yaml(".pre-commit-hooks.yaml")[0];
    let files = Regex::new(hook["files"].as_str().unwrap()).unwrap();
    for name in ["order.json", "a/orders.ndjson", "orders.jsonl"] {
        assert!(files.is_match(name), "{name}");
    }
    for name in ["order.json5", "json", "README.md", "order.jsonc"] {
        assert!(!files.is_match(name), "{name}");
    }
}

// Tests of the VS Code task.

/// Returns the patterns of the problem matchers.
fn problem_patterns() -> Vec<Value> {
    let tasks: Value = serde_json::from_str(&read("examples/vscode/tasks.json")).unwrap();
    let matchers = tasks["tasks"][0]["problemMatcher"].as_array().unwrap();
    matchers.iter().map(|matcher| matcher["pattern"].clone()).collect()
}

/// Returns the named groups that a pattern matches in a line.
fn named_groups(pattern: &Value, line: &str) -> Option<Vec<(String, String)>> {
    let regexp = Regex::new(pattern["regexp"].as_str().unwrap()).unwrap();
    let captures = regexp.captures(line)?;
    let groups = pattern.as_object().unwrap().iter().filter_map(|(name, group)| {
        let text = captures.get(usize::try_from(group.as_u64()?).unwrap())?.as_str();
        Some((name.clone(), text.to_owned()))
    });
    Some(groups.collect())
}

/// Returns the named groups in a line, which exactly one pattern must match.
fn matched_groups(line: &str) -> Vec<(String, String)> {
    let mut matched: Vec<_> =
        problem_patterns().iter().filter_map(|pattern| named_groups(pattern, line)).collect();
    assert_eq!(matched.len(), 1, "{line}: {matched:?}");
    let mut parts = matched.remove(0);
    parts.sort();
    parts
}

#[test]
fn problem_matchers_read_locations() {
    for (line, expected) in [
        (
            r"C:\orders\1.json:3:14: minimum: must be at least 0",
            &[
                ("code", "minimum"),
                ("column", "14"),
                ("file", r"C:\orders\1.json"),
                ("line", "3"),
                ("message", "must be at least 0"),
            ][..],
        ),
        (
            "orders.ndjson:2: tooMany: the value has more violations",
            &[
                ("code", "tooMany"),
                ("file", "orders.ndjson"),
                ("line", "2"),
                ("message", "the value has more violations"),
            ],
        ),
        (
            "order.json:1:2: tolerated: type: /value must be an integer",
            &[
                ("code", "type"),
                ("column", "2"),
                ("file", "order.json"),
                ("line", "1"),
                ("message", "/value must be an integer"),
            ],
        ),
        (
            "order.json: maxBytes: the value must be at most 8 bytes",
            &[("file", "order.json"), ("message", "maxBytes: the value must be at most 8 bytes")],
        ),
    ] {
        let expected = expected.iter().map(|(name, text)| ((*name).into(), (*text).into()));
        assert_eq!(matched_groups(line), expected.collect::<Vec<_>>(), "{line}");
    }
}

#[test]
fn problem_matchers_find_every_violation() {
    let sandbox = Sandbox::new("problem_matchers")
        .with_mpp()
        .with_file("malformed.json", "{\n\"currency\"}")
        .with_file("array.json", "[]")
        .with_file("amounts.ndjson", "{}\n{\n[]\n");
    let files = ["invalid.json", "malformed.json", "array.json", "amounts.ndjson"];
    let check = |format| {
        let mut command = sandbox.command("mpp");
        let Output { stdout, .. } = command
            .args(["check", "--type", "Amount", "--format", format])
            .args(files)
            .output()
            .unwrap();
        String::from_utf8(stdout).unwrap()
    };
    let violations: usize = check("json")
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .map(|report| report["violations"].as_array().unwrap().len())
        .sum();
    let patterns = problem_patterns();
    let is_problem =
        |line: &&str| patterns.iter().any(|pattern| named_groups(pattern, line).is_some());
    let human = check("human");
    assert_eq!(human.lines().filter(is_problem).count(), violations, "{human}");
    assert!(violations >= 7, "{human}");
}
