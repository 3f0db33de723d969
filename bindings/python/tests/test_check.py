"""Checks of single documents, policies and results."""

import copy
import json
import pickle
from collections.abc import Callable
from dataclasses import FrozenInstanceError

import pytest
from miniprogram_protocol import (
    CheckResult,
    Policy,
    PolicyError,
    Span,
    ValidationError,
    Violation,
    check,
    json_schema,
    types,
)

INVALID = '{\n "currency": "usd",\n "value": -1\n}'


def test_reports_all_violations_with_locations() -> None:
    result = check("Amount", INVALID)
    assert result.violations == (
        Violation(
            path="/currency",
            code="format",
            message="must be a current ISO 4217 currency code",
            params={"format": "iso4217"},
            span=Span(offset=15, length=5, line=2, column=14),
        ),
        Violation(
            path="/value",
            code="minimum",
            message="must be at least 0",
            params={"minimum": 0},
            span=Span(offset=32, length=2, line=3, column=11),
        ),
    )
    assert str(result.violations[1]) == "/value must be at least 0"


@pytest.mark.parametrize("convert", [bytes, bytearray, memoryview])
def test_all_kinds_of_text_have_the_same_result(convert: Callable[[bytes], object]) -> None:
    assert check("Amount", convert(INVALID.encode())) == check("Amount", INVALID)


def test_a_view_of_every_second_byte_is_text() -> None:
    text = b"".join(bytes([byte, 0]) for byte in INVALID.encode())
    assert check("Amount", memoryview(text)[::2]) == check("Amount", INVALID)


def test_violations_in_data_have_no_location() -> None:
    result = check("Amount", json.loads(INVALID))
    assert [violation.path for violation in result.violations] == ["/currency", "/value"]
    assert {violation.span for violation in result.violations} == {None}


def test_malformed_text_is_a_syntax_violation() -> None:
    [violation] = check("Amount", "{").violations
    assert (violation.path, violation.code, violation.params) == ("", "syntax", {"line": 1, "column": 2})
    assert violation.span == Span(1, 0, 1, 2)
    assert str(violation).startswith("the value ")


def test_lists_in_parameters_are_tuples() -> None:
    [violation] = check("User", {"userId": "1", "gender": "X"}).violations
    assert violation.params == {"values": ("F", "M")}
    assert violation.to_dict()["params"] == {"values": ["F", "M"]}


def test_results_are_immutable_hashable_and_picklable() -> None:
    result = check("Amount", INVALID)
    assert pickle.loads(pickle.dumps(result)) == result == copy.deepcopy(result)
    assert len({result, check("Amount", INVALID)}) == 1
    with pytest.raises(FrozenInstanceError):
        result.violations = ()  # type: ignore[misc]


def test_valid_documents_share_one_result() -> None:
    assert check("UserName", {}) is check("Amount", {"currency": "USD", "value": 1})


def test_raises_if_invalid() -> None:
    check("Amount", {"currency": "USD", "value": 1}).raise_if_invalid()
    with pytest.raises(ValidationError, match="^/value is required$") as raised:
        check("Amount", {"currency": "USD"}).raise_if_invalid()
    assert raised.value.violations[0].code == "required"
    assert str(pickle.loads(pickle.dumps(raised.value))) == "/value is required"


def test_messages_escape_control_characters() -> None:
    policy = Policy.from_toml("unknownFields = 'reject'")
    [violation] = check("Amount", {"currency": "USD", "value": 1, "a\n\x1b": 1}, policy).violations
    assert str(violation) == r"/a\n\x1b is not a known field"


def test_tolerates_deviations_of_a_policy() -> None:
    result = check("Amount", '{"currency":"USD","value":"1"}', Policy.lenient())
    assert result.valid
    assert [violation.path for violation in result.tolerated] == ["/value"]
    assert result.tolerated[0].span == Span(26, 3, 1, 27)
    assert "tolerated" in result.to_dict()
    assert not check("Amount", {"currency": "USD", "value": "1"}, Policy.lenient().deny("amountAsString"))
    assert check("Amount", {"currency": "USD", "value": "1"}, Policy.strict().allow("amountAsString"))


def test_editions_change_requirements() -> None:
    document = {"paymentId": "1"}
    assert check("InquiryPaymentRequest", document)
    [violation] = check("InquiryPaymentRequest", document, Policy.strict().edition("v1")).violations
    assert violation.path == "/partnerId"


def test_reads_policies_from_files() -> None:
    toml = Policy.from_toml("maxViolations = 1")
    assert toml == Policy.from_json('{"maxViolations": 1}') == Policy.strict().max_violations(1)
    assert [violation.code for violation in check("Order", {}, toml).violations] == ["required", "tooMany"]
    [violation] = check("Order", "[1, 2, 3]", Policy.strict().max_bytes(8)).violations
    assert violation.params == {"maxBytes": 8, "bytes": 9}


def test_errors_in_policies_have_a_position() -> None:
    with pytest.raises(PolicyError, match="line 2 column 1: unknown key `maxbytes`; did you mean") as raised:
        Policy.from_toml("base = 'lenient'\nmaxbytes = 100")
    assert (raised.value.line, raised.value.column) == (2, 1)
    assert str(pickle.loads(pickle.dumps(raised.value))) == str(raised.value)


def test_suggests_similar_names() -> None:
    with pytest.raises(ValueError, match='^unknown type "Ordr"; did you mean "Order"\\?$'):
        check("Ordr", {})  # type: ignore[arg-type]
    with pytest.raises(ValueError, match='^unknown edition "V1"; did you mean "v1"\\?$'):
        Policy.strict().edition("V1")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match='did you mean "dateOnly"'):
        Policy.strict().allow("dateOnyl")  # type: ignore[arg-type]


def test_exports_json_schema() -> None:
    for type_name in types():
        assert json_schema(type_name)["$defs"][type_name]["type"] == "object"
    assert json_schema("Amount", Policy.lenient()) != json_schema("Amount")


def test_result_of_a_valid_document() -> None:
    assert check("Amount", '{"currency":"USD","value":1}') == CheckResult((), ())
    assert CheckResult((), ()).to_dict() == {"valid": True, "violations": []}
