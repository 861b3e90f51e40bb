#include "connect/kafka/connector.h"

#include "connect/formats.h"
#include "connect/kafka/metadata_columns.h"
#include "connect/kafka/offsets.h"
#include "connect/kafka/sink.h"
#include "connect/kafka/source.h"

namespace deltastream::connect::kafka {

Connector connector() {
  static const std::vector<OptionRow> kOptions = with_format_rows(
      {
          {"topic", OptionType::kString, "", false, "", "The topic; a source may have several, divided by ';'."},
          {"topic-pattern", OptionType::kString, "", false, "",
           "Source: all topics whose whole name matches this regular expression, also those that are created later."},
          {"properties.bootstrap.servers", OptionType::kString, "", true, "", "Brokers as host:port, comma separated."},
          {"properties.group.id", OptionType::kString, "", false, "",
           "Source: where 'group-offsets' starts, and where offsets are written at each checkpoint for those who monitor the group. A job "
           "goes on from its own checkpoints whatever the group says."},
          {"properties.*", OptionType::kString, "", false, "",
           "Any property of the Kafka client, under its Java or its librdkafka name; those that only Java knows are ignored with a warning. "
           "isolation.level is read_committed unless given. default.api.timeout.ms (10000) bounds the calls at start. Records are fetched by the "
           "connector itself, several times faster than by librdkafka; librdkafka fetches where a property asks for what it alone does: "
           "security.protocol other than plaintext, client.rack, broker.address.*."},
          {"format", OptionType::kEnum, "", false, "json|csv", "The format of values (required; also spelled value.format)."},
          {"value.format", OptionType::kEnum, "", false, "json|csv", "The same as format; its options then begin with 'value.'."},
          {"key.format", OptionType::kEnum, "", false, "json|csv", "The format of keys; its options begin with 'key.'."},
          {"key.fields", OptionType::kString, "", false, "", "The columns that stand in keys, divided by ';'."},
          {"key.fields-prefix", OptionType::kString, "", false, "",
           "What the names of the key's columns begin with in this table, but not in the records."},
          {"value.fields-include", OptionType::kEnum, "ALL", false, "ALL|EXCEPT_KEY",
           "Whether the key's columns stand in values too."},
          {"key.json.*", OptionType::kString, "", false, "", "Options of a JSON key, as json.* below."},
          {"key.csv.*", OptionType::kString, "", false, "", "Options of a CSV key, as csv.* below."},
          {"value.json.*", OptionType::kString, "", false, "", "Options of a value in value.format, as json.* below."},
          {"value.csv.*", OptionType::kString, "", false, "", "Options of a value in value.format, as csv.* below."},
          {"scan.startup.mode", OptionType::kEnum, "group-offsets", false,
           "earliest-offset|latest-offset|group-offsets|timestamp|specific-offsets",
           "Where a new job starts. Partitions that appear while it runs are read from their beginning."},
          {"scan.startup.timestamp-millis", OptionType::kInteger, "", false, "", "Start at the first record at or after this time."},
          {"scan.startup.specific-offsets", OptionType::kString, "", false, "",
           "partition:0,offset:42;partition:1,offset:300. Partitions that are not named start at their beginning."},
          {"scan.bounded.mode", OptionType::kEnum, "unbounded", false, "unbounded|latest-offset|group-offsets|timestamp|specific-offsets",
           "Where the source ends; latest-offset: where each partition ends when the job first opens it."},
          {"scan.bounded.timestamp-millis", OptionType::kInteger, "", false, "", "End before the first record at or after this time."},
          {"scan.bounded.specific-offsets", OptionType::kString, "", false, "",
           "The offsets before which partitions end; those that are not named end where they end at start."},
          {"scan.topic-partition-discovery.interval", OptionType::kDuration, "5 min", false, "",
           "Look for new partitions and topics this often; 0 s: never."},
          {"sink.partitioner", OptionType::kEnum, "default", false, "default|fixed|round-robin",
           "default: by the key as Kafka's Java client does, without key in batches; fixed: each writing task has one partition."},
          {"sink.delivery-guarantee", OptionType::kEnum, "at-least-once", false, "none|at-least-once|exactly-once",
           "at-least-once: a checkpoint waits until the broker has all records. exactly-once: the records of a checkpoint are held until it "
           "is durable and then written in one transaction."},
          {"sink.transactional-id-prefix", OptionType::kString, "", false, "",
           "Of exactly-once: the name of the producer and of the group that keeps its epoch; the pipeline's name if not given."},
      },
      {"json", "csv"});
  Connector row;
  row.name = "kafka";
  row.help = "Topics of Apache Kafka, with values and keys in JSON or CSV";
  row.options = kOptions;
  row.bounded = is_bounded;
  row.make_source = make_source;
  row.make_sink = make_sink;
  row.guarantee = "exactly once from a topic; into it at least once, or exactly once where asked for";
  row.metadata_columns = kMetadataColumns;
  return row;
}

}  // namespace deltastream::connect::kafka
