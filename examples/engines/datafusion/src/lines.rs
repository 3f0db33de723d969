//! The table function `json_lines(path)`, which reads NDJSON without parsing the lines.

use datafusion::{
    arrow::{
        array::{ArrayRef, BinaryViewBuilder, Int64Builder},
        buffer::Buffer,
        datatypes::{DataType, Field, Schema, SchemaRef},
        record_batch::RecordBatch,
    },
    catalog::{TableFunctionArgs, TableFunctionImpl, TableProvider, streaming::StreamingTable},
    common::{DataFusionError, ScalarValue, exec_err, plan_err},
    error::Result,
    execution::{SendableRecordBatchStream, TaskContext},
    logical_expr::Expr,
    physical_plan::{stream::RecordBatchReceiverStream, streaming::PartitionStream},
};
use memchr::{memchr, memchr_iter, memrchr};
use std::{
    fs::File,
    io::{Read, Seek, SeekFrom},
    path::{Path, PathBuf},
    sync::Arc,
};

/// The number of bytes that are read at once.
const BLOCK_LENGTH: usize = 1 << 20;

/// The maximum number of bytes of a line. The default policy rejects payloads of more than 64 MiB.
const MAX_LINE_LENGTH: usize = 1 << 30;

/// The table function `json_lines(path)`. The table has one row per line that is not blank:
/// `position`, the offset of the line in bytes, and `json`, the line. `json` is binary data,
/// because a line need not be valid UTF-8; `CAST(json AS VARCHAR)` converts it to text.
#[derive(Debug)]
pub struct JsonLines;

impl TableFunctionImpl for JsonLines {
    fn call_with_args(
        &self,
        arguments: TableFunctionArgs<'_, '_>,
    ) -> Result<Arc<dyn TableProvider>> {
        let [Expr::Literal(ScalarValue::Utf8(Some(path)), _)] = arguments.exprs() else {
            return plan_err!("json_lines expects the path of a file as a string");
        };
        let length = file_length(path)?;
        let schema = Arc::new(Schema::new(vec![
            Field::new("position", DataType::Int64, false),
            Field::new("json", DataType::BinaryView, false),
        ]));
        let partitions = arguments.session().config().target_partitions().max(1) as u64;
        let boundary =
            |index: u64| length / partitions * index + length % partitions * index / partitions;
        let partition = |index: u64| -> Arc<dyn PartitionStream> {
            let (start, end) = (boundary(index), boundary(index + 1));
            Arc::new(FilePartition { path: path.into(), start, end, schema: Arc::clone(&schema) })
        };
        let parts = (0..partitions).map(partition).collect();
        Ok(Arc::new(StreamingTable::try_new(schema, parts)?))
    }
}

fn file_length(path: &str) -> Result<u64> {
    match std::fs::metadata(path) {
        Ok(metadata) if metadata.is_file() => Ok(metadata.len()),
        Ok(_) => plan_err!("{path} is not a file"),
        Err(error) => plan_err!("cannot read {path}: {error}"),
    }
}

/// The lines of a file that start between two offsets.
#[derive(Debug)]
struct FilePartition {
    path: PathBuf,
    start: u64,
    end: u64,
    schema: SchemaRef,
}

impl PartitionStream for FilePartition {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn execute(&self, context: Arc<TaskContext>) -> SendableRecordBatchStream {
        let max_rows = context.session_config().batch_size();
        let mut builder = RecordBatchReceiverStream::builder(Arc::clone(&self.schema), 2);
        let (sender, schema) = (builder.tx(), Arc::clone(&self.schema));
        let (path, start, end) = (self.path.clone(), self.start, self.end);
        builder.spawn_blocking(move || {
            let mut reader = BlockReader::open(&path, start, end)?;
            while let Some(block) = reader.next_block()? {
                for batch in block.into_batches(&schema, max_rows)? {
                    // The receiver is dropped if the query needs no further rows.
                    if sender.blocking_send(Ok(batch)).is_err() {
                        return Ok(());
                    }
                }
            }
            Ok(())
        });
        builder.build()
    }
}

/// A reader of blocks that contain only complete lines.
struct BlockReader {
    file: File,
    /// The offset of the next block, and the offset from which lines belong to the next
    /// partition.
    position: u64,
    end: u64,
    /// The beginning of a line whose end has not been read.
    rest: Vec<u8>,
}

impl BlockReader {
    fn open(path: &Path, start: u64, end: u64) -> Result<Self> {
        // A line belongs to the part in which it starts. Skipping begins one byte before the part,
        // so that a line that starts at `start` is not skipped.
        let position = start.saturating_sub(1);
        let mut file = File::open(path)?;
        file.seek(SeekFrom::Start(position))?;
        let mut reader = Self { file, position, end, rest: Vec::new() };
        if start > 0 {
            reader.skip_line()?;
        }
        Ok(reader)
    }

    fn skip_line(&mut self) -> Result<()> {
        while self.position < self.end {
            let mut block = Vec::new();
            self.read(&mut block)?;
            if let Some(index) = memchr(b'\n', &block) {
                self.position += index as u64 + 1;
                self.rest = block.split_off(index + 1);
                return Ok(());
            }
            if block.is_empty() {
                break;
            }
            self.position += block.len() as u64;
        }
        self.position = self.end;
        Ok(())
    }

    fn read(&mut self, block: &mut Vec<u8>) -> Result<usize> {
        Ok(Read::by_ref(&mut self.file).take(BLOCK_LENGTH as u64).read_to_end(block)?)
    }

    fn next_block(&mut self) -> Result<Option<Block>> {
        if self.position >= self.end {
            return Ok(None);
        }
        let mut bytes = std::mem::take(&mut self.rest);
        bytes.reserve(BLOCK_LENGTH);
        loop {
            let searched = bytes.len();
            let is_last = self.read(&mut bytes)? == 0;
            let length = if is_last {
                Some(bytes.len())
            } else {
                memrchr(b'\n', &bytes[searched..]).map(|index| searched + index + 1)
            };
            if let Some(length) = length {
                self.rest = bytes[length..].to_vec();
                bytes.truncate(length);
                let position = self.position;
                self.position = if is_last { self.end } else { position + length as u64 };
                return Ok(Some(Block { bytes, position, end: self.end }));
            }
            if bytes.len() > MAX_LINE_LENGTH {
                return exec_err!(
                    "the line at byte {} has more than {MAX_LINE_LENGTH} bytes",
                    self.position
                );
            }
        }
    }
}

struct Block {
    bytes: Vec<u8>,
    position: u64,
    end: u64,
}

impl Block {
    /// Returns batches whose strings are slices of the block.
    fn into_batches(self, schema: &SchemaRef, max_rows: usize) -> Result<Vec<RecordBatch>> {
        let mut lines = Vec::new();
        let mut start = 0;
        let ends = memchr_iter(b'\n', &self.bytes).chain([self.bytes.len()]);
        for end in ends {
            if self.position + start as u64 >= self.end {
                break;
            }
            let line = self.bytes.get(start..end).unwrap_or_default();
            if !line.iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\r')) {
                lines.push((start, line.len()));
            }
            start = end + 1;
        }
        let buffer = Buffer::from_vec(self.bytes);
        let batch = |lines: &[(usize, usize)]| {
            let mut positions = Int64Builder::with_capacity(lines.len());
            let mut json = BinaryViewBuilder::with_capacity(lines.len());
            let block = json.append_block(buffer.clone());
            for &(start, length) in lines {
                positions.append_value(to_integer(self.position + start as u64)?);
                json.try_append_view(block, to_integer(start)?, to_integer(length)?)?;
            }
            let columns: Vec<ArrayRef> =
                vec![Arc::new(positions.finish()), Arc::new(json.finish())];
            Ok(RecordBatch::try_new(Arc::clone(schema), columns)?)
        };
        lines.chunks(max_rows.max(1)).map(batch).collect()
    }
}

fn to_integer<T, U: TryFrom<T>>(value: T) -> Result<U>
where
    U::Error: std::error::Error + Send + Sync + 'static,
{
    U::try_from(value).map_err(|error| DataFusionError::External(Box::new(error)))
}
