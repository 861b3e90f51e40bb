#include "delta/partition_value.h"

#include <algorithm>
#include <cctype>

#include "delta/text/number_value.h"
#include "delta/text/time_value.h"

namespace deltastream::delta {
namespace {

constexpr char kHiveNull[] = "__HIVE_DEFAULT_PARTITION__";

Error no_value(std::string_view text, const LogicalType& type) {
  return corrupt("the partition value '" + std::string(text) + "' is no value of type " + type.ToString());
}

bool equal_ignoring_case(std::string_view text, std::string_view lower) {
  return std::equal(text.begin(), text.end(), lower.begin(), lower.end(),
                    [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; });
}

// The words that Spark takes for a BOOLEAN.
std::optional<Value> parse_boolean(std::string_view text) {
  for (const char* word : {"true", "t", "yes", "y", "1"}) {
    if (equal_ignoring_case(text, word)) return Value::BOOLEAN(true);
  }
  for (const char* word : {"false", "f", "no", "n", "0"}) {
    if (equal_ignoring_case(text, word)) return Value::BOOLEAN(false);
  }
  return std::nullopt;
}

// Around anything but texts and bytes blanks mean nothing.
std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// Whether the bytes are UTF-8 as JSON text must be: shortest forms, no surrogates.
bool is_utf8(std::string_view bytes) {
  for (size_t i = 0; i < bytes.size();) {
    auto byte = [&](size_t at) { return at < bytes.size() ? static_cast<unsigned char>(bytes[at]) : 0u; };
    unsigned lead = byte(i);
    size_t length = lead < 0x80 ? 1 : lead >= 0xC2 && lead < 0xE0 ? 2 : lead >= 0xE0 && lead < 0xF0 ? 3 : lead >= 0xF0 && lead < 0xF5 ? 4 : 0;
    if (length == 0) return false;
    for (size_t k = 1; k < length; k++) {
      if ((byte(i + k) & 0xC0) != 0x80) return false;
    }
    unsigned second = byte(i + 1);
    if ((lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F) || (lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second > 0x8F)) return false;
    i += length;
  }
  return true;
}

// Up to nine digits behind the point of the seconds.
std::optional<int64_t> parse_nanos(std::string_view text) {
  size_t point = text.find('.'), digits = 0;
  int64_t nanos = 0;
  if (point == std::string_view::npos) point = text.size();
  while (point + 1 + digits < text.size() && text[point + 1 + digits] >= '0' && text[point + 1 + digits] <= '9') digits++;
  if (digits > 9) return std::nullopt;
  std::string to_micros(text);
  if (digits > 6) {
    for (size_t i = 6; i < 9; i++) nanos = nanos * 10 + (i < digits ? text[point + 1 + i] - '0' : 0);
    to_micros.erase(point + 7, digits - 6);
  }
  auto micros = parse_micros(to_micros);
  if (!micros || __builtin_mul_overflow(*micros, 1000, &*micros) || __builtin_add_overflow(*micros, nanos, &*micros)) return std::nullopt;
  return micros;
}

bool needs_hive_escape(char c) {
  static constexpr std::string_view kSpecial = "\"#%'*/:=?\\{[]^\x7f";
  return static_cast<unsigned char>(c) < 0x20 || kSpecial.find(c) != std::string_view::npos;
}

void append_hive_escaped(std::string& out, std::string_view text) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  for (char c : text) {
    if (needs_hive_escape(c)) {
      auto byte = static_cast<unsigned char>(c);
      out += {'%', kHex[byte >> 4], kHex[byte & 15]};
    } else {
      out += c;
    }
  }
}

// Of a type whose text is plain: not texts, not bytes.
Result<Value> parse_plain_value(std::string_view text, const LogicalType& type) {
  // The name of the folder for NULL, as some writers copy it into the log.
  if (text.empty() || text == kHiveNull) return Value(type);
  std::optional<Value> value;
  switch (type.id()) {
    case LogicalTypeId::BOOLEAN: value = parse_boolean(text); break;
    case LogicalTypeId::DATE:
      if (auto days = parse_days(text)) value = Value::DATE(duckdb::date_t(*days));
      break;
    case LogicalTypeId::TIMESTAMP:
      if (auto micros = parse_micros(text)) value = Value::TIMESTAMP(duckdb::timestamp_t(*micros));
      break;
    case LogicalTypeId::TIMESTAMP_TZ:
      if (auto micros = parse_micros(text)) value = Value::TIMESTAMPTZ(duckdb::timestamp_tz_t(*micros));
      break;
    case LogicalTypeId::TIMESTAMP_NS:
      if (auto nanos = parse_nanos(text)) value = Value::TIMESTAMPNS(duckdb::timestamp_ns_t(*nanos));
      break;
    default: value = parse_number(text, type); break;
  }
  if (!value) return no_value(text, type);
  return std::move(*value);
}

}  // namespace

Result<Value> parse_partition_value(const std::optional<std::string>& text, const LogicalType& type) {
  if (!text || text->empty()) return Value(type);
  // The bytes of the text, as Spark, delta-rs and DuckDB read it. (delta-rs writes "\\u0080" for a byte, which nobody takes back, itself
  // included; Spark writes bytes that are no text as replacement characters.)
  if (type.id() == LogicalTypeId::BLOB) return Value::BLOB(duckdb::const_data_ptr_cast(text->data()), text->size());
  if (type.id() == LogicalTypeId::VARCHAR) return Value::StringIsValid(*text) ? Result<Value>(Value(*text)) : no_value(*text, type);
  return parse_plain_value(trimmed(*text), type);
}

Result<std::optional<std::string>> format_partition_value(const Value& value, const LogicalType& type) {
  using Text = std::optional<std::string>;
  if (value.IsNull()) return Text();
  std::string text;
  switch (type.id()) {
    case LogicalTypeId::VARCHAR:
      // The log has no way to tell the empty text from null.
      return value.GetValueUnsafe<std::string>().empty() ? Text() : Text(value.GetValueUnsafe<std::string>());
    case LogicalTypeId::BLOB:
      text = value.GetValueUnsafe<std::string>();
      if (!is_utf8(text)) return unsupported("a binary partition value must be UTF-8: the log holds it as text");
      return text.empty() ? Text() : Text(std::move(text));
    case LogicalTypeId::BOOLEAN: return Text(value.GetValueUnsafe<bool>() ? "true" : "false");
    case LogicalTypeId::TINYINT: return Text(std::to_string(value.GetValueUnsafe<int8_t>()));
    case LogicalTypeId::SMALLINT: return Text(std::to_string(value.GetValueUnsafe<int16_t>()));
    case LogicalTypeId::INTEGER: return Text(std::to_string(value.GetValueUnsafe<int32_t>()));
    case LogicalTypeId::BIGINT: return Text(std::to_string(value.GetValueUnsafe<int64_t>()));
    case LogicalTypeId::FLOAT: return Text(java_text(value.GetValueUnsafe<float>()));
    case LogicalTypeId::DOUBLE: return Text(java_text(value.GetValueUnsafe<double>()));
    case LogicalTypeId::DECIMAL: return Text(decimal_text(value));
    case LogicalTypeId::DATE: {
      auto days = value.GetValueUnsafe<duckdb::date_t>();
      if (!duckdb::Value::IsFinite(days)) return invalid_argument("an infinite date cannot be a partition value");
      append_days(text, days.days);
      return Text(std::move(text));
    }
    case LogicalTypeId::TIMESTAMP:
    case LogicalTypeId::TIMESTAMP_TZ: {
      auto micros = value.GetValueUnsafe<duckdb::timestamp_t>();
      if (!duckdb::Value::IsFinite(micros)) return invalid_argument("an infinite timestamp cannot be a partition value");
      append_micros(text, micros.value, type.id() == LogicalTypeId::TIMESTAMP ? TimestampText::kSql : TimestampText::kIsoMicros);
      return Text(std::move(text));
    }
    default: return unsupported("a column of type " + type.ToString() + " cannot be a partition column");
  }
}

std::string partition_folder(std::string_view column, const std::optional<std::string>& value) {
  std::string folder;
  append_hive_escaped(folder, column);
  folder += '=';
  if (!value || value->empty()) {
    folder += kHiveNull;
  } else {
    append_hive_escaped(folder, *value);
  }
  return folder;
}

}  // namespace deltastream::delta
