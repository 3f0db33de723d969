//! Lists whose items are written by different threads.

use std::io::{self, Write};

/// A writer for a list. Every item begins with a separator of one byte, because the thread that
/// writes it does not know whether it is the first. This writer omits the first separator.
#[derive(Debug)]
pub(crate) struct ListWriter<W> {
    output: W,
    omits_next_byte: bool,
}

impl<W> ListWriter<W> {
    pub(crate) const fn new(output: W) -> Self {
        Self { output, omits_next_byte: false }
    }

    /// Marks the start of the list. The next byte is the separator of its first item.
    pub(super) const fn start_list(&mut self) {
        self.omits_next_byte = true;
    }

    /// Marks the end of the list, which may be empty.
    pub(super) const fn end_list(&mut self) {
        self.omits_next_byte = false;
    }
}

impl<W: Write> Write for ListWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.omits_next_byte && !bytes.is_empty() {
            self.omits_next_byte = false;
            return Ok(1);
        }
        self.output.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::ListWriter;
    use std::io::Write as _;

    #[test]
    fn writes_no_separator_before_first_item() {
        for (items, expected) in
            [(&[][..], "[]"), (&[",1"], "[1]"), (&["", ",", "1", ",2"], "[1,2]")]
        {
            let mut writer = ListWriter::new(Vec::new());
            writer.write_all(b"[").unwrap();
            writer.start_list();
            for item in items {
                writer.write_all(item.as_bytes()).unwrap();
            }
            writer.end_list();
            writer.write_all(b"]").unwrap();
            assert_eq!(String::from_utf8(writer.output).unwrap(), expected);
        }
    }
}
