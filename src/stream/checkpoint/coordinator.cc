#include "stream/checkpoint/coordinator.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/fault_point.h"
#include "engine/duckdb_version.h"
#include "stream/checkpoint/offsets.h"
#include "stream/checkpoint/outage.h"

namespace deltastream::stream {

Coordinator::Coordinator(const Request& request)
    : request_(request),
      clock_(*request.options.environment.clock),
      bounded_(request.inputs.bounded()),
      last_epoch_(request.recovered.last_epoch),
      next_us_(clock_.steady_us() + request.options.checkpoint_interval_us) {
  if (request.recovered.checkpoint) last_splits_ = request.recovered.checkpoint->splits;
}

Result<JobEnd> Coordinator::run() {
  for (;;) {
    if (auto failure = request_.control.failure()) return std::move(*failure);
    if (pending_) {
      for (TaskSnapshot& snapshot : request_.control.take_snapshots()) pending_->snapshots.push_back(std::move(snapshot));
      if (pending_->snapshots.size() == request_.graph.tasks()) {
        const Cause cause = pending_->cause;
        DS_RETURN_IF_ERROR(complete());
        if (cause == Cause::kEndOfInput) return JobEnd::kFinished;
        if (cause == Cause::kStop) return JobEnd::kStopped;
        continue;
      }
    } else if (auto cause = due()) {
      start(*cause);
      continue;
    }
    request_.wakeup.wait_us(pending_ ? INT64_MAX : sleep_us(clock_, next_us_));
  }
}

std::optional<Coordinator::Cause> Coordinator::due() const {
  if (request_.control.ended_inputs() == request_.graph.inputs()) return Cause::kEndOfInput;
  if (request_.stop.load(std::memory_order_acquire)) return Cause::kStop;
  if (clock_.steady_us() >= next_us_) return Cause::kTimer;
  return std::nullopt;
}

void Coordinator::start(Cause cause) {
  pending_.emplace();
  pending_->epoch = last_epoch_ + 1;
  pending_->cause = cause;
  next_us_ = clock_.steady_us() + std::max<int64_t>(request_.options.checkpoint_interval_us, 1);
  request_.control.inject({pending_->epoch, cause != Cause::kTimer});
}

Result<Checkpoint> Coordinator::gather() {
  Checkpoint checkpoint;
  checkpoint.pipeline = request_.options.pipeline;
  checkpoint.fingerprint = request_.options.fingerprint;
  checkpoint.duckdb_version = engine::duckdb_version();
  checkpoint.epoch = pending_->epoch;
  checkpoint.created_us = clock_.now_us();
  checkpoint.final = pending_->cause == Cause::kEndOfInput;
  checkpoint.splits = request_.recovered.gone;
  std::sort(pending_->snapshots.begin(), pending_->snapshots.end(),
            [](const TaskSnapshot& a, const TaskSnapshot& b) { return a.subtask < b.subtask; });
  std::map<std::string, CommitRequest> commits;
  for (TaskSnapshot& snapshot : pending_->snapshots) {
    std::move(snapshot.splits.begin(), snapshot.splits.end(), std::back_inserter(checkpoint.splits));
    std::move(snapshot.operators.begin(), snapshot.operators.end(), std::back_inserter(checkpoint.operators));
    if (!snapshot.sink.empty()) commits[snapshot.sink].prepared.push_back(std::move(snapshot.prepared));
  }
  for (size_t part = 0; part < request_.parts.size(); part++) {
    CommitRequest commit = std::move(commits[request_.parts[part].sink_name]);
    commit.pipeline = checkpoint.pipeline;
    commit.sink = request_.parts[part].sink_name;
    commit.epoch = checkpoint.epoch;
    commit.final = checkpoint.final;
    commit.offsets = moved_offsets(request_.inputs, part, last_splits_, checkpoint.splits);
    checkpoint.commits.push_back(std::move(commit));
  }
  return checkpoint;
}

Status Coordinator::complete() {
  DS_ASSIGN_OR_RETURN(Checkpoint checkpoint, gather());
  pending_.reset();
  fault_point("before-checkpoint");
  DS_RETURN_IF_ERROR(request_.store.store(checkpoint));
  fault_point("checkpoint-stored");
  last_epoch_ = checkpoint.epoch;
  for (const CommitRequest& request : checkpoint.commits) DS_RETURN_IF_ERROR(commit(request));
  last_splits_ = checkpoint.splits;
  request_.completed_epoch.store(checkpoint.epoch, std::memory_order_relaxed);
  DS_RETURN_IF_ERROR(tell_sources(checkpoint));
  request_.store.prune(checkpoint.epoch);
  return {};
}

Status Coordinator::commit(const CommitRequest& request) {
  auto part = std::find_if(request_.parts.begin(), request_.parts.end(), [&](const JobPart& one) { return one.sink_name == request.sink; });
  Logger& logger = *request_.options.environment.logger;
  for (Backoff backoff;;) {
    fault_point("before-commit");
    auto committed = part->sink->commit(request).context(fmt::format("sink '{}'", request.sink));
    if (committed.ok()) {
      fault_point("after-commit");
      request_.control.pause(false);
      if (backoff.attempts() > 0) logger.info(fmt::format("sink '{}' holds checkpoint {} now; the job goes on", request.sink, request.epoch));
      return {};
    }
    if (!passes_by_itself(committed.error(), bounded_) || backoff.exhausted(bounded_)) return committed;
    if (backoff.attempts() == 0) {
      logger.warn(fmt::format("checkpoint {} waits to be committed: {}; the job pauses and goes on by itself", request.epoch,
                              committed.error().to_string()));
    }
    // Nothing more is read meanwhile; what has been read is in the checkpoint.
    request_.control.pause(true);
    const int64_t again_us = clock_.steady_us() + backoff.next_us();
    while (clock_.steady_us() < again_us) {
      if (request_.stop.load(std::memory_order_acquire) || request_.control.cancelled()) return committed;
      request_.wakeup.wait_us(sleep_us(clock_, again_us));
    }
  }
}

Status Coordinator::tell_sources(const Checkpoint& checkpoint) {
  std::map<Source*, std::map<std::string, SplitPosition>> positions;
  std::map<std::string, Source*> sources;
  for (const auto& [node, input] : request_.inputs.all()) {
    if (input.streamed) sources[input.key] = input.source.get();
  }
  for (const SplitState& split : checkpoint.splits) {
    auto source = sources.find(split.source);
    if (source == sources.end()) continue;
    auto [place, fresh] = positions[source->second].try_emplace(split.split.id, split.position);
    if (!fresh && split.position.offset < place->second.offset) place->second = split.position;
  }
  for (const auto& [source, splits] : positions) source->checkpoint_completed(splits);
  return {};
}

}  // namespace deltastream::stream
