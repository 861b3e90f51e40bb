#include "connect/delta/sink.h"

#include <fmt/format.h>

#include <mutex>

#include "connect/delta/table_check.h"
#include "connect/delta/table_options.h"
#include "delta/data_writer.h"
#include "delta/features.h"
#include "delta/maintenance.h"
#include "delta/snapshot.h"
#include "delta/transaction.h"
#include "storage/stores.h"

namespace deltastream::connect::delta_table {
namespace {

// How often a commit that lost against a change of the table's metadata looks again whether its rows still fit.
constexpr int kCommitAttempts = 5;

struct SinkSettings {
  std::string table;
  std::string location;
  std::vector<std::string> partitions;
  delta::StringMap properties;
  delta::DataWriterOptions writer;
  std::string comment;
};

class TableWriter final : public stream::SinkWriter {
 public:
  explicit TableWriter(std::unique_ptr<delta::DataWriter> writer) : writer_(std::move(writer)) {}
  Status write(DataChunk& rows) override { return writer_->write(rows); }
  Result<std::string> prepare(int64_t) override {
    DS_ASSIGN_OR_RETURN(auto adds, writer_->finish());
    return delta::serialize_adds(adds);
  }

 private:
  std::unique_ptr<delta::DataWriter> writer_;
};

class TableSink final : public stream::Sink {
 public:
  TableSink(SinkSettings settings, const Environment& environment)
      : settings_(std::move(settings)), environment_(environment), maintenance_(environment) {}

  Status open(const std::vector<Field>& fields) override { return open_table(fields).context(fmt::format("table '{}'", settings_.table)); }

  Result<std::unique_ptr<stream::SinkWriter>> make_writer(size_t) override {
    std::lock_guard lock(mutex_);
    DS_ASSIGN_OR_RETURN(auto writer, delta::DataWriter::create(*snapshot_, fields_, settings_.writer, environment_));
    return std::unique_ptr<stream::SinkWriter>(std::make_unique<TableWriter>(std::move(writer)));
  }

  Status commit(const stream::CommitRequest& request) override {
    std::lock_guard lock(mutex_);
    return commit_epoch(request).context(fmt::format("table '{}'", settings_.table));
  }

  Result<std::optional<int64_t>> committed_epoch(const std::string& pipeline, const std::string& sink) override {
    std::lock_guard lock(mutex_);
    DS_RETURN_IF_ERROR(refresh());
    return std::optional<int64_t>(snapshot_->txn(app_id(pipeline, sink)).value_or(0));
  }

  std::string last_commit() const override {
    std::lock_guard lock(mutex_);
    return committed_version_ < 0 ? "" : fmt::format("v{}", committed_version_);
  }

 private:
  static std::string app_id(const std::string& pipeline, const std::string& sink) { return pipeline + "/" + sink; }

  Status open_table(const std::vector<Field>& fields) {
    std::lock_guard lock(mutex_);
    fields_ = fields;
    DS_ASSIGN_OR_RETURN(auto store, storage::open_store(settings_.location, environment_));
    DS_ASSIGN_OR_RETURN(bool exists, delta::Snapshot::table_exists(*store));
    if (!exists) {
      auto created = create(store);
      if (created.ok() || created.error().kind() != ErrorKind::kAlreadyExists) return created;
      // Another pipeline was faster.
    }
    DS_ASSIGN_OR_RETURN(auto snapshot, delta::Snapshot::open(store, {std::nullopt, delta::LoadFiles::kNone}, environment_));
    snapshot_.emplace(std::move(snapshot));
    return check_table();
  }

  Status create(const std::shared_ptr<storage::ObjectStore>& store) {
    delta::CreateTableRequest request;
    DS_ASSIGN_OR_RETURN(request.schema, delta::Schema::from_fields(fields_));
    for (const std::string& column : settings_.partitions) {
      const delta::StructField* field = request.schema.find(column);
      if (!field) return invalid_argument(fmt::format("it is partitioned by '{}', which is none of its columns", column));
      request.partition_columns.push_back(field->name);
    }
    request.properties = settings_.properties;
    request.comment = settings_.comment;
    DS_ASSIGN_OR_RETURN(auto snapshot, delta::create_table(store, request, environment_));
    snapshot_.emplace(std::move(snapshot));
    return {};
  }

  Status check_table() const {
    DS_RETURN_IF_ERROR(delta::check_writable(snapshot_->protocol(), snapshot_->metadata(), snapshot_->schema(), snapshot_->where()));
    DS_RETURN_IF_ERROR(check_columns(settings_.table, fields_, *snapshot_));
    return check_partitions(settings_.table, settings_.partitions, *snapshot_);
  }

  Status refresh() {
    auto moved = snapshot_->refresh();
    return moved.ok() ? Status() : Status(std::move(moved).error());
  }

  bool holds(const stream::CommitRequest& request) const {
    return snapshot_->txn(app_id(request.pipeline, request.sink)).value_or(0) >= request.epoch;
  }

  Result<delta::AppendRequest> append_request(const stream::CommitRequest& request) const {
    delta::AppendRequest append;
    for (const std::string& prepared : request.prepared) {
      DS_ASSIGN_OR_RETURN(auto adds, delta::parse_adds(prepared));
      append.adds.insert(append.adds.end(), std::make_move_iterator(adds.begin()), std::make_move_iterator(adds.end()));
    }
    const std::string app = app_id(request.pipeline, request.sink);
    append.txns.push_back({app, request.epoch, std::nullopt});
    for (const auto& [source, splits] : request.offsets) {
      for (const auto& [split, position] : splits) append.txns.push_back({app + "/" + source + "/" + split, position.offset, std::nullopt});
    }
    append.operation = "STREAMING UPDATE";
    append.operation_parameters = {{"outputMode", "Append"}, {"queryId", app}, {"epochId", std::to_string(request.epoch)}};
    return append;
  }

  Status commit_epoch(const stream::CommitRequest& request) {
    DS_ASSIGN_OR_RETURN(auto append, append_request(request));
    // Positions alone are worth a version only when nothing follows that would carry them.
    const bool worth_a_version = !append.adds.empty() || (request.final && !request.offsets.empty());
    if (!worth_a_version || holds(request)) return finish(request);
    for (int attempt = 1;; attempt++) {
      auto committed = delta::commit_append(*snapshot_, append);
      if (committed.ok()) {
        committed_version_ = committed->version;
        maintenance_.committed(*snapshot_);
        return finish(request);
      }
      if (committed.error().kind() != ErrorKind::kConflict || attempt == kCommitAttempts) return std::move(committed).error();
      // Somebody changed the table, or committed for this pipeline: look again before trying again.
      DS_RETURN_IF_ERROR(refresh());
      if (holds(request)) return finish(request);
      DS_RETURN_IF_ERROR(check_table());
    }
  }

  Status finish(const stream::CommitRequest& request) {
    if (request.final) maintenance_.drain();
    return {};
  }

  const SinkSettings settings_;
  const Environment environment_;
  mutable std::mutex mutex_;
  std::vector<Field> fields_;
  std::optional<delta::Snapshot> snapshot_;
  delta::Maintenance maintenance_;
  int64_t committed_version_ = -1;
};

}  // namespace

Result<std::unique_ptr<stream::Sink>> make_sink(const engine::TableDefinition& table, const Options& options, const ConnectorContext& context) {
  SinkSettings settings;
  settings.table = table.name;
  settings.comment = table.comment;
  DS_ASSIGN_OR_RETURN(settings.location, table_location(table, options, context));
  DS_ASSIGN_OR_RETURN(settings.partitions, partition_columns(table, options));
  if (options.get("write.mode") == "upsert") {
    return unsupported(fmt::format("table '{}': 'write.mode' = 'upsert' is not supported by the delta sink; it appends", table.name));
  }
  if (options.get("schema_evolution.mode") != "none") {
    return unsupported(fmt::format("table '{}': 'schema_evolution.mode' = '{}' is not supported by the delta sink", table.name,
                                   options.get("schema_evolution.mode")));
  }
  for (const auto& [key, value] : options.with_prefix("delta.")) settings.properties["delta." + key] = value;
  settings.writer.target_file_bytes = static_cast<uint64_t>(options.memory_bytes("file_rolling.size"));
  return std::unique_ptr<stream::Sink>(std::make_unique<TableSink>(std::move(settings), context.environment));
}

}  // namespace deltastream::connect::delta_table
