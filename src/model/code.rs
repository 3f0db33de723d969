//! Compact storage for strings that are usually codes from a list.

use super::string::StringRepr;
use crate::schema::{Format, format::codes::CodeList};
use std::{
    cmp::Ordering,
    fmt,
    hash::{Hash, Hasher},
    marker::PhantomData,
};

/// A string that is stored as its position in the list of codes `L` if the list contains it.
pub(crate) struct StoredCode<L>(Repr, PhantomData<fn() -> L>);

#[derive(Clone)]
enum Repr {
    /// The position of a code in the list.
    Position(u8),
    /// A string that is not in the list.
    Other(Box<str>),
}

impl<L: CodeList> StringRepr for StoredCode<L> {
    fn as_str(&self) -> &str {
        match &self.0 {
            Repr::Position(position) => {
                L::CODES.get(usize::from(*position)).copied().unwrap_or_default()
            }
            Repr::Other(string) => string,
        }
    }

    fn matches_format(&self, _: Format) -> bool {
        matches!(self.0, Repr::Position(_))
    }
}

impl<L: CodeList> From<&str> for StoredCode<L> {
    fn from(string: &str) -> Self {
        let repr = L::position(string).map_or_else(|| Repr::Other(string.into()), Repr::Position);
        Self(repr, PhantomData)
    }
}

impl<L: CodeList> From<String> for StoredCode<L> {
    fn from(string: String) -> Self {
        match L::position(&string) {
            Some(position) => Self(Repr::Position(position), PhantomData),
            None => Self(Repr::Other(string.into()), PhantomData),
        }
    }
}

impl<L: CodeList> From<StoredCode<L>> for String {
    fn from(code: StoredCode<L>) -> Self {
        match code.0 {
            Repr::Other(string) => string.into(),
            Repr::Position(_) => code.as_str().to_owned(),
        }
    }
}

impl<L: CodeList> Default for StoredCode<L> {
    fn default() -> Self {
        "".into()
    }
}

impl<L> Clone for StoredCode<L> {
    fn clone(&self) -> Self {
        Self(self.0.clone(), PhantomData)
    }
}

impl<L: CodeList> PartialEq for StoredCode<L> {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl<L: CodeList> Eq for StoredCode<L> {}

impl<L: CodeList> PartialOrd for StoredCode<L> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<L: CodeList> Ord for StoredCode<L> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl<L: CodeList> Hash for StoredCode<L> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl<L: CodeList> fmt::Debug for StoredCode<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(f)
    }
}
