"""Hostile input leads to violations or to clear exceptions."""

import collections
import enum
import gc
import json
import threading
import tracemalloc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from miniprogram_protocol import Policy, check, check_many

AMOUNT = {"currency": "USD", "value": 1}


def codes(data: Any, policy: Policy | None = None) -> list[tuple[str, str]]:
    return [(violation.path, violation.code) for violation in check("Amount", data, policy).violations]


@pytest.mark.parametrize("text", ['{"currency":"\ud800"}', '"\udfff"', "\ud800"])
def test_lone_surrogates_in_text_are_syntax_violations(text: str) -> None:
    assert codes(text) == codes(text.encode("utf-8", "surrogatepass")) == [("", "syntax")]


@pytest.mark.parametrize("data", [{"currency": "\ud800", "value": 1}, {**AMOUNT, "\udfff": 1}, [["\udc00"]]])
def test_lone_surrogates_in_data_are_syntax_violations(data: Any) -> None:
    assert codes(data) == [("", "syntax")]


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf"), -1e400])
def test_numbers_that_json_lacks_are_syntax_violations(number: float) -> None:
    assert codes({**AMOUNT, "value": number}) == codes(json.dumps({**AMOUNT, "value": number})) == [("", "syntax")]


@pytest.mark.parametrize("value", [2**63 - 1, -(2**63), 2**63, 2**64, 10**300, 10**1000, -(10**4000), 1.0, 1e22, -0.0, True])
def test_numbers_have_the_result_of_their_text(value: float) -> None:
    assert codes({**AMOUNT, "value": value}) == codes(json.dumps({**AMOUNT, "value": value}))
    assert codes(value) == codes(json.dumps(value))


def test_integers_with_too_many_digits_are_value_errors() -> None:
    with pytest.raises(ValueError, match="4300"):
        codes({"currency": "USD", "value": 1 << 20000})


@pytest.mark.parametrize("key", [1, None, True, 1.5, b"value", (1, 2)])
def test_keys_must_be_strings(key: Any) -> None:
    with pytest.raises(TypeError, match=f"^keys must be str, not {type(key).__name__}$"):
        codes({key: 1})


@pytest.mark.parametrize("value", [{1}, object(), b"bytes", 1j, dict, iter([])])
def test_data_without_json_text_is_a_type_error(value: Any) -> None:
    with pytest.raises(TypeError, match=f"found {type(value).__name__}$"):
        codes({"currency": value})


def test_type_errors_do_not_contain_values() -> None:
    class Secret:
        def __repr__(self) -> str:
            return "4111111111111111"

    with pytest.raises(TypeError) as raised:
        codes({"currency": Secret()})
    assert "4111" not in str(raised.value)


@pytest.mark.parametrize("depth", [127, 128, 129, 130, 131, 132, 100_000])
def test_deep_data_has_the_result_of_its_text(depth: int) -> None:
    data: Any = 1
    for _ in range(depth - 1):
        data = [data]
    text = '{"currency":"USD","value":1,"x":' + "[" * (depth - 1) + "1" + "]" * (depth - 1) + "}"
    expected = [] if depth <= 128 else [("", "syntax")]
    assert codes({**AMOUNT, "x": data}) == codes(text) == expected
    assert codes({**AMOUNT, "x": {"y": data}}) == ([] if depth < 128 else [("", "syntax")])


def test_deep_data_is_an_error_at_the_limit_of_the_policy() -> None:
    policy = Policy.from_toml("maxDepth = 2")
    assert codes({**AMOUNT, "x": [1]}, policy) == []
    assert codes({**AMOUNT, "x": [[1]]}, policy) == [("", "syntax")]


def test_cyclic_data_is_a_syntax_violation() -> None:
    cyclic: dict[str, Any] = dict(AMOUNT)
    cyclic["self"] = cyclic
    items: list[Any] = []
    items.append(items)
    assert codes(cyclic) == codes(items) == [("", "syntax")]


def test_data_with_an_extremely_long_text_is_limited() -> None:
    bomb: Any = "a" * 1000
    for _ in range(100):
        bomb = [bomb] * 10
    tracemalloc.start()
    [violation] = check("Amount", {**AMOUNT, "x": bomb}, Policy.strict().max_bytes(1 << 62)).violations
    assert tracemalloc.get_traced_memory()[1] < 1 << 20
    tracemalloc.stop()
    assert (violation.code, violation.params["maxBytes"]) == ("maxBytes", 64 << 20)


def test_long_strings_in_data_are_limited() -> None:
    [violation] = check("Amount", {"currency": "a" * (65 << 20)}).violations
    assert violation.params == {"maxBytes": 64 << 20, "bytes": (64 << 20) + 1}


@pytest.mark.parametrize("make", [str, str.encode])
def test_long_text_is_limited(make: Any) -> None:
    text = make('"' + "a" * (65 << 20) + '"')
    assert codes(text) == [("", "maxBytes")]
    text = make('"' + "a" * (1 << 20) + '"')
    assert codes(text) == codes(text, Policy.strict().max_bytes((1 << 20) + 2)) == [("", "type")]
    assert codes(text, Policy.strict().max_bytes((1 << 20) + 1)) == [("", "maxBytes")]


def test_long_arrays_are_limited() -> None:
    [violation] = check("Order", {"goods": [None] * 1_000_001}, Policy.strict().max_violations(1)).violations[:1]
    assert violation.code == "type"
    assert check("Amount", {**AMOUNT, "x": [0] * 100_000})
    documents: list[Any] = [AMOUNT] * 100_000
    assert all(check_many("Amount", documents))


def test_many_violations_are_truncated() -> None:
    found = codes({f"x{index}": index for index in range(10_001)})
    assert ("", "maxProperties") in found
    found = [(violation.path, violation.code) for violation in check("Order", {"goods": [0] * 100}).violations]
    assert len(found) == 65 and found[-1] == ("", "tooMany")


class Currency(str, enum.Enum):
    USD = "USD"


class Number(enum.IntEnum):
    ONE = 1


class Shouting(str):
    def __str__(self) -> str:
        return "!"

    def encode(self, encoding: str = "utf-8", errors: str = "strict") -> bytes:
        raise RuntimeError

    def __eq__(self, other: object) -> bool:
        raise RuntimeError

    __hash__ = str.__hash__


def test_subclasses_are_checked_by_their_value() -> None:
    data: Any = {"currency": Currency.USD, "value": Number.ONE}
    assert codes(data) == codes(collections.OrderedDict(data)) == codes(collections.defaultdict(list, data)) == []
    assert codes({Shouting("currency"): Shouting("USD"), "value": 1}) == []
    assert codes(Shouting('{"currency":"USD","value":1}')) == []
    assert codes({"currency": Shouting("\ud800")}) == [("", "syntax")]


def test_dict_subclasses_are_read_with_items() -> None:
    class Renamed(dict[str, Any]):
        def items(self) -> Any:
            return [("currency", "USD"), ("value", 1)]

    class Failing(dict[str, Any]):
        def items(self) -> Any:
            raise KeyError("no items")

    class Wrong(dict[str, Any]):
        def items(self) -> Any:
            return [("currency",)]

    assert codes(Renamed()) == []
    with pytest.raises(KeyError, match="no items"):
        codes(Failing())
    with pytest.raises((TypeError, ValueError)):
        codes(Wrong())


def test_data_may_change_while_it_is_read() -> None:
    outer: dict[str, Any] = {}
    items: list[Any] = []

    class Changing(dict[str, Any]):
        def items(self) -> Any:
            outer.clear()
            items.clear()
            outer.update({str(index): index for index in range(100)})
            return super().items()

    items.extend([Changing(), 1, 2])
    outer.update({"x": items, "y": Changing(), **AMOUNT})
    assert codes(outer) == []


def test_infinite_items_end_at_the_limit() -> None:
    class Infinite(dict[str, Any]):
        def items(self) -> Any:
            while True:
                yield "x" * 100_000, 1

    assert codes(Infinite()) == [("", "maxBytes")]


def test_exceptions_of_an_iterable_are_raised() -> None:
    def documents() -> Iterator[bytes]:
        yield b"{}"
        raise OSError("disk")

    with pytest.raises(OSError, match="disk"):
        check_many("Amount", documents())


@pytest.mark.parametrize("single", ["{}", b"{}", bytearray(b"{}"), memoryview(b"{}"), {}, 1, None])
def test_check_many_requires_several_documents(single: Any) -> None:
    with pytest.raises(TypeError):
        check_many("Amount", single)


def test_threads_get_the_results_of_their_documents() -> None:
    texts = [json.dumps({"currency": "USD", "value": -index, "x": "a" * (index % 5 * 10_000)}) for index in range(100)]

    def work(_: int) -> list[list[str]]:
        return [[violation.code for violation in check("Amount", text).violations] for text in texts]

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(work, range(16)))
    assert found == [[[]] + [["minimum"]] * 99] * 16


def test_other_threads_run_during_a_batch() -> None:
    documents = [b'{"currency":"USD","value":1,"x":"' + b"a" * 1000 + b'"}'] * 20_000
    turns, done = 0, threading.Event()

    def count() -> None:
        nonlocal turns
        while not done.is_set():
            turns += 1

    thread = threading.Thread(target=count)
    thread.start()
    before = turns
    check_many("Amount", documents)
    during = turns - before
    done.set()
    thread.join()
    assert during > 0


def test_checks_do_not_leak() -> None:
    def work() -> None:
        for _ in range(200):
            check("Order", {"goods": [{"x": "y"}], "orderAmount": {}})
            check_many("Order", ["{", b"{}", {}])
            with pytest.raises(TypeError):
                check("Order", {"goods": [object()]})

    work()
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    work()
    gc.collect()
    after = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert after - before < 50_000
