// Any bytes as CSV records. The first byte chooses the dialect, a zero byte ends a record (a record may hold line ends).
#include <algorithm>
#include <cstdint>

#include "decoding.h"

using namespace deltastream;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const uint8_t choice = data[0];
  const std::vector<format::DecodeColumn> columns = {{{"a"}, LogicalType::BIGINT, 0},    {{"b"}, LogicalType::VARCHAR, 1},
                                                     {{"c"}, LogicalType::DOUBLE, 2},    {{"d"}, LogicalType::TIMESTAMP, 3},
                                                     {{"e"}, LogicalType::DECIMAL(9, 2), 4}, {{"f"}, LogicalType::VARCHAR, 5}};
  format::FormatOptions options;
  options["columns"] = "a,b,c,d,e,f";
  if (choice & 1) options["field-delimiter"] = ";";
  if (choice & 2) options["quote-character"] = "'";
  if (choice & 4) options["escape-character"] = "\\";
  if (choice & 8) options["null-literal"] = "n/a";
  if (choice & 16) options["ignore-parse-errors"] = "true";
  if (choice & 32) options["allow-comments"] = "true";
  std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  std::vector<std::string> records;
  for (size_t begin = 0; begin <= text.size() && records.size() < 64;) {
    const size_t end = std::min(text.find('\0', begin), text.size());
    records.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  // Rows need not come back: a text equal to the null literal is NULL then.
  fuzz::check_decoding("csv", columns, options, records, false, (choice & 32) != 0);
  return 0;
}
