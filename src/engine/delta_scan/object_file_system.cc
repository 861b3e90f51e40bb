#include "engine/delta_scan/object_file_system.h"

#include <algorithm>

#include "duckdb/common/types/timestamp.hpp"
#include "engine/batch/errors.h"

namespace deltastream::engine {
namespace {

using duckdb::idx_t;

constexpr char kStoreKey[] = "deltastream_store";
constexpr char kPathKey[] = "deltastream_path";
constexpr char kSizeKey[] = "deltastream_size";
constexpr char kTimeKey[] = "deltastream_time";
constexpr char kLogSizeKey[] = "deltastream_log_size";

class ObjectHandle final : public duckdb::FileHandle {
 public:
  ObjectHandle(duckdb::FileSystem& files, const std::string& name, duckdb::FileOpenFlags how, std::shared_ptr<storage::ObjectStore> store,
               std::string object_path, KnownObject object)
      : FileHandle(files, name, how), store_(std::move(store)), path_(std::move(object_path)), object_(object), local_(store_->local_folder().has_value()) {}

  void Close() override {}
  const KnownObject& object() const { return object_; }
  bool is_local() const { return local_; }
  std::string stamp() const { return std::to_string(object_.size) + "-" + std::to_string(object_.modified_ms); }

  void read(void* buffer, idx_t bytes, idx_t location) const {
    if (bytes == 0) return;
    batch::ok_or_throw(store_->get_range(path_, location, {static_cast<char*>(buffer), bytes}));
  }
  idx_t position = 0;

 private:
  std::shared_ptr<storage::ObjectStore> store_;
  std::string path_;
  KnownObject object_;
  bool local_;
};

class ObjectFileSystem final : public duckdb::FileSystem {
 public:
  explicit ObjectFileSystem(std::shared_ptr<StoreRegistry> stores) : stores_(std::move(stores)) {}

  std::string GetName() const override { return "DeltastreamObjects"; }
  bool CanHandleFile(const std::string& name) override { return name.starts_with(kObjectScheme); }
  bool CanSeek() override { return true; }
  // Not "on disk": DuckDB then reads whole column chunks at once instead of page by page.
  bool OnDiskFile(duckdb::FileHandle&) override { return false; }

  duckdb::unique_ptr<duckdb::FileHandle> OpenFile(const std::string& name, duckdb::FileOpenFlags flags, duckdb::optional_ptr<duckdb::FileOpener> opener) override {
    return OpenFileExtended(duckdb::OpenFileInfo(name), flags, opener);
  }
  void Read(duckdb::FileHandle& handle, void* buffer, int64_t bytes, idx_t location) override { object(handle).read(buffer, static_cast<idx_t>(bytes), location); }
  int64_t Read(duckdb::FileHandle& handle, void* buffer, int64_t bytes) override {
    auto& object = this->object(handle);
    idx_t size = object.object().size;
    idx_t take = std::min<idx_t>(static_cast<idx_t>(bytes), size > object.position ? size - object.position : 0);
    object.read(buffer, take, object.position);
    object.position += take;
    return static_cast<int64_t>(take);
  }
  int64_t GetFileSize(duckdb::FileHandle& handle) override { return static_cast<int64_t>(object(handle).object().size); }
  // DuckDB keeps the bytes of files that tell what version they are. Local ones the system keeps already: a second copy costs more than
  // reading again.
  duckdb::timestamp_t GetLastModifiedTime(duckdb::FileHandle& handle) override {
    return object(handle).is_local() ? duckdb::timestamp_t(0) : duckdb::Timestamp::FromEpochMs(object(handle).object().modified_ms);
  }
  std::string GetVersionTag(duckdb::FileHandle& handle) override { return object(handle).is_local() ? "" : object(handle).stamp(); }
  duckdb::FileType GetFileType(duckdb::FileHandle&) override { return duckdb::FileType::FILE_TYPE_REGULAR; }
  void Seek(duckdb::FileHandle& handle, idx_t location) override { object(handle).position = location; }
  void Reset(duckdb::FileHandle& handle) override { object(handle).position = 0; }
  idx_t SeekPosition(duckdb::FileHandle& handle) override { return object(handle).position; }

 protected:
  bool SupportsOpenFileExtended() const override { return true; }
  duckdb::unique_ptr<duckdb::FileHandle> OpenFileExtended(const duckdb::OpenFileInfo& file, duckdb::FileOpenFlags flags,
                                                          duckdb::optional_ptr<duckdb::FileOpener>) override {
    auto option = [&](const char* key) -> const duckdb::Value* {
      if (!file.extended_info) return nullptr;
      auto found = file.extended_info->options.find(key);
      return found == file.extended_info->options.end() ? nullptr : &found->second;
    };
    const duckdb::Value* number = option(kStoreKey);
    auto store = number ? stores_->find(number->GetValue<uint64_t>()) : nullptr;
    if (!store || flags.OpenForWriting()) batch::throw_error(permission("'" + file.path + "' can be read through its table only"));
    std::string path = option(kPathKey)->ToString();
    KnownObject known;
    if (const duckdb::Value* size = option(kSizeKey)) {
      known = {size->GetValue<uint64_t>(), option(kTimeKey)->GetValue<int64_t>()};
    } else {
      storage::ObjectMeta meta = batch::value_or_throw(store->head(path));
      known = {meta.size, meta.modified_ms};
    }
    return duckdb::make_uniq<ObjectHandle>(*this, file.path, flags, std::move(store), std::move(path), known);
  }

 private:
  static ObjectHandle& object(duckdb::FileHandle& handle) { return handle.Cast<ObjectHandle>(); }

  std::shared_ptr<StoreRegistry> stores_;
};

}  // namespace

uint64_t StoreRegistry::add(std::shared_ptr<storage::ObjectStore> store) {
  std::lock_guard lock(mutex_);
  auto [entry, fresh] = numbers_.try_emplace(store->describe(), stores_.size());
  if (fresh) {
    stores_.push_back(std::move(store));
  } else {
    stores_[entry->second] = std::move(store);
  }
  return entry->second;
}

std::shared_ptr<storage::ObjectStore> StoreRegistry::find(uint64_t number) const {
  std::lock_guard lock(mutex_);
  return number < stores_.size() ? stores_[number] : nullptr;
}

duckdb::OpenFileInfo object_file(uint64_t store_number, const storage::ObjectStore& store, const std::string& path, const KnownObject* known) {
  duckdb::OpenFileInfo file(kObjectScheme + store.describe() + "/" + path);
  file.extended_info = duckdb::make_shared_ptr<duckdb::ExtendedOpenFileInfo>();
  auto& options = file.extended_info->options;
  options[kStoreKey] = duckdb::Value::UBIGINT(store_number);
  options[kPathKey] = duckdb::Value(path);
  options["validate_external_file_cache"] = duckdb::Value::BOOLEAN(true);
  if (known) {
    options[kSizeKey] = duckdb::Value::UBIGINT(known->size);
    options[kTimeKey] = duckdb::Value::BIGINT(known->modified_ms);
  }
  return file;
}

std::optional<uint64_t> size_in_log(const duckdb::OpenFileInfo& file) {
  if (!file.extended_info) return std::nullopt;
  auto found = file.extended_info->options.find(kLogSizeKey);
  return found == file.extended_info->options.end() ? std::nullopt : std::optional(found->second.GetValue<uint64_t>());
}

void set_size_in_log(duckdb::OpenFileInfo& file, uint64_t size) { file.extended_info->options[kLogSizeKey] = duckdb::Value::UBIGINT(size); }

std::string object_stamp(duckdb::FileHandle& handle) { return handle.Cast<ObjectHandle>().stamp(); }

duckdb::unique_ptr<duckdb::FileSystem> make_object_file_system(std::shared_ptr<StoreRegistry> stores) {
  return duckdb::make_uniq<ObjectFileSystem>(std::move(stores));
}

}  // namespace deltastream::engine
