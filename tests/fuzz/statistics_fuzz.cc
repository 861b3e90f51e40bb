// Any bytes as the statistics of a file. First as their text: what is found in it is what a JSON parser finds. Then as values of every
// type: bounds written from them, as text and as the columns of a checkpoint, hold the values when read back, so that no condition
// that a value meets skips its file.
#include <nlohmann/json.hpp>

#include "delta/log/parsed_columns.h"
#include "delta/scan/bounds.h"
#include "delta/statistics.h"
#include "require.h"

using namespace deltastream;
using fuzz::Input;
using fuzz::require;

namespace {

const std::vector<LogicalType>& types() {
  static const std::vector<LogicalType> kTypes = {LogicalType::TINYINT,        LogicalType::SMALLINT,      LogicalType::INTEGER, LogicalType::BIGINT,
                                                  LogicalType::FLOAT,          LogicalType::DOUBLE,        LogicalType::DATE,    LogicalType::TIMESTAMP,
                                                  LogicalType::TIMESTAMP_TZ,   LogicalType::DECIMAL(4, 4), LogicalType::DECIMAL(18, 2),
                                                  LogicalType::DECIMAL(38, 9), LogicalType::VARCHAR};
  return kTypes;
}

bool is_once(std::string_view text, std::string_view word) {
  const size_t first = text.find(word);
  return first != std::string_view::npos && text.find(word, first + 1) == std::string_view::npos;
}

void check_text(std::string_view text) {
  const delta::StatisticsReader reader(text);
  for (const LogicalType& type : types()) {
    for (const auto& path : std::vector<std::vector<std::string>>{{"a"}, {"s", "b"}, {"\xc3\xa9"}}) {
      const delta::ColumnBounds bounds = reader.column(path, type);
      require(!bounds.min || (bounds.min->type() == type && !bounds.min->IsNull()));
      require(!bounds.max || (bounds.max->type() == type && !bounds.max->IsNull()));
      require(!bounds.null_count || *bounds.null_count >= 0);
    }
  }
  const auto records = reader.num_records();
  (void)reader.tight_bounds();
  const auto tree = nlohmann::json::parse(text, nullptr, false);
  // Of a key that stands twice, or is spelled with escapes, the two may take another one.
  if (!tree.is_object() || !is_once(text, "\"numRecords\"") || text.find('\\') != std::string_view::npos) return;
  if (!tree.contains("numRecords")) return require(!records);
  const auto& number = tree["numRecords"];
  const bool fits = number.is_number_integer() && (!number.is_number_unsigned() || number.get<uint64_t>() <= INT64_MAX) && number.get<int64_t>() >= 0;
  require(records == (fits ? std::optional(number.get<int64_t>()) : std::nullopt));
}

// A value of the type that a file can hold; nullopt where the bytes make none.
std::optional<Value> take_value(Input& input, const LogicalType& type) {
  switch (type.id()) {
    case LogicalTypeId::TINYINT: return Value::TINYINT(input.take<int8_t>());
    case LogicalTypeId::SMALLINT: return Value::SMALLINT(input.take<int16_t>());
    case LogicalTypeId::INTEGER: return Value::INTEGER(input.take<int32_t>());
    case LogicalTypeId::BIGINT: return Value::BIGINT(input.take<int64_t>());
    case LogicalTypeId::DATE: return Value::DATE(duckdb::date_t(input.take<int32_t>()));
    case LogicalTypeId::TIMESTAMP: return Value::TIMESTAMP(duckdb::timestamp_t(input.take<int64_t>()));
    case LogicalTypeId::TIMESTAMP_TZ: return Value::TIMESTAMPTZ(duckdb::timestamp_tz_t(input.take<int64_t>()));
    case LogicalTypeId::FLOAT: {
      const auto value = input.take<float>();
      return Value::IsNan(value) ? std::nullopt : std::optional(Value::FLOAT(value));
    }
    case LogicalTypeId::DOUBLE: {
      const auto value = input.take<double>();
      return Value::IsNan(value) ? std::nullopt : std::optional(Value::DOUBLE(value));
    }
    case LogicalTypeId::DECIMAL: {
      const uint8_t width = duckdb::DecimalType::GetWidth(type);
      const uint8_t scale = duckdb::DecimalType::GetScale(type);
      if (width == 4) return Value::DECIMAL(static_cast<int16_t>(input.take<int16_t>() % 10'000), width, scale);
      if (width == 18) return Value::DECIMAL(input.take<int64_t>() % 1'000'000'000'000'000'000, width, scale);
      const __int128 product = static_cast<__int128>(input.take<int64_t>()) * input.take<int64_t>();
      return Value::DECIMAL(duckdb::hugeint_t(static_cast<int64_t>(product >> 64), static_cast<uint64_t>(product)), width, scale);
    }
    default: {
      const size_t length = input.take<uint8_t>() % 100;
      const std::string text(input.take_text(length));
      return Value::StringIsValid(text) ? std::optional(Value(text)) : std::nullopt;
    }
  }
}

struct Column {
  LogicalType type;
  Value low, high;
};

delta::Predicate predicate(delta::PredicateOp op, const Value& value) { return {{"c"}, op, {value}}; }

// Both values stand in the file, so no condition that one of them meets may skip it.
void check_bounds(const Column& column, const delta::ColumnBounds& bounds) {
  using delta::PredicateOp;
  require(!bounds.min || *bounds.min <= column.low);
  require(!bounds.max || *bounds.max >= column.high);
  require(bounds.null_count == 3);
  const bool exact = column.type.id() != LogicalTypeId::VARCHAR && column.type.id() != LogicalTypeId::TIMESTAMP && column.type.id() != LogicalTypeId::TIMESTAMP_TZ;
  for (const Value& value : {column.low, column.high}) {
    for (auto op : {PredicateOp::kEqual, PredicateOp::kIn, PredicateOp::kLessEqual, PredicateOp::kGreaterEqual, PredicateOp::kIsNotNull, PredicateOp::kIsNull}) {
      require(delta::bounds_may_match(predicate(op, value), bounds, 5, exact));
    }
  }
  if (column.low == column.high) return;
  require(delta::bounds_may_match(predicate(PredicateOp::kNotEqual, column.low), bounds, 5, exact));
  require(delta::bounds_may_match(predicate(PredicateOp::kLess, column.high), bounds, 5, exact));
  require(delta::bounds_may_match(predicate(PredicateOp::kGreater, column.low), bounds, 5, exact));
}

void check_written(const std::vector<Column>& columns) {
  std::vector<format::ColumnStatistics> written;
  for (size_t i = 0; i < columns.size(); i++) written.push_back({{"c" + std::to_string(i)}, columns[i].type, columns[i].low, columns[i].high, 3, false});
  const std::string text = delta::write_statistics(5, written);
  require(nlohmann::json::accept(text));
  const delta::StatisticsReader reader(text);
  require(reader.num_records() == 5);
  for (size_t i = 0; i < columns.size(); i++) check_bounds(columns[i], reader.column(written[i].path, columns[i].type));
}

// The same as stats_parsed of a checkpoint, which other writers fill.
void check_parsed(const std::vector<Column>& columns) {
  duckdb::child_list_t<LogicalType> bound_types, count_types;
  duckdb::child_list_t<Value> lows, highs, counts;
  for (size_t i = 0; i < columns.size(); i++) {
    const std::string name = "c" + std::to_string(i);
    lows.emplace_back(name, columns[i].low);
    highs.emplace_back(name, columns[i].high);
    counts.emplace_back(name, Value::BIGINT(3));
  }
  const Value facts = Value::STRUCT({{"numRecords", Value::BIGINT(5)},
                                     {"minValues", Value::STRUCT(std::move(lows))},
                                     {"maxValues", Value::STRUCT(std::move(highs))},
                                     {"nullCount", Value::STRUCT(std::move(counts))}});
  Vector vector(facts.type(), 1);
  vector.SetValue(0, facts);
  std::string text;
  delta::ParsedStatistics(vector, 1).append_json(0, text);
  require(nlohmann::json::accept(text));
  const delta::StatisticsReader reader(text);
  require(reader.num_records() == 5);
  for (size_t i = 0; i < columns.size(); i++) check_bounds(columns[i], reader.column({"c" + std::to_string(i)}, columns[i].type));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes = fuzz::as_text(data, size);
  check_text(bytes);
  Input input(bytes);
  std::vector<Column> columns;
  for (const LogicalType& type : types()) {
    auto one = take_value(input, type), other = take_value(input, type);
    if (!one || !other) continue;
    const bool ordered = *one <= *other;
    columns.push_back({type, ordered ? *one : *other, ordered ? *other : *one});
  }
  check_written(columns);
  check_parsed(columns);
  return 0;
}
