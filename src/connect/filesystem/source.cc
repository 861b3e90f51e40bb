#include "connect/filesystem/source.h"

#include <fmt/format.h>

#include "connect/filesystem/file_listing.h"
#include "connect/filesystem/fixed_columns.h"
#include "connect/filesystem/parquet_reader.h"
#include "connect/filesystem/text_reader.h"
#include "connect/finished_reader.h"
#include "connect/formats.h"
#include "connect/paths.h"

namespace deltastream::connect::filesystem {
namespace {

class FileSource final : public stream::Source {
 public:
  FileSource(TextFormat format, std::string path, std::string pattern, int64_t monitor_us, const Environment& environment)
      : format_(std::move(format)),
        path_(std::move(path)),
        pattern_(std::move(pattern)),
        monitor_us_(monitor_us),
        environment_(environment) {}

  bool bounded() const override { return monitor_us_ == 0; }
  int64_t discovery_interval_us() const override { return monitor_us_; }

  Status open(const stream::SourceRequest& request) override {
    DS_RETURN_IF_ERROR(check_metadata_columns(format_.table, request.columns));
    request_ = request;
    return {};
  }

  Result<std::vector<stream::Split>> discover() override {
    DS_ASSIGN_OR_RETURN(auto files, list_files(*environment_.files, path_, pattern_).context(fmt::format("table '{}'", format_.table)));
    std::vector<stream::Split> splits;
    splits.reserve(files.size());
    for (ListedFile& file : files) splits.push_back({std::move(file.id), std::move(file.path)});
    return splits;
  }

  Result<std::unique_ptr<stream::SplitReader>> open_split(const stream::Split& split,
                                                          const std::optional<stream::SplitPosition>& position) override {
    if (position && position->state == "end") return std::unique_ptr<stream::SplitReader>(std::make_unique<FinishedReader>(*position));
    return open_file(split.payload, position).context(fmt::format("table '{}'", format_.table));
  }

 private:
  Result<std::unique_ptr<stream::SplitReader>> open_file(const std::string& path, const std::optional<stream::SplitPosition>& position) {
    DS_ASSIGN_OR_RETURN(FileStat stat, environment_.files->stat(path));
    DS_ASSIGN_OR_RETURN(FixedColumns fixed, FixedColumns::create(request_.columns, format_.partitioned_by, path, stat));
    if (format_.format == "parquet")
      return open_parquet_file(request_, format_.partitioned_by, path, std::move(fixed), position, environment_);
    return open_text_file(format_, request_, path, stat, std::move(fixed), position, environment_);
  }

  const TextFormat format_;
  const std::string path_, pattern_;
  const int64_t monitor_us_;
  const Environment environment_;
  stream::SourceRequest request_;
};

}  // namespace

Result<std::unique_ptr<stream::Source>> make_source(const engine::TableDefinition& table, const Options& options,
                                                    const ConnectorContext& context) {
  TextFormat format;
  format.table = table.name;
  format.format = options.get("format");
  format.options = format_options(options, format.format);
  format.columns = physical_column_list(table, table.partitioned_by);
  format.partitioned_by = table.partitioned_by;
  format.header = format.format == "csv" && options.boolean("csv.header");
  format.skip_first_line = format.format == "csv" && options.boolean("csv.ignore-first-line");
  format.skip_malformed = skips_malformed(options, format.format);
  format.options.erase("header");
  format.options.erase("ignore-first-line");
  DS_RETURN_IF_ERROR(check_pattern(options.get("source.path.regex-pattern")).context(fmt::format("table '{}'", table.name)));
  DS_ASSIGN_OR_RETURN(std::string path,
                      resolve_local_path(options.get("path"), context.base_folder).context(fmt::format("table '{}'", table.name)));
  return std::unique_ptr<stream::Source>(std::make_unique<FileSource>(std::move(format), std::move(path),
                                                                      options.get("source.path.regex-pattern"),
                                                                      options.duration_us("source.monitor-interval"), context.environment));
}

}  // namespace deltastream::connect::filesystem
