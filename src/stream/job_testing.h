#pragma once
// What the tests of the runtime share: a source and a sink in memory that can fail where a test says, and plans made by hand.
// Rows are (key BIGINT, value BIGINT, ts TIMESTAMP). For tests only.

#include <algorithm>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "common/temp_folder.h"
#include "duckdb/common/allocator.hpp"
#include "duckdb/common/vector_operations/vector_operations.hpp"
#include "stream/job.h"

namespace deltastream::stream::testing {

struct Row {
  int64_t key = 0, value = 0, ts_us = 0;
  auto operator<=>(const Row&) const = default;
};

inline std::vector<LogicalType> row_types() { return {LogicalType::BIGINT, LogicalType::BIGINT, LogicalType::TIMESTAMP}; }

inline std::vector<Row> rows_of(DataChunk& chunk) {
  std::vector<Row> rows;
  for (duckdb::idx_t i = 0; i < chunk.size(); i++) {
    rows.push_back({chunk.GetValue(0, i).GetValue<int64_t>(), chunk.GetValue(1, i).GetValue<int64_t>(),
                    chunk.GetValue(2, i).GetValue<duckdb::timestamp_t>().value});
  }
  return rows;
}

inline void set_row(DataChunk& chunk, duckdb::idx_t i, const Row& row) {
  chunk.SetValue(0, i, Value::BIGINT(row.key));
  chunk.SetValue(1, i, Value::BIGINT(row.value));
  chunk.SetValue(2, i, Value::TIMESTAMP(duckdb::timestamp_t(row.ts_us)));
}

// An outside system with splits of rows. Lives longer than a job, as a topic does.
struct Topic {
  std::mutex mutex;
  std::map<std::string, std::vector<Row>> splits;
  bool bounded = true;
  int64_t discovery_interval_us = 0;
  std::function<Status(const std::string& split, int64_t offset)> on_read;  // before each batch
  std::atomic<uint64_t> reads{0};
  std::map<std::string, SplitPosition> told;  // by checkpoint_completed

  void append(const std::string& split, std::vector<Row> rows) {
    std::lock_guard lock(mutex);
    auto& all = splits[split];
    all.insert(all.end(), rows.begin(), rows.end());
  }
};

class TopicReader final : public SplitReader {
 public:
  TopicReader(Topic& topic, std::string split, int64_t next, const SourceRequest& request)
      : topic_(topic), split_(std::move(split)), next_(next), request_(request) {}
  Result<ReadState> read(DataChunk& out) override {
    out.Reset();
    topic_.reads++;
    if (topic_.on_read) DS_RETURN_IF_ERROR(topic_.on_read(split_, next_));
    std::lock_guard lock(topic_.mutex);
    const auto& rows = topic_.splits[split_];
    duckdb::idx_t count = 0;
    while (next_ < static_cast<int64_t>(rows.size()) && count < request_.batch_rows) {
      const Row& row = rows[static_cast<size_t>(next_++)];
      for (size_t column = 0; column < request_.columns.size(); column++) {
        const std::string& name = request_.columns[column].path[0];
        if (name == "ts") out.SetValue(column, count, Value::TIMESTAMP(duckdb::timestamp_t(row.ts_us)));
        else out.SetValue(column, count, Value::BIGINT(name == "key" ? row.key : row.value));
      }
      count++;
    }
    out.SetCardinality(count);
    if (request_.metrics) request_.metrics->rows += count;
    if (next_ < static_cast<int64_t>(rows.size())) return ReadState::kData;
    if (topic_.bounded) return ReadState::kEnd;
    return count > 0 ? ReadState::kData : ReadState::kIdle;
  }
  SplitPosition position() const override { return {next_, ""}; }

 private:
  Topic& topic_;
  const std::string split_;
  int64_t next_;
  const SourceRequest request_;
};

class TopicSource final : public Source {
 public:
  explicit TopicSource(std::shared_ptr<Topic> topic) : topic_(std::move(topic)) {}
  bool bounded() const override { return topic_->bounded; }
  Status open(const SourceRequest& request) override {
    request_ = request;
    return {};
  }
  Result<std::vector<Split>> discover() override {
    std::lock_guard lock(topic_->mutex);
    std::vector<Split> splits;
    for (const auto& [id, rows] : topic_->splits) splits.push_back({id, ""});
    return splits;
  }
  int64_t discovery_interval_us() const override { return topic_->discovery_interval_us; }
  Result<std::unique_ptr<SplitReader>> open_split(const Split& split, const std::optional<SplitPosition>& position) override {
    return std::unique_ptr<SplitReader>(std::make_unique<TopicReader>(*topic_, split.id, position ? position->offset : 0, request_));
  }
  void checkpoint_completed(const std::map<std::string, SplitPosition>& positions) override {
    std::lock_guard lock(topic_->mutex);
    topic_->told = positions;
  }

 private:
  const std::shared_ptr<Topic> topic_;
  SourceRequest request_;
};

// An outside table. Rows are visible only after the commit of their epoch; an epoch is applied once, as a Delta log does it.
struct Table {
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<Row> rows;
  int64_t epoch = 0;
  std::map<std::string, std::map<std::string, int64_t>> offsets;  // table → split → newest
  std::vector<CommitRequest> commits;                              // those that had an effect
  uint64_t calls = 0;
  bool final = false;
  std::function<Status(const CommitRequest&)> before_commit, after_commit;  // what befalls a commit
  std::function<Status(DataChunk&)> on_write;
  std::atomic<uint64_t> written{0};

  std::vector<Row> sorted() {
    std::lock_guard lock(mutex);
    auto copy = rows;
    std::sort(copy.begin(), copy.end());
    return copy;
  }
  int64_t newest_epoch() {
    std::lock_guard lock(mutex);
    return epoch;
  }
  void wait_for_rows(size_t count) {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return rows.size() >= count; });
  }
};

class TableWriter final : public SinkWriter {
 public:
  explicit TableWriter(Table& table) : table_(table) {}
  Status write(DataChunk& rows) override {
    if (table_.on_write) DS_RETURN_IF_ERROR(table_.on_write(rows));
    for (const Row& row : rows_of(rows)) text_ << row.key << ' ' << row.value << ' ' << row.ts_us << '\n';
    table_.written += rows.size();
    return {};
  }
  Result<std::string> prepare(int64_t) override {
    std::string prepared = text_.str();
    text_.str("");
    return prepared;
  }

 private:
  Table& table_;
  std::ostringstream text_;
};

class TableSink final : public Sink {
 public:
  explicit TableSink(std::shared_ptr<Table> table) : table_(std::move(table)) {}
  Status open(const std::vector<Field>&) override { return {}; }
  Result<std::unique_ptr<SinkWriter>> make_writer(size_t) override {
    return std::unique_ptr<SinkWriter>(std::make_unique<TableWriter>(*table_));
  }
  Status commit(const CommitRequest& request) override {
    {
      std::lock_guard lock(table_->mutex);
      table_->calls++;
    }
    if (table_->before_commit) DS_RETURN_IF_ERROR(table_->before_commit(request));
    apply(request);
    if (table_->after_commit) DS_RETURN_IF_ERROR(table_->after_commit(request));
    return {};
  }
  Result<std::optional<int64_t>> committed_epoch(const std::string&, const std::string&) override {
    std::lock_guard lock(table_->mutex);
    return std::optional<int64_t>(table_->epoch);
  }

 private:
  void apply(const CommitRequest& request) {
    std::lock_guard lock(table_->mutex);
    if (request.epoch <= table_->epoch) return;
    table_->epoch = request.epoch;
    table_->final = request.final;
    for (const std::string& prepared : request.prepared) {
      std::istringstream in(prepared);
      for (Row row; in >> row.key >> row.value >> row.ts_us;) table_->rows.push_back(row);
    }
    for (const auto& [source, splits] : request.offsets) {
      for (const auto& [split, position] : splits) table_->offsets[source][split] = position.offset;
    }
    table_->commits.push_back(request);
    table_->changed.notify_all();
  }

  const std::shared_ptr<Table> table_;
};

// ---- plans ----

class KeepExecutor final : public engine::FilterExecutor {
 public:
  explicit KeepExecutor(std::function<bool(const Row&)> keep) : keep_(std::move(keep)) {}
  Status execute(DataChunk& chunk) override {
    duckdb::SelectionVector chosen(kChunkRows);
    duckdb::idx_t count = 0;
    const auto rows = rows_of(chunk);
    for (duckdb::idx_t i = 0; i < rows.size(); i++) {
      if (keep_(rows[i])) chosen.set_index(count++, i);
    }
    chunk.Slice(chosen, count);
    return {};
  }

 private:
  const std::function<bool(const Row&)> keep_;
};
class Keep final : public engine::Filter {
 public:
  explicit Keep(std::function<bool(const Row&)> keep) : keep_(std::move(keep)) {}
  Result<std::unique_ptr<engine::FilterExecutor>> make_executor() const override {
    return std::unique_ptr<engine::FilterExecutor>(std::make_unique<KeepExecutor>(keep_));
  }
  std::string to_string() const override { return "keep"; }

 private:
  const std::function<bool(const Row&)> keep_;
};

// A row for a row; or, with `watermark`, the timestamp of each row less a delay.
class MapExecutor final : public engine::ProjectionExecutor {
 public:
  MapExecutor(std::function<Row(const Row&)> map, bool watermark, int64_t delay_us)
      : map_(std::move(map)), watermark_(watermark), delay_us_(delay_us) {}
  Status execute(DataChunk& in, DataChunk& out) override {
    out.Reset();
    const auto rows = rows_of(in);
    for (duckdb::idx_t i = 0; i < rows.size(); i++) {
      if (watermark_) out.SetValue(0, i, Value::TIMESTAMP(duckdb::timestamp_t(rows[i].ts_us - delay_us_)));
      else set_row(out, i, map_(rows[i]));
    }
    out.SetCardinality(in.size());
    return {};
  }

 private:
  const std::function<Row(const Row&)> map_;
  const bool watermark_;
  const int64_t delay_us_;
};
class Map final : public engine::Projection {
 public:
  explicit Map(std::function<Row(const Row&)> map) : map_(std::move(map)), types_(row_types()) {}
  explicit Map(int64_t delay_us) : watermark_(true), delay_us_(delay_us), types_({LogicalType::TIMESTAMP}) {}
  const std::vector<LogicalType>& types() const override { return types_; }
  Result<std::unique_ptr<engine::ProjectionExecutor>> make_executor() const override {
    return std::unique_ptr<engine::ProjectionExecutor>(std::make_unique<MapExecutor>(map_, watermark_, delay_us_));
  }
  std::string to_string() const override { return "map"; }

 private:
  std::function<Row(const Row&)> map_;
  bool watermark_ = false;
  int64_t delay_us_ = 0;
  std::vector<LogicalType> types_;
};

// Sums values by key in windows of `size_us`; a row out is (key, sum, window start).
class SumAggregator final : public engine::WindowAggregator {
 public:
  explicit SumAggregator(int64_t size_us) : size_us_(size_us) {}
  Status add(DataChunk& chunk) override {
    for (const Row& row : rows_of(chunk)) {
      const int64_t start = row.ts_us / size_us_ * size_us_;
      if (start + size_us_ <= watermark_us_) late_++;
      else sums_[{start, row.key}] += row.value;
    }
    return {};
  }
  Status advance(int64_t watermark_us, const std::function<Status(DataChunk&)>& emit) override {
    watermark_us_ = std::max(watermark_us_, watermark_us);
    DataChunk out;
    const auto types = row_types();
    out.Initialize(duckdb::Allocator::DefaultAllocator(), duckdb::vector<LogicalType>(types.begin(), types.end()));
    duckdb::idx_t count = 0;
    auto send = [&]() -> Status {
      out.SetCardinality(count);
      if (count > 0) DS_RETURN_IF_ERROR(emit(out));
      out.Reset();
      count = 0;
      return {};
    };
    while (!sums_.empty() && sums_.begin()->first.first + size_us_ <= watermark_us_) {
      const auto& [group, sum] = *sums_.begin();
      set_row(out, count++, {group.second, sum, group.first});
      sums_.erase(sums_.begin());
      if (count == kChunkRows) DS_RETURN_IF_ERROR(send());
    }
    return send();
  }
  uint64_t late_rows() const override { return late_; }
  uint64_t memory_bytes() const override { return sums_.size() * 64; }
  Result<std::string> snapshot() override {
    std::ostringstream out;
    for (const auto& [group, sum] : sums_) out << group.first << ' ' << group.second << ' ' << sum << '\n';
    return out.str();
  }
  Status restore(std::span<const std::string> snapshots, size_t subtask, size_t parallelism) override {
    for (const std::string& snapshot : snapshots) {
      std::istringstream in(snapshot);
      for (int64_t start = 0, key = 0, sum = 0; in >> start >> key >> sum;) {
        if (static_cast<uint64_t>(key) % parallelism == subtask) sums_[{start, key}] += sum;
      }
    }
    return {};
  }

 private:
  const int64_t size_us_;
  int64_t watermark_us_ = engine::kMinWatermark;
  std::map<std::pair<int64_t, int64_t>, int64_t> sums_;
  uint64_t late_ = 0;
};
class Sum final : public engine::WindowAggregation {
 public:
  Sum(int64_t size_us, bool keyed) : size_us_(size_us), keyed_(keyed) {}
  Result<std::unique_ptr<engine::WindowAggregator>> make_aggregator() const override {
    return std::unique_ptr<engine::WindowAggregator>(std::make_unique<SumAggregator>(size_us_));
  }
  bool keyed() const override { return keyed_; }
  Status hash_keys(DataChunk& rows, Vector& hashes) const override {
    auto* out = duckdb::FlatVector::GetData<uint64_t>(hashes);
    const auto all = rows_of(rows);
    for (size_t i = 0; i < all.size(); i++) out[i] = static_cast<uint64_t>(all[i].key);
    return {};
  }
  bool event_time() const override { return true; }
  std::string to_string() const override { return "sum"; }

 private:
  const int64_t size_us_;
  const bool keyed_;
};

// Keeps the rows whose key is on the bounded side.
class KeySet final : public engine::JoinTable {
 public:
  Status build(DataChunk& rows) override {
    for (const Row& row : rows_of(rows)) keys_.insert(row.key);
    return {};
  }
  Status finish_build() override { return {}; }
  uint64_t memory_bytes() const override { return 8 * keys_.size(); }
  Result<std::unique_ptr<engine::ExpandExecutor>> make_probe() const override {
    return std::unique_ptr<engine::ExpandExecutor>(std::make_unique<Probe>(keys_));
  }

 private:
  class Probe final : public engine::ExpandExecutor {
   public:
    explicit Probe(const std::set<int64_t>& keys) : keep_([&keys](const Row& row) { return keys.contains(row.key); }) {}
    Status execute(DataChunk& in, const std::function<Status(DataChunk&)>& emit) override {
      DS_RETURN_IF_ERROR(keep_.execute(in));
      return in.size() > 0 ? emit(in) : Status();
    }

   private:
    KeepExecutor keep_;
  };
  std::set<int64_t> keys_;
};
class SemiJoin final : public engine::BroadcastJoin {
 public:
  std::unique_ptr<engine::JoinTable> make_table() const override { return std::make_unique<KeySet>(); }
  std::string to_string() const override { return "semi join"; }
};

using Node = std::unique_ptr<engine::PlanNode>;

inline Node make_node(engine::NodeKind kind, std::vector<Node> children = {}) {
  auto node = std::make_unique<engine::PlanNode>();
  node->kind = kind;
  node->types = row_types();
  node->children = std::move(children);
  return node;
}
inline std::vector<Node> list(Node a, Node b = nullptr) {
  std::vector<Node> nodes;
  nodes.push_back(std::move(a));
  if (b) nodes.push_back(std::move(b));
  return nodes;
}
// `delay_us` < 0: no watermark.
inline Node source(const std::string& table, int64_t delay_us = -1) {
  Node node = make_node(engine::NodeKind::kSource);
  node->table = table;
  node->columns = {{{"key"}, LogicalType::BIGINT, false, true}, {{"value"}, LogicalType::BIGINT, false, true}, {{"ts"}, LogicalType::TIMESTAMP, false, true}};
  if (delay_us >= 0) node->watermark = std::make_shared<Map>(delay_us);
  return node;
}
inline Node values(const std::vector<Row>& rows) {
  Node node = make_node(engine::NodeKind::kValues);
  for (const Row& row : rows) {
    node->rows.push_back({Value::BIGINT(row.key), Value::BIGINT(row.value), Value::TIMESTAMP(duckdb::timestamp_t(row.ts_us))});
  }
  return node;
}
inline Node filter(Node child, std::function<bool(const Row&)> keep) {
  Node node = make_node(engine::NodeKind::kFilter, list(std::move(child)));
  node->filter = std::make_shared<Keep>(std::move(keep));
  return node;
}
inline Node map(Node child, std::function<Row(const Row&)> function) {
  Node node = make_node(engine::NodeKind::kProject, list(std::move(child)));
  node->projection = std::make_shared<Map>(std::move(function));
  return node;
}
inline Node sum(Node child, int64_t size_us, bool keyed = true) {
  Node node = make_node(engine::NodeKind::kWindowAggregate, list(std::move(child)));
  node->aggregation = std::make_shared<Sum>(size_us, keyed);
  return node;
}
inline Node union_all(Node a, Node b) { return make_node(engine::NodeKind::kUnionAll, list(std::move(a), std::move(b))); }
inline Node semi_join(Node stream, Node bounded) {
  Node node = make_node(engine::NodeKind::kBroadcastJoin, list(std::move(stream), std::move(bounded)));
  node->join = std::make_shared<SemiJoin>();
  return node;
}

using Topics = std::map<std::string, std::shared_ptr<Topic>>;

inline JobPart part(Node root, const Topics& topics, std::shared_ptr<Table> table, const std::string& sink = "out") {
  auto plan = std::make_shared<engine::StreamPlan>();
  plan->root = std::move(root);
  plan->names = {"key", "value", "ts"};
  plan->target = sink;
  JobPart made;
  made.plan = std::move(plan);
  for (const auto& [name, topic] : topics) made.sources[name] = std::make_shared<TopicSource>(topic);
  made.sink = std::make_shared<TableSink>(std::move(table));
  made.sink_name = sink;
  made.sink_fields = {{"key", LogicalType::BIGINT}, {"value", LogicalType::BIGINT}, {"ts", LogicalType::TIMESTAMP}};
  return made;
}

class CollectingLogger final : public Logger {
 public:
  void log(LogLevel level, std::string_view message) override {
    std::lock_guard lock(mutex_);
    if (level >= LogLevel::kWarning) warnings_.emplace_back(message);
  }
  std::vector<std::string> warnings() const {
    std::lock_guard lock(mutex_);
    return warnings_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> warnings_;
};

}  // namespace deltastream::stream::testing
