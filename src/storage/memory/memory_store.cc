#include <cstring>
#include <map>
#include <mutex>
#include <shared_mutex>

#include "storage/object_path.h"
#include "storage/stores.h"

namespace deltastream::storage {
namespace {

struct Object {
  std::shared_ptr<const std::string> bytes;
  int64_t modified_ms = 0;
};

// The objects, shared by a store and its writers so that a writer may outlive the store.
class Objects {
 public:
  explicit Objects(const Clock* clock) : clock_(clock) {}

  Result<Object> find(const std::string& path) const {
    DS_RETURN_IF_ERROR(check_object_path(path));
    std::shared_lock lock(mutex_);
    auto found = objects_.find(path);
    if (found == objects_.end()) return not_found("'" + path + "' is not in the memory store");
    return found->second;
  }
  Result<ObjectMeta> put(const std::string& path, std::string bytes, bool only_if_absent) {
    DS_RETURN_IF_ERROR(check_object_path(path));
    ObjectMeta meta{path, bytes.size(), clock_->now_us() / 1000};
    Object object{std::make_shared<const std::string>(std::move(bytes)), meta.modified_ms};
    std::unique_lock lock(mutex_);
    if (only_if_absent && objects_.count(path)) return already_exists("'" + path + "' is already in the memory store");
    objects_[path] = std::move(object);
    return meta;
  }
  std::vector<ObjectMeta> list(const std::string& prefix, const std::string& start_at) const {
    std::shared_lock lock(mutex_);
    std::vector<ObjectMeta> found;
    for (auto it = objects_.lower_bound(std::max(prefix, start_at)); it != objects_.end() && it->first.starts_with(prefix); ++it) {
      found.push_back({it->first, it->second.bytes->size(), it->second.modified_ms});
    }
    return found;
  }
  void erase(const std::string& path) {
    std::unique_lock lock(mutex_);
    objects_.erase(path);
  }

 private:
  const Clock* clock_;
  mutable std::shared_mutex mutex_;
  std::map<std::string, Object> objects_;
};

class MemoryWriter final : public ObjectWriter {
 public:
  MemoryWriter(std::shared_ptr<Objects> objects, std::string path) : objects_(std::move(objects)), path_(std::move(path)) {}
  Status append(std::string_view bytes) override {
    if (finished_) return internal("the writer of '" + path_ + "' is used after its end");
    bytes_.append(bytes);
    return {};
  }
  Result<ObjectMeta> finish() override {
    if (finished_) return internal("the writer of '" + path_ + "' is used after its end");
    finished_ = true;
    return objects_->put(path_, std::move(bytes_), false);
  }

 private:
  std::shared_ptr<Objects> objects_;
  std::string path_;
  std::string bytes_;
  bool finished_ = false;
};

class MemoryStore final : public ObjectStore {
 public:
  explicit MemoryStore(const Clock* clock) : objects_(std::make_shared<Objects>(clock)) {}

  Result<ObjectMeta> head(const std::string& path) override {
    DS_ASSIGN_OR_RETURN(Object object, objects_->find(path));
    return ObjectMeta{path, object.bytes->size(), object.modified_ms};
  }
  Result<std::string> get(const std::string& path) override {
    DS_ASSIGN_OR_RETURN(Object object, objects_->find(path));
    return *object.bytes;
  }
  Status get_range(const std::string& path, uint64_t offset, std::span<char> buffer) override {
    DS_ASSIGN_OR_RETURN(Object object, objects_->find(path));
    uint64_t size = object.bytes->size();
    if (offset > size || size - offset < buffer.size()) {
      return corrupt("'" + path + "' ends at byte " + std::to_string(size) + ", but bytes up to " + std::to_string(offset + buffer.size()) +
                     " were expected");
    }
    if (!buffer.empty()) std::memcpy(buffer.data(), object.bytes->data() + offset, buffer.size());
    return {};
  }
  Status put(const std::string& path, std::string_view bytes) override {
    DS_RETURN_IF_ERROR(objects_->put(path, std::string(bytes), false));
    return {};
  }
  Status put_if_absent(const std::string& path, std::string_view bytes) override {
    DS_RETURN_IF_ERROR(objects_->put(path, std::string(bytes), true));
    return {};
  }
  Result<std::unique_ptr<ObjectWriter>> open_writer(const std::string& path) override {
    DS_RETURN_IF_ERROR(check_object_path(path));
    return std::unique_ptr<ObjectWriter>(std::make_unique<MemoryWriter>(objects_, path));
  }
  Result<std::vector<ObjectMeta>> list(const std::string& prefix, const std::string& start_at) override {
    DS_RETURN_IF_ERROR(check_prefix(prefix));
    return objects_->list(prefix, start_at);
  }
  Status remove(const std::string& path) override {
    DS_RETURN_IF_ERROR(check_object_path(path));
    objects_->erase(path);
    return {};
  }
  std::string describe() const override { return "memory:"; }

 private:
  std::shared_ptr<Objects> objects_;
};

}  // namespace

std::shared_ptr<ObjectStore> make_memory_store(const Environment& environment) { return std::make_shared<MemoryStore>(environment.clock); }

}  // namespace deltastream::storage
