//! Compares our verdict on documents with that of the `jsonschema` crate on the exported schemas.
//!
//! `oracle COUNT [FILE]`: COUNT generated documents, valid and invalid ones of every type by turns,
//! and the vectors of the conformance suite. The documents and our verdicts are written to FILE, a
//! line each, for a second implementation to judge.

mod embedded;

use embedded::Embedded;
use jsonschema::{Draft, Validator};
use miniprogram_protocol::{Policy, Schema, export::json_schema, generate, generate::Document};
use proptest::{
    strategy::{BoxedStrategy, Strategy, ValueTree},
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use serde_json::{Map, Value, json};
use std::{
    error::Error,
    fs::{self, File},
    io::{BufWriter, Write},
    path::Path,
    process::ExitCode,
};

/// What is judged of a type.
struct Judge {
    schema: &'static Schema,
    validator: Validator,
    /// The same table in documents of others.
    embedded: Vec<Embedded>,
}

/// How many documents were judged, and how.
#[derive(Default)]
struct Counts {
    valid: u64,
    invalid: u64,
    duplicates: u64,
    unread: u64,
    embedded: u64,
    disagreements: u64,
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let count: u64 = arguments.next().ok_or("usage: oracle COUNT [FILE]")?.parse()?;
    let mut output = match arguments.next() {
        Some(file) => Some(BufWriter::new(File::create(file)?)),
        None => None,
    };
    let judges = Schema::ALL.iter().copied().map(Judge::new).collect::<Result<Vec<_>, _>>()?;
    let mut counts = Counts::default();

    for (judge, document) in vectors(&judges)? {
        judge.compare(&document, &mut counts, &mut output)?;
    }
    println!("conformance vectors: {}", counts.valid + counts.invalid);

    let each = count.div_ceil(judges.len() as u64);
    for judge in &judges {
        let random = TestRng::from_seed(RngAlgorithm::ChaCha, &[42; 32]);
        let mut runner = TestRunner::new_with_rng(Config::default(), random);
        let documents = judge.documents();
        for turn in 0..each {
            let strategy = &documents[usize::from(turn % 2 == 1)];
            let tree =
                strategy.new_tree(&mut runner).map_err(|reason| reason.message().to_owned())?;
            let document = tree.current();
            judge.compare(&document.to_string(), &mut counts, &mut output)?;
        }
    }
    println!(
        "documents: {}, of {} types; valid: {}, invalid: {}, with members that stand twice: {}",
        counts.valid + counts.invalid,
        judges.len(),
        counts.valid,
        counts.invalid,
        counts.duplicates
    );
    println!("not read by serde_json: {}", counts.unread);
    println!("judged in documents of others: {}", counts.embedded);
    println!("disagreements: {}", counts.disagreements);
    Ok(if counts.disagreements == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

impl Judge {
    fn new(schema: &'static Schema) -> Result<Self, Box<dyn Error>> {
        let validator = validator(&json_schema::document(schema), Draft::Draft202012)?;
        Ok(Self { schema, validator, embedded: embedded::of(schema)? })
    }

    /// Valid documents, and invalid ones.
    fn documents(&self) -> [BoxedStrategy<Document>; 2] {
        let invalid = generate::invalid_document(self.schema).prop_map(|faulty| faulty.document);
        [generate::valid_document(self.schema), invalid.boxed()]
    }

    fn compare(
        &self,
        json: &str,
        counts: &mut Counts,
        output: &mut Option<BufWriter<File>>,
    ) -> Result<(), Box<dyn Error>> {
        let (found, duplicates) =
            match self.schema.check_json(json.as_bytes(), &Policy::dictionary()) {
                Ok(()) => (Vec::new(), 0),
                Err(error) => {
                    // What is no JSON is not for a schema to judge.
                    let Ok(violations) = error.into_violations() else { return Ok(()) };
                    let all = violations.len();
                    let others =
                        violations.into_iter().filter(|violation| violation.code() != "duplicate");
                    let others: Vec<_> = others.map(|violation| violation.to_string()).collect();
                    let duplicates = all - others.len();
                    (others, duplicates)
                }
            };
        // A parsed value has each member once: the first one, which counts for us, too.
        let Ok(value) = first_of_each(json) else {
            // `serde_json` reads 127 levels, and not every number beside the greatest `f64`.
            counts.unread += 1;
            return Ok(());
        };
        let valid = found.is_empty();
        *(if valid { &mut counts.valid } else { &mut counts.invalid }) += 1;
        counts.duplicates += u64::from(duplicates > 0);
        if self.validator.is_valid(&value) != valid && !is_wider(&found) {
            counts.disagreements += 1;
            let theirs: Vec<_> =
                self.validator.iter_errors(&value).map(|error| error.to_string()).collect();
            println!("{}: {json}\n  ours: {found:?}\n  theirs: {theirs:?}", self.schema.name);
        }
        for embedded in &self.embedded {
            counts.embedded += 1;
            if embedded.is_valid(&value) != valid && !is_wider(&found) {
                counts.disagreements += 1;
                println!("{} {embedded}: {json}\n  ours: {found:?}", self.schema.name);
            }
        }
        if let Some(output) = output {
            let wider = is_wider(&found);
            let line = json!({"type": self.schema.name, "valid": valid, "wider": wider, "document": value});
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

/// Whether the schema is wider than our verdict for reasons that its docs list: integers that are
/// written otherwise, and texts that look like JSON objects.
fn is_wider(found: &[String]) -> bool {
    let listed = |violation: &String| {
        violation.ends_with("must be an integer, without fraction and exponent")
            || violation.ends_with("/messageContent must be the text of a JSON object")
    };
    !found.is_empty() && found.iter().all(listed)
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
fn vectors(judges: &[Judge]) -> Result<Vec<(&Judge, String)>, Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/conformance");
    let mut documents = Vec::new();
    for judge in judges {
        let Ok(text) = fs::read_to_string(folder.join(format!("{}.json", judge.schema.name)))
        else {
            continue;
        };
        let suite: Value = serde_json::from_str(&text)?;
        let vectors = suite["vectors"].as_array().ok_or("a suite without vectors")?;
        let texts = vectors.iter().filter_map(|vector| vector["json"].as_str());
        documents.extend(texts.map(|json| (judge, json.to_owned())));
    }
    Ok(documents)
}
