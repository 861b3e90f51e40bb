#!/usr/bin/env python3
"""The C example reads what the program wrote, and the C library shows its own functions only.

usage: read_table.py DELTASTREAM READ_TABLE LIBRARY
"""
import pathlib
import subprocess
import sys
import tempfile


def main():
    program, example, library = sys.argv[1:]
    with tempfile.TemporaryDirectory(prefix="deltastream-capi-") as folder:
        file = pathlib.Path(folder) / "make.sql"
        file.write_text(f"""
CREATE TABLE t (id BIGINT, name STRING) WITH ('connector' = 'delta', 'table_path' = '{folder}/t');
INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'c');
""")
        subprocess.run([program, "run", file], check=True, stderr=subprocess.DEVNULL)
        done = subprocess.run([example, f"{folder}/t", "id >= 2"], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        lines = done.stdout.splitlines()
        assert lines[1:3] == ["  id l", "  name u"] and lines[-1] == "2 rows", done.stdout
        missing = subprocess.run([example, f"{folder}/none"], capture_output=True, text=True)
        assert missing.returncode == 1 and "not found" in missing.stderr and f"{folder}/none" in missing.stderr, missing.stderr
    names = subprocess.run(["nm", "--dynamic", "--defined-only", library], check=True, capture_output=True, text=True).stdout.split("\n")
    functions = [line.split()[-1] for line in names if " T " in line]
    assert functions and all(name.startswith("ds_") for name in functions), functions
    declared = (pathlib.Path(__file__).resolve().parents[2] / "include/deltastream.h").read_text()
    assert all(f" {name}(" in declared or f"*{name}(" in declared for name in functions), functions
    print(f"{len(functions)} functions, 2 rows")


if __name__ == "__main__":
    main()
