#include "delta/log/commit_replay.h"

#include <fmt/format.h>

#include <algorithm>

namespace deltastream::delta {
CommitReplay::CommitReplay(TableState& state, LogFileKind kind, bool count_files)
    : state_(state), kind_(kind), count_files_(count_files && state.totals.has_value()) {
  for (FileSet* set : {&state_.files, &state_.tombstones}) kind_ == LogFileKind::kCompacted ? set->first_counts() : set->last_counts();
}

Status CommitReplay::on_add(const FileView& file) {
  if (!state_.holds_files) {
    count(file);
    return {};
  }
  if (kind_ == LogFileKind::kCheckpoint) {
    state_.files.append(file);
    return {};
  }
  bool removed_here = state_.tombstones.erase(file) == FileSet::Change::kTwice;
  if (!removed_here) (void)state_.files.insert(file);
  return {};
}

void CommitReplay::count(const FileView& file) {
  if (!count_files_) return;
  FileView key;
  key.path = file.path;
  key.deletion_vector = file.deletion_vector;
  key.size = file.size;
  if (auto before = counted_.get(key)) {
    added_.files--;
    added_.bytes -= before->size;
  }
  (void)counted_.insert(key);
  added_.files++;
  added_.bytes += file.size;
}

bool CommitReplay::settle_files() {
  if (kind_ != LogFileKind::kCheckpoint) return true;
  state_.files.index();
  state_.tombstones.index();
  if (state_.tombstones.size() == 0) return true;
  return state_.tombstones.for_each([&](const FileView& file) { return state_.files.contains(file) ? Status(corrupt("both")) : Status(); }).ok();
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
  if (!added_here) (void)state_.tombstones.insert(file);
  return {};
}

// The parts of a checkpoint have no order, but may each say it in the same words.
Result<bool> CommitReplay::first_counts(bool named, bool is_same, std::string_view what) const {
  if (named && is_checkpoint() && !is_same) return corrupt(fmt::format("the checkpoint holds {} twice, with different words", what));
  return named && kind_ != LogFileKind::kCommit;
}

Status CommitReplay::on_protocol(Protocol protocol) {
  DS_ASSIGN_OR_RETURN(bool keep, first_counts(protocol_.has_value(), protocol_ == protocol, "a protocol action"));
  if (!keep) protocol_ = std::move(protocol);
  return {};
}

Status CommitReplay::on_metadata(Metadata metadata) {
  DS_ASSIGN_OR_RETURN(bool keep, first_counts(metadata_.has_value(), metadata_ == metadata, "a metaData action"));
  if (!keep) metadata_ = std::move(metadata);
  return {};
}

Status CommitReplay::on_txn(Txn txn) {
  std::string app_id = txn.app_id;
  if (kind_ == LogFileKind::kCommit) {
    txns_.insert_or_assign(std::move(app_id), std::move(txn));
  } else {
    txns_.emplace(std::move(app_id), std::move(txn));
  }
  return {};
}

Status CommitReplay::on_domain(DomainMetadata domain) {
  std::string name = domain.domain;
  if (kind_ == LogFileKind::kCommit) {
    domains_.insert_or_assign(std::move(name), std::move(domain));
  } else {
    domains_.emplace(std::move(name), std::move(domain));
  }
  return {};
}

Status CommitReplay::on_commit_info(CommitInfo info) {
  if (kind_ == LogFileKind::kCommit) in_commit_timestamp_ = info.in_commit_timestamp;
  return {};
}

Status CommitReplay::on_sidecar(Sidecar sidecar) {
  // Outside checkpoints the action means nothing.
  if (is_checkpoint()) sidecars_.push_back(std::move(sidecar));
  return {};
}

Status CommitReplay::on_checkpoint_version(int64_t version) {
  checkpoint_version_ = version;
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
