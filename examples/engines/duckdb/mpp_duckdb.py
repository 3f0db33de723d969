"""Functions of DuckDB that check payloads.

>>> import duckdb
>>> connection = duckdb.connect()
>>> register(connection)
>>> connection.sql('''SELECT mpp_is_valid('Amount', '{"currency": "USD", "value": 1}')''').fetchone()
(True,)
"""

import functools

import duckdb
import pyarrow as pa
from miniprogram_protocol import Policy, check_many

VIOLATION = {"path": "VARCHAR", "code": "VARCHAR", "message": "VARCHAR"}
VIOLATIONS = pa.list_(pa.struct([(name, pa.string()) for name in VIOLATION]))


def register(connection):
    """Registers ``mpp_is_valid(type, json [, policy])`` and ``mpp_violations(type, json [, policy])``.

    A policy is ``strict``, ``lenient``, or the content of a policy file in TOML. The result for NULL is NULL.
    """
    violations = connection.list_type(connection.struct_type(VIOLATION))
    # Without parameter types, the number of arguments is variable.
    connection.create_function("mpp_is_valid", is_valid, None, "BOOLEAN", type="arrow")
    connection.create_function("mpp_violations", list_violations, None, violations, type="arrow")


def is_valid(*columns):
    return pa.array([result.valid for result in check(*columns)], pa.bool_())


def list_violations(*columns):
    lists = [[{name: getattr(each, name) for name in VIOLATION} for each in result.violations] for result in check(*columns)]
    return pa.array(lists, VIOLATIONS)


def check(types, documents, policies=None):
    """Returns the result for each row of a batch, in which DuckDB has left out the rows with NULL."""
    if policies is None:
        policies = pa.chunked_array([["strict"] * len(documents)])
    names, texts = types.unique().to_pylist(), policies.unique().to_pylist()
    if len(names) == len(texts) == 1:
        # The usual case: both are constants. The documents are read from the column without a copy.
        return check_many(names[0], documents, read_policy(texts[0]))
    rows = zip(types.to_pylist(), documents.to_pylist(), policies.to_pylist())
    return [check_many(name, [document], read_policy(policy))[0] for name, document, policy in rows]


@functools.lru_cache
def read_policy(text):
    known = {"strict": Policy.strict, "lenient": Policy.lenient}
    return known[text]() if text in known else Policy.from_toml(text)
