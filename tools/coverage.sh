#!/usr/bin/env bash
# coverage.sh [ROOM…]: runs the unit tests of build/coverage (those of the rooms named; all by default) and prints how many of each room's
# lines ran, tests left out, and the files with most lines that did not. build/coverage/report.html says which lines these are.
# A room counts what any of the tests run reached in it: `coverage.sh delta` says what test_delta alone reaches below it, too. What runs only
# in processes that are killed counts as not reached.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
folder=build/coverage
[ -d $folder ] || { echo "error: not found: $folder; './dev coverage' builds it" >&2; exit 1; }
find $folder -name '*.gcda' -delete
regex=$(IFS='|'; echo "${*:-.*}")
ctest --test-dir $folder --output-on-failure -j "$(nproc)" -L unit -R "^unit\.($regex)\$"
# Branches that only an exception takes, or nothing, are the compiler's.
gcovr --root . --filter 'src/' --exclude '.*_test\.cc$' --object-directory $folder -j "$(nproc)" --exclude-unreachable-branches \
  --exclude-throw-branches --json-summary $folder/summary.json --html-details $folder/report.html $folder
python3 - $folder/summary.json <<'PYTHON'
import collections, json, sys
files = json.load(open(sys.argv[1]))["files"]
rooms = collections.defaultdict(lambda: [0, 0])
for file in files:
    room = rooms[file["filename"].split("/")[1]]
    room[0] += file["line_covered"]
    room[1] += file["line_total"]
for name, (covered, total) in sorted(rooms.items()):
    print(f"{name:10} {covered:6} of {total:6} lines  {100 * covered / total:5.1f} %")
print("most lines that no test ran:")
for file in sorted(files, key=lambda file: file["line_covered"] - file["line_total"])[:15]:
    print(f"{file['line_total'] - file['line_covered']:6} of {file['line_total']:5}  {file['filename']}")
PYTHON
