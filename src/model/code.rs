//! How a code is held.

use super::string::StoredString;
use crate::schema::{Format, format::codes::CodeList};
use std::{
    cmp::Ordering,
    fmt,
    hash::{Hash, Hasher},
    marker::PhantomData,
};

/// A text that is a code out of the list `L`, of which only the place in the list is held; or any
/// other text.
pub(crate) struct Code<L>(Place, PhantomData<fn() -> L>);

#[derive(Clone)]
enum Place {
    Listed(u8),
    Other(Box<str>),
}

impl<L: CodeList> StoredString for Code<L> {
    fn as_str(&self) -> &str {
        match &self.0 {
            Place::Listed(place) => L::CODES.get(usize::from(*place)).copied().unwrap_or_default(),
            Place::Other(text) => text,
        }
    }

    fn has_format(&self, _: Format) -> bool {
        matches!(self.0, Place::Listed(_))
    }
}

impl<L: CodeList> From<&str> for Code<L> {
    fn from(text: &str) -> Self {
        let place = L::find(text).map_or_else(|| Place::Other(text.into()), Place::Listed);
        Self(place, PhantomData)
    }
}

impl<L: CodeList> From<String> for Code<L> {
    fn from(text: String) -> Self {
        match L::find(&text) {
            Some(place) => Self(Place::Listed(place), PhantomData),
            None => Self(Place::Other(text.into()), PhantomData),
        }
    }
}

impl<L: CodeList> From<Code<L>> for String {
    fn from(code: Code<L>) -> Self {
        match code.0 {
            Place::Other(text) => text.into(),
            Place::Listed(_) => code.as_str().to_owned(),
        }
    }
}

impl<L: CodeList> Default for Code<L> {
    fn default() -> Self {
        "".into()
    }
}

impl<L> Clone for Code<L> {
    fn clone(&self) -> Self {
        Self(self.0.clone(), PhantomData)
    }
}

impl<L: CodeList> PartialEq for Code<L> {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl<L: CodeList> Eq for Code<L> {}

impl<L: CodeList> PartialOrd for Code<L> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<L: CodeList> Ord for Code<L> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl<L: CodeList> Hash for Code<L> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl<L: CodeList> fmt::Debug for Code<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(f)
    }
}
