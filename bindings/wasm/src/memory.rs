//! The buffers that the host and the module exchange.
//!
//! Every buffer is registered, so that an incorrect address or length from the host causes an error
//! instead of undefined behavior.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// The buffers with their addresses. A linear search is fast enough, because a host uses only a few
/// buffers at a time.
static BUFFERS: Mutex<Vec<(usize, Vec<u8>)>> = Mutex::new(Vec::new());

/// The address that represents an empty buffer or a failed allocation.
const NULL: usize = 0;

fn buffers() -> MutexGuard<'static, Vec<(usize, Vec<u8>)>> {
    BUFFERS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Allocates a buffer and returns its address, or 0 if the length is 0 or memory is insufficient.
pub(crate) fn allocate(length: usize) -> usize {
    let mut buffer = Vec::new();
    if length == 0 || buffer.try_reserve_exact(length).is_err() {
        return NULL;
    }
    buffer.resize(length, 0);
    register(buffer)
}

/// Registers a buffer, and returns its address.
fn register(mut buffer: Vec<u8>) -> usize {
    // The host writes through this address, which therefore must come from a mutable borrow.
    let address = buffer.as_mut_ptr().expose_provenance();
    buffers().push((address, buffer));
    address
}

/// Frees a buffer. Returns whether there was one at the address.
pub(crate) fn free(address: usize) -> bool {
    let mut buffers = buffers();
    let index = buffers.iter().position(|(known, _)| *known == address);
    index.map(|index| buffers.swap_remove(index)).is_some()
}

/// Copies a result into a buffer that begins with the length of the result, and returns its address.
pub(crate) fn write_output(result: &[u8]) -> usize {
    let mut buffer = Vec::new();
    let Ok(length) = u32::try_from(result.len()) else { return NULL };
    if buffer.try_reserve_exact(result.len().saturating_add(LENGTH_SIZE)).is_err() {
        return NULL;
    }
    buffer.extend(length.to_le_bytes());
    buffer.extend(result);
    register(buffer)
}

/// The number of bytes before a result.
const LENGTH_SIZE: usize = size_of::<u32>();

/// A range of the module's memory that the host passes as an argument.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Input {
    pub(crate) address: usize,
    pub(crate) length: usize,
}

impl Input {
    /// Calls a function with the bytes in the range, and returns its result. Returns `None` if the
    /// range is not within one buffer.
    pub(crate) fn read<T>(self, read: impl Fn(&[u8]) -> T) -> Option<T> {
        if self.length == 0 {
            return Some(read(&[]));
        }
        buffers().iter().find_map(|(start, buffer)| {
            let offset = self.address.checked_sub(*start)?;
            buffer.get(offset..offset.checked_add(self.length)?).map(&read)
        })
    }

    /// Returns a copy of the content if it is UTF-8.
    #[cfg(any(feature = "policy", feature = "explain"))]
    pub(crate) fn to_text(self) -> Option<String> {
        self.read(|bytes| std::str::from_utf8(bytes).ok().map(str::to_owned))?
    }
}
