#!/usr/bin/env python3
"""Delta tables over the Parquet files of TPC-H, for bench/scan.

    tpch_tables.py SCALE FOLDER [--deleted PERCENT]

Makes FOLDER/parquet/TABLE.parquet (tpchgen-cli), FOLDER/delta/TABLE: the same bytes (hard links) with a log that adds them,
statistics from their footers; and FOLDER/deleted/TABLE: with PERCENT of the rows (default 1) of every table of more than
1,000 rows deleted by a deletion vector. What is there already is kept. Needs tpchgen-cli and pyarrow (PyPI).
"""
import argparse
import datetime
import decimal
import json
import os
import random
import shutil
import struct
import subprocess
import sys
import uuid
import zlib

import pyarrow as pa
import pyarrow.parquet as pq

TABLES = ["lineitem", "orders", "customer", "part", "partsupp", "supplier", "nation", "region"]
Z85 = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#"


def delta_type(kind):
    if pa.types.is_decimal(kind):
        return "decimal(%d,%d)" % (kind.precision, kind.scale)
    return {pa.int32(): "integer", pa.int64(): "long", pa.date32(): "date"}.get(kind, "string")


def text(value):
    if isinstance(value, decimal.Decimal):
        return float(value) if value != value.to_integral_value() else int(value)
    if isinstance(value, datetime.date):
        return value.isoformat()
    return value.decode() if isinstance(value, bytes) else value


def statistics(file):
    metadata, bounds = file.metadata, {"minValues": {}, "maxValues": {}, "nullCount": {}}
    for i in range(metadata.num_columns):
        chunks = [metadata.row_group(g).column(i).statistics for g in range(metadata.num_row_groups)]
        name = metadata.schema.column(i).name
        if any(c is None or not c.has_min_max for c in chunks):
            continue
        bounds["minValues"][name] = text(min(c.min for c in chunks))
        bounds["maxValues"][name] = text(max(c.max for c in chunks))
        bounds["nullCount"][name] = sum(c.null_count or 0 for c in chunks)
    return dict(numRecords=metadata.num_rows, tightBounds=True, **bounds)


def z85(data):
    out = ""
    for i in range(0, len(data), 4):
        value = struct.unpack(">I", data[i:i + 4])[0]
        out += "".join(Z85[value // 85 ** p % 85] for p in (4, 3, 2, 1, 0))
    return out


def deletion_vector(folder, rows):
    """One file with one vector: arrays of 16-bit numbers, as the protocol's 64-bit roaring bitmaps are."""
    high = {}
    for row in rows:
        high.setdefault(row >> 16, []).append(row & 0xFFFF)
    keys = sorted(high)
    bitmap = struct.pack("<II", 12346, len(keys))
    bitmap += b"".join(struct.pack("<HH", k, len(high[k]) - 1) for k in keys)
    offset = len(bitmap) + 4 * len(keys)
    for k in keys:
        bitmap += struct.pack("<I", offset)
        offset += 2 * len(high[k])
    bitmap += b"".join(struct.pack("<%dH" % len(high[k]), *sorted(high[k])) for k in keys)
    blob = struct.pack("<IQI", 1681511377, 1, 0) + bitmap
    name = uuid.uuid5(uuid.NAMESPACE_URL, folder)
    with open(os.path.join(folder, "deletion_vector_%s.bin" % name), "wb") as f:
        f.write(b"\x01" + struct.pack(">I", len(blob)) + blob + struct.pack(">I", zlib.crc32(blob)))
    return {"storageType": "u", "pathOrInlineDv": z85(name.bytes), "offset": 1, "sizeInBytes": len(blob), "cardinality": len(rows)}


def make_table(parquet, folder, percent):
    log = os.path.join(folder, "_delta_log")
    if os.path.exists(os.path.join(log, "0" * 20 + ".json")):
        return
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(log)
    os.link(parquet, os.path.join(folder, "data.parquet"))
    file = pq.ParquetFile(parquet)
    fields = [{"name": f.name, "type": delta_type(f.type), "nullable": True, "metadata": {}} for f in file.schema_arrow]
    stats = statistics(file)
    add = {"path": "data.parquet", "partitionValues": {}, "size": os.path.getsize(parquet), "modificationTime": 1700000000000, "dataChange": True}
    protocol = {"minReaderVersion": 1, "minWriterVersion": 2}
    if percent and stats["numRecords"] > 1000:
        rows = sorted(random.Random(7).sample(range(stats["numRecords"]), int(stats["numRecords"] * percent / 100)))
        add["deletionVector"] = deletion_vector(folder, rows)
        stats["tightBounds"] = False
        protocol = {"minReaderVersion": 3, "minWriterVersion": 7, "readerFeatures": ["deletionVectors"], "writerFeatures": ["deletionVectors"]}
    add["stats"] = json.dumps(stats)
    metadata = {"id": str(uuid.uuid4()), "format": {"provider": "parquet", "options": {}}, "partitionColumns": [], "configuration": {},
                "schemaString": json.dumps({"type": "struct", "fields": fields})}
    with open(os.path.join(log, "0" * 20 + ".json"), "w") as f:
        f.write("\n".join(json.dumps(a) for a in ({"protocol": protocol}, {"metaData": metadata}, {"add": add})) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scale")
    parser.add_argument("folder")
    parser.add_argument("--deleted", type=float, default=1)
    args = parser.parse_args()
    parquet = os.path.join(args.folder, "parquet")
    if not all(os.path.exists(os.path.join(parquet, t + ".parquet")) for t in TABLES):
        os.makedirs(parquet, exist_ok=True)
        subprocess.run(["tpchgen-cli", "parquet", "-s", args.scale, "--output-dir=" + parquet], check=True, stdout=subprocess.DEVNULL)
    for table in TABLES:
        make_table(os.path.join(parquet, table + ".parquet"), os.path.join(args.folder, "delta", table), 0)
        make_table(os.path.join(parquet, table + ".parquet"), os.path.join(args.folder, "deleted", table), args.deleted)


if __name__ == "__main__":
    sys.exit(main())
