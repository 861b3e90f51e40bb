#pragma once
// Table definitions and rows for the tests of connectors. For tests only.

#include <gtest/gtest.h>

#include <fstream>
#include <mutex>

#include "common/temp_folder.h"
#include "connect/table.h"

namespace deltastream::connect {

// "id" BIGINT columns and options as pairs.
inline engine::TableDefinition test_table(const std::string& name, const std::vector<std::pair<std::string, LogicalType>>& columns,
                                          const std::vector<std::pair<std::string, std::string>>& options) {
  engine::TableDefinition table;
  table.name = name;
  for (const auto& [column, type] : columns) {
    engine::ColumnDefinition definition;
    definition.name = column;
    definition.type = type;
    table.columns.push_back(definition);
  }
  uint32_t line = 2;
  for (const auto& [key, value] : options) table.options.push_back({key, value, {line++, 3}});
  table.position = {1, 1};
  return table;
}

inline std::vector<engine::SourceColumn> all_columns(const engine::TableDefinition& table) {
  std::vector<engine::SourceColumn> columns;
  for (const auto& column : table.columns) {
    const bool metadata = column.kind == engine::ColumnKind::kMetadata;
    columns.push_back({{metadata ? column.metadata_key : column.name}, column.type, metadata, column.nullable});
  }
  return columns;
}

inline std::unique_ptr<DataChunk> chunk_for(const std::vector<engine::SourceColumn>& columns, size_t capacity = kChunkRows) {
  duckdb::vector<LogicalType> types;
  for (const auto& column : columns) types.push_back(column.type);
  auto chunk = std::make_unique<DataChunk>();
  chunk->Initialize(duckdb::Allocator::DefaultAllocator(), types, capacity);
  return chunk;
}

inline void append_rows(const DataChunk& chunk, std::vector<std::string>& rows) {
  for (duckdb::idx_t row = 0; row < chunk.size(); row++) {
    std::string text;
    for (duckdb::idx_t column = 0; column < chunk.ColumnCount(); column++) {
      if (column > 0) text += "|";
      text += chunk.GetValue(column, row).ToString();
    }
    rows.push_back(text);
  }
}

// Rows of one split from `position` on, "a|b" each, at most `limit` reads. `end` is where it stands afterwards.
inline Result<std::vector<std::string>> read_split(stream::Source& source, const stream::Split& split, const stream::SourceRequest& request,
                                                   std::optional<stream::SplitPosition> position = std::nullopt,
                                                   stream::SplitPosition* end = nullptr, size_t limit = SIZE_MAX) {
  DS_ASSIGN_OR_RETURN(auto reader, source.open_split(split, position));
  std::vector<std::string> rows;
  auto chunk = chunk_for(request.columns);
  for (size_t reads = 0; reads < limit; reads++) {
    DS_ASSIGN_OR_RETURN(auto state, reader->read(*chunk));
    append_rows(*chunk, rows);
    if (state == stream::ReadState::kEnd) break;
  }
  if (end) *end = reader->position();
  return rows;
}

// Rows of a bounded table, all splits in order.
inline Result<std::vector<std::string>> read_table(const engine::TableDefinition& table, const ConnectorContext& context,
                                                   size_t batch_rows = kChunkRows, stream::EndpointMetrics* metrics = nullptr) {
  DS_ASSIGN_OR_RETURN(auto source, make_source(table, context));
  stream::SourceRequest request{all_columns(table), batch_rows, metrics};
  DS_RETURN_IF_ERROR(source->open(request));
  DS_ASSIGN_OR_RETURN(auto splits, source->discover());
  std::vector<std::string> rows;
  for (const auto& split : splits) {
    DS_ASSIGN_OR_RETURN(auto part, read_split(*source, split, request));
    rows.insert(rows.end(), part.begin(), part.end());
  }
  return rows;
}

inline void write_text(const std::string& path, const std::string& text) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

// A chunk of BIGINT and VARCHAR rows.
inline std::unique_ptr<DataChunk> numbered_rows(int64_t from, int64_t to) {
  auto chunk = std::make_unique<DataChunk>();
  chunk->Initialize(duckdb::Allocator::DefaultAllocator(), {LogicalType::BIGINT, LogicalType::VARCHAR});
  for (int64_t i = from; i < to; i++) {
    chunk->SetValue(0, static_cast<duckdb::idx_t>(i - from), Value::BIGINT(i));
    chunk->SetValue(1, static_cast<duckdb::idx_t>(i - from), Value("v" + std::to_string(i)));
  }
  chunk->SetCardinality(static_cast<duckdb::idx_t>(to - from));
  return chunk;
}

// Keeps the lines.
class RecordingLogger final : public Logger {
 public:
  void log(LogLevel, std::string_view message) override {
    std::lock_guard lock(mutex_);
    lines_.emplace_back(message);
  }
  std::vector<std::string> lines() const {
    std::lock_guard lock(mutex_);
    return lines_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
};

using Rows = std::vector<std::string>;

}  // namespace deltastream::connect

#define EXPECT_OK(expr)                                           \
  do {                                                            \
    const auto& ds_result = (expr);                               \
    EXPECT_TRUE(ds_result.ok()) << ds_result.error().to_string(); \
  } while (false)
#define ASSERT_OK(expr)                                           \
  do {                                                            \
    const auto& ds_result = (expr);                               \
    ASSERT_TRUE(ds_result.ok()) << ds_result.error().to_string(); \
  } while (false)
#define EXPECT_ERROR(expr, error_kind, ...)                                           \
  do {                                                                                \
    const auto& ds_result = (expr);                                                   \
    ASSERT_FALSE(ds_result.ok());                                                     \
    EXPECT_EQ(ds_result.error().kind(), error_kind) << ds_result.error().to_string(); \
    for (const std::string& part : std::vector<std::string>{__VA_ARGS__}) {           \
      EXPECT_NE(ds_result.error().describe().find(part), std::string::npos)           \
          << "no \"" << part << "\" in: " << ds_result.error().describe();            \
    }                                                                                 \
  } while (false)
