"""Counts the violations in a folder of Parquet files by code, for the benchmark."""

import json
import sys

import duckdb
import mpp_duckdb

connection = duckdb.connect()
mpp_duckdb.register(connection)
violations = f"SELECT unnest(mpp_violations('Order', json)) AS v FROM '{sys.argv[1]}/*.parquet'"
for code, count in connection.sql(f"SELECT v.code, count(*) FROM ({violations}) GROUP BY 1").fetchall():
    print(json.dumps({"code": code, "count": count}))
