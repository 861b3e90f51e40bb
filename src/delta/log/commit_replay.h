#pragma once
// Applies the actions of one log file to a table's state. What concerns the table as a whole is held back until finish();
// files change at once, so a state whose replay failed half way must be thrown away. One thread.
// Errors: corrupt for actions that contradict each other.

#include <vector>

#include "delta/log/action_parser.h"
#include "delta/log/table_state.h"

namespace deltastream::delta {

enum class LogFileKind {
  kCommit,      // no key may be named twice
  kCompacted,   // newest first: the first mention of a key counts
  kCheckpoint,  // a state; its files are all live
};

class CommitReplay final : public ActionHandler {
 public:
  // `count_files`: without files held, whether the commit's adds may be added to the totals (a commit known to name
  // only new files); otherwise totals become unknown.
  CommitReplay(TableState& state, LogFileKind kind, bool count_files = false);

  bool wants_files() const override { return state_.holds_files || count_files_; }
  void expect_adds(uint64_t count) override;
  Status on_add(const FileView& file) override;
  Status on_remove(const FileView& file) override;
  Status on_protocol(Protocol protocol) override;
  Status on_metadata(Metadata metadata) override;
  Status on_txn(Txn txn) override;
  Status on_domain(DomainMetadata domain) override;
  Status on_commit_info(CommitInfo info) override;
  Status on_sidecar(Sidecar sidecar) override;

  // Of a checkpoint: the files that hold its adds and removes.
  std::vector<Sidecar>& sidecars() { return sidecars_; }
  // A state that can stand alone names the protocol and the metadata.
  bool is_whole() const { return protocol_ && metadata_; }

  // Of a checkpoint, whose files are looked at together: that none is named twice. Before finish().
  Status check_files();
  // The state is at `version` now. Returns whether protocol or metadata changed, so that the state must be settled.
  bool finish(int64_t version);

 private:
  bool wrong_twice(bool is_same) const;

  TableState& state_;
  LogFileKind kind_;
  bool count_files_;
  FileTotals added_;
  std::optional<Protocol> protocol_;
  std::optional<Metadata> metadata_;
  std::map<std::string, Txn> txns_;
  std::map<std::string, DomainMetadata> domains_;
  std::optional<int64_t> in_commit_timestamp_;
  std::vector<Sidecar> sidecars_;
};

}  // namespace deltastream::delta
