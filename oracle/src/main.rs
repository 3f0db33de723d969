//! Compares our verdict on documents with that of the `jsonschema` crate on the exported schemas.
//!
//! `oracle COUNT [FILE FOLDER]`: COUNT generated documents, valid ones and ones with planted faults
//! of every type by turns, and the vectors of the conformance suite; then COUNT and the vectors
//! again, shared among policies of which each has schemas of its own. The documents and our
//! verdicts are written to FILE, a line each, and the schemas of the policies to FOLDER, for a
//! second implementation to judge.

mod embedded;
mod policies;

use embedded::Embedded;
use jsonschema::{Draft, Validator};
use miniprogram_protocol::{
    Format, JsonType, Policy, Schema, Violation, ViolationKind,
    export::json_schema,
    generate::{self, Document, Fault},
};
use proptest::{
    strategy::{BoxedStrategy, Strategy, ValueTree},
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use serde_json::{Map, Value, json};
use std::{
    error::Error,
    fs::{self, File},
    io::{BufWriter, Write},
    ops::AddAssign,
    path::{Path, PathBuf},
    process::ExitCode,
};

/// What is judged of a type by a policy.
struct Judge<'a> {
    name: &'static str,
    policy: &'a Policy,
    schema: &'static Schema,
    validator: Validator,
    /// The same table in documents of others.
    embedded: Vec<Embedded>,
}

/// How many documents were judged, and how.
#[derive(Clone, Copy, Default)]
struct Counts {
    valid: u64,
    invalid: u64,
    /// Documents of which exactly the planted faults were reported.
    exact: u64,
    duplicates: u64,
    unread: u64,
    embedded: u64,
    listed: u64,
    disagreements: u64,
}

impl Counts {
    const fn documents(self) -> u64 {
        self.valid + self.invalid
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, more: Self) {
        self.valid += more.valid;
        self.invalid += more.invalid;
        self.exact += more.exact;
        self.duplicates += more.duplicates;
        self.unread += more.unread;
        self.embedded += more.embedded;
        self.listed += more.listed;
        self.disagreements += more.disagreements;
    }
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let count: u64 = arguments.next().ok_or("usage: oracle COUNT [FILE FOLDER]")?.parse()?;
    let mut output = match arguments.next() {
        Some(file) => Some(BufWriter::new(File::create(file)?)),
        None => None,
    };
    let folder = arguments.next().map(PathBuf::from);

    let dictionary = Policy::strict();
    let checks_constraints = checks_constraints("dictionary", &dictionary)?;
    let counts = compare_all(&checks_constraints, count, &mut output)?;
    println!("judged in documents of others: {}", counts.embedded);

    let policies = policies::all()?;
    let each = count.div_ceil(policies.len() as u64);
    let mut of_policies = Counts::default();
    for (name, policy) in &policies {
        let checks_constraints = self::checks_constraints(name, policy)?;
        if let Some(folder) = &folder {
            write_schemas(&folder.join(name), policy)?;
        }
        of_policies += compare_all(&checks_constraints, each, &mut output)?;
    }
    println!("documents under {} policies: {}", policies.len(), of_policies.documents());
    println!(
        "documents whose planted faults were found exactly: {}",
        counts.exact + of_policies.exact
    );
    let disagreements = counts.disagreements + of_policies.disagreements;
    println!("disagreements: {disagreements}");
    Ok(if disagreements == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn checks_constraints<'a>(name: &'static str, policy: &'a Policy) -> Result<Vec<Judge<'a>>, Box<dyn Error>> {
    Schema::ALL.iter().map(|schema| Judge::new(name, schema, policy)).collect()
}

/// Compares the verdicts on the vectors and on `count` generated documents.
fn compare_all(
    checks_constraints: &[Judge<'_>],
    count: u64,
    output: &mut Option<BufWriter<File>>,
) -> Result<Counts, Box<dyn Error>> {
    let mut counts = Counts::default();
    for (judge, document) in vectors(checks_constraints)? {
        judge.compare(&document, None, &mut counts, output)?;
    }
    let vectors = counts.documents();

    let each = count.div_ceil(checks_constraints.len() as u64);
    for judge in checks_constraints {
        let random = TestRng::from_seed(RngAlgorithm::ChaCha, &[42; 32]);
        let mut seeds = TestRunner::new_with_rng(Config::default(), random);
        let documents = judge.documents();
        for turn in 0..each {
            // A runner of its own, for each tries only so often in vain.
            let mut runner = TestRunner::new_with_rng(Config::default(), seeds.new_rng());
            let strategy = &documents[usize::from(turn % 2 == 1)];
            let tree =
                strategy.new_tree(&mut runner).map_err(|reason| reason.message().to_owned())?;
            let (document, planted) = tree.current();
            judge.compare(&document.to_string(), Some(&planted), &mut counts, output)?;
        }
    }
    let name = checks_constraints.first().map_or("", |judge| judge.name);
    println!(
        "policy {name}: {} documents of {} types, of which {vectors} are conformance vectors",
        counts.documents(),
        checks_constraints.len(),
    );
    println!(
        "  valid: {}, invalid: {}, with members that stand twice: {}, not read by serde_json: {}",
        counts.valid, counts.invalid, counts.duplicates, counts.unread
    );
    println!("  disagreements: {}, and {} listed", counts.disagreements, counts.listed);
    Ok(counts)
}

/// Writes the schemas of a policy, as those of the dictionary are committed.
fn write_schemas(folder: &Path, policy: &Policy) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(folder)?;
    for schema in Schema::ALL {
        let document = json_schema::document_with(schema, policy);
        fs::write(folder.join(format!("{}.json", schema.name)), document.to_string())?;
    }
    Ok(())
}

impl<'a> Judge<'a> {
    fn new(
        name: &'static str,
        schema: &'static Schema,
        policy: &'a Policy,
    ) -> Result<Self, Box<dyn Error>> {
        let document = json_schema::document_with(schema, policy);
        let validator = validator(&document, Draft::Draft202012)?;
        // A type knows no policy.
        let is_dictionary = *policy == Policy::strict();
        let embedded = if is_dictionary { embedded::of(schema)? } else { Vec::new() };
        Ok(Self { name, policy, schema, validator, embedded })
    }

    /// Valid documents, and ones with planted faults; and those faults.
    fn documents(&self) -> [BoxedStrategy<(Document, Vec<Fault>)>; 2] {
        let valid = generate::valid_document_with(self.schema, self.policy);
        let invalid = generate::invalid_document_with(self.schema, self.policy);
        [
            valid.prop_map(|document| (document, Vec::new())).boxed(),
            invalid.prop_map(|faulty| (faulty.document, faulty.violations)).boxed(),
        ]
    }

    /// Compares the verdicts on a document, of which exactly the `planted` faults must be found.
    fn compare(
        &self,
        json: &str,
        planted: Option<&[Fault]>,
        counts: &mut Counts,
        output: &mut Option<BufWriter<File>>,
    ) -> Result<(), Box<dyn Error>> {
        let found: Vec<_> = match self.schema.check_json(json.as_bytes(), self.policy) {
            Ok(_) => Vec::new(),
            Err(error) => match error.into_violations() {
                Ok(violations) => violations.into_iter().collect(),
                // Of the vectors, some are no JSON: that is not for a schema to judge.
                Err(_) if planted.is_none() => return Ok(()),
                Err(error) => return Err(format!("{error}: {json}").into()),
            },
        };
        if let Some(planted) = planted {
            if is_planted(&found, planted) {
                counts.exact += u64::from(!planted.is_empty());
            } else {
                counts.disagreements += 1;
                let (policy, table) = (self.name, self.schema.name);
                println!("{policy} {table}: {json}\n  planted: {planted:?}\n  found: {found:?}");
            }
        }
        let all = found.len();
        let found: Vec<_> = found.into_iter().filter(|one| one.code() != "duplicate").collect();
        let duplicates = all - found.len();
        // A parsed value has each member once: the first one, which counts for us, too.
        let Ok(value) = first_of_each(json) else {
            // `serde_json` reads 127 levels, and not every number beside the greatest `f64`.
            counts.unread += 1;
            return Ok(());
        };
        let wider = is_wider(&found, &value);
        let valid = found.is_empty();
        *(if valid { &mut counts.valid } else { &mut counts.invalid }) += 1;
        counts.duplicates += u64::from(duplicates > 0);
        if self.validator.is_valid(&value) != valid {
            if wider {
                counts.listed += 1;
            } else {
                counts.disagreements += 1;
                let theirs: Vec<_> =
                    self.validator.iter_errors(&value).map(|error| error.to_string()).collect();
                let (policy, table) = (self.name, self.schema.name);
                println!("{policy} {table}: {json}\n  ours: {found:?}\n  theirs: {theirs:?}");
            }
        }
        for embedded in &self.embedded {
            counts.embedded += 1;
            if embedded.is_valid(&value) != valid && !wider {
                counts.disagreements += 1;
                println!("{} {embedded}: {json}\n  ours: {found:?}", self.schema.name);
            }
        }
        if let Some(output) = output {
            let line = json!({
                "policy": self.name,
                "type": self.schema.name,
                "valid": valid,
                "wider": wider,
                "document": value,
            });
            writeln!(output, "{line}")?;
        }
        Ok(())
    }
}

/// A validator that asserts formats, of a schema that keeps the rules of its draft.
fn validator(document: &Value, draft: Draft) -> Result<Validator, Box<dyn Error>> {
    jsonschema::meta::validate(document).map_err(|error| error.to_string())?;
    let options = jsonschema::options().with_draft(draft).should_validate_formats(true);
    // Draft 7 asserts that a content is JSON, of which `serde_json` reads 127 levels.
    let options = options.without_content_media_type_support("application/json");
    Ok(options.build(document).map_err(|error| error.to_string())?)
}

/// Whether exactly the planted faults were found, which are in the order of path and code.
fn is_planted(found: &[Violation], planted: &[Fault]) -> bool {
    let mut found: Vec<_> = found.iter().map(|one| (one.path(), one.code())).collect();
    found.sort_unstable();
    found.into_iter().eq(planted.iter().map(|fault| (&*fault.path, fault.code)))
}

/// Whether the schema is wider than our verdict for reasons that its docs list alone: integers that
/// are written otherwise, and texts that look like JSON objects.
fn is_wider(found: &[Violation], document: &Value) -> bool {
    let is_known =
        |violation: &Violation| match (violation.kind(), document.pointer(violation.path())) {
            (
                ViolationKind::Type { expected: JsonType::Integer, .. },
                Some(Value::Number(number)),
            ) => number.as_f64().is_some_and(|number| number.fract() == 0.0),
            (ViolationKind::Format { format: Format::JsonObject }, Some(Value::String(text))) => {
                let text = text.trim_matches([' ', '\t', '\n', '\r']);
                text.len() > 1 && text.starts_with('{') && text.ends_with('}')
            }
            _ => false,
        };
    !found.is_empty() && found.iter().all(is_known)
}

/// The value of a JSON text, in which the first of members of one name counts.
fn first_of_each(json: &str) -> serde_json::Result<Value> {
    struct First(Value);

    impl<'de> serde::Deserialize<'de> for First {
        fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
            from.deserialize_any(FirstVisitor)
        }
    }

    struct FirstVisitor;

    impl<'de> serde::de::Visitor<'de> for FirstVisitor {
        type Value = First;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("a JSON value")
        }

        fn visit_unit<E>(self) -> Result<First, E> {
            Ok(First(Value::Null))
        }

        fn visit_bool<E>(self, value: bool) -> Result<First, E> {
            Ok(First(value.into()))
        }

        fn visit_i64<E>(self, value: i64) -> Result<First, E> {
            Ok(First(value.into()))
        }

        fn visit_u64<E>(self, value: u64) -> Result<First, E> {
            Ok(First(value.into()))
        }

        fn visit_f64<E>(self, value: f64) -> Result<First, E> {
            Ok(First(value.into()))
        }

        fn visit_str<E>(self, value: &str) -> Result<First, E> {
            Ok(First(value.into()))
        }

        fn visit_seq<A: serde::de::SeqAccess<'de>>(
            self,
            mut elements: A,
        ) -> Result<First, A::Error> {
            let mut values = Vec::new();
            while let Some(First(value)) = elements.next_element()? {
                values.push(value);
            }
            Ok(First(Value::Array(values)))
        }

        fn visit_map<A: serde::de::MapAccess<'de>>(
            self,
            mut members: A,
        ) -> Result<First, A::Error> {
            let mut values = Map::new();
            while let Some((name, First(value))) = members.next_entry::<String, _>()? {
                values.entry(name).or_insert(value);
            }
            Ok(First(Value::Object(values)))
        }
    }

    serde_json::from_str(json).map(|First(value)| value)
}

/// The documents of the conformance suite.
fn vectors<'a, 'b>(
    checks_constraints: &'b [Judge<'a>],
) -> Result<Vec<(&'b Judge<'a>, String)>, Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/conformance");
    let mut documents = Vec::new();
    for judge in checks_constraints {
        let text = fs::read_to_string(folder.join(format!("{}.json", judge.schema.name)))?;
        let suite: Value = serde_json::from_str(&text)?;
        let vectors = suite["vectors"].as_array().ok_or("a suite without vectors")?;
        let texts = vectors.iter().filter_map(|vector| vector["json"].as_str());
        documents.extend(texts.map(|json| (judge, json.to_owned())));
    }
    Ok(documents)
}
