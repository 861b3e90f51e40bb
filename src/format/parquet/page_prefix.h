#pragma once
// The beginning of a compressed page, without the work of the rest: levels stand there. Believes no length. Pure.

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace deltastream::format::parquet {

// Whether pages of this CompressionCodec of the format can be decompressed, here as in DuckDB.
bool is_known_codec(int32_t codec);

// Whether a page of `packed` bytes could have become one of `unpacked` bytes: what lies is refused before memory is taken for it.
bool may_unpack_to(int32_t codec, std::string_view packed, uint64_t unpacked);

// Fills `out` with the first bytes of the page that `packed`, which may itself be cut short, decompresses to. False when
// there are not so many, or `packed` is damaged.
bool unpack_first(int32_t codec, std::string_view packed, std::span<char> out);

}  // namespace deltastream::format::parquet
