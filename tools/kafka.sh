#!/usr/bin/env bash
# One Apache Kafka broker (KRaft) on 127.0.0.1 for the demo, the tests and the benchmarks.
#   kafka.sh setup | start FOLDER PORT | stop FOLDER | kill FOLDER
# start prints the bootstrap address when the broker serves; its pid and log are in FOLDER.
set -euo pipefail

version=4.4.0
cache=${DELTASTREAM_CACHE:-$HOME/.cache/deltastream}/kafka-$version

setup() {
  [ -e "$cache/.complete" ] && return
  "$(dirname "$0")/install_packages.sh" kafka
  mkdir -p "$cache"
  cat >"$cache/pom.xml" <<XML
<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>deltastream</groupId><artifactId>broker</artifactId><version>1</version><packaging>pom</packaging>
<dependencies>
<dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>$version</version></dependency>
<dependency><groupId>org.apache.logging.log4j</groupId><artifactId>log4j-slf4j-impl</artifactId><version>2.24.3</version></dependency>
</dependencies></project>
XML
  (cd "$cache" && mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies -DoutputDirectory=lib -DincludeScope=runtime) >&2
  cat >"$cache/log4j2.properties" <<'CONF'
rootLogger.level=WARN
rootLogger.appenderRef.c.ref=C
appender.c.type=Console
appender.c.name=C
appender.c.layout.type=PatternLayout
appender.c.layout.pattern=%d %p %c{1} %m%n
CONF
  touch "$cache/.complete"
}

java_kafka() { java -Xmx512m -XX:+UseSerialGC "-Dlog4j2.configurationFile=$cache/log4j2.properties" -cp "$cache/lib/*" "$@"; }

start() {
  local folder=$1 port=$2
  setup
  mkdir -p "$folder"
  cat >"$folder/server.properties" <<CONF
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:$((port + 1))
listeners=PLAINTEXT://127.0.0.1:$port,CONTROLLER://127.0.0.1:$((port + 1))
advertised.listeners=PLAINTEXT://127.0.0.1:$port
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
log.dirs=$folder/data
num.partitions=4
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
auto.create.topics.enable=true
CONF
  [ -e "$folder/data/meta.properties" ] ||
    java_kafka kafka.tools.StorageTool format -t "$(java_kafka kafka.tools.StorageTool random-uuid | tail -1)" -c "$folder/server.properties" >/dev/null
  nohup java -Xmx512m -XX:+UseSerialGC "-Dlog4j2.configurationFile=$cache/log4j2.properties" -cp "$cache/lib/*" kafka.Kafka "$folder/server.properties" \
    >"$folder/broker.log" 2>&1 &
  echo $! >"$folder/broker.pid"
  for _ in $(seq 600); do
    if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
      echo "127.0.0.1:$port"
      return
    fi
    kill -0 "$(cat "$folder/broker.pid")" 2>/dev/null || break
    sleep 0.1
  done
  tail -n 20 "$folder/broker.log" >&2
  echo "error: unavailable: the broker did not start on port $port" >&2
  exit 1
}

# end SIGNAL FOLDER: signals the broker and waits until it is gone.
end() {
  [ -e "$2/broker.pid" ] || return 0
  local pid
  pid=$(cat "$2/broker.pid")
  kill "-$1" "$pid" 2>/dev/null || true
  while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
  rm -f "$2/broker.pid"
}

case "${1:-}" in
  setup) setup ;;
  start) start "$2" "$3" ;;
  stop) end TERM "$2" ;;
  kill) end KILL "$2" ;;
  *) echo "usage: kafka.sh setup | start FOLDER PORT | stop FOLDER | kill FOLDER" >&2; exit 2 ;;
esac
