"""Judges the documents that the oracle wrote by Python's jsonschema, a second implementation.

python second.py SCHEMAS DOCUMENTS POLICIES: the folder of the exported schemas; the file of documents, one a line, with our verdict;
the folder of the policies' schemas, a folder each.
Needs the packages jsonschema and rfc3339-validator.
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
def to_python(pattern):
    """The pattern in the words of Python, whose own `$` also matches before a line feed at the end of a text."""
    tokens = r"\\.|\[(?:\\.|[^\]\\])*\]|\$"
    return re.sub(tokens, lambda token: r"\Z" if token[0] == "$" else token[0], pattern)


def judge_pattern(validator, pattern, instance, schema):
    """The keyword `pattern`, whose values are those of ECMA-262."""
    if validator.is_type(instance, "string") and not re.search(to_python(pattern), instance):
        yield ValidationError(f"does not match {pattern}")


Validator = extend(Draft202012Validator, {"pattern": judge_pattern})


def is_narrow(error):
    """Whether it is an error for Python alone: it knows no leap seconds, and no year 0."""
    if not error.context:
        return error.validator == "format" and (":60" in error.instance or error.instance.startswith("0000-"))
    # Of alternatives, one is enough.
    ways = collections.defaultdict(list)
    for inner in error.context:
        ways[inner.relative_schema_path[0]].append(inner)
    return any(all(map(is_narrow, way)) for way in ways.values())


def is_narrower(found):
    """Whether Python refuses a document for reasons of its own."""
    return bool(found) and all(map(is_narrow, found))


def validators_of(folder):
    """The validators of the schemas in a folder, by the names of the types."""
    validators = {}
    for file in folder.glob("[A-Z]*.json"):
        schema = json.loads(file.read_text(encoding="utf-8"))
        Validator.check_schema(schema)
        validators[file.stem] = Validator(schema, format_checker=FormatChecker())
    return validators


def check_bundle(folder):
    """The bundle is a schema, and has what the documents of the types have."""
    bundle = json.loads((folder / "all.json").read_text(encoding="utf-8"))
    Validator.check_schema(bundle)
    for file in folder.glob("[A-Z]*.json"):
        for name, definition in json.loads(file.read_text(encoding="utf-8"))["$defs"].items():
            assert bundle["$defs"][name] == definition, name


def main():
    schemas, documents, policies = map(pathlib.Path, sys.argv[1:])
    check_bundle(schemas)
    validators = {folder.name: validators_of(folder) for folder in policies.iterdir()}
    validators["dictionary"] = validators_of(schemas)
    judged = collections.Counter()
    listed = disagreements = 0
    with open(documents, encoding="utf-8") as lines:
        for line in lines:
            ours = json.loads(line)
            policy = ours["policy"]
            document = ours["document"]
            found = list(validators[policy][ours["type"]].iter_errors(document))
            judged[policy] += 1
            if ours["valid"] == (not found):
                continue
            if ours["valid"]:
                excused = is_narrower(found)
            else:
                excused = ours["wider"]
            if excused:
                listed += 1
                continue
            disagreements += 1
            print(policy, ours["type"], json.dumps(document)[:500], [error.message[:200] for error in found])
    for policy, count in judged.items():
        print(f"policy {policy}: {count} documents")
    print(f"documents: {judged.total()}, listed disagreements: {listed}, other disagreements: {disagreements}")
    return disagreements > 0 or not judged


if __name__ == "__main__":
    sys.exit(main())
