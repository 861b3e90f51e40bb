#pragma once
// Records as bytes and back: what an exactly-once sink holds from prepare() to commit(). Pure functions.

#include <functional>
#include <string>
#include <string_view>

#include "connect/kafka/record_encoder.h"

namespace deltastream::connect::kafka {

void append_record(const OutgoingRecord& record, std::string& bytes);
// Errors: corrupt for bytes that are none; what `each` returns.
Status for_each_record(std::string_view bytes, const std::function<Status(const OutgoingRecord&)>& each);

}  // namespace deltastream::connect::kafka
