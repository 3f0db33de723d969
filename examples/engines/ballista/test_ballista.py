"""Runs a query on a scheduler and two executors, one of which is killed, and compares the result with that of one process."""

import json
import pathlib
import signal
import subprocess

import cluster

TARGET = pathlib.Path(__file__).resolve().parents[3] / "target/engines"
SQL, MPP = TARGET / "release/mpp-sql", TARGET / "mpp/release/mpp"
# Enough that the query takes several seconds.
FILES, ROWS_PER_FILE = 16, 100_000
QUERY = """SELECT part, v['path'] AS path, v['code'] AS code, count(*) AS count, sum(position) AS positions
    FROM (SELECT part, position, unnest(mpp_violations('Order', json)) AS v FROM orders)
    GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"""


def write_payloads(directory):
    """Writes a folder of Parquet files in which a tenth of the orders are invalid."""
    source, folder = directory / "orders.ndjson", directory / "orders"
    folder.mkdir()
    valid = subprocess.run([MPP, "sample", "Order", "--count", "9000"], check=True, capture_output=True).stdout
    invalid = subprocess.run([MPP, "sample", "Order", "--invalid", "--count", "1000"], check=True, capture_output=True).stdout
    source.write_bytes((valid + invalid) * (ROWS_PER_FILE // 10_000))
    copies = [
        f"COPY (SELECT {number} AS part, position, CAST(json AS VARCHAR) AS json FROM json_lines('{source}')) TO '{folder}/{number}.parquet'"
        for number in range(FILES)
    ]
    subprocess.run([SQL, "--json", *copies], check=True, stdout=subprocess.DEVNULL)
    return folder


def parse_rows(output):
    return sorted(map(json.loads, output.splitlines()), key=str)


def test_a_lost_executor_does_not_change_the_result(tmp_path):
    table = f"CREATE EXTERNAL TABLE orders STORED AS PARQUET LOCATION '{write_payloads(tmp_path)}/'"
    alone = subprocess.run([SQL, "--json", table, QUERY], check=True, capture_output=True, text=True).stdout
    with cluster.Cluster(tmp_path) as ballista:
        query = ballista.start_query(FILES, table, QUERY)

        # An executor has one thread, so it writes a second file after it has finished a task. The one that is killed loses its results.
        def both_have_results():
            return all(len(list(work.rglob("*.arrow"))) > 1 for work in ballista.work_directories)

        ballista.wait_until(both_have_results, [query])
        ballista.executors[1].send_signal(signal.SIGKILL)
        output, _ = query.communicate(timeout=300)
        assert query.returncode == 0, (tmp_path / "log").read_text()[-4000:]
        assert ballista.executors[0].poll() is None, "the other executor ended as well"
    rows = parse_rows(output)
    assert rows and rows == parse_rows(alone)
