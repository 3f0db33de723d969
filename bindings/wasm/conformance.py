"""Runs the conformance suite against the module: python3 conformance.py MODULE.wasm (needs wasmtime)."""

import json, pathlib, sys
from wasmtime import Engine, Instance, Module, Store

ROOT = pathlib.Path(__file__).resolve().parents[2]
SUITE = ROOT / "tests" / "conformance"


class Validator:
    def __init__(self, path):
        engine = Engine()
        self.store = Store(engine)
        exports = Instance(self.store, Module.from_file(engine, path), []).exports(self.store)
        self.memory = exports["memory"]
        self.functions = exports

    def call(self, name, *arguments):
        return self.functions[name](self.store, *arguments) & 0xFFFFFFFF

    def write(self, content):
        """Copies bytes to a new buffer, and returns its address."""
        address = self.call("mpp_alloc", len(content))
        assert address or not content, "not enough memory"
        self.memory.write(self.store, content, address)
        return address

    def read(self, address):
        """Reads a result, and frees it."""
        assert address, "not enough memory"
        length = int.from_bytes(self.memory.read(self.store, address, address + 4), "little")
        content = bytes(self.memory.read(self.store, address + 4, address + 4 + length))
        assert self.call("mpp_free", address) == 1
        return json.loads(content)

    def call_with_text(self, name, text, *after, before=()):
        """Calls a function with a text and the arguments before and after it, and reads the result."""
        address = self.write(text)
        result = self.read(self.call(name, *before, address, len(text), *after))
        assert address == 0 or self.call("mpp_free", address) == 1
        return result

    def check(self, type, document, policy=0):
        name, text = self.write(type), self.write(document)
        result = self.read(self.call("mpp_check", name, len(type), text, len(document), policy))
        for address in filter(None, (name, text)):
            assert self.call("mpp_free", address) == 1
        return result


def sorted_pairs(violations):
    """Returns the pointer and the code of each violation, sorted."""
    return sorted((one["path"], one["code"]) for one in violations)


def check_suite(validator):
    total = failed = 0
    for path in sorted(SUITE.glob("*.json")):
        suite = json.loads(path.read_text(encoding="utf-8"))
        for vector in suite["vectors"]:
            found = validator.check(suite["type"].encode(), vector["json"].encode())
            pairs = sorted_pairs(found["violations"])
            total += 1
            if pairs != sorted_pairs(vector["violations"]):
                failed += 1
                print(suite["type"], vector["about"], pairs, sep=" | ")
    print(f"{total} vectors, {failed} failed")
    return failed == 0 and total > 30_000


def check_hostile_arguments(validator):
    """Addresses and lengths that are wrong are errors, not traps."""
    name = validator.write(b"Amount")
    for address, length in [(0, 1), (name, 7), (name, 2**32 - 1), (2**32 - 1, 2), (2**31, 2**31), (name + 6, 1), (name - 1, 6)]:
        signed = [value - 2**32 if value >= 2**31 else value for value in (address, length)]
        assert "error" in validator.read(validator.call("mpp_check", *signed, name, 6, 0)), (address, length)
        assert "error" in validator.read(validator.call("mpp_check", name, 6, *signed, 0)), (address, length)
    for policy in (2, -1):
        assert "error" in validator.read(validator.call("mpp_check", name, 6, name, 6, policy))
    assert validator.call("mpp_alloc", -1) == 0 and validator.call("mpp_alloc", 0) == 0
    assert validator.call("mpp_free", name + 1) == 0 and validator.call("mpp_free", 0) == 0
    assert validator.call("mpp_free", name) == 1 and validator.call("mpp_free", name) == 0


def check_policies(validator):
    """Policies are created from JSON, and copied with another edition. Errors have a message."""

    def with_edition(policy, edition):
        return validator.call_with_text("mpp_policy_edition", edition, before=(policy,))

    policy = validator.call_with_text("mpp_policy", b'{"fields": {"Amount": {"value": {"maximum": 10}}}}')["policy"]
    edition = with_edition(policy, b"v1")["policy"]
    assert edition not in (0, 1, policy)
    for number, expected in [(0, True), (policy, False), (edition, False)]:
        assert validator.check(b"Amount", b'{"currency": "USD", "value": 11}', number)["valid"] == expected
    default = with_edition(0, b"v1")["policy"]
    # The edition v1 allows special characters in this field.
    request = b'{"paymentId": "1", "extendInfo": "@"}'
    found = [validator.check(b"CancelRequest", request, number)["valid"] for number in (0, policy, edition, default)]
    assert found == [False, False, True, True], found
    assert with_edition(0, b"v0") == {"error": {"message": "unknown edition"}}
    assert with_edition(0, b"\xff")["error"]
    assert with_edition(99, b"v1") == {"error": {"message": "unknown policy"}}
    assert validator.call_with_text("mpp_policy", b"{")["error"]["line"] == 1
    for number in (policy, edition, default):
        assert validator.call("mpp_policy_free", number) == 1
        assert validator.call("mpp_policy_free", number) == 0


def check_optional_functions(validator):
    """The functions of the features that the module has."""
    features = validator.read(validator.call("mpp_version"))["features"]
    types = validator.read(validator.call("mpp_types"))
    if "schema" in features:
        for type in ("Order", "User"):
            expected = json.loads((ROOT / "schema" / f"{type}.json").read_text(encoding="utf-8"))
            assert validator.call_with_text("mpp_schema", type.encode(), 0) == expected, type
        assert "error" in validator.call_with_text("mpp_schema", b"order", 0)
    if "sample" in features:
        for seed, type in enumerate(types):
            for invalid in (0, 1):
                sample = validator.call_with_text("mpp_sample", type.encode(), 0, invalid, seed)
                found = validator.check(type.encode(), sample["json"].encode())["violations"]
                assert sorted_pairs(found) == sorted_pairs(sample["violations"]), (type, seed)
                assert bool(found) == bool(invalid), (type, seed)
    if "explain" in features:
        codes = validator.read(validator.call("mpp_explain", 0, 0))
        assert "required" in codes
        for code in codes:
            explanation = validator.call_with_text("mpp_explain", code.encode())
            assert explanation["code"] == code and explanation["text"], code
        assert "error" in validator.call_with_text("mpp_explain", b"none")
    if "toml" in features:
        policy = validator.call_with_text("mpp_policy_toml", b"maxViolations = 1")["policy"]
        assert len(validator.check(b"Amount", b"{}", policy)["violations"]) == 2
        assert validator.call("mpp_policy_free", policy) == 1
    print(f"features: {', '.join(features)}")


def check_memory(validator, calls):
    """Repeated calls do not grow the memory."""
    documents = [b'{"currency":"USD","value":1}', b"{}", b"[" * 1000, b'{"value":1,"value":"\xff"}']
    for document in documents:
        validator.check(b"Amount", document)
    pages = validator.memory.size(validator.store)
    for index in range(calls):
        validator.check(b"Amount", documents[index % len(documents)])
    assert validator.memory.size(validator.store) == pages
    print(f"{calls} calls: {pages} pages of memory, as before")


validator = Validator(sys.argv[1])
check_hostile_arguments(validator)
check_policies(validator)
check_optional_functions(validator)
check_memory(validator, int(sys.argv[2]) if len(sys.argv) > 2 else 10_000)
sys.exit(0 if check_suite(validator) else 1)
