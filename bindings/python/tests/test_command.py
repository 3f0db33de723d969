"""Results and samples are those of the command `mpp`, whose path is in the environment variable MPP."""

import json
import os
import subprocess
from typing import Any

import pytest
from miniprogram_protocol import Policy, TypeName, check_many, samples, types

MPP = os.environ.get("MPP")
#: The number of documents per kind of sample, over all types. SAMPLES=100000 takes a few minutes.
COUNT = int(os.environ.get("SAMPLES", "2000")) // 4
#: The maximum number of documents per type and kind that the command generates, too. It takes longer.
MAX_GENERATED = 10

pytestmark = pytest.mark.skipif(MPP is None, reason="requires the command mpp")


def run(*arguments: str, text: str = "") -> list[str]:
    """Runs the command and returns the lines that it prints."""
    assert MPP is not None
    done = subprocess.run([MPP, *arguments], input=text.encode(), stdout=subprocess.PIPE, check=False)
    assert done.returncode in (0, 1)
    # Other line separators of Unicode do not end a line.
    return done.stdout.decode().removesuffix("\n").split("\n")


def to_line(type_name: str, result: dict[str, Any], line: int, offset: int) -> str:
    """Returns what the command prints for the result of a line of a file."""
    for violation in [*result["violations"], *result.get("tolerated", [])]:
        if "span" in violation:
            violation["span"]["offset"] += offset
            violation["span"]["line"] = line
    report = {"source": "-", "line": line, "type": type_name, **result}
    return json.dumps(report, sort_keys=True, ensure_ascii=False)


@pytest.mark.parametrize("invalid", [False, True], ids=["valid", "invalid"])
@pytest.mark.parametrize("fuzz", [False, True], ids=["realistic", "unusual"])
def test_samples_and_results_match_command(invalid: bool, fuzz: bool) -> None:
    count = max(1, COUNT // len(types()))
    options = ["--invalid"] * invalid + ["--fuzz"] * fuzz
    for type_name in types():
        documents = [one.json for one in samples(type_name, count, seed=7, invalid=invalid, fuzz=fuzz)]
        generated = str(min(count, MAX_GENERATED))
        printed = run("sample", type_name, "--seed", "7", "--count", generated, *options)
        assert documents[:MAX_GENERATED] == printed
        assert_same_results(type_name, documents, "strict", Policy.strict())
        if invalid:
            assert_same_results(type_name, documents, "lenient", Policy.lenient())


def assert_same_results(type_name: TypeName, documents: list[str], name: str, policy: Policy) -> None:
    text = "\n".join(documents)
    printed = run("check", "--type", type_name, "--policy", name, "--format", "json", "--lines", text=text)
    offset = 0
    results = check_many(type_name, documents, policy)
    for index, (document, result, line) in enumerate(zip(documents, results, printed, strict=True)):
        expected = json.dumps(json.loads(line), sort_keys=True, ensure_ascii=False)
        assert to_line(type_name, result.to_dict(), index + 1, offset) == expected
        offset += len(document.encode()) + 1


def test_samples_state_their_violations() -> None:
    for type_name in types():
        found = samples(type_name, 3, invalid=True)
        results = check_many(type_name, [sample.json for sample in found])
        for sample, result in zip(found, results, strict=True):
            pairs = sorted((violation.path, violation.code) for violation in result.violations)
            assert pairs == sorted(sample.violations)
