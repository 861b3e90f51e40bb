#!/usr/bin/env python3
"""Damaged and unsupported tables: each is read right, or refused with kind and path; never wrong rows, a crash or a hang.

usage: damaged.py DELTASTREAM [FILTER] [--list]     needs pyarrow (tools/readers_venv.sh)

Every fixture table under tests/fixtures/spark is copied and damaged in each way of DAMAGES that it has a place for. A way says what must come
of it: 'error KIND…' (the message must also name the place), 'rows' (as if nothing had happened: the log tells it twice), or 'either'.
Prints a line for each case that went wrong and at the end 'N passed, N failed'.
"""
import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import pyarrow.ipc
import pyarrow.parquet

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/fixtures"))
from check import rows_of  # noqa: E402
from deletion_vectors import inline_vector  # noqa: E402

TABLES = ROOT / "tests/fixtures/spark"
KINDS = ["not found", "already exists", "corrupt", "unsupported", "conflict", "permission", "resource", "invalid argument", "unavailable"]
DAMAGES = []


class NoPlace(Exception):
    """This table has nothing of the kind that the damage strikes."""


def damage(expected, place=""):
    def add(function):
        DAMAGES.append((function.__name__, expected, place, function))
        return function
    return add


class Table:
    """A copy of a table to be damaged. What is there is found by hand, without the program."""

    def __init__(self, path):
        self.path, self.log = path, path / "_delta_log"
        self.commits = sorted(self.log.glob("?" * 20 + ".json"))
        self.checkpoints = sorted(file for file in self.log.glob("*.checkpoint*") if file.is_file())

    def last(self):
        return self.commits[-1]

    def lines(self, commit):
        return [json.loads(line) for line in commit.read_text().splitlines()]

    def rewrite(self, commit, lines):
        commit.write_text("".join(json.dumps(line) + "\n" for line in lines))

    def need(self, thing):
        if not thing:
            raise NoPlace
        return thing

    def live_files(self):
        """Adds that no later commit removes, by replay of the JSON commits alone."""
        live = {}
        for commit in self.commits:
            for line in self.lines(commit):
                if "remove" in line:
                    live.pop(line["remove"]["path"], None)
            for line in self.lines(commit):
                if "add" in line:
                    live[line["add"]["path"]] = line["add"]
        return live

    def data_file(self):
        from urllib.parse import unquote
        files = [self.path / unquote(path) for path in self.live_files()]
        return self.need([file for file in files if file.exists()])[-1]

    def change(self, action, edit, which=-1):
        """Edits the last commit that holds the action and stands after no checkpoint that would hide it."""
        for commit in reversed(self.commits):
            lines = self.lines(commit)
            found = [line for line in lines if action in line]
            if found:
                edit(found[which][action])
                self.rewrite(commit, lines)
                self.forget_checkpoints()
                return
        raise NoPlace

    def append(self, *lines):
        with open(self.last(), "a") as out:
            for line in lines:
                out.write((line if isinstance(line, str) else json.dumps(line)) + "\n")

    def forget_checkpoints(self):
        """So that the damaged commit is what must be read."""
        for file in self.checkpoints + [self.log / "_last_checkpoint"]:
            file.unlink(missing_ok=True)

    def vector(self, stored="u"):
        for path, add in self.live_files().items():
            if add.get("deletionVector", {}).get("storageType") == stored:
                return path, add["deletionVector"]
        raise NoPlace

    def vector_file(self):
        self.vector()
        return self.need(sorted(self.path.rglob("deletion_vector_*.bin")))

    def metadata(self, edit):
        self.change("metaData", edit)

    def protocol(self, edit):
        self.change("protocol", edit)


def schema_of(metadata):
    return json.loads(metadata["schemaString"])


def flip(file, at):
    data = bytearray(file.read_bytes())
    data[at] ^= 0xFF
    file.write_bytes(bytes(data))


# ---- the log ----

@damage("error corrupt|not found", "00000000000000000000")
def first_commit_missing(t):
    t.forget_checkpoints()
    t.commits[0].unlink()


@damage("error corrupt", "_delta_log")
def commit_missing_in_the_middle(t):
    t.need(len(t.commits) > 2)
    t.forget_checkpoints()
    t.commits[len(t.commits) // 2].unlink()


@damage("error corrupt", "{last}")
def last_commit_cut_in_a_line(t):
    t.forget_checkpoints()
    text = t.last().read_bytes().rstrip()
    t.last().write_bytes(text[:-5])


@damage("error corrupt", "{last}")
def garbage_after_the_last_action(t):
    t.forget_checkpoints()
    t.append("this is no JSON")


@damage("error corrupt", "{last}")
def zero_bytes_in_a_commit(t):
    t.forget_checkpoints()
    t.append("\0" * 64)


@damage("error corrupt", "{last}")
def a_commit_of_binary_noise(t):
    t.forget_checkpoints()
    t.last().write_bytes(bytes((i * 7919) % 256 for i in range(500)))


@damage("error corrupt", "{last}")
def an_action_that_is_no_object(t):
    t.forget_checkpoints()
    t.append({"add": 5})


@damage("error corrupt", "{last}")
def an_add_without_its_path(t):
    t.forget_checkpoints()
    t.append({"add": {"partitionValues": {}, "size": 1, "modificationTime": 1, "dataChange": True}})


# The protocol allows none of the next three, but Spark takes the last action, and such tables are about.

@damage("rows")
def metadata_twice_in_a_commit(t):
    metadata = [line for commit in t.commits for line in t.lines(commit) if "metaData" in line][-1]
    t.forget_checkpoints()
    t.append(metadata, metadata)


@damage("rows")
def protocol_twice_in_a_commit(t):
    protocol = [line for commit in t.commits for line in t.lines(commit) if "protocol" in line][-1]
    t.forget_checkpoints()
    t.append(protocol, protocol)


@damage("rows")
def a_file_added_twice_in_a_commit(t):
    added = t.need([line for line in t.lines(t.last()) if "add" in line])[-1]
    t.forget_checkpoints()
    t.append(added)


@damage("rows")
def an_unknown_action_is_passed_over(t):
    t.forget_checkpoints()
    t.append({"futureAction": {"a": [1, {"b": None}]}})


@damage("rows")
def strange_files_in_the_log_are_passed_over(t):
    for name in ("notes.txt", "00000000000000000000.json.tmp", ".hidden", "0.json", "x" * 20 + ".json", "00000000000000000003.checkpoint.parquet.crc"):
        (t.log / name).write_text("?")


@damage("rows")
def a_broken_version_checksum_is_no_matter(t):
    for file in t.need(list(t.log.glob("*.crc"))):
        file.write_text('{"tableSizeBytes": "many"')


@damage("error corrupt", "{last}")
def a_folder_in_place_of_the_newest_commit(t):
    t.need(len(t.commits) > 1)
    t.forget_checkpoints()
    t.last().unlink()
    t.last().mkdir()


# Nobody writes into them: whoever waits, waits for ever.
@damage("either", "")
def a_pipe_in_place_of_the_next_commit(t):
    os.mkfifo(t.log / f"{int(t.last().name[:20]) + 1:020}.json")


@damage("rows")
def a_pipe_in_place_of_the_hint(t):
    (t.log / "_last_checkpoint").unlink(missing_ok=True)
    os.mkfifo(t.log / "_last_checkpoint")


@damage("rows")
def a_compacted_file_that_holds_nothing(t):
    t.need(len(t.commits) > 1)
    t.forget_checkpoints()
    (t.log / f"{0:020}.{int(t.last().name[:20]):020}.compacted.json").write_text("")


# ---- checkpoints: the commits are all there ----

@damage("rows")
def last_checkpoint_names_the_future(t):
    (t.log / "_last_checkpoint").write_text('{"version": 4711, "size": 3}')


@damage("rows")
def last_checkpoint_is_garbage(t):
    (t.log / "_last_checkpoint").write_text("{{{{")


@damage("rows")
def last_checkpoint_is_empty(t):
    (t.log / "_last_checkpoint").write_text("")


@damage("rows")
def checkpoint_cut_to_half(t):
    for file in t.need(t.checkpoints):
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


@damage("rows")
def checkpoint_of_garbage(t):
    for file in t.need(t.checkpoints):
        file.write_bytes(b"PAR1 garbage PAR1")


@damage("rows")
def checkpoint_empty(t):
    for file in t.need(t.checkpoints):
        file.write_bytes(b"")


@damage("rows")
def checkpoint_with_a_broken_footer(t):
    for file in t.need([f for f in t.checkpoints if f.suffix == ".parquet"]):
        flip(file, -6)


@damage("rows")
def a_checkpoint_part_is_missing(t):
    t.need([f for f in t.checkpoints if re.search(r"checkpoint\.\d{10}\.\d{10}\.parquet$", f.name)])[0].unlink()


@damage("rows")
def an_older_checkpoint_in_place_of_the_newest(t):
    classic = t.need([f for f in t.checkpoints if f.name.endswith(".checkpoint.parquet")])
    t.need(len(classic) > 1 and t.log.joinpath("_last_checkpoint").exists() and "v2Checkpoint" not in t.log.joinpath("_last_checkpoint").read_text())
    classic[-1].write_bytes(classic[-2].read_bytes())


@damage("rows")
def a_checkpoint_that_says_it_is_of_another_version(t):
    named = t.need([f for f in t.checkpoints if len(f.name.split(".")) == 4])
    for file in t.checkpoints:
        if file not in named[:1]:
            file.unlink()
    named[0].rename(t.log / f"{int(t.last().name[:20]):020}{named[0].name[20:]}")
    t.need(int(named[0].name[:20]) < int(t.last().name[:20]))


@damage("rows")
def a_checkpoint_whose_schema_is_none(t):
    file = t.need([f for f in t.checkpoints if f.suffix == ".parquet" and "metaData" in pyarrow.parquet.read_schema(f).names])[-1]
    table = pyarrow.parquet.read_table(file)
    rows = table["metaData"].to_pylist()
    t.need(any(rows))
    place = table.column_names.index("metaData")
    changed = pyarrow.array([row and row | {"schemaString": "{broken"} for row in rows], table.schema.field(place).type)
    pyarrow.parquet.write_table(table.set_column(place, table.schema.field(place), changed), file)


@damage("rows")
def sidecars_are_missing(t):
    for file in t.need(list((t.log / "_sidecars").glob("*.parquet"))):
        file.unlink()


@damage("error corrupt|not found", "_delta_log")
def a_broken_checkpoint_and_no_commits_before_it(t):
    newest = t.need(t.checkpoints)[-1]
    version = int(newest.name[:20])
    for file in t.checkpoints:
        file.write_bytes(b"nothing")
    for commit in t.commits:
        if int(commit.name[:20]) <= version:
            commit.unlink()


# ---- protocol and metadata ----

@damage("error unsupported", "featureOfTheFuture")
def a_reader_feature_of_the_future(t):
    def edit(p):
        mapped = ["columnMapping"] if p["minReaderVersion"] == 2 else []
        p.update(minReaderVersion=3, minWriterVersion=7)
        p["readerFeatures"] = p.get("readerFeatures", mapped) + ["featureOfTheFuture"]
        p["writerFeatures"] = p.get("writerFeatures", mapped) + ["featureOfTheFuture"]
    t.protocol(edit)


@damage("error unsupported")
def a_reader_version_of_the_future(t):
    t.protocol(lambda p: p.update(minReaderVersion=9))


@damage("error unsupported|corrupt")
def reader_version_zero(t):
    t.protocol(lambda p: p.update(minReaderVersion=0))


@damage("error corrupt|unsupported")
def feature_lists_that_disagree(t):
    def edit(p):
        p.update(minReaderVersion=3, minWriterVersion=7, readerFeatures=["deletionVectors"], writerFeatures=[])
    t.protocol(edit)


@damage("error corrupt", "")
def a_schema_that_is_no_json(t):
    t.metadata(lambda m: m.update(schemaString="{not json"))


@damage("error corrupt|unsupported", "")
def a_type_that_nobody_knows(t):
    def edit(m):
        schema = schema_of(m)
        schema["fields"][0]["type"] = "quaternion"
        m["schemaString"] = json.dumps(schema)
    t.metadata(edit)


@damage("error corrupt", "")
def two_columns_of_one_name(t):
    def edit(m):
        schema = schema_of(m)
        schema["fields"].append(dict(schema["fields"][0], name=schema["fields"][0]["name"].upper()))
        m["schemaString"] = json.dumps(schema)
    t.metadata(edit)


@damage("error corrupt|unsupported|invalid argument", "columnMapping")
def a_mapping_mode_that_nobody_knows(t):
    def edit(m):
        t.need("delta.columnMapping.mode" in m.get("configuration", {}))
        m["configuration"]["delta.columnMapping.mode"] = "sideways"
    t.metadata(edit)


@damage("error corrupt|invalid argument", "")
def a_partition_column_that_is_none(t):
    def edit(m):
        m["partitionColumns"] = ["no such column"]
    t.metadata(edit)


@damage("error corrupt", "")
def a_mapped_column_without_its_physical_name(t):
    def edit(m):
        t.need("delta.columnMapping.mode" in m.get("configuration", {}))
        schema = schema_of(m)
        schema["fields"][0]["metadata"].pop("delta.columnMapping.physicalName", None)
        m["schemaString"] = json.dumps(schema)
    t.metadata(edit)


# ---- files ----

@damage("error not found", "{data}")
def a_data_file_is_missing(t):
    t.data_file().unlink()


@damage("error corrupt|invalid argument", "{data}")
def a_data_file_cut_to_half(t):
    file = t.data_file()
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


@damage("error corrupt|invalid argument", "{data}")
def an_empty_data_file(t):
    t.data_file().write_bytes(b"")


@damage("error corrupt|invalid argument", "{data}")
def a_data_file_without_its_magic(t):
    flip(t.data_file(), -1)


@damage("error corrupt|invalid argument", "{data}")
def a_footer_length_that_is_too_large(t):
    file = t.data_file()
    data = bytearray(file.read_bytes())
    data[-8:-4] = b"\xff\xff\xff\x7f"
    file.write_bytes(bytes(data))


@damage("error corrupt|invalid argument", "{data}")
def a_data_file_of_text(t):
    t.data_file().write_bytes(b"id,name\n1,a\n" * 20)


def chunks(file):
    """First byte and length of each column chunk, as another reader finds them."""
    metadata = pyarrow.parquet.read_metadata(file)
    found = []
    for group in range(metadata.num_row_groups):
        for column in range(metadata.num_columns):
            chunk = metadata.row_group(group).column(column)
            start = chunk.dictionary_page_offset or chunk.data_page_offset
            found.append((min(start, chunk.data_page_offset), chunk.total_compressed_size))
    return found


def change_bytes(file, places, change=lambda byte: byte ^ 0x10):
    data = bytearray(file.read_bytes())
    for place in places:
        data[place] = change(data[place])
    file.write_bytes(bytes(data))


# Spark's files carry checksums of their pages: the last byte of a chunk is data.
@damage("error corrupt", "{data}")
def a_flipped_bit_at_the_end_of_pages(t):
    file = t.data_file()
    change_bytes(file, [start + length - 1 for start, length in chunks(file)])


@damage("error corrupt", "{data}")
def pages_of_zeros(t):
    file = t.data_file()
    change_bytes(file, [at for start, length in chunks(file) for at in range(start, start + length)], lambda byte: 0)


@damage("error corrupt", "{data}")
def page_headers_that_begin_wrong(t):
    file = t.data_file()
    change_bytes(file, [start for start, _ in chunks(file)], lambda byte: byte ^ 0xFF)


@damage("error corrupt", "{data}")
def pages_moved_by_a_byte(t):
    file = t.data_file()
    data = file.read_bytes()
    start = min(start for start, _ in chunks(file))
    end = max(start + length for start, length in chunks(file))
    file.write_bytes(data[:start] + data[start + 1:end] + b"\0" + data[end:])


# In the middle of a chunk may stand statistics of a page's header, which nobody reads: right, or refused.
@damage("either", "{data}")
def a_flipped_bit_in_the_middle_of_pages(t):
    file = t.data_file()
    change_bytes(file, [start + length // 2 for start, length in chunks(file)])


def overwrite_footer(file, byte):
    size = file.stat().st_size
    length = int.from_bytes(file.read_bytes()[-8:-4], "little")
    change_bytes(file, range(size - 8 - length, size - 8), lambda _: byte)


@damage("error corrupt", "{data}")
def a_footer_of_zeros(t):
    overwrite_footer(t.data_file(), 0)


@damage("error corrupt", "{data}")
def a_footer_of_ones(t):
    overwrite_footer(t.data_file(), 0xFF)


def claim_footer(t, change):
    file = t.data_file()
    data = bytearray(file.read_bytes())
    data[-8:-4] = (int.from_bytes(data[-8:-4], "little") + change).to_bytes(4, "little")
    file.write_bytes(bytes(data))


@damage("error corrupt", "{data}")
def a_footer_length_that_is_one_too_small(t):
    claim_footer(t, -1)


@damage("error corrupt", "{data}")
def a_footer_length_that_is_one_too_large(t):
    claim_footer(t, 1)


@damage("error corrupt", "{data}")
def a_data_file_without_its_last_byte(t):
    file = t.data_file()
    file.write_bytes(file.read_bytes()[:-1])


@damage("error corrupt", "{data}")
def a_data_file_with_a_byte_too_many(t):
    file = t.data_file()
    file.write_bytes(file.read_bytes() + b"\0")


@damage("error corrupt", "{data}")
def a_data_file_of_twelve_bytes(t):
    t.data_file().write_bytes(b"PAR1\0\0\0\0PAR1")


@damage("error corrupt", "{data}")
def a_data_file_that_is_another_table_s(t):
    other = TABLES / ("nested" if t.path.name != "nested" else "primitives")
    file = t.data_file()
    file.write_bytes(next(f for f in sorted(other.glob("*.parquet")) if f.stat().st_size != file.stat().st_size).read_bytes())


@damage("error corrupt", "{data}")
def a_size_in_the_log_that_is_one_too_large(t):
    name = t.data_file().name

    def edit(add):
        t.need(name in add["path"])
        add["size"] += 1
    t.change("add", edit)


@damage("either", "{data}")
def a_size_in_the_log_that_is_zero(t):
    name = t.data_file().name

    def edit(add):
        t.need(name in add["path"])
        add["size"] = 0
    t.change("add", edit)


@damage("error corrupt", "")
def a_path_with_a_broken_escape(t):
    t.change("add", lambda add: add.update(path=add["path"] + "%zz"))


@damage("error corrupt|invalid argument", "")
def a_partition_value_that_is_none_of_its_type(t):
    def edit(add):
        values = add["partitionValues"]
        t.need(values)
        metadata = [line["metaData"] for commit in t.commits for line in t.lines(commit) if "metaData" in line][-1]
        typed = {field["metadata"].get("delta.columnMapping.physicalName", field["name"]): field["type"] for field in schema_of(metadata)["fields"]}
        name = t.need([key for key in values if typed.get(key) not in ("string", "binary", None)])[0]
        values[name] = "certainly not"
    t.change("add", edit)


# ---- deletion vectors ----

@damage("error not found|corrupt", "deletion")
def a_deletion_vector_is_missing(t):
    for file in t.vector_file():
        file.unlink()


@damage("error corrupt", "deletion")
def a_deletion_vector_with_a_flipped_byte(t):
    for file in t.vector_file():
        flip(file, -7)


@damage("error corrupt", "deletion")
def a_deletion_vector_of_another_version(t):
    for file in t.vector_file():
        flip(file, 0)


@damage("error corrupt", "deletion")
def a_deletion_vector_cut_short(t):
    for file in t.vector_file():
        file.write_bytes(file.read_bytes()[:10])


def edit_vector(t, **changes):
    path, vector = t.vector()
    for commit in reversed(t.commits):
        lines = t.lines(commit)
        found = [line["add"] for line in lines if "add" in line and line["add"]["path"] == path and "deletionVector" in line["add"]]
        if found:
            found[-1]["deletionVector"].update(changes)
            t.rewrite(commit, lines)
            t.forget_checkpoints()
            return


@damage("error corrupt", "deletion")
def a_deletion_vector_of_another_cardinality(t):
    edit_vector(t, cardinality=t.vector()[1]["cardinality"] + 1)


@damage("error corrupt", "deletion")
def a_deletion_vector_of_another_size(t):
    edit_vector(t, sizeInBytes=t.vector()[1]["sizeInBytes"] - 1)


@damage("error corrupt|unsupported", "deletion")
def a_deletion_vector_stored_nobody_knows_how(t):
    edit_vector(t, storageType="x")


@damage("error corrupt", "deletion")
def a_deletion_vector_without_its_storage_type(t):
    edit_vector(t, storageType=None)


@damage("error corrupt", "deletion")
def a_deletion_vector_without_its_cardinality(t):
    edit_vector(t, cardinality=None)


# Whole and sound, but of rows that the file does not have.
@damage("error corrupt", "deletion")
def a_deletion_vector_of_another_file(t):
    edit_vector(t, **inline_vector([5, 60000]))


@damage("error corrupt", "deletion")
def a_deletion_vector_named_by_no_uuid(t):
    edit_vector(t, pathOrInlineDv="~~~~")


def run_case(program, table, query, way):
    name, expected, place, function = way
    with tempfile.TemporaryDirectory(prefix="deltastream-damaged-") as folder:
        path = pathlib.Path(folder) / table
        shutil.copytree(TABLES / table, path)
        copy = Table(path)
        try:
            data = copy.data_file().name if "{data}" in place else ""
            last = copy.last().name
            function(copy)
        except NoPlace:
            return None
        sql = query.replace("{t}", f"delta.`{path}`").replace("{p}", str(path))
        out = pathlib.Path(folder) / "out.arrow"
        try:
            done = subprocess.run([program, "sql", "-c", sql, "--format", "arrow", "--output", out], capture_output=True, text=True, timeout=60)
        except subprocess.TimeoutExpired:
            return "no end after 60 s"
        if done.returncode not in (0, 1):
            return f"ended with {done.returncode}: {done.stderr[-200:]}"
        if done.returncode == 0:
            wanted = rows_of(pyarrow.parquet.read_table(TABLES / f"{table}.expected.parquet"))
            got = rows_of(pyarrow.ipc.open_file(out).read_all())
            if got != wanted:
                return f"wrong rows: {len(got)} instead of {len(wanted)}"
            return "" if expected in ("rows", "either") else f"was read as if nothing had happened; {expected} was expected"
        said = done.stderr.strip().splitlines()[-1] if done.stderr.strip() else ""
        kind = next((kind for kind in KINDS if re.search(rf"^error: {kind}:", done.stderr, re.M)), None)
        if not kind:
            return f"an error without a known kind: {said[:200]}"
        if expected == "rows":
            return f"refused instead of read: {said[:250]}"
        if expected.startswith("error") and kind not in expected.removeprefix("error ").split("|"):
            return f"kind '{kind}' instead of {expected}: {said[:200]}"
        wanted_place = place.replace("{data}", data).replace("{last}", last)
        if wanted_place not in done.stderr or table not in done.stderr:
            return f"the message names neither '{wanted_place}' nor the table: {said[:250]}"
        return ""


def main():
    program, only = sys.argv[1], next((a for a in sys.argv[2:] if not a.startswith("--")), "")
    queries = json.loads((TABLES / "queries.json").read_text())
    # The rest asks for one version or for changes: other files matter then.
    whole = {name: query for name, query in queries.items() if "VERSION AS OF" not in query and "table_changes" not in query and "WHERE" not in query}
    cases = [(table, query, way) for table, query in sorted(whole.items()) for way in DAMAGES if only in f"{way[0]}/{table}"]
    passed = failed = 0
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for (table, _, way), wrong in zip(cases, pool.map(lambda case: run_case(program, *case), cases)):
            if wrong is None:
                continue
            passed, failed = passed + (not wrong), failed + bool(wrong)
            if wrong:
                print(f"{way[0]} / {table}: {wrong}", flush=True)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or passed < 1 else 0


if __name__ == "__main__":
    sys.exit(main())
