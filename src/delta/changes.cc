#include "delta/changes.h"

#include "delta/log.h"
#include "delta/log/action_parser.h"
#include "delta/partition_value.h"
#include "delta/statistics.h"

namespace deltastream::delta {
namespace {

class ChangesCollector final : public ActionHandler {
 public:
  explicit ChangesCollector(VersionChanges& changes) : changes_(changes) {}
  Status on_add(const FileView& file) override {
    if (!file.data_change) return {};
    DS_ASSIGN_OR_RETURN(Add add, to_add(file));
    changes_.adds.push_back(std::move(add));
    return {};
  }
  Status on_remove(const FileView& file) override {
    if (file.data_change) changes_.removed_files++;
    return {};
  }
  Status on_protocol(Protocol) override { return note_table_change(); }
  Status on_metadata(Metadata) override { return note_table_change(); }
  Status on_commit_info(CommitInfo info) override {
    if (changes_.operation.empty()) changes_.operation = std::move(info.operation);
    return {};
  }

 private:
  Status note_table_change() {
    changes_.changes_table = true;
    return {};
  }
  VersionChanges& changes_;
};

}  // namespace

Result<std::optional<VersionChanges>> read_changes(storage::ObjectStore& store, int64_t version) {
  const std::string path = commit_path(version);
  auto lines = store.get(path);
  if (!lines.ok()) {
    if (lines.error().kind() == ErrorKind::kNotFound) return std::optional<VersionChanges>();
    return std::move(lines).error();
  }
  VersionChanges changes;
  changes.version = version;
  ChangesCollector collector(changes);
  DS_RETURN_IF_ERROR(ActionParser().parse(*lines, collector).context(path));
  return std::optional<VersionChanges>(std::move(changes));
}

Result<std::vector<ScanFile>> added_files(const Snapshot& table, const VersionChanges& changes) {
  struct Partition {
    std::string name, physical_name;
    LogicalType type;
  };
  std::vector<Partition> partitions;
  for (const std::string& column : table.partition_columns()) {
    const StructField* field = table.schema().find(column);
    if (!field) return corrupt(table.where() + ": its partition column '" + column + "' is not in its schema");
    DS_ASSIGN_OR_RETURN(LogicalType type, logical_type(field->type));
    partitions.push_back({column, field->physical_name(table.column_mapping()), type});
  }
  std::vector<ScanFile> files;
  for (const Add& add : changes.adds) {
    ScanFile file;
    DS_ASSIGN_OR_RETURN(FilePath path, resolve_path(add.path, *table.store()));
    file.path = std::move(path.path);
    file.absolute = path.absolute;
    file.size = add.size;
    file.modification_time = add.modification_time;
    file.deletion_vector = add.deletion_vector;
    file.base_row_id = add.base_row_id;
    file.default_row_commit_version = add.default_row_commit_version;
    if (add.stats) file.num_records = StatisticsReader(*add.stats).num_records();
    for (const Partition& partition : partitions) {
      auto text = add.partition_values.find(partition.physical_name);
      if (text == add.partition_values.end()) {
        return corrupt("version " + std::to_string(changes.version) + ", file '" + add.path + "': no value of the partition column '" + partition.name + "'");
      }
      DS_ASSIGN_OR_RETURN(Value value, parse_partition_value(text->second, partition.type).context("file '" + add.path + "'"));
      file.partition_values.push_back(std::move(value));
    }
    files.push_back(std::move(file));
  }
  return files;
}

}  // namespace deltastream::delta
