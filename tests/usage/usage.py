#!/usr/bin/env python3
"""Wrong usage ends with 2 and says what is wrong and where to look; help and version end with 0.

usage: usage.py DELTASTREAM
"""
import subprocess
import sys

# Arguments, exit code, what stands on standard output, what on standard error.
CASES = [
    ([], 2, "", "Usage: deltastream"),
    (["--help"], 0, "Subcommands:", ""),
    (["run", "--help"], 0, "--parallelism", ""),
    (["version"], 0, "deltastream ", ""),
    (["--version"], 0, "deltastream ", ""),
    (["rum", "x.sql"], 2, "", "there is no word 'rum'; did you mean 'run'?"),
    (["frobnicate"], 2, "", "there is no word 'frobnicate'\ndeltastream --help"),
    (["--frobnicate"], 2, "", "'--frobnicate' stands where a word is wanted"),
    (["run"], 2, "", "FILE is required\ndeltastream run --help"),
    (["run", "--parallelism", "0", "x.sql"], 2, "", "--parallelism: Value 0 not in range"),
    (["run", "--frobnicate", "x.sql"], 2, "", "--frobnicate"),
    (["sql", "--format", "xml", "-c", "SELECT 1"], 2, "", "xml not in {table"),
    (["run", "no such file.sql"], 1, "", "error: not found: "),
    (["sql", "-c", "SELECT 1 +"], 1, "", "error: invalid argument: "),
    (["sql", "--grant", "/nowhere", "-c", "SELECT 41 + 1"], 0, "42", ""),
    (["sql", "--grant", "/nowhere", "-c", "FROM '/'"], 1, "", "error: permission: '/' lies outside of the folders that were granted"),
    (["sql", "--grant", "/nowhere", "-c", "FROM '/none/t'"], 1, "", "error: permission: "),
    (["sql", "--grant", "/nowhere", "-c", "FROM delta_scan('s3://b/t')"], 1, "", "error: permission: "),
    (["sql", "--grant", "/nowhere", "-c", "FROM read_text('/etc/hostname')"], 1, "", "error: permission: "),
]


def main():
    failed = 0
    for arguments, code, out, err in CASES:
        done = subprocess.run([sys.argv[1], *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
        if done.returncode != code or out not in done.stdout or err not in done.stderr or (code == 0) != (done.stderr == ""):
            failed += 1
            print(f"{' '.join(arguments)}: wanted {code}, {out!r}, {err!r}; got {done.returncode}, {done.stdout!r}, {done.stderr!r}")
    print(f"{len(CASES) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
