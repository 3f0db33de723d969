//! Suggestions of known names for unknown ones, shared by every part of the crate and the `mpp`
//! command.

use strsim::osa_distance;

/// The maximum length in bytes of a name for which a known name is suggested. The length is limited
/// because the time to compute the edit distance grows with it.
const MAX_NAME_BYTES: usize = 64;

/// Returns the number of typos that turn `known` into `name`, or `None` if the names are not
/// similar: at most a third of the characters of the known name may differ.
///
/// A typo inserts, removes or replaces a character, or swaps two adjacent ones. The case of ASCII
/// letters is ignored.
#[must_use]
pub fn count_typos(name: &str, known: &str) -> Option<usize> {
    if name.len() > MAX_NAME_BYTES {
        return None;
    }
    let typos = osa_distance(&name.to_ascii_lowercase(), &known.to_ascii_lowercase());
    (typos <= known.len() / 3).then_some(typos)
}

/// Returns the known name that is most similar to `name`, if one is similar. If several names are
/// equally similar, returns the first in alphabetical order.
pub fn most_similar<'a>(
    name: &str,
    known_names: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let typos = |known| count_typos(name, known).map(|typos| (typos, known));
    known_names.into_iter().filter_map(typos).min().map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::{count_typos, most_similar};

    #[test]
    fn counts_typos_in_similar_names() {
        for (name, known, typos) in [
            ("value", "value", Some(0)),
            ("VALUE", "value", Some(0)),
            ("valeu", "value", Some(1)),
            ("vaeul", "value", None),
            ("currencies", "currency", None),
            ("refrenceOrderID", "referenceOrderId", Some(1)),
            ("F", "M", None),
            ("", "M", None),
        ] {
            assert_eq!(count_typos(name, known), typos, "{name} {known}");
        }
    }

    #[test]
    fn ignores_long_names() {
        let (long, longer) = ("x".repeat(64), "x".repeat(65));
        assert_eq!(count_typos(&long, &long), Some(0));
        assert_eq!(count_typos(&longer, &longer), None);
    }

    #[test]
    fn finds_the_most_similar_name() {
        assert_eq!(
            most_similar("maxItem", ["maxLength", "minItems", "maxItems"]),
            Some("maxItems")
        );
        assert_eq!(most_similar("kangaroo", ["maxLength", "maxItems"]), None);
    }
}
