#include <algorithm>
#include <filesystem>

#include "storage/local/staging_file.h"
#include "storage/object_path.h"
#include "storage/stores.h"

namespace deltastream::storage {
namespace {

// Small appends are gathered, so that a writer of many little pieces does not pay a system call for each.
constexpr size_t kWriteBufferBytes = 256 * 1024;

ObjectMeta meta_of(const std::string& path, const FileStat& stat) { return {path, stat.size, stat.modified_us / 1000}; }

class LocalWriter final : public ObjectWriter {
 public:
  LocalWriter(StagingFile staging, std::string path) : staging_(std::move(staging)), path_(std::move(path)) {}

  Status append(std::string_view bytes) override {
    if (failed_) return spoilt();
    if (buffer_.size() + bytes.size() <= kWriteBufferBytes) {
      buffer_.append(bytes);
      return {};
    }
    DS_RETURN_IF_ERROR(flush());
    if (bytes.size() < kWriteBufferBytes) {
      buffer_.append(bytes);
      return {};
    }
    return write(bytes);
  }
  Result<ObjectMeta> finish() override {
    if (failed_) return spoilt();
    DS_RETURN_IF_ERROR(flush());
    failed_ = true;  // whatever comes now, a second finish() has nothing to publish
    DS_ASSIGN_OR_RETURN(FileStat stat, staging_.seal());
    DS_RETURN_IF_ERROR(staging_.publish_replacing());
    return meta_of(path_, stat);
  }

 private:
  Status flush() {
    auto written = write(buffer_);
    buffer_.clear();
    return written;
  }
  Status write(std::string_view bytes) {
    if (bytes.empty()) return {};
    auto written = staging_.append(bytes);
    failed_ = !written.ok();
    return written;
  }
  Error spoilt() const { return internal("the writer of '" + path_ + "' is used after its end or after an error"); }

  StagingFile staging_;
  std::string path_;
  std::string buffer_;
  bool failed_ = false;
};

class LocalStore final : public ObjectStore {
 public:
  LocalStore(std::string root, const Environment& environment) : root_(std::move(root)), environment_(environment) {}

  Result<ObjectMeta> head(const std::string& path) override {
    DS_RETURN_IF_ERROR(check_object_path(path));
    DS_ASSIGN_OR_RETURN(FileStat stat, files().stat(full(path)));
    if (stat.is_directory) return folder_error(path);
    return meta_of(path, stat);
  }
  Result<std::string> get(const std::string& path) override {
    DS_RETURN_IF_ERROR(check_object_path(path));
    DS_ASSIGN_OR_RETURN(auto file, open(path));
    DS_ASSIGN_OR_RETURN(uint64_t size, file->size());
    std::string bytes(size, '\0');
    DS_ASSIGN_OR_RETURN(size_t got, read(*file, path, 0, bytes));
    bytes.resize(got);
    return bytes;
  }
  Status get_range(const std::string& path, uint64_t offset, std::span<char> buffer) override {
    DS_RETURN_IF_ERROR(check_object_path(path));
    DS_ASSIGN_OR_RETURN(auto file, open(path));
    DS_ASSIGN_OR_RETURN(size_t got, read(*file, path, offset, buffer));
    if (got == buffer.size()) return {};
    return corrupt("'" + full(path) + "' ends at byte " + std::to_string(offset + got) + ", but bytes up to " +
                   std::to_string(offset + buffer.size()) + " were expected");
  }
  Status put(const std::string& path, std::string_view bytes) override {
    DS_ASSIGN_OR_RETURN(StagingFile staging, stage(path, bytes));
    return staging.publish_replacing();
  }
  Status put_if_absent(const std::string& path, std::string_view bytes) override {
    DS_ASSIGN_OR_RETURN(StagingFile staging, stage(path, bytes));
    return staging.publish_if_absent();
  }
  Result<std::unique_ptr<ObjectWriter>> open_writer(const std::string& path) override {
    DS_RETURN_IF_ERROR(check_object_path(path));
    DS_ASSIGN_OR_RETURN(StagingFile staging, StagingFile::create(environment_, full(path)));
    return std::unique_ptr<ObjectWriter>(std::make_unique<LocalWriter>(std::move(staging), path));
  }
  Result<std::vector<ObjectMeta>> list(const std::string& prefix, const std::string& start_at) override {
    DS_RETURN_IF_ERROR(check_prefix(prefix));
    std::vector<ObjectMeta> found;
    size_t slash = prefix.rfind('/');
    DS_RETURN_IF_ERROR(walk(slash == std::string::npos ? "" : prefix.substr(0, slash + 1), prefix, start_at, found));
    std::sort(found.begin(), found.end(), [](const ObjectMeta& a, const ObjectMeta& b) { return a.path < b.path; });
    return found;
  }
  bool is_folder(const std::string& path) override {
    if (!check_object_path(path).ok()) return false;
    auto stat = files().stat(full(path));
    return stat.ok() && stat->is_directory;
  }
  Status remove(const std::string& path) override {
    DS_RETURN_IF_ERROR(check_object_path(path));
    auto stat = files().stat(full(path));
    if (stat.ok() && stat->is_directory) return {};  // a folder is no object
    auto removed = files().remove(full(path));
    if (!removed.ok() && removed.error().kind() == ErrorKind::kNotFound) return {};
    return removed;
  }
  std::string describe() const override { return "file:" + root_; }
  std::optional<std::string> local_folder() const override { return root_; }

 private:
  Files& files() { return *environment_.files; }
  std::string full(const std::string& path) const { return root_ == "/" ? root_ + path : root_ + "/" + path; }
  Error folder_error(const std::string& path) const { return not_found("'" + full(path) + "' is a folder, not a file"); }

  // A pipe or a device in an object's place would be waited for, or never end.
  Result<std::unique_ptr<File>> open(const std::string& path) {
    std::error_code ignored;
    const auto type = std::filesystem::status(full(path), ignored).type();
    using enum std::filesystem::file_type;
    if (type == fifo || type == character || type == block || type == socket) return corrupt("'" + full(path) + "' is a pipe or a device, not a file");
    return files().open(full(path), OpenMode::kRead);
  }

  // Reading a folder fails in the operating system's words only at the first read.
  Result<size_t> read(File& file, const std::string& path, uint64_t offset, std::span<char> buffer) {
    auto got = file.read_at(offset, buffer);
    if (!got.ok() && got.error().kind() == ErrorKind::kInvalidArgument) {
      auto stat = files().stat(full(path));
      if (stat.ok() && stat->is_directory) return folder_error(path);
    }
    return got;
  }

  Result<StagingFile> stage(const std::string& path, std::string_view bytes) {
    DS_RETURN_IF_ERROR(check_object_path(path));
    DS_ASSIGN_OR_RETURN(StagingFile staging, StagingFile::create(environment_, full(path)));
    DS_RETURN_IF_ERROR(staging.append(bytes));
    DS_RETURN_IF_ERROR(staging.seal());
    return staging;
  }

  // Lists the folder ("" or ending at "/") and what lies under it, but enters no folder and looks at no file that prefix
  // or start_at exclude: a log of a million commits costs names only.
  Status walk(const std::string& folder, const std::string& prefix, const std::string& start_at, std::vector<ObjectMeta>& found) {
    // A log of a million commits is mostly names before the start: those are passed over, but for folders whose objects are not before it.
    const bool start_below = start_at.starts_with(folder);
    const std::string_view start = std::string_view(start_at).substr(start_below ? folder.size() : 0);
    auto keep = [&](std::string_view name) {
      if (!start_below) return folder >= start_at;
      return name >= start || (start.starts_with(name) && static_cast<unsigned char>(start[name.size()]) <= '/');
    };
    auto names = files().list_names(folder.empty() ? root_ : full(folder.substr(0, folder.size() - 1)), keep);
    if (!names.ok() && names.error().kind() == ErrorKind::kNotFound) return {};
    if (!names.ok()) return std::move(names).error();
    for (const DirectoryName& name : *names) {
      std::string path = folder + name.name;
      if (name.kind == DirectoryName::Kind::kDirectory) {
        path += '/';
        bool wanted = path.starts_with(prefix) || prefix.starts_with(path);
        if (wanted && (path >= start_at || start_at.starts_with(path))) DS_RETURN_IF_ERROR(walk(path, prefix, start_at, found));
        continue;
      }
      if (name.kind == DirectoryName::Kind::kOther || path < start_at || !path.starts_with(prefix) || is_staging_name(name.name)) continue;
      auto stat = files().stat(full(path));
      if (stat.ok()) {
        found.push_back(meta_of(path, *stat));
      } else if (stat.error().kind() != ErrorKind::kNotFound) {  // gone since the folder was read: not there
        return std::move(stat).error();
      }
    }
    return {};
  }

  std::string root_;
  Environment environment_;
};

}  // namespace

std::shared_ptr<ObjectStore> make_local_store(std::string root, const Environment& environment) {
  // Absolute from the start: the store must not move when the process changes its folder.
  std::error_code failed;
  std::filesystem::path absolute = std::filesystem::absolute(root.empty() ? "." : root, failed);
  if (!failed) {
    // "." and doubled slashes mean nothing; ".." stays, as what it leads to depends on links.
    std::filesystem::path plain;
    for (const auto& part : absolute) {
      if (part != ".") plain /= part;
    }
    root = plain.string();
  }
  while (root.size() > 1 && root.back() == '/') root.pop_back();
  return std::make_shared<LocalStore>(std::move(root), environment);
}

}  // namespace deltastream::storage
