//! Pseudorandom numbers that depend only on a seed and a key.

use std::hash::{Hash, Hasher};

/// Returns a random number that depends only on the seed and the key.
#[must_use]
pub fn random(seed: u64, key: impl Hash) -> u64 {
    let mut hasher = SplitMix64(seed);
    key.hash(&mut hasher);
    hasher.finish()
}

/// The generator `SplitMix64`, with the bytes of the key mixed into its state. In contrast to
/// `DefaultHasher`, it is the same in every version of Rust.
struct SplitMix64(u64);

impl Hasher for SplitMix64 {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = Self(self.0 ^ u64::from(*byte)).finish();
        }
    }

    fn finish(&self) -> u64 {
        let mixed = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}
