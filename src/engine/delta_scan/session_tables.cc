#include "engine/delta_scan/session_tables.h"

#include "delta/commit_stamp.h"
#include "delta/log.h"
#include "engine/delta_scan/table.h"

namespace deltastream::engine {

// A table and how many statements hold it. Each holds a pointer of its own whose end counts down.
struct SessionTables::Lent {
  std::shared_ptr<DeltaTable> table;
  std::mutex mutex;
  size_t holders = 0;

  static std::shared_ptr<DeltaTable> lend(const std::shared_ptr<Lent>& lent) {
    std::lock_guard lock(lent->mutex);
    lent->holders++;
    return {lent->table.get(), [lent](DeltaTable*) {
              std::lock_guard at_end(lent->mutex);
              lent->holders--;
            }};
  }
  bool is_free() {
    std::lock_guard lock(mutex);
    return holders == 0;
  }
};

namespace {

enum class Look { kSame, kMoved, kAnother };

Result<Look> look(const DeltaTable& table, const std::optional<int64_t>& wanted_version) {
  const auto& snapshot = table.snapshot;
  auto& store = *table.store;
  if (!snapshot.commit_stamp() || !snapshot.has_files()) return Look::kAnother;
  if (!wanted_version) {
    auto next = store.head(delta::commit_path(snapshot.version() + 1));
    if (next.ok()) return Look::kMoved;
    if (next.error().kind() != ErrorKind::kNotFound) return std::move(next).error();
  }
  DS_ASSIGN_OR_RETURN(bool stands, delta::still_stands(store, *snapshot.commit_stamp()));
  return stands ? Look::kSame : Look::kAnother;
}

// Follows the log. False when it turns out to be another log, or one that must be read anew.
bool follow(DeltaTable& table) {
  delta::CommitStamp before = *table.snapshot.commit_stamp();
  delta::Metadata metadata = table.snapshot.metadata();
  delta::Protocol protocol = table.snapshot.protocol();
  if (!table.snapshot.refresh().ok()) return false;
  // Only now: as long as this commit stood, what was read after it was of the same log.
  auto stands = delta::still_stands(*table.store, before);
  if (!stands.ok() || !*stands || !table.snapshot.commit_stamp()) return false;
  return metadata == table.snapshot.metadata() && protocol == table.snapshot.protocol() ? true : describe_columns(table).ok();
}

uint64_t bytes_of(const DeltaTable& table) {
  constexpr uint64_t kRest = 16 << 10;
  return kRest + table.snapshot.files().memory_bytes() + table.snapshot.tombstones().memory_bytes() + table.snapshot.metadata().schema_string.size() * 4;
}

}  // namespace

std::shared_ptr<SessionTables::Lent> SessionTables::take(const Key& key) {
  std::lock_guard lock(mutex_);
  for (auto kept = kept_.begin(); kept != kept_.end(); ++kept) {
    if (kept->key != key) continue;
    auto lent = std::move(kept->lent);
    kept_.erase(kept);
    return lent;
  }
  return nullptr;
}

std::shared_ptr<DeltaTable> SessionTables::keep(const Key& key, std::shared_ptr<Lent> lent) {
  auto table = Lent::lend(lent);
  std::lock_guard lock(mutex_);
  kept_.remove_if([&](const Kept& kept) { return kept.key == key; });
  kept_.push_front({key, std::move(lent), bytes_of(*table)});
  uint64_t bytes = 0;
  size_t tables = 0;
  for (auto kept = kept_.begin(); kept != kept_.end();) {
    bytes += kept->bytes;
    kept = bytes > budget_ || ++tables > kTablesMax ? kept_.erase(kept) : std::next(kept);
  }
  return table;
}

Result<std::shared_ptr<DeltaTable>> SessionTables::get(const Key& key, const Open& open) {
  if (auto lent = take(key)) {
    DS_ASSIGN_OR_RETURN(Look seen, look(*lent->table, key.second));
    // Of one that a statement still reads, another copy is opened.
    bool usable = seen == Look::kSame || (seen == Look::kMoved && lent->is_free() && follow(*lent->table));
    if (usable) return keep(key, std::move(lent));
  }
  DS_ASSIGN_OR_RETURN(auto table, open());
  if (!table->snapshot.commit_stamp()) return table;
  auto lent = std::make_shared<Lent>();
  lent->table = std::move(table);
  return keep(key, std::move(lent));
}

size_t SessionTables::size() const {
  std::lock_guard lock(mutex_);
  return kept_.size();
}

}  // namespace deltastream::engine
