//! Byte search that the compiler can vectorize, because it works on arrays of 16 bytes.
//!
//! Predicates must join comparisons with `|`, because `||` introduces branches, which prevent
//! vectorization.

/// The number of bytes that are compared at once.
const CHUNK_SIZE: usize = 16;

/// Returns the position of the first byte for which `is_match` returns true, or the length of
/// `bytes` if there is no such byte.
#[inline]
pub(crate) fn position(bytes: &[u8], is_match: impl Fn(u8) -> bool) -> usize {
    let (mut skipped, mut rest) = (0, bytes);
    while let Some((chunk, after)) = rest.split_first_chunk::<CHUNK_SIZE>() {
        let found = u128::from_le_bytes(chunk.map(|byte| if is_match(byte) { u8::MAX } else { 0 }));
        if found != 0 {
            return skipped + found.trailing_zeros() as usize / 8;
        }
        (skipped, rest) = (skipped + CHUNK_SIZE, after);
    }
    skipped + rest.iter().position(|byte| is_match(*byte)).unwrap_or(rest.len())
}

/// Returns whether `is_match` returns true for any byte.
#[inline]
pub(crate) fn any_byte(bytes: &[u8], is_match: impl Fn(u8) -> bool) -> bool {
    // The last chunk may overlap the one before it, so no bytes are left over.
    if let Some(last) = bytes.last_chunk() {
        #[expect(clippy::disallowed_methods, reason = "the size is a constant")]
        let chunks = bytes.chunks_exact(CHUNK_SIZE).filter_map(|chunk| chunk.first_chunk());
        return chunks
            .chain([last])
            .any(|chunk: &[u8; CHUNK_SIZE]| chunk_has_match(chunk, &is_match));
    }
    if let (Some(first), Some(last)) = (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
        return chunk_has_match(first, &is_match) | chunk_has_match(last, &is_match);
    }
    if let (Some(first), Some(last)) = (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        return chunk_has_match(first, &is_match) | chunk_has_match(last, &is_match);
    }
    bytes.iter().any(|byte| is_match(*byte))
}

/// Returns the number of bytes for which `is_match` returns true.
pub(crate) fn count(bytes: &[u8], is_match: impl Fn(u8) -> bool) -> usize {
    // The count of a chunk fits in a byte, which lets the compiler vectorize the addition.
    #[expect(clippy::disallowed_methods, reason = "the size is a constant")]
    let chunks = bytes.chunks(u8::MAX as usize);
    let count =
        |chunk: &[u8]| chunk.iter().fold(0, |count, byte| count + u8::from(is_match(*byte)));
    chunks.map(|chunk| usize::from(count(chunk))).sum()
}

#[inline]
fn chunk_has_match<const N: usize>(bytes: &[u8; N], is_match: impl Fn(u8) -> bool) -> bool {
    bytes.iter().fold(0, |any, byte| any | u8::from(is_match(*byte))) != 0
}

#[cfg(test)]
mod tests {
    use super::{any_byte, count, position};

    #[test]
    fn finds_the_first_match() {
        for length in 0..50 {
            for first in 0..=length {
                let mut bytes = vec![b'a'; length];
                bytes[first..].fill(b'b');
                assert_eq!(position(&bytes, |byte| byte == b'b'), first, "{length}");
            }
        }
    }

    #[test]
    fn counts_matches() {
        for length in [0, 1, 254, 255, 256, 1000] {
            assert_eq!(count(&vec![b'a'; length], |byte| byte == b'a'), length);
            assert_eq!(count(&vec![b'a'; length], |byte| byte == b'b'), 0);
        }
        assert_eq!(count(b"abcabc", |byte| byte != b'b'), 4);
    }

    #[test]
    fn finds_a_match_anywhere() {
        for length in 0..50 {
            let mut bytes = vec![b'a'; length];
            assert!(!any_byte(&bytes, |byte| byte == b'b'), "{length}");
            for position in 0..length {
                bytes[position] = b'b';
                assert!(any_byte(&bytes, |byte| byte == b'b'), "{position} of {length}");
                bytes[position] = b'a';
            }
        }
    }
}
