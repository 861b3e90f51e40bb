#include "connect/filesystem/connector.h"

#include "connect/filesystem/fixed_columns.h"
#include "connect/filesystem/sink.h"
#include "connect/filesystem/source.h"
#include "connect/formats.h"

namespace deltastream::connect::filesystem {

Connector connector() {
  static const std::vector<OptionRow> kOptions = with_format_rows(
      {
          {"path", OptionType::kString, "", true, "",
           "A file, a folder (all files below it, but names that begin with . or _), or a glob with *, ?, [ ] and ** for any depth. A "
           "sink's folder."},
          {"format", OptionType::kEnum, "", true, "csv|json|parquet",
           "JSON: one object a line. CSV and JSON files that end in .gz or .zst are decompressed."},
          {"source.monitor-interval", OptionType::kDuration, "", false, "",
           "Watch the path for new files this often; the source then never ends. Files must be complete when they appear: write them under "
           "a "
           "name that begins with . or _ and rename them."},
          {"source.path.regex-pattern", OptionType::kString, "", false, "",
           "Read only files whose whole path matches this POSIX extended regular expression."},
          {"sink.rolling-policy.file-size", OptionType::kMemory, "128 mb", false, "",
           "Begin a new file when the current one has about this size."},
          {"csv.header", OptionType::kBoolean, "false", false, "", "The first line names the columns, in any order."},
          {"csv.ignore-first-line", OptionType::kBoolean, "false", false, "", "Leave out the first line."},
          {"parquet.compression", OptionType::kEnum, "zstd", false, "zstd|snappy|gzip|lz4_raw|none", "How a sink compresses its files."},
      },
      {"json", "csv"});
  Connector row;
  row.name = "filesystem";
  row.help = "Files of a local disk: JSON lines, CSV, Parquet. PARTITIONED BY columns stand in folder names (`day=2024-01-01`)";
  row.options = kOptions;
  row.bounded = [](const Options& options) { return options.duration_us("source.monitor-interval") == 0; };
  row.make_source = make_source;
  row.make_sink = make_sink;
  row.guarantee = "exactly once";
  row.metadata_columns = kMetadataColumns;
  return row;
}

}  // namespace deltastream::connect::filesystem
