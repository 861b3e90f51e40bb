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

int64_t live_rows(const delta::ScanFile& file) {
  return *file.num_records - (file.deletion_vector ? file.deletion_vector->cardinality : 0);
}

std::string physical_name(const DeltaTable& table, size_t column) {
  return table.snapshot.schema().fields[column].physical_name(table.snapshot.column_mapping());
}

// Over the files with rows; absent where the log says nothing that holds for all of them.
std::optional<Merged> merge(const DeltaFileList& files, size_t column, bool with_bounds) {
  const DeltaTable& table = files.table();
  const LogicalType& type = table.columns[column].type;
  const delta::ScanPlan& plan = files.plan();
  const std::vector<std::string> path{physical_name(table, column)};
  auto place = table.partition_index[column];
  Merged merged{with_bounds, false, std::nullopt, std::nullopt};
  for (size_t i = 0; i < plan.files.size(); i++) {
    const delta::ScanFile& file = plan.files[i];
    if (file.num_records && live_rows(file) == 0) continue;
    if (place) {
      const Value& value = file.partition_values[*place];
      if (!value.IsNull() && value.type() != type) return std::nullopt;
      merged.add(value.IsNull() ? delta::ColumnBounds{std::nullopt, std::nullopt, 1} : delta::ColumnBounds{value, value, 0}, value.IsNull());
    } else {
      auto bounds = delta::StatisticsReader(plan.statistics[i]).column(path, type);
      merged.add(bounds, bounds.null_count && file.num_records && *bounds.null_count >= *file.num_records);
    }
    if (merged.says_nothing()) return std::nullopt;
  }
  return merged;
}

// All files of a scan as one: a million files would be a million objects, and counting needs none of them.
class ScanStatistics final : public duckdb::PartitionRowGroup {
 public:
  explicit ScanStatistics(const DeltaFileList& files) : list_(files.Copy()), files_(list_->Cast<DeltaFileList>()) {}

  duckdb::unique_ptr<duckdb::BaseStatistics> GetColumnStatistics(const duckdb::StorageIndex& index) override {
    size_t column = index.GetPrimaryIndex();
    const auto& columns = files_.table().columns;
    if (index.HasChildren() || column >= columns.size() || !is_exact(columns[column].type)) return nullptr;
    auto merged = merge(files_, column, true);
    return merged && merged->bounded && merged->min ? merged->as_statistics(columns[column].type) : nullptr;
  }

  bool MinMaxIsExact(const duckdb::BaseStatistics&, const duckdb::StorageIndex& index) override {
    if (files_.table().partition_index[index.GetPrimaryIndex()]) return true;
    const delta::ScanPlan& plan = files_.plan();
    for (size_t i = 0; i < plan.files.size(); i++) {
      if (live_rows(plan.files[i]) == 0) continue;
      if (plan.files[i].deletion_vector || !delta::StatisticsReader(plan.statistics[i]).tight_bounds()) return false;
    }
    return true;
  }

 private:
  duckdb::unique_ptr<duckdb::MultiFileList> list_;   // shares the plan
  const DeltaFileList& files_;
};

}  // namespace

duckdb::vector<duckdb::PartitionStatistics> log_statistics(const DeltaFileList& files) {
  duckdb::vector<duckdb::PartitionStatistics> result;
  auto rows = files.exact_rows();
  if (!rows || *rows == 0) return result;
  duckdb::PartitionStatistics statistics;
  statistics.count = *rows;
  statistics.count_type = duckdb::CountType::COUNT_EXACT;
  statistics.partition_row_group = duckdb::make_shared_ptr<ScanStatistics>(files);
  result.push_back(std::move(statistics));
  return result;
}

duckdb::unique_ptr<duckdb::BaseStatistics> column_statistics(const DeltaFileList& files, size_t column) {
  const DeltaTable& table = files.table();
  const size_t count = files.plan().files.size();
  if (files.changes() || column >= table.columns.size() || count == 0 || count > kMergedFilesMax) return nullptr;
  const LogicalType& type = table.columns[column].type;
  if (type.IsNested() || type.id() == LogicalTypeId::VARIANT) return nullptr;
  auto merged = merge(files, column, bounds_values(type));
  return merged ? merged->as_statistics(type) : nullptr;
}

}  // namespace deltastream::engine
