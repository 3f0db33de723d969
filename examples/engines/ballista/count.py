"""Counts the violations in a folder of Parquet files by code, for the benchmark."""

import pathlib
import sys
import tempfile

import cluster

PARTITIONS = 16
VIOLATIONS = "SELECT unnest(mpp_violations('Order', json)) AS v FROM orders"

with tempfile.TemporaryDirectory() as directory, cluster.Cluster(pathlib.Path(directory)) as ballista:
    table = f"CREATE EXTERNAL TABLE orders STORED AS PARQUET LOCATION '{sys.argv[1]}/'"
    query = ballista.start_query(PARTITIONS, table, f"SELECT v['code'] AS code, count(*) AS count FROM ({VIOLATIONS}) GROUP BY 1")
    print(query.communicate()[0], end="")
sys.exit(query.returncode)
