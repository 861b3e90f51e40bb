// The files of a version as an Arrow stream.

#include <fmt/format.h>

#include <memory>

#include "capi/error.h"
#include "capi/table.h"
#include "delta/file_statistics.h"
#include "delta/scan.h"
#include "delta/statistics.h"
#include "format/arrow_stream.h"

namespace deltastream::capi {
namespace {

std::vector<Field> file_columns() {
  return {{"path", LogicalType::VARCHAR, false},
          {"size", LogicalType::BIGINT, false},
          {"modification_time", LogicalType::TIMESTAMP_TZ, false},
          {"partition_values", LogicalType::MAP(LogicalType::VARCHAR, LogicalType::VARCHAR), false},
          {"num_records", LogicalType::BIGINT, true},
          {"statistics", LogicalType::VARCHAR, true},
          {"deletion_vector", LogicalType::VARCHAR, true},
          {"deleted_rows", LogicalType::BIGINT, true},
          {"base_row_id", LogicalType::BIGINT, true},
          {"default_row_commit_version", LogicalType::BIGINT, true}};
}

Value optional_number(const std::optional<int64_t>& number) { return number ? Value::BIGINT(*number) : Value(LogicalType::BIGINT); }
Value optional_text(bool given, std::string_view text) { return given ? Value(std::string(text)) : Value(LogicalType::VARCHAR); }

Result<std::vector<Value>> file_row(const delta::FileView& file, const storage::ObjectStore& store) {
  DS_ASSIGN_OR_RETURN(delta::FilePath path, delta::resolve_path(file.path, store));
  DS_ASSIGN_OR_RETURN(delta::PartitionValues partition_values, delta::parse_partition_values(file.partition_values));
  duckdb::vector<Value> names, values;
  for (const auto& [name, value] : partition_values) {
    names.emplace_back(name);
    values.push_back(optional_text(value.has_value(), value.value_or("")));
  }
  const bool deleted = file.deletion_vector.storage_type != 0;
  return std::vector<Value>{Value(path.path),
                            Value::BIGINT(file.size),
                            Value::TIMESTAMPTZ(duckdb::timestamp_tz_t(file.time * 1000)),
                            Value::MAP(LogicalType::VARCHAR, LogicalType::VARCHAR, std::move(names), std::move(values)),
                            optional_number(file.stats.empty() ? std::nullopt : delta::StatisticsReader(file.stats).num_records()),
                            optional_text(!file.stats.empty(), file.stats),
                            deleted ? Value(delta::to_descriptor(file.deletion_vector).unique_id()) : Value(LogicalType::VARCHAR),
                            deleted ? Value::BIGINT(file.deletion_vector.cardinality) : Value(LogicalType::BIGINT),
                            optional_number(file.base_row_id),
                            optional_number(file.default_row_commit_version)};
}

// The rows are gathered at once: the table may move on or go before the stream is read.
Status export_files(const ds_table& table, ArrowArrayStream* stream) {
  auto rows = std::make_shared<std::vector<std::vector<Value>>>();
  delta::FileStatistics statistics(table.snapshot);
  DS_RETURN_IF_ERROR(table.snapshot.files().for_each([&](const delta::FileView& file) -> Status {
    DS_ASSIGN_OR_RETURN(delta::FileView whole, statistics.with(file));
    DS_ASSIGN_OR_RETURN(auto row, file_row(whole, *table.snapshot.store()));
    rows->push_back(std::move(row));
    return {};
  }));
  auto source = [rows, next = size_t{0}](DataChunk& out) mutable -> Status {
    size_t row = 0;
    for (; row < kChunkRows && next < rows->size(); row++, next++) {
      for (size_t column = 0; column < (*rows)[next].size(); column++) out.SetValue(column, row, (*rows)[next][column]);
    }
    out.SetCardinality(row);
    return {};
  };
  return format::export_arrow_stream(file_columns(), std::move(source), stream);
}

}  // namespace
}  // namespace deltastream::capi

using namespace deltastream;

extern "C" ds_error* ds_table_files(const ds_table* table, struct ArrowArrayStream* stream) {
  return capi::guarded([&]() -> Status {
    DS_RETURN_IF_ERROR(capi::require(table, "table"));
    DS_RETURN_IF_ERROR(capi::require(stream, "stream"));
    return capi::export_files(*table, stream);
  });
}
