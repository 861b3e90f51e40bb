// Any bytes as the log of a table: an error or a snapshot, never a crash. The first half of the bytes (split at the first
// zero byte) is commit 0, the rest commit 1. What opens must plan its scan, follow the same commit by refresh to the same state, and
// be the same without its files.
#include <cstdint>
#include <string_view>

#include "delta/scan.h"
#include "delta/snapshot.h"
#include "require.h"
#include "silent.h"
#include "storage/stores.h"

using namespace deltastream;
using fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text = fuzz::as_text(data, size);
  size_t split = text.find('\0');
  fuzz::Silent silent;
  Environment environment;
  environment.logger = &silent;
  auto store = storage::make_memory_store(environment);
  require(store->put("_delta_log/00000000000000000000.json", text.substr(0, split)).ok());
  auto old = delta::Snapshot::open(store, std::nullopt, environment);
  if (split != std::string_view::npos) require(store->put("_delta_log/00000000000000000001.json", text.substr(split + 1)).ok());
  auto snapshot = delta::Snapshot::open(store, std::nullopt, environment);
  if (!snapshot.ok()) {
    require(!snapshot.error().message().empty());
    return 0;
  }
  (void)delta::plan_scan(*snapshot).ok();
  if (old.ok()) {
    auto moved = old->refresh();
    require(moved.ok() && old->version() == snapshot->version() && old->files().size() == snapshot->files().size());
    require(old->files().total_bytes() == snapshot->files().total_bytes() && old->metadata() == snapshot->metadata());
  }
  delta::SnapshotOptions without_files;
  without_files.files = delta::LoadFiles::kNone;
  auto light = delta::Snapshot::open(store, without_files, environment);
  require(light.ok() && light->metadata() == snapshot->metadata() && light->txns().size() == snapshot->txns().size());
  return 0;
}
