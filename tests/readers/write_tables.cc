// Writes tables for readers that are not ours, and beside each what it holds: NAME.json with the columns and every row,
// in a form that does not depend on who reads. Usage: write_tables FOLDER

#include <cmath>
#include <cstdio>
#include <fstream>
#include <functional>

#include "delta/checkpoint.h"
#include "delta/data_writer.h"
#include "delta/json/json_text.h"
#include "delta/log.h"
#include "delta/maintenance.h"
#include "delta/transaction.h"
#include "storage/stores.h"

namespace deltastream::delta {
namespace {

using Row = std::vector<Value>;

std::string hex(const std::string& bytes) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string text;
  for (char c : bytes) text += {kHex[static_cast<unsigned char>(c) >> 4], kHex[static_cast<unsigned char>(c) & 15]};
  return text;
}

// Numbers as numbers, dates and timestamps as counts, bytes as hex, maps as lists of pairs.
void append_value(const Value& value, std::string& out) {
  if (value.IsNull()) {
    out += "null";
    return;
  }
  switch (value.type().id()) {
    case LogicalTypeId::BOOLEAN: out += value.GetValue<bool>() ? "true" : "false"; return;
    case LogicalTypeId::FLOAT:
    case LogicalTypeId::DOUBLE: {
      double number = value.GetValue<double>();
      char text[64];
      std::snprintf(text, sizeof text, "\"%.17g\"", number);
      out += text;
      return;
    }
    case LogicalTypeId::DATE: append_json_number(out, value.GetValue<duckdb::date_t>().days); return;
    case LogicalTypeId::TIMESTAMP:
    case LogicalTypeId::TIMESTAMP_TZ: append_json_number(out, value.GetValueUnsafe<duckdb::timestamp_t>().value); return;
    case LogicalTypeId::BLOB: append_json_string(out, hex(duckdb::StringValue::Get(value))); return;
    case LogicalTypeId::VARCHAR: append_json_string(out, duckdb::StringValue::Get(value)); return;
    case LogicalTypeId::DECIMAL: append_json_string(out, value.ToString()); return;
    case LogicalTypeId::STRUCT: {
      JsonObject object(out);
      const auto& children = duckdb::StructValue::GetChildren(value);
      for (size_t i = 0; i < children.size(); i++) append_value(children[i], object.key(duckdb::StructType::GetChildName(value.type(), i)));
      object.close();
      return;
    }
    case LogicalTypeId::MAP:
    case LogicalTypeId::LIST: {
      out += '[';
      bool first = true;
      for (const auto& child : duckdb::ListValue::GetChildren(value)) {
        if (!first) out += ',';
        first = false;
        append_value(child, out);
      }
      out += ']';
      return;
    }
    default: out += value.ToString(); return;
  }
}

struct Table {
  std::string name;
  std::vector<Field> columns;
  std::vector<std::string> partitions;
  StringMap properties;
  std::vector<std::vector<Row>> commits;
  bool checkpoint = false;          // after the last commit but one
  bool forget_commits = false;      // and the commits that it replaces are removed
};

Status write_commit(Snapshot& table, const std::vector<Field>& columns, const std::vector<Row>& rows, int64_t number) {
  DS_ASSIGN_OR_RETURN(auto writer, DataWriter::create(table, columns));
  DataChunk chunk;
  duckdb::vector<LogicalType> types;
  for (const auto& column : columns) types.push_back(column.type);
  chunk.Initialize(duckdb::Allocator::DefaultAllocator(), types);
  for (size_t begin = 0; begin < rows.size(); begin += kChunkRows) {
    size_t count = std::min(rows.size() - begin, kChunkRows);
    chunk.Reset();
    for (size_t i = 0; i < count; i++) {
      for (size_t column = 0; column < columns.size(); column++) chunk.data[column].SetValue(i, rows[begin + i][column]);
    }
    chunk.SetCardinality(count);
    DS_RETURN_IF_ERROR(writer->write(chunk));
  }
  AppendRequest request;
  DS_ASSIGN_OR_RETURN(request.adds, writer->finish());
  request.txns = {{"write_tables", number, std::nullopt}};
  request.operation_parameters = {{"mode", "Append"}};
  auto committed = commit_append(table, request);
  return committed.ok() ? Status() : Status(committed.error());
}

void write_expectation(const std::string& folder, const Table& table) {
  std::string out = "{\"columns\":[";
  for (size_t i = 0; i < table.columns.size(); i++) {
    if (i) out += ',';
    append_json_string(out, table.columns[i].name);
  }
  out += "],\"mapped\":";
  out += table.properties.count("delta.columnMapping.mode") ? "true" : "false";
  out += ",\"partitions\":";
  append_json_list(out, table.partitions);
  out += ",\"rows\":[\n";
  bool first = true;
  for (const auto& rows : table.commits) {
    for (const auto& row : rows) {
      out += first ? "[" : ",\n[";
      first = false;
      for (size_t i = 0; i < row.size(); i++) {
        if (i) out += ',';
        append_value(row[i], out);
      }
      out += ']';
    }
  }
  out += "]}\n";
  std::ofstream(folder + "/" + table.name + ".json") << out;
}

Status write_table(const std::string& folder, const Table& plan) {
  auto store = storage::make_local_store(folder + "/" + plan.name);
  CreateTableRequest request;
  DS_ASSIGN_OR_RETURN(request.schema, Schema::from_fields(plan.columns));
  request.partition_columns = plan.partitions;
  request.properties = plan.properties;
  request.name = plan.name;
  DS_ASSIGN_OR_RETURN(Snapshot table, create_table(store, request));
  for (size_t i = 0; i < plan.commits.size(); i++) {
    if (plan.checkpoint && i + 1 == plan.commits.size()) {
      DS_ASSIGN_OR_RETURN(Snapshot all, Snapshot::open(store, SnapshotOptions{}));
      DS_RETURN_IF_ERROR(write_checkpoint(all));
      for (int64_t version = 0; plan.forget_commits && version < all.version(); version++) DS_RETURN_IF_ERROR(store->remove(commit_path(version)));
    }
    DS_RETURN_IF_ERROR(write_commit(table, plan.columns, plan.commits[i], static_cast<int64_t>(i)));
  }
  write_expectation(folder, plan);
  return {};
}

Value text_of(const std::string& text) { return Value(text); }

// Every type that has a vector form: NULLs, ordinary values, ends of the range.
Table all_types(const std::string& name, StringMap properties = {}) {
  auto inner = LogicalType::STRUCT({{"x", LogicalType::BIGINT}, {"y", LogicalType::VARCHAR}});
  auto ints = LogicalType::LIST(LogicalType::INTEGER);
  auto map = LogicalType::MAP(LogicalType::VARCHAR, LogicalType::BIGINT);
  Table table;
  table.name = name;
  table.properties = std::move(properties);
  table.columns = {{"id", LogicalType::BIGINT}, {"i8", LogicalType::TINYINT}, {"i16", LogicalType::SMALLINT}, {"i32", LogicalType::INTEGER},
                   {"f32", LogicalType::FLOAT}, {"f64", LogicalType::DOUBLE}, {"flag", LogicalType::BOOLEAN}, {"text", LogicalType::VARCHAR},
                   {"bytes", LogicalType::BLOB}, {"day", LogicalType::DATE}, {"ts", LogicalType::TIMESTAMP_TZ}, {"ntz", LogicalType::TIMESTAMP},
                   {"d4", LogicalType::DECIMAL(4, 2)}, {"d9", LogicalType::DECIMAL(9, 0)}, {"d18", LogicalType::DECIMAL(18, 6)}, {"d38", LogicalType::DECIMAL(38, 18)},
                   {"s", inner}, {"l", ints}, {"m", map}, {"ls", LogicalType::LIST(inner)}};
  auto struct_value = [&](Value x, Value y) { return Value::STRUCT({{"x", std::move(x)}, {"y", std::move(y)}}); };
  auto map_value = [&](const std::string& key, Value value) { return Value::MAP(LogicalType::VARCHAR, LogicalType::BIGINT, {Value(key)}, {std::move(value)}); };
  Row nulls;
  for (const auto& column : table.columns) nulls.emplace_back(column.type);
  auto row = [&](int64_t id, double number, const std::string& text, int32_t days, int64_t micros, int64_t units) {
    return Row{Value::BIGINT(id), Value::TINYINT(static_cast<int8_t>(units % 128)), Value::SMALLINT(static_cast<int16_t>(units % 32768)),
               Value::INTEGER(static_cast<int32_t>(units)), Value::FLOAT(static_cast<float>(number)), Value::DOUBLE(number), Value::BOOLEAN(id % 2 == 0),
               text_of(text), Value::BLOB(duckdb::const_data_ptr_cast(text.data()), text.size()), Value::DATE(duckdb::date_t(days)),
               Value::TIMESTAMPTZ(duckdb::timestamp_tz_t(micros)), Value::TIMESTAMP(duckdb::timestamp_t(micros)),
               Value::DECIMAL(static_cast<int16_t>(units % 10000), 4, 2), Value::DECIMAL(static_cast<int32_t>(units % 1'000'000'000), 9, 0),
               Value::DECIMAL(units, 18, 6), Value::DECIMAL(duckdb::hugeint_t(units) * duckdb::hugeint_t(1'000'000'007), 38, 18),
               struct_value(Value::BIGINT(id), id % 3 ? Value(text) : Value(LogicalType::VARCHAR)),
               Value::LIST(LogicalType::INTEGER, {Value::INTEGER(1), Value(LogicalType::INTEGER), Value::INTEGER(static_cast<int32_t>(id))}),
               map_value("k" + std::to_string(id), Value::BIGINT(id)),
               Value::LIST(inner, {struct_value(Value::BIGINT(id), Value(text)), Value(inner)})};
  };
  std::string long_text;
  for (int i = 0; i < 50; i++) long_text += "é";
  // Times are within what a nanosecond clock holds: pyarrow and pandas know no more.
  table.commits = {{row(1, 1.5, "a", 19000, 1'631'099'471'123'456, 12345), nulls, row(2, -0.1, "", -1, -1, -1)},
                   {row(3, 1e300, long_text, 47482, 9'000'000'000'000'001, 2'147'483'647), row(4, 0.0, "tab\t quote\" back\\ ü 😀", -25000, -2'000'000'000'000'001, 0)},
                   {row(5, -1e-300, "z", 0, 999, -2'147'483'647)}};
  auto& extremes = table.commits[2];
  extremes.push_back(row(6, HUGE_VAL, "inf", 1, 1, 1));
  extremes.push_back(row(7, -HUGE_VAL, "-inf", 2, 2, 2));
  Row nan = row(8, std::nan(""), "nan", 3, 3, 3);
  extremes.push_back(std::move(nan));
  return table;
}

// One table for each type that can be a partition column, with NULLs and texts that need escapes.
Table partitioned(const std::string& name, StringMap properties = {}) {
  Table table;
  table.name = name;
  table.properties = std::move(properties);
  table.columns = {{"id", LogicalType::BIGINT}, {"p text", LogicalType::VARCHAR}, {"p_int", LogicalType::INTEGER}, {"p_day", LogicalType::DATE},
                   {"p_flag", LogicalType::BOOLEAN}, {"p_dec", LogicalType::DECIMAL(10, 2)}, {"p_ts", LogicalType::TIMESTAMP_TZ}};
  table.partitions = {"p text", "p_int", "p_day", "p_flag", "p_dec", "p_ts"};
  const std::string texts[] = {"plain", "a b", "a/b", "a=b", "a%b", "a%20b", "ü😀", "quote\"s'", "a:b", "{x}", "a#b?c", "back\\slash", "a+b&c", "[x]^*", "~-_.!"};
  std::vector<Row> rows;
  int64_t id = 0;
  for (const auto& text : texts) {
    int32_t n = static_cast<int32_t>(id);
    rows.push_back({Value::BIGINT(id), Value(text), Value::INTEGER(n - 7), Value::DATE(duckdb::date_t(n * 1000 - 3000)), Value::BOOLEAN(n % 2 == 0),
                    Value::DECIMAL(int64_t(n) * 37 - 100, 10, 2), Value::TIMESTAMPTZ(duckdb::timestamp_tz_t(n * 1'000'000'007ll))});
    id++;
  }
  for (size_t nulled = 1; nulled < table.columns.size(); nulled++) {
    Row row = rows[nulled];
    row[0] = Value::BIGINT(id++);
    row[nulled] = Value(table.columns[nulled].type);
    rows.push_back(std::move(row));
  }
  table.commits = {rows, {rows[3], rows[16]}};
  return table;
}

Table many_commits(const std::string& name, StringMap properties, bool forget) {
  Table table;
  table.name = name;
  table.properties = std::move(properties);
  table.columns = {{"id", LogicalType::BIGINT}, {"word", LogicalType::VARCHAR}, {"part", LogicalType::INTEGER}, {"price", LogicalType::DECIMAL(12, 2)},
                   {"at", LogicalType::TIMESTAMP_TZ}, {"ratio", LogicalType::DOUBLE}};
  table.partitions = {"part"};
  for (int64_t commit = 0; commit < 12; commit++) {
    std::vector<Row> rows;
    for (int64_t i = 0; i < 5; i++) {
      int64_t id = commit * 5 + i;
      rows.push_back({Value::BIGINT(id), Value("word-" + std::to_string(id)), id % 7 ? Value::INTEGER(static_cast<int32_t>(id % 3)) : Value(LogicalType::INTEGER),
                      Value::DECIMAL(id * 1001 - 9, 12, 2), Value::TIMESTAMPTZ(duckdb::timestamp_tz_t(1'600'000'000'000'123 + id)), Value::DOUBLE(static_cast<double>(id) / 3)});
    }
    table.commits.push_back(std::move(rows));
  }
  table.checkpoint = true;
  table.forget_commits = forget;
  return table;
}

Status write_all(const std::string& folder) {
  std::vector<Table> tables = {all_types("types"),
                               partitioned("partitioned"),
                               many_commits("checkpoint", {}, true),
                               many_commits("checkpoint_and_commits", {{"delta.enableInCommitTimestamps", "true"}}, false),
                               many_commits("typed_statistics", {{"delta.checkpoint.writeStatsAsStruct", "true"}}, true),
                               many_commits("typed_statistics_only", {{"delta.checkpoint.writeStatsAsStruct", "true"}, {"delta.checkpoint.writeStatsAsJson", "false"}}, true),
                               many_commits("v2_checkpoint", {{"delta.checkpointPolicy", "v2"}}, true),
                               many_commits("row_tracking", {{"delta.enableRowTracking", "true"}}, true),
                               many_commits("deletion_vectors_on", {{"delta.enableDeletionVectors", "true"}, {"delta.enableChangeDataFeed", "true"}}, true),
                               many_commits("mapped_by_name", {{"delta.columnMapping.mode", "name"}}, true),
                               many_commits("mapped_by_id", {{"delta.columnMapping.mode", "id"}}, false),
                               all_types("types_mapped", {{"delta.columnMapping.mode", "name"}}),
                               partitioned("partitioned_random", {{"delta.randomizeFilePrefixes", "true"}})};
  for (const char* codec : {"zstd", "snappy", "gzip", "lz4", "none"}) {
    tables.push_back(many_commits(std::string("codec_") + codec, {{"delta.parquet.compression.codec", codec}}, false));
  }
  tables.push_back(many_commits("empty", {}, false));
  tables.back().commits.clear();
  for (const auto& table : tables) DS_RETURN_IF_ERROR(write_table(folder, table).context("table '" + table.name + "'"));
  return {};
}

}  // namespace
}  // namespace deltastream::delta

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: write_tables FOLDER\n");
    return 2;
  }
  auto written = deltastream::delta::write_all(argv[1]);
  if (written.ok()) return 0;
  std::fprintf(stderr, "error: %s\n", written.error().to_string().c_str());
  return 1;
}
