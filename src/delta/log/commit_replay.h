#pragma once
// Applies the actions of one log file to a table's state. What concerns the table as a whole is held back until finish();
// files change at once, so a state whose replay failed half way must be thrown away. One thread.
// A commit should name nothing twice (the protocol, "Action Reconciliation"), but some do: as in Spark, its actions count in the order of its
// lines, so the last one wins.
// Errors: corrupt for a checkpoint that holds different protocols or metadata.

#include <vector>

#include "delta/log/action_parser.h"
#include "delta/log/table_state.h"

namespace deltastream::delta {

enum class LogFileKind {
  kCommit,      // the last mention of a key counts
  kCompacted,   // newest first: the first mention of a key counts
  kCheckpoint,  // a state; its files are all live, in any order
  kCheckpointInOrder,  // the same of one that contradicts itself: its rows are taken as a commit's lines
};

class CommitReplay final : public ActionHandler {
 public:
  // `count_files`: without files held, whether the commit's adds may be added to the totals (a commit known to name
  // only new files); otherwise totals become unknown.
  CommitReplay(TableState& state, LogFileKind kind, bool count_files = false);

  bool wants_files() const override { return state_.holds_files || count_files_; }
  bool wants_row_order() const override { return kind_ == LogFileKind::kCheckpointInOrder; }
  Status on_add(const FileView& file) override;
  Status on_remove(const FileView& file) override;
  Status on_protocol(Protocol protocol) override;
  Status on_metadata(Metadata metadata) override;
  Status on_txn(Txn txn) override;
  Status on_domain(DomainMetadata domain) override;
  Status on_commit_info(CommitInfo info) override;
  Status on_sidecar(Sidecar sidecar) override;
  Status on_checkpoint_version(int64_t version) override;

  // Of a checkpoint: the files that hold its adds and removes.
  std::vector<Sidecar>& sidecars() { return sidecars_; }
  // Of a V2 checkpoint: the version that it gives itself.
  std::optional<int64_t> checkpoint_version() const { return checkpoint_version_; }
  // A state that can stand alone names the protocol and the metadata.
  bool is_whole() const { return protocol_ && metadata_; }

  // Of a checkpoint, whose files are looked at together, before finish(). False: it both adds and removes a file, so that the order of its
  // rows decides, and it must be replayed anew as kCheckpointInOrder.
  bool settle_files();
  // The state is at `version` now. Returns whether protocol or metadata changed, so that the state must be settled.
  bool finish(int64_t version);

 private:
  bool is_checkpoint() const { return kind_ == LogFileKind::kCheckpoint || kind_ == LogFileKind::kCheckpointInOrder; }
  void count(const FileView& file);
  // Whether what came before is kept when it is named again. An error where that cannot be told.
  Result<bool> first_counts(bool named, bool is_same, std::string_view what) const;

  TableState& state_;
  LogFileKind kind_;
  bool count_files_;
  FileTotals added_;
  FileSet counted_;   // which files `added_` counts, by path and vector alone
  std::optional<Protocol> protocol_;
  std::optional<Metadata> metadata_;
  std::map<std::string, Txn> txns_;
  std::map<std::string, DomainMetadata> domains_;
  std::optional<int64_t> in_commit_timestamp_;
  std::optional<int64_t> checkpoint_version_;
  std::vector<Sidecar> sidecars_;
};

}  // namespace deltastream::delta
