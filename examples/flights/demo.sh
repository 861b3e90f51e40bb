#!/usr/bin/env bash
# The main job on real data: flights → streaming SQL → Delta tables, killed with SIGKILL in the middle and resumed.
# usage: demo.sh [kafka]     (through ./dev demo; DELTASTREAM_PROGRAM: a program that is built already)
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
root=$(readlink -f "$here/../..")
mode=${1:-files}
case "$mode" in
  files) pipeline=flights.sql ;;
  kafka) pipeline=flights_kafka.sql ;;
  *) echo "error: invalid argument: demo knows 'files' and 'kafka', not '$mode'" >&2; exit 2 ;;
esac

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }

if [ -n "${DELTASTREAM_PROGRAM:-}" ]; then
  program=$DELTASTREAM_PROGRAM
else
  "$root/dev" build release
  program=$root/build/release/deltastream
fi
work=$root/build/demo/$mode
rm -rf "$work"
mkdir -p "$work"
"$here/fetch.sh" "$root/build/demo/data"
ln -s ../data "$work/data"
cp "$here"/*.sql "$work/"
cd "$work"

if [ "$mode" = kafka ]; then
  say "A Kafka broker (4.4, KRaft) with the topic 'flights' of 4 partitions"
  trap '"$root/tools/kafka.sh" stop "$work/broker"' EXIT
  "$root/tools/kafka.sh" start "$work/broker" 29392
  "$program" run to_kafka.sql
fi

say "1. The pipeline: $pipeline"
sed -n '/^EXECUTE/,$p' "$pipeline"

say "2. It runs, and dies by SIGKILL in the middle"
status=0
DELTASTREAM_KILL_AT=checkpoint-stored:2 "$program" run "$pipeline" --set execution.checkpointing.interval='20 ms' || status=$?
[ "$status" -eq 137 ] || { echo "error: internal: the process was to die by SIGKILL, but ended with $status" >&2; exit 1; }
echo "killed (exit $status); what the table holds now:"
"$program" sql -c "SELECT count(*) AS flights FROM delta_scan('lake/flights')" 2>/dev/null || echo "(no commit yet)"

say "3. The same command again: it goes on from its last checkpoint"
"$program" run "$pipeline"

say "4. The tables"
"$program" sql -c "SELECT airline, count(*) AS flights, round(avg(dep_delay), 1) AS mean_delay FROM delta_scan('lake/flights') GROUP BY airline ORDER BY flights DESC LIMIT 5"
"$program" sql -c "SELECT * FROM delta_scan('lake/hourly_delay') ORDER BY mean_delay DESC NULLS LAST LIMIT 5"

say "5. Against one batch query over the same input: rows lost, rows doubled"
"$program" sql check.sql
"$program" sql --format csv check.sql | tail -n +2 | while IFS=, read -r table rows lost doubled; do
  [ "$lost" = 0 ] && [ "$doubled" = 0 ] && [ "$rows" -gt 0 ] || { echo "error: internal: $table lost $lost and doubled $doubled rows" >&2; exit 1; }
done

say "6. Read by another tool: delta-rs"
python=$("$root/tools/readers_venv.sh")/bin/python
"$python" - <<'PYTHON'
import os
import deltalake
table = deltalake.DeltaTable("lake/flights")
rows = table.to_pyarrow_table(columns=["airline", "month"])
print(f"delta-rs {deltalake.__version__}: lake/flights version {table.version()}, {rows.num_rows} rows, {len(set(rows['month'].to_pylist()))} months")
assert rows.num_rows == 336776
os.sys.stdout.flush()
os._exit(0)  # its threads now and then abort a process that ends
PYTHON
say "Yours to read, in $work:"
cat <<'TEXT'
  deltastream   build/release/deltastream sql -c "SELECT * FROM delta_scan('lake/flights') LIMIT 10"
  Python        deltalake.DeltaTable("lake/flights").to_pandas()      polars.read_delta("lake/flights")
  DuckDB        SELECT * FROM delta_scan('lake/flights')              (with its delta extension)
  Spark         spark.read.format("delta").load("lake/flights")
TEXT
