#!/bin/sh
# conformance: tables made by other writers, judged by what they hold. The corpus is kept beside the repository (FOLDER);
# without it, or without the readers' Python (DELTASTREAM_READERS, tools/readers_venv.sh), the test is skipped.
#     run.sh FOLDER DELTASTREAM
[ -e "$1/judge.py" ] && [ -n "$DELTASTREAM_READERS" ] || exit 77
exec "$DELTASTREAM_READERS/bin/python" "$1/judge.py" -- "$2" sql -c "SELECT * FROM delta_scan('{table}')" --format arrow --output '{out}'
