//! Decompression of files with names that end in `.gz` or `.zst`.

use flate2::bufread::MultiGzDecoder;
use std::{
    io::{self, BufRead as _, BufReader, ErrorKind, Read},
    path::Path,
};
use zstd::Decoder;

/// A compression format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Compression {
    Gzip,
    /// Zstandard. The decoder rejects windows of more than 128 MiB, which limits its memory use.
    Zstd,
}

impl Compression {
    /// Returns the format that the name of a file indicates.
    fn from_extension(file: &Path) -> Option<Self> {
        let extension = file.extension()?;
        if extension.eq_ignore_ascii_case("gz") {
            Some(Self::Gzip)
        } else if extension.eq_ignore_ascii_case("zst") {
            Some(Self::Zstd)
        } else {
            None
        }
    }
}

/// Returns the name of a file without its compression extension.
pub(crate) fn uncompressed_name(file: &Path) -> &Path {
    match Compression::from_extension(file) {
        Some(_) => file.file_stem().map_or(file, Path::new),
        None => file,
    }
}

/// Returns the decompressed content of a file. A file may consist of several gzip members or Zstandard
/// frames.
pub(crate) fn decompress(
    file: &Path,
    input: impl Read + Send + 'static,
) -> io::Result<Box<dyn Read + Send>> {
    let Some(compression) = Compression::from_extension(file) else { return Ok(Box::new(input)) };
    let mut input = BufReader::with_capacity(64 << 10, input);
    // The decoder for Zstandard would accept an empty file.
    if input.fill_buf()?.is_empty() {
        return Err(decompression_error(&ErrorKind::UnexpectedEof.into()));
    }
    Ok(match compression {
        Compression::Gzip => Box::new(DecompressionReader(MultiGzDecoder::new(input))),
        Compression::Zstd => Box::new(DecompressionReader(Decoder::with_buffer(input)?)),
    })
}

/// A decoder whose error messages state that decompression failed.
struct DecompressionReader<D>(D);

impl<D: Read> Read for DecompressionReader<D> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer).map_err(|error| decompression_error(&error))
    }
}

fn decompression_error(error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("cannot decompress: {error}"))
}

#[cfg(test)]
mod tests {
    use super::uncompressed_name;
    use std::path::Path;

    #[test]
    fn removes_compression_extensions() {
        for (file, name) in [
            ("a/b.json.gz", "b.json"),
            ("b.ndjson.ZST", "b.ndjson"),
            ("b.GZ", "b"),
            ("a/b.json", "a/b.json"),
            (".gz", ".gz"),
            ("gz", "gz"),
        ] {
            assert_eq!(uncompressed_name(Path::new(file)), Path::new(name));
        }
    }
}
