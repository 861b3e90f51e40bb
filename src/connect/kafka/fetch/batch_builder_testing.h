#pragma once
// Record batches as brokers hold them, made by an encoder that shares nothing with the reader but the protocol's text. For tests only.

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "connect/kafka/fetch/buffer.h"
#include "connect/kafka/fetch/crc32c.h"
#include "connect/kafka/fetch/wire.h"

namespace deltastream::connect::kafka::fetch {

struct BuiltRecord {
  int64_t offset_delta = 0;
  std::optional<std::string> key, value;
  int64_t timestamp_delta = 0;
  std::vector<std::pair<std::string, std::optional<std::string>>> headers = {};
};

struct BuiltBatch {
  int64_t base_offset = 0;
  std::vector<BuiltRecord> records = {};
  int32_t last_delta = -1;  // -1: of the last record
  int16_t attributes = 0;
  int64_t base_timestamp = 1'700'000'000'000, max_timestamp = 1'700'000'000'999;
  int32_t leader_epoch = 7;
  int64_t producer_id = -1;
  std::optional<std::string> compressed = {};  // stands for the records' bytes
};

inline void append_varint(int64_t value, std::string& bytes) {
  uint64_t zigzag = (static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63);
  for (; zigzag >= 0x80; zigzag >>= 7) bytes.push_back(static_cast<char>(zigzag | 0x80));
  bytes.push_back(static_cast<char>(zigzag));
}
inline void append_sized(const std::optional<std::string>& text, std::string& bytes) {
  append_varint(text ? static_cast<int64_t>(text->size()) : -1, bytes);
  if (text) bytes += *text;
}

inline std::string record_bytes(const BuiltRecord& record) {
  std::string body(1, '\0');
  append_varint(record.timestamp_delta, body);
  append_varint(record.offset_delta, body);
  append_sized(record.key, body);
  append_sized(record.value, body);
  append_varint(static_cast<int64_t>(record.headers.size()), body);
  for (const auto& [name, value] : record.headers) {
    append_sized(name, body);
    append_sized(value, body);
  }
  std::string bytes;
  append_varint(static_cast<int64_t>(body.size()), bytes);
  return bytes + body;
}

inline std::string records_bytes(const BuiltBatch& batch) {
  std::string bytes;
  for (const BuiltRecord& record : batch.records) bytes += record_bytes(record);
  return bytes;
}

inline std::string batch_bytes(const BuiltBatch& batch) {
  WireWriter checked;
  checked.number(batch.attributes);
  checked.number(batch.last_delta >= 0 ? batch.last_delta : static_cast<int32_t>(batch.records.back().offset_delta));
  checked.number(batch.base_timestamp);
  checked.number(batch.max_timestamp);
  checked.number(batch.producer_id);
  checked.number(int16_t(0));   // the producer's epoch
  checked.number(int32_t(-1));  // its sequence
  checked.number(static_cast<int32_t>(batch.records.size()));
  const std::string body = checked.bytes() + batch.compressed.value_or(records_bytes(batch));
  WireWriter head;
  head.number(batch.base_offset);
  head.number(static_cast<int32_t>(body.size() + 9));
  head.number(batch.leader_epoch);
  head.number(int8_t(2));
  head.number(crc32c_by_table(body));
  return head.bytes() + body;
}

// The records `from` … `to` - 1, one at each offset, with values "v<offset>".
inline BuiltBatch plain_batch(int64_t from, int64_t to) {
  BuiltBatch batch;
  batch.base_offset = from;
  for (int64_t i = from; i < to; i++) batch.records.push_back({i - from, std::nullopt, "v" + std::to_string(i)});
  return batch;
}

// The mark of a transaction's end.
inline BuiltBatch mark_batch(int64_t offset, int64_t producer_id, bool commit) {
  BuiltBatch batch;
  batch.base_offset = offset;
  batch.attributes = 0x30;
  batch.producer_id = producer_id;
  batch.records.push_back({0, std::string("\0\0\0", 3) + (commit ? '\1' : '\0'), std::string(6, '\0')});
  return batch;
}

inline Buffer buffer_of(std::string_view bytes) {
  Buffer buffer;
  buffer.reserve(bytes.size());
  std::memcpy(buffer.data(), bytes.data(), bytes.size());
  buffer.set_size(bytes.size());
  return buffer;
}

}  // namespace deltastream::connect::kafka::fetch
