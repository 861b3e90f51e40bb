#pragma once
// A session and hand-made tables for tests: data files by COPY, the log line by line. For tests only.

#include <fstream>
#include <filesystem>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "common/temp_folder.h"
#include "engine/batch.h"

namespace deltastream::engine {

class SessionTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto session = BatchSession::create();
    ASSERT_TRUE(session.ok()) << session.error().to_string();
    session_ = std::move(session).value();
  }

  // The rows as text, columns joined by "|", rows by newline; or the error.
  std::string rows(const std::string& sql) {
    auto result = session_->execute(sql);
    if (!result.ok()) return result.error().to_string();
    std::string text;
    for (;;) {
      auto chunk = (*result)->next();
      if (!chunk.ok()) return chunk.error().to_string();
      if (!*chunk) return text;
      for (size_t row = 0; row < (*chunk)->size(); row++) {
        for (size_t column = 0; column < (*chunk)->ColumnCount(); column++) {
          text += (column ? "|" : "") + (*chunk)->GetValue(column, row).ToString();
        }
        text += "\n";
      }
    }
  }
  // The error of a statement that must fail, at execution or while its rows are read.
  Error failure(const std::string& sql) {
    auto result = session_->execute(sql);
    if (!result.ok()) return result.error();
    for (;;) {
      auto chunk = (*result)->next();
      if (!chunk.ok()) return chunk.error();
      if (!*chunk) return internal("no error came");
    }
  }

  std::unique_ptr<BatchSession> session_;
};

// A table in a folder of its own.
class HandmadeTable {
 public:
  explicit HandmadeTable(std::string path) : path_(std::move(path)) { std::filesystem::create_directories(path_ + "/_delta_log"); }

  const std::string& path() const { return path_; }
  static std::string field(const std::string& name, const std::string& type, const std::string& metadata = "{}") {
    std::string spelled = type.front() == '{' ? type : "\"" + type + "\"";
    return fmt::format(R"({{"name":"{}","type":{},"nullable":true,"metadata":{}}})", name, spelled, metadata);
  }
  static std::string struct_type(const std::string& fields) { return R"({"type":"struct","fields":[)" + fields + "]}"; }

  // Protocol and metadata as one commit's lines.
  static std::string head(const std::string& fields, const std::string& partitions = "[]", const std::string& configuration = "{}",
                          const std::string& protocol = R"({"minReaderVersion":1,"minWriterVersion":2})") {
    std::string schema;
    for (char c : struct_type(fields)) schema += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
    return R"({"protocol":)" + protocol + "}\n" +
           fmt::format(R"({{"metaData":{{"id":"x","format":{{"provider":"parquet","options":{{}}}},"schemaString":"{}","partitionColumns":{},"configuration":{}}}}})",
                       schema, partitions, configuration) +
           "\n";
  }
  // An add of a file that is there; `extra` is more JSON, beginning with a comma.
  std::string add(const std::string& file, const std::string& partition_values = "{}", const std::string& extra = "", const std::string& spelled = "") const {
    auto size = std::filesystem::file_size(path_ + "/" + file);
    return fmt::format(R"({{"add":{{"path":"{}","partitionValues":{},"size":{},"modificationTime":1700000000000,"dataChange":true{}}}}})",
                       spelled.empty() ? file : spelled, partition_values, size, extra) +
           "\n";
  }
  static std::string stats(const std::string& json) {
    std::string text;
    for (char c : json) text += c == '"' ? std::string("\\\"") : std::string(1, c);
    return ",\"stats\":\"" + text + "\"";
  }
  void commit(int64_t version, const std::string& lines) const {
    std::ofstream(fmt::format("{}/_delta_log/{:020}.json", path_, version)) << lines;
  }

 private:
  std::string path_;
};

}  // namespace deltastream::engine
