#include "delta/catalog_commits.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <map>
#include <optional>

#include "delta/log.h"

namespace deltastream::delta {
namespace {

constexpr size_t kVersionDigits = 20;
constexpr char kStagedFolder[] = "_delta_log/_staged_commits/";

std::optional<int64_t> read_version(std::string_view digits) {
  int64_t version = 0;
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), version);
  if (error != std::errc() || end != digits.data() + digits.size() || version < 0) return std::nullopt;
  return version;
}

// The name of a file directly in _delta_log; "" for others.
std::string_view log_name(std::string_view path) {
  if (!path.starts_with(kLogFolder)) return {};
  path.remove_prefix(sizeof kLogFolder - 1);
  return path.find('/') == std::string_view::npos ? path : std::string_view();
}

// The last version that a file of the log tells of.
std::optional<int64_t> last_version(std::string_view name) {
  if (name.size() <= kVersionDigits || name[kVersionDigits] != '.') return std::nullopt;
  std::string_view rest = name.substr(kVersionDigits + 1);
  if (rest.ends_with(".compacted.json")) return read_version(rest.substr(0, rest.size() - std::strlen(".compacted.json")));
  return read_version(name.substr(0, kVersionDigits));
}

class CatalogLog final : public storage::ObjectStore {
 public:
  CatalogLog(std::shared_ptr<storage::ObjectStore> base, int64_t latest) : base_(std::move(base)), latest_(latest) {}

  Status take(CatalogCommit commit) {
    if (commit.version > latest_) return {};
    const int64_t version = commit.version;
    if (!commit.staged_name.empty() && commit.modified_ms == 0) {
      DS_ASSIGN_OR_RETURN(auto meta, base_->head(kStagedFolder + commit.staged_name).context(fmt::format("commit {} that the catalog named", version)));
      commit.size = meta.size;
      commit.modified_ms = meta.modified_ms;
    }
    if (commit.staged_name.empty()) commit.size = commit.lines.size();
    if (!ratified_.emplace(version, std::move(commit)).second) {
      return invalid_argument(fmt::format("the catalog's commit of version {} was given twice", version));
    }
    return {};
  }
  Status check_contiguous() const {
    for (auto next = ratified_.begin(); next != ratified_.end(); ++next) {
      if (next == ratified_.begin() || std::prev(next)->first + 1 == next->first) continue;
      return invalid_argument(fmt::format("the catalog's commits have a gap: {} follows {}", next->first, std::prev(next)->first));
    }
    return {};
  }

  Result<storage::ObjectMeta> head(const std::string& path) override {
    if (hides(path)) return gone(path);
    if (const CatalogCommit* commit = find(path)) return meta(*commit);
    return base_->head(path);
  }
  Result<std::string> get(const std::string& path) override {
    if (hides(path)) return gone(path);
    const CatalogCommit* commit = find(path);
    if (!commit) return base_->get(path);
    return commit->staged_name.empty() ? Result<std::string>(commit->lines) : base_->get(kStagedFolder + commit->staged_name);
  }
  Status get_range(const std::string& path, uint64_t offset, std::span<char> buffer) override {
    if (hides(path)) return gone(path);
    const CatalogCommit* commit = find(path);
    if (!commit) return base_->get_range(path, offset, buffer);
    if (!commit->staged_name.empty()) return base_->get_range(kStagedFolder + commit->staged_name, offset, buffer);
    if (offset > commit->lines.size() || buffer.size() > commit->lines.size() - offset) return corrupt(path + " is shorter than what is read of it");
    std::memcpy(buffer.data(), commit->lines.data() + offset, buffer.size());
    return {};
  }
  Result<std::vector<storage::ObjectMeta>> list(const std::string& prefix, const std::string& start_at) override {
    DS_ASSIGN_OR_RETURN(auto objects, base_->list(prefix, start_at));
    if (prefix != kLogFolder) return objects;
    std::erase_if(objects, [&](const auto& object) { return hides(object.path) || find(object.path); });
    for (const auto& [version, commit] : ratified_) {
      if (commit_path(version) >= start_at) objects.push_back(meta(commit));
    }
    std::sort(objects.begin(), objects.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
    if (start_at <= commit_path(latest_)) DS_RETURN_IF_ERROR(check_reaches_latest(objects));
    return objects;
  }

  Status put(const std::string& path, std::string_view) override { return read_only(path); }
  Status put_if_absent(const std::string& path, std::string_view) override { return read_only(path); }
  Result<std::unique_ptr<storage::ObjectWriter>> open_writer(const std::string& path) override { return read_only(path); }
  Status remove(const std::string& path) override { return read_only(path); }
  std::string describe() const override { return base_->describe(); }
  std::optional<std::string> local_folder() const override { return base_->local_folder(); }

 private:
  const CatalogCommit* find(std::string_view path) const {
    const std::string_view name = log_name(path);
    if (name.size() != kVersionDigits + 5 || !name.ends_with(".json")) return nullptr;
    auto version = read_version(name.substr(0, kVersionDigits));
    auto found = version ? ratified_.find(*version) : ratified_.end();
    return found == ratified_.end() ? nullptr : &found->second;
  }
  // What came after the catalog's latest version, or stands for commits that the catalog has replaced.
  bool hides(std::string_view path) const {
    const std::string_view name = log_name(path);
    auto last = last_version(name);
    if (!last) return false;
    return *last > latest_ || (name.ends_with(".compacted.json") && !ratified_.empty() && *last >= ratified_.begin()->first);
  }
  static storage::ObjectMeta meta(const CatalogCommit& commit) { return {commit_path(commit.version), commit.size, commit.modified_ms}; }

  Status check_reaches_latest(const std::vector<storage::ObjectMeta>& objects) const {
    const LogListing listing = classify_log(objects);
    int64_t newest = listing.commits.empty() ? -1 : listing.commits.back().version;
    if (!listing.checkpoints.empty()) newest = std::max(newest, listing.checkpoints.back().version);
    if (newest == latest_) return {};
    return corrupt(fmt::format("{}: the catalog says that version {} is the newest, but commit {} is neither published nor among those handed in", describe(),
                               latest_, newest + 1));
  }
  Error gone(const std::string& path) const {
    return not_found(fmt::format("{}/{} is not there: the catalog's latest version is {}", describe(), path, latest_));
  }
  Error read_only(const std::string& path) const {
    return unsupported(fmt::format("{}/{} cannot be written: a catalog manages the table, and its commits go through the catalog", describe(), path));
  }

  const std::shared_ptr<storage::ObjectStore> base_;
  const int64_t latest_;
  std::map<int64_t, CatalogCommit> ratified_;
};

}  // namespace

Result<CatalogCommit> parse_catalog_commit(const std::string& text) {
  CatalogCommit commit;
  const size_t colon = text.find(':');
  auto version = colon == std::string::npos ? std::nullopt : read_version(std::string_view(text).substr(0, colon));
  if (version && text.find_first_not_of(" \t\r\n", colon + 1) != std::string::npos && text[text.find_first_not_of(" \t\r\n", colon + 1)] == '{') {
    commit.version = *version;
    commit.lines = text.substr(colon + 1);
    return commit;
  }
  const bool named = text.size() > kVersionDigits + 6 && text[kVersionDigits] == '.' && text.ends_with(".json") && text.find('/') == std::string::npos;
  version = named ? read_version(std::string_view(text).substr(0, kVersionDigits)) : std::nullopt;
  if (!version) {
    return invalid_argument(fmt::format("'{}' is no commit of a catalog: the name of a file in {} is expected (00000000000000000007.<uuid>.json), or a version, a colon "
                                        "and the commit's lines",
                                        text.substr(0, 80), kStagedFolder));
  }
  commit.version = *version;
  commit.staged_name = text;
  return commit;
}

Result<std::shared_ptr<storage::ObjectStore>> with_catalog_commits(std::shared_ptr<storage::ObjectStore> store, CatalogCommits commits) {
  if (commits.latest_version < 0) return invalid_argument(fmt::format("a catalog's latest version cannot be {}", commits.latest_version));
  auto log = std::make_shared<CatalogLog>(std::move(store), commits.latest_version);
  for (CatalogCommit& commit : commits.commits) DS_RETURN_IF_ERROR(log->take(std::move(commit)));
  DS_RETURN_IF_ERROR(log->check_contiguous());
  return std::shared_ptr<storage::ObjectStore>(std::move(log));
}

bool has_catalog_commits(const storage::ObjectStore& store) { return dynamic_cast<const CatalogLog*>(&store) != nullptr; }

}  // namespace deltastream::delta
