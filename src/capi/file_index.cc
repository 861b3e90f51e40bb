#include "capi/file_index.h"

#include <algorithm>
#include <functional>

#include "delta/scan.h"

namespace deltastream::capi {

Status FileIndex::make(const delta::Snapshot& snapshot) {
  std::vector<Entry> entries;
  entries.reserve(snapshot.files().size());
  DS_RETURN_IF_ERROR(snapshot.files().for_each_place([&](uint32_t place, const delta::FileView& file) -> Status {
    DS_ASSIGN_OR_RETURN(delta::FilePath path, delta::resolve_path(file.path, *snapshot.store()));
    entries.push_back({std::hash<std::string>()(path.path), place});
    return {};
  }));
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) { return a.hash < b.hash; });
  entries_ = std::move(entries);
  return {};
}

Result<std::optional<delta::FileView>> FileIndex::find(const delta::Snapshot& snapshot, const std::string& path) {
  if (!entries_) DS_RETURN_IF_ERROR(make(snapshot));
  const size_t hash = std::hash<std::string>()(path);
  auto at = std::lower_bound(entries_->begin(), entries_->end(), hash, [](const Entry& entry, size_t wanted) { return entry.hash < wanted; });
  for (; at != entries_->end() && at->hash == hash; ++at) {
    const delta::FileView file = snapshot.files().at(at->place);
    DS_ASSIGN_OR_RETURN(delta::FilePath found, delta::resolve_path(file.path, *snapshot.store()));
    if (found.path == path) return std::optional(file);
  }
  return std::optional<delta::FileView>();
}

}  // namespace deltastream::capi
