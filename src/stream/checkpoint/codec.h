#pragma once
// Checkpoint ↔ bytes: "DSCK", format version, body, CRC-32 of everything before it. Pure functions.
// Decoding fails with corrupt (bytes that are not what was written) or unsupported (a newer format version).

#include <string>
#include <string_view>

#include "common/result.h"
#include "stream/checkpoint/checkpoint.h"

namespace deltastream::stream {

std::string encode_checkpoint(const Checkpoint& checkpoint);
Result<Checkpoint> decode_checkpoint(std::string_view bytes);

}  // namespace deltastream::stream
