//! Documents to check: JSON text, or Python data that is converted to JSON text.

use pyo3::{
    exceptions::PyTypeError,
    prelude::*,
    pybacked::{PyBackedBytes, PyBackedStr},
    types::{
        PyBool, PyByteArray, PyBytes, PyDict, PyFloat, PyInt, PyList, PyMemoryView, PyString,
        PyTuple,
    },
};

/// The maximum length of the JSON text of Python data. Small Python data can have an extremely long
/// JSON text, because several elements can refer to the same object.
pub(crate) const MAX_DATA_LENGTH: usize = 64 << 20;

/// The number of levels of arrays and objects that are converted. The library accepts at most 128, so it
/// rejects the text at the first bracket that exceeds its limit, and the rest of the text does not matter.
const MAX_DEPTH: usize = 130;

/// A document to check. It can be read without the global interpreter lock.
pub(crate) enum Document {
    Bytes(PyBackedBytes),
    Str(PyBackedStr),
    /// A string with lone surrogates, encoded as bytes that are not valid UTF-8.
    InvalidStr(PyBackedBytes),
    /// Python data, as JSON text.
    Data(Vec<u8>),
}

impl Document {
    /// Returns the document in a `str`, in a bytes-like object, or in data such as a `dict`.
    pub(crate) fn new(value: &Bound<'_, PyAny>) -> PyResult<Self> {
        if let Ok(bytes) = value.cast::<PyBytes>() {
            return Ok(Self::Bytes(bytes.clone().into()));
        }
        if let Ok(string) = value.cast::<PyString>() {
            return match PyBackedStr::try_from(string.clone()) {
                Ok(string) => Ok(Self::Str(string)),
                Err(_) => Ok(Self::InvalidStr(encode_surrogates(string)?)),
            };
        }
        if let Ok(bytes) = value.cast::<PyByteArray>() {
            return Ok(Self::Bytes(bytes.clone().into()));
        }
        if let Ok(view) = value.cast::<PyMemoryView>() {
            let bytes = view.call_method0("tobytes")?;
            return Ok(Self::Bytes(bytes.cast_into::<PyBytes>()?.into()));
        }
        let mut writer = JsonWriter { text: Vec::new(), is_stopped: false };
        writer.write(value, 0)?;
        Ok(Self::Data(writer.text))
    }

    pub(crate) fn text(&self) -> &[u8] {
        match self {
            Self::Bytes(bytes) | Self::InvalidStr(bytes) => bytes,
            Self::Str(string) => string.as_bytes(),
            Self::Data(text) => text,
        }
    }
}

/// Encodes a string that contains lone surrogates with Python's error handler `surrogatepass`.
fn encode_surrogates(string: &Bound<'_, PyString>) -> PyResult<PyBackedBytes> {
    // The method is looked up on `str` itself, because a subclass could override it.
    let encode = string.py().get_type::<PyString>().getattr("encode")?;
    let bytes = encode.call1((string, "utf-8", "surrogatepass"))?;
    Ok(bytes.cast_into::<PyBytes>()?.into())
}

/// A writer that converts Python data to the JSON text that `json.dumps(data, ensure_ascii=False,
/// separators=(",", ":"))` returns, encoded as UTF-8.
struct JsonWriter {
    text: Vec<u8>,
    /// True if the rest of the data does not matter, because the text is too deep or too long.
    is_stopped: bool,
}

impl JsonWriter {
    fn write(&mut self, value: &Bound<'_, PyAny>, level: usize) -> PyResult<()> {
        if let Ok(string) = value.cast::<PyString>() {
            return self.write_string(string);
        }
        if value.is_none() {
            self.push(b"null");
        } else if let Ok(boolean) = value.cast::<PyBool>() {
            self.push(if boolean.is_true() { b"true" } else { b"false" });
        } else if let Ok(integer) = value.cast::<PyInt>() {
            match integer.extract::<i64>() {
                Ok(integer) => self.push(integer.to_string().as_bytes()),
                Err(_) => self.write_repr::<PyInt>(integer)?,
            }
        } else if let Ok(dict) = value.cast::<PyDict>() {
            self.write_dict(dict, level)?;
        } else if let Ok(list) = value.cast::<PyList>() {
            self.write_array(list.iter(), level)?;
        } else if let Ok(tuple) = value.cast::<PyTuple>() {
            self.write_array(tuple.iter(), level)?;
        } else if let Ok(float) = value.cast::<PyFloat>() {
            self.write_float(float)?;
        } else {
            let name = value.get_type().name()?;
            return Err(PyTypeError::new_err(format!(
                "expected bytes or str with JSON, or data of the types dict, list, tuple, str, int, float, \
                 bool and None; found {name}"
            )));
        }
        Ok(())
    }

    fn push(&mut self, bytes: &[u8]) {
        let capacity = (MAX_DATA_LENGTH + 1).saturating_sub(self.text.len());
        self.text.extend_from_slice(bytes.get(..capacity).unwrap_or(bytes));
        self.is_stopped |= self.text.len() > MAX_DATA_LENGTH;
    }

    fn write_dict(&mut self, dict: &Bound<'_, PyDict>, level: usize) -> PyResult<()> {
        self.push(b"{");
        if level == MAX_DEPTH {
            self.is_stopped = true;
        }
        if self.is_stopped {
            return Ok(());
        }
        // A subclass can override `items` to return anything. For a `dict`, the loop iterates over
        // a copy of the items, because the methods of subclasses could change the dict during the
        // iteration.
        let items = if dict.is_exact_instance_of::<PyDict>() {
            dict.items().into_any()
        } else {
            dict.call_method0("items")?
        };
        for (index, item) in items.try_iter()?.enumerate() {
            if index > 0 {
                self.push(b",");
            }
            let (name, value): (Bound<'_, PyAny>, Bound<'_, PyAny>) = item?.extract()?;
            let Ok(name) = name.cast::<PyString>() else {
                let found = name.get_type().name()?;
                return Err(PyTypeError::new_err(format!("keys must be str, not {found}")));
            };
            self.write_string(name)?;
            self.push(b":");
            self.write(&value, level + 1)?;
            if self.is_stopped {
                return Ok(());
            }
        }
        self.push(b"}");
        Ok(())
    }

    fn write_array<'py>(
        &mut self,
        items: impl Iterator<Item = Bound<'py, PyAny>>,
        level: usize,
    ) -> PyResult<()> {
        self.push(b"[");
        if level == MAX_DEPTH {
            self.is_stopped = true;
        }
        if self.is_stopped {
            return Ok(());
        }
        for (index, item) in items.enumerate() {
            if index > 0 {
                self.push(b",");
            }
            self.write(&item, level + 1)?;
            if self.is_stopped {
                return Ok(());
            }
        }
        self.push(b"]");
        Ok(())
    }

    fn write_string(&mut self, string: &Bound<'_, PyString>) -> PyResult<()> {
        self.push(b"\"");
        match string.to_str() {
            Ok(string) => self.push_escaped(string.as_bytes()),
            Err(_) => self.push_escaped(&encode_surrogates(string)?),
        }
        self.push(b"\"");
        Ok(())
    }

    fn push_escaped(&mut self, mut rest: &[u8]) {
        let needs_escape = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..=0x1f);
        while let Some(position) = rest.iter().position(needs_escape) {
            let (before, escaped) = rest.split_at_checked(position).unwrap_or((rest, &[]));
            self.push(before);
            let Some((byte, after)) = escaped.split_first() else { return };
            match byte {
                b'"' => self.push(b"\\\""),
                b'\\' => self.push(b"\\\\"),
                b'\n' => self.push(b"\\n"),
                b'\r' => self.push(b"\\r"),
                b'\t' => self.push(b"\\t"),
                0x08 => self.push(b"\\b"),
                0x0c => self.push(b"\\f"),
                _ => self.push(format!("\\u{byte:04x}").as_bytes()),
            }
            if self.is_stopped {
                return;
            }
            rest = after;
        }
        self.push(rest);
    }

    fn write_float(&mut self, float: &Bound<'_, PyFloat>) -> PyResult<()> {
        let value = float.value();
        if value.is_finite() {
            return self.write_repr::<PyFloat>(float);
        }
        // Written as by `json.dumps`, although these values are not valid JSON. The document is
        // reported as malformed.
        self.push(match value {
            f64::INFINITY => b"Infinity",
            f64::NEG_INFINITY => b"-Infinity",
            _ => b"NaN",
        });
        Ok(())
    }

    /// Writes the result of a type's `__repr__`, which a subclass could override.
    fn write_repr<T: pyo3::PyTypeInfo>(&mut self, value: &Bound<'_, PyAny>) -> PyResult<()> {
        let repr = value.py().get_type::<T>().call_method1("__repr__", (value,))?;
        self.push(repr.cast::<PyString>()?.to_str()?.as_bytes());
        Ok(())
    }
}
