//! Looking for bytes, sixteen at a time.
//!
//! The compiler makes a few vector instructions of what is written here about arrays.

/// How many bytes are looked at together.
const CHUNK: usize = 16;

/// Where the first byte stands that `is` says yes to; behind the last one if it is none.
///
/// `is` must join its comparisons by `|` and not by `||`, which would be jumps.
#[inline]
pub(crate) fn position(bytes: &[u8], is: impl Fn(u8) -> bool) -> usize {
    let (mut passed, mut rest) = (0, bytes);
    while let Some((chunk, after)) = rest.split_first_chunk::<CHUNK>() {
        let found = u128::from_le_bytes(chunk.map(|byte| if is(byte) { u8::MAX } else { 0 }));
        if found != 0 {
            return passed + found.trailing_zeros() as usize / 8;
        }
        (passed, rest) = (passed + CHUNK, after);
    }
    passed + rest.iter().position(|byte| is(*byte)).unwrap_or(rest.len())
}

/// Whether there is a byte that `is` says yes to.
#[inline]
pub(crate) fn any(bytes: &[u8], is: impl Fn(u8) -> bool) -> bool {
    // The last chunk overlaps with the one before, so that there is no rest.
    if let Some(last) = bytes.last_chunk() {
        #[expect(clippy::disallowed_methods, reason = "the size is a constant")]
        let chunks = bytes.chunks_exact(CHUNK).filter_map(|chunk| chunk.first_chunk());
        return chunks.chain([last]).any(|chunk: &[u8; CHUNK]| any_of(chunk, &is));
    }
    if let (Some(first), Some(last)) = (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
        return any_of(first, &is) | any_of(last, &is);
    }
    if let (Some(first), Some(last)) = (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        return any_of(first, &is) | any_of(last, &is);
    }
    bytes.iter().any(|byte| is(*byte))
}

#[inline]
fn any_of<const N: usize>(bytes: &[u8; N], is: impl Fn(u8) -> bool) -> bool {
    bytes.iter().fold(0, |any, byte| any | u8::from(is(*byte))) != 0
}

#[cfg(test)]
mod tests {
    use super::{any, position};

    #[test]
    fn the_first_byte_is_found_wherever_it_stands() {
        for length in 0..50 {
            for place in 0..=length {
                let mut bytes = vec![b'a'; length];
                // What follows changes nothing.
                bytes[place..].fill(b'b');
                assert_eq!(position(&bytes, |byte| byte == b'b'), place, "{length}");
            }
        }
    }

    #[test]
    fn a_byte_is_noticed_wherever_it_stands() {
        for length in 0..50 {
            let mut bytes = vec![b'a'; length];
            assert!(!any(&bytes, |byte| byte == b'b'), "{length}");
            for place in 0..length {
                bytes[place] = b'b';
                assert!(any(&bytes, |byte| byte == b'b'), "{place} of {length}");
                bytes[place] = b'a';
            }
        }
    }
}
