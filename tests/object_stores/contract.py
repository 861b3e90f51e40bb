#!/usr/bin/env python3
"""The contract of an object store, against a real server.

usage: contract.py moto|minio|azurite|gcs|hdfs TEST_STORAGE

Starts the server (tools/object_stores.sh), makes a bucket, and runs the contract tests of the storage room (TEST_STORAGE is
its test program) with DELTASTREAM_TEST_STORE. Exit code 1 when a test fails or none ran.
"""
import base64
import datetime
import hashlib
import hmac
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
PORTS = {"moto": 29710, "minio": 29720, "azurite": 29730, "gcs": 29740, "hdfs": 29750}
AZURITE_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="


def request(method, url, headers=None, data=None):
    return urllib.request.urlopen(urllib.request.Request(url, method=method, headers=headers or {}, data=data), timeout=30)


S3_SECRETS = {"moto": "testing", "minio": "testing12345"}


def s3_put(name, port, path, data=b""):
    """PUT /path (quoted already) with Signature Version 4, written again here so that the program's own signature is not its judge."""
    now = datetime.datetime.now(datetime.timezone.utc)
    stamp, date, digest = now.strftime("%Y%m%dT%H%M%SZ"), now.strftime("%Y%m%d"), hashlib.sha256(data).hexdigest()
    host, scope = f"127.0.0.1:{port}", f"{date}/us-east-1/s3/aws4_request"
    names = "host;x-amz-content-sha256;x-amz-date"
    canonical = f"PUT\n/{path}\n\nhost:{host}\nx-amz-content-sha256:{digest}\nx-amz-date:{stamp}\n\n{names}\n{digest}"
    text = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    signing = ("AWS4" + S3_SECRETS[name]).encode()
    for part in (date, "us-east-1", "s3", "aws4_request"):
        signing = hmac.new(signing, part.encode(), hashlib.sha256).digest()
    signature = hmac.new(signing, text.encode(), hashlib.sha256).hexdigest()
    request("PUT", f"http://{host}/{path}", {"x-amz-date": stamp, "x-amz-content-sha256": digest, "Content-Type": "application/octet-stream",
                                            "Authorization": f"AWS4-HMAC-SHA256 Credential=testing/{scope}, SignedHeaders={names}, Signature={signature}"}, data)


def s3_bucket(name, port):
    s3_put(name, port, "lake")
    return {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}", "AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": S3_SECRETS[name], "AWS_REGION": "us-east-1",
            "DELTASTREAM_TEST_STORE": "s3://lake"}


def azure_container(port):
    date = datetime.datetime.now(datetime.timezone.utc).strftime("%a, %d %b %Y %H:%M:%S GMT")
    text = (f"PUT\n\n\n\n\n\n\n\n\n\n\n\nx-ms-date:{date}\nx-ms-version:2021-08-06\n/devstoreaccount1/devstoreaccount1/lake\nrestype:container")
    signature = base64.b64encode(hmac.new(base64.b64decode(AZURITE_KEY), text.encode(), hashlib.sha256).digest()).decode()
    base = f"http://127.0.0.1:{port}/devstoreaccount1"
    request("PUT", base + "/lake?restype=container", {"x-ms-date": date, "x-ms-version": "2021-08-06", "Authorization": f"SharedKey devstoreaccount1:{signature}",
                                                      "Content-Length": "0"})
    return {"AZURE_STORAGE_ENDPOINT": base, "AZURE_STORAGE_KEY": AZURITE_KEY, "DELTASTREAM_TEST_STORE": "abfss://lake@devstoreaccount1.dfs.core.windows.net"}


def gcs_bucket(port):
    request("POST", f"http://127.0.0.1:{port}/storage/v1/b", {"Content-Type": "application/json"}, b'{"name": "lake"}')
    return {"STORAGE_EMULATOR_HOST": f"127.0.0.1:{port}", "DELTASTREAM_TEST_STORE": "gs://lake"}


def prepare(name, port):
    if name in S3_SECRETS:
        return s3_bucket(name, port)
    if name == "azurite":
        return azure_container(port)
    if name == "gcs":
        return gcs_bucket(port)
    return {"HADOOP_USER_NAME": "root", "DELTASTREAM_TEST_STORE": f"webhdfs://127.0.0.1:{port}"}


def main():
    name, program = sys.argv[1], sys.argv[2]
    port, folder = PORTS[name], pathlib.Path(tempfile.mkdtemp(prefix=f"deltastream-{name}-"))
    try:
        subprocess.run([ROOT / "tools/object_stores.sh", "start", name, folder, str(port)], check=True)
        done = subprocess.run([program, "--gtest_filter=*/Given"], env={**os.environ, **prepare(name, port)}, text=True, capture_output=True)
        sys.stdout.write(done.stdout[-6000:] + done.stderr[-2000:])
        passed = re.search(r"\[  PASSED  \] (\d+) tests?", done.stdout)
        return 0 if done.returncode == 0 and passed and int(passed.group(1)) >= 10 else 1
    finally:
        subprocess.run([ROOT / "tools/object_stores.sh", "stop", folder], check=False)
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
