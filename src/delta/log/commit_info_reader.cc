#include "delta/log/commit_info_reader.h"

#include "delta/log/action_parser.h"

namespace deltastream::delta {
namespace {

// Holds the commitInfo of any commit seen so far; reading more costs as much again only for a few.
constexpr uint64_t kHeadBytes = 64 * 1024;

class InfoCatcher final : public ActionHandler {
 public:
  bool wants_files() const override { return false; }
  Status on_commit_info(CommitInfo commit_info) override {
    if (!info) info = std::move(commit_info);
    return {};
  }
  std::optional<CommitInfo> info;
};

Result<std::optional<CommitInfo>> find_info(std::string lines, const std::string& path) {
  InfoCatcher catcher;
  DS_RETURN_IF_ERROR(ActionParser().parse(lines, catcher).context(path));
  return std::move(catcher.info);
}

}  // namespace

Result<std::optional<CommitInfo>> read_commit_info(storage::ObjectStore& store, const storage::ObjectMeta& commit) {
  if (commit.size > kHeadBytes) {
    std::string head(kHeadBytes, '\0');
    DS_RETURN_IF_ERROR(store.get_range(commit.path, 0, head));
    head.resize(head.rfind('\n') + 1);  // whole lines only
    DS_ASSIGN_OR_RETURN(auto info, find_info(std::move(head), commit.path));
    if (info) return info;
  }
  DS_ASSIGN_OR_RETURN(std::string lines, store.get(commit.path));
  return find_info(std::move(lines), commit.path);
}

Result<std::optional<CommitInfo>> read_commit_info(storage::ObjectStore& store, const std::string& path) {
  DS_ASSIGN_OR_RETURN(storage::ObjectMeta commit, store.head(path));
  return read_commit_info(store, commit);
}

}  // namespace deltastream::delta
