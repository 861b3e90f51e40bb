#include "delta/log/parsed_columns.h"

#include "delta/json/json_text.h"
#include "delta/partition_value.h"
#include "delta/text/number_value.h"
#include "delta/text/time_value.h"

namespace deltastream::delta {
namespace {

bool append_timestamp(duckdb::timestamp_t time, bool zoned, std::string& out) {
  int64_t micros = 0;
  // Cut to the millisecond as in every log; who reads a maximum raises it again.
  if (!Value::IsFinite(time) || __builtin_mul_overflow(floor_divide(time.value, 1000), 1000, &micros)) return false;
  out += '"';
  append_micros(out, micros, TimestampText::kIsoMillis);
  out += zoned ? "Z\"" : "\"";
  return true;
}

}  // namespace

ParsedStatistics::ParsedStatistics(Vector& vector, size_t rows) : root_(describe("", vector, rows)) {}

ParsedStatistics::Node ParsedStatistics::describe(const std::string& name, Vector& vector, size_t rows) {
  Node node{name, vector.GetType().id(), {}, {}};
  if (node.type == LogicalTypeId::STRUCT) {
    vector.Flatten(rows);
    const auto& types = duckdb::StructType::GetChildTypes(vector.GetType());
    auto& entries = duckdb::StructVector::GetEntries(vector);
    for (size_t i = 0; i < entries.size(); i++) node.children.push_back(describe(types[i].first, *entries[i], rows));
  }
  node.column = ChunkColumn(vector, rows);
  return node;
}

void ParsedStatistics::append_json(size_t row, std::string& out) const {
  if (!append(root_, row, out)) out += "{}";
}

bool ParsedStatistics::append(const Node& node, size_t row, std::string& out) {
  if (node.column.is_null(row)) return false;
  if (node.type != LogicalTypeId::STRUCT) return append_leaf(node, row, out);
  JsonObject object(out);
  for (const auto& child : node.children) {
    std::string value;
    if (append(child, row, value)) object.raw(child.name, value);
  }
  object.close();
  return true;
}

bool ParsedStatistics::append_leaf(const Node& node, size_t row, std::string& out) {
  const auto& column = node.column;
  switch (node.type) {
    case LogicalTypeId::BOOLEAN: out += column.get<bool>(row) ? "true" : "false"; return true;
    case LogicalTypeId::TINYINT: append_json_number(out, column.get<int8_t>(row)); return true;
    case LogicalTypeId::SMALLINT: append_json_number(out, column.get<int16_t>(row)); return true;
    case LogicalTypeId::INTEGER: append_json_number(out, column.get<int32_t>(row)); return true;
    case LogicalTypeId::BIGINT: append_json_number(out, column.get<int64_t>(row)); return true;
    case LogicalTypeId::FLOAT: return append_json_double(out, static_cast<double>(column.get<float>(row)));
    case LogicalTypeId::DOUBLE: return append_json_double(out, column.get<double>(row));
    case LogicalTypeId::DECIMAL: out += decimal_text(column.vector().GetValue(row)); return true;
    case LogicalTypeId::VARCHAR: append_json_string(out, column.text(row)); return true;
    case LogicalTypeId::DATE: {
      auto date = column.get<duckdb::date_t>(row);
      if (!Value::IsFinite(date)) return false;
      out += '"';
      append_days(out, date.days);
      out += '"';
      return true;
    }
    case LogicalTypeId::TIMESTAMP: return append_timestamp(column.get<duckdb::timestamp_t>(row), false, out);
    case LogicalTypeId::TIMESTAMP_TZ: return append_timestamp(column.get<duckdb::timestamp_t>(row), true, out);
    default: return false;
  }
}

Status append_parsed_partition_values(Vector& vector, size_t row, std::string& out) {
  Value values = vector.GetValue(row);
  const auto& types = duckdb::StructType::GetChildTypes(vector.GetType());
  const auto& children = duckdb::StructValue::GetChildren(values);
  JsonObject object(out);
  for (size_t i = 0; i < children.size(); i++) {
    DS_ASSIGN_OR_RETURN(auto text, format_partition_value(children[i], types[i].second).context("partitionValues_parsed." + types[i].first));
    if (text) {
      object.text(types[i].first, *text);
    } else {
      object.raw(types[i].first, "null");
    }
  }
  object.close();
  return {};
}

}  // namespace deltastream::delta
