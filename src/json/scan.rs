//! Byte searches that examine several bytes at once: 8 packed in an integer, or 16 in an array,
//! whose comparison the compiler can vectorize.
//!
//! Predicates must join comparisons with `|`, because `||` introduces branches, which prevent
//! vectorization.

/// The number of bytes in the arrays that are compared at once.
const CHUNK_SIZE: usize = 16;

/// Returns the position of the first quote, backslash or control character, or the length of
/// `bytes` if there is none.
///
/// Most strings are so short that 8 bytes at a time are faster than 16.
#[inline]
pub(crate) fn special_byte_position(bytes: &[u8]) -> usize {
    let (mut skipped, mut rest) = (0, bytes);
    while let Some((chunk, after)) = rest.split_first_chunk() {
        let found = special_byte_mask(u64::from_le_bytes(*chunk));
        if found != 0 {
            return skipped + found.trailing_zeros() as usize / 8;
        }
        (skipped, rest) = (skipped + chunk.len(), after);
    }
    skipped + rest.iter().position(|byte| is_special(*byte)).unwrap_or(rest.len())
}

/// Returns whether a byte is a quote, a backslash or a control character.
const fn is_special(byte: u8) -> bool {
    matches!(byte, b'"' | b'\\' | 0..0x20)
}

/// Returns a mask whose lowest set bit is the highest bit of the first special byte of `chunk`, or
/// zero if there is none. Bits above that one are arbitrary.
///
/// A subtraction sets the highest bit of a byte below the subtrahend. It also borrows from the byte
/// above, so the borrow affects only bytes after the first special one.
const fn special_byte_mask(chunk: u64) -> u64 {
    const ONE_PER_BYTE: u64 = u64::MAX / 0xff;
    const HIGHEST_BITS: u64 = 0x80 * ONE_PER_BYTE;
    let control = chunk.wrapping_sub(0x20 * ONE_PER_BYTE);
    let quote = (chunk ^ (b'"' as u64 * ONE_PER_BYTE)).wrapping_sub(ONE_PER_BYTE);
    let backslash = (chunk ^ (b'\\' as u64 * ONE_PER_BYTE)).wrapping_sub(ONE_PER_BYTE);
    // Non-ASCII bytes have the highest bit set, but are not special.
    (control | quote | backslash) & !chunk & HIGHEST_BITS
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
pub(crate) fn count_matching_bytes(bytes: &[u8], is_match: impl Fn(u8) -> bool) -> usize {
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
    use super::{any_byte, count_matching_bytes, special_byte_position};

    /// Each length and position covers a different combination of whole chunks and remaining bytes.
    #[test]
    fn finds_the_first_special_byte() {
        for length in 0..=40 {
            for filler in ['a', ' ', '!', '[', ']', '\u{7f}', 'é', '中', '🐈'] {
                let mut text = filler.to_string().repeat(length).into_bytes();
                text.truncate(length);
                assert_eq!(special_byte_position(&text), length, "{filler:?}");
                for position in 0..length {
                    for special in [b'"', b'\\', b'\n', 0, 0x1f] {
                        let mut text = text.clone();
                        text[position] = special;
                        assert_eq!(special_byte_position(&text), position, "{filler:?} {length}");
                        text[position..].fill(special);
                        assert_eq!(special_byte_position(&text), position, "{filler:?} {length}");
                    }
                }
            }
        }
    }

    #[test]
    fn finds_exactly_the_special_bytes() {
        for byte in 0..=u8::MAX {
            let is_special = byte == b'"' || byte == b'\\' || byte < 0x20;
            for position in 0..8 {
                let mut chunk = [b'a'; 8];
                chunk[position] = byte;
                let expected = if is_special { position } else { 8 };
                assert_eq!(special_byte_position(&chunk), expected, "{byte:#x}");
            }
        }
    }

    #[test]
    fn counts_matches() {
        for length in [0, 1, 254, 255, 256, 1000] {
            assert_eq!(count_matching_bytes(&vec![b'a'; length], |byte| byte == b'a'), length);
            assert_eq!(count_matching_bytes(&vec![b'a'; length], |byte| byte == b'b'), 0);
        }
        assert_eq!(count_matching_bytes(b"abcabc", |byte| byte != b'b'), 4);
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
