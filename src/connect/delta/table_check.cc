#include "connect/delta/table_check.h"

#include <fmt/format.h>

#include <algorithm>

#include "connect/formats.h"

namespace deltastream::connect::delta_table {
namespace {

// Whether rows of type `from` can stand in a column of type `to` as they are: the same primitives, the same nesting.
bool same_type(const delta::DataType& from, const delta::DataType& to) {
  using Kind = delta::DataType::Kind;
  if (from.kind != to.kind) return false;
  if (from.kind == Kind::kPrimitive) return from.primitive == to.primitive;
  if (from.kind == Kind::kStruct) {
    return std::equal(from.fields.begin(), from.fields.end(), to.fields.begin(), to.fields.end(), [](const auto& a, const auto& b) {
      return same_name(a.name, b.name) && same_type(a.type, b.type);
    });
  }
  return std::equal(from.children.begin(), from.children.end(), to.children.begin(), to.children.end(), same_type);
}

std::string type_name(const delta::DataType& type) {
  using Kind = delta::DataType::Kind;
  switch (type.kind) {
    case Kind::kPrimitive: return type.primitive;
    case Kind::kArray: return fmt::format("array<{}>", type_name(type.children[0]));
    case Kind::kMap: return fmt::format("map<{}, {}>", type_name(type.children[0]), type_name(type.children[1]));
    case Kind::kStruct: break;
  }
  std::vector<std::string> fields;
  for (const auto& field : type.fields) fields.push_back(field.name + ": " + type_name(field.type));
  return fmt::format("struct<{}>", fmt::join(fields, ", "));
}

}  // namespace

Status check_columns(const std::string& table, const std::vector<Field>& fields, const delta::Snapshot& snapshot) {
  std::vector<std::string> differences;
  for (const Field& field : fields) {
    DS_ASSIGN_OR_RETURN(auto wanted, delta::delta_type(field.type).context(fmt::format("table '{}', column '{}'", table, field.name)));
    const delta::StructField* there = snapshot.schema().find(field.name);
    if (!there) {
      differences.push_back(fmt::format("'{}' is not in it", field.name));
    } else if (!same_type(wanted, there->type)) {
      differences.push_back(fmt::format("'{}' is {} in it, not {}", field.name, type_name(there->type), type_name(wanted)));
    }
  }
  for (const delta::StructField& field : snapshot.schema().fields) {
    bool given = std::any_of(fields.begin(), fields.end(), [&](const Field& known) { return same_name(known.name, field.name); });
    if (!given) differences.push_back(fmt::format("its column '{}' is not declared", field.name));
  }
  if (differences.empty()) return {};
  return invalid_argument(fmt::format("table '{}' does not fit {}: {}", table, snapshot.where(), fmt::join(differences, "; ")));
}

Status check_partitions(const std::string& table, const std::vector<std::string>& partitions, const delta::Snapshot& snapshot) {
  const auto& there = snapshot.partition_columns();
  bool same = std::equal(partitions.begin(), partitions.end(), there.begin(), there.end(), [](const auto& a, const auto& b) { return same_name(a, b); });
  if (same) return {};
  return invalid_argument(fmt::format("table '{}' is declared with the partition columns ({}), but {} has ({})", table, fmt::join(partitions, ", "),
                                      snapshot.where(), fmt::join(there, ", ")));
}

}  // namespace deltastream::connect::delta_table
