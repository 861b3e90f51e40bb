#!/usr/bin/env bash
# Installs from Debian what a step needs: install_packages.sh build|test|kafka|bench|lint|fuzz|coverage.
# Does nothing (and needs no root) when all of it is there.
set -euo pipefail

build="g++ cmake ninja-build ccache mold pkg-config git ca-certificates python3 python3-dev python3-pip python3-venv
  libfmt-dev libsimdjson-dev librdkafka-dev libzstd-dev zlib1g-dev libcli11-dev nlohmann-json3-dev libroaring-dev libedit-dev libgtest-dev
  libcurl4-openssl-dev libssl-dev libpugixml-dev"
case "${1:?which step}" in
  build) packages=$build; [ -n "$(command -v npm)" ] || packages+=" npm" ;;
  test) packages="python3 python3-venv curl" ;;
  kafka) packages="python3"; [ -n "$(command -v java)" ] || packages+=" default-jre-headless"; [ -n "$(command -v mvn)" ] || packages+=" maven" ;;
  bench) packages="python3 python3-venv libbenchmark-dev"; [ -n "$(command -v javac)" ] || packages+=" default-jdk-headless"; [ -n "$(command -v mvn)" ] || packages+=" maven" ;;
  lint) packages="clang-format-19 clang-tidy-19 python3" ;;
  fuzz) packages="clang-19 libclang-rt-19-dev" ;;
  coverage) packages="gcovr" ;;
  *) echo "error: invalid argument: no step named '$1'" >&2; exit 2 ;;
esac

missing=()
for package in $packages; do
  dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0
sudo=
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || { echo "error: permission: these Debian packages are missing: ${missing[*]}; run as root, or install sudo" >&2; exit 1; }
  sudo=sudo
fi
echo "installing Debian packages: ${missing[*]}"
log=$(mktemp)
if ! { $sudo apt-get -qq update && $sudo env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
  tail -20 "$log" >&2
  echo "error: unavailable: apt-get could not install: ${missing[*]}" >&2
  exit 1
fi
rm -f "$log"
