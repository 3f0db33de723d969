"""Runs check_order.vrl in the interpreter of the Vector Remap Language with the conformance suite, for each type."""

import json
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[3]
VRL = ROOT / "target/engines/vrl/bin/vrl"
PROGRAM = pathlib.Path(__file__).with_name("check_order.vrl").read_text()
SUITES = sorted((ROOT / "tests/conformance").glob("*.json"))


def run(type_name, documents, tmp_path):
    """Returns for each document whether the program finds it valid."""
    assert "schema/Order.json" in PROGRAM
    program, events = tmp_path / "check.vrl", tmp_path / "events.ndjson"
    program.write_text(PROGRAM.replace("schema/Order.json", f"schema/{type_name}.json"))
    events.write_text("".join(json.dumps({"message": document}) + "\n" for document in documents))
    # The interpreter prints the value of the last expression, which is the assignment to `valid`.
    command = [VRL, "--program", program, "--input", events]
    output = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [json.loads(line) for line in output.splitlines()]


@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite.stem)
def test_agrees_with_the_conformance_suite(suite, tmp_path):
    vectors = [vector for vector in json.loads(suite.read_text())["vectors"] if "needs" not in vector]
    results = run(suite.stem, [vector["json"] for vector in vectors], tmp_path)
    assert len(results) == len(vectors)
    for vector, valid in zip(vectors, results):
        # The format `json-object` is not known to the interpreter.
        is_unchecked = all(each["path"].endswith("/messageContent") and each["code"] == "format" for each in vector["violations"])
        assert valid == (not vector["violations"]) or valid and is_unchecked, vector


def test_malformed_documents_are_invalid(tmp_path):
    assert run("Order", ["", "{", "null", '{"orderAmount"}'], tmp_path) == [False] * 4


def test_documents_are_unchecked_without_a_schema(tmp_path):
    assert run("Missing", ["{}", "[]"], tmp_path) == [None] * 2


def test_documents_cannot_pass_as_unchecked(tmp_path):
    error = 'function call error for \"validate_json_schema\" at (1:2): JSON schema not found'
    assert run("Order", [error, f'"{error}"', f'{{"orderAmount": "{error}"}}'], tmp_path) == [False] * 3
