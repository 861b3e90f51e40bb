#!/usr/bin/env python3
"""A point query over a table of many files, side by side with other readers: CPU, time and the data files that were opened.

    point.py FOLDER [--files 10000] [--binary PATH] [--python PYTHON]

Makes a table once in FOLDER whose files hold ranges of `id` that do not meet (100 rows each, statistics in the log), and asks
each reader for one row: a whole process each time, best of three. The files opened are counted with strace where it is there.
PYTHON must have pyarrow to make the table, and deltalake, polars and duckdb with its delta extension to be compared; a reader
that is not there, or that fails, is said so.
"""
import argparse
import json
import os
import pathlib
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROWS = 100
SCHEMA = {"type": "struct", "fields": [{"name": n, "type": t, "nullable": True, "metadata": {}} for n, t in (("id", "long"), ("name", "string"))]}

POLARS = "import sys, polars; print(polars.scan_delta(sys.argv[1]).filter(polars.col('id') == int(sys.argv[2])).collect()['name'][0])"
DELTALAKE = ("import sys, deltalake; q = deltalake.QueryBuilder().register('t', deltalake.DeltaTable(sys.argv[1])); "
             "print(q.execute('SELECT name FROM t WHERE id = ' + sys.argv[2]).read_all()['name'][0].as_py())")
DUCKDB = ("import sys, pathlib, duckdb, duckdb_extension_delta; c = duckdb.connect(); "
          "c.execute(f\"load '{next(pathlib.Path(duckdb_extension_delta.__file__).parent.rglob('*.duckdb_extension'))}'\"); "
          "print(c.execute(f\"SELECT name FROM delta_scan('{sys.argv[1]}') WHERE id = {sys.argv[2]}\").fetchone()[0])")
MAKE = r'''
import sys, pyarrow as pa, pyarrow.parquet as pq
folder, files, rows = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
for i in range(files):
    ids = range(i * rows, (i + 1) * rows)
    pq.write_table(pa.table({"id": pa.array(ids, pa.int64()), "name": ["name-%d" % n for n in ids]}), f"{folder}/part-{i:05d}.parquet")
'''


def make_table(python, folder, files):
    log = folder / "_delta_log"
    log.mkdir(parents=True)
    subprocess.run([python, "-c", MAKE, str(folder), str(files), str(ROWS)], check=True)
    lines = [{"protocol": {"minReaderVersion": 1, "minWriterVersion": 2}},
             {"metaData": {"id": "11111111-2222-3333-4444-555555555555", "format": {"provider": "parquet", "options": {}},
                           "schemaString": json.dumps(SCHEMA), "partitionColumns": [], "configuration": {}, "createdTime": 1}}]
    for i in range(files):
        name = f"part-{i:05d}.parquet"
        stats = {"numRecords": ROWS, "minValues": {"id": i * ROWS}, "maxValues": {"id": (i + 1) * ROWS - 1}, "nullCount": {"id": 0}}
        lines.append({"add": {"path": name, "partitionValues": {}, "size": (folder / name).stat().st_size, "modificationTime": 1700000000000,
                              "dataChange": True, "stats": json.dumps(stats)}})
    (log / f"{0:020d}.json").write_text("".join(json.dumps(line) + "\n" for line in lines))


def run(command):
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return done, time.monotonic() - start, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def opened(command):
    """How many data files the process opens."""
    if not shutil.which("strace"):
        return "no strace"
    with tempfile.NamedTemporaryFile("r") as trace:
        subprocess.run(["strace", "-f", "-qq", "-e", "trace=open,openat", "-o", trace.name, *command], capture_output=True)
        return str(len(set(re.findall(r'"[^"]*(part-\d+\.parquet)"[^=]*= \d', trace.read()))))


def main():
    cache = pathlib.Path(os.environ.get("DELTASTREAM_CACHE", pathlib.Path.home() / ".cache/deltastream"))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--binary", default=str(HERE / "../../build/release/deltastream"))
    parser.add_argument("--python", default=str(cache / "readers-1/bin/python"))
    arguments = parser.parse_args()
    table = arguments.folder.resolve() / f"{arguments.files}_files"
    if not (table / "_delta_log" / f"{0:020d}.json").exists():
        shutil.rmtree(table, ignore_errors=True)
        make_table(arguments.python, table, arguments.files)
    wanted = arguments.files * ROWS // 2 + 7
    ours = [arguments.binary, "sql", "--format", "csv", "-c", f"SELECT name FROM delta_scan('{table}') WHERE id = {wanted}"]
    peers = [(name, [arguments.python, "-c", code, str(table), str(wanted)])
             for name, code in (("deltalake", DELTALAKE), ("polars", POLARS), ("duckdb delta", DUCKDB))]
    wrong = 0
    print(f"{'reader':<14} {'seconds':>8} {'CPU-s':>8} {'files opened':>13}")
    for reader, command in [("deltastream", ours), *peers]:
        rounds = [run(command) for _ in range(3)]
        done = rounds[-1][0]
        if done.returncode != 0:
            print(f"{reader:<14} failed:", (done.stderr.strip().splitlines() or [str(done.returncode)])[-1][:120])
            continue
        right = done.stdout.split()[-1:] == [f"name-{wanted}"]
        wrong += not right
        print(f"{reader:<14} {min(r[1] for r in rounds):8.3f} {min(r[2] for r in rounds):8.3f} {opened(command):>13}{'' if right else '   WRONG ROW'}", flush=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
