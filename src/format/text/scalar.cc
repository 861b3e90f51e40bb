#include "format/text/scalar.h"

#include <strings.h>

#include "format/text/base64.h"
#include "format/text/number_text.h"
#include "format/text/time_text.h"

namespace deltastream::format {
namespace {

template <class T>
bool store_integer(std::string_view text, void* data, size_t row) {
  return parse_integer(text, static_cast<T*>(data)[row]);
}

bool store_boolean(std::string_view text, void* data, size_t row) {
  bool yes = text.size() == 4 && ::strncasecmp(text.data(), "true", 4) == 0;
  if (!yes && !(text.size() == 5 && ::strncasecmp(text.data(), "false", 5) == 0)) return false;
  static_cast<bool*>(data)[row] = yes;
  return true;
}

bool store_decimal(ScalarType type, std::string_view text, void* data, size_t row) {
  int128_t value;
  if (!parse_scaled(text, type.width, type.scale, Fraction::kRound, value)) return false;
  switch (type.kind) {
    case ScalarKind::kDecimal16: static_cast<int16_t*>(data)[row] = int16_t(value); break;
    case ScalarKind::kDecimal32: static_cast<int32_t*>(data)[row] = int32_t(value); break;
    case ScalarKind::kDecimal64: static_cast<int64_t*>(data)[row] = int64_t(value); break;
    default: static_cast<duckdb::hugeint_t*>(data)[row] = duckdb::hugeint_t(int64_t(value >> 64), uint64_t(value)); break;
  }
  return true;
}

bool store_blob(std::string_view text, void* data, size_t row, StringArena& arena) {
  size_t room = text.size() / 4 * 3, size = 0;
  char* bytes = arena.allocate(room);
  bool ok = base64_decode(text, bytes, size);
  if (ok) static_cast<duckdb::string_t*>(data)[row] = duckdb::string_t(bytes, uint32_t(size));
  bool points_to_arena = ok && size > duckdb::string_t::INLINE_LENGTH;
  arena.give_back(room - (points_to_arena ? size : 0));
  return ok;
}

bool store_timestamp(ScalarKind kind, std::string_view text, void* data, size_t row) {
  return parse_timestamp_as(kind, text, static_cast<int64_t*>(data)[row]);
}

ScalarKind decimal_kind(const LogicalType& type) {
  switch (type.InternalType()) {
    case duckdb::PhysicalType::INT16: return ScalarKind::kDecimal16;
    case duckdb::PhysicalType::INT32: return ScalarKind::kDecimal32;
    case duckdb::PhysicalType::INT64: return ScalarKind::kDecimal64;
    default: return ScalarKind::kDecimal128;
  }
}

}  // namespace

std::optional<ScalarType> scalar_type(const LogicalType& type) {
  auto plain = [](ScalarKind kind) { return ScalarType{kind}; };
  switch (type.id()) {
    case LogicalTypeId::BOOLEAN: return plain(ScalarKind::kBoolean);
    case LogicalTypeId::TINYINT: return plain(ScalarKind::kInt8);
    case LogicalTypeId::SMALLINT: return plain(ScalarKind::kInt16);
    case LogicalTypeId::INTEGER: return plain(ScalarKind::kInt32);
    case LogicalTypeId::BIGINT: return plain(ScalarKind::kInt64);
    case LogicalTypeId::UTINYINT: return plain(ScalarKind::kUint8);
    case LogicalTypeId::USMALLINT: return plain(ScalarKind::kUint16);
    case LogicalTypeId::UINTEGER: return plain(ScalarKind::kUint32);
    case LogicalTypeId::UBIGINT: return plain(ScalarKind::kUint64);
    case LogicalTypeId::FLOAT: return plain(ScalarKind::kFloat);
    case LogicalTypeId::DOUBLE: return plain(ScalarKind::kDouble);
    case LogicalTypeId::VARCHAR: return plain(ScalarKind::kVarchar);
    case LogicalTypeId::BLOB: return plain(ScalarKind::kBlob);
    case LogicalTypeId::DATE: return plain(ScalarKind::kDate);
    case LogicalTypeId::TIME: return plain(ScalarKind::kTime);
    case LogicalTypeId::TIMESTAMP_SEC: return plain(ScalarKind::kTimestampSeconds);
    case LogicalTypeId::TIMESTAMP_MS: return plain(ScalarKind::kTimestampMillis);
    case LogicalTypeId::TIMESTAMP: return plain(ScalarKind::kTimestampMicros);
    case LogicalTypeId::TIMESTAMP_NS: return plain(ScalarKind::kTimestampNanos);
    case LogicalTypeId::TIMESTAMP_TZ: return plain(ScalarKind::kTimestampZoned);
    case LogicalTypeId::DECIMAL:
      return ScalarType{decimal_kind(type), duckdb::DecimalType::GetWidth(type), duckdb::DecimalType::GetScale(type)};
    default: return std::nullopt;
  }
}

bool parse_timestamp_as(ScalarKind kind, std::string_view text, int64_t& result) {
  ParsedTimestamp parsed;
  if (!parse_timestamp(text, parsed)) return false;
  switch (kind) {
    case ScalarKind::kTimestampSeconds: result = parsed.seconds; return true;
    case ScalarKind::kTimestampMillis: result = parsed.seconds * 1000 + parsed.nanos / 1'000'000; return true;
    case ScalarKind::kTimestampNanos:
      return !__builtin_mul_overflow(parsed.seconds, int64_t(1'000'000'000), &result) &&
             !__builtin_add_overflow(result, int64_t(parsed.nanos), &result);
    case ScalarKind::kTimestampZoned:
      if (!parsed.has_zone) return false;
      [[fallthrough]];
    default: result = parsed.seconds * 1'000'000 + parsed.nanos / 1000; return true;
  }
}

bool store_scalar(ScalarType type, std::string_view text, void* data, size_t row, StringArena& arena) {
  switch (type.kind) {
    case ScalarKind::kBoolean: return store_boolean(text, data, row);
    case ScalarKind::kInt8: return store_integer<int8_t>(text, data, row);
    case ScalarKind::kInt16: return store_integer<int16_t>(text, data, row);
    case ScalarKind::kInt32: return store_integer<int32_t>(text, data, row);
    case ScalarKind::kInt64: return store_integer<int64_t>(text, data, row);
    case ScalarKind::kUint8: return store_integer<uint8_t>(text, data, row);
    case ScalarKind::kUint16: return store_integer<uint16_t>(text, data, row);
    case ScalarKind::kUint32: return store_integer<uint32_t>(text, data, row);
    case ScalarKind::kUint64: return store_integer<uint64_t>(text, data, row);
    case ScalarKind::kFloat: return parse_floating(text, static_cast<float*>(data)[row]);
    case ScalarKind::kDouble: return parse_floating(text, static_cast<double*>(data)[row]);
    case ScalarKind::kDecimal16:
    case ScalarKind::kDecimal32:
    case ScalarKind::kDecimal64:
    case ScalarKind::kDecimal128: return store_decimal(type, text, data, row);
    case ScalarKind::kVarchar: static_cast<duckdb::string_t*>(data)[row] = arena.copy(text); return true;
    case ScalarKind::kBlob: return store_blob(text, data, row, arena);
    case ScalarKind::kDate: return parse_date(text, static_cast<int32_t*>(data)[row]);
    case ScalarKind::kTime: return parse_time(text, static_cast<int64_t*>(data)[row]);
    default: return store_timestamp(type.kind, text, data, row);
  }
}

}  // namespace deltastream::format
