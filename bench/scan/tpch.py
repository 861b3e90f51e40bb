#!/usr/bin/env python3
"""The 22 queries of TPC-H over Delta tables and over the same Parquet files read by DuckDB itself, by the same program.

    tpch.py FOLDER [--binary PATH] [--queries FOLDER] [--repeat N] [--only N,N] [--peers PYTHON]

FOLDER is what tpch_tables.py made. Each query runs N times in one process for each way to read, the ways taking turns, and
the whole repeated; what is compared is the CPU time of the process less that of one that runs nothing, the best of the
rounds. The rows must be the same. Prints a line per query and the ratio of the sums.

With --peers, a Python that has deltalake, polars and duckdb with its delta extension: the Delta tables are read by those too, measured in the
same way (importing and opening the tables left out), and their times and how many times ours they are stand behind. "-": it cannot do the query.
"""
import argparse
import csv
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


# Programs that get a folder, a query and how often to run it.
PEERS = {
    "duckdb delta": """
import sys, pathlib, duckdb, duckdb_extension_delta
folder, query, times = sys.argv[1], sys.argv[2], int(sys.argv[3])
c = duckdb.connect()
c.execute(f"load '{next(pathlib.Path(duckdb_extension_delta.__file__).parent.rglob('*.duckdb_extension'))}'")
for t in TABLES:
    c.execute(f"ATTACH '{folder}/delta/{t}' AS d_{t} (TYPE delta)")
    c.execute(f"CREATE VIEW {t} AS SELECT * FROM d_{t}")
for _ in range(times):
    print(len(c.execute(query).fetchall()))
""",
    "deltalake": """
import sys, deltalake
folder, query, times = sys.argv[1], sys.argv[2], int(sys.argv[3])
q = deltalake.QueryBuilder()
for t in TABLES:
    q.register(t, deltalake.DeltaTable(f"{folder}/delta/{t}"))
for _ in range(times):
    print(q.execute(query).read_all().num_rows)
""",
    "polars": """
import sys, polars
folder, query, times = sys.argv[1], sys.argv[2], int(sys.argv[3])
c = polars.SQLContext({t: polars.scan_delta(f"{folder}/delta/{t}") for t in TABLES})
for _ in range(times):
    print(c.execute(query).collect().height)
""",
}


def measured(command):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, capture_output=True, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, done


def run(binary, sql):
    """CPU seconds and the last result of the statements."""
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write(sql)
        file.flush()
        cpu, done = measured([binary, "sql", file.name, "--format", "csv"])
    if done.returncode:
        sys.exit("error: %s\n%s" % (done.stderr.strip(), sql))
    return cpu, done.stdout


def run_peer(python, peer, folder, query, times):
    """CPU seconds and how many rows came; None for a query that it cannot do."""
    cpu, done = measured([python, "-c", "TABLES = %r\n" % TABLES + PEERS[peer], folder, query, str(times)])
    return (cpu, int(done.stdout.split()[-1])) if done.returncode == 0 else (None, 0)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--binary", default=os.path.join(HERE, "../../build/release/deltastream"))
    cache = os.environ.get("DELTASTREAM_CACHE", os.path.expanduser("~/.cache/deltastream"))
    parser.add_argument("--queries", default=os.path.join(cache, "duckdb-1.5.6/external/duckdb/extension/tpch/dbgen/queries"))
    parser.add_argument("--repeat", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--only", default="")
    parser.add_argument("--peers", default="")
    args = parser.parse_args()
    folder = os.path.abspath(args.folder)
    wanted = [int(n) for n in args.only.split(",") if n] or range(1, 23)
    ways = ["parquet", "delta", "deleted"]
    idle = {way: min(run(args.binary, views(folder, way) + "SELECT 1;\n")[0] for _ in range(3)) for way in ways}
    peers = list(PEERS) if args.peers else []
    idle.update({peer: min(run_peer(args.peers, peer, folder, "SELECT count(*) AS n FROM region", 1)[0] for _ in range(3)) for peer in peers})
    total, wrong = dict.fromkeys(ways, 0.0), 0
    print("query  %s   delta/parquet  deleted/parquet%s" % ("".join("%10s" % w for w in ways), "".join("%22s" % p for p in peers)))
    for number in wanted:
        with open(os.path.join(args.queries, "q%02d.sql" % number)) as f:
            query = re.sub(r";\s*$", "", f.read().strip()) + ";\n"
        seconds, rows = {}, {}
        for _ in range(args.rounds):
            for way in ways:
                cpu, rows[way] = run(args.binary, views(folder, way) + query * args.repeat)
                seconds[way] = min(seconds.get(way, 1e9), (cpu - idle[way]) / args.repeat)
        others = ""
        for peer in peers:
            cpu, count = min((run_peer(args.peers, peer, folder, query.rstrip().rstrip(";"), args.repeat) for _ in range(args.rounds)),
                             key=lambda result: (result[0] is None, result))
            if cpu is None:
                others += "%22s" % "-"
                continue
            cpu = (cpu - idle[peer]) / args.repeat
            rows_differ = count != len(list(csv.reader(rows["delta"].splitlines()))) // args.repeat - 1
            others += "%13.3fs %6.2f%s" % (cpu, cpu / seconds["delta"], "!" if rows_differ else " ")
        same = rows["parquet"] == rows["delta"]
        wrong += not same
        for way in ways:
            total[way] += seconds[way]
        print("q%02d    %s   %.3f          %.3f          %s%s" % (number, "".join("%9.3fs" % seconds[w] for w in ways), seconds["delta"] / seconds["parquet"],
                                                          seconds["deleted"] / seconds["parquet"], others, "" if same else "   ROWS DIFFER"), flush=True)
    print("sum    %s   %.3f          %.3f" % ("".join("%9.3fs" % total[w] for w in ways), total["delta"] / total["parquet"], total["deleted"] / total["parquet"]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
