//! Arrow arrays, through the C data interface.

use super::Outcome;
use arrow_array::{
    Array, ArrayRef,
    cast::AsArray,
    ffi::{FFI_ArrowArray, FFI_ArrowSchema, from_ffi},
    ffi_stream::FFI_ArrowArrayStream,
    make_array, new_empty_array,
};
use arrow_schema::DataType;
use miniprogram_protocol::{Policy, Schema};
use pyo3::{
    exceptions::{PyTypeError, PyValueError},
    prelude::*,
    types::{PyCapsule, PyTuple},
};
use std::{ffi::CStr, fmt::Display, ptr::NonNull};

/// The arrays of a column of documents.
pub(crate) struct Arrays {
    schema: FFI_ArrowSchema,
    source: Source,
}

enum Source {
    Array(FFI_ArrowArray),
    Stream(FFI_ArrowArrayStream),
}

impl Arrays {
    /// Takes the arrays out of an object, or returns `None` if the object does not implement the
    /// Arrow `PyCapsule` interface.
    pub(crate) fn read(object: &Bound<'_, PyAny>) -> PyResult<Option<Self>> {
        if let Some(export) = object.getattr_opt("__arrow_c_array__")? {
            let capsules = export.call0()?.cast_into::<PyTuple>()?;
            let schema = take(&capsules.get_item(0)?, c"arrow_schema")?;
            let array = take(&capsules.get_item(1)?, c"arrow_array")?;
            return Ok(Some(Self { schema, source: Source::Array(array) }));
        }
        let Some(export) = object.getattr_opt("__arrow_c_stream__")? else { return Ok(None) };
        let mut stream: FFI_ArrowArrayStream = take(&export.call0()?, c"arrow_array_stream")?;
        let mut schema = FFI_ArrowSchema::empty();
        let Some(get_schema) = stream.get_schema else { return Err(already_consumed_error()) };
        #[expect(unsafe_code, reason = "calls a function of the C stream interface")]
        // SAFETY: both pointers are valid, and the producer of the stream implements the interface.
        let code = unsafe { get_schema(&raw mut stream, &raw mut schema) };
        check_code(code)?;
        Ok(Some(Self { schema, source: Source::Stream(stream) }))
    }

    /// Checks all documents. A null is checked as the JSON `null`.
    pub(crate) fn check(self, schema: &Schema, policy: &Policy) -> PyResult<Vec<Outcome>> {
        let mut outcomes = Vec::new();
        let mut check = |array| -> PyResult<()> {
            let array = import(array, &self.schema)?;
            for document in documents(&array)? {
                outcomes.push(Outcome::check_text(schema, document.unwrap_or(b"null"), policy));
            }
            Ok(())
        };
        match self.source {
            Source::Array(array) => check(array)?,
            Source::Stream(mut stream) => {
                while let Some(array) = next_array(&mut stream)? {
                    check(array)?;
                }
            }
        }
        Ok(outcomes)
    }
}

/// Moves a structure of the C data interface out of a capsule.
fn take<T: Releasable>(capsule: &Bound<'_, PyAny>, name: &CStr) -> PyResult<T> {
    let capsule = capsule.cast::<PyCapsule>()?;
    let pointer: NonNull<T> = capsule.pointer_checked(Some(name))?.cast();
    #[expect(unsafe_code, reason = "a capsule contains an untyped pointer")]
    // SAFETY: a capsule with this name contains a pointer to an initialized structure, which no one
    // else uses while the global interpreter lock is held. The structure left in its place is
    // marked as released, so the destructor of the capsule releases nothing.
    let taken = unsafe { pointer.replace(T::new_released()) };
    if taken.is_released() { Err(already_consumed_error()) } else { Ok(taken) }
}

/// A structure of the C data interface.
trait Releasable {
    /// Returns a structure that has been released.
    fn new_released() -> Self;

    fn is_released(&self) -> bool;
}

impl Releasable for FFI_ArrowSchema {
    fn new_released() -> Self {
        Self::empty()
    }

    fn is_released(&self) -> bool {
        self.release.is_none()
    }
}

impl Releasable for FFI_ArrowArray {
    fn new_released() -> Self {
        Self::empty()
    }

    fn is_released(&self) -> bool {
        Self::is_released(self)
    }
}

impl Releasable for FFI_ArrowArrayStream {
    fn new_released() -> Self {
        Self::empty()
    }

    fn is_released(&self) -> bool {
        self.release.is_none()
    }
}

/// Returns the next array of a stream.
fn next_array(stream: &mut FFI_ArrowArrayStream) -> PyResult<Option<FFI_ArrowArray>> {
    let mut array = FFI_ArrowArray::empty();
    let Some(get_next) = stream.get_next else { return Err(already_consumed_error()) };
    #[expect(unsafe_code, reason = "calls a function of the C stream interface")]
    // SAFETY: both pointers are valid, and the producer of the stream implements the interface.
    let code = unsafe { get_next(stream, &raw mut array) };
    check_code(code)?;
    Ok((!array.is_released()).then_some(array))
}

/// Imports an array, and validates its offsets and its UTF-8.
fn import(array: FFI_ArrowArray, schema: &FFI_ArrowSchema) -> PyResult<ArrayRef> {
    #[expect(unsafe_code, reason = "the array contains raw pointers from its producer")]
    // SAFETY: the producer implements the C data interface.
    let data = unsafe { from_ffi(array, schema) }.map_err(invalid_array_error)?;
    if data.is_empty() {
        // `validate_full` rejects the offsets that some producers provide for an empty array.
        return Ok(new_empty_array(data.data_type()));
    }
    data.validate_full().map_err(invalid_array_error)?;
    Ok(make_array(data))
}

/// Returns the documents in an array of strings or bytes.
fn documents(array: &dyn Array) -> PyResult<Vec<Option<&[u8]>>> {
    fn to_bytes(string: Option<&str>) -> Option<&[u8]> {
        string.map(str::as_bytes)
    }

    Ok(match array.data_type() {
        DataType::Utf8 => array.as_string::<i32>().iter().map(to_bytes).collect(),
        DataType::LargeUtf8 => array.as_string::<i64>().iter().map(to_bytes).collect(),
        DataType::Utf8View => array.as_string_view().iter().map(to_bytes).collect(),
        DataType::Binary => array.as_binary::<i32>().iter().collect(),
        DataType::LargeBinary => array.as_binary::<i64>().iter().collect(),
        DataType::BinaryView => array.as_binary_view().iter().collect(),
        other => {
            let message =
                format!("expected an Arrow array of strings or binary data, found {other}");
            return Err(PyTypeError::new_err(message));
        }
    })
}

fn check_code(code: i32) -> PyResult<()> {
    match code {
        0 => Ok(()),
        _ => Err(PyValueError::new_err(format!("the Arrow stream failed with code {code}"))),
    }
}

fn already_consumed_error() -> PyErr {
    PyValueError::new_err("the Arrow array has already been consumed")
}

fn invalid_array_error(error: impl Display) -> PyErr {
    PyValueError::new_err(format!("invalid Arrow array: {error}"))
}
