"""Batches in Arrow arrays."""

from typing import Any

import arro3.core
import pyarrow as pa
import pytest
from miniprogram_protocol import check_many, samples

DOCUMENTS = [sample.json for invalid in (False, True) for sample in samples("Order", 20, invalid=invalid)]
TEXT_TYPES = [pa.string(), pa.large_string(), pa.string_view()]
BINARY_TYPES = [pa.binary(), pa.large_binary(), pa.binary_view()]


@pytest.mark.parametrize("data_type", TEXT_TYPES, ids=str)
def test_arrays_of_strings_have_the_results_of_lists(data_type: Any) -> None:
    array = pa.array(DOCUMENTS, data_type)
    expected = check_many("Order", DOCUMENTS)
    assert check_many("Order", array) == expected
    assert check_many("Order", array[5:30]) == expected[5:30]
    assert check_many("Order", pa.chunked_array([array[:7], array[7:7], array[7:]])) == expected
    assert check_many("Order", pa.table({"body": array})["body"]) == expected


@pytest.mark.parametrize("data_type", BINARY_TYPES, ids=str)
def test_binary_arrays_have_the_results_of_lists(data_type: Any) -> None:
    documents = [document.encode() for document in DOCUMENTS] + [b"\xff", b""]
    assert check_many("Order", pa.array(documents, data_type)) == check_many("Order", documents)


def test_reads_arrays_of_other_libraries() -> None:
    array = arro3.core.Array(DOCUMENTS, type=arro3.core.DataType.string())
    assert check_many("Order", array) == check_many("Order", DOCUMENTS)


def test_nulls_are_the_json_null() -> None:
    [valid, null] = check_many("Amount", pa.array(['{"currency":"USD","value":1}', None]))
    assert valid
    assert [(violation.path, violation.code) for violation in null.violations] == [("", "type")]


@pytest.mark.parametrize("data_type", [*TEXT_TYPES, *BINARY_TYPES], ids=str)
def test_empty_arrays_have_no_results(data_type: Any) -> None:
    assert check_many("Order", pa.array([], data_type)) == []
    assert check_many("Order", pa.chunked_array([], data_type)) == []


@pytest.mark.parametrize("array", [pa.array([1]), pa.array([["{}"]]), pa.table({"a": ["{}"]}), pa.nulls(3)], ids=lambda array: str(array.__class__))
def test_other_arrays_are_type_errors(array: Any) -> None:
    with pytest.raises(TypeError, match="expected an Arrow array of strings or binary data, found"):
        check_many("Order", array)


def test_arrays_with_invalid_offsets_or_text_are_value_errors() -> None:
    offsets = pa.py_buffer((0).to_bytes(4, "little") + (9).to_bytes(4, "little") + (3).to_bytes(4, "little"))
    array = pa.Array.from_buffers(pa.string(), 2, [None, offsets, pa.py_buffer(b"a" * 9)])
    with pytest.raises(ValueError, match="invalid Arrow array"):
        check_many("Order", array)
    offsets = pa.py_buffer((0).to_bytes(4, "little") + (1).to_bytes(4, "little"))
    array = pa.Array.from_buffers(pa.string(), 1, [None, offsets, pa.py_buffer(b"\xff")])
    with pytest.raises(ValueError, match="invalid Arrow array"):
        check_many("Order", array)


class Export:
    """Exports objects that are not what the interface requires."""

    def __init__(self, exported: Any) -> None:
        self.exported = exported

    def __arrow_c_array__(self, requested_schema: Any = None) -> Any:
        return self.exported


def test_wrong_capsules_are_errors() -> None:
    schema, array = pa.array(["{}"]).__arrow_c_array__()
    for exported in [None, (), (1, 2), (array, schema), (schema,)]:
        with pytest.raises((TypeError, ValueError, IndexError)):
            check_many("Amount", Export(exported))


def test_arrays_are_consumed_once() -> None:
    export = Export(pa.array(["{}"]).__arrow_c_array__())
    check_many("Amount", export)
    with pytest.raises(ValueError, match="already been consumed"):
        check_many("Amount", export)


def test_streams_report_errors_of_their_producer() -> None:
    def batches() -> Any:
        yield pa.record_batch({"a": ["{}"]})
        raise OSError("disk")

    reader = pa.RecordBatchReader.from_batches(pa.schema({"a": pa.string()}), batches())
    with pytest.raises((TypeError, ValueError)):
        check_many("Amount", reader)
