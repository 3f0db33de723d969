"""Counts the violations in a folder of Parquet files by code, for the benchmark."""

import json
import sys

import mpp_spark
import session

spark = session.start()
frame = mpp_spark.with_violations(spark.read.parquet(sys.argv[1]), "Order", "json")
for row in frame.selectExpr("explode(violations) AS v").groupBy("v.code").count().collect():
    print(json.dumps(row.asDict()))
# The benchmark measures the CPU time of processes that have ended.
java = spark.sparkContext._gateway.proc
spark.stop()
java.stdin.close()
java.wait()
