#!/usr/bin/env bash
# A Python environment with programs that are not ours (delta-rs, DuckDB's delta extension, a Kafka client), pinned; prints its
# folder.
set -euo pipefail
cache=${DELTASTREAM_CACHE:-$HOME/.cache/deltastream}
venv=$cache/readers-1
if [ ! -e "$venv/.complete" ]; then
  rm -rf "$venv"
  python3 -m venv "$venv" >&2
  "$venv/bin/pip" install --quiet --disable-pip-version-check deltalake==1.6.6 pyarrow==26.0.1 duckdb==1.5.5 duckdb-extension-delta==1.5.5 >&2
  touch "$venv/.complete"
fi
if [ ! -e "$venv/.kafka" ]; then
  "$venv/bin/pip" install --quiet --disable-pip-version-check confluent-kafka==2.16.1 >&2
  touch "$venv/.kafka"
fi
echo "$venv"
