//! Counts allocations.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    sync::atomic::{AtomicU64, Ordering::Relaxed},
};

/// The system allocator, extended to count allocations and reallocations.
#[derive(Debug)]
pub struct CountingAllocator;

static ALLOCATION_COUNT: AtomicU64 = AtomicU64::new(0);

/// Increments the counter with a load and a store, because an atomic addition would slow down every
/// allocation. The count is exact only if a single thread allocates.
fn increment() {
    ALLOCATION_COUNT.store(ALLOCATION_COUNT.load(Relaxed).wrapping_add(1), Relaxed);
}

// SAFETY: every method forwards to the system allocator.
unsafe impl GlobalAlloc for CountingAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        increment();
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        increment();
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        increment();
        unsafe { System.realloc(pointer, layout, size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        unsafe { System.dealloc(pointer, layout) }
    }
}

/// Returns the number of allocations that `work` makes.
pub fn count_allocations(work: impl FnOnce()) -> u64 {
    let before = ALLOCATION_COUNT.load(Relaxed);
    work();
    ALLOCATION_COUNT.load(Relaxed).wrapping_sub(before)
}
