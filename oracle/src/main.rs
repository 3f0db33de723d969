//! Compares the results of this crate with those of the `jsonschema` crate, which validates against
//! the exported schemas.
//!
//! `oracle COUNT [FILE DIRECTORY]` validates COUNT generated documents, which alternate between
//! valid and invalid ones, and the documents of the conformance suite. The program then divides
//! COUNT further documents among several policies, each with its own schemas, and validates the
//! conformance suite under each policy. For a second implementation, it writes each document with
//! its result to a line of FILE, and the schemas of the policies to DIRECTORY.

mod embedded;
mod first_members;
mod policies;

use embedded::EmbeddedSchema;
use first_members::parse_keeping_first_duplicates;
use jsonschema::{Draft, Validator};
use miniprogram_protocol::{
    Format, JsonType, Policy, Schema, Violation, ViolationKind,
    export::json_schema,
    generate::{self, ExpectedViolation, RawDocument},
};
use proptest::{
    strategy::{BoxedStrategy, Strategy, ValueTree},
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use serde_json::{Value, json};
use std::{
    error::Error,
    fs::{self, File},
    io::{BufWriter, Write},
    ops::AddAssign,
    path::{Path, PathBuf},
    process::ExitCode,
};

/// A comparison of the results for one type under one policy.
struct Comparison<'a> {
    policy_name: &'static str,
    policy: &'a Policy,
    schema: &'static Schema,
    validator: Validator,
    /// The schemas that `schemars` and `utoipa` generate for the same type.
    embedded: Vec<EmbeddedSchema>,
}

/// The numbers of documents, by the result of their validation.
#[derive(Clone, Copy, Default)]
struct Counts {
    valid: u64,
    invalid: u64,
    /// Invalid documents for which exactly the injected violations were reported.
    exact: u64,
    duplicates: u64,
    /// Documents that `serde_json` cannot parse.
    unparsed: u64,
    /// Validations against the schemas that `schemars` and `utoipa` generate.
    embedded: u64,
    known_differences: u64,
    disagreements: u64,
}

impl Counts {
    const fn documents(self) -> u64 {
        self.valid + self.invalid
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.valid += other.valid;
        self.invalid += other.invalid;
        self.exact += other.exact;
        self.duplicates += other.duplicates;
        self.unparsed += other.unparsed;
        self.embedded += other.embedded;
        self.known_differences += other.known_differences;
        self.disagreements += other.disagreements;
    }
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let count: u64 = arguments.next().ok_or("usage: oracle COUNT [FILE DIRECTORY]")?.parse()?;
    let mut output = match arguments.next() {
        Some(file) => Some(BufWriter::new(File::create(file)?)),
        None => None,
    };
    let directory = arguments.next().map(PathBuf::from);

    let strict = Policy::strict();
    let counts = compare_all(&create_comparisons("strict", &strict)?, count, &mut output)?;
    println!("validations against the schemas of schemars and utoipa: {}", counts.embedded);

    let policies = policies::all()?;
    let count_per_policy = count.div_ceil(policies.len() as u64);
    let mut policy_counts = Counts::default();
    for (name, policy) in &policies {
        if let Some(directory) = &directory {
            write_schemas(&directory.join(name), policy)?;
        }
        policy_counts +=
            compare_all(&create_comparisons(name, policy)?, count_per_policy, &mut output)?;
    }
    println!("documents under {} policies: {}", policies.len(), policy_counts.documents());
    println!(
        "invalid documents with exactly the injected violations: {}",
        counts.exact + policy_counts.exact
    );
    let disagreements = counts.disagreements + policy_counts.disagreements;
    println!("disagreements: {disagreements}");
    Ok(if disagreements == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Creates a comparison for each type.
fn create_comparisons<'a>(
    policy_name: &'static str,
    policy: &'a Policy,
) -> Result<Vec<Comparison<'a>>, Box<dyn Error>> {
    Schema::ALL.iter().map(|schema| Comparison::new(policy_name, schema, policy)).collect()
}

/// Compares the results for the conformance suite and for `count` generated documents.
fn compare_all(
    comparisons: &[Comparison<'_>],
    count: u64,
    output: &mut Option<BufWriter<File>>,
) -> Result<Counts, Box<dyn Error>> {
    let mut counts = Counts::default();
    for (comparison, document) in read_conformance_suite(comparisons)? {
        comparison.compare(&document, None, &mut counts, output)?;
    }
    let conformance_documents = counts.documents();

    let count_per_type = count.div_ceil(comparisons.len() as u64);
    for comparison in comparisons {
        let random = TestRng::from_seed(RngAlgorithm::ChaCha, &[42; 32]);
        let mut seeds = TestRunner::new_with_rng(Config::default(), random);
        let strategies = comparison.strategies();
        for index in 0..count_per_type {
            // Each document needs a new runner, because a runner limits its total number of
            // rejects.
            let mut runner = TestRunner::new_with_rng(Config::default(), seeds.new_rng());
            let strategy = &strategies[usize::from(index % 2 == 1)];
            let tree =
                strategy.new_tree(&mut runner).map_err(|reason| reason.message().to_owned())?;
            let (document, expected) = tree.current();
            comparison.compare(&document.to_string(), Some(&expected), &mut counts, output)?;
        }
    }
    let policy = comparisons.first().map_or("", |comparison| comparison.policy_name);
    println!(
        "policy {policy}: {} documents of {} types, including {conformance_documents} from the \
         conformance suite",
        counts.documents(),
        comparisons.len(),
    );
    println!(
        "  valid: {}, invalid: {}, with duplicate fields: {}, not parsed by serde_json: {}",
        counts.valid, counts.invalid, counts.duplicates, counts.unparsed
    );
    println!(
        "  disagreements: {}, known differences: {}",
        counts.disagreements, counts.known_differences
    );
    Ok(counts)
}

/// Writes the schemas of a policy to a directory with the same layout as `schema/`.
fn write_schemas(directory: &Path, policy: &Policy) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(directory)?;
    for schema in Schema::ALL {
        let document = json_schema::document_with(schema, policy);
        fs::write(directory.join(format!("{}.json", schema.name)), document.to_string())?;
    }
    Ok(())
}

impl<'a> Comparison<'a> {
    fn new(
        policy_name: &'static str,
        schema: &'static Schema,
        policy: &'a Policy,
    ) -> Result<Self, Box<dyn Error>> {
        let document = json_schema::document_with(schema, policy);
        let validator = validator(&document, Draft::Draft202012)?;
        // `schemars` and `utoipa` export only the constraints of the specification.
        let is_strict = *policy == Policy::strict();
        let embedded = if is_strict { embedded::schemas(schema)? } else { Vec::new() };
        Ok(Self { policy_name, policy, schema, validator, embedded })
    }

    /// Returns the strategies for valid and invalid documents with their expected violations.
    fn strategies(&self) -> [BoxedStrategy<(RawDocument, Vec<ExpectedViolation>)>; 2] {
        let valid = generate::valid_document_with(self.schema, self.policy);
        let invalid = generate::invalid_document_with(self.schema, self.policy);
        [
            valid.prop_map(|document| (document, Vec::new())).boxed(),
            invalid.prop_map(|invalid| (invalid.document, invalid.violations)).boxed(),
        ]
    }

    /// Compares the results for a document. For a generated document, exactly the `expected`
    /// violations must be reported.
    fn compare(
        &self,
        json: &str,
        expected: Option<&[ExpectedViolation]>,
        counts: &mut Counts,
        output: &mut Option<BufWriter<File>>,
    ) -> Result<(), Box<dyn Error>> {
        let found: Vec<_> = match self.schema.check_json_with(json.as_bytes(), self.policy) {
            Ok(_) => Vec::new(),
            Err(error) => match error.into_violations() {
                Ok(violations) => violations.into_iter().collect(),
                // Malformed JSON in the conformance suite cannot be validated against a schema.
                Err(_) if expected.is_none() => return Ok(()),
                Err(error) => return Err(format!("{error}: {json}").into()),
            },
        };
        if let Some(expected) = expected {
            self.compare_expected(json, &found, expected, counts);
        }
        let total = found.len();
        let found: Vec<_> =
            found.into_iter().filter(|violation| violation.code() != "duplicate").collect();
        counts.duplicates += u64::from(found.len() < total);
        let Ok(value) = parse_keeping_first_duplicates(json) else {
            // `serde_json` supports only 127 levels, and not all numbers close to the largest
            // `f64`.
            counts.unparsed += 1;
            return Ok(());
        };
        let is_valid = found.is_empty();
        *(if is_valid { &mut counts.valid } else { &mut counts.invalid }) += 1;
        let is_known_difference = is_known_difference(&found, &value);
        self.compare_schemas(json, &value, &found, is_known_difference, counts);
        if let Some(output) = output {
            let line = json!({
                "policy": self.policy_name,
                "type": self.schema.name,
                "valid": is_valid,
                "knownDifference": is_known_difference,
                "document": value,
            });
            writeln!(output, "{line}")?;
        }
        Ok(())
    }

    /// Compares the reported violations with the injected ones.
    fn compare_expected(
        &self,
        json: &str,
        found: &[Violation],
        expected: &[ExpectedViolation],
        counts: &mut Counts,
    ) {
        if matches_expected(found, expected) {
            counts.exact += u64::from(!expected.is_empty());
        } else {
            counts.disagreements += 1;
            let (policy, name) = (self.policy_name, self.schema.name);
            println!("{policy} {name}: {json}\n  expected: {expected:?}\n  found: {found:?}");
        }
    }

    /// Compares the result of this crate with that of each exported schema.
    fn compare_schemas(
        &self,
        json: &str,
        value: &Value,
        found: &[Violation],
        is_known_difference: bool,
        counts: &mut Counts,
    ) {
        if self.validator.is_valid(value) != found.is_empty() {
            if is_known_difference {
                counts.known_differences += 1;
            } else {
                counts.disagreements += 1;
                let errors = self.validator.iter_errors(value).map(|error| error.to_string());
                let errors: Vec<_> = errors.collect();
                let (policy, name) = (self.policy_name, self.schema.name);
                println!(
                    "{policy} {name}: {json}\n  this crate: {found:?}\n  jsonschema: {errors:?}"
                );
            }
        }
        for embedded in &self.embedded {
            counts.embedded += 1;
            if embedded.is_valid(value) != found.is_empty() && !is_known_difference {
                counts.disagreements += 1;
                println!("{} {embedded}: {json}\n  this crate: {found:?}", self.schema.name);
            }
        }
    }
}

/// Checks that a schema is valid, and returns a validator that asserts formats.
fn validator(document: &Value, draft: Draft) -> Result<Validator, Box<dyn Error>> {
    jsonschema::meta::validate(document).map_err(|error| error.to_string())?;
    let options = jsonschema::options().with_draft(draft).should_validate_formats(true);
    // In draft 7, `contentMediaType` is asserted by parsing with `serde_json`, whose recursion
    // limit allows only 127 levels.
    let options = options.without_content_media_type_support("application/json");
    Ok(options.build(document).map_err(|error| error.to_string())?)
}

/// Returns `true` if exactly the expected violations, which are sorted by path and code, were found.
fn matches_expected(found: &[Violation], expected: &[ExpectedViolation]) -> bool {
    let mut found: Vec<_> =
        found.iter().map(|violation| (violation.path(), violation.code())).collect();
    found.sort_unstable();
    found.into_iter().eq(expected.iter().map(|violation| (&*violation.path, violation.code)))
}

/// Returns `true` if a document is invalid only because of violations that no schema can detect:
/// integers that are written as floats, and strings that resemble JSON objects.
fn is_known_difference(found: &[Violation], document: &Value) -> bool {
    let is_known =
        |violation: &Violation| match (violation.kind(), document.pointer(violation.path())) {
            (
                ViolationKind::Type { expected: JsonType::Integer, .. },
                Some(Value::Number(number)),
            ) => number.as_f64().is_some_and(|number| number.fract() == 0.0),
            (ViolationKind::Format { format: Format::JsonObject }, Some(Value::String(string))) => {
                let string = string.trim_matches([' ', '\t', '\n', '\r']);
                string.len() > 1 && string.starts_with('{') && string.ends_with('}')
            }
            _ => false,
        };
    !found.is_empty() && found.iter().all(is_known)
}

/// Returns the documents of the conformance suite, each with the comparison for its type.
fn read_conformance_suite<'a, 'b>(
    comparisons: &'b [Comparison<'a>],
) -> Result<Vec<(&'b Comparison<'a>, String)>, Box<dyn Error>> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/conformance");
    let mut documents = Vec::new();
    for comparison in comparisons {
        let file = directory.join(format!("{}.json", comparison.schema.name));
        let suite: Value = serde_json::from_str(&fs::read_to_string(file)?)?;
        let vectors = suite["vectors"]
            .as_array()
            .ok_or("missing `vectors` in a file of the conformance suite")?;
        let json = vectors.iter().filter_map(|vector| vector["json"].as_str());
        documents.extend(json.map(|json| (comparison, json.to_owned())));
    }
    Ok(documents)
}
