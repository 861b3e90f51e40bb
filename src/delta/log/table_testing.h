#pragma once
// Tables for tests: a log written line by line into a memory store, on a clock that stands still.

#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

#include "delta/json/json_text.h"
#include "delta/log.h"
#include "delta/snapshot.h"
#include "storage/stores.h"

namespace deltastream::delta {

class RecordingLogger final : public Logger {
 public:
  void log(LogLevel level, std::string_view message) override {
    if (level == LogLevel::kWarning) warnings.emplace_back(message);
  }
  std::vector<std::string> warnings;
};

class TestTable {
 public:
  TestTable() {
    environment.clock = &clock;
    environment.logger = &logger;
    store = storage::make_memory_store(environment);
  }

  void commit(int64_t version, std::initializer_list<std::string> lines) { put(commit_path(version), join(lines)); }
  void put(const std::string& path, std::string_view bytes) {
    auto done = store->put(path, bytes);
    if (!done.ok()) throw std::runtime_error(done.error().to_string());
  }
  Result<Snapshot> open(std::optional<int64_t> version = std::nullopt, LoadFiles files = LoadFiles::kAll,
                        uint64_t leave_statistics_from_bytes = SnapshotOptions().leave_statistics_from_bytes) {
    SnapshotOptions options;
    options.version = version;
    options.files = files;
    options.leave_statistics_from_bytes = leave_statistics_from_bytes;
    return Snapshot::open(store, options, environment);
  }

  static std::string join(std::initializer_list<std::string> lines) {
    std::string text;
    for (const auto& line : lines) text += line + "\n";
    return text;
  }

  ManualClock clock{1'700'000'000'000'000};
  RecordingLogger logger;
  Environment environment;
  std::shared_ptr<storage::ObjectStore> store;
};

inline std::string protocol_line(int reader = 1, int writer = 2) {
  return R"({"protocol":{"minReaderVersion":)" + std::to_string(reader) + R"(,"minWriterVersion":)" + std::to_string(writer) + "}}";
}

inline std::string features_line(const std::string& reader_features, const std::string& writer_features) {
  return R"({"protocol":{"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":[)" + reader_features + R"(],"writerFeatures":[)" +
         writer_features + "]}}";
}

// One field of a schema.
inline std::string field_json(const std::string& name, const std::string& type = "long", const std::string& metadata = "{}") {
  std::string spelled = type[0] == '{' ? type : '"' + type + '"';
  return R"({"name":")" + name + R"(","type":)" + spelled + R"(,"nullable":true,"metadata":)" + metadata + "}";
}

inline std::string metadata_line(const std::string& fields = field_json("a"), const std::string& partition_columns = "",
                                 const std::string& configuration = "") {
  std::string out = R"({"metaData":{"id":"t","format":{"provider":"parquet","options":{}},"schemaString":)";
  append_json_string(out, R"({"type":"struct","fields":[)" + fields + "]}");
  return out + R"(,"partitionColumns":[)" + partition_columns + R"(],"configuration":{)" + configuration + "}}}";
}

// `more` goes into the action, e.g. R"("stats":"{}")".
inline std::string add_line(const std::string& path, int64_t size = 10, const std::string& more = "", const std::string& partition_values = "") {
  return R"({"add":{"path":")" + path + R"(","partitionValues":{)" + partition_values + R"(},"size":)" + std::to_string(size) +
         R"(,"modificationTime":5,"dataChange":true)" + (more.empty() ? "" : "," + more) + "}}";
}

inline std::string remove_line(const std::string& path, const std::string& more = "") {
  return R"({"remove":{"path":")" + path + R"(","deletionTimestamp":7,"dataChange":true)" + (more.empty() ? "" : "," + more) + "}}";
}

inline std::vector<std::string> paths_of(const FileSet& files) {
  std::vector<std::string> paths;
  auto walked = files.for_each([&](const FileView& file) -> Status {
    paths.emplace_back(file.path);
    return {};
  });
  if (!walked.ok()) throw std::runtime_error(walked.error().to_string());
  return paths;
}

}  // namespace deltastream::delta
