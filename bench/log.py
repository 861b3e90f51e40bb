#!/usr/bin/env python3
"""Opens large tables, side by side with other readers of Delta tables, and prints time, CPU and peak memory of each whole process.

    bench/log.py [--table PATH]... [--data FOLDER] [--program build/release/bench_open_table] [--python PYTHON] [--repeat N]

Makes two tables once in FOLDER: 100,000 commits of one file each with the last checkpoint at 99,000, and a checkpoint of
1,000,000 files with statistics. PYTHON must have pyarrow to make them, and deltalake, polars and duckdb with its delta
extension to be compared; a reader that is not there, or that fails, is said so. polars lists no files: it resolves the
scan that it would read, which opens the table. With --repeat the readers take turns, and each line is the median of its CPU time.
"""
import argparse
import json
import os
import pathlib
import resource
import subprocess
import sys
import time

SCHEMA = json.dumps({"type": "struct", "fields": [{"name": n, "type": t, "nullable": True, "metadata": {}}
                                                  for n, t in (("id", "long"), ("name", "string"), ("value", "double"))]})
PROTOCOL = {"minReaderVersion": 1, "minWriterVersion": 2}
METADATA = {"id": "11111111-2222-3333-4444-555555555555", "format": {"provider": "parquet", "options": {}},
            "schemaString": SCHEMA, "partitionColumns": [], "configuration": {}, "createdTime": 1}

MAKE_CHECKPOINT = r'''
import json, sys
import pyarrow as pa, pyarrow.parquet as pq
path, count, protocol, metadata = sys.argv[1], int(sys.argv[2]), json.loads(sys.argv[3]), json.loads(sys.argv[4])
text_map = pa.map_(pa.string(), pa.string())
add = pa.struct([("path", pa.string()), ("partitionValues", text_map), ("size", pa.int64()), ("modificationTime", pa.int64()),
                 ("dataChange", pa.bool_()), ("stats", pa.string()), ("tags", text_map)])
meta = pa.struct([("id", pa.string()), ("name", pa.string()), ("description", pa.string()),
                  ("format", pa.struct([("provider", pa.string()), ("options", text_map)])), ("schemaString", pa.string()),
                  ("partitionColumns", pa.list_(pa.string())), ("configuration", text_map), ("createdTime", pa.int64())])
schema = pa.schema([("txn", pa.struct([("appId", pa.string()), ("version", pa.int64()), ("lastUpdated", pa.int64())])), ("add", add),
                    ("remove", pa.struct([("path", pa.string()), ("deletionTimestamp", pa.int64()), ("dataChange", pa.bool_())])),
                    ("metaData", meta), ("protocol", pa.struct([("minReaderVersion", pa.int32()), ("minWriterVersion", pa.int32())]))])
def rows(begin, end):
    out = []
    for i in range(begin, end):
        stats = '{"numRecords":1000,"minValues":{"id":%d,"name":"name-%09d","value":%d.5},"maxValues":{"id":%d,"name":"name-%09d","value":%d.5},"nullCount":{"id":0,"name":0,"value":0}}' % (
            i * 1000, i * 1000, i, i * 1000 + 999, i * 1000 + 999, i + 7)
        out.append({"add": {"path": "part-%05d-%08x-0000-4000-8000-%012x-c000.zstd.parquet" % (i, i * 2654435761 % 2**32, i), "partitionValues": [],
                            "size": 1000000 + i, "modificationTime": 1700000000000 + i, "dataChange": False, "stats": stats}})
    return out
metadata["format"]["options"] = []
metadata["configuration"] = []
with pq.ParquetWriter(path, schema, compression="snappy") as writer:
    writer.write_table(pa.Table.from_pylist([{"protocol": protocol}, {"metaData": metadata}], schema))
    for begin in range(0, count, 50000):
        writer.write_table(pa.Table.from_pylist(rows(begin, min(count, begin + 50000)), schema))
'''

DELTALAKE = "import sys, deltalake; t = deltalake.DeltaTable(sys.argv[1]); print(len(t.file_uris()))"
POLARS = "import sys, polars; print(len(polars.scan_delta(sys.argv[1]).collect_schema()), 'columns')"
DUCKDB = ("import sys, pathlib, duckdb, duckdb_extension_delta; c = duckdb.connect(); "
          "c.execute(f\"load '{next(pathlib.Path(duckdb_extension_delta.__file__).parent.rglob('*.duckdb_extension'))}'\"); "
          "print(c.execute('SELECT count(*) FROM delta_list_files(?)', [sys.argv[1]]).fetchone())")


def action(name, value):
    return json.dumps({name: value}, separators=(",", ":")) + "\n"


def make_checkpoint(python, path, count):
    subprocess.run([python, "-c", MAKE_CHECKPOINT, str(path), str(count), json.dumps(PROTOCOL), json.dumps(METADATA)], check=True)


def make_many_commits(python, folder, commits=100_000, checkpoint=99_000):
    log = folder / "_delta_log"
    log.mkdir(parents=True, exist_ok=True)
    for version in range(commits):
        text = action("commitInfo", {"timestamp": 1700000000000 + version, "operation": "WRITE"})
        if version == 0:
            text += action("protocol", PROTOCOL) + action("metaData", METADATA)
        text += action("add", {"path": "part-%05d-%08x-0000-4000-8000-%012x-c000.zstd.parquet" % (version, version * 2654435761 % 2**32, version),
                               "partitionValues": {}, "size": 1000, "modificationTime": version, "dataChange": True, "stats": '{"numRecords":10}'})
        (log / f"{version:020d}.json").write_text(text)
    make_checkpoint(python, log / f"{checkpoint:020d}.checkpoint.parquet", checkpoint + 1)
    (log / "_last_checkpoint").write_text(json.dumps({"version": checkpoint, "size": checkpoint + 3}))


def make_large_checkpoint(python, folder, files=1_000_000):
    log = folder / "_delta_log"
    log.mkdir(parents=True, exist_ok=True)
    (log / f"{0:020d}.json").write_text(action("protocol", PROTOCOL) + action("metaData", METADATA))
    make_checkpoint(python, log / f"{1:020d}.checkpoint.parquet", files)
    (log / f"{1:020d}.json").write_text(action("commitInfo", {"timestamp": 1, "operation": "WRITE"}))
    (log / "_last_checkpoint").write_text(json.dumps({"version": 1, "size": files + 2}))


def measure(command):
    start = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    out, err = process.communicate()
    return out.strip(), err.strip(), process.returncode, time.monotonic() - start


def run(command):
    """In a child of its own, so that its peak memory is nobody else's."""
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        out, err, code, seconds = measure(command)
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        report = {"out": out, "err": err, "code": code, "seconds": seconds, "cpu": usage.ru_utime + usage.ru_stime, "mb": usage.ru_maxrss / 1024}
        os.write(write_end, json.dumps(report).encode()[-60000:])
        os._exit(0)
    os.close(write_end)
    with os.fdopen(read_end) as pipe:
        report = json.loads(pipe.read())
    os.waitpid(child, 0)
    return report


def main():
    cache = pathlib.Path(os.environ.get("DELTASTREAM_CACHE", pathlib.Path.home() / ".cache/deltastream"))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--table", action="append", default=[])
    parser.add_argument("--data", type=pathlib.Path, default=cache / "bench_log")
    parser.add_argument("--program", default="build/release/bench_open_table")
    parser.add_argument("--python", default=str(cache / "readers-1/bin/python"))
    parser.add_argument("--repeat", type=int, default=1)
    arguments = parser.parse_args()
    tables = list(arguments.table)
    for name, make in (("100k_commits", make_many_commits), ("1m_file_checkpoint", make_large_checkpoint)):
        folder = arguments.data / name
        if not (folder / "_delta_log" / "_last_checkpoint").exists():
            make(arguments.python, folder)
        tables.append(str(folder))
    readers = [("deltastream", [arguments.program, "{}"]), ("deltastream, no files", [arguments.program, "{}", "light"]),
               ("deltalake", [arguments.python, "-c", DELTALAKE, "{}"]), ("polars", [arguments.python, "-c", POLARS, "{}"]),
               ("duckdb delta", [arguments.python, "-c", DUCKDB, "{}"])]
    print(f"{'table':<24} {'reader':<22} {'seconds':>8} {'CPU-s':>8} {'peak MB':>8}")
    for table in tables:
        reports = {reader: [] for reader, _ in readers}
        for _ in range(arguments.repeat):
            for reader, command in readers:
                reports[reader].append(run([part.replace("{}", table) for part in command]))
        for reader, _ in readers:
            report = sorted(reports[reader], key=lambda one: (one["code"] != 0, one["cpu"]))[arguments.repeat // 2]
            label = f"{pathlib.Path(table).name[:24]:<24} {reader:<22}"
            if report["code"] != 0:
                print(label, "failed:", report["err"].splitlines()[-1][:120] if report["err"] else report["code"])
                continue
            print(label, f"{report['seconds']:8.3f} {report['cpu']:8.3f} {report['mb']:8.0f}   {report['out'][:100]}", flush=True)
        if os.access(os.path.join(table, "_delta_log"), os.W_OK):
            report = run([arguments.program, table, "refresh"])
            print(f"{pathlib.Path(table).name[:24]:<24} refresh after one commit: {json.loads(report['out'])['refresh_ms']} ms" if report["code"] == 0 else report["err"])


if __name__ == "__main__":
    sys.exit(main())
