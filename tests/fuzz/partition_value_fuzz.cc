// Any bytes as a partition value of each type, as the map of an add, and as the name of a folder. What is read is written so that
// it reads back the same; a folder's name holds its value whole and stays one folder.
#include "delta/partition_value.h"

#include "common/uri.h"
#include "delta/file_set.h"
#include "delta/json/json_text.h"
#include "require.h"

using namespace deltastream;
using fuzz::require;

namespace {

const std::vector<LogicalType>& types() {
  static const std::vector<LogicalType> kTypes = {
      LogicalType::VARCHAR, LogicalType::BLOB,  LogicalType::BOOLEAN, LogicalType::TINYINT,       LogicalType::SMALLINT,       LogicalType::INTEGER,
      LogicalType::BIGINT,  LogicalType::FLOAT, LogicalType::DOUBLE,  LogicalType::DECIMAL(4, 4), LogicalType::DECIMAL(18, 0), LogicalType::DECIMAL(38, 10),
      LogicalType::DATE,    LogicalType::TIMESTAMP, LogicalType::TIMESTAMP_TZ};
  return kTypes;
}

void check_value(const std::string& text, const LogicalType& type) {
  auto value = delta::parse_partition_value(text, type);
  if (!value.ok()) {
    require(value.error().kind() == ErrorKind::kCorrupt && !value.error().message().empty());
    return;
  }
  require(value->type() == type && value->IsNull() == text.empty());
  auto written = delta::format_partition_value(*value, type);
  if (!written.ok()) {
    // Only bytes that no JSON text can hold.
    require(type.id() == LogicalTypeId::BLOB && written.error().kind() == ErrorKind::kUnsupported);
    return;
  }
  require(written->has_value() == !text.empty());
  auto again = delta::parse_partition_value(*written, type);
  require(again.ok() && Value::NotDistinctFrom(*again, *value));
  auto settled = delta::format_partition_value(*again, type);
  require(settled.ok() && *settled == *written);
}

void check_folder(const std::string& text) {
  const std::string folder = delta::partition_folder("p", text);
  require(folder.find('/') == std::string::npos && folder.find('\0') == std::string::npos);
  auto decoded = percent_decode(folder);
  require(decoded.ok() && *decoded == "p=" + (text.empty() ? "__HIVE_DEFAULT_PARTITION__" : text));
}

void check_map(std::string_view json) {
  auto values = delta::parse_partition_values(json);
  if (!values.ok()) {
    require(values.error().kind() == ErrorKind::kCorrupt);
    return;
  }
  std::string written;
  delta::append_json_nullable_map(written, *values);
  auto again = delta::parse_partition_values(written);
  require(again.ok() && *again == *values);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(fuzz::as_text(data, size));
  for (const LogicalType& type : types()) check_value(text, type);
  check_folder(text);
  check_map(text);
  return 0;
}
