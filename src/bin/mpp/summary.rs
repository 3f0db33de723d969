//! `--summary`: the number of violations of each kind, instead of a report on each document.
//!
//! The checkers write a record per violation in place of the report, and [`Summary`] counts the
//! records. The result therefore does not depend on the number of threads, and the records are
//! subject to the same limits on memory as reports.

use super::{
    check::Counts,
    report::{EscapedStr, Failure, Report, write_json},
};
use serde::{Deserialize, Serialize};
use std::{
    cmp::Reverse,
    collections::{BTreeMap, btree_map::Entry},
    fmt,
    io::{self, Write},
};

/// The maximum number of distinct keys that are counted. The keys contain names from the documents,
/// so their number is not otherwise limited.
const MAX_VIOLATION_KEYS: usize = 1_000;

/// A violation or a tolerated deviation, without its message.
#[derive(Serialize, Deserialize)]
struct ViolationRecord {
    key: ViolationKey,
    is_tolerated: bool,
}

/// The properties by which violations are grouped for counting.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct ViolationKey {
    #[serde(rename = "type")]
    type_name: Option<String>,
    /// A JSON Pointer with `*` in place of the indices of arrays.
    path: String,
    code: String,
}

/// Writes a record for each violation and tolerated deviation of a document.
pub(crate) fn write_records(report: &Report<'_>, output: &mut impl Write) -> io::Result<()> {
    let mut write = |code: &str, path: &str, is_tolerated| {
        let (type_name, path) = (report.type_name().map(str::to_owned), replace_indices(path));
        let key = ViolationKey { type_name, path, code: code.into() };
        write_json(&ViolationRecord { key, is_tolerated }, output)?;
        output.write_all(b"\n")
    };
    let tolerated = match report.outcome {
        Ok(tolerated) => tolerated,
        Err(Failure::Rejected(rejection)) => return write(rejection.code, "", false),
        Err(Failure::Invalid(error)) => {
            if error.syntax().is_some() {
                write("syntax", "", false)?;
            }
            // The marker of a truncated report is not a violation.
            let mut violations = error.violations().iter().filter(|it| it.code() != "tooMany");
            violations.try_for_each(|it| write(it.code(), it.path(), false))?;
            error.tolerated()
        }
    };
    tolerated.iter().try_for_each(|it| write(it.code(), it.path(), true))
}

/// Replaces the array indices in a JSON Pointer with `*`.
fn replace_indices(path: &str) -> String {
    let is_index = |name: &str| !name.is_empty() && name.bytes().all(|it| it.is_ascii_digit());
    let names = path.split('/').map(|name| if is_index(name) { "*" } else { name });
    names.collect::<Vec<_>>().join("/")
}

/// A writer that counts the records that it receives.
#[derive(Debug, Default)]
pub(crate) struct Summary {
    violations: Histogram,
    tolerated: Histogram,
    /// The beginning of a record whose end has not been received.
    incomplete: Vec<u8>,
}

impl Write for Summary {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.incomplete.extend_from_slice(part);
            if part.ends_with(b"\n") {
                let ViolationRecord { key, is_tolerated } =
                    serde_json::from_slice(&self.incomplete)?;
                let histogram =
                    if is_tolerated { &mut self.tolerated } else { &mut self.violations };
                histogram.add(key);
                self.incomplete.clear();
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Summary {
    /// Writes the summary as human-readable text.
    pub(crate) fn write_text(&self, counts: Counts, output: &mut impl Write) -> io::Result<()> {
        self.violations.write_text("Violations", output)?;
        self.tolerated.write_text("Tolerated deviations", output)?;
        writeln!(output, "{counts}")
    }

    /// Writes the summary as a JSON object.
    pub(crate) fn write_json(&self, counts: Counts, output: &mut impl Write) -> io::Result<()> {
        let Counts { valid, invalid, deviating, .. } = counts;
        let documents = counts.total();
        let (violations, tolerated) = (self.violations.sorted(), self.tolerated.sorted());
        let summary = JsonSummary { documents, valid, deviating, invalid, violations, tolerated };
        write_json(&summary, output)?;
        output.write_all(b"\n")
    }
}

/// The summary as a JSON object.
#[derive(Serialize)]
struct JsonSummary<'a> {
    documents: u64,
    valid: u64,
    deviating: u64,
    invalid: u64,
    violations: SortedCounts<'a>,
    tolerated: SortedCounts<'a>,
}

/// The number of violations for each code and for each [`ViolationKey`].
#[derive(Debug, Default)]
struct Histogram {
    codes: BTreeMap<String, u64>,
    counts: BTreeMap<ViolationKey, u64>,
    /// The number of violations whose keys are not counted separately, because there are more than
    /// [`MAX_VIOLATION_KEYS`] keys.
    other: u64,
}

/// The counts of a [`Histogram`], in descending order.
#[derive(Serialize)]
struct SortedCounts<'a> {
    total: u64,
    codes: Vec<CodeCount<'a>>,
    fields: Vec<FieldCount<'a>>,
    other: u64,
}

#[derive(Serialize)]
struct CodeCount<'a> {
    code: &'a str,
    count: u64,
}

#[derive(Serialize)]
struct FieldCount<'a> {
    #[serde(flatten)]
    key: &'a ViolationKey,
    count: u64,
}

impl Histogram {
    fn add(&mut self, key: ViolationKey) {
        *self.codes.entry(key.code.clone()).or_default() += 1;
        let is_full = self.counts.len() >= MAX_VIOLATION_KEYS;
        match self.counts.entry(key) {
            Entry::Occupied(mut count) => *count.get_mut() += 1,
            Entry::Vacant(_) if is_full => self.other += 1,
            Entry::Vacant(count) => {
                count.insert(1);
            }
        }
    }

    fn sorted(&self) -> SortedCounts<'_> {
        let codes = self.codes.iter().map(|(code, count)| CodeCount { code, count: *count });
        let mut codes: Vec<_> = codes.collect();
        let fields = self.counts.iter().map(|(key, count)| FieldCount { key, count: *count });
        let mut fields: Vec<_> = fields.collect();
        // The sort is stable, so equally frequent items remain in the order of their names.
        codes.sort_by_key(|code| Reverse(code.count));
        fields.sort_by_key(|field| Reverse(field.count));
        SortedCounts { total: self.codes.values().sum(), codes, fields, other: self.other }
    }

    /// Writes two tables, unless there are no violations.
    fn write_text(&self, title: &str, output: &mut impl Write) -> io::Result<()> {
        let SortedCounts { total, codes, fields, other } = self.sorted();
        if total == 0 {
            return Ok(());
        }
        let width = total.to_string().len();
        writeln!(output, "{title} by code:")?;
        for CodeCount { code, count } in &codes {
            writeln!(output, "  {count:width$}  {code}")?;
        }
        writeln!(output, "  {total:width$}  in total\n")?;
        writeln!(output, "{title} by field:")?;
        let code_width = codes.iter().map(|it| it.code.len()).max().unwrap_or_default();
        for FieldCount { key, count } in fields {
            writeln!(output, "  {count:width$}  {:code_width$}  {key}", key.code)?;
        }
        if other > 0 {
            writeln!(
                output,
                "  {other:width$}  in other fields (only {MAX_VIOLATION_KEYS} are listed)"
            )?;
        }
        writeln!(output)
    }
}

/// Formats the type and the path.
impl fmt::Display for ViolationKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.type_name.as_deref().unwrap_or("unknown type"))?;
        match &*self.path {
            "" => f.write_str(", the whole document"),
            path => write!(f, " {}", EscapedStr(path)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_VIOLATION_KEYS, Summary, ViolationKey, ViolationRecord, replace_indices};
    use std::io::Write as _;

    #[test]
    fn replaces_indices_in_paths() {
        for (path, expected) in [
            ("", ""),
            ("/goods/12/value", "/goods/*/value"),
            ("/0", "/*"),
            ("/a1/~01/", "/a1/~01/"),
        ] {
            assert_eq!(replace_indices(path), expected);
        }
    }

    #[test]
    fn counts_records_in_chunks_of_any_size() {
        let key = ViolationKey { type_name: None, path: "/\u{2028}\n".into(), code: "type".into() };
        let mut bytes = Vec::new();
        super::write_json(&ViolationRecord { key, is_tolerated: false }, &mut bytes).unwrap();
        bytes.push(b'\n');
        let bytes = bytes.repeat(3);
        for size in 1..=bytes.len() {
            let mut summary = Summary::default();
            bytes.chunks(size).for_each(|chunk| summary.write_all(chunk).unwrap());
            assert_eq!(summary.violations.sorted().fields.len(), 1);
            assert_eq!(summary.violations.sorted().total, 3);
        }
    }

    #[test]
    fn limits_the_number_of_keys() {
        let mut summary = Summary::default();
        for number in 0..MAX_VIOLATION_KEYS + 7 {
            let path = format!("/n{number}");
            let key = ViolationKey { type_name: None, path, code: "duplicate".into() };
            summary.violations.add(key);
        }
        let sorted = summary.violations.sorted();
        assert_eq!((sorted.fields.len(), sorted.other), (MAX_VIOLATION_KEYS, 7));
        assert_eq!(sorted.total, MAX_VIOLATION_KEYS as u64 + 7);
    }
}
