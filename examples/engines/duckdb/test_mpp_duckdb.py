"""Tests of the functions of DuckDB."""

import duckdb
import mpp_duckdb
import pytest
from miniprogram_protocol import Policy, check, samples


@pytest.fixture
def connection():
    connection = duckdb.connect()
    mpp_duckdb.register(connection)
    return connection


def expected(type_name, json, policy=None):
    return [{"path": each.path, "code": each.code, "message": each.message} for each in check(type_name, json, policy).violations]


def documents():
    invalid = [sample.json for sample in samples("Order", 3000, invalid=True)]
    unusual = [sample.json for sample in samples("Order", 2000, fuzz=True)]
    return [*invalid, *unusual, "", "null", "{", "[" * 5000, r'{"orderDescription": "\ud800"}']


def test_agrees_with_the_package(connection, tmp_path):
    rows = [(number, json) for number, json in enumerate(documents())]
    connection.execute("CREATE TABLE payloads (id INTEGER, json VARCHAR)")
    connection.executemany("INSERT INTO payloads VALUES (?, ?)", rows)
    file = str(tmp_path / "payloads.parquet")
    connection.execute(f"COPY payloads TO '{file}'")
    query = f"SELECT json, mpp_is_valid('Order', json), mpp_violations('Order', json) FROM '{file}' ORDER BY id"
    results = connection.sql(query).fetchall()
    assert len(results) == len(rows)
    for json, valid, violations in results:
        assert violations == expected("Order", json)
        assert valid == (not violations)


def test_returns_null_for_null(connection):
    query = "SELECT mpp_is_valid('Amount', json), mpp_violations('Amount', json) FROM (VALUES (NULL), ('{}'), (NULL)) t(json)"
    violations = expected("Amount", "{}")
    assert connection.sql(query).fetchall() == [(None, None), (False, violations), (None, None)]


def test_reads_type_and_policy_from_columns(connection):
    json = '{"currency": "USD", "value": "4990"}'
    rows = [("Amount", "strict"), ("Amount", "lenient"), ("Order", "strict"), ("Amount", "allow = ['amountAsString']")]
    connection.execute("CREATE TABLE payloads (id INTEGER, type VARCHAR, policy VARCHAR)")
    connection.executemany("INSERT INTO payloads VALUES (?, ?, ?)", [(number, *row) for number, row in enumerate(rows)])
    query = f"SELECT mpp_is_valid(type, '{json}', policy), mpp_violations(type, '{json}', policy) FROM payloads ORDER BY id"
    results = connection.sql(query).fetchall()
    assert [valid for valid, _ in results] == [False, True, False, True]
    assert results[0][1] == expected("Amount", json)
    assert results[1][1] == expected("Amount", json, Policy.lenient()) == []


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("mpp_is_valid('Ordr', '{}')", 'unknown type "Ordr"; did you mean "Order"?'),
        ("mpp_violations('Order', '{}', 'maxbytes = 1')", "line 1 column 1: unknown key `maxbytes`"),
    ],
)
def test_reports_wrong_arguments(connection, call, message):
    with pytest.raises(duckdb.Error) as error:
        connection.sql(f"SELECT {call}").fetchall()
    assert message in str(error.value)
