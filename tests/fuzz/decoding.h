#pragma once
// What must hold for any bytes that a decoder is given, whatever its format. Aborts where it does not.

#include <string>
#include <string_view>
#include <vector>

#include "format/decoder.h"
#include "require.h"

namespace deltastream::fuzz {

inline bool is_text_valid(const Value& value) {
  if (value.IsNull()) return true;
  switch (value.type().id()) {
    case LogicalTypeId::VARCHAR: return Value::StringIsValid(duckdb::StringValue::Get(value));
    case LogicalTypeId::STRUCT:
      for (const Value& child : duckdb::StructValue::GetChildren(value)) {
        if (!is_text_valid(child)) return false;
      }
      return true;
    case LogicalTypeId::LIST: case LogicalTypeId::MAP:
      for (const Value& child : duckdb::ListValue::GetChildren(value)) {
        if (!is_text_valid(child)) return false;
      }
      return true;
    default: return true;
  }
}

struct Decoded {
  std::vector<std::string> rows;  // each value as a literal: tells NULL from 'NULL', and 1 from '1'
  std::vector<uint32_t> kept;
  std::vector<uint32_t> left_out;
  DataChunk chunk;
};

inline void decode(format::Decoder& decoder, const duckdb::vector<LogicalType>& types, const std::vector<std::string>& records, Decoded& out) {
  out.chunk.Initialize(duckdb::Allocator::DefaultAllocator(), types);
  format::RecordBatch batch;
  for (const std::string& record : records) batch.add(record);
  auto status = decoder.decode(batch, out.chunk, out.kept, [&](size_t record, const std::string& reason) -> Status {
    require(!reason.empty());
    out.left_out.push_back(static_cast<uint32_t>(record));
    return {};
  });
  require(status.ok() && out.kept.size() == out.chunk.size());
  for (size_t row = 0; row < out.chunk.size(); row++) {
    std::string text;
    for (size_t column = 0; column < types.size(); column++) {
      const Value value = out.chunk.GetValue(column, row);
      require(is_text_valid(value));
      text += value.ToSQLString() + "|";
    }
    out.rows.push_back(std::move(text));
  }
}

// Every record is kept or reported, once and in order (a comment is neither); a record decodes the same alone as among others; and, when the
// format can write what it read, the rows come back from their own text.
inline void check_decoding(const std::string& format, const std::vector<format::DecodeColumn>& columns, const format::FormatOptions& options,
                           const std::vector<std::string>& records, bool comes_back, bool has_comments = false) {
  auto decoder = format::make_decoder(format, columns, options);
  require(decoder.ok());
  duckdb::vector<LogicalType> types(columns.size());
  for (const format::DecodeColumn& column : columns) types[column.target] = column.type;
  Decoded all;
  decode(**decoder, types, records, all);
  size_t kept = 0, left_out = 0;
  for (uint32_t record = 0; record < records.size(); record++) {
    const bool is_kept = kept < all.kept.size() && all.kept[kept] == record;
    const bool is_left_out = left_out < all.left_out.size() && all.left_out[left_out] == record;
    const bool is_comment = has_comments && records[record].starts_with('#');
    require(is_comment ? !is_kept && !is_left_out : is_kept != is_left_out);
    Decoded alone;
    decode(**decoder, types, {records[record]}, alone);
    require(alone.rows.size() == (is_kept ? 1u : 0u));
    if (is_kept) require(alone.rows[0] == all.rows[kept]);
    kept += is_kept;
    left_out += is_left_out;
  }
  if (!comes_back || all.rows.empty()) return;
  std::vector<Field> fields(columns.size());
  for (const format::DecodeColumn& column : columns) fields[column.target] = {column.path.back(), column.type};
  auto encoder = format::make_encoder(format, fields, options);
  require(encoder.ok());
  std::vector<std::string> written;
  auto status = (*encoder)->encode(all.chunk, [&](std::string_view record) -> Status {
    written.emplace_back(record);
    return {};
  });
  require(status.ok() && written.size() == all.rows.size());
  Decoded again;
  decode(**decoder, types, written, again);
  require(again.rows == all.rows);
}

inline std::vector<std::string> split_records(std::string_view text, size_t most) {
  std::vector<std::string> records;
  while (records.size() < most) {
    const size_t end = text.find('\n');
    records.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return records;
}

}  // namespace deltastream::fuzz
