#!/usr/bin/env bash
# ./dev bench [NAME…]: nexmark and kafka run side by side with Flink; window, json, parquet, delta, source
# measure one piece; log, point and scan read tables side by side with other readers.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
root=$(readlink -f "$here/..")
"$root/dev" build release
names=("$@")
[ ${#names[@]} -gt 0 ] || names=(json parquet delta source window nexmark kafka)

# measure PROGRAM: builds and runs one of bench/*.cc.
measure() {
  cmake --build "$root/build/release" --target "bench_$1" >"/tmp/deltastream-bench.$$" || { cat "/tmp/deltastream-bench.$$" >&2; exit 1; }
  rm -f "/tmp/deltastream-bench.$$"
  "$root/build/release/bench_$1"
}

for name in "${names[@]}"; do
  echo "== $name"
  case "$name" in
    nexmark | kafka) python3 "$here/compare.py" "$name" ${DS_BENCH_ARGUMENTS:-} ;;
    json) measure decode_json ;;
    parquet) measure parquet ;;
    delta) measure delta_writer ;;
    source) measure nexmark_source ;;
    window) measure window_aggregate ;;
    # The large tables are made once in the cache.
    log) cmake --build "$root/build/release" --target bench_open_table >/dev/null && python3 "$here/log.py" ${DS_BENCH_ARGUMENTS:-} ;;
    point) python3 "$here/scan/point.py" ${DS_BENCH_ARGUMENTS:?a folder for the table} ;;
    # Not by default: wants a folder that scan/tpch_tables.py filled, in DS_BENCH_ARGUMENTS.
    scan) python3 "$here/scan/tpch.py" ${DS_BENCH_ARGUMENTS:?the folder that bench/scan/tpch_tables.py made} ;;
    *) echo "error: invalid argument: no benchmark named '$name' (nexmark, kafka, json, parquet, delta, source, window, log, point, scan)" >&2; exit 2 ;;
  esac
done
