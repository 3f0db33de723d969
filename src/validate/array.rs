use super::ValidationContext;
use crate::report::ViolationKind;

/// Reports an array with more than `max_items` elements, or with more than are read.
pub(crate) fn check_items(
    max_items: Option<u32>,
    elements: usize,
    max_read: usize,
    cx: &mut ValidationContext<'_>,
) {
    let (items, max_read) = (elements as u64, max_read as u64);
    let max_items = max_items.map_or(max_read, |max_items| max_read.min(max_items.into()));
    if items > max_items {
        cx.report(ViolationKind::MaxItems { max_items, items });
    }
}
