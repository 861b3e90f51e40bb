#include "delta/write/column_binding.h"

#include <algorithm>
#include <cctype>

#include "common/exception.h"
#include "delta/features/column_mapping.h"
#include "delta/write/null_check.h"
#include "duckdb/common/vector_operations/vector_operations.hpp"

namespace deltastream::delta {
namespace {

bool same_name(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return std::tolower(static_cast<unsigned char>(x)) == std::tolower(static_cast<unsigned char>(y)); });
}

// Casts between structs go by field name and fill what is missing with NULLs; a writer must lose or invent nothing.
Status check_fields(const LogicalType& from, const LogicalType& to, const std::string& path) {
  if (from.id() != to.id()) return {};
  if (to.id() == LogicalTypeId::LIST) return check_fields(duckdb::ListType::GetChildType(from), duckdb::ListType::GetChildType(to), path + ".element");
  if (to.id() == LogicalTypeId::MAP) {
    DS_RETURN_IF_ERROR(check_fields(duckdb::MapType::KeyType(from), duckdb::MapType::KeyType(to), path + ".key"));
    return check_fields(duckdb::MapType::ValueType(from), duckdb::MapType::ValueType(to), path + ".value");
  }
  if (to.id() != LogicalTypeId::STRUCT) return {};
  const auto& given = duckdb::StructType::GetChildTypes(from);
  const auto& wanted = duckdb::StructType::GetChildTypes(to);
  for (const auto& [name, type] : wanted) {
    auto found = std::find_if(given.begin(), given.end(), [&, &wanted_name = name](const auto& field) { return same_name(field.first, wanted_name); });
    if (found == given.end()) return invalid_argument("the column '" + path + "' lacks the field '" + name + "' that the table has");
    DS_RETURN_IF_ERROR(check_fields(found->second, type, path + "." + name));
  }
  if (given.size() != wanted.size()) return invalid_argument("the column '" + path + "' has fields that the table lacks");
  return {};
}

bool is_void(const StructField& field) { return field.type.kind == DataType::Kind::kPrimitive && (field.type.primitive == "void" || field.type.primitive == "null"); }

std::unique_ptr<DataChunk> make_chunk(const std::vector<LogicalType>& types, bool with_memory) {
  auto chunk = std::make_unique<DataChunk>();
  duckdb::vector<LogicalType> list(types.begin(), types.end());
  if (with_memory) {
    chunk->Initialize(duckdb::Allocator::DefaultAllocator(), list);
  } else {
    chunk->InitializeEmpty(list);
  }
  return chunk;
}

std::vector<LogicalType> types_of(const std::vector<Field>& fields) {
  std::vector<LogicalType> types;
  for (const auto& field : fields) types.push_back(field.type);
  return types;
}

}  // namespace

Result<ColumnBinding> ColumnBinding::create(const Snapshot& table, const std::vector<Field>& columns) {
  ColumnBinding binding;
  binding.schema_ = table.schema();
  for (const auto& column : columns) {
    if (!binding.schema_.find(column.name)) return invalid_argument("the column '" + column.name + "' is no column of " + table.where());
    binding.source_types_.push_back(column.type);
  }
  std::vector<const StructField*> fields, in_files;
  for (const auto& field : binding.schema_.fields) {
    if (is_void(field)) continue;
    if (contains_primitive(field.type, "void") || contains_primitive(field.type, "null")) {
      return unsupported("the column '" + field.name + "' of " + table.where() + " holds the type void inside, which cannot be written");
    }
    fields.push_back(&field);
  }
  DS_TRY_DUCKDB({
    for (const auto* field : fields) DS_RETURN_IF_ERROR(binding.add_column(table, *field, columns));
  });
  if (binding.file_columns_.empty()) return unsupported(table.where() + " has no column that its files would hold");
  const auto& partitions = table.partition_columns();
  for (const auto* field : fields) {
    if (std::find(partitions.begin(), partitions.end(), field->name) == partitions.end()) in_files.push_back(field);
  }
  if (table.column_mapping() != ColumnMappingMode::kNone) binding.field_ids_ = delta::field_ids(in_files);
  std::vector<LogicalType> cast_types;
  for (const auto& column : binding.columns_) cast_types.push_back(column.type);
  DS_TRY_DUCKDB({
    binding.data_ = make_chunk(types_of(binding.file_columns_), false);
    binding.keys_ = make_chunk(types_of(binding.key_columns_), false);
    binding.casts_ = make_chunk(cast_types, true);
  });
  for (auto& column : binding.columns_) {
    bool is_key = std::find(partitions.begin(), partitions.end(), column.name) != partitions.end();
    column.target = is_key ? binding.keys_.get() : binding.data_.get();
  }
  return binding;
}

Status ColumnBinding::add_column(const Snapshot& table, const StructField& field, const std::vector<Field>& columns) {
  Column column;
  column.name = field.name;
  auto source = std::find_if(columns.begin(), columns.end(), [&](const Field& given) { return same_name(given.name, field.name); });
  if (source == columns.end()) return invalid_argument("the column '" + field.name + "' of " + table.where() + " is not given");
  column.source = static_cast<size_t>(source - columns.begin());
  DS_ASSIGN_OR_RETURN(column.type, logical_type(field.type).context("column '" + field.name + "'"));
  DS_RETURN_IF_ERROR(check_fields(source->type, column.type, field.name));
  column.cast = source->type != column.type;
  DS_ASSIGN_OR_RETURN(column.width, text_width(field).context(table.where()));
  if (forbids_nulls(field)) column.field = &field;
  DS_ASSIGN_OR_RETURN(LogicalType physical, physical_type(field.type, table.column_mapping()));
  Field target{field.physical_name(table.column_mapping()), physical, field.nullable};
  const auto& partitions = table.partition_columns();
  auto partition = std::find(partitions.begin(), partitions.end(), field.name);
  if (partition == partitions.end()) {
    column.position = file_columns_.size();
    file_columns_.push_back(std::move(target));
  } else {
    column.position = static_cast<size_t>(partition - partitions.begin());
    key_columns_.resize(partitions.size());
    key_columns_[column.position] = std::move(target);
  }
  columns_.push_back(std::move(column));
  return {};
}

Status ColumnBinding::cast(const Column& column, Vector& from, Vector& to, size_t count) {
  std::string complaint;
  bool good = false;
  try {
    good = duckdb::VectorOperations::DefaultTryCast(from, to, count, &complaint);
  } catch (const std::exception& exception) {
    complaint = error_from_exception(exception).message();
  }
  if (good) return {};
  return invalid_argument("the column '" + column.name + "' takes " + column.type.ToString() + ": " + complaint);
}

Status ColumnBinding::bind(DataChunk& rows) {
  if (rows.ColumnCount() != source_types_.size()) {
    return internal("rows of " + std::to_string(rows.ColumnCount()) + " columns are written where " + std::to_string(source_types_.size()) + " were announced");
  }
  for (size_t i = 0; i < source_types_.size(); i++) {
    if (rows.data[i].GetType() != source_types_[i]) {
      return internal("column " + std::to_string(i + 1) + " is " + rows.data[i].GetType().ToString() + " where " + source_types_[i].ToString() + " was announced");
    }
  }
  const size_t count = rows.size();
  casts_->Reset();
  for (size_t i = 0; i < columns_.size(); i++) {
    const auto& column = columns_[i];
    Vector* values = &rows.data[column.source];
    if (column.cast) {
      DS_RETURN_IF_ERROR(cast(column, *values, casts_->data[i], count));
      values = &casts_->data[i];
    }
    if (column.field) DS_TRY_DUCKDB(DS_RETURN_IF_ERROR(check_nulls(*column.field, *values, count, column.name)));
    Vector& target = column.target->data[column.position];
    if (column.width) {
      DS_TRY_DUCKDB({
        DS_ASSIGN_OR_RETURN(Vector fitted, fit_width(*column.width, column.name, *values, count));
        target.Reference(fitted);
      });
      continue;
    }
    if (target.GetType() == values->GetType()) {
      target.Reference(*values);
    } else {
      target.Reinterpret(*values);  // the same values under physical names
    }
  }
  data_->SetCardinality(count);
  keys_->SetCardinality(count);
  return {};
}

}  // namespace deltastream::delta
