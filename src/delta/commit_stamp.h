#pragma once
// What a commit looked like when it was read, to tell later whether the log still is the one that was followed: a table
// that was dropped and made anew has other commits of the same numbers. Value type.

#include <cstdint>
#include <string_view>

#include "common/result.h"
#include "storage/object_store.h"

namespace deltastream::delta {

struct CommitStamp {
  // Up to this size the content counts. Beyond, size and time must do: a commit that large is not made twice within the
  // resolution of a store's clock.
  static constexpr uint64_t kSmallBytes = 64 << 10;

  int64_t version = 0;
  uint64_t size = 0;
  int64_t modified_ms = 0;      // of large ones
  uint64_t content_hash = 0;    // of small ones
  bool operator==(const CommitStamp&) const = default;

  static CommitStamp of_lines(int64_t version, std::string_view lines);
  static CommitStamp of_listed(int64_t version, const storage::ObjectMeta& object);
};

// Whether the store holds the commit as it was. One request; false when the commit is gone.
Result<bool> still_stands(storage::ObjectStore& store, const CommitStamp& stamp);

}  // namespace deltastream::delta
