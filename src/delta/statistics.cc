#include "delta/statistics.h"

#include <charconv>
#include <cmath>

#include "delta/json/json_scan.h"
#include "delta/json/json_text.h"
#include "delta/text/number_value.h"
#include "delta/text/time_value.h"

namespace deltastream::delta {
namespace {

using format::ColumnStatistics;

// Characters of a string that a bound keeps, as other Delta writers do.
constexpr size_t kPrefixCharacters = 32;
// Where a maximum has only the highest characters, so many more are tried before it is left out.
constexpr size_t kMaxCharacters = 2 * kPrefixCharacters;
constexpr char kAboveAscii[] = "\x7f";
constexpr char kHighestCharacter[] = "\xf4\x8f\xbf\xbf";  // U+10FFFF

// What Delta before 3.1 put behind a maximum that it cut. It cut and compared UTF-16, in which the characters above U+FFFF are lower
// than this, so that the values may lie above their bound.
constexpr char kOldTieBreaker[] = "\xef\xbf\xbd";

// 1582-10-15. Engines that still count in the Julian calendar before it say dates in statistics that their files, read as they are,
// do not hold: "0100-01-01" beside 0099-12-30. Neither bound is believed.
constexpr int32_t kFirstGregorianDay = -141427;
constexpr int64_t kMicrosOfDay = 86'400'000'000;

size_t next_character(std::string_view text, size_t at) {
  do at++;
  while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80);
  return at;
}

size_t prefix_bytes(std::string_view text) {
  size_t at = 0;
  for (size_t i = 0; i < kPrefixCharacters && at < text.size(); i++) at = next_character(text, at);
  return at;
}

// The shortest cut that still is an upper bound: a prefix and a character above the first one cut off.
std::optional<std::string> cut_max(std::string_view text) {
  size_t at = prefix_bytes(text);
  if (at == text.size()) return std::string(text);
  for (size_t i = kPrefixCharacters; i < kMaxCharacters && at < text.size(); i++) {
    std::string_view cut = text.substr(at, next_character(text, at) - at);
    if (cut < kAboveAscii) return std::string(text.substr(0, at)) + kAboveAscii;
    if (cut < kHighestCharacter) return std::string(text.substr(0, at)) + kHighestCharacter;
    at += cut.size();
  }
  return at == text.size() ? std::optional(std::string(text)) : std::nullopt;
}

bool readable_year(int32_t days) {
  int32_t year = year_of_days(days);
  return year >= 0 && year <= 9999;
}

// A float is written as the double it is, so that it reads back the same whichever of the two a reader takes.
bool append_timestamp(duckdb::timestamp_t time, bool zoned, bool is_max, std::string& out) {
  if (!Value::IsFinite(time)) return false;
  // Milliseconds are what the log holds. A maximum is raised to the next one, so that it bounds with or without the reader's care.
  int64_t millis = floor_divide(time.value, 1000);
  if (is_max && time.value % 1000 != 0) millis++;
  auto days = floor_divide(millis, kMicrosOfDay / 1000);
  if (!readable_year(static_cast<int32_t>(days))) return false;
  out += '"';
  append_micros(out, millis * 1000, TimestampText::kIsoMillis);
  out += zoned ? "Z\"" : "\"";
  return true;
}

// Appends the bound as JSON; false when it has no form that bounds safely, and then nothing is appended.
bool append_bound(const Value& value, const LogicalType& type, bool is_max, std::string& out) {
  switch (type.id()) {
    case LogicalTypeId::TINYINT: append_json_number(out, value.GetValueUnsafe<int8_t>()); return true;
    case LogicalTypeId::SMALLINT: append_json_number(out, value.GetValueUnsafe<int16_t>()); return true;
    case LogicalTypeId::INTEGER: append_json_number(out, value.GetValueUnsafe<int32_t>()); return true;
    case LogicalTypeId::BIGINT: append_json_number(out, value.GetValueUnsafe<int64_t>()); return true;
    case LogicalTypeId::FLOAT: return append_json_double(out, static_cast<double>(value.GetValueUnsafe<float>()));
    case LogicalTypeId::DOUBLE: return append_json_double(out, value.GetValueUnsafe<double>());
    case LogicalTypeId::DECIMAL: out += decimal_text(value); return true;
    case LogicalTypeId::VARCHAR: {
      const auto& text = duckdb::StringValue::Get(value);
      if (!is_max) {
        append_json_string(out, std::string_view(text).substr(0, prefix_bytes(text)));
        return true;
      }
      auto cut = cut_max(text);
      if (cut) append_json_string(out, *cut);
      return cut.has_value();
    }
    case LogicalTypeId::DATE: {
      auto date = value.GetValueUnsafe<duckdb::date_t>();
      if (!Value::IsFinite(date) || !readable_year(date.days)) return false;
      out += '"';
      append_days(out, date.days);
      out += '"';
      return true;
    }
    case LogicalTypeId::TIMESTAMP: return append_timestamp(value.GetValueUnsafe<duckdb::timestamp_t>(), false, is_max, out);
    case LogicalTypeId::TIMESTAMP_TZ: return append_timestamp(value.GetValueUnsafe<duckdb::timestamp_t>(), true, is_max, out);
    default: return false;  // boolean, binary, variant, list, map
  }
}

// Writes one of the three trees: leaves that `leaf` has nothing for are left out, and so are structs without leaves.
template <class Leaf>
class TreeWriter {
 public:
  TreeWriter(const std::vector<ColumnStatistics>& columns, Leaf leaf) : columns_(columns), leaf_(leaf) {}

  // The object over columns [begin, end), which share the first `depth` names; false when it would be empty.
  bool append(size_t begin, size_t end, size_t depth, std::string& out) {
    size_t start = out.size();
    JsonObject object(out);
    bool any = false;
    for (size_t at = begin; at < end;) {
      const auto& path = columns_[at].path;
      size_t next = at + 1;
      while (next < end && columns_[next].path.size() > depth && columns_[next].path[depth] == path[depth]) next++;
      std::string value;
      if (path.size() == depth + 1 ? leaf_(columns_[at], value) : append(at, next, depth + 1, value)) {
        object.raw(path[depth], value);
        any = true;
      }
      at = next;
    }
    object.close();
    if (!any) out.resize(start);
    return any;
  }

 private:
  const std::vector<ColumnStatistics>& columns_;
  Leaf leaf_;
};

template <class Leaf>
std::string tree(const std::vector<ColumnStatistics>& columns, Leaf leaf) {
  std::string out;
  if (!TreeWriter<Leaf>(columns, leaf).append(0, columns.size(), 0, out)) out = "{}";
  return out;
}

std::string bounds(const std::vector<ColumnStatistics>& columns, bool is_max) {
  return tree(columns, [is_max](const ColumnStatistics& column, std::string& out) {
    const auto& value = is_max ? column.max : column.min;
    return value && !value->IsNull() && !column.has_nan && append_bound(*value, column.type, is_max, out);
  });
}

std::optional<int64_t> read_count(std::optional<std::string_view> raw) {
  if (!raw) return std::nullopt;
  int64_t value = 0;
  auto parsed = std::from_chars(raw->data(), raw->data() + raw->size(), value);
  if (parsed.ec != std::errc() || parsed.ptr != raw->data() + raw->size() || value < 0) return std::nullopt;
  return value;
}

std::optional<Value> read_text_bound(const std::string& text, const LogicalType& type, bool is_max) {
  switch (type.id()) {
    case LogicalTypeId::VARCHAR:
      if (is_max && text.ends_with(kOldTieBreaker)) return std::nullopt;
      return Value::StringIsValid(text) ? std::optional(Value(text)) : std::nullopt;
    case LogicalTypeId::DATE: {
      auto days = parse_days(text);
      return days && *days >= kFirstGregorianDay ? std::optional(Value::DATE(duckdb::date_t(*days))) : std::nullopt;
    }
    case LogicalTypeId::TIMESTAMP:
    case LogicalTypeId::TIMESTAMP_TZ: {
      auto micros = parse_micros(text);
      if (!micros || *micros < kFirstGregorianDay * kMicrosOfDay || (is_max && __builtin_add_overflow(*micros, 1000, &*micros))) return std::nullopt;
      return type.id() == LogicalTypeId::TIMESTAMP ? Value::TIMESTAMP(duckdb::timestamp_t(*micros))
                                                   : Value::TIMESTAMPTZ(duckdb::timestamp_tz_t(*micros));
    }
    default: return std::nullopt;
  }
}

std::optional<Value> read_bound(std::optional<std::string_view> raw, const LogicalType& type, bool is_max) {
  if (!raw || raw->empty()) return std::nullopt;
  if (raw->front() == '"') {
    auto text = json_text(*raw);
    return text ? read_text_bound(*text, type, is_max) : std::nullopt;
  }
  auto value = parse_number(*raw, type);
  // A bound beyond finite numbers bounds nothing that a comparison could use.
  if (value && (type.id() == LogicalTypeId::DOUBLE || type.id() == LogicalTypeId::FLOAT) && !std::isfinite(value->GetValue<double>())) return std::nullopt;
  return value;
}

}  // namespace

std::string write_statistics(int64_t rows, const std::vector<ColumnStatistics>& columns) {
  std::string out;
  JsonObject object(out);
  object.number("numRecords", rows);
  object.raw("minValues", bounds(columns, false));
  object.raw("maxValues", bounds(columns, true));
  object.raw("nullCount", tree(columns, [](const ColumnStatistics& column, std::string& leaf) {
               append_json_number(leaf, static_cast<int64_t>(column.null_count));
               return true;
             }));
  object.close();
  return out;
}

std::optional<int64_t> StatisticsReader::num_records() const { return read_count(json_member(json_, "numRecords")); }

bool StatisticsReader::tight_bounds() const {
  auto raw = json_member(json_, "tightBounds");
  return !raw || *raw != "false";
}

ColumnBounds StatisticsReader::column(const std::vector<std::string>& path, const LogicalType& type) const {
  if (!trees_) {
    Trees found;
    bool whole = json_members(json_, [&](std::string_view key, std::string_view value) {
      if (key == "minValues") found.mins = value;
      if (key == "maxValues") found.maxs = value;
      if (key == "nullCount") found.nulls = value;
      return true;
    });
    trees_ = whole ? found : Trees();
  }
  ColumnBounds bounds;
  if (path.empty()) return bounds;
  if (trees_->mins) bounds.min = read_bound(json_member_at(*trees_->mins, path), type, false);
  if (trees_->maxs) bounds.max = read_bound(json_member_at(*trees_->maxs, path), type, true);
  if (trees_->nulls) bounds.null_count = read_count(json_member_at(*trees_->nulls, path));
  return bounds;
}

}  // namespace deltastream::delta
