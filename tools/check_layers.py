#!/usr/bin/env python3
"""Holds the includes of every room against the arrows of the design.

Rules: a room includes only the rooms of its row; of a room marked "(public)" it includes only the headers that stand
directly in that room's folder (sub-folders are private); connectors never include each other; DuckDB's parser, planner,
optimizer and executor stay in engine, its Parquet classes in format/parquet and engine; no two headers include each
other in a circle. Prints each violation and exits 1 when there is one.
"""
import pathlib
import re
import sys

BELOW = ["common", "storage", "format"]
ROWS = {
    "common": [],
    "storage": ["common"],
    "format": ["common", "storage"],
    "delta": BELOW,
    "engine": BELOW + ["delta:public"],
    "lake": BELOW + ["delta:public", "engine:public"],
    "stream": BELOW + ["engine:public"],
    "connect": BELOW + ["delta:public", "engine:public", "lake:public", "stream/endpoint.h"],
    "capi": [room + ":public" for room in ["common", "storage", "format", "delta", "engine", "lake"]],
    "cli": [room + ":public" for room in ["common", "storage", "format", "delta", "engine", "lake", "stream", "connect"]],
}
VOCABULARY = re.compile(r"^duckdb/common/")
PARQUET = re.compile(r"^(parquet_|thrift|reader/|writer/|column_(reader|writer))")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^">]+)[">]', re.M)


def allowed(room, target):
    target_room = target.split("/")[0]
    if target_room == room:
        return True
    for entry in ROWS[room]:
        name, _, mode = entry.partition(":")
        if entry == target or (name == target_room and (not mode or target.count("/") == 1)):
            return True
    return False


def duckdb_allowed(room, file, header):
    if header.startswith("duckdb"):
        if room == "engine" or VOCABULARY.match(header):
            return True
        return room == "format" and "parquet" in file.parts
    if PARQUET.match(header):
        return room == "engine" or (room == "format" and "parquet" in file.parts)
    return True


def find_cycle(graph):
    state, path = {}, []

    def visit(node):
        state[node] = 1
        path.append(node)
        for nxt in sorted(graph.get(node, ())):
            if state.get(nxt) == 1:
                return path[path.index(nxt):] + [nxt]
            if nxt not in state:
                found = visit(nxt)
                if found:
                    return found
        path.pop()
        state[node] = 2
        return None

    for node in sorted(graph):
        if node not in state:
            found = visit(node)
            if found:
                return found
    return None


def check(src):
    violations, graph, files = [], {}, 0
    for file in sorted(src.rglob("*")):
        if file.suffix not in (".h", ".cc"):
            continue
        files += 1
        rel = file.relative_to(src)
        room = rel.parts[0]
        if room not in ROWS:
            violations.append(f"{rel}: the folder '{room}' is no room of the design")
            continue
        for quote, header in INCLUDE.findall(file.read_text()):
            own = (src / header).exists()
            if own and quote == '"':
                graph.setdefault(str(rel), set()).add(header)
                if not allowed(room, header):
                    violations.append(f"{rel}: {room} may not include {header}")
                connector = rel.parts[1] if room == "connect" and len(rel.parts) > 2 else None
                parts = header.split("/")
                if connector and parts[0] == "connect" and len(parts) > 2 and parts[1] != connector:
                    violations.append(f"{rel}: connectors never meet, but it includes {header}")
            elif not duckdb_allowed(room, rel, header):
                violations.append(f"{rel}: {room} may not include {header} of DuckDB")
    cycle = find_cycle(graph)
    if cycle:
        violations.append("headers in a circle: " + " -> ".join(cycle))
    return files, violations


def main():
    files, violations = check(pathlib.Path(sys.argv[1]))
    for line in violations:
        print(line)
    print(f"{files} files read, {len(violations)} violations")
    return 1 if violations or not files else 0


if __name__ == "__main__":
    sys.exit(main())
