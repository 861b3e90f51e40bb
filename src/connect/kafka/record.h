#pragma once
// One message of a topic, wherever it was fetched. A view: whoever gave it says how long its bytes live.

#include <librdkafka/rdkafka.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

namespace deltastream::connect::kafka {

enum class TimestampType : uint8_t { kNone, kCreateTime, kLogAppendTime };

struct Record {
  int64_t offset = 0;
  int64_t timestamp_ms = 0;  // of no meaning with kNone
  const char* key = nullptr;    // null: none, or not asked for
  const char* value = nullptr;  // null: none, which is a deletion mark of a compacted topic
  uint32_t key_size = 0, value_size = 0;
  int32_t leader_epoch = -1;  // -1: not known
  TimestampType timestamp_type = TimestampType::kNone;
  bool padded = false;  // behind the value there is as much to be read as a decoder may want
  bool joined = false;  // between the value of the record before and this one's are only blanks, of the same piece of memory
  // Headers, in one form or the other: as the record batch holds them (their number first), or as librdkafka's message.
  std::string_view headers;
  const rd_kafka_message_t* message = nullptr;

  std::string_view key_bytes() const { return {key, key_size}; }
  std::string_view value_bytes() const { return {value, value_size}; }
};

using Header = std::pair<std::string_view, std::optional<std::string_view>>;
// In their order; a name may come twice.
void for_each_header(const Record& record, const std::function<void(const Header&)>& each);

}  // namespace deltastream::connect::kafka
