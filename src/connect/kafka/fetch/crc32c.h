#pragma once
// CRC-32C (Castagnoli), which record batches are checked with. Pure function; uses the processor's own instruction where it has one.

#include <cstdint>
#include <string_view>

namespace deltastream::connect::kafka::fetch {

uint32_t crc32c(std::string_view bytes);
// The same without the instruction; for the tests.
uint32_t crc32c_by_table(std::string_view bytes);

}  // namespace deltastream::connect::kafka::fetch
