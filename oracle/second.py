"""Judges the documents that the oracle wrote by Python's jsonschema, a second implementation.

python second.py SCHEMAS DOCUMENTS: the folder of the exported schemas, and the file of documents, one a line, with our verdict.
Needs the packages jsonschema and rfc3339-validator.
"""

import json
import pathlib
import sys

from jsonschema import Draft202012Validator, FormatChecker


def faults(error):
    """What an error comes down to. Rows that may be null have alternatives, of which null is not meant."""
    if not error.context:
        return [] if error.validator == "type" and error.validator_value == "null" else [error]
    return [fault for inner in error.context for fault in faults(inner)]


def is_narrower(found):
    """Whether Python refuses a document for reasons of its own: it knows no leap seconds, and no year 0."""
    own = (
        fault.validator == "format" and (":60" in fault.instance or fault.instance.startswith("0000-"))
        for error in found
        for fault in faults(error)
    )
    return bool(found) and all(own)


def is_wider(document):
    """Whether Python accepts a text for reasons of its own: `$` matches before a line feed at the end of a text."""
    if isinstance(document, dict):
        return any(is_wider(value) for value in document.values())
    if isinstance(document, list):
        return any(is_wider(value) for value in document)
    return isinstance(document, str) and document.endswith("\n")


def main():
    schemas, documents = sys.argv[1:]
    validators = {}
    for file in pathlib.Path(schemas).glob("[A-Z]*.json"):
        schema = json.loads(file.read_text(encoding="utf-8"))
        Draft202012Validator.check_schema(schema)
        validators[file.stem] = Draft202012Validator(schema, format_checker=FormatChecker())
    judged = listed = disagreements = 0
    with open(documents, encoding="utf-8") as lines:
        for line in lines:
            ours = json.loads(line)
            document = ours["document"]
            found = list(validators[ours["type"]].iter_errors(document))
            judged += 1
            if ours["valid"] == (not found):
                continue
            if ours["valid"]:
                excused = is_narrower(found)
            else:
                excused = ours["wider"] or is_wider(document)
            if excused:
                listed += 1
                continue
            disagreements += 1
            print(ours["type"], json.dumps(document)[:500], [error.message[:200] for error in found])
    print(f"documents: {judged}, listed disagreements: {listed}, other disagreements: {disagreements}")
    return disagreements > 0


if __name__ == "__main__":
    sys.exit(main())
