#pragma once
// Gathers from one commit what its changes are made of, and makes them into a list of files. One commit, one thread.
// A commit that names a file (path and deletion vector) more than once changes what is left when its lines are taken in order: an add that
// comes twice is one, a file that is added and then removed was only removed if it was there before, and one that is removed and then added
// stayed. Spark reads such changes in part, and refuses others.

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "delta/change_feed.h"
#include "delta/log/action_parser.h"
#include "delta/scan/partition_reader.h"

namespace deltastream::delta {

// A file action that outlives the parse.
struct KeptFile {
  ScanFile file;
  std::string stats;
  bool is_add = false;
  bool gone = false;              // a later action of the commit, or the other half of a pair, took its place
  bool lacks_partition = false;   // its partition values are not in the log
};

class ChangeCollector final : public ActionHandler {
 public:
  ChangeCollector(PartitionReader& partitions, storage::ObjectStore& store) : partitions_(partitions), store_(store) {}

  bool wants_removed_statistics() const override { return true; }
  Status on_add(const FileView& file) override;
  Status on_remove(const FileView& file) override;
  Status on_cdc(const FileView& file) override;
  Status on_commit_info(CommitInfo info) override;
  Status on_metadata(Metadata) override;
  Status on_protocol(Protocol) override;

  // Whether the commit adds a file and removes it again, so that finish() asks which files were there before it.
  bool asks_files_before() const { return !undone_.empty(); }
  // May read deletion vectors. `before`: the files of the version before, where they are asked for.
  Result<ChangeVersion> finish(ChangeMode mode, const FileSet* before = nullptr);
  std::optional<int64_t> in_commit_timestamp() const { return in_commit_timestamp_; }

 private:
  // What the commit did to one file so far, in files_.
  struct Done {
    std::optional<size_t> remove, add;
  };
  // A file that was added and then removed.
  struct Undone {
    size_t remove;   // in files_
    std::string path;
    std::optional<DeletionVectorDescriptor> vector;
  };

  Result<KeptFile> keep(const FileView& file) const;
  Result<std::string> key(const FileView& file) const;
  void drop(std::optional<size_t>& place);
  // Whether `before` holds the file.
  static bool was_there(const Undone& file, const FileSet& before);
  Status pair_vectors(std::vector<ChangeFile>& out);
  Result<DeletionVector> vector_of(const ScanFile& file);

  PartitionReader& partitions_;
  storage::ObjectStore& store_;
  std::vector<KeptFile> files_, change_files_;     // in the order of the lines
  std::unordered_map<std::string, Done> done_;     // by key()
  std::vector<Undone> undone_;
  std::optional<int64_t> in_commit_timestamp_;
  std::string operation_;
  bool metadata_changed_ = false;
};

}  // namespace deltastream::delta
