#!/usr/bin/env bash
# ./dev bench [NAME…]: nexmark and kafka run side by side with Flink; window, json, parquet, source measure one piece.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
root=$(readlink -f "$here/..")
"$root/dev" build release
names=("$@")
[ ${#names[@]} -gt 0 ] || names=(json source window nexmark kafka)
for name in "${names[@]}"; do
  echo "== $name"
  case "$name" in
    nexmark | kafka) python3 "$here/compare.py" "$name" ${DS_BENCH_ARGUMENTS:-} ;;
    json) "$root/build/release/bench_decode_json" ;;
    source) "$root/build/release/bench_nexmark_source" ;;
    window) "$root/build/release/bench_window_aggregate" ;;
    *) echo "error: invalid argument: no benchmark named '$name' (nexmark, kafka, json, source, window)" >&2; exit 2 ;;
  esac
done
