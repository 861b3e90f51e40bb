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

Status ChangeCollector::keep(const FileView& file, std::vector<KeptFile>& into) {
  auto values = partitions_.read(file.partition_values);
  if (!values.ok()) return std::move(values).context("file '" + std::string(file.path) + "'").error();
  DS_ASSIGN_OR_RETURN(ScanFile kept, to_scan_file(file, **values, store_));
  into.push_back({std::move(kept), std::string(file.stats), false, file.partition_values.empty() && !(*values)->empty()});
  return {};
}

Result<DeletionVector> ChangeCollector::vector_of(const ScanFile& file) {
  if (!file.deletion_vector) return DeletionVector();
  return read_deletion_vector(store_, *file.deletion_vector);
}

// An add and a remove of one path: the file stayed, its deletion vector changed.
Status ChangeCollector::pair_vectors(std::vector<ChangeFile>& out) {
  std::map<std::string, KeptFile*> removed;
  for (auto& remove : removes_) removed[remove.file.path] = &remove;
  for (auto& add : adds_) {
    auto found = removed.find(add.file.path);
    if (found == removed.end() || found->second->paired) continue;
    add.paired = true;
    found->second->paired = true;
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

Result<ChangeVersion> ChangeCollector::finish(ChangeMode mode) {
  ChangeVersion changes;
  changes.operation = std::move(operation_);
  changes.metadata_changed = metadata_changed_;
  changes.removes_rows = !removes_.empty();
  // A commit that wrote change files says in them all that it changed.
  if (mode == ChangeMode::kChanges && !change_files_.empty()) {
    for (auto& file : change_files_) changes.files.push_back({ChangeKind::kPerRow, std::move(file.file), nullptr, {}});
    return changes;
  }
  if (mode == ChangeMode::kChanges) {
    DS_RETURN_IF_ERROR(pair_vectors(changes.files));
    for (auto& remove : removes_) {
      if (remove.paired) continue;
      if (remove.lacks_partition) {
        return unsupported("the remove of '" + remove.file.path + "' does not say which partition it was in, so its rows cannot be told");
      }
      changes.files.push_back({ChangeKind::kDelete, std::move(remove.file), nullptr, std::move(remove.stats)});
    }
  }
  for (auto& add : adds_) {
    if (!add.paired) changes.files.push_back({ChangeKind::kInsert, std::move(add.file), nullptr, std::move(add.stats)});
  }
  return changes;
}

}  // namespace deltastream::delta
