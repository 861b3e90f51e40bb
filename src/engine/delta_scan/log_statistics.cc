#include "engine/delta_scan/log_statistics.h"

#include "delta/statistics.h"
#include "duckdb/storage/statistics/numeric_stats.hpp"
#include "engine/batch/errors.h"

namespace deltastream::engine {
namespace {

// Types whose bounds in the log are the values themselves: no text that is cut, no time that is rounded, no NaN.
bool is_exact(const LogicalType& type) {
  return type.id() == LogicalTypeId::TINYINT || type.id() == LogicalTypeId::SMALLINT || type.id() == LogicalTypeId::INTEGER ||
         type.id() == LogicalTypeId::BIGINT || type.id() == LogicalTypeId::DATE;
}

class FileStatistics final : public duckdb::PartitionRowGroup {
 public:
  FileStatistics(std::shared_ptr<const DeltaTable> table, const delta::ScanFile& file, std::string_view stats)
      : table_(std::move(table)), stats_(stats), partition_values_(file.partition_values), deleted_rows_(file.deletion_vector.has_value()) {}

  duckdb::unique_ptr<duckdb::BaseStatistics> GetColumnStatistics(const duckdb::StorageIndex& index) override {
    size_t column = index.GetPrimaryIndex();
    if (index.HasChildren() || column >= table_->columns.size() || !is_exact(table_->columns[column].type)) return nullptr;
    const LogicalType& type = table_->columns[column].type;
    delta::ColumnBounds bounds;
    if (auto place = table_->partition_index[column]) {
      const Value& value = partition_values_[*place];
      if (value.IsNull() || value.type() != type) return nullptr;
      bounds = {value, value, 0};
    } else {
      const auto& field = table_->snapshot.schema().fields[column];
      bounds = delta::StatisticsReader(stats_).column({field.physical_name(table_->snapshot.column_mapping())}, type);
    }
    if (!bounds.min || !bounds.max || bounds.min->IsNull() || bounds.max->IsNull()) return nullptr;
    auto result = duckdb::NumericStats::CreateUnknown(type);
    duckdb::NumericStats::SetMin(result, *bounds.min);
    duckdb::NumericStats::SetMax(result, *bounds.max);
    if (bounds.null_count == 0) result.Set(duckdb::StatsInfo::CANNOT_HAVE_NULL_VALUES);
    return result.ToUnique();
  }

  bool MinMaxIsExact(const duckdb::BaseStatistics&, const duckdb::StorageIndex& index) override {
    if (table_->partition_index[index.GetPrimaryIndex()]) return true;
    return !deleted_rows_ && delta::StatisticsReader(stats_).tight_bounds();
  }

 private:
  std::shared_ptr<const DeltaTable> table_;
  std::string_view stats_;   // in the table's snapshot
  std::vector<Value> partition_values_;
  bool deleted_rows_;
};

}  // namespace

duckdb::vector<duckdb::PartitionStatistics> log_statistics(const DeltaFileList& files) {
  duckdb::vector<duckdb::PartitionStatistics> result;
  if (!files.exact_rows()) return result;
  const auto& planned = files.plan().files;
  size_t next = 0;
  // The plan keeps the order of the snapshot's files.
  auto walked = files.table().snapshot.files().for_each([&](const delta::FileView& view) -> Status {
    if (next == planned.size()) return {};
    DS_ASSIGN_OR_RETURN(delta::FilePath path, delta::resolve_path(view.path, *files.table().store));
    const delta::ScanFile& file = planned[next];
    bool same_vector = file.deletion_vector ? view.deletion_vector.storage_type && delta::to_descriptor(view.deletion_vector) == *file.deletion_vector
                                            : !view.deletion_vector.storage_type;
    if (path.path != file.path || !same_vector) return {};
    next++;
    int64_t rows = *file.num_records - (file.deletion_vector ? file.deletion_vector->cardinality : 0);
    if (rows == 0) return {};
    duckdb::PartitionStatistics statistics;
    statistics.count = static_cast<duckdb::idx_t>(rows);
    statistics.count_type = duckdb::CountType::COUNT_EXACT;
    statistics.partition_row_group = duckdb::make_shared_ptr<FileStatistics>(files.table_pointer(), file, view.stats);
    result.push_back(std::move(statistics));
    return {};
  });
  batch::ok_or_throw(walked);
  if (next != planned.size()) result.clear();
  return result;
}

}  // namespace deltastream::engine
