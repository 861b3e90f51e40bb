#include "format/parquet/projection.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <optional>

#include "common/exception.h"
#include "common/list_entries.h"
#include "duckdb/common/string_util.hpp"
#include "duckdb/common/vector_operations/vector_operations.hpp"
#include "format/parquet/row_groups.h"

namespace deltastream::format::parquet {
namespace {

using Schema = duckdb::ParquetColumnSchema;

bool is_struct(const Schema& schema) {
  return schema.type.id() == LogicalTypeId::STRUCT && schema.schema_type == duckdb::ParquetColumnSchemaType::COLUMN && !schema.children.empty();
}

// The parts of a file column that are needed.
struct Needed {
  bool whole = false;
  std::map<size_t, Needed> fields;
};

// Marks what `type` wants of `schema`: of a struct the fields it names, of anything else all.
void need(const Schema& schema, const LogicalType& type, Needed& needed) {
  if (is_struct(schema) && type.id() == LogicalTypeId::STRUCT) {
    bool any = false;
    for (const auto& [name, child] : duckdb::StructType::GetChildTypes(type)) {
      const int64_t field = find_child(schema.children, name);
      if (field < 0) continue;
      need(schema.children[field], child, needed.fields[field]);
      any = true;
    }
    if (any) return;
  }
  needed.whole = true;
}

duckdb::ColumnIndex to_index(size_t number, const Needed& needed) {
  duckdb::vector<duckdb::ColumnIndex> children;
  if (!needed.whole) {
    for (const auto& [field, below] : needed.fields) children.push_back(to_index(field, below));
  }
  return duckdb::ColumnIndex(number, std::move(children));
}

void collect_leaves(const Schema& schema, const Needed* needed, std::vector<duckdb::idx_t>& leaves) {
  if (schema.children.empty() || schema.schema_type == duckdb::ParquetColumnSchemaType::GEOMETRY) {
    leaves.push_back(schema.column_index);
    return;
  }
  for (size_t i = 0; i < schema.children.size(); i++) {
    if (!needed || needed->whole) {
      collect_leaves(schema.children[i], nullptr, leaves);
    } else if (auto found = needed->fields.find(i); found != needed->fields.end()) {
      collect_leaves(schema.children[i], &found->second, leaves);
    }
  }
}

// Of a list or map DuckDB keeps the group within; the id stands on the one around it.
std::optional<int32_t> field_id(const duckdb::ParquetReader& reader, const Schema& schema) {
  const auto& elements = reader.GetFileMetadata()->schema;
  for (const auto& index : {schema.schema_index, schema.parent_schema_index}) {
    if (index.IsValid() && elements[index.GetIndex()].__isset.field_id) return elements[index.GetIndex()].field_id;
  }
  return std::nullopt;
}

const duckdb::vector<Schema>& children_of(const Schema& schema) {
  const bool map = schema.type.id() == LogicalTypeId::MAP && schema.children.size() == 1;  // of one struct of key and value
  return map ? schema.children[0].children : schema.children;
}

// One step of a column's path; -1 when the file has no such column.
int64_t find_step(const duckdb::ParquetReader& reader, const Schema& parent, const ParquetReadColumn& column, size_t step) {
  if (step >= column.field_ids.size()) return find_child(parent.children, column.path[step]);
  bool any = false;
  for (size_t i = 0; i < parent.children.size(); i++) {
    auto id = field_id(reader, parent.children[i]);
    any = any || id;
    if (id == column.field_ids[step]) return static_cast<int64_t>(i);
  }
  return any ? -1 : find_child(parent.children, column.path[step]);
}

// A struct may be there though its fields are all null, so only leaves are judged, and of lists and maps those that may be
// told by their entries.
bool is_null_throughout(const Schema& schema, bool empty_may_be_null, const std::vector<bool>& without) {
  if (without.empty() || (!schema.children.empty() && !empty_may_be_null) || schema.schema_type == duckdb::ParquetColumnSchemaType::GEOMETRY) return false;
  std::vector<duckdb::idx_t> leaves;
  collect_leaves(schema, nullptr, leaves);
  return std::all_of(leaves.begin(), leaves.end(), [&](duckdb::idx_t leaf) { return leaf < without.size() && without[leaf]; });
}

void set_null(Vector& vector) {
  vector.SetVectorType(duckdb::VectorType::CONSTANT_VECTOR);
  duckdb::ConstantVector::SetNull(vector, true);
}

bool convert_vector(Vector& source, Vector& target, size_t count, std::string& error);

// Lists and maps, entry by entry as their columns are.
bool convert_list(Vector& source, Vector& target, size_t count, std::string& error) {
  const size_t entries = share_list_entries(source, target, count);
  return convert_vector(duckdb::ListVector::GetEntry(source), duckdb::ListVector::GetEntry(target), entries, error);
}

// By name, since files are older or younger than the table they belong to.
bool convert_struct(Vector& source, Vector& target, size_t count, std::string& error) {
  source.Flatten(count);
  duckdb::FlatVector::Validity(target) = duckdb::FlatVector::Validity(source);
  auto& from = duckdb::StructVector::GetEntries(source);
  auto& to = duckdb::StructVector::GetEntries(target);
  const auto& from_fields = duckdb::StructType::GetChildTypes(source.GetType());
  const auto& to_fields = duckdb::StructType::GetChildTypes(target.GetType());
  for (size_t t = 0; t < to_fields.size(); t++) {
    size_t f = 0;
    while (f < from_fields.size() && from_fields[f].first != to_fields[t].first) f++;
    if (f == from_fields.size()) {
      f = 0;
      while (f < from_fields.size() && !duckdb::StringUtil::CIEquals(from_fields[f].first, to_fields[t].first)) f++;
    }
    if (f == from_fields.size()) {
      set_null(*to[t]);
    } else if (!convert_vector(*from[f], *to[t], count, error)) {
      return false;
    }
  }
  return true;
}

// Old writers did not mark text as text.
bool text_from_bytes(Vector& source, Vector& target, size_t count, std::string& error) {
  duckdb::UnifiedVectorFormat rows;
  source.ToUnifiedFormat(count, rows);
  const auto* bytes = duckdb::UnifiedVectorFormat::GetData<duckdb::string_t>(rows);
  for (size_t i = 0; i < count; i++) {
    const auto row = rows.sel->get_index(i);
    if (rows.validity.RowIsValid(row) && !Value::StringIsValid(bytes[row].GetData(), bytes[row].GetSize())) {
      error = "bytes that are no UTF-8 text";
      return false;
    }
  }
  target.Reinterpret(source);
  return true;
}

bool convert_vector(Vector& source, Vector& target, size_t count, std::string& error) {
  const LogicalType& from = source.GetType();
  const LogicalType& to = target.GetType();
  if (from == to) {
    target.Reference(source);
    return true;
  }
  if (from.id() == LogicalTypeId::STRUCT && to.id() == LogicalTypeId::STRUCT) return convert_struct(source, target, count, error);
  if (from.id() == to.id() && (from.id() == LogicalTypeId::LIST || from.id() == LogicalTypeId::MAP)) return convert_list(source, target, count, error);
  if (from.id() == LogicalTypeId::BLOB && to.id() == LogicalTypeId::VARCHAR) return text_from_bytes(source, target, count, error);
  return duckdb::VectorOperations::DefaultTryCast(source, target, count, &error, false);
}

}  // namespace

ParquetWriteOptions::FieldId field_ids(const duckdb::ParquetReader& reader, const Schema& schema) {
  ParquetWriteOptions::FieldId ids{field_id(reader, schema), {}};
  for (const Schema& child : children_of(schema)) ids.children.push_back(field_ids(reader, child));
  return ids;
}

Projection::Projection(const duckdb::ParquetReader& reader, const std::vector<ParquetReadColumn>& columns, const std::vector<bool>& without) {
  const Schema& root = *reader.root_schema;
  std::map<size_t, Needed> needed;
  std::vector<int64_t> top(columns.size(), -1);
  for (size_t i = 0; i < columns.size(); i++) {
    Column column;
    column.name = fmt::format("{}", fmt::join(columns[i].path, "."));
    const Schema* at = &root;
    Needed* mark = nullptr;
    std::vector<size_t> fields;
    for (size_t step = 0; step < columns[i].path.size(); step++) {
      const int64_t child = at == &root || is_struct(*at) ? find_step(reader, *at, columns[i], step) : -1;
      at = child < 0 ? nullptr : &at->children[child];
      if (!at) break;
      fields.push_back(child);
    }
    if (at && !fields.empty() && !is_null_throughout(*at, columns[i].empty_may_be_null, without)) {
      mark = &needed[fields[0]];
      for (size_t f = 1; f < fields.size(); f++) mark = &mark->fields[fields[f]];
      need(*at, columns[i].type, *mark);
      column.missing = false;
      column.fields.assign(fields.begin() + 1, fields.end());
      top[i] = static_cast<int64_t>(fields[0]);
    }
    columns_.push_back(std::move(column));
    types_.push_back(columns[i].type);
  }
  std::map<size_t, size_t> position;
  for (const auto& [number, below] : needed) {
    position[number] = indexes_.size();
    indexes_.push_back(to_index(number, below));
    scan_types_.push_back(root.children[number].type);
    collect_leaves(root.children[number], &below, leaves_);
  }
  for (size_t i = 0; i < columns_.size(); i++) {
    if (!columns_[i].missing) columns_[i].scan_column = position[top[i]];
  }
}

Status Projection::convert(DataChunk& scanned, DataChunk& out) const {
  const size_t count = scanned.size();
  for (size_t i = 0; i < columns_.size(); i++) {
    const Column& column = columns_[i];
    if (column.missing) {
      set_null(out.data[i]);
      continue;
    }
    std::string error;
    bool fits = false;
    DS_TRY_DUCKDB({
      Vector* source = &scanned.data[column.scan_column];
      for (size_t field : column.fields) {
        // A flat struct keeps its fields as they are: a field is null where the struct is, and flattening would copy what is in dictionaries.
        if (source->GetVectorType() != duckdb::VectorType::FLAT_VECTOR) source->Flatten(count);
        source = duckdb::StructVector::GetEntries(*source)[field].get();
      }
      fits = convert_vector(*source, out.data[i], count, error);
    })
    if (!fits) return invalid_argument(fmt::format("column '{}' cannot be read as {}: {}", column.name, types_[i].ToString(), error));
  }
  out.SetCardinality(count);
  return {};
}

}  // namespace deltastream::format::parquet
