#!/usr/bin/env bash
# lint.sh [all]: the checks that need no tests: arrows between rooms, leftover markers, the formatting of changed lines, and clang-tidy where
# build/release has a compile database. "Changed" is against DELTASTREAM_LINT_BASE: where this branch left main, on main the commit before.
# all: clang-tidy over the whole of the rooms below SQL, not only over the files that changed.
set -euo pipefail
cd "$(dirname "$0")/.."
base=${DELTASTREAM_LINT_BASE:-}
[ -n "$base" ] || base=$(git merge-base HEAD main 2>/dev/null || git rev-parse HEAD)
[ "$base" != "$(git rev-parse HEAD)" ] || base=$(git rev-parse -q --verify HEAD~1 || echo "$base")

python3 tools/check_layers.py src
if git grep -nE '\b(TODO|FIXME|XXX)\b' -- src tests tools examples docs ':!tools/lint.sh'; then
  echo "error: leftover markers above: do it or leave it out" >&2
  exit 1
fi

# Lines that stand keep their breaks, which say what belongs together; new ones are as clang-format has them.
formatting=$(git clang-format-19 --binary clang-format-19 --extensions cc,h --diff "$base" 2>&1 || true)
case "$formatting" in
  "" | "no modified files to format" | "clang-format did not modify any files") ;;
  *) echo "$formatting"; echo "error: the lines above are not formatted: git clang-format-19 $base" >&2; exit 1 ;;
esac

[ -e build/release/compile_commands.json ] || exit 0
rooms=('src/common/*.cc' 'src/storage/*.cc' 'src/delta/*.cc' 'src/stream/*.cc')
if [ "${1:-}" = all ]; then files=$(git ls-files "${rooms[@]}"); else files=$(git diff --name-only --diff-filter=d "$base" -- "${rooms[@]}"); fi
# g++'s precompiled headers and warnings mean nothing to clang.
{ grep -v '_test\.cc$' <<<"$files" || true; } | xargs -r -P 2 -n 4 clang-tidy-19 --quiet -p build/release --extra-arg=-Wno-ignored-gch \
  --extra-arg=-Wno-unknown-warning-option --extra-arg=-Wno-deprecated-declarations
