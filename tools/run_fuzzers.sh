#!/usr/bin/env bash
# run_fuzzers.sh SECONDS [FOLDER]: runs every fuzz target of FOLDER (build/fuzz) for that long, from its corpus under
# tests/fuzz/corpus. New inputs go to FOLDER/corpus, findings to FOLDER/findings; exits 1 when there is a finding.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
seconds=${1:?seconds per target}
folder=${2:-build/fuzz}
failed=()
targets=("$folder"/*_fuzz)
[ -x "${targets[0]}" ] || { echo "error: not found: no fuzz targets in $folder; run './dev fuzz'" >&2; exit 1; }
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
