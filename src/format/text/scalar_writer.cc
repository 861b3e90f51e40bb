#include "format/text/scalar_writer.h"

#include <charconv>
#include <cmath>

#include "duckdb/common/types/decimal.hpp"
#include "format/text/base64.h"
#include "format/text/number_text.h"

namespace deltastream::format {
namespace {

template <class T>
T at(const void* data, size_t index) {
  return static_cast<const T*>(data)[index];
}

template <class T>
void append_integer(std::string& out, T value) {
  char buffer[24];
  auto end = std::to_chars(buffer, buffer + sizeof(buffer), value).ptr;
  out.append(buffer, end);
}

template <class T>
void append_floating(std::string& out, T value) {
  if (std::isnan(value)) {
    out += "NaN";
  } else if (std::isinf(value)) {
    out += value < 0 ? "-Infinity" : "Infinity";
  } else {
    char buffer[40];
    auto end = std::to_chars(buffer, buffer + sizeof(buffer), value).ptr;
    std::string_view text(buffer, size_t(end - buffer));
    out += text;
    if (text.find_first_of(".e") == std::string_view::npos) out += ".0";
  }
}

void append_decimal(std::string& out, int128_t value, uint8_t scale) {
  uint128_t rest = value < 0 ? -uint128_t(value) : uint128_t(value);
  char digits[48];
  char* end = digits + sizeof(digits);
  char* begin = end;
  int written = 0;
  do {
    if (written == scale && scale > 0) *--begin = '.';
    *--begin = char('0' + int(rest % 10));
    rest /= 10;
    written++;
  } while (rest != 0 || written <= scale);
  if (value < 0) out += '-';
  out.append(begin, end);
}

// Splits a count of units into whole seconds, rounded down, and what is left in nanoseconds.
void append_instant(std::string& out, int64_t value, int64_t units_a_second, TimestampForm form, bool zoned) {
  int64_t seconds = value / units_a_second, rest = value % units_a_second;
  if (rest < 0) {
    rest += units_a_second;
    seconds--;
  }
  append_timestamp(out, seconds, int32_t(rest * (1'000'000'000 / units_a_second)), form, zoned);
}

void append_text(std::string& out, const duckdb::string_t& text) { out.append(text.GetData(), text.GetSize()); }

}  // namespace

void append_scalar(std::string& out, ScalarType type, const void* data, size_t index, TimestampForm form) {
  switch (type.kind) {
    case ScalarKind::kBoolean: out += at<bool>(data, index) ? "true" : "false"; break;
    case ScalarKind::kInt8: append_integer(out, int(at<int8_t>(data, index))); break;
    case ScalarKind::kInt16: append_integer(out, at<int16_t>(data, index)); break;
    case ScalarKind::kInt32: append_integer(out, at<int32_t>(data, index)); break;
    case ScalarKind::kInt64: append_integer(out, at<int64_t>(data, index)); break;
    case ScalarKind::kUint8: append_integer(out, unsigned(at<uint8_t>(data, index))); break;
    case ScalarKind::kUint16: append_integer(out, at<uint16_t>(data, index)); break;
    case ScalarKind::kUint32: append_integer(out, at<uint32_t>(data, index)); break;
    case ScalarKind::kUint64: append_integer(out, at<uint64_t>(data, index)); break;
    case ScalarKind::kFloat: append_floating(out, at<float>(data, index)); break;
    case ScalarKind::kDouble: append_floating(out, at<double>(data, index)); break;
    case ScalarKind::kDecimal16: append_decimal(out, at<int16_t>(data, index), type.scale); break;
    case ScalarKind::kDecimal32: append_decimal(out, at<int32_t>(data, index), type.scale); break;
    case ScalarKind::kDecimal64: append_decimal(out, at<int64_t>(data, index), type.scale); break;
    case ScalarKind::kDecimal128: {
      auto value = at<duckdb::hugeint_t>(data, index);
      append_decimal(out, int128_t(uint128_t(uint64_t(value.upper)) << 64 | value.lower), type.scale);
      break;
    }
    case ScalarKind::kVarchar: append_text(out, at<duckdb::string_t>(data, index)); break;
    case ScalarKind::kBlob: {
      auto blob = at<duckdb::string_t>(data, index);
      append_base64(out, {blob.GetData(), blob.GetSize()});
      break;
    }
    case ScalarKind::kDate: append_date(out, at<int32_t>(data, index)); break;
    case ScalarKind::kTime: append_time(out, at<int64_t>(data, index)); break;
    case ScalarKind::kTimestampSeconds: append_instant(out, at<int64_t>(data, index), 1, form, false); break;
    case ScalarKind::kTimestampMillis: append_instant(out, at<int64_t>(data, index), 1000, form, false); break;
    case ScalarKind::kTimestampMicros: append_instant(out, at<int64_t>(data, index), 1'000'000, form, false); break;
    case ScalarKind::kTimestampNanos: append_instant(out, at<int64_t>(data, index), 1'000'000'000, form, false); break;
    case ScalarKind::kTimestampZoned: append_instant(out, at<int64_t>(data, index), 1'000'000, form, true); break;
  }
}

}  // namespace deltastream::format
