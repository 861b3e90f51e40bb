#!/usr/bin/env python3
"""The 22 queries of TPC-H over Delta tables and over the same Parquet files read by DuckDB itself, by the same program.

    tpch.py FOLDER [--binary PATH] [--queries FOLDER] [--repeat N] [--only N,N]

FOLDER is what tpch_tables.py made. Each query runs N times in one process for each way to read, the ways taking turns, and
the whole repeated; what is compared is the CPU time of the process less that of one that runs nothing, the best of the
rounds. The rows must be the same. Prints a line per query and the ratio of the sums.
"""
import argparse
import os
import re
import resource
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
TABLES = ["lineitem", "orders", "customer", "part", "partsupp", "supplier", "nation", "region"]


def views(folder, way):
    source = {"parquet": "read_parquet('%s/parquet/{0}.parquet')", "delta": "delta_scan('%s/delta/{0}')", "deleted": "delta_scan('%s/deleted/{0}')"}[way] % folder
    # Sessions of ours keep the footers of Parquet files; DuckDB does when it is told to.
    return "SET parquet_metadata_cache=true;\n" + "".join("CREATE VIEW {0} AS SELECT * FROM %s;\n".format(t) % source.format(t) for t in TABLES)


def run(binary, sql):
    """CPU seconds and the last result of the statements."""
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write(sql)
        file.flush()
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run([binary, "sql", file.name, "--format", "csv"], capture_output=True, text=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        sys.exit("error: %s\n%s" % (done.stderr.strip(), sql))
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, done.stdout


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--binary", default=os.path.join(HERE, "../../build/release/deltastream"))
    cache = os.environ.get("DELTASTREAM_CACHE", os.path.expanduser("~/.cache/deltastream"))
    parser.add_argument("--queries", default=os.path.join(cache, "duckdb-1.5.6/external/duckdb/extension/tpch/dbgen/queries"))
    parser.add_argument("--repeat", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--only", default="")
    args = parser.parse_args()
    folder = os.path.abspath(args.folder)
    wanted = [int(n) for n in args.only.split(",") if n] or range(1, 23)
    ways = ["parquet", "delta", "deleted"]
    idle = {way: min(run(args.binary, views(folder, way) + "SELECT 1;\n")[0] for _ in range(3)) for way in ways}
    total, wrong = dict.fromkeys(ways, 0.0), 0
    print("query  %s   delta/parquet  deleted/parquet" % "".join("%10s" % w for w in ways))
    for number in wanted:
        with open(os.path.join(args.queries, "q%02d.sql" % number)) as f:
            query = re.sub(r";\s*$", "", f.read().strip()) + ";\n"
        seconds, rows = {}, {}
        for _ in range(args.rounds):
            for way in ways:
                cpu, rows[way] = run(args.binary, views(folder, way) + query * args.repeat)
                seconds[way] = min(seconds.get(way, 1e9), (cpu - idle[way]) / args.repeat)
        same = rows["parquet"] == rows["delta"]
        wrong += not same
        for way in ways:
            total[way] += seconds[way]
        print("q%02d    %s   %.3f          %.3f%s" % (number, "".join("%9.3fs" % seconds[w] for w in ways), seconds["delta"] / seconds["parquet"],
                                                seconds["deleted"] / seconds["parquet"], "" if same else "   ROWS DIFFER"), flush=True)
    print("sum    %s   %.3f          %.3f" % ("".join("%9.3fs" % total[w] for w in ways), total["delta"] / total["parquet"], total["deleted"] / total["parquet"]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
