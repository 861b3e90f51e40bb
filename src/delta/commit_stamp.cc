#include "delta/commit_stamp.h"

#include <functional>

#include "delta/log.h"

namespace deltastream::delta {

CommitStamp CommitStamp::of_lines(int64_t version, std::string_view lines) {
  return {version, lines.size(), 0, std::hash<std::string_view>()(lines)};
}

CommitStamp CommitStamp::of_listed(int64_t version, const storage::ObjectMeta& object) { return {version, object.size, object.modified_ms, 0}; }

Result<bool> still_stands(storage::ObjectStore& store, const CommitStamp& stamp) {
  std::string path = commit_path(stamp.version);
  if (stamp.size <= CommitStamp::kSmallBytes) {
    auto lines = store.get(path);
    if (lines.ok()) return CommitStamp::of_lines(stamp.version, *lines) == stamp;
    if (lines.error().kind() == ErrorKind::kNotFound) return false;
    return std::move(lines).error();
  }
  auto object = store.head(path);
  if (object.ok()) return CommitStamp::of_listed(stamp.version, *object) == stamp;
  if (object.error().kind() == ErrorKind::kNotFound) return false;
  return std::move(object).error();
}

}  // namespace deltastream::delta
