"""Compares this package with other validators of Python, on the same documents.

Usage: python benchmarks/compare.py (after `pip install --requirement benchmarks/requirements.txt`)

All validators get bytes, which the others parse with `json.loads` (pydantic: its own parser). They validate against
the JSON Schema of the type; the models of pydantic are created from it, and lack the cross-field rules. Prints tables
in Markdown.
"""

from __future__ import annotations

import importlib.metadata
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal

EXAMPLES = Path(__file__).parents[3] / "examples/payloads"
DOCUMENTS = {
    "valid order (4.4 KB)": EXAMPLES / "valid/order_complete.json",
    "smallest valid order (0.2 KB)": EXAMPLES / "valid/order_minimal.json",
    "invalid order, all errors (1.9 KB)": EXAMPLES / "invalid/order_invalid.json",
}
NAMES = ["miniprogram-protocol", "jsonschema-rs", "pydantic", "fastjsonschema"]
#: The distributions that a package consists of.
DISTRIBUTIONS = {"pydantic": ["pydantic", "pydantic_core", "typing_extensions", "annotated-types", "typing-inspection"]}


def load_schema() -> dict[str, Any]:
    schema = Path(__file__).parents[3] / "schema/Order.json"
    loaded: dict[str, Any] = json.loads(schema.read_text(encoding="utf-8"))
    return loaded


def create_miniprogram_protocol() -> Callable[[bytes], int]:
    from miniprogram_protocol import check

    return lambda body: len(check("Order", body).violations)


def create_jsonschema_rs() -> Callable[[bytes], int]:
    import jsonschema_rs

    validator = jsonschema_rs.Draft202012Validator(load_schema(), validate_formats=True)

    def count(body: bytes) -> int:
        data = json.loads(body)
        return 0 if validator.is_valid(data) else sum(1 for _ in validator.iter_errors(data))

    return count


def create_fastjsonschema() -> Callable[[bytes], int]:
    import fastjsonschema

    validate = fastjsonschema.compile(load_schema())

    def count(body: bytes) -> int:
        try:
            validate(json.loads(body))
        except fastjsonschema.JsonSchemaValueException:
            return 1  # Only the first error is reported.
        return 0

    return count


def create_pydantic() -> Callable[[bytes], int]:
    from pydantic import TypeAdapter, ValidationError

    validator: Any = TypeAdapter(create_model("Order", load_schema()["$defs"], {}))

    def count(body: bytes) -> int:
        try:
            validator.validate_json(body, strict=True)
        except ValidationError as error:
            return error.error_count()
        return 0

    return count


def create_model(name: str, definitions: dict[str, Any], models: dict[str, Any]) -> Any:
    """Creates the model of a type, which accepts unknown fields."""
    import pydantic

    if name not in models:
        schema = definitions[name]
        fields: dict[str, Any] = {}
        for field, field_schema in schema["properties"].items():
            annotation = create_type(field_schema, definitions, models)
            is_required = field in schema.get("required", [])
            fields[field] = (annotation, ...) if is_required else (annotation | None, None)
        config = pydantic.ConfigDict(extra="allow", strict=True)
        models[name] = pydantic.create_model(name, __config__=config, **fields)
    return models[name]


def create_type(schema: dict[str, Any], definitions: dict[str, Any], models: dict[str, Any]) -> Any:
    """Creates the type of a field, with the constraints that pydantic supports."""
    import pydantic

    for alternative in [*schema.get("allOf", []), *schema.get("anyOf", []), *schema.get("oneOf", [])]:
        if "$ref" in alternative or "type" in alternative and alternative["type"] != "null":
            schema = {**alternative, **schema}
    if "$ref" in schema:
        name = schema["$ref"].removeprefix("#/$defs/")
        if "properties" in definitions[name]:
            return create_model(name, definitions, models)
        schema = {**definitions[name], **schema}
    kinds = schema.get("type", "string")
    kind = next(each for each in ([kinds] if isinstance(kinds, str) else kinds) if each != "null")
    if "enum" in schema:
        return Literal[tuple(value for value in schema["enum"] if value is not None)]
    if kind == "array":
        items = create_type(schema["items"], definitions, models)
        return Annotated[list[items], pydantic.Field(max_length=schema.get("maxItems"))]
    if kind == "integer":
        return Annotated[int, pydantic.Field(ge=schema.get("minimum"), le=schema.get("maximum"))]
    if kind == "boolean":
        return bool
    if schema.get("format") == "date-time":
        return pydantic.AwareDatetime
    minimum, maximum, pattern = (schema.get(key) for key in ("minLength", "maxLength", "pattern"))
    return Annotated[str, pydantic.Field(min_length=minimum, max_length=maximum, pattern=pattern)]


def create(name: str) -> Callable[[bytes], int]:
    """Creates the validator of a package. It returns the number of errors in a document."""
    found: Callable[[bytes], int] = globals()[f"create_{name.replace('-', '_')}"]()
    return found


def measure(function: Callable[[bytes], int], body: bytes) -> float:
    """Returns the seconds per call: the minimum of several rounds, which other programs disturb least."""
    rounds, calls = 15, 1
    while True:
        start = time.perf_counter()
        for _ in range(calls):
            function(body)
        if (elapsed := time.perf_counter() - start) > 0.02:
            break
        calls *= 2
    times = [elapsed]
    for _ in range(rounds):
        start = time.perf_counter()
        for _ in range(calls):
            function(body)
        times.append(time.perf_counter() - start)
    return min(times) / calls


def cold_start(name: str | None) -> float:
    """Returns the seconds until the first document has been checked in a new process."""
    code = "import compare"
    if name is not None:
        code += f"; compare.create({name!r})(compare.DOCUMENTS['valid order (4.4 KB)'].read_bytes())"
    times: list[float] = []
    for _ in range(9):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parent, check=True)
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def installed_size(name: str) -> int:
    """Returns the size of the installed files in bytes, without compiled Python code."""
    total = 0
    for distribution in DISTRIBUTIONS.get(name, [name]):
        files = importlib.metadata.files(distribution) or []
        located = (Path(str(file.locate())) for file in files if "__pycache__" not in file.parts)
        total += sum(file.stat().st_size for file in located if file.exists())
    return total


def main() -> None:
    print("| Document |", " | ".join(NAMES), "|")
    print("|---|" + "---|" * len(NAMES))
    for title, file in DOCUMENTS.items():
        body = file.read_bytes()
        seconds = {name: measure(create(name), body) for name in NAMES}
        counts = {name: create(name)(body) for name in NAMES}
        base = seconds[NAMES[0]]
        cells = [f"{base / seconds[name]:.2f}" for name in NAMES]
        if any(counts.values()):
            cells = [f"{cell} ({counts[name]} errors)" for cell, name in zip(cells, NAMES, strict=True)]
        print(f"| {title} | {' | '.join(cells)} |", f"<!-- {base * 1e6:.1f} µs -->")
    bare = cold_start(None)
    print("| Cold start, ms |", " | ".join(f"{(cold_start(name) - bare) * 1000:.0f}" for name in NAMES), "|")
    print("| Installed size, MB |", " | ".join(f"{installed_size(name) / 1e6:.1f}" for name in NAMES), "|")


if __name__ == "__main__":
    main()
