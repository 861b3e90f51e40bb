#include "connect/delta/connector.h"

#include "connect/delta/file_columns.h"
#include "connect/delta/scan_settings.h"
#include "connect/delta/sink.h"
#include "connect/delta/source.h"

namespace deltastream::connect::delta_table {
namespace {

constexpr OptionRow kOptions[] = {
    {"table_path", OptionType::kString, "", false, "", "The table's folder (required; also spelled table-path or path)."},
    {"table-path", OptionType::kString, "", false, "", "The same as table_path."},
    {"path", OptionType::kString, "", false, "", "The same as table_path."},
    {"partitions", OptionType::kString, "", false, "", "Sink: partition columns, comma separated; the same as PARTITIONED BY."},
    {"uid", OptionType::kString, "", false, "", "Sink: read by Flink only; positions are kept under the pipeline's and the table's name."},
    {"write.mode", OptionType::kEnum, "append", false, "append|upsert", "Sink: only append is supported."},
    {"schema_evolution.mode", OptionType::kEnum, "none", false, "none|newcolumn", "Sink: only none is supported; a table of another schema is refused."},
    {"file_rolling.strategy", OptionType::kEnum, "size", false, "size", "Sink: when a new file is begun."},
    {"file_rolling.size", OptionType::kMemory, "128 mb", false, "", "Sink: begin a new file at about this size."},
    {"delta.*", OptionType::kString, "", false, "", "Sink: properties of the table when it is created, e.g. delta.checkpointInterval."},
    {"scan.mode", OptionType::kEnum, "", false, "snapshot|snapshot-and-follow|follow",
     "Source: the table as it is at start (default), that and then what is added (default with source.monitor-interval), or only what is added."},
    {"source.monitor-interval", OptionType::kDuration, "", false, "", "Source: look for new versions this often; the source then never ends (1 s when it follows)."},
    {"version", OptionType::kInteger, "", false, "", "Source: read the snapshot of this version."},
    {"timestamp", OptionType::kString, "", false, "", "Source: read the snapshot that stood at this time (UTC)."},
    {"startingVersion", OptionType::kString, "", false, "", "Source: no snapshot, only what was added from this version on (a number, or latest)."},
    {"startingTimestamp", OptionType::kString, "", false, "", "Source: the same, from the first version at or after this time (UTC)."},
    {"endingVersion", OptionType::kString, "", false, "", "Source: the last version to read when it follows; the source then ends after it."},
    {"endingTimestamp", OptionType::kString, "", false, "", "Source: the same, to the last version at or before this time (UTC), which must have passed."},
    {"readChangeFeed", OptionType::kBoolean, "false", false, "",
     "Source: read what every version inserted, updated and deleted, with the metadata columns (or plain columns of their names). Without a start the snapshot "
     "comes first, as inserts. Follows unless scan.mode says otherwise; needs delta.enableChangeDataFeed."},
    {"skipChangeCommits", OptionType::kBoolean, "false", false, "",
     "Source: pass over versions that delete or rewrite rows, instead of stopping the job. Their new rows are passed over too. "
     "With readChangeFeed, which reads such versions, it changes nothing."},
};

constexpr char kChangeCommits[] =
    "versions that delete or rewrite rows are passed over with 'skipChangeCommits' = 'true' and read as changes with 'readChangeFeed' = 'true'";
constexpr char kOwnPace[] = "a source reads on without batches; 'execution.checkpointing.interval' says how often sinks commit";

// What Spark and the Delta connector of Flink have.
constexpr ElsewhereOption kElsewhere[] = {
    {"ignoreDeletes", kChangeCommits},
    {"ignoreChanges", kChangeCommits},
    {"maxFilesPerTrigger", kOwnPace},
    {"maxBytesPerTrigger", kOwnPace},
    {"versionAsOf", "it is 'version' here"},
    {"timestampAsOf", "it is 'timestamp' here"},
    {"readChangeData", "it is 'readChangeFeed' here"},
    {"updateCheckIntervalMillis", "it is 'source.monitor-interval' here, a duration like '5 s'"},
};

}  // namespace

Connector connector() {
  Connector row;
  row.name = "delta";
  row.help = "Delta Lake tables. A sink commits once a checkpoint; a source reads a snapshot and may follow the versions after it";
  row.options = kOptions;
  row.elsewhere = kElsewhere;
  row.bounded = is_bounded_scan;
  row.make_source = make_source;
  row.make_sink = make_sink;
  row.guarantee = "exactly once";
  row.metadata_columns = kMetadataColumns;
  return row;
}

}  // namespace deltastream::connect::delta_table
