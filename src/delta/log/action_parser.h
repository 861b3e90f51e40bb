#pragma once
// Reads lines of the log, one action each, without building trees. Views handed to the handler live until it returns.
// Unknown actions and fields are passed over. Errors: corrupt, with the line's number and what is wrong.

#include <memory>
#include <string>
#include <string_view>

#include "common/result.h"
#include "delta/actions.h"
#include "delta/file_set.h"

namespace deltastream::delta {

// What a V2 checkpoint's sidecar action says.
struct Sidecar {
  std::string path;
  int64_t size = 0;
};

// What to do with each action; nothing by default. An error stops the parse.
class ActionHandler {
 public:
  virtual ~ActionHandler() = default;
  // Lines that hold adds and removes are not even parsed when this is false.
  virtual bool wants_files() const { return true; }
  // Removes come without the statistics that they may carry when this is false.
  virtual bool wants_removed_statistics() const { return false; }
  // Adds and removes must come in the order of the rows of a checkpoint, however slow that is. Lines always come in order.
  virtual bool wants_row_order() const { return false; }
  virtual Status on_add(const FileView&) { return {}; }
  virtual Status on_remove(const FileView&) { return {}; }
  // A file of the change data feed.
  virtual Status on_cdc(const FileView&) { return {}; }
  virtual Status on_protocol(Protocol) { return {}; }
  virtual Status on_metadata(Metadata) { return {}; }
  virtual Status on_txn(Txn) { return {}; }
  virtual Status on_domain(DomainMetadata) { return {}; }
  virtual Status on_commit_info(CommitInfo) { return {}; }
  virtual Status on_sidecar(Sidecar) { return {}; }
  // The version that a V2 checkpoint says it is of.
  virtual Status on_checkpoint_version(int64_t) { return {}; }
};

class ActionParser {
 public:
  ActionParser();
  ~ActionParser();
  // `lines` is newline-separated JSON; an object whose opening brace stands alone in its line may go over several. `continued`: it goes on where the last call ended, which was at a line's end; only
  // line numbers in messages tell the difference.
  Status parse(std::string_view lines, ActionHandler& handler, bool continued = false);

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
  size_t line_number_ = 0;
};

}  // namespace deltastream::delta
