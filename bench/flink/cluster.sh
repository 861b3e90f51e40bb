#!/usr/bin/env bash
# One job manager, one task manager (2 slots) and one SQL gateway on 127.0.0.1.
# usage: cluster.sh start FLINK_HOME FOLDER | stop FOLDER
set -euo pipefail

configure() {
  local home=$1 folder=$2
  mkdir -p "$folder/conf" "$folder/log"
  cp "$home"/conf/log4j* "$folder/conf/"
  {
    sed -n '/^env:/,/opts:/p' "$home/conf/config.yaml"
    grep -E '^ +all: --add-exports' "$home/conf/config.yaml"
    cat <<CONF
jobmanager: {bind-host: 127.0.0.1, rpc: {address: 127.0.0.1, port: 16123}, memory: {process: {size: 1200m}}}
taskmanager: {bind-host: 127.0.0.1, host: 127.0.0.1, numberOfTaskSlots: 2, memory: {process: {size: 3000m}}}
rest: {address: 127.0.0.1, bind-address: 127.0.0.1, port: 18081, bind-port: "18081"}
blob: {server: {port: "16124"}}
parallelism: {default: 1}
execution: {checkpointing: {interval: 10 s, dir: "file://$folder/checkpoints"}}
state: {backend: {type: hashmap}}
sql-gateway: {endpoint: {rest: {address: 127.0.0.1, bind-address: 127.0.0.1, port: 18083, bind-port: "18083"}}}
CONF
  } >"$folder/conf/config.yaml"
}

start() {
  local home=$1 folder=$2 classpath options log jvm dynamic arguments
  configure "$home" "$folder"
  export FLINK_HOME=$home FLINK_CONF_DIR=$folder/conf FLINK_LOG_DIR=$folder/log
  classpath=$(ls "$home"/lib/*.jar | tr '\n' ':')
  options=$(grep -E '^ +all:' "$folder/conf/config.yaml" | sed 's/^ *all: //')
  log="-Dlog4j2.configurationFile=$folder/conf/log4j-console.properties"
  run() {
    local name=$1
    shift
    # shellcheck disable=SC2086
    nohup java $options "$log" "-Dlog.file=$folder/log/$name.log" "$@" >"$folder/log/$name.out" 2>&1 &
    echo $! >"$folder/$name.pid"
  }
  run jobmanager -Xmx700m -cp "$classpath" org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint -c "$folder/conf"
  # shellcheck disable=SC2086
  arguments=$(java $options -cp "$home/bin/bash-java-utils.jar:$classpath" org.apache.flink.runtime.util.bash.BashJavaUtils \
    GET_TM_RESOURCE_PARAMS --configDir "$folder/conf" 2>/dev/null | sed -n 's/^BASH_JAVA_UTILS_EXEC_RESULT://p')
  jvm=$(echo "$arguments" | sed -n 1p)
  dynamic=$(echo "$arguments" | sed -n 2p)
  # shellcheck disable=SC2086
  run taskmanager $jvm -cp "$classpath" org.apache.flink.runtime.taskexecutor.TaskManagerRunner -c "$folder/conf" $dynamic
  run gateway -Xmx700m -cp "$classpath$(ls "$home"/opt/flink-sql-gateway-*.jar):$(ls "$home"/opt/flink-python-*.jar)" org.apache.flink.table.gateway.SqlGateway
  for _ in $(seq 900); do
    if python3 - <<'PYTHON' 2>/dev/null; then return; fi
import json, urllib.request
urllib.request.urlopen("http://127.0.0.1:18083/info", timeout=3)
assert json.load(urllib.request.urlopen("http://127.0.0.1:18081/overview", timeout=3))["slots-total"] == 2
PYTHON
    sleep 0.2
  done
  tail -n 5 "$folder"/log/*.out >&2
  echo "error: unavailable: Flink did not start" >&2
  exit 1
}

stop() {
  for name in gateway taskmanager jobmanager; do
    [ -e "$1/$name.pid" ] && kill "$(cat "$1/$name.pid")" 2>/dev/null
    rm -f "$1/$name.pid"
  done
  return 0
}

case "${1:-}" in
  start) start "$2" "$3" ;;
  stop) stop "$2" ;;
  *) echo "usage: cluster.sh start FLINK_HOME FOLDER | stop FOLDER" >&2; exit 2 ;;
esac
