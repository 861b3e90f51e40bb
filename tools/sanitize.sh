#!/usr/bin/env bash
# sanitize.sh address|thread [REGEX]: runs the tests of build/asan or build/tsan under the sanitizers they were built with. The sanitizers'
# options stand here and nowhere else. REGEX: only those of the runs below whose name matches.
#   unit      the unit tests of every room
#   faults    a whole job in which the n-th call to the file system fails, for every n
#   sql       the behaviour tests: as they stand, in parallel, in tiny batches, killed and resumed
#   fixtures  tables that Spark wrote
#   damaged   the same tables, damaged (address only: they differ in what is decoded, not in who runs beside whom)
# A report of ASan or TSan is a file under build/PRESET/reports, whichever process made it and however that ended (one that is killed, one that
# is awaited to fail); one is enough to fail the whole. UBSan writes to standard error only, and ends the process with 99.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
which=${1:?address or thread}
regex=${2:-.}
case "$which" in
  address) folder=build/asan runs="unit faults sql fixtures damaged" ;;
  thread) folder=build/tsan runs="unit faults sql fixtures" ;;
  *) echo "error: invalid argument: there is 'address' and 'thread', no '$which'" >&2; exit 2 ;;
esac
[ -x $folder/deltastream ] || { echo "error: not found: $folder/deltastream; './dev sanitize $which' builds it" >&2; exit 1; }
rm -rf $folder/reports
mkdir -p $folder/reports

# 99: a test that awaits our own error code must not take a finding for it.
common=exitcode=99:log_path=$PWD/$folder/reports/report
export ASAN_OPTIONS=$common:detect_stack_use_after_return=1:strict_string_checks=1
# Without halt_on_error undefined behaviour is printed, and nothing more comes of it.
export UBSAN_OPTIONS=exitcode=99:halt_on_error=1:print_stacktrace=1
# ignore_noninstrumented_modules: what DuckDB and librdkafka do inside of calls to memcpy and the like is theirs; their locks still count as
# order between our threads. die_after_fork: the tests of kills fork.
export TSAN_OPTIONS=$common:ignore_noninstrumented_modules=1:die_after_fork=0:history_size=4:suppressions=$PWD/tests/sanitizers/thread.txt

ran=0
failed=()
run() {
  local name=$1
  shift
  [[ $name =~ $regex ]] || return 0
  ran=$((ran + 1))
  local start=$SECONDS
  if "$@"; then echo "$which: $name passed in $((SECONDS - start)) s"; else failed+=("$name"); echo "$which: $name FAILED after $((SECONDS - start)) s"; fi
}

for name in $runs; do
  case $name in
    unit) run unit ctest --test-dir $folder --output-on-failure -j "$(nproc)" -L unit ;;
    sql) run sql tools/run_sql_tests.py --binary $folder/deltastream --quick ;;
    *) run $name ctest --test-dir $folder --output-on-failure -R "^$name\$" ;;
  esac
done

[ $ran -gt 0 ] || { echo "error: invalid argument: none of the runs $runs matches '$regex'" >&2; exit 2; }
reports=("$folder"/reports/report*)
if [ -e "${reports[0]}" ]; then
  grep -h '^SUMMARY' "${reports[@]}" | sort | uniq -c | sort -rn >&2 || true
  echo "error: ${#reports[@]} processes reported a finding of the $which sanitizer, see $folder/reports" >&2
  exit 1
fi
[ ${#failed[@]} -eq 0 ] || { echo "error: failed under the $which sanitizer: ${failed[*]}" >&2; exit 1; }
echo "$which: no finding"
