//! Random numbers that a seed determines.

use std::hash::{DefaultHasher, Hash, Hasher as _};

/// Returns a random number that depends only on the seed and the key.
#[must_use]
pub fn random(seed: u64, key: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    (seed, key).hash(&mut hasher);
    hasher.finish()
}
