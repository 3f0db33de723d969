"""Checks generated code with the conformance suite, and counts the generated types."""

import collections
import datetime
import glob
import json
import pathlib
import re

import fastjsonschema
import models
from recipe import is_json_object


def read_vectors():
    """Yields the type, the document and the validity of each vector for validators of parsed values."""
    for file in sorted(glob.glob("tests/conformance/*.json")):
        suite = json.loads(pathlib.Path(file).read_text(encoding="utf-8"))
        for vector in suite["vectors"]:
            if "needs" not in vector:
                yield suite["type"], json.loads(vector["json"]), not vector["violations"]


def is_date_time(text):
    """Returns whether a string that matches the pattern of date-times is one."""
    # Python supports neither leap seconds nor the year 0.
    is_leap_second = text[17:19] == "60"
    text = re.sub(r"^0000", "2000", text.replace(":60", ":59"))
    try:
        time = datetime.datetime.fromisoformat(re.sub(r"\.\d+", "", text).replace("Z", "+00:00"))
    except ValueError:
        return False
    minutes = time.hour * 60 + time.minute - time.utcoffset().total_seconds() / 60
    return not is_leap_second or minutes % 1440 == 1439


def check_fastjsonschema():
    """Compares the results of fastjsonschema, which ignores the siblings of references."""
    formats = {"json-object": is_json_object, "date-time": is_date_time}
    formats.update(dict.fromkeys(["iso18245", "unix-millis", "e164"], ".*"))
    validators = {}
    counts = collections.Counter()
    for type, document, valid in read_vectors():
        if type not in validators:
            schema = json.loads(pathlib.Path(f"schema/{type}.json").read_text(encoding="utf-8"))
            validators[type] = fastjsonschema.compile(schema, formats=formats)
        try:
            validators[type](document)
            found = True
        except fastjsonschema.JsonSchemaException:
            found = False
        counts["same" if found == valid else "accepted" if found else "rejected"] += 1
        if found != valid and counts.total() - counts["same"] < 10:
            print(type, json.dumps(document)[:300])
    print("fastjsonschema:", dict(counts))
    assert counts.keys() == {"same"}


def check_pydantic():
    """Checks that generated models accept and preserve all valid documents."""
    count = 0
    for type, document, valid in read_vectors():
        if valid:
            model = getattr(models, type).model_validate(document)
            assert json.loads(model.model_dump_json(exclude_unset=True)) == document, (type, document)
            count += 1
    print(f"pydantic: {count} documents unchanged")
    assert count > 0


def check_names():
    """Checks that generators declare each type, and none twice under different names."""
    types = set(json.loads(pathlib.Path("schema/types.json").read_text(encoding="utf-8"))["definitions"])
    for file, declaration in ("types.ts", r"^export \w+ (\w+)"), ("models.py", r"^class (\w+)"):
        declared = set(re.findall(declaration, pathlib.Path(file).read_text(encoding="utf-8"), re.MULTILINE))
        numbered = {name for name in declared - types if re.sub(r"\d+$", "", name) in types}
        missing = {name for name in types - declared if f"\n{name} = " not in pathlib.Path(file).read_text()}
        print(f"{file}: {len(declared)} types, missing: {sorted(missing)}, numbered: {sorted(numbered)}")
        assert not numbered and not missing


check_names()
check_fastjsonschema()
check_pydantic()
