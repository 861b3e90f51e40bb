#include "delta/log/commit_replay.h"

#include <algorithm>

namespace deltastream::delta {
namespace {

Error named_twice(std::string_view what) { return corrupt("the log file holds " + std::string(what) + " twice"); }

Error both(std::string_view path) { return corrupt("the log file both adds and removes '" + std::string(path) + "' with the same deletion vector"); }

}  // namespace

CommitReplay::CommitReplay(TableState& state, LogFileKind kind, bool count_files)
    : state_(state), kind_(kind), count_files_(count_files && state.totals.has_value()) {
  state_.files.begin_commit();
  state_.tombstones.begin_commit();
}

// A footer may tell any number: one too high costs memory until files come, so there is an end to it.
void CommitReplay::expect_adds(uint64_t count) {
  constexpr uint64_t kMost = 4 << 20;
  if (state_.holds_files) state_.files.reserve(std::min(count, kMost));
}

Status CommitReplay::on_add(const FileView& file) {
  if (!state_.holds_files) {
    added_.files++;
    added_.bytes += file.size;
    return {};
  }
  if (kind_ == LogFileKind::kCheckpoint) {
    state_.files.append(file);
    return {};
  }
  bool removed_here = state_.tombstones.erase(file) == FileSet::Change::kTwice;
  if (removed_here && kind_ == LogFileKind::kCompacted) return {};
  if (removed_here) return both(file.path);
  bool twice = state_.files.insert(file) == FileSet::Change::kTwice;
  if (twice && kind_ != LogFileKind::kCompacted) return named_twice("the add of '" + std::string(file.path) + "'");
  return {};
}

Status CommitReplay::check_files() {
  if (auto twice = state_.files.index()) return named_twice("the add of '" + *twice + "'");
  (void)state_.tombstones.index();  // a remove may stand there twice
  if (state_.tombstones.size() == 0) return {};
  return state_.tombstones.for_each([&](const FileView& file) { return state_.files.contains(file) ? Status(both(file.path)) : Status(); });
}

Status CommitReplay::on_remove(const FileView& file) {
  if (!state_.holds_files) {
    state_.totals.reset();
    return {};
  }
  if (kind_ == LogFileKind::kCheckpoint) {
    state_.tombstones.append(file);
    return {};
  }
  bool added_here = state_.files.erase(file) == FileSet::Change::kTwice;
  if (added_here && kind_ == LogFileKind::kCompacted) return {};
  if (added_here) return both(file.path);
  bool twice = state_.tombstones.insert(file) == FileSet::Change::kTwice;
  if (twice && kind_ == LogFileKind::kCommit) return named_twice("the remove of '" + std::string(file.path) + "'");
  return {};
}

// Parts of a checkpoint may each say it, in the same words.
bool CommitReplay::wrong_twice(bool is_same) const { return kind_ == LogFileKind::kCommit || (kind_ == LogFileKind::kCheckpoint && !is_same); }

Status CommitReplay::on_protocol(Protocol protocol) {
  if (protocol_ && wrong_twice(*protocol_ == protocol)) return named_twice("a protocol action");
  if (!protocol_) protocol_ = std::move(protocol);
  return {};
}

Status CommitReplay::on_metadata(Metadata metadata) {
  if (metadata_ && wrong_twice(*metadata_ == metadata)) return named_twice("a metaData action");
  if (!metadata_) metadata_ = std::move(metadata);
  return {};
}

Status CommitReplay::on_txn(Txn txn) {
  std::string app_id = txn.app_id;
  bool fresh = txns_.emplace(app_id, std::move(txn)).second;
  if (!fresh && kind_ == LogFileKind::kCommit) return named_twice("a txn action of the application '" + app_id + "'");
  return {};
}

Status CommitReplay::on_domain(DomainMetadata domain) {
  std::string name = domain.domain;
  bool fresh = domains_.emplace(name, std::move(domain)).second;
  if (!fresh && kind_ == LogFileKind::kCommit) return named_twice("metadata of the domain '" + name + "'");
  return {};
}

Status CommitReplay::on_commit_info(CommitInfo info) {
  if (kind_ == LogFileKind::kCommit) in_commit_timestamp_ = info.in_commit_timestamp;
  return {};
}

Status CommitReplay::on_sidecar(Sidecar sidecar) {
  // Outside checkpoints the action means nothing.
  if (kind_ == LogFileKind::kCheckpoint) sidecars_.push_back(std::move(sidecar));
  return {};
}

bool CommitReplay::finish(int64_t version) {
  state_.version = version;
  state_.in_commit_timestamp = in_commit_timestamp_;
  state_.stamp.reset();
  if (!state_.holds_files) {
    if (count_files_ && state_.totals) {
      state_.totals->files += added_.files;
      state_.totals->bytes += added_.bytes;
    } else {
      state_.totals.reset();
    }
  }
  for (auto& [app_id, txn] : txns_) state_.txns[app_id] = std::move(txn);
  for (auto& [name, domain] : domains_) {
    if (domain.removed) {
      state_.domains.erase(name);
    } else {
      state_.domains[name] = std::move(domain);
    }
  }
  bool changed = protocol_ || metadata_;
  if (protocol_) state_.protocol = std::move(protocol_);
  if (metadata_) state_.metadata = std::move(metadata_);
  return changed;
}

}  // namespace deltastream::delta
