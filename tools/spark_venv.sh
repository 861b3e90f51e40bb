#!/usr/bin/env bash
# A Python environment with Spark and Delta Lake for it, pinned, as a reader that is not ours; prints its folder. The jars
# lie in its folder "delta". Needs Java 17 and Maven.
set -euo pipefail
cache=${DELTASTREAM_CACHE:-$HOME/.cache/deltastream}
venv=$cache/spark-1
if [ ! -e "$venv/.complete" ]; then
  "$(dirname "$(readlink -f "$0")")/install_packages.sh" bench >&2
  rm -rf "$venv"
  python3 -m venv "$venv" >&2
  "$venv/bin/pip" install --quiet --disable-pip-version-check pyspark==4.1.3 pyarrow==26.0.1 >&2
  for artifact in io.delta:{delta-spark_4.1_2.13,delta-storage,delta-kernel-api,delta-kernel-defaults,delta-kernel-unitycatalog}:4.4.0 \
    io.unitycatalog:unitycatalog-{client,hadoop}:0.6.0; do
    mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy -Dartifact="$artifact" -DoutputDirectory="$venv/delta" >&2
  done
  touch "$venv/.complete"
fi
echo "$venv"
