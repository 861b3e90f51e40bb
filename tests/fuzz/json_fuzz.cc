// Any bytes as JSON records. The first byte chooses the columns and options, a line is a record.
#include <cstdint>

#include "decoding.h"

using namespace deltastream;

namespace {

std::vector<format::DecodeColumn> scalars() {
  const std::vector<LogicalType> types = {LogicalType::BIGINT,    LogicalType::VARCHAR,      LogicalType::DOUBLE, LogicalType::BOOLEAN,
                                          LogicalType::TIMESTAMP, LogicalType::TIMESTAMP_TZ, LogicalType::DATE,   LogicalType::DECIMAL(12, 3),
                                          LogicalType::BLOB,      LogicalType::INTEGER,      LogicalType::FLOAT,  LogicalType::TIME};
  std::vector<format::DecodeColumn> columns;
  for (size_t i = 0; i < types.size(); i++) columns.push_back({{std::string(1, static_cast<char>('a' + i))}, types[i], i});
  return columns;
}

std::vector<format::DecodeColumn> nested() {
  const LogicalType point = LogicalType::STRUCT({{"x", LogicalType::INTEGER}, {"y", LogicalType::VARCHAR}});
  return {{{"p"}, point, 0},
          {{"l"}, LogicalType::LIST(LogicalType::LIST(LogicalType::BIGINT)), 1},
          {{"m"}, LogicalType::MAP(LogicalType::VARCHAR, point), 2},
          {{"q"}, LogicalType::LIST(point), 3}};
}

// Into nested rows, one of them also whole, and targets out of order.
std::vector<format::DecodeColumn> paths() {
  const LogicalType inner = LogicalType::STRUCT({{"x", LogicalType::BIGINT}});
  return {{{"a", "b", "x"}, LogicalType::BIGINT, 2}, {{"a", "c"}, LogicalType::VARCHAR, 0}, {{"a", "b"}, inner, 1}};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const uint8_t choice = data[0];
  const auto columns = choice % 3 == 0 ? scalars() : choice % 3 == 1 ? nested() : paths();
  format::FormatOptions options;
  if (choice & 0x10) options["ignore-parse-errors"] = "true";
  if ((choice & 0x30) == 0x20) options["fail-on-missing-field"] = "true";
  const auto records = fuzz::split_records({reinterpret_cast<const char*>(data) + 1, size - 1}, 64);
  fuzz::check_decoding("json", columns, options, records, choice % 3 != 2);
  return 0;
}
