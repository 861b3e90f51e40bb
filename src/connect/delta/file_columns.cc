#include "connect/delta/file_columns.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "common/suggest.h"
#include "connect/delta/physical_names.h"
#include "connect/formats.h"

namespace deltastream::connect::delta_table {
namespace {

const delta::StructField* find_field(const std::vector<delta::StructField>& fields, const std::string& name) {
  for (const delta::StructField& field : fields) {
    if (same_name(field.name, name)) return &field;
  }
  return nullptr;
}

bool is_time(const LogicalType& type) { return type.id() == LogicalTypeId::TIMESTAMP || type.id() == LogicalTypeId::TIMESTAMP_TZ; }

// Whether rows of the table can be read as declared: the same, other numbers (checked row by row), a time with or without zone.
bool fits(const LogicalType& there, const LogicalType& declared) {
  if (there == declared) return true;
  if (there.IsNumeric() && declared.IsNumeric()) return true;
  if (is_time(there) && is_time(declared)) return true;
  if (there.id() == LogicalTypeId::STRUCT && declared.id() == LogicalTypeId::STRUCT) {
    const auto& a = duckdb::StructType::GetChildTypes(there);
    const auto& b = duckdb::StructType::GetChildTypes(declared);
    if (a.size() != b.size()) return false;
    for (size_t i = 0; i < a.size(); i++) {
      if (!same_name(a[i].first, b[i].first) || !fits(a[i].second, b[i].second)) return false;
    }
    return true;
  }
  if (there.id() == LogicalTypeId::LIST && declared.id() == LogicalTypeId::LIST) {
    return fits(duckdb::ListType::GetChildType(there), duckdb::ListType::GetChildType(declared));
  }
  if (there.id() == LogicalTypeId::MAP && declared.id() == LogicalTypeId::MAP) {
    return fits(duckdb::MapType::KeyType(there), duckdb::MapType::KeyType(declared)) &&
           fits(duckdb::MapType::ValueType(there), duckdb::MapType::ValueType(declared));
  }
  return false;
}

Error missing(const std::string& table, const std::vector<std::string>& path, const std::vector<delta::StructField>& beside,
              const delta::Snapshot& snapshot) {
  std::vector<std::string> names;
  for (const delta::StructField& field : beside) names.push_back(field.name);
  const std::string nearest = nearest_name(path.back(), names);
  return not_found(fmt::format("table '{}': {} has no column '{}'{}", table, snapshot.where(), fmt::join(path, "."),
                               nearest.empty() ? "" : fmt::format("; did you mean '{}'?", nearest)));
}

struct Found {
  const delta::StructField* field = nullptr;
  std::vector<std::string> physical_path;
  std::vector<int32_t> field_ids;  // of every step, or of none
};

Result<Found> find_column(const std::string& table, const std::vector<std::string>& path, const delta::Snapshot& snapshot) {
  Found found;
  const std::vector<delta::StructField>* fields = &snapshot.schema().fields;
  for (size_t i = 0; i < path.size(); i++) {
    found.field = find_field(*fields, path[i]);
    if (!found.field) {
      return missing(table, {path.begin(), path.begin() + static_cast<std::ptrdiff_t>(i) + 1}, *fields, snapshot);
    }
    found.physical_path.push_back(found.field->physical_name(snapshot.column_mapping()));
    if (auto id = found.field->column_id(); id && snapshot.column_mapping() == delta::ColumnMappingMode::kId) found.field_ids.push_back(*id);
    fields = &found.field->type.fields;
  }
  if (found.field_ids.size() != path.size()) found.field_ids.clear();
  return found;
}

struct ChangeName {
  std::string_view name;
  FileColumns::Change what;
};

constexpr ChangeName kChangeNames[] = {{"_change_type", FileColumns::Change::kType},
                                       {"_commit_version", FileColumns::Change::kVersion},
                                       {"_commit_timestamp", FileColumns::Change::kTimestamp}};

LogicalType type_of(FileColumns::Change what) {
  switch (what) {
    case FileColumns::Change::kType: return LogicalType::VARCHAR;
    case FileColumns::Change::kVersion: return LogicalType::BIGINT;
    case FileColumns::Change::kTimestamp: break;
  }
  return LogicalType::TIMESTAMP_TZ;
}

// Absent: the column is none of the change feed's.
Result<std::optional<FileColumns::Change>> find_change(const std::string& table, const engine::SourceColumn& column, const delta::Snapshot& snapshot,
                                                       bool change_feed) {
  const std::string& name = column.path.front();
  // A table without the change feed may have columns of these names.
  if (!column.metadata && (!change_feed || column.path.size() > 1 || find_field(snapshot.schema().fields, name))) {
    return std::optional<FileColumns::Change>();
  }
  std::vector<std::string> known;
  for (const ChangeName& row : kChangeNames) {
    known.emplace_back(row.name);
    if (!same_name(row.name, name)) continue;
    if (!change_feed) {
      return invalid_argument(fmt::format("table '{}': the metadata column '{}' is there with 'readChangeFeed' = 'true' only", table, name));
    }
    if (!fits(type_of(row.what), column.type)) {
      return invalid_argument(fmt::format("table '{}': column '{}' is declared as {}, but is {}", table, name, column.type.ToString(),
                                          type_of(row.what).ToString()));
    }
    return std::optional(row.what);
  }
  if (!column.metadata) return std::optional<FileColumns::Change>();
  const std::string nearest = nearest_name(name, known);
  return not_found(fmt::format("table '{}': connector 'delta' has no metadata column '{}'; {}", table, name,
                               nearest.empty() ? fmt::format("it has {}", fmt::join(known, ", ")) : fmt::format("did you mean '{}'?", nearest)));
}

}  // namespace

Result<FileColumns> file_columns(const std::string& table, const std::vector<engine::SourceColumn>& columns, const delta::Snapshot& snapshot,
                                 bool change_feed) {
  FileColumns result;
  for (size_t i = 0; i < columns.size(); i++) {
    DS_ASSIGN_OR_RETURN(auto change, find_change(table, columns[i], snapshot, change_feed));
    if (change) {
      result.changes.push_back({i, *change, columns[i].type});
      continue;
    }
    DS_ASSIGN_OR_RETURN(Found found, find_column(table, columns[i].path, snapshot));
    DS_ASSIGN_OR_RETURN(LogicalType there, delta::logical_type(found.field->type));
    const std::string name = fmt::format("{}", fmt::join(columns[i].path, "."));
    if (!fits(there, columns[i].type)) {
      return invalid_argument(fmt::format("table '{}': column '{}' is declared as {}, but is {} in {}", table, name, columns[i].type.ToString(),
                                          there.ToString(), snapshot.where()));
    }
    const auto& partitions = snapshot.partition_columns();
    size_t partition = partitions.size();
    for (size_t p = 0; p < partitions.size() && columns[i].path.size() == 1; p++) {
      if (same_name(partitions[p], columns[i].path.front())) partition = p;
    }
    if (partition < partitions.size()) {
      result.partitions.push_back({i, partition, columns[i].type});
    } else {
      LogicalType in_files = physical_type(columns[i].type, found.field->type, snapshot.column_mapping());
      result.read.push_back({std::move(found.physical_path), std::move(in_files), std::move(found.field_ids)});
      if (snapshot.column_mapping() == delta::ColumnMappingMode::kId) result.ids.push_back(nested_ids(found.field->type));
      result.types.push_back(columns[i].type);
      result.targets.push_back(i);
    }
  }
  return result;
}

}  // namespace deltastream::connect::delta_table
