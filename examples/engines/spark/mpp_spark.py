"""A transformation of Spark that checks a column of payloads."""

import pyarrow as pa
from miniprogram_protocol import Policy, check_many

VIOLATION = ["path", "code", "message"]
VIOLATIONS = pa.list_(pa.struct([(name, pa.string()) for name in VIOLATION]))
SPARK_TYPE = "array<struct<path: string, code: string, message: string>>"


def with_violations(frame, type_name, column, policy=None):
    """Appends the column ``violations`` to a data frame: an empty array for a valid payload, and NULL for NULL.

    ``policy`` is the content of a policy file in TOML, and strict by default.
    """
    # The driver reports a wrong type or policy, before anything runs.
    check_many(type_name, [], policy and Policy.from_toml(policy))
    schema = f"{frame.schema.toDDL()}, violations {SPARK_TYPE}"
    return frame.mapInArrow(checker(type_name, column, policy), schema)


def checker(type_name, column, policy):
    """Returns the function that runs in the Python workers of the executors."""

    def check(batches):
        parsed = policy and Policy.from_toml(policy)
        for batch in batches:
            documents = batch.column(column)
            # The documents are read from the column without a copy.
            results = zip(documents.is_valid().to_pylist(), check_many(type_name, documents, parsed))
            lists = [to_dicts(result.violations) if present else None for present, result in results]
            yield pa.RecordBatch.from_arrays([*batch.columns, pa.array(lists, VIOLATIONS)], [*batch.schema.names, "violations"])

    return check


def to_dicts(violations):
    return [{name: getattr(violation, name) for name in VIOLATION} for violation in violations]
