#!/usr/bin/env python3
"""Nexmark queries and Kafka JSON, deltastream and Flink one after the other in one run, on the same events.

usage: compare.py nexmark|kafka [--events N] [--no-flink] [--queries q0,q1,…] [--program PATH]

The figure is events per CPU-second: user plus system time of the whole deltastream process (start-up included), and of
Flink's task manager between the job's start and its end after a warm-up job (the JVM's start-up is left out, and so
are job manager and gateway, in Flink's favour). Checkpoints are on in both, every 10 s. Parallelism 1.
"""
import argparse
import json
import os
import pathlib
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
GATEWAY = "http://127.0.0.1:18083/v3"
JOBS = "http://127.0.0.1:18081/jobs/"
QUERIES = ["q0", "q1", "q2", "q14", "q21", "q22", "tumble"]
KAFKA_PORT = 29492


def source_options(events):
    return f"'connector' = 'nexmark', 'events.num' = '{events}', 'next-event.rate' = '100000', 'base-time' = '2026-01-01 00:00:00'"


def script(query, source, sink):
    text = (HERE / "nexmark" / "tables.sql").read_text() + (HERE / "nexmark" / f"{query}.sql").read_text()
    return text.replace("${SOURCE}", source).replace("${SINK}", sink)


def statements(text):
    return [s.strip() for s in text.split(";") if s.strip()]


def run_ours(program, text, name, folder):
    """CPU seconds, wall seconds and peak memory (MiB) of one run of the program."""
    file = folder / f"{name}.sql"
    file.write_text(f"SET 'pipeline.name' = '{name}';\nSET 'parallelism.default' = '1';\nSET 'execution.checkpointing.interval' = '10 s';\n" + text)
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run([program, "run", str(file)], capture_output=True, text=True)
    after, wall = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic() - start
    if done.returncode != 0:
        sys.exit(f"{name}: deltastream ended with {done.returncode}:\n{done.stderr}")
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall


class Flink:
    def __init__(self, folder):
        self.folder = folder
        self.home = subprocess.run([HERE / "flink/setup.sh"], check=True, capture_output=True, text=True).stdout.strip().splitlines()[-1]
        subprocess.run([HERE / "flink/cluster.sh", "start", self.home, folder], check=True)
        self.pid = int((folder / "taskmanager.pid").read_text())

    def stop(self):
        subprocess.run([HERE / "flink/cluster.sh", "stop", self.folder], check=True)

    def call(self, method, url, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(url, method=method, data=data, headers={"Content-Type": "application/json"})
        try:
            return json.load(urllib.request.urlopen(request, timeout=60))
        except urllib.error.HTTPError as error:
            text = error.read().decode().replace("\\n", "\n")
            causes = [line for line in text.splitlines() if line.startswith("Caused by:")] or [text[:1500]]
            sys.exit("Flink refused: " + "\n".join(causes))

    def cpu_seconds(self):
        fields = pathlib.Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def execute(self, session, sql):
        operation = self.call("POST", f"{GATEWAY}/sessions/{session}/statements", {"statement": sql})["operationHandle"]
        url, job = f"{GATEWAY}/sessions/{session}/operations/{operation}/result/0?rowFormat=JSON", None
        while url:
            answer = self.call("GET", url)
            job = answer.get("jobID") or job
            if answer.get("resultType") == "EOS" or (job and "results" in answer):
                return job
            following = answer.get("nextResultUri")
            url = following if not following or following.startswith("http") else "http://127.0.0.1:18083" + following
            time.sleep(0.05)
        return job

    def run(self, text):
        """CPU and wall seconds of the task manager for the one INSERT of the text."""
        session = self.call("POST", GATEWAY + "/sessions", {"properties": {"parallelism.default": "1", "execution.checkpointing.interval": "10 s"}})["sessionHandle"]
        self.execute(session, "CREATE TEMPORARY FUNCTION count_char AS 'deltastream.bench.CountChar'")
        cpu, start, job = self.cpu_seconds(), time.monotonic(), None
        for statement in statements(text):
            job = self.execute(session, statement) or job
        while True:
            state = self.call("GET", JOBS + job)["state"]
            if state in ("FINISHED", "FAILED", "CANCELED"):
                break
            time.sleep(0.1)
        cpu, wall = self.cpu_seconds() - cpu, time.monotonic() - start
        self.call("DELETE", f"{GATEWAY}/sessions/{session}")
        if state != "FINISHED":
            sys.exit(f"Flink's job ended as {state}: {self.call('GET', JOBS + job + '/exceptions').get('root-exception', '')[:1500]}")
        return cpu, wall


def report(name, events, ours, flink):
    rate = events / ours[0] / 1e6
    line = f"{name:10} {events:>12,} {rate:12.2f} {ours[1]:9.1f}"
    if flink:
        theirs = events / flink[0] / 1e6
        line += f" {theirs:12.2f} {flink[1]:9.1f} {rate / theirs:8.1f}"
    print(line, flush=True)


def header(flink):
    line = f"{'query':10} {'events':>12} {'ours M/cpu-s':>12} {'wall s':>9}"
    print(line + (f" {'Flink M/cpu-s':>12} {'wall s':>8} {'ratio':>8}" if flink else ""), flush=True)


def events_of(folder):
    """The JSON events below a folder, in the order of their text; times without the digits that one writer adds."""
    def plain(value):
        if isinstance(value, dict):
            return {key: plain(inner) for key, inner in value.items()}
        return value.rstrip("0").rstrip(".") if isinstance(value, str) and value.startswith("2026-01-01 ") and "." in value else value

    def hidden(file):
        return any(part.startswith((".", "_")) for part in file.relative_to(folder).parts)

    texts = [line for file in folder.rglob("*") if file.is_file() and not hidden(file) for line in file.read_text().splitlines()]
    return sorted(json.dumps(plain(json.loads(text)), sort_keys=True) for text in texts)


def check_events(args, folder, flink):
    """Both make the same events, to the last letter: all columns of the first 5,000, written as JSON by each."""
    declaration = (HERE / "nexmark" / "tables.sql").read_text().split("CREATE VIEW")[0].replace("${SOURCE}", source_options(5000))
    columns = "\n".join(line for line in declaration.splitlines() if line.startswith(("  event_type", "  person", "  auction", "  bid"))).rstrip(",")
    text = declaration + "CREATE TABLE events (" + columns + ") WITH ('connector' = 'filesystem', 'path' = '{}', 'format' = 'json');\n"
    text += "INSERT INTO events SELECT event_type, person, auction, bid FROM nexmark;"
    flink.run(text.replace("{}", str(folder / "events-flink")))
    run_ours(args.program, text.replace("{}", str(folder / "events-ours")), "events", folder)
    theirs, ours = events_of(folder / "events-flink"), events_of(folder / "events-ours")
    if ours != theirs or len(ours) != 5000:
        wrong = next((pair for pair in zip(ours, theirs) if pair[0] != pair[1]), (len(ours), len(theirs)))
        sys.exit(f"the events differ: ours {wrong[0]}, Flink's {wrong[1]}")
    print("the first 5,000 events are the same in both, in every column", flush=True)


def nexmark(args, folder, flink):
    if flink:
        check_events(args, folder, flink)
    header(flink)
    if flink:
        flink.run(script("q0", source_options(min(args.events, 3_000_000)), "'connector' = 'blackhole'"))  # warm-up
    for query in args.queries.split(",") if args.queries else QUERIES:
        text = script(query, source_options(args.events), "'connector' = 'blackhole'")
        ours = run_ours(args.program, text, query, folder)
        report(query, args.events, ours, flink.run(text) if flink else None)


def kafka_source(topic):
    return (f"'connector' = 'kafka', 'topic' = '{topic}', 'properties.bootstrap.servers' = '127.0.0.1:{KAFKA_PORT}', 'format' = 'json', "
            "'scan.startup.mode' = 'earliest-offset', 'scan.bounded.mode' = 'latest-offset'")


def kafka(args, folder, flink):
    """Bids as JSON in one topic of 4 partitions → projected → Delta (ours); Flink has no Delta sink to be had: blackhole."""
    subprocess.run([ROOT / "tools/kafka.sh", "start", folder / "broker", str(KAFKA_PORT)], check=True)
    try:
        columns = "auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, url STRING, `dateTime` TIMESTAMP(3), extra STRING"
        fill = ((HERE / "nexmark/tables.sql").read_text().replace("${SOURCE}", source_options(args.events))
                + f"CREATE TABLE topic ({columns}) WITH ('connector' = 'kafka', 'topic' = 'bids', "
                f"'properties.bootstrap.servers' = '127.0.0.1:{KAFKA_PORT}', 'format' = 'json');\nINSERT INTO topic SELECT * FROM bid;")
        run_ours(args.program, fill, "fill", folder)
        bids = args.events * 46 // 50
        header(flink)
        text = f"CREATE TABLE bids ({columns}) WITH ({kafka_source('bids')});\n"
        for name, sink in (("to Delta", f"'connector' = 'delta', 'table_path' = '{folder}/lake'"), ("blackhole", "'connector' = 'blackhole'")):
            insert = f"CREATE TABLE bids_out ({columns}) WITH ({{}});\nINSERT INTO bids_out SELECT * FROM bids;"
            ours = run_ours(args.program, text + insert.format(sink), name.replace(" ", "-"), folder)
            if flink:
                flink.run(text + insert.format("'connector' = 'blackhole'"))  # warm-up, and then the figure
            report(name, bids, ours, flink.run(text + insert.format("'connector' = 'blackhole'")) if flink else None)
    finally:
        subprocess.run([ROOT / "tools/kafka.sh", "stop", folder / "broker"], check=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["nexmark", "kafka"])
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--queries", default="")
    parser.add_argument("--no-flink", action="store_true")
    parser.add_argument("--program", default=str(ROOT / "build/release/deltastream"))
    args = parser.parse_args()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="deltastream-bench-"))
    flink = None
    try:
        flink = None if args.no_flink else Flink(folder / "flink")
        {"nexmark": nexmark, "kafka": kafka}[args.what](args, folder, flink)
    finally:
        if flink:
            flink.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
