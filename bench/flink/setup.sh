#!/usr/bin/env bash
# Flink 2.2.1 for the comparison: the distribution from PyPI, the gateway and the Kafka connector from Maven, and our
# Nexmark source compiled against it. Prints the folder of the Flink home.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
cache=${DELTASTREAM_CACHE:-$HOME/.cache/deltastream}/flink-2.2.1
home=$cache/home
if [ ! -e "$cache/.complete" ]; then
  "$here/../../tools/install_packages.sh" bench >&2
  rm -rf "$cache"
  mkdir -p "$cache"
  python3 -m venv "$cache/venv" >&2
  "$cache/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps apache-flink==2.2.1 apache-flink-libraries==2.2.1 >&2
  mv "$cache"/venv/lib/python3*/site-packages/pyflink "$home"
  rm -rf "$cache/venv"
  get() { mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy -Dartifact="$1" -DoutputDirectory="$2" >&2; }
  get org.apache.flink:flink-sql-gateway:2.2.1 "$home/opt"
  get org.apache.flink:flink-sql-connector-kafka:5.0.0-2.2 "$home/lib"
  touch "$cache/.complete"
fi
classes=$cache/classes
rm -rf "$classes"
mkdir -p "$classes"
javac -nowarn -d "$classes" -cp "$(ls "$home"/lib/*.jar | tr '\n' ':')" "$here"/*.java
mkdir -p "$classes/META-INF/services"
echo deltastream.bench.NexmarkTableFactory >"$classes/META-INF/services/org.apache.flink.table.factories.Factory"
jar cf "$home/lib/deltastream-nexmark.jar" -C "$classes" .
echo "$home"
