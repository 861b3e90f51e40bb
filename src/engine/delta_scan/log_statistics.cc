#include "engine/delta_scan/log_statistics.h"

#include <map>

#include "delta/file_statistics.h"
#include "delta/statistics.h"
#include "duckdb/storage/statistics/numeric_stats.hpp"
#include "engine/batch/errors.h"

namespace deltastream::engine {
namespace {

// Of more, which are not all read soon, the walk costs more than it gains.
constexpr size_t kMergedFilesMax = delta::FileSelection::kKeptStatisticsMax;

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

std::string physical_name(const DeltaTable& table, size_t column) {
  return table.snapshot.schema().fields[column].physical_name(table.snapshot.column_mapping());
}

// Over the files with rows; absent where the log says nothing that holds for all of them. `tight`: whether the bounds are members.
std::optional<Merged> merge(const DeltaFileList& files, size_t column, bool with_bounds, bool* tight = nullptr) {
  const DeltaTable& table = files.table();
  const LogicalType& type = table.columns[column].type;
  const std::vector<std::string> path{physical_name(table, column)};
  auto place = table.partition_index[column];
  Merged merged{with_bounds, false, std::nullopt, std::nullopt};
  delta::FileStatistics statistics(table.snapshot);
  const bool few = files.size() <= delta::FileSelection::kKeptStatisticsMax;
  for (size_t i = 0; i < files.size(); i++) {
    const delta::FileView file = table.snapshot.files().at(files.selection().places[i]);
    const auto text = few ? files.statistics(i) : batch::value_or_throw(statistics.of(file));
    if (delta::live_rows(file, text) == 0) continue;
    if (place) {
      const Value value = files.file(i).partition_values[*place];
      if (!value.IsNull() && value.type() != type) return std::nullopt;
      merged.add(value.IsNull() ? delta::ColumnBounds{std::nullopt, std::nullopt, 1} : delta::ColumnBounds{value, value, 0}, value.IsNull());
    } else {
      const delta::StatisticsReader reader(text);
      auto bounds = reader.column(path, type);
      auto rows = reader.num_records();
      merged.add(bounds, bounds.null_count && rows && *bounds.null_count >= *rows);
      if (tight && *tight) *tight = file.deletion_vector.storage_type == 0 && reader.tight_bounds();
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
    const auto& known = column_bounds(column);
    return known.merged && known.merged->bounded && known.merged->min ? known.merged->as_statistics(columns[column].type) : nullptr;
  }

  bool MinMaxIsExact(const duckdb::BaseStatistics&, const duckdb::StorageIndex& index) override { return column_bounds(index.GetPrimaryIndex()).tight; }

 private:
  struct Known {
    std::optional<Merged> merged;
    bool tight = true;
  };
  // Kept, since min and max of one column ask for the same.
  const Known& column_bounds(size_t column) {
    auto [known, is_new] = known_.try_emplace(column);
    if (is_new) known->second.merged = merge(files_, column, true, &known->second.tight);
    return known->second;
  }

  duckdb::unique_ptr<duckdb::MultiFileList> list_;   // shares the plan
  const DeltaFileList& files_;
  std::map<size_t, Known> known_;
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
  if (files.changes() || column >= table.columns.size() || files.size() == 0 || files.size() > kMergedFilesMax) return nullptr;
  const LogicalType& type = table.columns[column].type;
  if (type.IsNested() || type.id() == LogicalTypeId::VARIANT) return nullptr;
  auto merged = merge(files, column, bounds_values(type));
  return merged ? merged->as_statistics(type) : nullptr;
}

}  // namespace deltastream::engine
