#include "connect/delta/physical_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "common/list_entries.h"
#include "connect/formats.h"

namespace deltastream::connect::delta_table {
namespace {

const LogicalType& child_of(const LogicalType& list) { return duckdb::ListType::GetChildType(list); }

bool is_list(const LogicalType& type) { return type.id() == LogicalTypeId::LIST || type.id() == LogicalTypeId::MAP; }

void rename(Vector& source, Vector& target, size_t count);

void rename_list(Vector& source, Vector& target, size_t count) {
  const size_t entries = share_list_entries(source, target, count);
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

// A part of a file: its type and ids.
struct Part {
  LogicalType type;
  const FieldId* ids;
};

std::vector<Part> parts_of(const Part& of) {
  std::vector<Part> parts;
  auto add = [&](const LogicalType& type) { parts.push_back({type, parts.size() < of.ids->children.size() ? &of.ids->children[parts.size()] : nullptr}); };
  if (of.type.id() == LogicalTypeId::STRUCT) {
    for (const auto& [name, type] : duckdb::StructType::GetChildTypes(of.type)) add(type);
  } else if (of.type.id() == LogicalTypeId::MAP) {
    add(duckdb::MapType::KeyType(of.type));
    add(duckdb::MapType::ValueType(of.type));
  } else if (of.type.id() == LogicalTypeId::LIST) {
    add(child_of(of.type));
  }
  if (std::any_of(parts.begin(), parts.end(), [](const Part& part) { return !part.ids; })) parts.clear();
  return parts;
}

// Which of the fields has the id; none of them where no field has any: then the name counts.
struct Match {
  bool by_id = false;
  std::optional<size_t> field;
};
Match find_field(const std::vector<Part>& fields, const std::vector<std::string>& names, const int32_t* id, const std::string& name) {
  Match match;
  match.by_id = id && std::any_of(fields.begin(), fields.end(), [](const Part& field) { return field.ids->id.has_value(); });
  for (size_t i = 0; i < fields.size() && !match.field; i++) {
    if (match.by_id ? fields[i].ids->id == *id : same_name(names[i], name)) match.field = i;
  }
  return match;
}

std::vector<std::string> names_of(const LogicalType& type) {
  std::vector<std::string> names;
  for (const auto& [name, child] : duckdb::StructType::GetChildTypes(type)) names.push_back(name);
  return names;
}

LogicalType renamed(const Part& wanted, const Part& there) {
  if (wanted.type.id() != there.type.id() || !wanted.type.IsNested()) return wanted.type;
  const auto wanted_parts = parts_of(wanted), parts = parts_of(there);
  if (wanted_parts.empty() || parts.empty()) return wanted.type;
  if (wanted.type.id() == LogicalTypeId::LIST) return LogicalType::LIST(renamed(wanted_parts[0], parts[0]));
  if (wanted.type.id() == LogicalTypeId::MAP) return LogicalType::MAP(renamed(wanted_parts[0], parts[0]), renamed(wanted_parts[1], parts[1]));
  const auto wanted_names = names_of(wanted.type), names = names_of(there.type);
  duckdb::child_list_t<LogicalType> fields;
  for (size_t i = 0; i < wanted_parts.size(); i++) {
    const auto& id = wanted_parts[i].ids->id;
    const Match match = find_field(parts, names, id ? &*id : nullptr, wanted_names[i]);
    if (match.field) {
      fields.emplace_back(names[*match.field], renamed(wanted_parts[i], parts[*match.field]));
    } else {
      // Longer than every name of the file, so none of them.
      std::string unknown = wanted_names[i];
      if (match.by_id) {
        for (const std::string& name : names) unknown += name;
        unknown += fmt::format("#{}", i);
      }
      fields.emplace_back(std::move(unknown), wanted_parts[i].type);
    }
  }
  return LogicalType::STRUCT(std::move(fields));
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

FieldId nested_ids(const delta::DataType& type) {
  FieldId ids;
  for (const delta::DataType& child : type.children) ids.children.push_back(nested_ids(child));
  for (const delta::StructField& field : type.fields) {
    FieldId inside = nested_ids(field.type);
    inside.id = field.column_id();
    ids.children.push_back(std::move(inside));
  }
  return ids;
}

LogicalType type_in_file(const format::ParquetReadColumn& column, const FieldId& ids, const FileFields& file) {
  duckdb::child_list_t<LogicalType> all;
  for (const Field& field : file.fields) all.emplace_back(field.name, field.type);
  FieldId root{std::nullopt, file.ids};
  Part at{LogicalType::STRUCT(std::move(all)), &root};
  for (size_t step = 0; step < column.path.size(); step++) {
    if (at.type.id() != LogicalTypeId::STRUCT) return column.type;
    const auto parts = parts_of(at);
    const int32_t* id = step < column.field_ids.size() ? &column.field_ids[step] : nullptr;
    const Match match = find_field(parts, names_of(at.type), id, column.path[step]);
    if (!match.field) return column.type;
    at = parts[*match.field];
  }
  return renamed({column.type, &ids}, at);
}

}  // namespace deltastream::connect::delta_table
