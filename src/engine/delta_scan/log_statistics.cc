#include "engine/delta_scan/log_statistics.h"

#include "delta/statistics.h"
#include "duckdb/storage/statistics/numeric_stats.hpp"
#include "engine/batch/errors.h"

namespace deltastream::engine {
namespace {

// Of more, which are not all read soon, the walk costs more than it gains.
constexpr size_t kMergedFilesMax = 10'000;

// Types whose bounds in the log are the values themselves: no text that is cut, no time that is rounded, no NaN.
bool is_exact(const LogicalType& type) {
  return type.id() == LogicalTypeId::TINYINT || type.id() == LogicalTypeId::SMALLINT || type.id() == LogicalTypeId::INTEGER ||
         type.id() == LogicalTypeId::BIGINT || type.id() == LogicalTypeId::DATE;
}

// Types whose bounds in the log hold for all values of a file: not floats, whose NaN no bound tells of, and not texts, which DuckDB bounds
// by other rules.
bool bounds_values(const LogicalType& type) {
  return is_exact(type) || type.id() == LogicalTypeId::DECIMAL || type.id() == LogicalTypeId::TIMESTAMP || type.id() == LogicalTypeId::TIMESTAMP_TZ;
}

// Of one column over all files of a scan.
struct Merged {
  bool bounded = false;        // by min and max
  bool may_be_null = false;
  std::optional<Value> min, max;

  void add(const delta::ColumnBounds& bounds, bool all_null) {
    if (bounds.null_count != 0) may_be_null = true;
    if (!bounded || all_null) return;
    if (!bounds.min || !bounds.max || bounds.min->IsNull() || bounds.max->IsNull()) {
      bounded = false;
      return;
    }
    if (!min || *bounds.min < *min) min = bounds.min;
    if (!max || *bounds.max > *max) max = bounds.max;
  }
  bool says_nothing() const { return !bounded && may_be_null; }
  duckdb::unique_ptr<duckdb::BaseStatistics> as_statistics(const LogicalType& type) const {
    bool has_bounds = bounded && min && max;
    if (!has_bounds && may_be_null) return nullptr;
    auto result = duckdb::BaseStatistics::CreateUnknown(type);
    if (has_bounds) {
      duckdb::NumericStats::SetMin(result, *min);
      duckdb::NumericStats::SetMax(result, *max);
    }
    if (!may_be_null) result.Set(duckdb::StatsInfo::CANNOT_HAVE_NULL_VALUES);
    return result.ToUnique();
  }
};

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
  const delta::ScanPlan& plan = files.plan();
  for (size_t i = 0; i < plan.files.size(); i++) {
    const delta::ScanFile& file = plan.files[i];
    int64_t rows = *file.num_records - (file.deletion_vector ? file.deletion_vector->cardinality : 0);
    if (rows == 0) continue;
    duckdb::PartitionStatistics statistics;
    statistics.count = static_cast<duckdb::idx_t>(rows);
    statistics.count_type = duckdb::CountType::COUNT_EXACT;
    statistics.partition_row_group = duckdb::make_shared_ptr<FileStatistics>(files.table_pointer(), file, plan.statistics[i]);
    result.push_back(std::move(statistics));
  }
  return result;
}

duckdb::unique_ptr<duckdb::BaseStatistics> column_statistics(const DeltaFileList& files, size_t column) {
  const DeltaTable& table = files.table();
  const delta::ScanPlan& plan = files.plan();
  if (files.changes() || column >= table.columns.size() || plan.files.empty() || plan.files.size() > kMergedFilesMax) return nullptr;
  const LogicalType& type = table.columns[column].type;
  if (type.IsNested() || type.id() == LogicalTypeId::VARIANT) return nullptr;
  const std::vector<std::string> path{table.snapshot.schema().fields[column].physical_name(table.snapshot.column_mapping())};
  auto place = table.partition_index[column];
  Merged merged{bounds_values(type), false, std::nullopt, std::nullopt};
  for (size_t i = 0; i < plan.files.size(); i++) {
    const delta::ScanFile& file = plan.files[i];
    if (place) {
      const Value& value = file.partition_values[*place];
      if (!value.IsNull() && value.type() != type) return nullptr;
      merged.add(value.IsNull() ? delta::ColumnBounds{std::nullopt, std::nullopt, 1} : delta::ColumnBounds{value, value, 0}, value.IsNull());
    } else {
      auto bounds = delta::StatisticsReader(plan.statistics[i]).column(path, type);
      bool all_null = bounds.null_count && file.num_records && *bounds.null_count >= *file.num_records;
      merged.add(bounds, all_null);
    }
    if (merged.says_nothing()) return nullptr;
  }
  return merged.as_statistics(type);
}

}  // namespace deltastream::engine
