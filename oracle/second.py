"""Validates the documents of the oracle with a second implementation, the Python package jsonschema.

Usage: python second.py SCHEMAS DOCUMENTS POLICIES

SCHEMAS is the directory of the exported schemas. DOCUMENTS is a file that contains one document per line,
with the result of the Rust crate. POLICIES is a directory that contains a directory of schemas for each policy.
The packages jsonschema and rfc3339-validator are required.
"""

import collections
import functools
import json
import pathlib
import re
import sys

from jsonschema import Draft202012Validator, FormatChecker, ValidationError
from jsonschema.validators import extend


@functools.cache
def to_python_pattern(pattern):
    """Replaces `$` with `\\Z`, because in Python, `$` also matches before a line feed at the end of a string."""
    tokens = r"\\.|\[(?:\\.|[^\]\\])*\]|\$"
    return re.sub(tokens, lambda token: r"\Z" if token[0] == "$" else token[0], pattern)


def check_pattern(validator, pattern, instance, schema):
    """Implements the keyword `pattern` for ECMA-262 patterns."""
    if validator.is_type(instance, "string") and not re.search(to_python_pattern(pattern), instance):
        yield ValidationError(f"does not match {pattern}")


Validator = extend(Draft202012Validator, {"pattern": check_pattern})


def is_python_limitation(error):
    """Returns whether the error is due to leap seconds or the year 0, which Python does not support."""
    if not error.context:
        return error.validator == "format" and (":60" in error.instance or error.instance.startswith("0000-"))
    # It is sufficient if one of the alternatives is otherwise valid.
    alternatives = collections.defaultdict(list)
    for inner in error.context:
        alternatives[inner.relative_schema_path[0]].append(inner)
    return any(all(map(is_python_limitation, errors)) for errors in alternatives.values())


def load_validators(directory):
    """Returns the validators for the schemas in a directory, keyed by type name."""
    validators = {}
    for file in directory.glob("[A-Z]*.json"):
        schema = json.loads(file.read_text(encoding="utf-8"))
        Validator.check_schema(schema)
        validators[file.stem] = Validator(schema, format_checker=FormatChecker())
    return validators


def check_bundle(directory):
    """Checks that the bundle is a valid schema that contains the definitions of all other schemas."""
    bundle = json.loads((directory / "all.json").read_text(encoding="utf-8"))
    Validator.check_schema(bundle)
    for file in directory.glob("[A-Z]*.json"):
        for name, definition in json.loads(file.read_text(encoding="utf-8"))["$defs"].items():
            assert bundle["$defs"][name] == definition, name


def main():
    schemas, documents, policies = map(pathlib.Path, sys.argv[1:])
    check_bundle(schemas)
    validators = {directory.name: load_validators(directory) for directory in policies.iterdir()}
    validators["strict"] = load_validators(schemas)
    counts = collections.Counter()
    known_differences = disagreements = 0
    with open(documents, encoding="utf-8") as lines:
        for line in lines:
            result = json.loads(line)
            policy = result["policy"]
            document = result["document"]
            errors = list(validators[policy][result["type"]].iter_errors(document))
            counts[policy] += 1
            if result["valid"] == (not errors):
                continue
            if result["valid"]:
                is_known = all(map(is_python_limitation, errors))
            else:
                is_known = result["knownDifference"]
            if is_known:
                known_differences += 1
                continue
            disagreements += 1
            print(policy, result["type"], json.dumps(document)[:500], [error.message[:200] for error in errors])
    for policy, count in counts.items():
        print(f"policy {policy}: {count} documents")
    print(f"documents: {counts.total()}, known differences: {known_differences}, disagreements: {disagreements}")
    return disagreements > 0 or not counts


if __name__ == "__main__":
    sys.exit(main())
