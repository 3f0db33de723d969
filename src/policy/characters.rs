use crate::schema::FORBIDDEN_CHARACTERS;
use std::collections::BTreeSet;

/// Which characters a row that forbids special characters does not allow.
///
/// ```
/// use miniprogram_protocol::ForbiddenCharacters;
///
/// let strict = ForbiddenCharacters::extended();
/// assert!(strict.contains('#') && strict.contains('＃') && strict.contains('\n'));
/// assert!(!ForbiddenCharacters::of("<>").contains('#'));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForbiddenCharacters {
    listed: BTreeSet<char>,
    control: bool,
}

/// The characters that Unicode decomposes to a text with `@`, `#` or `?` in it (NFKD).
const LOOK_ALIKES: [char; 10] = [
    '\u{2047}', '\u{2048}', '\u{2049}', '\u{fe16}', '\u{fe56}', '\u{fe5f}', '\u{fe6b}', '\u{ff03}',
    '\u{ff1f}', '\u{ff20}',
];

impl ForbiddenCharacters {
    /// None.
    #[must_use]
    pub const fn none() -> Self {
        Self { listed: BTreeSet::new(), control: false }
    }

    /// These characters.
    #[must_use]
    pub fn of(characters: &str) -> Self {
        Self { listed: characters.chars().collect(), control: false }
    }

    /// What the documents name: `@`, `#` and `?`.
    #[must_use]
    pub fn specification() -> Self {
        Self { listed: FORBIDDEN_CHARACTERS.into(), control: false }
    }

    /// What the documents name; what looks alike, that is, what Unicode takes for compatible to a
    /// text with one of them in it: `＠ ﹫ ＃ ﹟ ？ ﹖ ︖ ⁇ ⁈ ⁉`; and the control characters, from U+0000
    /// to U+001F and from U+007F to U+009F.
    #[must_use]
    pub fn extended() -> Self {
        let listed = FORBIDDEN_CHARACTERS.into_iter().chain(LOOK_ALIKES).collect();
        Self { listed, control: true }
    }

    /// These characters, too.
    #[must_use]
    pub fn and(mut self, characters: &str) -> Self {
        self.listed.extend(characters.chars());
        self
    }

    /// Whether the character is one of them.
    #[must_use]
    pub fn contains(&self, character: char) -> bool {
        self.control && character.is_control() || self.listed.contains(&character)
    }

    /// All of them, in the order of their code points.
    ///
    /// ```
    /// use miniprogram_protocol::ForbiddenCharacters;
    ///
    /// assert_eq!(ForbiddenCharacters::specification().iter().collect::<String>(), "#?@");
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = char> {
        // All control characters are in the first 256 code points.
        let control = ('\0'..='\u{ff}').filter(|character| self.control && character.is_control());
        let all: BTreeSet<_> = self.listed.iter().copied().chain(control).collect();
        all.into_iter()
    }
}
