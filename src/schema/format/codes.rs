//! Fast lookup in lists of codes that consist of uppercase letters.

/// An index of a sorted list of codes that finds the position of a code in constant time.
///
/// The prefix of a code is everything before its last letter.
pub(crate) struct CodeIndex<const LENGTH: usize, const PREFIXES: usize> {
    /// For each prefix, the bit mask of the last letters of the codes that start with it.
    last_letters: [u32; PREFIXES],
    /// For each prefix, the position of the first code that starts with it.
    first_positions: [u8; PREFIXES],
}

impl<const LENGTH: usize, const PREFIXES: usize> CodeIndex<LENGTH, PREFIXES> {
    /// Builds the index of `codes`, which must be sorted.
    #[allow(
        clippy::indexing_slicing,
        clippy::panic,
        clippy::cast_possible_truncation,
        reason = "an invalid list is a compile error"
    )]
    pub(crate) const fn new(codes: &[&str]) -> Self {
        assert!(codes.len() <= 256, "a position must fit in a byte");
        let (mut last_letters, mut first_positions) = ([0; PREFIXES], [0; PREFIXES]);
        let (mut position, mut previous) = (0, PREFIXES);
        while position < codes.len() {
            let Some(code) = codes[position].as_bytes().first_chunk() else { panic!() };
            let Some((prefix, letter)) = Self::split(code) else { panic!() };
            if prefix != previous {
                assert!(previous == PREFIXES || prefix > previous, "codes must be sorted");
                first_positions[prefix] = position as u8;
                previous = prefix;
            }
            assert!(letter > last_letters[prefix], "codes must be sorted");
            last_letters[prefix] |= letter;
            position += 1;
        }
        Self { last_letters, first_positions }
    }

    /// Returns the position of a code in the list, or `None` if the list does not contain it.
    pub(crate) fn position(&self, code: &str) -> Option<u8> {
        let (prefix, letter) = Self::split(code.as_bytes().try_into().ok()?)?;
        let letters = self.last_letters.get(prefix)?;
        if letters & letter == 0 {
            return None;
        }
        let smaller = u8::try_from((letters & (letter - 1)).count_ones()).ok()?;
        Some(self.first_positions.get(prefix)? + smaller)
    }

    /// Splits a code into the index of its prefix and the bit of its last letter. Returns `None`
    /// unless all characters are uppercase ASCII letters.
    const fn split(code: &[u8; LENGTH]) -> Option<(usize, u32)> {
        let (mut prefix, mut last) = (0, 0);
        let mut rest: &[u8] = code;
        while let Some((letter, after)) = rest.split_first() {
            if !letter.is_ascii_uppercase() {
                return None;
            }
            prefix = prefix * 26 + last;
            last = (*letter - b'A') as usize;
            rest = after;
        }
        Some((prefix, 1 << last))
    }
}

/// A list of codes, such as the ISO 4217 currency codes.
pub(crate) trait CodeList {
    /// The codes, sorted.
    const CODES: &'static [&'static str];

    /// Returns the position of a code in the list, or `None` if the list does not contain it.
    fn position(code: &str) -> Option<u8>;
}

#[cfg(test)]
mod tests {
    use super::CodeIndex;

    #[test]
    fn finds_only_listed_two_letter_codes() {
        let codes = ["AA", "AB", "AZ", "MA", "MM", "ZA", "ZZ"];
        let index = CodeIndex::<2, 26>::new(&codes);
        let letters = || ('A'..='Z').chain(['a', '@', '[', '1']);
        for first in letters() {
            for second in letters() {
                let string = format!("{first}{second}");
                let position = codes.iter().position(|code| *code == string);
                assert_eq!(index.position(&string).map(usize::from), position, "{string}");
            }
        }
        for other in ["", "A", "AAA", "Ä", "A\u{c1}"] {
            assert_eq!(index.position(other), None, "{other}");
        }
    }

    #[test]
    fn finds_only_listed_three_letter_codes() {
        let codes = ["AAA", "AAB", "ABA", "BAA", "ZZZ"];
        let index = CodeIndex::<3, 676>::new(&codes);
        for (position, code) in codes.into_iter().enumerate() {
            assert_eq!(index.position(code).map(usize::from), Some(position), "{code}");
        }
        for other in ["AA", "AAC", "BBB", "AAAA", "aaa"] {
            assert_eq!(index.position(other), None, "{other}");
        }
    }

    #[test]
    #[should_panic(expected = "codes must be sorted")]
    fn rejects_unsorted_lists() {
        CodeIndex::<2, 26>::new(&["BA", "AA"]);
    }
}
