#include "format/parquet/levels.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace deltastream::format::parquet {
namespace {

using Element = duckdb_parquet::SchemaElement;
using Repetition = duckdb_parquet::FieldRepetitionType;

struct Above {
  int32_t repetition = 0, definition = 0, repeated = 0;
};

bool walk_schema(const std::vector<Element>& schema, size_t& at, Above above, std::vector<LeafLevels>& leaves) {
  if (at >= schema.size()) return false;
  const Element& element = schema[at];
  if (at > 0 && element.__isset.repetition_type && element.repetition_type != Repetition::REQUIRED) {
    above.definition++;
    if (element.repetition_type == Repetition::REPEATED) {
      above.repetition++;
      above.repeated = static_cast<int32_t>(at);
    }
  }
  if (above.definition > UINT8_MAX) return false;
  at++;
  if (element.num_children <= 0) {
    leaves.push_back({static_cast<uint8_t>(above.repetition), static_cast<uint8_t>(above.definition), above.repeated});
    return true;
  }
  for (int32_t i = 0; i < element.num_children; i++) {
    if (!walk_schema(schema, at, above, leaves)) return false;
  }
  return true;
}

bool run_header(const uint8_t*& at, const uint8_t* end, uint32_t& header) {
  uint64_t value = 0;
  for (int shift = 0; shift < 35 && at < end; shift += 7) {
    const uint8_t byte = *at++;
    value |= static_cast<uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) {
      header = static_cast<uint32_t>(value);
      return value <= UINT32_MAX;
    }
  }
  return false;
}

// Sets of eight levels, `width` bytes each; `count` of them are there. False when one is higher than `highest`.
bool walk_packed(const uint8_t* at, uint64_t count, unsigned width, uint8_t highest, bool first, LevelsFound& found) {
  const uint64_t mask = (1u << width) - 1;
  const uint64_t bytes = (count * width + 7) / 8;
  if (first) found.first = static_cast<uint8_t>(*at & mask);
  if (width == 1) {
    uint64_t ones = 0;
    for (uint64_t i = 0; i < count; i += 64) {
      uint64_t word = 0;
      std::memcpy(&word, at + i / 8, std::min<uint64_t>(8, bytes - i / 8));
      if (count - i < 64) word &= (uint64_t{1} << (count - i)) - 1;
      ones += static_cast<uint64_t>(std::popcount(word));
    }
    found.zeros += count - ones;
    return true;
  }
  bool higher = false;
  for (uint64_t i = 0, offset = 0; i < count; i += 8, offset += width) {
    uint64_t word = 0;
    std::memcpy(&word, at + offset, std::min<uint64_t>(width, bytes - offset));
    for (uint64_t in_set = std::min<uint64_t>(8, count - i); in_set > 0; in_set--, word >>= width) {
      const uint64_t level = word & mask;
      found.zeros += level == 0;
      higher |= level > highest;
    }
  }
  return !higher;
}

template <bool counts>
std::optional<LevelsFound> walk(std::string_view encoded, uint64_t count, uint8_t highest) {
  const auto* at = reinterpret_cast<const uint8_t*>(encoded.data());
  const uint8_t* const end = at + encoded.size();
  const auto width = static_cast<unsigned>(std::bit_width(highest));
  const bool looks = counts || highest != (1u << width) - 1;  // else no bits are too high
  LevelsFound found;
  for (uint64_t left = count; left > 0;) {
    uint32_t header = 0;
    if (!run_header(at, end, header)) return std::nullopt;
    const auto there = static_cast<uint64_t>(end - at);
    if (header & 1) {
      const uint64_t sets = header >> 1, levels = std::min(left, sets * 8);
      if (levels == 0) continue;
      if ((levels * width + 7) / 8 > there) return std::nullopt;
      if (looks && !walk_packed(at, levels, width, highest, left == count, found)) return std::nullopt;
      at += std::min(there, sets * width);
      left -= levels;
    } else {
      if (there < 1) return std::nullopt;
      const uint8_t level = *at++;
      const uint64_t levels = std::min<uint64_t>(left, header >> 1);
      if (levels == 0) continue;
      if (level > highest) return std::nullopt;
      if (left == count) found.first = level;
      if (level == 0) found.zeros += levels;
      left -= levels;
    }
  }
  return found;
}

}  // namespace

std::optional<std::vector<LeafLevels>> leaf_levels(const std::vector<Element>& schema) {
  std::vector<LeafLevels> leaves;
  size_t at = 0;
  if (!walk_schema(schema, at, {}, leaves)) return std::nullopt;
  return leaves;
}

std::optional<LevelsFound> walk_levels(std::string_view encoded, uint64_t count, uint8_t highest) { return walk<true>(encoded, count, highest); }

bool are_levels(std::string_view encoded, uint64_t count, uint8_t highest) { return walk<false>(encoded, count, highest).has_value(); }

}  // namespace deltastream::format::parquet
