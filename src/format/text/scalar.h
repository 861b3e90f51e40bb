#pragma once
// One value as text → its place in a flat vector. What a text may look like for each type is the same in every text format.
// Pure but for the memory written to.

#include <cstdint>
#include <optional>
#include <string_view>

#include "common/chunk.h"
#include "format/text/string_arena.h"

namespace deltastream::format {

enum class ScalarKind : uint8_t {
  kBoolean, kInt8, kInt16, kInt32, kInt64, kUint8, kUint16, kUint32, kUint64, kFloat, kDouble,
  kDecimal16, kDecimal32, kDecimal64, kDecimal128, kVarchar, kBlob,
  kDate, kTime, kTimestampSeconds, kTimestampMillis, kTimestampMicros, kTimestampNanos, kTimestampZoned,
};

struct ScalarType {
  ScalarKind kind = ScalarKind::kVarchar;
  uint8_t width = 0, scale = 0;  // of decimals
};

// Nothing for types that are no scalar, or that text formats do not carry.
std::optional<ScalarType> scalar_type(const LogicalType& type);

// Writes the value into slot `row` of `data`, which is the vector's own; false when the text is no such value.
// VARCHAR takes the text as it is, BLOB takes base64.
bool store_scalar(ScalarType type, std::string_view text, void* data, size_t row, StringArena& arena);

// A timestamp's text to the number its kind stores; TIMESTAMP WITH TIME ZONE must say its zone, TIMESTAMP may.
bool parse_timestamp_as(ScalarKind kind, std::string_view text, int64_t& result);

}  // namespace deltastream::format
