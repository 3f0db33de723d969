use super::ValidationContext;
use crate::report::ViolationKind;

/// Visits the elements of an array, and reports the array if it has too many. Returns the number of
/// elements.
///
/// `visit` is called with the index of the next element, or with `None` if the element must be
/// skipped because it is beyond the policy's limit or the report is full. `visit` returns false at
/// the end of the array.
pub(crate) fn visit_items<E>(
    max_items: Option<u32>,
    cx: &mut ValidationContext<'_>,
    mut visit: impl FnMut(&mut ValidationContext<'_>, Option<usize>) -> Result<bool, E>,
) -> Result<usize, E> {
    let max_read = cx.policy().items_limit();
    let mut length = 0;
    loop {
        let is_read = length < max_read && !cx.is_report_full();
        if !visit(cx, is_read.then_some(length))? {
            break;
        }
        length += 1;
    }
    check_item_count(max_items, length, max_read, cx);
    Ok(length)
}

/// Reports an array that has more than `max_items` elements, or more than `max_read`, the maximum
/// number of elements that are read.
pub(crate) fn check_item_count(
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
