#include "delta/commit/put_commit.h"

#include "delta/log.h"
#include "delta/log/commit_info_reader.h"

namespace deltastream::delta {
namespace {

// Each try is a whole put, so a store that answers at all settles the outcome on the second.
constexpr int kTries = 4;

}  // namespace

Result<PutOutcome> put_commit(storage::ObjectStore& store, int64_t version, std::string_view lines, const std::string& txn_id) {
  std::string doubt;  // why we may have committed already
  auto undecided = [&](const Error& error) -> Error {
    return commit_state_unknown("version " + std::to_string(version) + " of " + store.describe() + " may be committed or not: " + doubt +
                                "; settling it failed: " + error.describe());
  };
  for (int attempt = 1;; attempt++) {
    auto put = store.put_if_absent(commit_path(version), lines);
    if (put.ok()) return PutOutcome::kCommitted;
    if (put.error().kind() == ErrorKind::kAlreadyExists) {
      // Ours, if an answer was lost: by us, or inside a store that tries again by itself.
      auto winner = read_commit_info(store, commit_path(version));
      if (winner.ok()) return *winner && (*winner)->txn_id == txn_id ? PutOutcome::kCommitted : PutOutcome::kTaken;
      if (winner.error().kind() == ErrorKind::kCorrupt) return PutOutcome::kTaken;
      if (!doubt.empty()) return undecided(winner.error());
      return std::move(winner).context("looking at version " + std::to_string(version) + ", which a concurrent writer took").error();
    }
    if (put.error().kind() != ErrorKind::kCommitStateUnknown) return doubt.empty() ? std::move(put).error() : undecided(put.error());
    // Putting the same bytes under the same name again cannot commit twice, and its answer tells what became of the first.
    if (doubt.empty()) doubt = put.error().describe();
    if (attempt == kTries) return undecided(put.error());
  }
}

}  // namespace deltastream::delta
