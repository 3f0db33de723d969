use crate::schema::SPECIAL_CHARACTERS;
use std::collections::BTreeSet;

/// A set of characters that a string must not contain.
///
/// The specification forbids "special characters such as @ # ?" in certain fields, but does not list
/// all of them. A policy can choose another set.
///
/// ```
/// use miniprogram_protocol::ForbiddenCharacters;
///
/// let extended = ForbiddenCharacters::extended();
/// assert!(extended.contains('#') && extended.contains('＃') && extended.contains('\n'));
/// assert!(!ForbiddenCharacters::new("<>").contains('#'));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForbiddenCharacters {
    characters: BTreeSet<char>,
    /// True if control characters are also forbidden.
    control: bool,
}

/// The characters, other than `@`, `#` and `?` themselves, whose compatibility decomposition (NFKD)
/// contains one of these three.
const LOOK_ALIKE_CHARACTERS: [char; 10] = [
    '\u{2047}', '\u{2048}', '\u{2049}', '\u{fe16}', '\u{fe56}', '\u{fe5f}', '\u{fe6b}', '\u{ff03}',
    '\u{ff1f}', '\u{ff20}',
];

impl ForbiddenCharacters {
    /// Returns the empty set.
    #[must_use]
    pub const fn none() -> Self {
        Self { characters: BTreeSet::new(), control: false }
    }

    /// Returns a set of exactly the given characters.
    #[must_use]
    pub fn new(characters: &str) -> Self {
        Self { characters: characters.chars().collect(), control: false }
    }

    /// Returns the set of the characters that the specification names: `@`, `#` and `?`.
    #[must_use]
    pub fn specification() -> Self {
        Self { characters: SPECIAL_CHARACTERS.into(), control: false }
    }

    /// Returns the set of the characters that the specification names, their look-alikes, and the
    /// control characters.
    ///
    /// The look-alikes are `＠ ﹫ ＃ ﹟ ？ ﹖ ︖ ⁇ ⁈ ⁉`: Unicode's compatibility decomposition turns them
    /// into a string that contains `@`, `#` or `?`. The control characters are U+0000 to U+001F and
    /// U+007F to U+009F.
    #[must_use]
    pub fn extended() -> Self {
        let characters = SPECIAL_CHARACTERS.into_iter().chain(LOOK_ALIKE_CHARACTERS).collect();
        Self { characters, control: true }
    }

    /// Adds characters to the set.
    #[must_use]
    pub fn with(mut self, characters: &str) -> Self {
        self.characters.extend(characters.chars());
        self
    }

    /// Returns whether the set contains a character.
    #[must_use]
    pub fn contains(&self, character: char) -> bool {
        self.control && character.is_control() || self.characters.contains(&character)
    }

    /// Returns an iterator over the characters, in ascending order of their code points.
    ///
    /// ```
    /// use miniprogram_protocol::ForbiddenCharacters;
    ///
    /// assert_eq!(ForbiddenCharacters::specification().iter().collect::<String>(), "#?@");
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = char> + use<> {
        // All control characters are among the first 256 code points.
        let control = ('\0'..='\u{ff}').filter(|character| self.control && character.is_control());
        let all: BTreeSet<_> = self.characters.iter().copied().chain(control).collect();
        all.into_iter()
    }
}
