#!/usr/bin/env bash
# Real object stores on 127.0.0.1 for the tests: moto (S3), MinIO (S3), Azurite, fake-gcs-server, HDFS with WebHDFS.
#   object_stores.sh setup NAME | start NAME FOLDER PORT | stop FOLDER
# Each is fetched by its package, pinned. start prints nothing and returns when the server serves; its pid and log are in FOLDER.
set -euo pipefail
cache=${DELTASTREAM_CACHE:-$HOME/.cache/deltastream}/object_stores
here=$(dirname "$(readlink -f "$0")")
mkdir -p "$cache"

go_install() {
  [ -e "$cache/bin/$1" ] && return
  command -v go >/dev/null || { echo "error: not found: go is needed to build $1" >&2; exit 1; }
  GOPATH=$cache/go GOBIN=$cache/bin GOCACHE=$cache/gocache CGO_ENABLED=0 GOFLAGS=-modcacherw nice go install "$2" >&2
  rm -rf "$cache/go" "$cache/gocache"
}

setup() {
  local artifact group name version
  exec 9>"$cache/.lock-$1"
  flock 9
  case "$1" in
    moto)
      [ -e "$cache/moto/.complete" ] && return
      python3 -m venv "$cache/moto" >&2
      "$cache/moto/bin/pip" install --quiet --disable-pip-version-check 'moto[server]==5.2.5' >&2
      touch "$cache/moto/.complete" ;;
    azurite)
      [ -e "$cache/azurite/.complete" ] && return
      mkdir -p "$cache/azurite"
      (cd "$cache/azurite" && npm init -y >/dev/null && npm install --silent azurite@3.35.0 >&2)
      touch "$cache/azurite/.complete" ;;
    minio) go_install minio github.com/minio/minio@v0.0.0-20260212201848-7aac2a2c5b7c ;;
    gcs) go_install fake-gcs-server github.com/fsouza/fake-gcs-server@v1.56.1 ;;
    hdfs)
      [ -e "$cache/hdfs/.complete" ] && return
      "$here/install_packages.sh" kafka
      mkdir -p "$cache/hdfs/conf"
      {
        echo '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>'
        echo '<groupId>deltastream</groupId><artifactId>hdfs</artifactId><version>1</version><packaging>pom</packaging><dependencies>'
        for artifact in org.apache.hadoop:hadoop-client-minicluster:3.5.0 org.apache.hadoop:hadoop-client-runtime:3.5.0 \
          org.junit.jupiter:junit-jupiter-api:5.10.2 org.mockito:mockito-core:4.11.0 org.slf4j:slf4j-reload4j:1.7.36; do
          IFS=: read -r group name version <<<"$artifact"
          echo "<dependency><groupId>$group</groupId><artifactId>$name</artifactId><version>$version</version></dependency>"
        done
        echo '</dependencies></project>'
      } >"$cache/hdfs/pom.xml"
      (cd "$cache/hdfs" && mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies -DoutputDirectory=lib -DincludeScope=runtime) >&2
      printf 'log4j.rootLogger=WARN,C\nlog4j.appender.C=org.apache.log4j.ConsoleAppender\nlog4j.appender.C.layout=org.apache.log4j.PatternLayout\nlog4j.appender.C.layout.ConversionPattern=%%d %%p %%c{1} %%m%%n\n' \
        >"$cache/hdfs/conf/log4j.properties"
      touch "$cache/hdfs/.complete" ;;
    *) echo "error: invalid argument: no object store named '$1'" >&2; exit 2 ;;
  esac
}

serves() {
  case "$1" in
    hdfs) # the port opens long before the data node takes blocks: only a write tells
      curl --silent --max-time 5 --output /dev/null --write-out '%{http_code}' --location --request PUT --data x \
        "http://127.0.0.1:$2/webhdfs/v1/.ready?op=CREATE&overwrite=true&user.name=root" | grep -q 201 ;;
    # MinIO listens before it serves, and answers 503 until then.
    minio) curl -fsS -o /dev/null "http://127.0.0.1:$2/minio/health/cluster" 2>/dev/null ;;
    *) (exec 3<>"/dev/tcp/127.0.0.1/$2") 2>/dev/null ;;
  esac
}

start() {
  local name=$1 folder=$2 port=$3
  setup "$name"
  mkdir -p "$folder/data"
  case "$name" in
    moto) command=("$cache/moto/bin/moto_server" -H 127.0.0.1 -p "$port") ;;
    azurite) command=(node "$cache/azurite/node_modules/.bin/azurite-blob" --blobHost 127.0.0.1 --blobPort "$port" -l "$folder/data" --silent --skipApiVersionCheck --disableTelemetry) ;;
    minio) command=(env MINIO_ROOT_USER=testing MINIO_ROOT_PASSWORD=testing12345 MINIO_BROWSER=off MINIO_CI_CD=1 "$cache/bin/minio" server --quiet --address "127.0.0.1:$port" "$folder/data") ;;
    gcs) command=("$cache/bin/fake-gcs-server" -scheme http -host 127.0.0.1 -port "$port" -backend memory -public-host "127.0.0.1:$port" -external-url "http://127.0.0.1:$port") ;;
    hdfs) command=(java -Xmx512m -XX:+UseSerialGC "-Dhadoop.home.dir=$cache/hdfs" "-Dtest.build.data=$folder/data" -cp "$cache/hdfs/conf:$cache/hdfs/lib/*"
      org.apache.hadoop.test.MiniDFSClusterManager -datanodes 1 -format -httpport "$port" -nnport $((port + 1)) -D dfs.namenode.rpc-bind-host=127.0.0.1) ;;
  esac
  (cd "$folder" && exec nohup "${command[@]}" >"$folder/server.log" 2>&1) &
  echo $! >"$folder/server.pid"
  for _ in $(seq 1200); do
    serves "$name" "$port" && return
    kill -0 "$(cat "$folder/server.pid")" 2>/dev/null || break
    sleep 0.1
  done
  tail -n 20 "$folder/server.log" >&2
  echo "error: unavailable: $name does not serve on port $port" >&2
  exit 1
}

stop() {
  [ -e "$1/server.pid" ] || return 0
  local pid
  pid=$(cat "$1/server.pid")
  kill "$pid" 2>/dev/null || true
  while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
  rm -f "$1/server.pid"
}

case "${1:-}" in
  setup) setup "$2" ;;
  start) start "$2" "$3" "$4" ;;
  stop) stop "$2" ;;
  *) echo "usage: object_stores.sh setup NAME | start NAME FOLDER PORT | stop FOLDER" >&2; exit 2 ;;
esac
