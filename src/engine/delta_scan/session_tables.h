#pragma once
// The tables that a session has opened, so that its next statement need not read their logs again: a look whether the log
// moved, and the new commits if so. Every look makes sure that the log still is the one that was read (the commit of the
// version stands as it was), so a table that was dropped, replaced or restored from elsewhere is opened anew.
// Within a budget of memory, the least recently used going first. Thread-safe; a table is changed only while nobody holds it.

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "common/result.h"

namespace deltastream::engine {

struct DeltaTable;

class SessionTables {
 public:
  // `version`: absent for the newest.
  using Key = std::pair<std::string, std::optional<int64_t>>;
  using Open = std::function<Result<std::shared_ptr<DeltaTable>>()>;

  explicit SessionTables(uint64_t budget_bytes = kBudgetBytes) : budget_(budget_bytes) {}

  // The table as it stands now, from what is kept or by `open`.
  Result<std::shared_ptr<DeltaTable>> get(const Key& key, const Open& open);
  size_t size() const;

 private:
  static constexpr uint64_t kBudgetBytes = 512 << 20;
  static constexpr size_t kTablesMax = 256;

  struct Lent;
  struct Kept {
    Key key;
    std::shared_ptr<Lent> lent;
    uint64_t bytes = 0;
  };

  std::shared_ptr<Lent> take(const Key& key);
  std::shared_ptr<DeltaTable> keep(const Key& key, std::shared_ptr<Lent> lent);

  const uint64_t budget_;
  mutable std::mutex mutex_;
  std::list<Kept> kept_;   // the most recently used in front
};

}  // namespace deltastream::engine
