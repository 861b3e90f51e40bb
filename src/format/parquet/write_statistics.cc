#include "format/parquet/write_statistics.h"

#include <cmath>

#include "parquet_statistics.hpp"

namespace deltastream::format::parquet {
namespace {

duckdb::ParquetColumnSchema schema_of(const LogicalType& type) {
  duckdb::ParquetColumnSchema schema;
  schema.type = type;
  if (type.id() == LogicalTypeId::DECIMAL) {
    switch (type.InternalType()) {
      case duckdb::PhysicalType::INT64: schema.type_info = duckdb::ParquetExtraTypeInfo::DECIMAL_INT64; break;
      case duckdb::PhysicalType::INT128: schema.type_info = duckdb::ParquetExtraTypeInfo::DECIMAL_BYTE_ARRAY; break;
      default: schema.type_info = duckdb::ParquetExtraTypeInfo::DECIMAL_INT32; break;
    }
  } else if (type.id() == LogicalTypeId::TIMESTAMP_NS) {
    schema.type_info = duckdb::ParquetExtraTypeInfo::UNIT_NS;
  } else if (type.id() == LogicalTypeId::TIMESTAMP_MS) {
    schema.type_info = duckdb::ParquetExtraTypeInfo::UNIT_MS;
  } else {
    schema.type_info = duckdb::ParquetExtraTypeInfo::UNIT_MICROS;
  }
  return schema;
}

void widen(ColumnStatistics& column, const Value& min, const Value& max) {
  if (!min.IsNull() && (!column.min || min < *column.min)) column.min = min;
  if (!max.IsNull() && (!column.max || max > *column.max)) column.max = max;
}

// Smallest and largest number of a vector; NaN only raises the flag.
template <class T>
void watch_numbers(const duckdb::UnifiedVectorFormat& format, size_t rows, ColumnStatistics& column, Value (*make)(T)) {
  const T* values = duckdb::UnifiedVectorFormat::GetData<T>(format);
  bool any = false, has_nan = false;
  T min = 0, max = 0;
  for (size_t i = 0; i < rows; i++) {
    const auto row = format.sel->get_index(i);
    if (!format.validity.RowIsValid(row)) continue;
    const T value = values[row];
    if (std::isnan(value)) {
      has_nan = true;
      continue;
    }
    if (!any || value < min) min = value;
    if (!any || value > max) max = value;
    any = true;
  }
  column.has_nan |= has_nan;
  if (any) widen(column, make(min), make(max));
}

// The children of a flat struct, with its NULLs put on them.
Vector& field_of(Vector& parent, size_t field, size_t rows) {
  parent.Flatten(rows);
  Vector& child = *duckdb::StructVector::GetEntries(parent)[field];
  const auto& validity = duckdb::FlatVector::Validity(parent);
  if (validity.AllValid()) return child;
  child.Flatten(rows);
  for (size_t i = 0; i < rows; i++) {
    if (!validity.RowIsValid(i)) duckdb::FlatVector::SetNull(child, i, true);
  }
  return child;
}

}  // namespace

WriteStatistics::WriteStatistics(const std::vector<Field>& columns) {
  for (size_t i = 0; i < columns.size(); i++) {
    std::vector<std::string> path = {columns[i].name};
    std::vector<size_t> fields;
    collect(columns[i].type, path, fields, i, false);
  }
}

void WriteStatistics::collect(const LogicalType& type, std::vector<std::string>& path, std::vector<size_t>& fields, size_t column,
                              bool repeated) {
  switch (type.id()) {
    case LogicalTypeId::STRUCT: {
      const auto& children = duckdb::StructType::GetChildTypes(type);
      for (size_t i = 0; i < children.size(); i++) {
        path.push_back(children[i].first);
        fields.push_back(i);
        collect(children[i].second, path, fields, column, repeated);
        path.pop_back();
        fields.pop_back();
      }
      return;
    }
    case LogicalTypeId::LIST: return collect(duckdb::ListType::GetChildType(type), path, fields, column, true);
    case LogicalTypeId::MAP:
      collect(duckdb::MapType::KeyType(type), path, fields, column, true);
      return collect(duckdb::MapType::ValueType(type), path, fields, column, true);
    default: break;
  }
  const size_t number = leaf_count_++;
  if (repeated) return;
  const bool floating = type.id() == LogicalTypeId::FLOAT || type.id() == LogicalTypeId::DOUBLE;
  leaves_.push_back({number, column, fields, floating, false, schema_of(type)});
  ColumnStatistics statistics;
  statistics.path = path;
  statistics.type = type;
  columns_.push_back(std::move(statistics));
}

void WriteStatistics::watch(DataChunk& rows) {
  for (size_t i = 0; i < leaves_.size(); i++) {
    if (!leaves_[i].floating) continue;
    Vector* vector = &rows.data[leaves_[i].column];
    for (size_t field : leaves_[i].fields) vector = &field_of(*vector, field, rows.size());
    watch_leaf(*vector, i, rows.size());
  }
}

void WriteStatistics::watch_leaf(Vector& vector, size_t leaf, size_t rows) {
  duckdb::UnifiedVectorFormat format;
  vector.ToUnifiedFormat(rows, format);
  if (vector.GetType().id() == LogicalTypeId::FLOAT) {
    watch_numbers<float>(format, rows, columns_[leaf], &Value::FLOAT);
  } else {
    watch_numbers<double>(format, rows, columns_[leaf], &Value::DOUBLE);
  }
}

void WriteStatistics::add(const duckdb_parquet::RowGroup& group) {
  for (size_t i = 0; i < leaves_.size(); i++) {
    const duckdb_parquet::Statistics& statistics = group.columns[leaves_[i].in_group].meta_data.statistics;
    columns_[i].null_count += static_cast<uint64_t>(statistics.null_count);
    if (leaves_[i].floating) continue;
    const LogicalType& type = columns_[i].type;
    if (statistics.null_count == group.num_rows) continue;
    if (!statistics.__isset.min_value || !statistics.__isset.max_value) {
      // Values without bounds (text that cannot be shortened): the file has none either.
      leaves_[i].unbounded = true;
      columns_[i].min = columns_[i].max = std::nullopt;
    }
    if (leaves_[i].unbounded) continue;
    widen(columns_[i], duckdb::ParquetStatisticsUtils::ConvertValue(type, leaves_[i].schema, statistics.min_value),
          duckdb::ParquetStatisticsUtils::ConvertValue(type, leaves_[i].schema, statistics.max_value));
  }
}

}  // namespace deltastream::format::parquet
