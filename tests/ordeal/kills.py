#!/usr/bin/env python3
"""Numbered records → SQL → Delta while the process is killed with SIGKILL again and again; delta-rs judges the tables.

usage: kills.py --source files|kafka --records N --kills K [--seed S] [--program PATH]

Every kill is either by timer (a random moment) or at a random fault point. The job is started again with another
parallelism until K kills have hit; then it runs to its end. How far apart the kills are follows from a run without any, so
that the job lives through all of them; should it end before, another one with tables of its own is killed on. Lost, doubled
and wrong rows are counted separately, for a filtered table (each row keeps its source) and for a windowed count (operator
state). Prints one line with the seed and exits 1 if anything is lost, doubled or wrong. Needs deltalake
(tools/readers_venv.sh).
"""
import argparse
import datetime
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import deltalake

ROOT = pathlib.Path(__file__).resolve().parents[2]
PARTITIONS = 4
BASE_MS = 1_767_225_600_000  # 2026-01-01 00:00:00 UTC
EPOCH = datetime.datetime(1970, 1, 1)
BATCH = 256
CHECKPOINT_S = 0.03
POINTS = ["source-batch", "before-checkpoint", "checkpoint-stored", "before-commit", "after-commit"]


def record(number):
    stamp = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime((BASE_MS + number * 10) // 1000))
    return {"id": number, "k": number * 7919 % 100, "amount": number * 31 % 1000, "ts": f"{stamp}.{number * 10 % 1000:03d}"}


def write_files(folder, records):
    """Records in PARTITIONS files, number n in file n mod PARTITIONS, so that every file runs through all of time."""
    folder.mkdir()
    outs = [open(folder / f"{p}.json", "w") for p in range(PARTITIONS)]
    for number in range(records):
        outs[number % PARTITIONS].write(json.dumps(record(number), separators=(",", ":")) + "\n")
    for out in outs:
        out.close()


def pipeline(folder, job, source, port):
    columns = "id BIGINT, k INT, amount BIGINT, ts TIMESTAMP(3)"
    if source == "files":
        options = f"'connector' = 'filesystem', 'path' = '{folder}/in', 'format' = 'json'"
    else:
        options = (f"'connector' = 'kafka', 'topic' = 'numbers', 'properties.bootstrap.servers' = '127.0.0.1:{port}', 'format' = 'json', "
                   "'scan.startup.mode' = 'earliest-offset', 'scan.bounded.mode' = 'latest-offset'")
    # Splits run ahead of each other, by as much as one file is long when one task reads them one after the other.
    bound = "INTERVAL '30' DAY"
    return f"""
SET 'pipeline.name' = '{job}';
SET 'execution.checkpointing.interval' = '{int(CHECKPOINT_S * 1000)} ms';
SET 'execution.batch-rows' = '{BATCH}';
CREATE TABLE numbers ({columns}, WATERMARK FOR ts AS ts - {bound}) WITH ({options});
CREATE TABLE filtered (id BIGINT, amount BIGINT) WITH ('connector' = 'delta', 'table_path' = '{folder}/{job}/filtered');
CREATE TABLE counted (window_start TIMESTAMP(3), k INT, n BIGINT, total BIGINT) WITH ('connector' = 'delta', 'table_path' = '{folder}/{job}/counted');
EXECUTE STATEMENT SET BEGIN
INSERT INTO filtered SELECT id, amount * 2 FROM numbers WHERE id % 10 <> 3;
INSERT INTO counted SELECT window_start, k, COUNT(*), SUM(amount)
FROM TABLE(TUMBLE(TABLE numbers, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) GROUP BY window_start, window_end, k;
END;
"""


def fill_topic(program, folder, port):
    """The files' records into the topic, file p into partition p, by the program's own sink."""
    text = f"""
SET 'pipeline.name' = 'fill';
SET 'parallelism.default' = '{PARTITIONS}';
CREATE TABLE files (id BIGINT, k INT, amount BIGINT, ts TIMESTAMP(3)) WITH ('connector' = 'filesystem', 'path' = '{folder}/in', 'format' = 'json');
CREATE TABLE topic (id BIGINT, k INT, amount BIGINT, ts TIMESTAMP(3)) WITH ('connector' = 'kafka', 'topic' = 'numbers',
  'properties.bootstrap.servers' = '127.0.0.1:{port}', 'format' = 'json', 'sink.partitioner' = 'fixed');
INSERT INTO topic SELECT * FROM files;
"""
    (folder / "fill.sql").write_text(text)
    subprocess.run([program, "run", folder / "fill.sql"], check=True, stdout=subprocess.DEVNULL)


class Pace:
    """How long a run without kills takes to start and to end, and what follows for kills that are to hit one job."""

    def __init__(self, program, file, records, kills):
        began = time.monotonic()
        subprocess.run([program, "run", file], check=True, stdout=subprocess.DEVNULL)
        whole = time.monotonic() - began
        began = time.monotonic()
        subprocess.run([program, "run", file], check=True, stdout=subprocess.DEVNULL)
        self.start = time.monotonic() - began
        self.run = max(0.02, (whole - self.start) / (kills + 1))
        self.batches = max(2, records // BATCH // (kills + 1))
        self.checkpoints = max(1, int(self.run / CHECKPOINT_S))


def run_once(program, file, dice, pace):
    """One run with one kill planned. Returns (killed, finished)."""
    environment = dict(os.environ)
    timer = dice.random() < 0.5
    if not timer:
        point = dice.choice(POINTS)
        most = pace.batches if point == "source-batch" else min(3, pace.checkpoints)
        environment["DELTASTREAM_KILL_AT"] = f"{point}:{dice.randint(1, most)}"
    process = subprocess.Popen([program, "run", file, "--set", f"parallelism.default={dice.randint(1, 3)}"], env=environment,
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    if timer:
        try:
            process.wait(timeout=dice.uniform(pace.start / 2, pace.start + 2 * pace.run))
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
    stderr = process.communicate()[1].decode()
    if process.returncode == -signal.SIGKILL:
        return True, False
    if process.returncode != 0:
        sys.exit(f"the job ended with {process.returncode}: {stderr}")
    return False, True


def compare(name, got, expected):
    lost = sum(1 for key, value in expected.items() if key not in got)
    wrong = sum(1 for key, values in got.items() if key not in expected or any(v != expected[key] for v in values))
    doubled = sum(len(values) - 1 for values in got.values())
    return name, lost, doubled, wrong


def judge(folder, records):
    """Reads both tables with delta-rs and compares each row with what the numbers say."""
    got = {}
    table = deltalake.DeltaTable(folder / "filtered").to_pyarrow_table()
    for number, amount in zip(table["id"].to_pylist(), table["amount"].to_pylist()):
        got.setdefault(number, []).append(amount)
    expected = {n: record_amount(n) * 2 for n in range(records) if n % 10 != 3}
    first = compare("filtered", got, expected)
    got = {}
    table = deltalake.DeltaTable(folder / "counted").to_pyarrow_table()
    starts = [int(value.timestamp() * 1000) if value.tzinfo else int((value - EPOCH).total_seconds() * 1000) for value in table["window_start"].to_pylist()]
    for start, k, n, total in zip(starts, table["k"].to_pylist(), table["n"].to_pylist(), table["total"].to_pylist()):
        got.setdefault((start, k), []).append((n, total))
    expected = {}
    for number in range(records):
        key = ((BASE_MS + number * 10) // 60000 * 60000, number * 7919 % 100)
        n, total = expected.get(key, (0, 0))
        expected[key] = (n + 1, total + record_amount(number))
    return [first, compare("counted", got, expected)]


def record_amount(number):
    return number * 31 % 1000


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--source", choices=["files", "kafka"], required=True)
    parser.add_argument("--records", type=int, required=True)
    parser.add_argument("--kills", type=int, required=True)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--program", default=str(ROOT / "build/release/deltastream"))
    args = parser.parse_args()
    seed = args.seed if args.seed is not None else random.SystemRandom().randrange(1 << 32)
    dice = random.Random(seed)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="deltastream-kills-"))
    port = 29592
    broker = folder / "broker"
    passed = False
    try:
        write_files(folder / "in", args.records)
        if args.source == "kafka":
            subprocess.run([ROOT / "tools/kafka.sh", "start", broker, str(port)], check=True, stdout=subprocess.DEVNULL)
            fill_topic(args.program, folder, port)
        def prepare(job):
            file = folder / f"{job}.sql"
            file.write_text(pipeline(folder, job, args.source, port))
            return file

        pace = Pace(args.program, prepare("unharmed"), args.records, args.kills)
        kills, jobs, results = 0, [], judge(folder / "unharmed", args.records)
        while kills < args.kills and len(jobs) < 20:
            jobs.append(f"kills{len(jobs) + 1}")
            file, finished = prepare(jobs[-1]), False
            while kills < args.kills and not finished:
                killed, finished = run_once(args.program, file, dice, pace)
                kills += killed
            subprocess.run([args.program, "run", file], check=True, stdout=subprocess.DEVNULL)
            results += judge(folder / jobs[-1], args.records)
        lost, doubled, wrong = (sum(r[i] for r in results) for i in (1, 2, 3))
        print(f"kills.{args.source}: records={args.records} kills={kills} jobs={len(jobs)} lost={lost} doubled={doubled} wrong={wrong} seed={seed}")
        passed = lost == doubled == wrong == 0 and kills >= args.kills
    finally:
        if args.source == "kafka":
            subprocess.run([ROOT / "tools/kafka.sh", "stop", broker], check=False)
        if passed:
            shutil.rmtree(folder, ignore_errors=True)
        else:
            print(f"left for you to look at: {folder}", file=sys.stderr)
    return 0 if passed else 1


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    os._exit(code)  # delta-rs' threads now and then abort a process that ends
