//! Codes of upper-case letters out of a list.

/// A list of codes, in which a code is found at once.
pub(crate) struct Codes<const LETTERS: usize, const BEGINNINGS: usize> {
    /// For each beginning that a code can have, a bit for each last letter.
    endings: [u32; BEGINNINGS],
    /// How many codes stand before the first one of that beginning.
    before: [u8; BEGINNINGS],
}

impl<const LETTERS: usize, const BEGINNINGS: usize> Codes<LETTERS, BEGINNINGS> {
    /// The list of `codes`, which are in alphabetical order.
    #[allow(
        clippy::indexing_slicing,
        clippy::panic,
        clippy::cast_possible_truncation,
        reason = "a list that is wrong does not compile"
    )]
    pub(crate) const fn new(codes: &[&str]) -> Self {
        assert!(codes.len() <= 256, "a byte holds the place of any code");
        let (mut endings, mut before) = ([0; BEGINNINGS], [0; BEGINNINGS]);
        let (mut number, mut last) = (0, BEGINNINGS);
        while number < codes.len() {
            let Some(code) = codes[number].as_bytes().first_chunk() else { panic!() };
            let Some((beginning, ending)) = Self::split(code) else { panic!() };
            if beginning != last {
                assert!(last == BEGINNINGS || beginning > last, "the codes are in order");
                before[beginning] = number as u8;
                last = beginning;
            }
            assert!(ending > endings[beginning], "the codes are in order");
            endings[beginning] |= ending;
            number += 1;
        }
        Self { endings, before }
    }

    /// The place of a code in the list.
    pub(crate) fn find(&self, code: &str) -> Option<u8> {
        let (beginning, ending) = Self::split(code.as_bytes().try_into().ok()?)?;
        let endings = self.endings.get(beginning)?;
        if endings & ending == 0 {
            return None;
        }
        let earlier = u8::try_from((endings & (ending - 1)).count_ones()).ok()?;
        Some(self.before.get(beginning)? + earlier)
    }

    /// Which beginning and which bit a code has, if it is one of upper-case letters.
    const fn split(code: &[u8; LETTERS]) -> Option<(usize, u32)> {
        let (mut beginning, mut ending) = (0, 0);
        let mut rest: &[u8] = code;
        while let Some((letter, after)) = rest.split_first() {
            if !letter.is_ascii_uppercase() {
                return None;
            }
            beginning = beginning * 26 + ending;
            ending = (*letter - b'A') as usize;
            rest = after;
        }
        Some((beginning, 1 << ending))
    }
}

/// A list of codes as a type.
pub(crate) trait CodeList {
    /// The codes, in alphabetical order.
    const CODES: &'static [&'static str];

    /// The place of a code in the list.
    fn find(code: &str) -> Option<u8>;
}

#[cfg(test)]
mod tests {
    use super::Codes;

    #[test]
    fn a_code_is_found_at_its_place_and_nothing_else_is_found() {
        let codes = ["AA", "AB", "AZ", "MA", "MM", "ZA", "ZZ"];
        let list = Codes::<2, 26>::new(&codes);
        let letters = || ('A'..='Z').chain(['a', '@', '[', '1']);
        for first in letters() {
            for second in letters() {
                let text = format!("{first}{second}");
                let place = codes.iter().position(|code| *code == text);
                assert_eq!(list.find(&text).map(usize::from), place, "{text}");
            }
        }
        for other in ["", "A", "AAA", "Ä", "A\u{c1}"] {
            assert_eq!(list.find(other), None, "{other}");
        }
    }

    #[test]
    fn a_code_of_three_letters_is_found_at_its_place() {
        let codes = ["AAA", "AAB", "ABA", "BAA", "ZZZ"];
        let list = Codes::<3, 676>::new(&codes);
        for (place, code) in codes.into_iter().enumerate() {
            assert_eq!(list.find(code).map(usize::from), Some(place), "{code}");
        }
        for other in ["AA", "AAC", "BBB", "AAAA", "aaa"] {
            assert_eq!(list.find(other), None, "{other}");
        }
    }

    #[test]
    #[should_panic(expected = "the codes are in order")]
    fn a_list_that_is_not_in_order_is_none() {
        Codes::<2, 26>::new(&["BA", "AA"]);
    }
}
