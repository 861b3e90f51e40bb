#!/usr/bin/env python3
"""Tables that we wrote, read by Delta readers that are not ours: every row and every value must be the same.

usage: read_tables.py --writer PROGRAM [--spark JARS]. The writer leaves one folder a table and NAME.json with what it holds.
Each table is read whole by delta-rs (deltalake) and by DuckDB's delta extension, and again with filters on values of its
rows, so that files that our statistics or partition values wrongly exclude show as missing rows. With --spark, Spark and the
Delta jars in that folder read them instead. Exit code 77 (skipped) where the readers are not installed.
"""
import argparse
import datetime
import decimal
import json
import math
import os
import pathlib
import subprocess
import sys
import tempfile

try:
    import pyarrow
    if "--spark" in sys.argv:
        import pyspark.sql
    else:
        import deltalake
        import duckdb
        import duckdb_extension_delta
except ImportError as missing:
    print(f"skipped: {missing}; run through the environment of tools/readers_venv.sh, or of tools/spark_venv.sh for Spark")
    sys.exit(77)

EPOCH = datetime.datetime(1970, 1, 1)


def canonical(value):
    """The form that the writer's JSON has."""
    if value is None or isinstance(value, bool) or isinstance(value, (int, str)):
        return value
    if isinstance(value, float):
        return "nan" if math.isnan(value) else "%.17g" % value
    if isinstance(value, decimal.Decimal):
        return format(value, "f")
    if isinstance(value, datetime.datetime):
        if value.tzinfo is not None:
            value = value.astimezone(datetime.timezone.utc).replace(tzinfo=None)
        return (value - EPOCH) // datetime.timedelta(microseconds=1)
    if isinstance(value, datetime.date):
        return (value - EPOCH.date()).days
    if isinstance(value, (bytes, bytearray)):
        return bytes(value).hex()
    if isinstance(value, (list, tuple)):
        return [canonical(item) for item in value]
    if isinstance(value, dict):
        return {key: canonical(item) for key, item in value.items()}
    raise TypeError(type(value))


def pairs_as_maps(value):
    """Maps come as dicts, lists of pairs or lists of {key, value}; a map of ours is a list of {key, value}."""
    if isinstance(value, list):
        return [{"key": pairs_as_maps(i[0]), "value": pairs_as_maps(i[1])} if isinstance(i, list) and len(i) == 2 and isinstance(i[0], str)
                else pairs_as_maps(i) for i in value]
    if isinstance(value, dict):
        return {key: pairs_as_maps(item) for key, item in value.items()}
    return value


def as_lines(rows):
    return sorted(json.dumps(pairs_as_maps(row), sort_keys=True) for row in rows)


def arrow_rows(table, columns):
    table = pyarrow.table(table) if not isinstance(table, pyarrow.Table) else table
    data = [[canonical(v) for v in table.column(name).to_pylist()] for name in columns]
    return [list(row) for row in zip(*data)] if table.num_rows else []


class DeltaRs:
    name = "deltalake"
    filters = 40

    def __init__(self, folder):
        self.table = deltalake.DeltaTable(str(folder))

    def read(self, columns, condition=None):
        query = deltalake.QueryBuilder().register("t", self.table)
        names = ", ".join(f'"{c}"' for c in columns)
        where = f" where {condition}" if condition else ""
        return arrow_rows(pyarrow.table(query.execute(f"select {names} from t{where}").read_all()), columns)


class DeltaRsArrow:
    """The other way into delta-rs; it does not know column mapping."""
    name = "deltalake to_pyarrow_table"
    filters = 0
    unmapped_only = True
    # It refuses reader features by name, and pyarrow reads no negative decimal out of a partition value.
    refuses = {"v2_checkpoint", "deletion_vectors_on", "partitioned", "partitioned_random"}

    def __init__(self, folder):
        self.table = deltalake.DeltaTable(str(folder))

    def read(self, columns):
        return arrow_rows(self.table.to_pyarrow_table(), columns)


class DuckDb:
    name = "duckdb"
    filters = 40
    # Measured with 1.5.5: NULL for every partition value of a table with column mapping; delta-rs reads the same table right.
    loses_mapped_partitions = True

    def __init__(self, folder):
        self.folder = folder
        self.connection = duckdb.connect()
        self.connection.execute(f"load '{next(pathlib.Path(duckdb_extension_delta.__file__).parent.rglob('*.duckdb_extension'))}'")
        self.connection.execute("set TimeZone = 'UTC'")

    def read(self, columns, condition=None):
        names = ", ".join(f'"{c}"' for c in columns)
        where = f" where {condition}" if condition else ""
        return arrow_rows(self.connection.execute(f"select {names} from delta_scan('{self.folder}'){where}").to_arrow_table(), columns)


class Spark:
    name = "spark"
    filters = 6
    session = None

    def __init__(self, folder):
        self.folder = folder

    @classmethod
    def start(cls, jars):
        builder = pyspark.sql.SparkSession.builder.master("local[1]").appName("readers")
        for key, value in {"spark.jars": ",".join(str(jar) for jar in pathlib.Path(jars).glob("*.jar")),
                           "spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1", "spark.ui.enabled": "false",
                           "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
                           "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
                           "spark.sql.session.timeZone": "UTC", "spark.sql.shuffle.partitions": "1", "spark.sql.ansi.enabled": "true",
                           "spark.databricks.delta.snapshotPartitions": "1", "spark.network.timeout": "1200s", "spark.executor.heartbeatInterval": "600s", "spark.sql.ansi.doubleQuotedIdentifiers": "true",
                           "spark.sql.parser.escapedStringLiterals": "true"}.items():
            builder = builder.config(key, value)
        cls.session = builder.getOrCreate()
        cls.session.sparkContext.setLogLevel("ERROR")

    def read(self, columns, condition=None):
        names = ", ".join(f'"{c}"' for c in columns)
        where = f" where {condition.replace('TIMESTAMPTZ', 'TIMESTAMP')}" if condition else ""
        return arrow_rows(self.session.sql(f"select {names} from delta.`{self.folder}`{where}").toArrow(), columns)


# Filters as SQL for the columns whose type both engines spell alike.
def conditions(expected):
    columns = expected["columns"]
    for row in expected["rows"]:
        for name, value in zip(columns, row):
            quoted = f'"{name}"'
            if isinstance(value, str) and name in ("text", "word", "p text"):
                yield f"{quoted} = '" + value.replace("'", "''") + "'", lambda r, n=name, v=value: r[columns.index(n)] == v
            elif name in ("id", "i8", "i16", "i32", "p_int", "part") and value is not None:
                yield f"{quoted} = {value}", lambda r, n=name, v=value: r[columns.index(n)] == v
            elif name in ("ts", "at", "p_ts") and value is not None:
                text = EPOCH + datetime.timedelta(microseconds=value)
                yield (f"{quoted} >= CAST('{text}Z' AS TIMESTAMPTZ)",
                       lambda r, n=name, v=value: r[columns.index(n)] is not None and r[columns.index(n)] >= v)
            elif name in ("day", "p_day") and value is not None:
                text = EPOCH.date() + datetime.timedelta(days=value)
                yield f"{quoted} = DATE '{text}'", lambda r, n=name, v=value: r[columns.index(n)] == v
            elif name in ("f64", "ratio") and value is not None and value not in ("nan", "inf", "-inf"):
                yield f"{quoted} = CAST('{value}' AS DOUBLE)", lambda r, n=name, v=value: r[columns.index(n)] == v
            elif value is None and name in ("text", "p text", "part", "day", "d38"):
                yield f"{quoted} IS NULL", lambda r, n=name: r[columns.index(n)] is None


def compare(reader, name, expected, found, what):
    want, have = as_lines(expected), as_lines(found)
    if want == have:
        return True
    print(f"FAILED {name} read by {reader.name}, {what}: {len(have)} rows of {len(want)}")
    for line in [l for l in want if l not in have][:3]:
        print("  missing:", line)
    for line in [l for l in have if l not in want][:3]:
        print("  extra:  ", line)
    return False


def without(expected, dropped):
    kept = [i for i, name in enumerate(expected["columns"]) if name not in dropped]
    return {**expected, "columns": [expected["columns"][i] for i in kept], "rows": [[row[i] for i in kept] for row in expected["rows"]]}


def check(reader_class, folder, name, expected):
    if getattr(reader_class, "unmapped_only", False) and expected["mapped"]:
        return True, 0
    reader = reader_class(folder / name)
    if expected["mapped"] and getattr(reader_class, "loses_mapped_partitions", False):
        expected = without(expected, expected["partitions"])
    columns = expected["columns"]
    good, checks = compare(reader, name, expected["rows"], reader.read(columns), "whole"), 1
    distinct = list(dict(conditions(expected)).items())
    # An even choice of them is enough for big tables.
    for condition, holds in distinct[::max(1, len(distinct) // reader.filters)] if reader.filters else ():
        found = reader.read(columns, condition)
        checks += 1
        good = compare(reader, name, [r for r in expected["rows"] if holds(r)], found, condition) and good
    return good, checks


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--writer", required=True)
    parser.add_argument("--spark", metavar="JARS", help="read with Spark and the Delta jars in this folder")
    parser.add_argument("--only", metavar="TABLE")
    arguments = parser.parse_args()
    readers = (Spark,) if arguments.spark else (DeltaRs, DeltaRsArrow, DuckDb)
    if arguments.spark:
        Spark.start(arguments.spark)
    failures = checks = tables = 0
    with tempfile.TemporaryDirectory(prefix="deltastream-readers-") as scratch:
        folder = pathlib.Path(scratch)
        subprocess.run([arguments.writer, str(folder)], check=True)
        for file in sorted(folder.glob("*.json")):
            if arguments.only and file.stem != arguments.only:
                continue
            tables += 1
            expected = json.loads(file.read_text())
            for reader_class in readers:
                if file.stem in getattr(reader_class, "refuses", ()):
                    continue
                try:
                    good, done = check(reader_class, folder, file.stem, expected)
                except Exception as error:  # a reader that cannot read is a failure like any other
                    print(f"FAILED {file.stem} read by {reader_class.name}: {type(error).__name__}: {error}")
                    good, done = False, 1
                checks += done
                failures += not good
                print(f"{file.stem} read by {reader_class.name}: {done} reads, {'all as written' if good else 'FAILED'}", flush=True)
    print(f"{tables} tables, {checks} reads, {failures} failures")
    sys.stdout.flush()
    os._exit(1 if failures or not tables else 0)  # delta-rs' threads now and then abort a process that ends


if __name__ == "__main__":
    main()
