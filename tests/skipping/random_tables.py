#!/usr/bin/env python3
"""Random tables and random filters: what file skipping and the log's statistics answer must be what the rows say.

usage: random_tables.py DELTASTREAM [--seed N] [--tables N] [--queries N] [--keep FOLDER]

Each table is written here: Parquet files by COPY, and a log whose statistics are as some writer might leave them: exact, cut, rounded, wide, in
part, none, or nonsense of another type, but never wrong. Columns are of all types that have an order, with the values at which readers stumble;
there are partition columns, renamed and widened ones, ones that older files lack, and deletion vectors. A query is a random filter, a join, a top
few, or an aggregate, once over the Delta table and once over a plain table of the same rows. Prints what differs with its seed; exit code 1 then.
"""
import argparse
import datetime
import decimal
import json
import math
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "fixtures"))
from deletion_vectors import inline_vector  # noqa: E402

D = decimal.Decimal
decimal.getcontext().prec = 60
HIGH = "\U0010ffff"
EMOJI = "\U0001f600"
TEXTS = ["", " ", "a", "A", "aa", "b", "ab%c", "z", "é", "\x7f", "\uffff", "\ufffd", EMOJI, "a" * 31, "a" * 32, "a" * 33, "a" * 32 + "é", "a" * 32 + EMOJI, "a" * 32 + "\uffff", "a" * 31 + EMOJI + "b",
         "a" * 32 + "\x7f", HIGH * 33, HIGH * 70, "__HIVE_DEFAULT_PARTITION__", "null", "%20", 'q"\\x', "it's", "é" * 40, "1", "2020-01-01", "a=b/c"]
MICROS = [0, 1, -1, 999, 1000, 1001, -999, -1000, -1001, 1577836800000000, 1577836800123456, 1577836800123999, 1577836800124000, -62135596800000000, -12219292800000001, 253402300799999999, 253402300800000000,
          -62167219200000000, 4102444800000000, 1700000000000001]
DAYS = [0, 1, -1, 18262, 18263, 18321, -141427, -141428, -719162, 2932896, 2932897, -719528, 47482]
FLOATS = [0.0, -0.0, 1.0, -1.0, 0.5, 1.5, 2.0, 100.25, -100.25, 1e10, float("inf"), float("-inf"), float("nan"), 16777216.0]
DOUBLES = FLOATS + [0.1, 0.30000000000000004, 1e300, -1e-300, 2.0 ** 53 + 2, 1.7976931348623157e308]
BYTES = [b"", b"\x00", b"a", b"ab", b"\xff", b"\x00\xff\x80", b"1"]
# No engine agrees with another on bytes beyond ASCII as partition values.
PARTITION_BYTES = [b"\x00", b"a", b"ab", b"\x01\x7f", b"1"]
EPOCH = datetime.datetime(1970, 1, 1)


def integers(bits):
    top = 2 ** (bits - 1)
    return [0, 1, -1, 2, 3, 5, 7, 10, 42, 100, -100, top - 1, -top]


def decimals(width, scale):
    step, top = D(1).scaleb(-scale), (D(10) ** width - 1).scaleb(-scale)
    return [D(0).scaleb(-scale) + D(0), step, -step, D(1), D(-1), D("12.5"), D("-12.5"), D(100), top, -top, D(7)]


class Kind:
    """A primitive type: its names in Delta and in SQL, its values."""

    def __init__(self, delta, sql, values):
        self.delta, self.sql, self.values = delta, sql, values

    def literal(self, value):
        if value is None:
            return f"NULL::{self.sql}"
        if self.delta == "string":
            return text_literal(value)
        if self.delta == "binary":
            return f"from_hex('{value.hex()}')" if value else "''::BLOB"
        if self.delta in ("float", "double"):
            return f"'{value!r}'::{self.sql}"
        if self.delta == "date":
            return f"(DATE '1970-01-01' + {value}::INTEGER)"
        if self.delta == "timestamp":
            return f"make_timestamptz({value}::BIGINT)"
        if self.delta == "timestamp_ntz":
            return f"make_timestamp({value}::BIGINT)"
        return f"'{value}'::{self.sql}"


KINDS = [Kind("boolean", "BOOLEAN", [True, False]), Kind("byte", "TINYINT", integers(8)), Kind("short", "SMALLINT", integers(16)), Kind("integer", "INTEGER", integers(32)), Kind("long", "BIGINT", integers(64)),
         Kind("float", "FLOAT", FLOATS), Kind("double", "DOUBLE", DOUBLES), Kind("decimal(9,2)", "DECIMAL(9,2)", decimals(9, 2)), Kind("decimal(38,10)", "DECIMAL(38,10)", decimals(38, 10)),
         Kind("string", "VARCHAR", TEXTS), Kind("binary", "BLOB", BYTES), Kind("date", "DATE", DAYS), Kind("timestamp", "TIMESTAMPTZ", MICROS), Kind("timestamp_ntz", "TIMESTAMP", MICROS)]
KIND = {kind.delta: kind for kind in KINDS}
# What an older file may hold of a wider column: kinds, and the value as the wider kind has it.
NARROWER = {"long": ["integer", "short", "byte"], "integer": ["short", "byte"], "short": ["byte"], "double": ["float", "integer"], "decimal(38,10)": ["decimal(9,2)", "integer"], "timestamp_ntz": ["date"]}


def text_literal(text):
    return "'" + text.replace("'", "''") + "'"


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


def civil(micros):
    """Year, month, day, micros of the day: datetime ends at year 9999 and begins at 1."""
    days, rest = divmod(micros, 86_400_000_000)
    shifted = days + 719468
    era, day_of_era = divmod(shifted, 146097)
    year_of_era = (day_of_era - day_of_era // 1460 + day_of_era // 36524 - day_of_era // 146096) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    shifted_month = (5 * day_of_year + 2) // 153
    month = shifted_month + 3 if shifted_month < 10 else shifted_month - 9
    return year_of_era + era * 400 + (month <= 2), month, day_of_year - (153 * shifted_month + 2) // 5 + 1, rest


def date_text(days):
    year, month, day, _ = civil(days * 86_400_000_000)
    return f"{'+' if year > 9999 else ''}{year:04}-{month:02}-{day:02}"


def time_text(micros, separator, digits):
    rest = civil(micros)[3]
    seconds, fraction = divmod(rest, 1_000_000)
    text = f"{date_text(micros // 86_400_000_000)}{separator}{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return text + ("." + f"{fraction:06}"[:digits] if digits else "")


def java_double(value):
    return "NaN" if math.isnan(value) else ("-" if value < 0 else "") + "Infinity" if math.isinf(value) else repr(value)


def order(kind, value):
    """The key by which SQL orders values of a kind."""
    if kind.delta in ("float", "double"):
        return (1, 0.0) if math.isnan(value) else (0, value)
    return value.encode() if kind.delta == "string" else value


def cut_max(text, style):
    """A maximum as writers cut it: Delta since 3.1, and before (in UTF-16, with a bound that may be too low)."""
    if style == "old":
        units = text.encode("utf-16-be")
        if len(units) <= 64:
            return text
        rest = [units[i:i + 2] for i in range(64, len(units), 2)]
        kept = b""
        while rest and rest[0] >= b"\xff\xfd":
            kept += rest.pop(0)
        return (units[:64] + kept).decode("utf-16-be", "replace").replace("\ufffd", "?") + "\ufffd"
    if len(text) <= 32:
        return text
    at = 32
    while at < len(text) and at <= 64:
        if text[at] == HIGH:
            at += 1
        else:
            return text[:at] + ("\x7f" if text[at] < "\x7f" else HIGH)
    return text if at >= len(text) else None


def bound(kind, value, is_max, style, rng):
    """The JSON of a bound that holds, or None."""
    name = kind.delta
    if name in ("float", "double"):
        return java_double(value) if not math.isfinite(value) else value
    if name == "string":
        return cut_max(value, style) if is_max else value[:32]
    if name == "date":
        return date_text(value)
    if name.startswith("timestamp"):
        millis = value // 1000
        if style == "micros":
            return time_text(value, "T", 6) + ("Z" if name == "timestamp" else "")
        if style == "zone" and name == "timestamp" and abs(value) < 2 * 10 ** 15:
            return time_text(millis * 1000 - 8 * 3_600_000_000, "T", 3) + "-08:00"
        return time_text(millis * 1000, "T", 3) + ("Z" if name == "timestamp" else "")
    if name.startswith("decimal"):
        return Raw(format(value, "f"))
    if name == "binary" or name == "boolean":
        return None
    return Raw(f"{value}.0") if style == "points" and abs(value) < 2 ** 50 else value


class Raw(str):
    """A number of JSON as it stands."""


def dump(value):
    if isinstance(value, Raw):
        return str(value)
    if isinstance(value, dict):
        return "{" + ",".join(json.dumps(key) + ":" + dump(inner) for key, inner in value.items()) + "}"
    return json.dumps(value)


class Column:
    """A leaf of the table: a column, or a field of a struct."""

    def __init__(self, path, physical, kind, widened_from=None):
        self.path, self.physical, self.kind, self.widened_from = path, physical, kind, widened_from

    def sql(self):
        return "t." + ".".join(quoted(name) for name in self.path)


class Table:
    def __init__(self, rng, folder):
        self.rng, self.folder = rng, folder
        self.mapped = rng.random() < 0.3
        kinds = rng.sample(KINDS, rng.randint(2, 5))
        self.columns = []
        for i, kind in enumerate(kinds):
            name = rng.choice(["c", "C x", "é", "c.d"]) + str(i) if self.mapped else f"c{i}"
            narrow = rng.choice(NARROWER[kind.delta]) if kind.delta in NARROWER and rng.random() < 0.4 else None
            self.columns.append(Column([name], [f"col-{i}" if self.mapped else name], kind, narrow))
        if rng.random() < 0.5:
            for i, kind in enumerate(rng.sample(KINDS, 2)):
                self.columns.append(Column(["s", f"f{i}"], ["col-s" if self.mapped else "s", f"col-f{i}" if self.mapped else f"f{i}"], kind))
        self.has_struct = len(self.columns[-1].path) == 2
        self.partitions = [Column([f"p{i}"], [f"col-p{i}" if self.mapped else f"p{i}"], kind) for i, kind in enumerate(rng.sample(KINDS, rng.choice([0, 0, 1, 2])))]
        self.checkpointed = rng.random() < 0.4   # the log is a checkpoint, with statistics in columns of their types
        self.late = self.columns[0].path[0] if rng.random() < 0.3 else None   # older files lack it
        self.statements, self.parts, self.adds = [], [], []
        self.next_row = 0
        for i in range(rng.randint(1, 7)):
            self.add_file(i)
        self.write_log()

    def value(self, kind, pool):
        return None if self.rng.random() < 0.15 else self.rng.choice(pool)

    def add_file(self, number):
        rng = self.rng
        rows = rng.choice([1, 1, 2, 3, 5])
        old = number % 2 == 0
        data, whole, hidden = {}, {}, set()
        for column in self.columns:
            key = tuple(column.path)
            kind = KIND[column.widened_from] if column.widened_from and old else column.kind
            # Few values a file, so that bounds are narrow.
            pool = rng.sample(kind.values, min(len(kind.values), rng.choice([1, 2, 3, 9])))
            pool = [value for value in pool if kind is column.kind or self.fits(column.kind, self.widen(kind, column.kind, value))] or [kind.values[0]]
            values = [None] * rows if rng.random() < 0.1 else [self.value(kind, pool) for _ in range(rows)]
            data[key] = (kind, values)
            if self.late == column.path[0] and old:
                hidden.add(key)
                values = [None] * rows
            whole[key] = [self.widen(kind, column.kind, value) for value in values]
        null_structs = [self.has_struct and rng.random() < 0.2 for _ in range(rows)]
        ids = list(range(self.next_row, self.next_row + rows))
        self.next_row += rows
        parts = [self.value(column.kind, PARTITION_BYTES if column.kind.delta == "binary" else column.kind.values) for column in self.partitions]
        parts = [None if value in ("", b"") else value for value in parts]   # the empty text is null in the log
        name = f"part {number}%.parquet"
        self.statements.append(f"COPY (SELECT * FROM (VALUES {', '.join(self.tuple(data, hidden, ids, row, null_structs, True) for row in range(rows))}) AS v({self.names(hidden)})) "
                               f"TO {text_literal(str(self.folder / name))} (FORMAT parquet);")
        deleted = sorted(rng.sample(range(rows), rng.randint(1, rows))) if rng.random() < 0.25 else []
        for row in range(rows):
            if row in deleted:
                continue
            values = [str(ids[row])] + [self.literal_of(key, whole, row, null_structs) for key in self.tops()]
            self.parts.append("(" + ", ".join(values + [column.kind.literal(value) for column, value in zip(self.partitions, parts)]) + ")")
        action = {"path": urllib.parse.quote(name), "partitionValues": {column.physical[0]: partition_text(column.kind, value, rng) for column, value in zip(self.partitions, parts)},
                  "size": None, "modificationTime": 1700000000000, "dataChange": True}
        self.typed = None
        stats = self.statistics(data, hidden, rows, null_structs, deleted)
        if stats is not None:
            action["stats"] = stats
        if deleted:
            action["deletionVector"] = inline_vector(deleted)
        self.adds.append((name, action, self.typed))

    @staticmethod
    def widen(kind, wider, value):
        if value is None or kind is wider:
            return value
        if kind.delta == "date":
            return value * 86_400_000_000
        if wider.delta == "double":
            return float(value)
        return D(value) if wider.delta.startswith("decimal") else value

    @staticmethod
    def fits(kind, value):
        return not kind.delta.startswith("timestamp") or abs(value) < 9 * 10 ** 18

    def tops(self):
        return list(dict.fromkeys(column.path[0] for column in self.columns))

    def leaves(self, top):
        return [column for column in self.columns if column.path[0] == top]

    def names(self, hidden):
        tops = [top for top in self.tops() if not any(key[0] == top for key in hidden)]
        return ", ".join(["rid"] + [quoted(self.leaves(top)[0].physical[0]) for top in tops])

    def tuple(self, data, hidden, ids, row, null_structs, physical):
        values = [str(ids[row])]
        for top in self.tops():
            leaves = self.leaves(top)
            if any(tuple(leaf.path) in hidden for leaf in leaves):
                continue
            texts = [data[tuple(leaf.path)][0].literal(data[tuple(leaf.path)][1][row]) for leaf in leaves]
            if len(leaves[0].path) == 1:
                values.append(texts[0])
            else:
                fields = "{" + ", ".join(f"{text_literal(leaf.physical[1] if physical else leaf.path[1])}: {text}" for leaf, text in zip(leaves, texts)) + "}"
                values.append(f"CASE WHEN {not null_structs[row]} THEN {fields} END")
        return "(" + ", ".join(values) + ")"

    def literal_of(self, top, whole, row, null_structs):
        leaves = self.leaves(top)
        if len(leaves[0].path) == 1:
            return leaves[0].kind.literal(whole[(top,)][row])
        fields = "{" + ", ".join(f"{text_literal(leaf.path[1])}: {leaf.kind.literal(whole[tuple(leaf.path)][row])}" for leaf in leaves) + "}"
        return f"CASE WHEN {not null_structs[row]} THEN {fields} END"

    def statistics(self, data, hidden, rows, null_structs, deleted):
        rng = self.rng
        shape = rng.choice(["full"] * 6 + ["part", "part", "wide", "none", "empty", "odd"])
        if shape == "none":
            return None
        if shape == "empty":
            return rng.choice(["", "{}", dump({"numRecords": rows})])
        if deleted:
            shape = "wide" if rng.random() < 0.7 else shape
        lows, highs, nulls = {}, {}, {}
        self.typed = {"numRecords": rows, "tightBounds": not deleted and shape != "wide", "minValues": {}, "maxValues": {}, "nullCount": {}}
        style = rng.choice(["", "", "old", "micros", "zone", "points"])
        for column in self.columns:
            key = tuple(column.path)
            if key in hidden or (shape == "part" and rng.random() < 0.4):
                continue
            kind, values = data[key]
            present = [value for row, value in enumerate(values) if value is not None and not (len(key) == 2 and null_structs[row])]
            counted = len(values) - len(present)
            if len(key) == 2 and rng.random() < 0.5:   # some writers do not count the fields of a null struct
                counted = sum(value is None and not null_structs[row] for row, value in enumerate(values))
            if not (shape == "part" and rng.random() < 0.3):
                self.put(nulls, column, counted)
            self.typed["nullCount"][key] = counted if rng.random() < 0.9 else None
            if shape == "wide" and counted not in (0, rows):
                self.put(nulls, column, rng.choice([counted, 1]) if rows > 1 else counted)
            numbers = [value for value in present if not (isinstance(value, float) and math.isnan(value))]
            if len(numbers) < len(present) and rng.random() < 0.3:
                numbers = []   # as a writer that gives up on NaN
            if not numbers:
                if present and rng.random() < 0.5:
                    self.put(lows, column, "NaN")
                    self.put(highs, column, "NaN")
                continue
            low, high = min(numbers, key=lambda value: order(kind, value)), max(numbers, key=lambda value: order(kind, value))
            if shape == "wide":
                low = min([value for value in kind.values if value == value] + [low], key=lambda value: order(kind, value)) if rng.random() < 0.5 else low
                high = max([value for value in kind.values if value == value] + [high], key=lambda value: order(kind, value)) if rng.random() < 0.5 else high
            if rng.random() < 0.9:
                self.typed["minValues"][key] = self.typed_bound(column.kind, self.widen(kind, column.kind, low), False)
                self.typed["maxValues"][key] = self.typed_bound(column.kind, self.widen(kind, column.kind, high), True) if len(numbers) == len(present) else rng.choice([None, float("nan")])
            for tree, value, is_max in ((lows, low, False), (highs, high, True)):
                text = bound(kind, value, is_max, style, rng)
                if shape == "odd" and rng.random() < 0.5:
                    text = rng.choice([None, "text" if kind.delta != "string" else 5, [1], {"x": 1}, True])
                if shape == "part" and rng.random() < 0.3:
                    continue
                if is_max and len(numbers) < len(present) and rng.random() < 0.5:
                    text = "NaN"   # Spark's maximum
                if text is not None or rng.random() < 0.5:
                    self.put(tree, column, text)
        tree = {"numRecords": rows, "minValues": lows, "maxValues": highs, "nullCount": nulls}
        if shape == "wide" or deleted:
            tree["tightBounds"] = False
        if shape == "part" and rng.random() < 0.2 and not deleted:
            del tree["numRecords"]
        items = list(tree.items())
        rng.shuffle(items)
        return dump(dict(items))

    @staticmethod
    def typed_bound(kind, value, is_max):
        """As Delta keeps it in a checkpoint's columns: times in milliseconds, cut texts, nothing of bytes and booleans."""
        if kind.delta == "string":
            return cut_max(value, "") if is_max else value[:32]
        if kind.delta.startswith("timestamp"):
            return value // 1000 * 1000
        return None if kind.delta in ("boolean", "binary") else value

    @staticmethod
    def put(tree, column, value):
        for name in column.physical[:-1]:
            tree = tree.setdefault(name, {})
        tree[column.physical[-1]] = value

    def field(self, name, physical, kind, number, changes=()):
        metadata = {"delta.columnMapping.id": number, "delta.columnMapping.physicalName": physical} if self.mapped else {}
        if changes:
            metadata["delta.typeChanges"] = [{"fromType": changes[0], "toType": kind}]
        return {"name": name, "type": kind, "nullable": True, "metadata": metadata}

    def write_log(self):
        fields = [self.field("rid", "rid", "long", 1)]
        for i, top in enumerate(self.tops()):
            leaves = self.leaves(top)
            if len(leaves[0].path) == 1:
                fields.append(self.field(top, leaves[0].physical[0], leaves[0].kind.delta, 10 + i, [leaves[0].widened_from] if leaves[0].widened_from else ()))
            else:
                inner = [self.field(leaf.path[1], leaf.physical[1], leaf.kind.delta, 100 + k) for k, leaf in enumerate(leaves)]
                fields.append(self.field(top, leaves[0].physical[0], {"type": "struct", "fields": inner}, 10 + i))
        fields += [self.field(column.path[0], column.physical[0], column.kind.delta, 200 + i) for i, column in enumerate(self.partitions)]
        readers = ["timestampNtz", "deletionVectors", "typeWidening"] + (["columnMapping"] if self.mapped else [])
        self.log = [{"protocol": {"minReaderVersion": 3, "minWriterVersion": 7, "readerFeatures": readers, "writerFeatures": readers}},
                    {"metaData": {"id": "random", "format": {"provider": "parquet", "options": {}}, "schemaString": json.dumps({"type": "struct", "fields": fields}),
                                  "partitionColumns": [column.path[0] for column in self.partitions], "configuration": {"delta.columnMapping.mode": "name"} if self.mapped else {}}}]

    def tree_literal(self, typed, tree):
        """A struct of one tree of statistics, by physical names; of all columns, as a column of a checkpoint has one type."""
        def leaf(column):
            value = typed[tree].get(tuple(column.path))
            return f"{text_literal(column.physical[-1])}: " + (column.kind.literal(value) if tree != "nullCount" else f"{'NULL' if value is None else value}::BIGINT")
        fields = []
        for top in self.tops():
            leaves = self.leaves(top)
            inner = ", ".join(leaf(column) for column in leaves)
            fields.append(inner if len(leaves[0].path) == 1 else f"{text_literal(leaves[0].physical[0])}: {{{inner}}}")
        return "{" + ", ".join(fields) + "}"

    def checkpoint(self):
        """The statement that writes the log's state as a checkpoint of version 0."""
        def one(kind, value):
            return f"SELECT {value} AS {kind}"
        protocol, metadata = self.log[0]["protocol"], self.log[1]["metaData"]
        pairs = lambda entries: "MAP {" + ", ".join(f"{text_literal(key)}: {'NULL' if value is None else text_literal(value)}::VARCHAR" for key, value in entries.items()) + "}" if entries else "MAP {}::MAP(VARCHAR, VARCHAR)"
        texts = lambda values: "[" + ", ".join(text_literal(value) for value in values) + "]::VARCHAR[]"
        rows = [one("protocol", f"{{minReaderVersion: 3, minWriterVersion: 7, readerFeatures: {texts(protocol['readerFeatures'])}, writerFeatures: {texts(protocol['writerFeatures'])}}}"),
                one("metaData", f"{{id: 'random', format: {{provider: 'parquet', options: {pairs({})}}}, schemaString: {text_literal(metadata['schemaString'])}, "
                                f"partitionColumns: {texts(metadata['partitionColumns'])}, configuration: {pairs(metadata['configuration'])}}}")]
        vector_type = "STRUCT(storageType VARCHAR, pathOrInlineDv VARCHAR, \"offset\" INTEGER, sizeInBytes INTEGER, cardinality BIGINT)"
        for _, action, typed in self.adds:
            vector = action.get("deletionVector")
            vector = f"{{storageType: 'i', pathOrInlineDv: {text_literal(vector['pathOrInlineDv'])}, \"offset\": NULL, sizeInBytes: {vector['sizeInBytes']}, cardinality: {vector['cardinality']}}}" if vector else "NULL"
            known = typed or {"numRecords": None, "tightBounds": None, "minValues": {}, "maxValues": {}, "nullCount": {}}
            number = "NULL" if known["numRecords"] is None else known["numRecords"]
            trees = ", ".join(f"{tree}: {self.tree_literal(known, tree)}" for tree in ("minValues", "maxValues", "nullCount"))
            parsed = f"CASE WHEN {typed is not None} THEN {{numRecords: {number}::BIGINT, {trees}, tightBounds: {'NULL' if typed is None else known['tightBounds']}::BOOLEAN}} END"
            rows.append(one("add", f"{{path: {text_literal(action['path'])}, partitionValues: {pairs(action['partitionValues'])}, size: {action['size']}::BIGINT, modificationTime: 1700000000000, "
                                   f"dataChange: true, deletionVector: {vector}::{vector_type}, stats_parsed: {parsed}}}"))
        return f"COPY ({' UNION ALL BY NAME '.join(rows)}) TO {text_literal(str(self.folder / '_delta_log' / f'{0:020}.checkpoint.parquet'))} (FORMAT parquet);"

    def commit(self):
        """After the files are there: the log, or the statement that writes it."""
        for name, action, _ in self.adds:
            action["size"] = (self.folder / name).stat().st_size
        (self.folder / "_delta_log").mkdir()
        if self.checkpointed:
            return self.checkpoint()
        lines = self.log + [{"add": action} for _, action, _ in self.adds]
        (self.folder / "_delta_log" / f"{0:020}.json").write_text("".join(json.dumps(line) + "\n" for line in lines))
        return None

    def plain(self):
        """The same rows as a table of DuckDB's."""
        names = ["rid"] + [quoted(top) for top in self.tops()] + [quoted(column.path[0]) for column in self.partitions]
        tops = ", ".join(names)
        if self.parts:
            return f"CREATE TEMP TABLE plain AS SELECT * FROM (VALUES {', '.join(self.parts)}) AS v({tops});"
        return f"CREATE TEMP TABLE plain AS SELECT * FROM delta_scan({text_literal(str(self.folder))}) WHERE random() > 2;"


def partition_text(kind, value, rng):
    if value is None:
        return rng.choice([None, ""])
    name = kind.delta
    if name == "boolean":
        return "true" if value else "false"
    if name in ("float", "double"):
        return java_double(value)
    if name == "binary":
        return value.decode("ascii")
    if name == "date":
        return date_text(value)
    if name.startswith("timestamp"):
        text = time_text(value, rng.choice(" T"), 6)
        return text + "Z" if name == "timestamp" and "T" in text else text
    return format(value, "f") if isinstance(value, D) else str(value)


class Queries:
    def __init__(self, rng, table):
        self.rng, self.table = rng, table
        self.columns = table.columns + table.partitions

    def constant(self, kind):
        rng = self.rng
        if rng.random() < 0.04:
            return "NULL"
        return kind.literal(rng.choice(kind.values))

    def leaf(self):
        rng = self.rng
        column = rng.choice(self.columns)
        kind, c = column.kind, column.sql()
        shape = rng.randrange(16)
        if shape == 0:
            return f"{c} IS {rng.choice(['', 'NOT '])}NULL"
        if shape == 1:
            return f"{c} {rng.choice(['', 'NOT '])}IN ({', '.join(self.constant(kind) for _ in range(rng.randint(1, 4)))})"
        if shape == 2:
            return f"{c} {rng.choice(['', 'NOT '])}BETWEEN {self.constant(kind)} AND {self.constant(kind)}"
        if shape == 3:
            return f"{c} IS {rng.choice(['', 'NOT '])}DISTINCT FROM {self.constant(kind)}"
        if shape == 4 and kind.delta == "string":
            return f"{c} {rng.choice(['', 'NOT '])}LIKE {text_literal(rng.choice(['a%', '%a', 'a' * 32 + '%', '%', 'a_', '', EMOJI + '%', HIGH * 33 + '%']))}"
        if shape == 5 and kind.delta == "string":
            return rng.choice([f"starts_with({c}, 'a')", f"lower({c}) = 'a'", f"length({c}) > 2", f"{c} || 'x' > 'a'", f"prefix({c}, '{'a' * 32}')", f"{c} COLLATE NOCASE = 'A'", f"contains({c}, 'a')"])
        if shape == 6:
            other = rng.choice(["VARCHAR", "DOUBLE", "BIGINT", "DATE", "TIMESTAMP", "DECIMAL(18,3)", "TINYINT"])
            return f"TRY_CAST({c} AS {other}) {rng.choice(['=', '<', '>=', '<>'])} TRY_CAST({self.constant(kind)} AS {other})"
        if shape == 7:
            return f"coalesce({c}, {self.constant(kind)}) {rng.choice(['=', '<=', '>'])} {self.constant(kind)}"
        if shape == 8 and len(column.path) == 2:
            return f"t.s IS {rng.choice(['', 'NOT '])}NULL"
        if shape == 9 and kind.sql in ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "DECIMAL(9,2)"):
            return f"{c} {rng.choice(['=', '<', '<=', '>', '>=', '<>'])} {rng.choice(['1.5', '2', '0.0', '1e0', '127', '128::BIGINT', '3000000000', '12.50', '12.500::DECIMAL(12,5)', '170141183460469231731687303715884105727'])}"
        if shape == 10 and kind.sql in ("FLOAT", "DOUBLE"):
            return f"{c} {rng.choice(['=', '<', '<=', '>', '>=', '<>'])} {rng.choice(['1', '0.1', '1.5::DECIMAL(3,1)', '0.1::FLOAT', '16777217', '-0.0', '1e10::FLOAT'])}"
        if shape == 11 and kind.delta in ("date", "timestamp_ntz"):
            return f"{c} {rng.choice(['=', '<', '<=', '>', '>='])} {rng.choice(['DATE ' + chr(39) + '2020-01-01' + chr(39), 'TIMESTAMP ' + chr(39) + '2020-01-01 00:00:00.123456' + chr(39), KIND['date'].literal(rng.choice(DAYS))])}"
        if shape == 12:
            return f"{c} = ANY([{', '.join(self.constant(kind) for _ in range(2))}])"
        if shape == 13:
            other = rng.choice([other for other in self.columns if other.kind is kind])
            return f"{c} {rng.choice(['=', '<', '<=', '<>'])} {other.sql()}"
        operator = rng.choice(["=", "<", "<=", ">", ">=", "<>", "=", "="])
        return f"{self.constant(kind)} {operator} {c}" if rng.random() < 0.2 else f"{c} {operator} {self.constant(kind)}"

    def filter(self, depth=0):
        rng = self.rng
        shape = rng.randrange(10)
        if depth > 2 or shape < 4:
            return self.leaf()
        if shape < 7:
            return "(" + " AND ".join(self.filter(depth + 1) for _ in range(rng.randint(2, 3))) + ")"
        if shape < 9:
            return "(" + " OR ".join(self.filter(depth + 1) for _ in range(2)) + ")"
        return f"(NOT {self.filter(depth + 1)})"

    def query(self):
        """A query over {t} with one value."""
        rng = self.rng
        column = rng.choice(self.columns)
        kind, c = column.kind, column.sql()
        # Of 0.0 and -0.0, which are equal, either may come first.
        shown = f"({c} + 0)" if kind.delta in ("float", "double") else c
        rows = "list(t.rid ORDER BY t.rid)"
        shape = rng.randrange(12)
        if shape == 0:
            return f"SELECT [count(*)::VARCHAR, count({c})::VARCHAR, min({shown})::VARCHAR, max({shown})::VARCHAR] FROM {{t}} AS t" + (f" WHERE {self.filter()}" if rng.random() < 0.5 else "")
        if shape == 1:
            values = ", ".join(f"({self.constant(kind)})" for _ in range(rng.randint(1, 3)))
            return f"SELECT {rows} FROM {{t}} AS t {rng.choice(['JOIN', 'SEMI JOIN', 'ANTI JOIN', 'LEFT JOIN'])} (VALUES {values}) AS v(k) ON {c} {rng.choice(['=', '=', 'IS NOT DISTINCT FROM', '<', '>='])} v.k"
        if shape == 2:
            direction = rng.choice(["ASC", "DESC", "ASC NULLS FIRST", "DESC NULLS LAST"])
            return f"SELECT list(v::VARCHAR) FROM (SELECT {shown} AS v FROM {{t}} AS t WHERE {self.filter()} ORDER BY {c} {direction} LIMIT {rng.randint(1, 4)})"
        if shape == 3:
            return f"SELECT {rows} FROM {{t}} AS t WHERE {c} = (SELECT max({c}) FROM {{t}} AS t WHERE {self.filter()})"
        if shape == 4:
            return f"SELECT list(x ORDER BY x) FROM (SELECT ({shown})::VARCHAR || '/' || count(*) AS x FROM {{t}} AS t WHERE {self.filter()} GROUP BY {shown})"
        return f"SELECT {rows} FROM {{t}} AS t WHERE {self.filter()}"


def execute(program, folder, statements):
    script = folder / "script.sql"
    script.write_text("\n".join(statements) + "\n")
    return subprocess.run([program, "sql", "--format", "csv", str(script)], capture_output=True, text=True, timeout=600)


def check(program, seed, queries, folder):
    """What is wrong with the table of this seed, as lines."""
    rng = random.Random(seed)
    (folder / "t").mkdir(parents=True)
    table = Table(rng, folder / "t")
    made = execute(program, folder, table.statements)
    if made.returncode:
        return [f"seed {seed}: the files could not be made: {made.stderr.strip()[:600]}"]
    checkpoint = table.commit()
    made = execute(program, folder, [checkpoint]) if checkpoint else made
    if made.returncode:
        return [f"seed {seed}: the checkpoint could not be made: {made.stderr.strip()[:600]}"]
    delta = f"delta_scan({text_literal(str(table.folder))})"
    setup = ["SET TimeZone = 'UTC';", table.plain()]
    maker = Queries(rng, table)
    texts = ["SELECT list(x ORDER BY x) FROM (SELECT t::VARCHAR AS x FROM {t} AS t)"] + [maker.query() for _ in range(queries)]
    compared = [f"SELECT {i}::VARCHAR || ':' || (({text.replace('{t}', delta)}) IS NOT DISTINCT FROM ({text.replace('{t}', 'plain')})) AS same;" for i, text in enumerate(texts)]
    wrong, at = [], 0
    while at < len(texts) and len(wrong) < 5:
        done = execute(program, folder, setup + compared[at:])
        answers = [line for line in done.stdout.split("\n") if ":" in line]
        for line in answers:
            number, same = line.split(":")
            if same != "true":
                both = [execute(program, folder, setup + [text + ";"]).stdout.strip()[:300] for text in (texts[int(number)].replace("{t}", delta), texts[int(number)].replace("{t}", "plain"))]
                wrong.append(f"seed {seed}, query {number}: {texts[int(number)]}\n    delta {both[0]!r}\n    plain {both[1]!r}")
        at += len(answers)
        if at < len(texts):
            # A query that fails must fail the same without the table.
            alone = execute(program, folder, setup + [texts[at].replace("{t}", "plain") + ";"])
            if alone.returncode == 0 or done.returncode != 1:
                wrong.append(f"seed {seed}, query {at}, exit code {done.returncode}: {texts[at]}\n    {done.stderr.strip()[:600]}")
            at += 1
    return wrong


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tables", type=int, default=30)
    parser.add_argument("--queries", type=int, default=40)
    parser.add_argument("--keep", help="folder in which to leave the tables")
    given = parser.parse_args()
    wrong = []
    with tempfile.TemporaryDirectory() as scratch:
        for seed in range(given.seed, given.seed + given.tables):
            folder = pathlib.Path(given.keep or scratch) / str(seed)
            for line in check(given.program, seed, given.queries, folder):
                wrong.append(line)
                print(line, flush=True)
            if not given.keep:
                shutil.rmtree(folder)
    print(f"{given.tables} tables, {given.tables * given.queries} queries, {len(wrong)} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
