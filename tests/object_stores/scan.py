#!/usr/bin/env python3
"""Delta tables scanned where they stand in an object store: the rows are those of the copy on disk.

usage: scan.py moto|azurite|hdfs|gcs|minio DELTASTREAM      needs pyarrow (tools/readers_venv.sh)

Starts the server (tools/object_stores.sh), uploads fixture tables of Spark's with clients that are not ours, and compares what the program
reads of each with what Spark read. Prints a line for each query that went wrong and at the end 'N passed, N failed'.
"""
import base64
import datetime
import hashlib
import hmac
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request

import pyarrow.ipc
import pyarrow.parquet

import contract

sys.path.insert(0, str(contract.ROOT / "tests/fixtures"))
from check import rows_of  # noqa: E402

TABLES = contract.ROOT / "tests/fixtures/spark"
# Deletion vectors, partitions, every kind of checkpoint, names that must be escaped, columns by id, codecs.
SCANNED = ["deletion_vectors", "deletion_vectors_mapped", "partition_types", "classic_checkpoint", "multi_part_checkpoint", "v2_checkpoint", "v2_checkpoint_json",
           "special_paths", "column_mapping_id", "nested", "codec_zstd", "pages_v2"]


def put_gcs(port, path, data):
    contract.request("POST", f"http://127.0.0.1:{port}/upload/storage/v1/b/lake/o?uploadType=media&name={path.replace('/', '%2F')}",
                     {"Content-Type": "application/octet-stream"}, data)


def put_azure(port, path, data):
    date = datetime.datetime.now(datetime.timezone.utc).strftime("%a, %d %b %Y %H:%M:%S GMT")
    kind, length = "application/octet-stream", str(len(data)) if data else ""
    text = (f"PUT\n\n\n{length}\n\n{kind}\n\n\n\n\n\n\nx-ms-blob-type:BlockBlob\nx-ms-date:{date}\nx-ms-version:2021-08-06\n"
            f"/devstoreaccount1/devstoreaccount1/lake/{path}")
    signature = base64.b64encode(hmac.new(base64.b64decode(contract.AZURITE_KEY), text.encode(), hashlib.sha256).digest()).decode()
    contract.request("PUT", f"http://127.0.0.1:{port}/devstoreaccount1/lake/{path}",
                     {"x-ms-blob-type": "BlockBlob", "x-ms-date": date, "x-ms-version": "2021-08-06", "Content-Type": kind, "Content-Length": str(len(data)),
                      "Authorization": f"SharedKey devstoreaccount1:{signature}"}, data)


def put_hdfs(port, path, data):
    answer = contract.request("PUT", f"http://127.0.0.1:{port}/webhdfs/v1/{path}?op=CREATE&overwrite=true&noredirect=true&user.name=root")
    location = urllib.parse.quote(json.load(answer)["Location"], safe=":/?&=%+,;@")
    contract.request("PUT", location, {"Content-Type": "application/octet-stream"}, data)


PUT = {"gcs": put_gcs, "azurite": put_azure, "hdfs": put_hdfs}


def upload(name, port, table):
    for file in sorted((TABLES / table).rglob("*")):
        if file.is_file():
            path = urllib.parse.quote(f"{table}/{file.relative_to(TABLES / table)}")
            if name in contract.S3_SECRETS:
                contract.s3_put(name, port, f"lake/{path}", file.read_bytes())
            else:
                PUT[name](port, path, file.read_bytes())


def query(program, environment, sql, out):
    done = subprocess.run([program, "sql", "-c", sql, "--format", "arrow", "--output", out], env=environment, capture_output=True, text=True, timeout=120)
    if done.returncode != 0:
        return None, f"ended with {done.returncode}: {done.stderr.strip()[-400:]}"
    return pyarrow.ipc.open_file(out).read_all(), ""


def main():
    name, program = sys.argv[1], sys.argv[2]
    port, folder = contract.PORTS[name] + 3, pathlib.Path(tempfile.mkdtemp(prefix=f"deltastream-scan-{name}-"))
    queries = json.loads((TABLES / "queries.json").read_text())
    passed = failed = 0
    try:
        subprocess.run([contract.ROOT / "tools/object_stores.sh", "start", name, folder / "server", str(port)], check=True)
        environment = {**os.environ, **contract.prepare(name, port)}
        root = environment["DELTASTREAM_TEST_STORE"]
        for table in SCANNED:
            upload(name, port, table)
            got, wrong = query(program, environment, queries[table].replace("{t}", f"delta.`{root}/{table}`"), folder / "out.arrow")
            wanted = rows_of(pyarrow.parquet.read_table(TABLES / f"{table}.expected.parquet"))
            if not wrong and rows_of(got) != wanted:
                wrong = f"wrong rows: {got.num_rows} instead of {len(wanted)}"
            if not wrong:
                counted, wrong = query(program, environment, f"SELECT count(*) AS n FROM delta.`{root}/{table}`", folder / "out.arrow")
                if not wrong and counted["n"][0].as_py() != len(wanted):
                    wrong = f"count(*) is {counted['n'][0].as_py()} instead of {len(wanted)}"
            passed, failed = passed + (not wrong), failed + bool(wrong)
            if wrong:
                print(f"{root}/{table}: {wrong}", flush=True)
        sql = f"ATTACH '{root}' AS lake (TYPE deltastream); SELECT count(*) FROM lake.deletion_vectors; SELECT count(*) FROM information_schema.tables WHERE table_catalog = 'lake'"
        attached = subprocess.run([program, "sql", "-c", sql, "--format", "csv"], env=environment, capture_output=True, text=True, timeout=120)
        wanted = pyarrow.parquet.read_table(TABLES / "deletion_vectors.expected.parquet").num_rows
        numbers = [line for line in attached.stdout.splitlines() if line.isdigit()]
        right = numbers == [str(wanted), str(len(SCANNED))]
        passed, failed = passed + right, failed + (not right)
        if not right:
            print(f"{root}, attached: {attached.stdout} {attached.stderr}", flush=True)
    finally:
        subprocess.run([contract.ROOT / "tools/object_stores.sh", "stop", folder / "server"], check=False)
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or passed != len(SCANNED) + 1 else 0


if __name__ == "__main__":
    sys.exit(main())
