"""A Spark cluster on this machine, with two executors that are separate processes."""

import os
import sys

from pyspark.sql import SparkSession


def start():
    # The executors start their Python workers with this interpreter, in which the package is installed.
    os.environ["PYSPARK_PYTHON"] = sys.executable
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    builder = SparkSession.builder.master("local-cluster[2,1,1024]").appName("mpp").config("spark.ui.enabled", "false")
    # The modules of this directory are needed there, too.
    builder = builder.config("spark.executorEnv.PYTHONPATH", os.path.dirname(os.path.abspath(__file__)))
    session = builder.config("spark.executor.memory", "1g").getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    return session
