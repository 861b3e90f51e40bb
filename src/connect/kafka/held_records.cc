#include "connect/kafka/held_records.h"

#include <cstring>

namespace deltastream::connect::kafka {
namespace {

constexpr int32_t kNone = -1;

void append_number(int64_t value, std::string& bytes) { bytes.append(reinterpret_cast<const char*>(&value), sizeof value); }

void append_text(std::optional<std::string_view> text, std::string& bytes) {
  const int32_t size = text ? static_cast<int32_t>(text->size()) : kNone;
  bytes.append(reinterpret_cast<const char*>(&size), sizeof size);
  if (text) bytes.append(*text);
}

class Cursor {
 public:
  explicit Cursor(std::string_view bytes) : rest_(bytes) {}
  bool done() const { return rest_.empty(); }
  bool number(int64_t& value) { return raw(&value, sizeof value); }
  bool text(std::optional<std::string_view>& text) {
    int32_t size = 0;
    if (!raw(&size, sizeof size) || size < kNone || (size > 0 && static_cast<size_t>(size) > rest_.size())) return false;
    text.reset();
    if (size == kNone) return true;
    text = rest_.substr(0, static_cast<size_t>(size));
    rest_.remove_prefix(static_cast<size_t>(size));
    return true;
  }

 private:
  bool raw(void* to, size_t size) {
    if (rest_.size() < size) return false;
    std::memcpy(to, rest_.data(), size);
    rest_.remove_prefix(size);
    return true;
  }
  std::string_view rest_;
};

bool read_record(Cursor& cursor, OutgoingRecord& record) {
  std::optional<std::string_view> value, text;
  int64_t timestamp = 0, headers = 0;
  if (!cursor.text(record.key) || !cursor.text(value) || !value || !cursor.number(timestamp) || !cursor.number(headers)) return false;
  record.value = *value;
  record.timestamp_ms.reset();
  if (timestamp != INT64_MIN) record.timestamp_ms = timestamp;
  record.headers.clear();
  for (int64_t i = 0; i < headers; i++) {
    if (!cursor.text(text) || !text) return false;
    OutgoingRecord::Header header{std::string(*text), std::nullopt};
    if (!cursor.text(text)) return false;
    if (text) header.value = std::string(*text);
    record.headers.push_back(std::move(header));
  }
  return true;
}

}  // namespace

void append_record(const OutgoingRecord& record, std::string& bytes) {
  append_text(record.key, bytes);
  append_text(record.value, bytes);
  append_number(record.timestamp_ms.value_or(INT64_MIN), bytes);
  append_number(static_cast<int64_t>(record.headers.size()), bytes);
  for (const auto& header : record.headers) {
    append_text(header.name, bytes);
    append_text(header.value ? std::optional<std::string_view>(*header.value) : std::nullopt, bytes);
  }
}

Status for_each_record(std::string_view bytes, const std::function<Status(const OutgoingRecord&)>& each) {
  Cursor cursor(bytes);
  OutgoingRecord record;
  while (!cursor.done()) {
    if (!read_record(cursor, record)) return corrupt("the records that a checkpoint holds for a Kafka topic are damaged");
    DS_RETURN_IF_ERROR(each(record));
  }
  return {};
}

}  // namespace deltastream::connect::kafka
