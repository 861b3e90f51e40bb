#include "connect/delta/physical_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "connect/formats.h"

namespace deltastream::connect::delta_table {
namespace {

const LogicalType& child_of(const LogicalType& list) { return duckdb::ListType::GetChildType(list); }

bool is_list(const LogicalType& type) { return type.id() == LogicalTypeId::LIST || type.id() == LogicalTypeId::MAP; }

void rename(Vector& source, Vector& target, size_t count);

void rename_list(Vector& source, Vector& target, size_t count) {
  source.Flatten(count);
  const size_t entries = duckdb::ListVector::GetListSize(source);
  duckdb::ListVector::Reserve(target, entries);
  duckdb::ListVector::SetListSize(target, entries);
  std::memcpy(duckdb::FlatVector::GetData(target), duckdb::FlatVector::GetData(source), count * sizeof(duckdb::list_entry_t));
  duckdb::FlatVector::SetValidity(target, duckdb::FlatVector::Validity(source));
  rename(duckdb::ListVector::GetEntry(source), duckdb::ListVector::GetEntry(target), entries);
}

void rename(Vector& source, Vector& target, size_t count) {
  if (source.GetType() == target.GetType()) {
    target.Reference(source);
  } else if (is_list(source.GetType())) {
    rename_list(source, target, count);
  } else {
    source.Flatten(count);
    duckdb::FlatVector::SetValidity(target, duckdb::FlatVector::Validity(source));
    auto& from = duckdb::StructVector::GetEntries(source);
    auto& to = duckdb::StructVector::GetEntries(target);
    for (size_t i = 0; i < from.size(); i++) rename(*from[i], *to[i], count);
  }
}

bool has_field(const LogicalType& type, const std::string& name) {
  const auto& fields = duckdb::StructType::GetChildTypes(type);
  return std::any_of(fields.begin(), fields.end(), [&](const auto& field) { return same_name(field.first, name); });
}

Status check_struct(const LogicalType& wanted, const LogicalType& in_file) {
  std::string absent, unknown;
  for (const auto& [name, type] : duckdb::StructType::GetChildTypes(in_file)) {
    if (!has_field(wanted, name)) unknown = name;
  }
  for (const auto& [name, type] : duckdb::StructType::GetChildTypes(wanted)) {
    if (!has_field(in_file, name)) absent = name;
    for (const auto& [file_name, file_type] : duckdb::StructType::GetChildTypes(in_file)) {
      if (same_name(file_name, name)) DS_RETURN_IF_ERROR(check_physical_names(type, file_type));
    }
  }
  if (absent.empty() || unknown.empty()) return {};
  return unsupported(fmt::format("its field '{}' is none of the table's and the table's '{}' is none of the file's; whether they are one can be told by field ids "
                                 "only, which are not looked at inside of columns here: read the table by a query in batch, or rewrite the file",
                                 unknown, absent));
}

}  // namespace

LogicalType physical_type(const LogicalType& declared, const delta::DataType& type, delta::ColumnMappingMode mode) {
  switch (type.kind) {
    case delta::DataType::Kind::kPrimitive: break;
    case delta::DataType::Kind::kArray: return LogicalType::LIST(physical_type(child_of(declared), type.children[0], mode));
    case delta::DataType::Kind::kMap:
      return LogicalType::MAP(physical_type(duckdb::MapType::KeyType(declared), type.children[0], mode),
                              physical_type(duckdb::MapType::ValueType(declared), type.children[1], mode));
    case delta::DataType::Kind::kStruct: {
      duckdb::child_list_t<LogicalType> fields;
      for (size_t i = 0; i < type.fields.size(); i++) {
        const LogicalType& child = duckdb::StructType::GetChildType(declared, i);
        fields.emplace_back(type.fields[i].physical_name(mode), physical_type(child, type.fields[i].type, mode));
      }
      return LogicalType::STRUCT(std::move(fields));
    }
  }
  return declared;
}

Vector with_declared_names(Vector& source, const LogicalType& type, size_t count) {
  Vector target(type, std::max<size_t>(count, 1));
  rename(source, target, count);
  return target;
}

Status check_physical_names(const LogicalType& wanted, const LogicalType& in_file) {
  if (is_list(wanted) && wanted.id() == in_file.id()) return check_physical_names(child_of(wanted), child_of(in_file));
  if (wanted.id() == LogicalTypeId::STRUCT && in_file.id() == LogicalTypeId::STRUCT) return check_struct(wanted, in_file);
  return {};
}

}  // namespace deltastream::connect::delta_table
