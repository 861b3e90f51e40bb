#pragma once
// Finds a file of a version by its path as ds_table_files() gives it. The index, sixteen bytes a file, is made when it is first asked, so that
// a caller who asks for file after file reads no list of them each time. One thread. Errors: corrupt for a path that does not decode.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "delta/snapshot.h"

namespace deltastream::capi {

class FileIndex {
 public:
  // The snapshot must be the same each time, until forget().
  Result<std::optional<delta::FileView>> find(const delta::Snapshot& snapshot, const std::string& path);
  void forget() { entries_.reset(); }

 private:
  struct Entry {
    size_t hash = 0;
    uint32_t place = 0;   // in Snapshot::files()
  };

  Status make(const delta::Snapshot& snapshot);

  std::optional<std::vector<Entry>> entries_;   // by hash
};

}  // namespace deltastream::capi
