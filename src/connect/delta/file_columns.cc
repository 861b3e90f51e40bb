#include "connect/delta/file_columns.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "common/suggest.h"
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
    fields = &found.field->type.fields;
  }
  return found;
}

}  // namespace

Result<FileColumns> file_columns(const std::string& table, const std::vector<engine::SourceColumn>& columns, const delta::Snapshot& snapshot) {
  FileColumns result;
  if (snapshot.column_mapping() == delta::ColumnMappingMode::kId) {
    return unsupported(fmt::format("table '{}': {} finds its columns by field id (delta.columnMapping.mode = id), which this source does not",
                                   table, snapshot.where()));
  }
  for (size_t i = 0; i < columns.size(); i++) {
    if (columns[i].metadata) {
      return not_found(fmt::format("table '{}': connector 'delta' has no metadata column '{}'", table, columns[i].path.front()));
    }
    DS_ASSIGN_OR_RETURN(Found found, find_column(table, columns[i].path, snapshot));
    DS_ASSIGN_OR_RETURN(LogicalType there, delta::logical_type(found.field->type));
    const std::string name = fmt::format("{}", fmt::join(columns[i].path, "."));
    if (!fits(there, columns[i].type)) {
      return invalid_argument(fmt::format("table '{}': column '{}' is declared as {}, but is {} in {}", table, name, columns[i].type.ToString(),
                                          there.ToString(), snapshot.where()));
    }
    if (snapshot.column_mapping() != delta::ColumnMappingMode::kNone && columns[i].type.IsNested()) {
      return unsupported(fmt::format("table '{}': column '{}' is nested and {} has column mapping; select its fields one by one", table, name,
                                     snapshot.where()));
    }
    const auto& partitions = snapshot.partition_columns();
    size_t partition = partitions.size();
    for (size_t p = 0; p < partitions.size() && columns[i].path.size() == 1; p++) {
      if (same_name(partitions[p], columns[i].path.front())) partition = p;
    }
    if (partition < partitions.size()) {
      result.partitions.push_back({i, partition, columns[i].type});
    } else {
      result.read.push_back({found.physical_path, columns[i].type});
      result.targets.push_back(i);
    }
  }
  return result;
}

}  // namespace deltastream::connect::delta_table
