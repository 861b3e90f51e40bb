#!/usr/bin/env python3
"""The kafka connector against a real broker, through the whole program.

usage: topics.py PROGRAM     (with the Python of tools/readers_venv.sh; ctest does that)

One broker, one scenario after the other, each with topics of its own; another Kafka client (confluent-kafka) fills and reads
the topics, and Delta tables are read with `deltastream sql`.
"""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
try:
    import confluent_kafka
    from confluent_kafka.admin import AdminClient, NewPartitions, NewTopic
except ImportError:
    python = subprocess.run([ROOT / "tools/readers_venv.sh"], check=True, capture_output=True, text=True).stdout.strip() + "/bin/python"
    os.execv(python, [python, *sys.argv])

PORT = 29692
SERVERS = f"127.0.0.1:{PORT}"


class Bench:
    """The program, a broker, and a folder for each scenario."""

    def __init__(self, program, folder):
        self.program = program
        self.folder = folder
        self.broker_folder = folder / "broker"
        self._admin = None

    def broker(self, word):
        subprocess.run([ROOT / "tools/kafka.sh", word, self.broker_folder, *([str(PORT)] if word == "start" else [])], check=True,
                       stdout=subprocess.DEVNULL)

    def admin(self):
        if not self._admin:
            self._admin = AdminClient({"bootstrap.servers": SERVERS, "log_level": 2})
        return self._admin

    def create(self, topic, partitions):
        self.admin().create_topics([NewTopic(topic, partitions, 1)])[topic].result()

    def produce(self, topic, records, partition=None, compression="none", **more):
        """Records (anything JSON, or bytes) with optional keys, timestamps, headers given by functions of the number."""
        producer = confluent_kafka.Producer({"bootstrap.servers": SERVERS, "linger.ms": 5, "compression.type": compression})
        for number, record in enumerate(records):
            options = {name: function(number) for name, function in more.items()}
            if partition is not None:
                options["partition"] = partition
            value = record if isinstance(record, (bytes, type(None))) else json.dumps(record).encode()
            producer.produce(topic, value, **options)
            producer.poll(0)
        producer.flush()

    def consume(self, topic):
        """All committed records of a topic: (partition, key, value, headers)."""
        consumer = confluent_kafka.Consumer({"bootstrap.servers": SERVERS, "group.id": "reader", "auto.offset.reset": "earliest",
                                             "enable.auto.commit": False, "enable.partition.eof": True, "isolation.level": "read_committed"})
        partitions = consumer.list_topics(topic, 10).topics[topic].partitions
        consumer.assign([confluent_kafka.TopicPartition(topic, p, 0) for p in partitions])
        records, ended = [], set()
        while len(ended) < len(partitions):
            message = consumer.poll(10)
            assert message is not None, f"{topic}: no message and no end within 10 s"
            if message.error():
                ended.add(message.partition())
            else:
                records.append((message.partition(), message.key(), message.value(), message.headers()))
        consumer.close()
        return records

    def write(self, name, text):
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        file = folder / "pipeline.sql"
        file.write_text(f"SET 'pipeline.name' = '{name}';\nSET 'execution.checkpointing.interval' = '100 ms';\n" + text.replace("${DIR}", str(folder)))
        return file

    def run(self, file, expect=0, **environment):
        done = subprocess.run([self.program, "run", file], capture_output=True, text=True, timeout=60, env={**os.environ, **environment})
        assert expect is None or done.returncode == expect, f"{file}: ended with {done.returncode}: {done.stderr}"
        return done.stderr

    def start(self, file):
        log = open(file.parent / "log", "w")
        return subprocess.Popen([self.program, "run", file], stdout=log, stderr=log)

    def rows(self, name, sql="SELECT * FROM delta_scan('${TABLE}') ORDER BY ALL", table="result"):
        path = self.folder / name / table
        if not (path / "_delta_log").is_dir():
            return []
        text = sql.replace("${TABLE}", str(path))
        done = subprocess.run([self.program, "sql", "--format", "csv", "-c", text], capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return [tuple(line.split(",")) for line in done.stdout.splitlines()[1:]]

    def until(self, what, condition, seconds=40):
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, f"{what}: not within {seconds} s"
            time.sleep(0.1)


def stop(process):
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=30) == 0, f"ended with {process.returncode}"


def source(topic, more="", columns="id BIGINT", start="earliest-offset", bounded="latest-offset"):
    end = f", 'scan.bounded.mode' = '{bounded}'" if bounded else ""
    return (f"CREATE TABLE src ({columns}) WITH ('connector' = 'kafka', 'topic' = '{topic}', 'properties.bootstrap.servers' = '{SERVERS}', "
            f"'format' = 'json', 'scan.startup.mode' = '{start}'{end}{more});\n")


RESULT = "CREATE TABLE result (id BIGINT) WITH ('connector' = 'delta', 'table_path' = '${DIR}/result');\nINSERT INTO result SELECT id FROM src;\n"
IDS = "SELECT count(*), count(DISTINCT id), min(id), max(id) FROM delta_scan('${TABLE}')"


def startup_modes(bench):
    bench.create("modes", 1)
    bench.produce("modes", [{"id": i} for i in range(100)], timestamp=lambda i: 1_700_000_000_000 + i * 1000)
    consumer = confluent_kafka.Consumer({"bootstrap.servers": SERVERS, "group.id": "modes-group"})
    consumer.commit(offsets=[confluent_kafka.TopicPartition("modes", 0, 40)], asynchronous=False)
    consumer.close()
    for name, start, more, first in [
        ("modes-earliest", "earliest-offset", "", 0),
        ("modes-group", "group-offsets", ", 'properties.group.id' = 'modes-group'", 40),
        ("modes-timestamp", "timestamp", ", 'scan.startup.timestamp-millis' = '1700000069500'", 70),
        ("modes-specific", "specific-offsets", ", 'scan.startup.specific-offsets' = 'partition:0,offset:90'", 90),
    ]:
        bench.run(bench.write(name, source("modes", more, start=start) + RESULT))
        assert bench.rows(name, IDS) == [(str(100 - first), str(100 - first), str(first), "99")], (name, bench.rows(name, IDS))
    # A group without offsets is an error unless the table says what then.
    error = bench.run(bench.write("modes-nobody", source("modes", ", 'properties.group.id' = 'nobody'", start="group-offsets") + RESULT), expect=1)
    assert "properties.auto.offset.reset" in error, error
    # From the latest offset only what comes after.
    process = bench.start(bench.write("modes-latest", source("modes", start="latest-offset", bounded=None) + RESULT))
    bench.until("checkpoint", lambda: (bench.folder / "modes-latest/result/_delta_log").is_dir())
    seen = 0
    while not bench.rows("modes-latest", IDS) or bench.rows("modes-latest", IDS)[0][0] == "0":
        bench.produce("modes", [{"id": 1000 + seen}])
        seen += 1
        time.sleep(0.3)
        assert seen < 100
    stop(process)
    assert int(bench.rows("modes-latest", IDS)[0][2]) >= 1000


def group_monitoring(bench):
    """A job writes the group's offsets, and goes on from its own checkpoint whatever the group says."""
    bench.create("watched", 1)
    bench.produce("watched", [{"id": i} for i in range(50)])
    file = bench.write("watched", source("watched", ", 'properties.group.id' = 'watch', 'properties.auto.offset.reset' = 'earliest'",
                                         start="group-offsets", bounded=None) + RESULT)
    consumer = confluent_kafka.Consumer({"bootstrap.servers": SERVERS, "group.id": "watch"})
    where = [confluent_kafka.TopicPartition("watched", 0)]
    process = bench.start(file)
    bench.until("group offset", lambda: consumer.committed(where, timeout=10)[0].offset == 50)
    stop(process)
    consumer.commit(offsets=[confluent_kafka.TopicPartition("watched", 0, 0)], asynchronous=False)
    consumer.close()
    bench.produce("watched", [{"id": i} for i in range(50, 60)])
    process = bench.start(file)
    bench.until("rows", lambda: bench.rows("watched", IDS) == [("60", "60", "0", "59")])
    stop(process)


def partition_discovery(bench):
    bench.create("growing", 1)
    bench.produce("growing", [{"id": i} for i in range(10)])
    more = ", 'scan.topic-partition-discovery.interval' = '200 ms'"
    process = bench.start(bench.write("growing", source("growing", more, start="latest-offset", bounded=None) + RESULT))
    bench.until("start", lambda: (bench.folder / "growing/result/_delta_log").is_dir())
    bench.admin().create_partitions([NewPartitions("growing", 3)])["growing"].result()
    time.sleep(1)
    bench.produce("growing", [{"id": 100 + i} for i in range(5)], partition=1)
    bench.produce("growing", [{"id": 200 + i} for i in range(5)], partition=2)
    bench.until("rows of new partitions", lambda: bench.rows("growing", IDS) == [("10", "10", "100", "204")])
    stop(process)


def topics_by_list_and_pattern(bench):
    for name, ids in [("north", range(0, 10)), ("south", range(10, 30)), ("northern", range(30, 40))]:
        bench.create(name, 2)
        bench.produce(name, [{"id": i} for i in ids])
    bench.run(bench.write("two", source("north;south") + RESULT))
    assert bench.rows("two", IDS) == [("30", "30", "0", "29")]
    text = source("x").replace("'topic' = 'x'", "'topic-pattern' = 'north.*'")
    bench.run(bench.write("pattern", text + RESULT))
    assert bench.rows("pattern", "SELECT count(*), sum(id) FROM delta_scan('${TABLE}')") == [("20", "390")]


def metadata(bench):
    bench.create("meta", 2)
    bench.produce("meta", [{"id": 0}, {"id": 1}], partition=1, key=lambda i: b"k", timestamp=lambda i: 1_700_000_000_000 + i,
                  headers=lambda i: {"n": str(i).encode()})
    columns = ("id BIGINT, t STRING METADATA FROM 'topic' VIRTUAL, p INT METADATA FROM 'partition' VIRTUAL, o BIGINT METADATA FROM 'offset' VIRTUAL, "
               "ts TIMESTAMP(3) METADATA FROM 'timestamp', tt STRING METADATA FROM 'timestamp-type' VIRTUAL, "
               "h MAP<STRING, BYTES> METADATA FROM 'headers', e INT METADATA FROM 'leader-epoch' VIRTUAL")
    bench.run(bench.write("meta", source("meta", columns=columns) + """
CREATE TABLE result (id BIGINT, t STRING, p INT, o BIGINT, ts TIMESTAMP(3), tt STRING, h STRING, e INT) WITH ('connector' = 'delta', 'table_path' = '${DIR}/result');
INSERT INTO result SELECT id, t, p, o, ts, tt, decode(h['n'], 'UTF-8'), e FROM src;
"""))
    assert bench.rows("meta") == [("0", "meta", "1", "0", "2023-11-14 22:13:20", "CreateTime", "0", "0"),
                                  ("1", "meta", "1", "1", "2023-11-14 22:13:20.001", "CreateTime", "1", "0")], bench.rows("meta")
    # librdkafka reads what the connector does not fetch itself, but does not tell the epoch.
    error = bench.run(bench.write("meta-rack", source("meta", ", 'properties.client.rack' = 'r'", columns="id BIGINT, e INT METADATA FROM 'leader-epoch' VIRTUAL")
                                  + RESULT.replace("SELECT id", "SELECT id + e")), expect=None)
    assert not error or "leader-epoch" in error and "properties.client.rack" in error, error


def compression(bench):
    """Every codec, as the connector fetches and as librdkafka does, with keys and transactions that were given up in between."""
    for codec in ["none", "gzip", "snappy", "lz4", "zstd"]:
        topic = f"packed-{codec}"
        bench.create(topic, 2)
        bench.produce(topic, [{"id": i, "text": "the same words again and again " * (i % 7)} for i in range(5000)], compression=codec)
        producer = confluent_kafka.Producer({"bootstrap.servers": SERVERS, "transactional.id": topic, "compression.type": codec, "linger.ms": 5})
        producer.init_transactions(30)
        for begin, keep in [(10_000, False), (5000, True), (20_000, False)]:
            producer.begin_transaction()
            for i in range(1000):
                producer.produce(topic, json.dumps({"id": begin + i}).encode(), key=str(i))
            producer.flush()
            producer.commit_transaction() if keep else producer.abort_transaction()
        for way, more in [("own", ""), ("rack", ", 'properties.client.rack' = 'r'")]:
            name = f"{topic}-{way}"
            bench.run(bench.write(name, source(topic, more) + RESULT))
            assert bench.rows(name, IDS) == [("6000", "6000", "0", "5999")], (name, bench.rows(name, IDS))
        bench.run(bench.write(topic + "-all", source(topic, ", 'properties.isolation.level' = 'read_uncommitted'") + RESULT))
        assert bench.rows(topic + "-all", IDS) == [("8000", "8000", "0", "20999")], bench.rows(topic + "-all", IDS)


def deleted_records(bench):
    """What was deleted before it was read is an error, or a gap where the table says so."""
    bench.create("shortened", 1)
    bench.produce("shortened", [{"id": i} for i in range(100)])
    bench.admin().delete_records([confluent_kafka.TopicPartition("shortened", 0, 60)])
    bench.until("deletion", lambda: confluent_watermarks("shortened")[0] == 60)
    begin = ", 'scan.startup.specific-offsets' = 'partition:0,offset:10'"
    error = bench.run(bench.write("shortened", source("shortened", begin, start="specific-offsets") + RESULT), expect=1)
    assert "partition 0 has no offset 10 any more; the topic holds 60 up to 100" in error, error
    bench.run(bench.write("shortened-reset", source("shortened", begin + ", 'properties.auto.offset.reset' = 'earliest'", start="specific-offsets") + RESULT))
    assert bench.rows("shortened-reset", IDS) == [("40", "40", "60", "99")], bench.rows("shortened-reset", IDS)


def confluent_watermarks(topic):
    consumer = confluent_kafka.Consumer({"bootstrap.servers": SERVERS, "group.id": "watermarks"})
    try:
        return consumer.get_watermark_offsets(confluent_kafka.TopicPartition(topic, 0), timeout=10)
    finally:
        consumer.close()


def sink(bench):
    """Keys and values as other clients read them; equal keys in one partition, the one that Java's client chooses."""
    bench.create("out", 4)
    (bench.folder / "sink").mkdir()
    (bench.folder / "sink/in.json").write_text("".join(json.dumps({"id": i % 10, "v": f"v{i}"}) + "\n" for i in range(100)))
    bench.run(bench.write("sink", f"""
CREATE TABLE src (id BIGINT, v STRING) WITH ('connector' = 'filesystem', 'path' = '${{DIR}}/in.json', 'format' = 'json');
CREATE TABLE topic (id BIGINT, v STRING) WITH ('connector' = 'kafka', 'topic' = 'out', 'properties.bootstrap.servers' = '{SERVERS}',
  'value.format' = 'json', 'key.format' = 'json', 'key.fields' = 'id', 'value.fields-include' = 'EXCEPT_KEY');
INSERT INTO topic SELECT id, v FROM src;
"""))
    records = bench.consume("out")
    assert len(records) == 100
    assert sorted(json.loads(value)["v"] for _, _, value, _ in records) == sorted(f"v{i}" for i in range(100))
    assert all(set(json.loads(value)) == {"v"} for _, _, value, _ in records)
    places = {}
    for partition, key, _, _ in records:
        places.setdefault(key, set()).add(partition)
    assert len(places) == 10 and all(len(partitions) == 1 for partitions in places.values()), places


def exactly_once_sink(bench):
    """Killed between checkpoint and commit, and after the commit: each record is there once."""
    bench.create("once-in", 2)
    bench.create("once-out", 3)
    bench.produce("once-in", [{"id": i} for i in range(2000)])
    file = bench.write("once", "SET 'execution.batch-rows' = '100';\n" + source("once-in") + f"""
CREATE TABLE topic (id BIGINT) WITH ('connector' = 'kafka', 'topic' = 'once-out', 'properties.bootstrap.servers' = '{SERVERS}', 'format' = 'json',
  'sink.delivery-guarantee' = 'exactly-once', 'sink.transactional-id-prefix' = 'once');
INSERT INTO topic SELECT id FROM src;
""")
    for point in ["before-commit:1", "after-commit:1", "checkpoint-stored:1", "before-commit:1"]:
        done = subprocess.run([bench.program, "run", file], capture_output=True, text=True, timeout=60, env={**os.environ, "DELTASTREAM_KILL_AT": point})
        assert done.returncode in (0, -signal.SIGKILL), done.stderr
    bench.run(file)
    ids = sorted(json.loads(value)["id"] for _, _, value, _ in bench.consume("once-out"))
    assert ids == list(range(2000)), f"{len(ids)} records, {len(set(ids))} different"


def aborted_transactions(bench):
    bench.create("aborted", 1)
    producer = confluent_kafka.Producer({"bootstrap.servers": SERVERS, "transactional.id": "aborting"})
    producer.init_transactions(30)
    for begin, keep in [(0, True), (100, False), (200, True), (300, False)]:
        producer.begin_transaction()
        for i in range(10):
            producer.produce("aborted", json.dumps({"id": begin + i}).encode())
        producer.flush()
        producer.commit_transaction() if keep else producer.abort_transaction()
    # Bounded: the end lies behind the marks of a transaction that was given up.
    bench.run(bench.write("aborted", source("aborted") + RESULT))
    assert bench.rows("aborted", IDS) == [("20", "20", "0", "209")], bench.rows("aborted", IDS)


def missing_topic(bench):
    text = source("nowhere") + RESULT
    error = bench.run(bench.write("nowhere", text), expect=1)
    assert "not found" in error and "'nowhere'" in error and SERVERS in error, error


def malformed(bench):
    bench.create("bad", 1)
    bench.produce("bad", [{"id": 1}, b"{broken", {"id": 2}, None])
    error = bench.run(bench.write("bad", source("bad") + RESULT), expect=1)
    assert "topic 'bad', partition 0, offset 1" in error, error
    bench.run(bench.write("bad-skipped", source("bad", ", 'json.ignore-parse-errors' = 'true'") + RESULT))
    assert bench.rows("bad-skipped", IDS) == [("2", "2", "1", "2")]


def broker_outage(bench):
    """The broker is killed in the middle and comes back: the job pauses and goes on by itself, and nothing is lost or doubled."""
    bench.create("outage", 2)
    bench.produce("outage", [{"id": i} for i in range(1000)])
    more = ", 'properties.reconnect.backoff.max.ms' = '500'"
    process = bench.start(bench.write("outage", source("outage", more, bounded=None) + RESULT))
    bench.until("first rows", lambda: bench.rows("outage", IDS)[:1] == [("1000", "1000", "0", "999")])
    bench.broker("kill")
    bench.until("notice", lambda: "no Kafka broker" in (bench.folder / "outage/log").read_text())
    bench.broker("start")
    bench.until("topics", lambda: "outage" in bench.admin().list_topics(timeout=20).topics)
    bench.produce("outage", [{"id": i} for i in range(1000, 2000)])
    assert process.poll() is None, (bench.folder / "outage/log").read_text()
    bench.until("rows after the outage", lambda: bench.rows("outage", IDS) == [("2000", "2000", "0", "1999")])
    stop(process)


SCENARIOS = [startup_modes, group_monitoring, partition_discovery, topics_by_list_and_pattern, metadata, compression, deleted_records, sink, exactly_once_sink,
             aborted_transactions, missing_topic, malformed, broker_outage]


def main():
    program = str(pathlib.Path(sys.argv[1]).resolve())
    wanted = sys.argv[2:]
    folder = pathlib.Path(tempfile.mkdtemp(prefix="deltastream-kafka-"))
    bench = Bench(program, folder)
    failed = []
    try:
        bench.broker("start")
        for scenario in SCENARIOS:
            if wanted and scenario.__name__ not in wanted:
                continue
            began = time.monotonic()
            try:
                scenario(bench)
                print(f"ok      {scenario.__name__} ({time.monotonic() - began:.1f} s)", flush=True)
            except Exception as error:  # every scenario is to be seen
                failed.append(scenario.__name__)
                print(f"FAILED  {scenario.__name__}: {type(error).__name__}: {error}", flush=True)
    finally:
        subprocess.run([ROOT / "tools/kafka.sh", "stop", bench.broker_folder], check=False)
        if failed:
            print(f"left for you to look at: {folder}", file=sys.stderr)
        else:
            shutil.rmtree(folder, ignore_errors=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
