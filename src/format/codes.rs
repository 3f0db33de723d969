//! Lists of codes of upper-case letters, in which a code is found at once.

/// A list of codes: for each beginning that a code can have, a bit for each last letter.
pub(super) struct Codes<const LETTERS: usize, const BEGINNINGS: usize>([u32; BEGINNINGS]);

impl<const LETTERS: usize, const BEGINNINGS: usize> Codes<LETTERS, BEGINNINGS> {
    #[allow(
        clippy::indexing_slicing,
        clippy::panic,
        reason = "a list that is wrong does not compile"
    )]
    pub(super) const fn new(codes: &[&str]) -> Self {
        let mut endings = [0; BEGINNINGS];
        let mut number = 0;
        while number < codes.len() {
            let Some(code) = codes[number].as_bytes().first_chunk() else { panic!() };
            let Some((beginning, ending)) = Self::place(code) else { panic!() };
            endings[beginning] |= ending;
            number += 1;
        }
        Self(endings)
    }

    pub(super) fn contains(&self, code: &str) -> bool {
        let place = code.as_bytes().try_into().ok().and_then(Self::place);
        place.is_some_and(|(beginning, ending)| {
            self.0.get(beginning).is_some_and(|endings| endings & ending != 0)
        })
    }

    /// Which beginning and which bit a code has, if it is one of upper-case letters.
    const fn place(code: &[u8; LETTERS]) -> Option<(usize, u32)> {
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
