#include "delta/write/null_check.h"

#include <algorithm>

namespace deltastream::delta {
namespace {

using Rows = std::vector<uint32_t>;

bool type_forbids_nulls(const DataType& type) {
  if (type.kind == DataType::Kind::kArray && !type.contains_null) return true;
  if (type.kind == DataType::Kind::kMap && !type.contains_null) return true;
  return std::any_of(type.fields.begin(), type.fields.end(), forbids_nulls) ||
         std::any_of(type.children.begin(), type.children.end(), type_forbids_nulls);
}

Error null_in(const std::string& path) { return invalid_argument("the column '" + path + "' must not be NULL"); }

Status check_type(const DataType& type, Vector& values, size_t count, const Rows& rows, const std::string& path);

// `rows` are those of `count` in which every parent is there.
Status check_values(bool nullable, const DataType& type, Vector& values, size_t count, const Rows& rows, const std::string& path) {
  duckdb::UnifiedVectorFormat format;
  values.ToUnifiedFormat(count, format);
  Rows there;
  for (uint32_t row : rows) {
    bool valid = format.validity.RowIsValid(format.sel->get_index(row));
    if (!valid && !nullable) return null_in(path);
    if (valid) there.push_back(row);
  }
  return type_forbids_nulls(type) ? check_type(type, values, count, there, path) : Status();
}

Status check_type(const DataType& type, Vector& values, size_t count, const Rows& rows, const std::string& path) {
  values.Flatten(count);
  if (type.kind == DataType::Kind::kStruct) {
    auto& children = duckdb::StructVector::GetEntries(values);
    for (size_t i = 0; i < type.fields.size(); i++) {
      const auto& field = type.fields[i];
      DS_RETURN_IF_ERROR(check_values(field.nullable, field.type, *children[i], count, rows, path + "." + field.name));
    }
    return {};
  }
  // A map is a list of key-value structs.
  const auto* entries = duckdb::FlatVector::GetData<duckdb::list_entry_t>(values);
  Rows elements;
  for (uint32_t row : rows) {
    for (uint64_t i = 0; i < entries[row].length; i++) elements.push_back(static_cast<uint32_t>(entries[row].offset + i));
  }
  size_t size = duckdb::ListVector::GetListSize(values);
  if (type.kind == DataType::Kind::kArray) {
    return check_values(type.contains_null, type.children[0], duckdb::ListVector::GetEntry(values), size, elements, path + ".element");
  }
  DS_RETURN_IF_ERROR(check_values(true, type.children[0], duckdb::MapVector::GetKeys(values), size, elements, path + ".key"));
  return check_values(type.contains_null, type.children[1], duckdb::MapVector::GetValues(values), size, elements, path + ".value");
}

}  // namespace

bool forbids_nulls(const StructField& field) { return !field.nullable || type_forbids_nulls(field.type); }

Status check_nulls(const StructField& field, Vector& values, size_t count, const std::string& path) {
  Rows rows(count);
  for (size_t i = 0; i < count; i++) rows[i] = static_cast<uint32_t>(i);
  return check_values(field.nullable, field.type, values, count, rows, path);
}

}  // namespace deltastream::delta
