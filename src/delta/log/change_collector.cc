#include "delta/log/change_collector.h"

#include <algorithm>
#include <map>

#include "delta/scan/scan_file.h"

namespace deltastream::delta {
namespace {

// Rows of `a` that are not in `b`.
std::shared_ptr<const DeletionVector> difference(const DeletionVector& a, const DeletionVector& b) {
  std::vector<uint64_t> rows = a.rows();
  std::erase_if(rows, [&](uint64_t row) { return b.contains(row); });
  return std::make_shared<const DeletionVector>(DeletionVector::from_rows(rows));
}

}  // namespace

Status ChangeCollector::on_commit_info(CommitInfo info) {
  in_commit_timestamp_ = info.in_commit_timestamp;
  operation_ = std::move(info.operation);
  return {};
}

Status ChangeCollector::on_metadata(Metadata) {
  metadata_changed_ = true;
  return {};
}

Status ChangeCollector::on_protocol(Protocol) {
  metadata_changed_ = true;
  return {};
}

Result<KeptFile> ChangeCollector::keep(const FileView& file) const {
  auto values = partitions_.read(file.partition_values);
  if (!values.ok()) return std::move(values).context("file '" + std::string(file.path) + "'").error();
  KeptFile kept;
  DS_ASSIGN_OR_RETURN(kept.file, to_scan_file(file, **values, store_));
  kept.stats = file.stats;
  kept.lacks_partition = file.partition_values.empty() && !(*values)->empty();
  return kept;
}

Result<std::string> ChangeCollector::key(const FileView& file) const {
  DS_ASSIGN_OR_RETURN(FilePath path, resolve_path(file.path, store_));
  std::string key = std::move(path.path);
  if (file.deletion_vector.storage_type) key += '\0' + to_descriptor(file.deletion_vector).unique_id();
  return key;
}

void ChangeCollector::drop(std::optional<size_t>& place) {
  if (place) files_[*place].gone = true;
  place.reset();
}

Status ChangeCollector::on_add(const FileView& file) {
  // Most commits without change of data are large and change no file that they name: those are not even kept in mind.
  if (!file.data_change && done_.empty()) return {};
  DS_ASSIGN_OR_RETURN(std::string name, key(file));
  if (!file.data_change) {
    // A file that was removed and is there again stayed.
    if (auto done = done_.find(name); done != done_.end()) drop(done->second.remove);
    return {};
  }
  DS_ASSIGN_OR_RETURN(KeptFile added, keep(file));
  added.is_add = true;
  Done& done = done_[std::move(name)];
  drop(done.add);
  done.add = files_.size();
  files_.push_back(std::move(added));
  return {};
}

Status ChangeCollector::on_remove(const FileView& file) {
  if (!file.data_change) return {};
  DS_ASSIGN_OR_RETURN(std::string name, key(file));
  DS_ASSIGN_OR_RETURN(KeptFile removed, keep(file));
  Done& done = done_[std::move(name)];
  // Without an earlier remove it is not known whether the file was there before it was added.
  if (done.add && !done.remove) undone_.push_back({files_.size(), std::string(file.path), removed.file.deletion_vector});
  drop(done.add);
  drop(done.remove);
  done.remove = files_.size();
  files_.push_back(std::move(removed));
  return {};
}

bool ChangeCollector::was_there(const Undone& file, const FileSet& before) {
  FileView view;
  view.path = file.path;
  if (file.vector) {
    view.deletion_vector = {file.vector->storage_type, file.vector->path_or_inline, file.vector->offset, file.vector->size_in_bytes, file.vector->cardinality};
  }
  return before.contains(view);
}

Status ChangeCollector::on_cdc(const FileView& file) {
  DS_ASSIGN_OR_RETURN(KeptFile kept, keep(file));
  change_files_.push_back(std::move(kept));
  return {};
}

Result<DeletionVector> ChangeCollector::vector_of(const ScanFile& file) {
  if (!file.deletion_vector) return DeletionVector();
  return read_deletion_vector(store_, *file.deletion_vector);
}

// An add and a remove of one path: the file stayed, its deletion vector changed.
Status ChangeCollector::pair_vectors(std::vector<ChangeFile>& out) {
  std::map<std::string, KeptFile*> removed;
  for (auto& file : files_) {
    if (!file.is_add && !file.gone) removed[file.file.path] = &file;
  }
  for (auto& add : files_) {
    if (!add.is_add || add.gone) continue;
    auto found = removed.find(add.file.path);
    if (found == removed.end() || found->second->gone) continue;
    add.gone = true;
    found->second->gone = true;
    DS_ASSIGN_OR_RETURN(DeletionVector before, vector_of(found->second->file));
    DS_ASSIGN_OR_RETURN(DeletionVector after, vector_of(add.file));
    auto deleted = difference(after, before);
    auto restored = difference(before, after);
    // Bounds that a writer made tight again hold for the rows that are left: those of the rows that went are the older action's.
    if (deleted->cardinality() > 0) out.push_back({ChangeKind::kDelete, add.file, std::move(deleted), std::move(found->second->stats)});
    if (restored->cardinality() > 0) out.push_back({ChangeKind::kInsert, add.file, std::move(restored), std::move(add.stats)});
  }
  return {};
}

Result<ChangeVersion> ChangeCollector::finish(ChangeMode mode, const FileSet* before) {
  ChangeVersion changes;
  changes.operation = std::move(operation_);
  changes.metadata_changed = metadata_changed_;
  for (const auto& file : undone_) files_[file.remove].gone |= !before || !was_there(file, *before);
  changes.removes_rows = std::any_of(files_.begin(), files_.end(), [](const KeptFile& file) { return !file.is_add && !file.gone; });
  // A commit that wrote change files says in them all that it changed.
  if (mode == ChangeMode::kChanges && !change_files_.empty()) {
    for (auto& file : change_files_) changes.files.push_back({ChangeKind::kPerRow, std::move(file.file), nullptr, {}});
    return changes;
  }
  if (mode == ChangeMode::kChanges) {
    DS_RETURN_IF_ERROR(pair_vectors(changes.files));
    for (auto& remove : files_) {
      if (remove.is_add || remove.gone) continue;
      if (remove.lacks_partition) {
        return unsupported("the remove of '" + remove.file.path + "' does not say which partition it was in, so its rows cannot be told");
      }
      changes.files.push_back({ChangeKind::kDelete, std::move(remove.file), nullptr, std::move(remove.stats)});
    }
  }
  for (auto& add : files_) {
    if (add.is_add && !add.gone) changes.files.push_back({ChangeKind::kInsert, std::move(add.file), nullptr, std::move(add.stats)});
  }
  return changes;
}

}  // namespace deltastream::delta
