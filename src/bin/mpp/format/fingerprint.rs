//! Fingerprints, which tools use to recognize a violation in the reports of later runs.

use super::super::report::{Finding, Report};
use std::collections::BTreeMap;

/// The fingerprints of the violations in a document.
#[derive(Debug, Default)]
pub(super) struct Fingerprints {
    /// The number of violations so far with the same file, document, code and path.
    counts: BTreeMap<u128, u64>,
}

impl Fingerprints {
    /// Returns the fingerprint of the next violation, in hexadecimal. Fingerprints are unique in a
    /// report, unless a file is checked twice. They do not depend on the location in the document, so
    /// most edits preserve them.
    pub(super) fn next(&mut self, report: &Report<'_>, finding: &Finding<'_>) -> String {
        let document = report.document;
        // The index of an element changes less often than its line.
        let (kind, number) = match document.index() {
            Some(index) => (b"element", index.to_le_bytes()),
            None => (b"in line", document.line_number().to_le_bytes()),
        };
        let (code, path) = (finding.code.as_bytes(), finding.path.as_bytes());
        let parts = [report.source.as_bytes(), kind, &number, code, path];
        let hash = parts.iter().fold(FNV_OFFSET_BASIS, |hash, part| {
            // The separator byte does not occur in UTF-8 strings.
            hash_bytes(hash_bytes(hash, part), &[0xFF])
        });
        let count = self.counts.entry(hash).or_default();
        let fingerprint = hash_bytes(hash, &count.to_le_bytes());
        *count = count.saturating_add(1);
        format!("{fingerprint:032x}")
    }
}

const FNV_OFFSET_BASIS: u128 = 0x6C62_272E_07BB_0142_62B8_2175_6295_C58D;
const FNV_PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013B;

/// Adds bytes to a 128-bit FNV-1a hash, whose result is the same on every platform.
fn hash_bytes(hash: u128, bytes: &[u8]) -> u128 {
    bytes.iter().fold(hash, |hash, byte| (hash ^ u128::from(*byte)).wrapping_mul(FNV_PRIME))
}

#[cfg(test)]
mod tests {
    use super::{FNV_OFFSET_BASIS, hash_bytes};

    #[test]
    fn hashes_known_strings() {
        // Test vectors from the authors of FNV.
        assert_eq!(hash_bytes(FNV_OFFSET_BASIS, b""), FNV_OFFSET_BASIS);
        assert_eq!(hash_bytes(FNV_OFFSET_BASIS, b"a"), 0xD228_CB69_6F1A_8CAF_7891_2B70_4E4A_8964);
    }
}
