use super::{Definition, Format};
use crate::schema::is_equal;
use std::hash::{Hash, Hasher};

/// A custom string format, for a string type that [`protocol_type!`](crate::protocol_type) declares
/// or for a [`CrossFieldRule::FormatIf`](crate::schema::CrossFieldRule::FormatIf).
///
/// Formats with the same name are equal, so give each format its own name.
///
/// ```
/// use miniprogram_protocol::{CustomFormat, Format};
///
/// static CARD_NUMBER: CustomFormat =
///     CustomFormat::new("loyalty-card-number", "two capital letters and six digits", |string| {
///         let (letters, digits) = string.as_bytes().split_at_checked(2).unwrap_or_default();
///         letters.iter().all(u8::is_ascii_uppercase)
///             && digits.len() == 6
///             && digits.iter().all(u8::is_ascii_digit)
///     })
///     .pattern("^[A-Z]{2}[0-9]{6}$")
///     .samples(&["GO000001", "XY999999"])
///     .near_misses(&["go000001", "GO00001", "GO0000012", "G0000001"]);
///
/// let format = Format::Custom(&CARD_NUMBER);
/// assert!(format.samples().iter().all(|sample| format.matches(sample)));
/// assert!(!format.near_misses().iter().any(|near_miss| format.matches(near_miss)));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct CustomFormat {
    definition: Definition,
    matches: fn(&str) -> bool,
}

impl CustomFormat {
    /// Creates a format.
    ///
    /// - `name` is the stable name, which is the value of the parameter `format` of violations. It
    ///   must differ from the names of the formats in the specification.
    /// - `description` describes a valid string, and completes the sentence "must be …".
    /// - `matches` returns whether a string matches the format. It must return the same result
    ///   every time, and must not panic.
    ///
    /// # Panics
    /// Panics if the specification has a format with this name. In a constant or a static, the
    /// panic is a compile error.
    #[allow(clippy::panic, reason = "formats are usually created at compile time")]
    #[must_use]
    pub const fn new(
        name: &'static str,
        description: &'static str,
        matches: fn(&str) -> bool,
    ) -> Self {
        let mut formats = Format::ALL;
        while let Some((format, rest)) = formats.split_first() {
            assert!(
                !is_equal(format.name(), name),
                "the specification has a format with this name"
            );
            formats = rest;
        }
        let definition = Definition {
            name,
            description,
            lengths: &[(0, u32::MAX)],
            required_characters: "",
            requires_digit: false,
            codes: None,
            pattern: None,
            samples: &[],
            near_misses: &[],
        };
        Self { definition, matches }
    }

    /// Sets an ECMA-262 pattern for JSON Schema. The pattern must match every valid string, and may
    /// also match invalid ones. Without a pattern, a JSON Schema contains only the name of the
    /// format, which most validators ignore.
    #[must_use]
    pub const fn pattern(mut self, pattern: &'static str) -> Self {
        self.definition.pattern = Some(pattern);
        self
    }

    /// Sets valid strings, including edge cases, from which generators choose.
    #[must_use]
    pub const fn samples(mut self, samples: &'static [&'static str]) -> Self {
        self.definition.samples = samples;
        self
    }

    /// Sets invalid strings that resemble valid ones, from which generators of invalid documents
    /// choose.
    #[must_use]
    pub const fn near_misses(mut self, near_misses: &'static [&'static str]) -> Self {
        self.definition.near_misses = near_misses;
        self
    }

    pub(super) const fn definition(&self) -> &Definition {
        &self.definition
    }

    pub(super) fn matches(&self, string: &str) -> bool {
        (self.matches)(string)
    }
}

impl PartialEq for CustomFormat {
    fn eq(&self, other: &Self) -> bool {
        self.definition.name == other.definition.name
    }
}

impl Eq for CustomFormat {}

impl Hash for CustomFormat {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.definition.name.hash(state);
    }
}

#[cfg(test)]
mod tests {
    use super::{CustomFormat, Format};
    use std::collections::HashSet;

    fn format(name: &'static str) -> CustomFormat {
        let format = CustomFormat::new(name, "two letters", |string| string.len() == 2);
        format.pattern("^..$").samples(&["ab"]).near_misses(&["a", "abc"])
    }

    #[test]
    fn exposes_format_properties() {
        let leaked: &'static CustomFormat = Box::leak(Box::new(format("pair")));
        let format = Format::Custom(leaked);
        assert_eq!((format.name(), format.description()), ("pair", "two letters"));
        assert_eq!((format.samples(), format.near_misses()), (&["ab"][..], &["a", "abc"][..]));
        assert_eq!(["ab", "abc"].map(|string| format.matches(string)), [true, false]);
        assert_eq!(format.codes(), None);
        assert!(format.is_satisfiable(0, 9, |_| true));
    }

    #[test]
    fn formats_with_the_same_name_are_equal() {
        assert_eq!(format("a"), CustomFormat::new("a", "", |_| false));
        assert_ne!(format("a"), format("b"));
        assert_eq!(
            [format("a"), format("b"), format("a")].into_iter().collect::<HashSet<_>>().len(),
            2
        );
    }

    #[test]
    #[should_panic(expected = "the specification has a format with this name")]
    fn rejects_reserved_format_names() {
        format("date-time");
    }
}
