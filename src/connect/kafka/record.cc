#include "connect/kafka/record.h"

#include "connect/kafka/fetch/wire.h"

namespace deltastream::connect::kafka {

void for_each_header(const Record& record, const std::function<void(const Header&)>& each) {
  if (record.message) {
    rd_kafka_headers_t* headers = nullptr;
    if (rd_kafka_message_headers(record.message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return;
    const char* name = nullptr;
    const void* bytes = nullptr;
    size_t size = 0;
    for (size_t i = 0; rd_kafka_header_get_all(headers, i, &name, &bytes, &size) == RD_KAFKA_RESP_ERR_NO_ERROR; i++) {
      each({name, bytes ? std::optional(std::string_view(static_cast<const char*>(bytes), size)) : std::nullopt});
    }
    return;
  }
  // Their lengths were checked when the record was parsed.
  fetch::WireReader reader(record.headers);
  for (int64_t left = reader.varint(); left > 0 && reader.ok(); left--) {
    const auto name = reader.varint_bytes(), value = reader.varint_bytes();
    if (name && reader.ok()) each({*name, value});
  }
}

}  // namespace deltastream::connect::kafka
