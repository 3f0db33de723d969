"""Validates the reports of `mpp check` against the published schemas of their formats.

Usage: report_formats.py MPP JUNIT_XSD

The JSON Schema of SARIF is part of the `serde-sarif` crate. The XML Schema of JUnit is that of Jenkins, which is part
of the source distribution of pytest.
"""

import json
import pathlib
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

import jsonschema
import xmlschema

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent
TYPES = ["Order", "User", "Merchant", "DeployAppInfo", "Message", "MerchantSyncResponse"]


def sarif_schema():
    """Returns the JSON Schema of SARIF 2.1.0."""
    manifest = REPOSITORY / "oracle" / "Cargo.toml"
    command = ["cargo", "metadata", "--locked", "--format-version", "1", "--manifest-path", manifest]
    metadata = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    (package,) = [package for package in metadata["packages"] if package["name"] == "serde-sarif"]
    return json.loads((pathlib.Path(package["manifest_path"]).parent / "src" / "schema.json").read_bytes())


def write_inputs(mpp, directory):
    """Writes files with documents of one type, and returns the arguments that check each of them."""
    for index, name in enumerate(TYPES):
        for options in ["--fuzz"], ["--fuzz", "--invalid"]:
            file = directory / f"{name}{len(options)} & <\u00e9> '.ndjson"
            command = [mpp, "sample", name, "--count", "50", "--seed", str(index), *options]
            file.write_bytes(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
            for policy in "strict", "lenient":
                yield ["--type", name, "--policy", policy, file]
    malformed = directory / "malformed.ndjson"
    malformed.write_bytes(b'{"a":\n{}\n\xff\n{"\x1b[31m\xc2\x9b\xe2\x80\xae": 1, "\\ud83d\\ude00]]>": 2}\n[')
    yield ["--type", "Amount", malformed]
    empty = directory / "empty.ndjson"
    empty.write_bytes(b"")
    yield ["--type", "Amount", empty]
    # A missing file makes the report incomplete.
    yield ["--type", "Amount", malformed, directory / "missing.json"]
    for policy in "strict", "lenient":
        yield ["--type", "Order", "--policy", policy, *sorted((REPOSITORY / "examples/payloads").rglob("order*.json"))]


def main():
    mpp, junit_xsd = sys.argv[1:]
    sarif = jsonschema.Draft7Validator(sarif_schema(), format_checker=jsonschema.FormatChecker())
    junit = xmlschema.XMLSchema(junit_xsd)
    count = 0
    with tempfile.TemporaryDirectory() as directory:
        for arguments in write_inputs(mpp, pathlib.Path(directory)):
            for report_format in "sarif", "junit":
                command = [mpp, "check", "--format", report_format, *arguments]
                process = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
                if process.returncode not in (0, 1, 2):
                    sys.exit(f"exit status {process.returncode}: {command}")
                if report_format == "sarif":
                    report = json.loads(process.stdout)
                    sarif.validate(report)
                    count += len(report["runs"][0]["results"])
                else:
                    junit.validate(xml.etree.ElementTree.fromstring(process.stdout))
    print(f"reports with {count} results are valid")
    if count < 1000:
        sys.exit("too few results")


main()
