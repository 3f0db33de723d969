"""The conformance suite of the library."""

import json
from pathlib import Path

import pytest
from miniprogram_protocol import check, check_many, is_type, types

SUITE = Path(__file__).parents[3] / "tests/conformance"
FILES = sorted(SUITE.glob("*.json"))


def test_suite_covers_all_types() -> None:
    assert {file.stem for file in FILES} <= set(types())
    assert len(FILES) > 20


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_vectors_hold(file: Path) -> None:
    suite = json.loads(file.read_text(encoding="utf-8"))
    type_name, vectors = suite["type"], suite["vectors"]
    assert is_type(type_name)
    documents = [vector["json"] for vector in vectors]
    for vector, result in zip(vectors, check_many(type_name, documents), strict=True):
        found = sorted((violation.path, violation.code) for violation in result.violations)
        expected = [(violation["path"], violation["code"]) for violation in vector["violations"]]
        assert found == expected, vector["about"]
        assert result.valid == bool(result) == (not expected)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_data_is_checked_as_its_json_text(file: Path) -> None:
    suite = json.loads(file.read_text(encoding="utf-8"))
    for vector in suite["vectors"]:
        try:
            data = json.loads(vector["json"])
        except (ValueError, RecursionError):
            continue
        if isinstance(data, str):
            continue  # It would be checked as JSON text.
        text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
        expected = check(suite["type"], text).to_dict()
        for violation in expected["violations"]:
            violation.pop("span", None)
        assert check(suite["type"], data).to_dict() == expected, vector["about"]
