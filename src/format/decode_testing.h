#pragma once
// What the tests of the decoders share: decode records into a chunk and print its rows. For tests only.

#include <string>
#include <vector>

#include "format/decoder.h"

namespace deltastream::format::testing {

struct Decoded {
  Status status;
  std::vector<std::string> rows;       // values separated by " | ", as DuckDB prints them
  std::vector<uint32_t> kept;
  std::vector<std::string> malformed;  // "record: reason"
};

// Decodes with `decoder`; malformed records are collected and left out.
inline Decoded decode_with(Decoder& decoder, const std::vector<DecodeColumn>& columns, const std::vector<std::string>& records) {
  duckdb::vector<LogicalType> types(columns.size());
  for (const DecodeColumn& column : columns) types[column.target] = column.type;
  DataChunk chunk;
  chunk.Initialize(duckdb::Allocator::DefaultAllocator(), types);
  RecordBatch batch;
  for (const std::string& record : records) batch.add(record);
  Decoded result;
  result.status = decoder.decode(batch, chunk, result.kept, [&](size_t record, const std::string& reason) -> Status {
    result.malformed.push_back(std::to_string(record) + ": " + reason);
    return {};
  });
  if (!result.status.ok()) return result;
  chunk.Verify();
  for (size_t row = 0; row < chunk.size(); row++) {
    std::string text;
    for (size_t i = 0; i < types.size(); i++) text += (i ? " | " : "") + chunk.GetValue(i, row).ToString();
    result.rows.push_back(text);
  }
  return result;
}

inline Decoded decode(const std::string& format, const std::vector<DecodeColumn>& columns, const FormatOptions& options,
                      const std::vector<std::string>& records) {
  auto decoder = make_decoder(format, columns, options);
  if (!decoder.ok()) return {decoder.error(), {}, {}, {}};
  return decode_with(**decoder, columns, records);
}

// One column that stands at the top of the record.
inline std::vector<DecodeColumn> column(const std::string& name, const LogicalType& type) { return {{{name}, type, 0}}; }

}  // namespace deltastream::format::testing
