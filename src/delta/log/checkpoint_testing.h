#pragma once
// Checkpoints for tests, action by action. For tests only.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "delta/log/table_testing.h"
#include "format/parquet.h"

namespace deltastream::delta::checkpoint_testing {

using Paths = std::vector<std::string>;
using Fields = duckdb::child_list_t<Value>;
using Id = LogicalTypeId;

inline Value text_map(const std::vector<std::pair<std::string, Value>>& entries) {
  duckdb::vector<Value> keys, values;
  for (const auto& [key, value] : entries) {
    keys.emplace_back(key);
    values.push_back(value);
  }
  return Value::MAP(Id::VARCHAR, Id::VARCHAR, std::move(keys), std::move(values));
}

// A column of the checkpoint: its type is that of its first row.
struct Column {
  std::string name;
  std::vector<Value> rows;
};

inline void write_parquet(TestTable& table, const std::string& path, const std::vector<Column>& columns) {
  std::vector<Field> fields;
  duckdb::vector<LogicalType> types;
  size_t rows = 0;
  for (const auto& column : columns) rows += column.rows.size();
  for (const auto& column : columns) {
    fields.push_back({column.name, column.rows[0].type()});
    types.push_back(column.rows[0].type());
  }
  DataChunk chunk;
  chunk.Initialize(duckdb::Allocator::DefaultAllocator(), types);
  // Each row of a checkpoint holds one action.
  size_t row = 0;
  for (size_t c = 0; c < columns.size(); c++) {
    for (const auto& value : columns[c].rows) {
      for (size_t other = 0; other < columns.size(); other++) chunk.SetValue(other, row, other == c ? value : Value(types[other]));
      row++;
    }
  }
  chunk.SetCardinality(rows);
  auto sink = table.store->open_writer(path);
  ASSERT_TRUE(sink.ok());
  auto writer = format::ParquetFileWriter::create(std::move(sink).value(), fields, {});
  ASSERT_TRUE(writer.ok()) << writer.error().to_string();
  ASSERT_TRUE((*writer)->write(chunk).ok());
  auto finished = (*writer)->finish();
  ASSERT_TRUE(finished.ok()) << finished.error().to_string();
}

inline Value add(const std::string& path, int64_t size = 10, Fields more = {}) {
  Fields fields{{"path", Value(path)}, {"partitionValues", text_map({{"p", Value("1")}})}, {"size", Value::BIGINT(size)},
                {"modificationTime", Value::BIGINT(5)}, {"dataChange", Value::BOOLEAN(true)}};
  for (auto& field : more) fields.push_back(field);
  return Value::STRUCT(std::move(fields));
}

inline Value remove(const std::string& path) {
  return Value::STRUCT({{"path", Value(path)}, {"deletionTimestamp", Value::BIGINT(7)}, {"dataChange", Value::BOOLEAN(true)}});
}

inline Column protocol() { return {"protocol", {Value::STRUCT({{"minReaderVersion", Value::INTEGER(1)}, {"minWriterVersion", Value::INTEGER(2)}})}}; }

inline std::string schema_text(const std::string& fields) { return R"({"type":"struct","fields":[)" + fields + "]}"; }

inline Column metadata(const std::string& fields = field_json("a") + "," + field_json("p")) {
  return {"metaData",
          {Value::STRUCT({{"id", Value("t")},
                          {"format", Value::STRUCT({{"provider", Value("parquet")}, {"options", text_map({{"k", Value("v")}})}})},
                          {"schemaString", Value(schema_text(fields))},
                          {"partitionColumns", Value::LIST({Value("p")})},
                          {"configuration", text_map({{"delta.appendOnly", Value("true")}})},
                          {"createdTime", Value::BIGINT(99)}})}};
}

}  // namespace deltastream::delta::checkpoint_testing
