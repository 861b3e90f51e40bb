#include "storage/cached/read_cache.h"

#include <algorithm>
#include <cstring>

namespace deltastream::storage {
namespace {

// A piece larger than this part of the budget would push out everything else.
constexpr uint64_t kLargestPart = 4;

class CachedStore final : public ObjectStore {
 public:
  CachedStore(std::shared_ptr<ObjectStore> store, std::shared_ptr<ReadCache> cache) : store_(std::move(store)), cache_(std::move(cache)), name_(store_->describe()) {}

  Result<ObjectMeta> head(const std::string& path) override { return store_->head(path); }
  Result<std::string> get(const std::string& path) override { return store_->get(path); }
  Status get_range(const std::string& path, uint64_t offset, std::span<char> buffer) override {
    const std::string object = key(path);
    if (cache_->find(object, offset, buffer)) return {};
    DS_RETURN_IF_ERROR(store_->get_range(path, offset, buffer));
    cache_->insert(object, offset, {buffer.data(), buffer.size()});
    return {};
  }
  Status put(const std::string& path, std::string_view bytes) override {
    cache_->forget(key(path));
    return store_->put(path, bytes);
  }
  Status put_if_absent(const std::string& path, std::string_view bytes) override { return store_->put_if_absent(path, bytes); }
  Result<std::unique_ptr<ObjectWriter>> open_writer(const std::string& path) override {
    cache_->forget(key(path));
    return store_->open_writer(path);
  }
  Result<std::vector<ObjectMeta>> list(const std::string& prefix, const std::string& start_at) override { return store_->list(prefix, start_at); }
  Status remove(const std::string& path) override {
    cache_->forget(key(path));
    return store_->remove(path);
  }
  std::string describe() const override { return name_; }
  std::optional<std::string> local_folder() const override { return store_->local_folder(); }

 private:
  std::string key(const std::string& path) const { return name_ + "/" + path; }

  const std::shared_ptr<ObjectStore> store_;
  const std::shared_ptr<ReadCache> cache_;
  const std::string name_;
};

}  // namespace

bool ReadCache::find(const std::string& object, uint64_t offset, std::span<char> buffer) {
  std::lock_guard lock(mutex_);
  auto found = by_object_.find(object);
  if (found == by_object_.end()) return false;
  for (Pieces::iterator piece : found->second) {
    if (offset < piece->offset || offset + buffer.size() > piece->offset + piece->bytes.size()) continue;
    if (!buffer.empty()) std::memcpy(buffer.data(), piece->bytes.data() + (offset - piece->offset), buffer.size());
    pieces_.splice(pieces_.begin(), pieces_, piece);
    return true;
  }
  return false;
}

void ReadCache::insert(const std::string& object, uint64_t offset, std::string_view bytes) {
  if (bytes.empty() || bytes.size() > budget_ / kLargestPart) return;
  std::lock_guard lock(mutex_);
  auto& known = by_object_[object];
  // What the new piece covers is kept once.
  for (size_t i = known.size(); i > 0; i--) {
    Pieces::iterator piece = known[i - 1];
    if (piece->offset < offset || piece->offset + piece->bytes.size() > offset + bytes.size()) continue;
    held_ -= piece->bytes.size();
    pieces_.erase(piece);
    known.erase(known.begin() + static_cast<std::ptrdiff_t>(i - 1));
  }
  pieces_.push_front({object, offset, std::string(bytes)});
  known.push_back(pieces_.begin());
  held_ += bytes.size();
  while (held_ > budget_) drop(std::prev(pieces_.end()));
}

void ReadCache::drop(Pieces::iterator piece) {
  auto found = by_object_.find(piece->object);
  std::erase(found->second, piece);
  if (found->second.empty()) by_object_.erase(found);
  held_ -= piece->bytes.size();
  pieces_.erase(piece);
}

void ReadCache::forget(const std::string& object) {
  std::lock_guard lock(mutex_);
  auto found = by_object_.find(object);
  if (found == by_object_.end()) return;
  const std::vector<Pieces::iterator> gone = found->second;
  for (Pieces::iterator piece : gone) drop(piece);
}

uint64_t ReadCache::held_bytes() const {
  std::lock_guard lock(mutex_);
  return held_;
}

std::shared_ptr<ObjectStore> make_cached_store(std::shared_ptr<ObjectStore> store, std::shared_ptr<ReadCache> cache) {
  return std::make_shared<CachedStore>(std::move(store), std::move(cache));
}

}  // namespace deltastream::storage
