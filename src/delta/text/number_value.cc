#include "delta/text/number_value.h"

#include <charconv>
#include <cmath>

#include "duckdb/common/types/decimal.hpp"
#include "duckdb/common/types/hugeint.hpp"
#include "format/text/number_text.h"

namespace deltastream::delta {
namespace {

duckdb::hugeint_t to_hugeint(format::int128_t value) {
  duckdb::hugeint_t result;
  result.lower = static_cast<uint64_t>(value);
  result.upper = static_cast<int64_t>(value >> 64);
  return result;
}

std::optional<Value> parse_decimal(std::string_view text, const LogicalType& type) {
  uint8_t width = duckdb::DecimalType::GetWidth(type);
  uint8_t scale = duckdb::DecimalType::GetScale(type);
  format::int128_t units = 0;
  if (!format::parse_scaled(text, width, scale, format::Fraction::kRefuse, units)) return std::nullopt;
  switch (type.InternalType()) {
    case duckdb::PhysicalType::INT16: return Value::DECIMAL(static_cast<int16_t>(units), width, scale);
    case duckdb::PhysicalType::INT32: return Value::DECIMAL(static_cast<int32_t>(units), width, scale);
    case duckdb::PhysicalType::INT64: return Value::DECIMAL(static_cast<int64_t>(units), width, scale);
    default: return Value::DECIMAL(to_hugeint(units), width, scale);
  }
}

template <class T>
std::optional<Value> parse_whole(std::string_view text, Value (*make)(T)) {
  T value = 0;
  if (!format::parse_integer(text, value)) return std::nullopt;
  return make(value);
}

// Shortest digits of a finite number, laid out as Java does: plain from 10^-3 to 10^7, else with one digit before the point.
template <class T>
std::string java_layout(T value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  char buffer[64];
  T magnitude = std::abs(value);
  bool plain = value == 0 || (magnitude >= T(1e-3) && magnitude < T(1e7));
  auto end = std::to_chars(buffer, buffer + sizeof buffer, value, plain ? std::chars_format::fixed : std::chars_format::scientific).ptr;
  std::string text(buffer, end);
  if (plain) return text.find('.') == std::string::npos ? text + ".0" : text;
  size_t e = text.find('e');
  std::string digits = text.substr(0, e);
  if (digits.find('.') == std::string::npos) digits += ".0";
  int exponent = 0;
  const char* at = text.data() + e + 1;
  if (*at == '+') at++;
  std::from_chars(at, text.data() + text.size(), exponent);
  return digits + "E" + std::to_string(exponent);
}

}  // namespace

std::optional<Value> parse_number(std::string_view text, const LogicalType& type) {
  switch (type.id()) {
    case LogicalTypeId::TINYINT: return parse_whole<int8_t>(text, Value::TINYINT);
    case LogicalTypeId::SMALLINT: return parse_whole<int16_t>(text, Value::SMALLINT);
    case LogicalTypeId::INTEGER: return parse_whole<int32_t>(text, Value::INTEGER);
    case LogicalTypeId::BIGINT: return parse_whole<int64_t>(text, Value::BIGINT);
    case LogicalTypeId::DECIMAL: return parse_decimal(text, type);
    case LogicalTypeId::FLOAT: {
      float value = 0;
      return format::parse_floating(text, value) ? std::optional(Value::FLOAT(value)) : std::nullopt;
    }
    case LogicalTypeId::DOUBLE: {
      double value = 0;
      return format::parse_floating(text, value) ? std::optional(Value::DOUBLE(value)) : std::nullopt;
    }
    default: return std::nullopt;
  }
}

std::string decimal_text(const Value& value) {
  const LogicalType& type = value.type();
  uint8_t width = duckdb::DecimalType::GetWidth(type);
  uint8_t scale = duckdb::DecimalType::GetScale(type);
  std::string text;
  switch (type.InternalType()) {
    case duckdb::PhysicalType::INT16: text = duckdb::Decimal::ToString(value.GetValueUnsafe<int16_t>(), width, scale); break;
    case duckdb::PhysicalType::INT32: text = duckdb::Decimal::ToString(value.GetValueUnsafe<int32_t>(), width, scale); break;
    case duckdb::PhysicalType::INT64: text = duckdb::Decimal::ToString(value.GetValueUnsafe<int64_t>(), width, scale); break;
    default: text = duckdb::Decimal::ToString(value.GetValueUnsafe<duckdb::hugeint_t>(), width, scale); break;
  }
  // A decimal as wide as its scale comes without the zero that JSON wants before the point.
  size_t point = text.find('.');
  if (point == 0 || (point == 1 && text[0] == '-')) text.insert(point, "0");
  return text;
}

std::string java_text(double value) { return java_layout(value); }
std::string java_text(float value) { return java_layout(value); }

}  // namespace deltastream::delta
