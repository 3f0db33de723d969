"""The examples in README.md."""

import doctest
import re
from pathlib import Path
from typing import Any

import miniprogram_protocol
import pytest
from fastapi.testclient import TestClient
from miniprogram_protocol import _samples, samples

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```python\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)


def run(marker: str) -> dict[str, Any]:
    """Runs the only example that contains the marker, and returns its variables."""
    [example] = [example for example in EXAMPLES if marker in example]
    variables: dict[str, Any] = {"__name__": "readme"}
    exec(compile(example, "README.md", "exec"), variables)
    return variables


@pytest.mark.parametrize("index", range(len(EXAMPLES)))
def test_example_runs(index: int) -> None:
    exec(compile(EXAMPLES[index], "README.md", "exec"), {"__name__": "readme"})


def test_hypothesis_example_passes() -> None:
    run("strategies import")["test_rejects_invalid_orders"]()


def test_docstrings_are_correct() -> None:
    for module in (miniprogram_protocol, _samples):
        assert doctest.testmod(module) == (0, {miniprogram_protocol: 7, _samples: 2}[module])


@pytest.mark.parametrize("marker", ["BeforeValidator", "Depends"])
def test_fastapi_example_accepts_valid_orders(marker: str) -> None:
    client = TestClient(run(marker)["app"])
    for sample in samples("Order", 5):
        response = client.post("/orders", content=sample.json, headers={"Content-Type": "application/json"})
        assert (response.status_code, response.json()) == (200, sample.data["orderDescription"])


def test_pydantic_example_reports_violations() -> None:
    client = TestClient(run("BeforeValidator")["app"])
    response = client.post("/orders", json={"orderDescription": "Shoes"})
    assert response.status_code == 422
    violations = response.json()["detail"][0]["ctx"]["violations"]
    assert "/orderAmount" in [violation["path"] for violation in violations]


def test_dependency_example_reports_violations_without_values() -> None:
    client = TestClient(run("Depends")["app"])
    response = client.post("/orders", content=b'{"orderDescription": "secret", "orderDescription": 1}')
    assert (response.status_code, response.headers["content-type"]) == (422, "application/problem+json")
    codes = {violation["code"] for violation in response.json()["violations"]}
    assert codes == {"duplicate", "required"}
    assert "secret" not in response.text
    assert client.post("/orders", content=b"{").status_code == 400
