#include "format/parquet/row_groups.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "duckdb/common/string_util.hpp"
#include "format/parquet/metadata.h"
#include "parquet_statistics.hpp"

namespace deltastream::format::parquet {
namespace {

// The order of the file's values and of the range's must be the same for a comparison to mean anything.
enum class Order { kNone, kNumber, kTime, kText, kBytes, kBoolean };

Order order_of(const LogicalType& type) {
  if (type.IsNumeric()) return Order::kNumber;
  switch (type.id()) {
    case LogicalTypeId::DATE: case LogicalTypeId::TIMESTAMP: case LogicalTypeId::TIMESTAMP_TZ: case LogicalTypeId::TIMESTAMP_NS:
    case LogicalTypeId::TIMESTAMP_MS: case LogicalTypeId::TIMESTAMP_SEC:
      return Order::kTime;
    case LogicalTypeId::VARCHAR: return Order::kText;
    case LogicalTypeId::BLOB: return Order::kBytes;
    case LogicalTypeId::BOOLEAN: return Order::kBoolean;
    default: return Order::kNone;
  }
}

bool is_floating(const LogicalType& type) { return type.id() == LogicalTypeId::FLOAT || type.id() == LogicalTypeId::DOUBLE; }

bool is_nan(const Value& value) {
  if (value.type().id() == LogicalTypeId::DOUBLE) return Value::IsNan(duckdb::DoubleValue::Get(value));
  return value.type().id() == LogicalTypeId::FLOAT && Value::IsNan(duckdb::FloatValue::Get(value));
}

// Before min_value/max_value there were min/max, of which only those of plainly ordered types can be trusted.
bool trusts_old_bounds(const LogicalType& type) {
  switch (type.id()) {
    case LogicalTypeId::TINYINT: case LogicalTypeId::SMALLINT: case LogicalTypeId::INTEGER: case LogicalTypeId::BIGINT:
    case LogicalTypeId::DATE: case LogicalTypeId::TIMESTAMP: case LogicalTypeId::TIMESTAMP_TZ: case LogicalTypeId::FLOAT:
    case LogicalTypeId::DOUBLE:
      return true;
    default: return false;
  }
}

// The bound as a value of the range's type; NULL when there is none.
Value bound(const duckdb::ParquetColumnSchema& leaf, const LogicalType& wanted, bool is_set, const std::string& bytes, bool old_is_set,
            const std::string& old_bytes) {
  if (!is_set && !(old_is_set && trusts_old_bounds(leaf.type))) return Value(wanted);
  // What DuckDB reads from a damaged or unknown statistic must cost no more than the chance to leave the group out.
  try {
    Value value = duckdb::ParquetStatisticsUtils::ConvertValue(leaf.type, leaf, is_set ? bytes : old_bytes), result;
    std::string ignored;
    if (value.IsNull() || !value.DefaultTryCastAs(wanted, result, &ignored)) return Value(wanted);
    return result;
  } catch (const std::exception&) {
    return Value(wanted);
  }
}

bool may_hold(const duckdb_parquet::ColumnMetaData& chunk, const duckdb::ParquetColumnSchema& leaf, const ParquetRange& range) {
  if (!chunk.__isset.statistics) return true;
  const auto& statistics = chunk.statistics;
  if (statistics.__isset.null_count && statistics.null_count == chunk.num_values) return false;
  if (range.lower && !range.lower->IsNull() && order_of(leaf.type) == order_of(range.lower->type())) {
    // NaN is above all numbers and in no statistic: only an upper bound below NaN lets the maximum speak.
    const bool nan_may_match = is_floating(leaf.type) && (!range.upper || is_nan(*range.upper));
    const Value max = bound(leaf, range.lower->type(), statistics.__isset.max_value, statistics.max_value, statistics.__isset.max, statistics.max);
    if (!nan_may_match && !max.IsNull() && max < *range.lower) return false;
  }
  if (range.upper && !range.upper->IsNull() && order_of(leaf.type) == order_of(range.upper->type())) {
    const Value min = bound(leaf, range.upper->type(), statistics.__isset.min_value, statistics.min_value, statistics.__isset.min, statistics.min);
    if (!min.IsNull() && min > *range.upper) return false;
  }
  return true;
}

const duckdb::ParquetColumnSchema* find_leaf(const duckdb::ParquetColumnSchema& root, const std::vector<std::string>& path) {
  const duckdb::ParquetColumnSchema* at = &root;
  for (const std::string& name : path) {
    if (at->type.id() != LogicalTypeId::STRUCT) return nullptr;
    const int64_t child = find_child(at->children, name);
    if (child < 0) return nullptr;
    at = &at->children[child];
  }
  const bool is_leaf = at != &root && at->children.empty() && at->schema_type == duckdb::ParquetColumnSchemaType::COLUMN;
  return is_leaf && order_of(at->type) != Order::kNone ? at : nullptr;
}

uint64_t chunk_start(const duckdb_parquet::ColumnMetaData& chunk) {
  return static_cast<uint64_t>(chunk.__isset.dictionary_page_offset ? chunk.dictionary_page_offset : chunk.data_page_offset);
}

Status check_chunk(const duckdb_parquet::ColumnChunk& chunk, uint64_t file_bytes, const std::string& path, size_t group) {
  if (chunk.__isset.file_path) return unsupported(fmt::format("'{}' keeps columns in other files; that is not offered", path));
  if (chunk.__isset.crypto_metadata) return unsupported(fmt::format("'{}' holds encrypted columns; encryption is not offered", path));
  const auto& meta = chunk.meta_data;
  const bool sound = chunk.__isset.meta_data && meta.data_page_offset >= 4 && meta.total_compressed_size >= 0 && meta.num_values >= 0 &&
                     chunk_start(meta) <= file_bytes && static_cast<uint64_t>(meta.total_compressed_size) <= file_bytes - chunk_start(meta);
  if (!sound) return corrupt(fmt::format("row group {} of Parquet file '{}' describes a column outside the file", group, path));
  return {};
}

// Columns that repeat together hold as many values: those that do not repeat, one for each row.
Status check_values(const duckdb_parquet::RowGroup& group, const std::vector<LeafLevels>& leaves, const std::string& path, size_t number) {
  if (group.columns.size() != leaves.size()) {
    return corrupt(fmt::format("row group {} of Parquet file '{}' has {} columns, the schema {}", number, path, group.columns.size(), leaves.size()));
  }
  std::map<int32_t, int64_t> values = {{0, group.num_rows}};
  for (size_t leaf = 0; leaf < leaves.size(); leaf++) {
    const int64_t own = group.columns[leaf].meta_data.num_values;
    const int64_t expected = values.emplace(leaves[leaf].repeated, own).first->second;
    if (own != expected) {
      return corrupt(fmt::format("row group {} of Parquet file '{}' has {} values in column {}, where {} are expected", number, path, own, leaf, expected));
    }
  }
  return {};
}

}  // namespace

Status check_row_groups(const duckdb_parquet::FileMetaData& metadata, uint64_t file_bytes, const std::string& path) {
  const auto leaves = leaf_levels(metadata.schema);
  if (!leaves) return unsupported(fmt::format("'{}' nests its columns deeper than {} levels; that is not offered", path, UINT8_MAX));
  int64_t rows = 0;
  for (size_t g = 0; g < metadata.row_groups.size(); g++) {
    const auto& group = metadata.row_groups[g];
    if (group.columns.size() != metadata.row_groups[0].columns.size() || group.num_rows < 0 || group.num_rows > metadata.num_rows - rows) {
      return corrupt(fmt::format("row group {} of Parquet file '{}' does not fit the file's schema and row count", g, path));
    }
    for (const auto& chunk : group.columns) DS_RETURN_IF_ERROR(check_chunk(chunk, file_bytes, path, g));
    DS_RETURN_IF_ERROR(check_values(group, *leaves, path, g));
    rows += group.num_rows;
  }
  if (rows != metadata.num_rows) {
    return corrupt(fmt::format("Parquet file '{}' claims {} rows, its row groups hold {}", path, metadata.num_rows, rows));
  }
  return {};
}

int64_t find_child(const duckdb::vector<duckdb::ParquetColumnSchema>& children, const std::string& name) {
  int64_t by_case = -1;
  for (size_t i = 0; i < children.size(); i++) {
    if (children[i].name == name) return static_cast<int64_t>(i);
    if (by_case < 0 && duckdb::StringUtil::CIEquals(children[i].name, name)) by_case = static_cast<int64_t>(i);
  }
  return by_case;
}

std::vector<duckdb::idx_t> select_row_groups(const duckdb::ParquetReader& reader, const std::vector<ParquetRange>& ranges) {
  const auto& groups = reader.GetFileMetadata()->row_groups;
  std::vector<std::pair<const ParquetRange*, const duckdb::ParquetColumnSchema*>> checks;
  for (const ParquetRange& range : ranges) {
    const auto* leaf = find_leaf(*reader.root_schema, range.path);
    if (leaf && (range.lower || range.upper)) checks.emplace_back(&range, leaf);
  }
  std::vector<duckdb::idx_t> kept;
  for (size_t g = 0; g < groups.size(); g++) {
    bool keep = groups[g].num_rows > 0;
    for (const auto& [range, leaf] : checks) {
      if (!keep) break;
      if (leaf->column_index < groups[g].columns.size()) keep = may_hold(groups[g].columns[leaf->column_index].meta_data, *leaf, *range);
    }
    if (keep) kept.push_back(g);
  }
  return kept;
}

std::vector<ChunkPlace> chunk_places(const duckdb::ParquetReader& reader, duckdb::idx_t group, const std::vector<duckdb::idx_t>& leaves) {
  const auto& metadata = *reader.GetFileMetadata();
  const auto& columns = metadata.row_groups[group].columns;
  const auto levels = leaf_levels(metadata.schema);
  auto* footer = dynamic_cast<CheckedFooter*>(reader.metadata.get());
  std::vector<ChunkPlace> places;
  for (duckdb::idx_t leaf : leaves) {
    if (leaf >= columns.size() || !levels || leaf >= levels->size()) continue;
    const auto& meta = columns[leaf].meta_data;
    const bool int96 = meta.type == duckdb_parquet::Type::INT96;
    const bool looks_inside = int96 || (*levels)[leaf].repetition > 0;
    places.push_back({{chunk_start(meta), static_cast<uint64_t>(meta.total_compressed_size)}, meta.num_values, metadata.row_groups[group].num_rows,
                      (*levels)[leaf], meta.codec, int96, looks_inside && footer ? &footer->sound_levels(group, leaf) : nullptr});
  }
  return places;
}

std::vector<bool> leaves_without_values(const duckdb::ParquetReader& reader, duckdb::idx_t group) {
  // Pages of nulls are run-length encoded levels. A damaged count of nulls must not make a column disappear, so small chunks,
  // whose size tells nothing, are read.
  constexpr int64_t kTellingValues = 1024;
  std::vector<bool> without;
  for (const auto& column : reader.GetFileMetadata()->row_groups[group].columns) {
    const auto& chunk = column.meta_data;
    const auto& statistics = chunk.statistics;
    const bool bounded = statistics.__isset.min_value || statistics.__isset.max_value || statistics.__isset.min || statistics.__isset.max;
    without.push_back(chunk.__isset.statistics && statistics.__isset.null_count && statistics.null_count == chunk.num_values && !bounded &&
                      chunk.num_values >= kTellingValues && chunk.total_uncompressed_size <= 256 + chunk.num_values / 64);
  }
  return without;
}

}  // namespace deltastream::format::parquet
