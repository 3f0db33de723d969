"""Tests on a cluster with two executors."""

import os

import mpp_spark
import pytest
import session
from miniprogram_protocol import Policy, PolicyError, check, samples


@pytest.fixture(scope="module")
def spark():
    spark = session.start()
    yield spark
    spark.stop()


def expected(json, policy=None):
    return [(each.path, each.code, each.message) for each in check("Order", json, policy).violations]


def test_agrees_with_the_package(spark, tmp_path):
    documents = [sample.json for sample in samples("Order", 2000, invalid=True)]
    documents += [sample.json for sample in samples("Order", 1000)] + ["", "null", "[" * 5000, r'{"orderId": "\ud800"}', None]
    rows = list(enumerate(documents))
    file = str(tmp_path / "payloads.parquet")
    spark.createDataFrame(rows, "id int, json string").repartition(4).write.parquet(file)
    results = mpp_spark.with_violations(spark.read.parquet(file), "Order", "json").orderBy("id").collect()
    assert len(results) == len(rows)
    for row in results:
        assert row.json == documents[row.id]
        if row.json is None:
            assert row.violations is None
        else:
            assert [tuple(each) for each in row.violations] == expected(row.json)


def test_uses_both_executors(spark):
    def processes(batches):
        import pyarrow as pa

        for batch in batches:
            # The parent of the worker's parent is the executor.
            with open(f"/proc/{os.getppid()}/stat") as stat:
                executor = int(stat.read().rpartition(")")[2].split()[1])
            yield pa.RecordBatch.from_pydict({"executor": [executor] * batch.num_rows})

    executors = spark.range(100, numPartitions=8).mapInArrow(processes, "executor long").distinct().collect()
    assert len(executors) == 2


def test_applies_policies(spark):
    json = '{"orderAmount": {"currency": "USD", "value": "1"}}'
    frame = spark.createDataFrame([(json,)], "json string")
    for toml in ["base = 'lenient'", "maxViolations = 1"]:
        row = mpp_spark.with_violations(frame, "Order", "json", toml).first()
        assert [tuple(each) for each in row.violations] == expected(json, Policy.from_toml(toml))


def test_reports_wrong_arguments(spark):
    frame = spark.createDataFrame([("{}",)], "json string")
    with pytest.raises(ValueError, match='unknown type "Ordr"; did you mean "Order"'):
        mpp_spark.with_violations(frame, "Ordr", "json")
    with pytest.raises(PolicyError, match="unknown key `maxbytes`"):
        mpp_spark.with_violations(frame, "Order", "json", "maxbytes = 1")
