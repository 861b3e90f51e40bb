#pragma once
// Gathers from one commit what its changes are made of, and makes them into a list of files. One commit, one thread.

#include <string>
#include <vector>

#include "delta/change_feed.h"
#include "delta/log/action_parser.h"
#include "delta/scan/partition_reader.h"

namespace deltastream::delta {

// A file action that outlives the parse.
struct KeptFile {
  ScanFile file;
  std::string stats;
  bool paired = false;
  bool lacks_partition = false;   // its partition values are not in the log
};

class ChangeCollector final : public ActionHandler {
 public:
  ChangeCollector(PartitionReader& partitions, storage::ObjectStore& store) : partitions_(partitions), store_(store) {}

  bool wants_removed_statistics() const override { return true; }
  Status on_add(const FileView& file) override { return file.data_change ? keep(file, adds_) : Status(); }
  Status on_remove(const FileView& file) override { return file.data_change ? keep(file, removes_) : Status(); }
  Status on_cdc(const FileView& file) override { return keep(file, change_files_); }
  Status on_commit_info(CommitInfo info) override;
  Status on_metadata(Metadata) override;
  Status on_protocol(Protocol) override;

  // May read deletion vectors.
  Result<ChangeVersion> finish(ChangeMode mode);
  std::optional<int64_t> in_commit_timestamp() const { return in_commit_timestamp_; }

 private:
  Status keep(const FileView& file, std::vector<KeptFile>& into);
  Status pair_vectors(std::vector<ChangeFile>& out);
  Result<DeletionVector> vector_of(const ScanFile& file);

  PartitionReader& partitions_;
  storage::ObjectStore& store_;
  std::vector<KeptFile> adds_, removes_, change_files_;
  std::optional<int64_t> in_commit_timestamp_;
  std::string operation_;
  bool metadata_changed_ = false;
};

}  // namespace deltastream::delta
