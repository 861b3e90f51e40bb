#include "stream/job.h"

#include <fmt/format.h>

#include <mutex>
#include <set>
#include <thread>

#include "common/exception.h"
#include "stream/checkpoint/coordinator.h"
#include "stream/checkpoint/outage.h"
#include "stream/checkpoint/state_lock.h"

namespace deltastream::stream {
namespace {

class RunningJob final : public Job {
 public:
  RunningJob(std::vector<JobPart> parts, JobOptions options) : parts_(std::move(parts)), options_(std::move(options)) {
    for (size_t i = 0; i < parts_.size(); i++) sink_rows_.push_back(std::make_unique<std::atomic<uint64_t>>(0));
  }

  Result<JobEnd> run() override {
    started_us_ = options_.environment.clock->steady_us();
    DS_TRY_DUCKDB({
      auto end = run_locked();
      ended_us_ = options_.environment.clock->steady_us();
      return end;
    })
  }

  void request_stop() override {
    stop_.store(true, std::memory_order_release);
    wakeup_.signal();
  }

  JobProgress progress() const override;

 private:
  Result<JobEnd> run_locked();
  // One life of the graph, from the newest checkpoint on.
  Result<JobEnd> live(CheckpointStore& store);
  Status build_joins();
  void say_finished(const Checkpoint& checkpoint) const;
  bool stopped() const { return stop_.load(std::memory_order_acquire); }
  bool wait(int64_t pause_us);

  const std::vector<JobPart> parts_;
  const JobOptions options_;
  Wakeup wakeup_;
  std::atomic<bool> stop_{false};
  std::unique_ptr<Inputs> inputs_;
  JoinTables tables_;
  bool joins_built_ = false;
  bool lived_ = false;  // the graph has run: from now on outages pass by themselves

  mutable std::mutex mutex_;  // of the two below
  std::shared_ptr<GraphMetrics> metrics_;
  std::vector<std::pair<std::string, EndpointMetrics*>> source_metrics_;
  std::vector<std::unique_ptr<std::atomic<uint64_t>>> sink_rows_;
  std::atomic<int64_t> completed_epoch_{0}, restored_epoch_{0}, started_us_{-1}, ended_us_{-1};
};

Result<JobEnd> RunningJob::run_locked() {
  std::unique_ptr<StateLock> lock;
  if (!options_.state_folder.empty()) {
    DS_ASSIGN_OR_RETURN(lock, StateLock::acquire(options_.state_folder, options_.pipeline, options_.environment));
  }
  DS_ASSIGN_OR_RETURN(Inputs inputs, Inputs::open(parts_, options_));
  inputs_ = std::make_unique<Inputs>(std::move(inputs));
  {
    std::lock_guard guard(mutex_);
    for (const auto& table : inputs_->metrics()) source_metrics_.emplace_back(table.table, table.metrics.get());
  }
  for (const JobPart& part : parts_) DS_RETURN_IF_ERROR(part.sink->open(part.sink_fields).context(fmt::format("sink '{}'", part.sink_name)));
  CheckpointStore store(options_.state_folder, options_.retained_checkpoints, options_.environment);
  const bool bounded = inputs_->bounded();
  Logger& logger = *options_.environment.logger;
  Backoff backoff;
  for (;;) {
    const int64_t completed = completed_epoch_;
    auto end = live(store);
    if (end.ok()) return end;
    if (bounded || !lived_ || !passes_by_itself(end.error(), bounded)) return end;
    if (completed_epoch_ != completed) backoff = Backoff();
    if (backoff.attempts() == 0 && !stopped()) {
      logger.warn(fmt::format("pipeline '{}' pauses and goes on by itself from its last checkpoint: {}", options_.pipeline, end.error().to_string()));
    }
    if (!wait(backoff.next_us())) {
      // All that was read since the last checkpoint is read again at the next start.
      if (!store.durable()) return end;
      logger.warn(fmt::format("stopped during an outage, the last checkpoint stays the last: {}", end.error().to_string()));
      return JobEnd::kStopped;
    }
  }
}

// False: asked to stop.
bool RunningJob::wait(int64_t pause_us) {
  const Clock& clock = *options_.environment.clock;
  const int64_t until_us = clock.steady_us() + pause_us;
  while (!stopped()) {
    const int64_t left_us = sleep_us(clock, until_us);
    if (left_us <= 0) return true;
    wakeup_.wait_us(left_us);
  }
  return false;
}

Status RunningJob::build_joins() {
  if (joins_built_) return {};
  const std::function<bool()> asked = [this] { return stopped(); };
  for (const JobPart& part : parts_) DS_RETURN_IF_ERROR(build_join_tables(*part.plan->root, *inputs_, asked, tables_));
  joins_built_ = true;
  return {};
}

void RunningJob::say_finished(const Checkpoint& checkpoint) const {
  std::set<std::pair<std::string, std::string>> read;
  for (const SplitState& split : checkpoint.splits) read.emplace(split.source, split.split.id);
  for (const auto& [node, input] : inputs_->all()) {
    for (const Split& split : input.splits) {
      if (!input.streamed || read.contains({input.key, split.id})) continue;
      options_.environment.logger->warn(
          fmt::format("table '{}': '{}' is not read: pipeline '{}' came to the end of its input before it was there, and its windows are "
                      "closed; to read everything again, start it under another 'pipeline.name' into tables of its own",
                      input.table, split.id, options_.pipeline));
      return;
    }
  }
  options_.environment.logger->info(fmt::format("pipeline '{}' had come to its end at checkpoint {}", options_.pipeline, checkpoint.epoch));
}

Result<JobEnd> RunningJob::live(CheckpointStore& store) {
  if (lived_) DS_RETURN_IF_ERROR(inputs_->discover());
  DS_ASSIGN_OR_RETURN(Recovered recovered, recover(store, parts_, *inputs_, options_));
  completed_epoch_ = recovered.last_epoch;
  restored_epoch_ = recovered.checkpoint ? recovered.checkpoint->epoch : 0;
  if (recovered.checkpoint && recovered.checkpoint->final && inputs_->aggregates()) {
    // Every window is closed: what came since could only be late.
    say_finished(*recovered.checkpoint);
    return JobEnd::kFinished;
  }
  if (auto built = build_joins(); !built.ok()) {
    if (stopped() && built.error().kind() == ErrorKind::kCancelled) return JobEnd::kStopped;
    return std::move(built).error();
  }
  auto metrics = std::make_shared<GraphMetrics>();
  Control control(wakeup_);
  const Checkpoint* restored = recovered.checkpoint ? &*recovered.checkpoint : nullptr;
  DS_ASSIGN_OR_RETURN(auto graph, Graph::build({parts_, options_, *inputs_, tables_, restored, sink_rows_, *metrics, control}));
  {
    std::lock_guard guard(mutex_);
    metrics_ = metrics;
  }
  lived_ = true;
  graph->start();
  Coordinator coordinator({parts_, *inputs_, options_, store, recovered, *graph, control, wakeup_, stop_, completed_epoch_});
  auto end = coordinator.run();
  control.cancel();
  graph->join();
  return end;
}

JobProgress RunningJob::progress() const {
  JobProgress progress;
  std::shared_ptr<GraphMetrics> metrics;
  {
    std::lock_guard guard(mutex_);
    metrics = metrics_;
    for (const auto& [table, counted] : source_metrics_) {
      auto place = std::find_if(progress.sources.begin(), progress.sources.end(), [&](const TableProgress& one) { return one.name == table; });
      if (place == progress.sources.end()) place = progress.sources.insert(place, TableProgress{table, 0, 0, -1, ""});
      place->rows += counted->rows.load(std::memory_order_relaxed);
      place->malformed += counted->malformed.load(std::memory_order_relaxed);
      if (const int64_t lag = counted->lag.load(std::memory_order_relaxed); lag >= 0) place->lag = std::max<int64_t>(place->lag, 0) + lag;
    }
  }
  for (size_t i = 0; i < parts_.size(); i++) {
    progress.sinks.push_back({parts_[i].sink_name, sink_rows_[i]->load(std::memory_order_relaxed), 0, -1, parts_[i].sink->last_commit()});
  }
  if (metrics) {
    int64_t least = engine::kMaxWatermark;
    bool any = false;
    for (const GraphMetrics::Part& part : metrics->parts) {
      for (const auto& late : part.late_rows) progress.late_rows += late.load(std::memory_order_relaxed);
      if (!part.event_time) continue;
      for (const TaskMetrics& task : part.tasks) {
        if (task.idle.load(std::memory_order_relaxed)) continue;
        any = true;
        least = std::min(least, task.watermark_us.load(std::memory_order_relaxed));
      }
    }
    if (any) progress.watermark_us = least;
  }
  progress.completed_epoch = completed_epoch_;
  progress.restored_epoch = restored_epoch_;
  const int64_t started = started_us_, ended = ended_us_;
  if (started >= 0) progress.elapsed_us = (ended >= 0 ? ended : options_.environment.clock->steady_us()) - started;
  return progress;
}

}  // namespace

Result<std::unique_ptr<Job>> Job::create(std::vector<JobPart> parts, JobOptions options) {
  if (parts.empty()) return invalid_argument("a job needs at least one INSERT");
  std::set<std::string> names;
  for (const JobPart& part : parts) {
    if (!part.plan || !part.plan->root || !part.sink) return internal(fmt::format("sink '{}' has no plan or is missing", part.sink_name));
    if (!names.insert(part.sink_name).second) return internal(fmt::format("two parts of a job have the sink name '{}'", part.sink_name));
  }
  if (options.parallelism == 0) options.parallelism = std::max(1u, std::thread::hardware_concurrency());
  options.checkpoint_interval_us = std::max<int64_t>(options.checkpoint_interval_us, 1);
  options.batch_rows = std::clamp<size_t>(options.batch_rows, 1, kChunkRows);
  return std::unique_ptr<Job>(std::make_unique<RunningJob>(std::move(parts), std::move(options)));
}

}  // namespace deltastream::stream
