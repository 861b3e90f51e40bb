#!/usr/bin/env bash
# run_fuzzers.sh SECONDS [NAME…]: runs the fuzz targets of build/fuzz (those named, as in tests/fuzz/NAME_fuzz.cc; all by default) for that
# long each, from their corpus under tests/fuzz/corpus. New inputs go to build/fuzz/corpus, findings to build/fuzz/findings; exits 1 when
# there is a finding.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
seconds=${1:?seconds per target}
shift
folder=build/fuzz
failed=()
targets=("$folder"/*_fuzz)
[ $# -eq 0 ] || { targets=("${@/%/_fuzz}"); targets=("${targets[@]/#/$folder/}"); }
for target in "${targets[@]}"; do
  [ -x "$target" ] || { echo "error: not found: no fuzz target $target; './dev fuzz' builds those of tests/fuzz" >&2; exit 1; }
done
for target in "${targets[@]}"; do
  name=$(basename "$target")
  seeds=tests/fuzz/corpus/${name%_fuzz}
  [ -d "$seeds" ] || { echo "error: not found: $name has no corpus in $seeds" >&2; exit 1; }
  mkdir -p "$folder/corpus/$name" "$folder/findings/$name"
  log=$folder/findings/$name/log
  # Leaks are looked for by the unit tests under ASan: to look after every input takes most of a run.
  if "$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=3000 -max_len=8400 -detect_leaks=0 -artifact_prefix="$folder/findings/$name/" \
      "$folder/corpus/$name" "$seeds" >"$log" 2>&1; then
    echo "$name: $(grep -o 'Done [0-9]* runs in [0-9]* second' "$log" || echo 'done')s, nothing found"
  else
    tail -40 "$log"
    echo "$name: FOUND something, see $folder/findings/$name"
    failed+=("$name")
  fi
done
[ ${#failed[@]} -eq 0 ] || { echo "findings in: ${failed[*]}" >&2; exit 1; }
