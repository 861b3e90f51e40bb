#pragma once
// The CRC-32 of gzip and of Parquet's pages, with the processor's carry-less multiplication where it has one. Pure.

#include <cstdint>
#include <string_view>

namespace deltastream::format::parquet {

// Goes on from `crc`, the checksum of the bytes before; 0 at the start.
uint32_t crc32_of(std::string_view bytes, uint32_t crc = 0);

}  // namespace deltastream::format::parquet
