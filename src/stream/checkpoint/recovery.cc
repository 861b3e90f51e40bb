#include "stream/checkpoint/recovery.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "engine/duckdb_version.h"

namespace deltastream::stream {
namespace {

class Recovery {
 public:
  Recovery(CheckpointStore& store, const std::vector<JobPart>& parts, Inputs& inputs, const JobOptions& options)
      : store_(store), parts_(parts), inputs_(inputs), options_(options) {}

  Result<Recovered> run() {
    DS_ASSIGN_OR_RETURN(recovered_.checkpoint, store_.newest());
    if (recovered_.checkpoint) {
      recovered_.last_epoch = recovered_.checkpoint->epoch;
      DS_RETURN_IF_ERROR(check_statements(*recovered_.checkpoint));
      DS_RETURN_IF_ERROR(inputs_.resume(recovered_.checkpoint->splits));
      DS_RETURN_IF_ERROR(check_splits(*recovered_.checkpoint));
    }
    for (const JobPart& part : parts_) DS_RETURN_IF_ERROR(bring_up(part).context(fmt::format("sink '{}'", part.sink_name)));
    return std::move(recovered_);
  }

 private:
  std::string where(const Checkpoint& checkpoint) const {
    return store_.durable() ? fmt::format("checkpoint {} in '{}'", checkpoint.epoch, store_.folder()) : fmt::format("checkpoint {}", checkpoint.epoch);
  }

  Status check_statements(const Checkpoint& checkpoint) const {
    if (checkpoint.pipeline != options_.pipeline) {
      return conflict(fmt::format("{} belongs to pipeline '{}', not to '{}'; give each pipeline a state folder of its own", where(checkpoint),
                                  checkpoint.pipeline, options_.pipeline));
    }
    std::set<std::string> known;
    for (const auto& [node, key] : inputs_.operator_keys()) known.insert(key);
    const bool same = std::all_of(checkpoint.operators.begin(), checkpoint.operators.end(),
                                  [&](const OperatorState& state) { return known.contains(state.key); });
    if (checkpoint.fingerprint != options_.fingerprint || !same) {
      return conflict(fmt::format("pipeline '{}' has changed: {} was written by other statements. To go on, bring the old statements back; to "
                                  "start anew, give the pipeline another 'pipeline.name' (and sink tables of its own) or another state folder",
                                  options_.pipeline, where(checkpoint)));
    }
    if (!checkpoint.operators.empty() && checkpoint.duckdb_version != engine::duckdb_version()) {
      return unsupported(fmt::format("{} holds window state of DuckDB {}, this program has {}: let the program that wrote it end the pipeline",
                                     where(checkpoint), checkpoint.duckdb_version, engine::duckdb_version()));
    }
    return {};
  }

  Status check_splits(const Checkpoint& checkpoint) {
    std::map<std::string, std::set<std::string>> found;
    for (const auto& [node, input] : inputs_.all()) {
      for (const Split& split : input.splits) found[input.key].insert(split.id);
    }
    for (const SplitState& split : checkpoint.splits) {
      if (found[split.source].contains(split.split.id)) continue;
      if (!split.finished) {
        return not_found(fmt::format("table '{}': '{}' was read up to {} and is gone; bring it back, or start anew", split.table, split.split.id,
                                     split.position.offset));
      }
      recovered_.gone.push_back(split);
    }
    return {};
  }

  Status bring_up(const JobPart& part) {
    DS_ASSIGN_OR_RETURN(auto committed, part.sink->committed_epoch(options_.pipeline, part.sink_name));
    const int64_t held = committed.value_or(0);
    if (!store_.durable() && !recovered_.checkpoint) {
      // Nothing to compare with: number on, so that no epoch is taken for one that is there already.
      recovered_.last_epoch = std::max(recovered_.last_epoch, held);
      return {};
    }
    const int64_t ours = recovered_.last_epoch;
    if (held > ours) {
      return conflict(fmt::format(
          "it holds checkpoint {} of pipeline '{}', but the state folder '{}' knows {}: going on would write rows twice. Bring that state "
          "folder back, or start with another 'pipeline.name'",
          held, options_.pipeline, store_.folder(), ours == 0 ? std::string("none") : fmt::format("only {}", ours)));
    }
    if (!recovered_.checkpoint || (committed && held == ours)) return {};
    for (const CommitRequest& request : recovered_.checkpoint->commits) {
      if (request.sink == part.sink_name) DS_RETURN_IF_ERROR(part.sink->commit(request));
    }
    return {};
  }

  CheckpointStore& store_;
  const std::vector<JobPart>& parts_;
  Inputs& inputs_;
  const JobOptions& options_;
  Recovered recovered_;
};

}  // namespace

Result<Recovered> recover(CheckpointStore& store, const std::vector<JobPart>& parts, Inputs& inputs, const JobOptions& options) {
  return Recovery(store, parts, inputs, options).run();
}

}  // namespace deltastream::stream
