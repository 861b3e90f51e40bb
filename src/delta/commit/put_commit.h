#pragma once
// One version's file, put if absent. Settles what became of it when the answer was lost: the file is recognised by
// commitInfo.txnId. One thread per commit; the store decides between concurrent writers.

#include <cstdint>
#include <string>
#include <string_view>

#include "common/result.h"
#include "storage/object_store.h"

namespace deltastream::delta {

enum class PutOutcome {
  kCommitted,
  kTaken,  // the version is somebody else's
};

// `txn_id` is what commitInfo of `lines` says. commit state unknown when even trying again and reading back did not tell;
// any other error means that nothing was committed.
Result<PutOutcome> put_commit(storage::ObjectStore& store, int64_t version, std::string_view lines, const std::string& txn_id);

}  // namespace deltastream::delta
