#include "connect/filesystem/fixed_columns.h"

#include <fmt/format.h>

#include "common/exception.h"
#include "common/suggest.h"
#include "common/uri.h"
#include "connect/formats.h"

namespace deltastream::connect::filesystem {
namespace {

constexpr std::string_view kNullPartition = "__HIVE_DEFAULT_PARTITION__";
constexpr std::string_view kFlinkNullPartition = "__DEFAULT_PARTITION__";

Result<Value> cast(const Value& value, const LogicalType& type, const std::string& what) {
  Value result;
  std::string why;
  DS_TRY_DUCKDB({
    if (!value.DefaultTryCastAs(type, result, &why, true))
      return corrupt(fmt::format("{} does not fit {}: {}", what, type.ToString(), why));
  })
  return result;
}

Result<Value> metadata_value(const std::string& key, const std::string& path, const FileStat& stat) {
  if (key == "file.path") return Value(path);
  if (key == "file.name") return Value(path.substr(path.find_last_of('/') + 1));
  if (key == "file.size") return Value::BIGINT(static_cast<int64_t>(stat.size));
  if (key == "file.modification-time") return Value::TIMESTAMPTZ(duckdb::timestamp_tz_t(stat.modified_us));
  return not_found(fmt::format("no metadata column '{}'", key));
}

// The text after "name=" in the path's folders.
Result<Value> partition_value(const std::string& name, const LogicalType& type, const std::string& path) {
  size_t begin = 0;
  for (size_t slash = path.find('/'); slash != std::string::npos; begin = slash + 1, slash = path.find('/', begin)) {
    std::string_view folder = std::string_view(path).substr(begin, slash - begin);
    size_t equals = folder.find('=');
    if (equals == std::string_view::npos || !same_name(folder.substr(0, equals), name)) continue;
    std::string_view text = folder.substr(equals + 1);
    if (text == kNullPartition || text == kFlinkNullPartition) return Value(type);
    DS_ASSIGN_OR_RETURN(std::string decoded, percent_decode(text));
    return cast(Value(decoded), type, fmt::format("the folder '{}' of '{}'", folder, path));
  }
  return corrupt(fmt::format("'{}' lies in no folder '{}=…', but the table is partitioned by it", path, name));
}

// Hive escapes what paths and its own syntax cannot hold; other characters stand as they are.
std::string escape(const std::string& text) {
  static constexpr std::string_view kEscaped = "\"#%'*/:=?\\{[]^";
  std::string result;
  for (unsigned char c : text) {
    if (c < 0x20 || c == 0x7F || kEscaped.find(static_cast<char>(c)) != std::string_view::npos) {
      result += fmt::format("%{:02X}", c);
    } else {
      result += static_cast<char>(c);
    }
  }
  return result;
}

}  // namespace

Status check_metadata_columns(const std::string& table, const std::vector<engine::SourceColumn>& columns) {
  static const std::vector<std::string> kKnown = {"file.path", "file.name", "file.size", "file.modification-time"};
  for (const engine::SourceColumn& column : columns) {
    if (!column.metadata || contains_name(kKnown, column.path.front())) continue;
    std::string nearest = nearest_name(column.path.front(), kKnown);
    return not_found(
        fmt::format("table '{}': the filesystem connector has no metadata column '{}'; {}", table, column.path.front(),
                    nearest.empty() ? fmt::format("it has {}", fmt::join(kKnown, ", ")) : fmt::format("did you mean '{}'?", nearest)));
  }
  return {};
}

Result<FixedColumns> FixedColumns::create(const std::vector<engine::SourceColumn>& columns, const std::vector<std::string>& partitioned_by,
                                          const std::string& path, const FileStat& stat) {
  FixedColumns result;
  for (size_t i = 0; i < columns.size(); i++) {
    const std::string& name = columns[i].path.front();
    if (columns[i].metadata) {
      DS_ASSIGN_OR_RETURN(Value value, metadata_value(name, path, stat));
      DS_ASSIGN_OR_RETURN(value, cast(value, columns[i].type, fmt::format("metadata column '{}'", name)));
      result.fixed_.push_back({i, std::move(value)});
    } else if (contains_name(partitioned_by, name)) {
      DS_ASSIGN_OR_RETURN(Value value, partition_value(name, columns[i].type, path));
      result.fixed_.push_back({i, std::move(value)});
    }
  }
  return result;
}

void FixedColumns::apply(DataChunk& rows) const {
  for (const Fixed& column : fixed_) rows.data[column.target].Reference(column.value);
}

std::string partition_folder(const std::vector<std::string>& names, const std::vector<Value>& values) {
  std::string folder;
  for (size_t i = 0; i < names.size(); i++) {
    std::string text = values[i].IsNull() ? "" : values[i].ToString();
    folder += names[i] + "=" + (text.empty() ? std::string(kNullPartition) : escape(text)) + "/";
  }
  return folder;
}

}  // namespace deltastream::connect::filesystem
