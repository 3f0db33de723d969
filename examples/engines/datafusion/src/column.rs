//! Access to columns of strings or binary data, without copying.

use datafusion::{
    arrow::{
        array::{
            Array, AsArray, BinaryArray, BinaryViewArray, LargeBinaryArray, LargeStringArray,
            StringArray, StringViewArray,
        },
        datatypes::DataType,
    },
    common::ScalarValue,
    error::Result,
    logical_expr::ColumnarValue,
};

/// A column of strings or binary data, or a constant.
pub(crate) enum Column<'a> {
    Constant(Option<&'a [u8]>),
    Utf8(&'a StringArray),
    LargeUtf8(&'a LargeStringArray),
    Utf8View(&'a StringViewArray),
    Binary(&'a BinaryArray),
    LargeBinary(&'a LargeBinaryArray),
    BinaryView(&'a BinaryViewArray),
    Dictionary { keys: Vec<usize>, array: &'a dyn Array, values: Box<Column<'a>> },
}

impl<'a> Column<'a> {
    pub(crate) fn new(value: &'a ColumnarValue) -> Result<Self> {
        match value {
            ColumnarValue::Array(array) => Self::from_array(array),
            ColumnarValue::Scalar(scalar) => scalar_bytes(scalar).map(Self::Constant),
        }
    }

    fn from_array(array: &'a dyn Array) -> Result<Self> {
        Ok(match array.data_type() {
            DataType::Utf8 => Self::Utf8(array.as_string()),
            DataType::LargeUtf8 => Self::LargeUtf8(array.as_string()),
            DataType::Utf8View => Self::Utf8View(array.as_string_view()),
            DataType::Binary => Self::Binary(array.as_binary()),
            DataType::LargeBinary => Self::LargeBinary(array.as_binary()),
            DataType::BinaryView => Self::BinaryView(array.as_binary_view()),
            DataType::Dictionary(..) => {
                let dictionary = array.as_any_dictionary();
                if dictionary.values().is_empty() {
                    return Ok(Self::Constant(None));
                }
                Self::Dictionary {
                    keys: dictionary.normalized_keys(),
                    array,
                    values: Box::new(Self::from_array(dictionary.values())?),
                }
            }
            other => return Err(unsupported(other)),
        })
    }

    /// Returns the value of a row, or `None` for NULL.
    pub(crate) fn get(&self, row: usize) -> Option<&'a [u8]> {
        match self {
            Self::Constant(value) => *value,
            Self::Utf8(array) => array.is_valid(row).then(|| array.value(row).as_bytes()),
            Self::LargeUtf8(array) => array.is_valid(row).then(|| array.value(row).as_bytes()),
            Self::Utf8View(array) => array.is_valid(row).then(|| array.value(row).as_bytes()),
            Self::Binary(array) => array.is_valid(row).then(|| array.value(row)),
            Self::LargeBinary(array) => array.is_valid(row).then(|| array.value(row)),
            Self::BinaryView(array) => array.is_valid(row).then(|| array.value(row)),
            Self::Dictionary { keys, array, values } => {
                array.is_valid(row).then(|| values.get(keys[row])).flatten()
            }
        }
    }
}

/// Returns the bytes of a scalar, or `None` if it is null.
pub(crate) fn scalar_bytes(scalar: &ScalarValue) -> Result<Option<&[u8]>> {
    Ok(match scalar {
        ScalarValue::Null => None,
        ScalarValue::Utf8(value) | ScalarValue::LargeUtf8(value) | ScalarValue::Utf8View(value) => {
            value.as_deref().map(str::as_bytes)
        }
        ScalarValue::Binary(value)
        | ScalarValue::LargeBinary(value)
        | ScalarValue::BinaryView(value)
        | ScalarValue::FixedSizeBinary(_, value) => value.as_deref(),
        ScalarValue::Dictionary(_, value) => scalar_bytes(value)?,
        other => return Err(unsupported(&other.data_type())),
    })
}

fn unsupported(data_type: &DataType) -> datafusion::error::DataFusionError {
    datafusion::common::exec_datafusion_err!("expected strings or binary data, found {data_type}")
}
