#include "common/files.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>

namespace deltastream {
namespace {

class SystemFile final : public File {
 public:
  SystemFile(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}
  ~SystemFile() override { ::close(fd_); }

  Result<size_t> read_at(uint64_t offset, std::span<char> buffer) override {
    size_t done = 0;
    while (done < buffer.size()) {
      ssize_t n = ::pread(fd_, buffer.data() + done, buffer.size() - done, static_cast<off_t>(offset + done));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return error_from_errno(errno, "read", path_);
      if (n == 0) break;
      done += static_cast<size_t>(n);
    }
    return done;
  }
  Status append(std::string_view bytes) override {
    while (!bytes.empty()) {
      ssize_t n = ::write(fd_, bytes.data(), bytes.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return error_from_errno(errno, "write to", path_);
      bytes.remove_prefix(static_cast<size_t>(n));
    }
    return {};
  }
  Status truncate(uint64_t size) override {
    if (::ftruncate(fd_, static_cast<off_t>(size)) != 0) return error_from_errno(errno, "truncate", path_);
    return {};
  }
  Status sync() override {
    if (::fsync(fd_) != 0) return error_from_errno(errno, "sync", path_);
    return {};
  }
  Result<uint64_t> size() override {
    struct stat st;
    if (::fstat(fd_, &st) != 0) return error_from_errno(errno, "stat", path_);
    return static_cast<uint64_t>(st.st_size);
  }

 private:
  int fd_;
  std::string path_;
};

FileStat from_system(const struct stat& st) {
  return {static_cast<uint64_t>(st.st_size), st.st_mtim.tv_sec * 1000000LL + st.st_mtim.tv_nsec / 1000, S_ISDIR(st.st_mode)};
}

DirectoryName::Kind kind_of(int folder, const struct dirent& entry) {
  using Kind = DirectoryName::Kind;
  if (entry.d_type == DT_REG) return Kind::kFile;
  if (entry.d_type == DT_DIR) return Kind::kDirectory;
  struct stat st;
  if (entry.d_type == DT_LNK) return ::fstatat(folder, entry.d_name, &st, 0) == 0 && S_ISREG(st.st_mode) ? Kind::kFile : Kind::kOther;
  if (entry.d_type != DT_UNKNOWN || ::fstatat(folder, entry.d_name, &st, AT_SYMLINK_NOFOLLOW) != 0) return Kind::kOther;
  return S_ISREG(st.st_mode) ? Kind::kFile : S_ISDIR(st.st_mode) ? Kind::kDirectory : Kind::kOther;
}

// Calls visit(folder handle, entry) for each entry but "." and ".."; it returns 0 or the errno to stop with.
template <class Visit>
Status walk(const std::string& path, Visit visit) {
  std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir(path.c_str()), ::closedir);
  if (!folder) return error_from_errno(errno, "list", path);
  for (;;) {
    errno = 0;
    struct dirent* entry = ::readdir(folder.get());
    if (!entry && errno) return error_from_errno(errno, "list", path);
    if (!entry) return {};
    std::string_view name = entry->d_name;
    if (name == "." || name == "..") continue;
    if (int failed = visit(::dirfd(folder.get()), *entry)) return error_from_errno(failed, "list", path);
  }
}

class SystemFiles final : public Files {
 public:
  Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override {
    int flags = O_CLOEXEC;
    switch (mode) {
      case OpenMode::kRead: flags |= O_RDONLY; break;
      case OpenMode::kCreateNew: flags |= O_RDWR | O_CREAT | O_EXCL | O_APPEND; break;
      case OpenMode::kTruncate: flags |= O_RDWR | O_CREAT | O_TRUNC | O_APPEND; break;
      case OpenMode::kAppend: flags |= O_RDWR | O_CREAT | O_APPEND; break;
    }
    int fd = ::open(path.c_str(), flags, 0644);
    if (fd < 0) return error_from_errno(errno, mode == OpenMode::kRead ? "open" : "create", path);
    return std::unique_ptr<File>(std::make_unique<SystemFile>(fd, path));
  }
  Result<FileStat> stat(const std::string& path) override {
    struct stat st;
    if (::stat(path.c_str(), &st) != 0) return error_from_errno(errno, "stat", path);
    return from_system(st);
  }
  Result<std::vector<DirectoryEntry>> list(const std::string& path) override {
    std::vector<DirectoryEntry> entries;
    auto walked = walk(path, [&](int folder, const struct dirent& entry) {
      struct stat st;
      if (::fstatat(folder, entry.d_name, &st, 0) != 0) return errno == ENOENT ? 0 : errno;  // gone since it was read
      entries.push_back({entry.d_name, from_system(st)});
      return 0;
    });
    if (!walked.ok()) return std::move(walked).error();
    return entries;
  }
  Result<std::vector<DirectoryName>> list_names(const std::string& path, const std::function<bool(std::string_view)>& keep) override {
    std::vector<DirectoryName> names;
    auto walked = walk(path, [&](int folder, const struct dirent& entry) {
      if (!keep || keep(entry.d_name)) names.push_back({entry.d_name, kind_of(folder, entry)});
      return 0;
    });
    if (!walked.ok()) return std::move(walked).error();
    return names;
  }
  Status make_directories(const std::string& path) override {
    if (path.empty() || path == "/") return {};
    struct stat st;
    if (::stat(path.c_str(), &st) == 0) {
      if (S_ISDIR(st.st_mode)) return {};
      return error_from_errno(EEXIST, "create folder", path);
    }
    std::string parent = std::filesystem::path(path).parent_path().string();
    DS_RETURN_IF_ERROR(make_directories(parent));
    if (::mkdir(path.c_str(), 0755) != 0 && errno != EEXIST) return error_from_errno(errno, "create folder", path);
    return sync_directory(parent.empty() ? "." : parent);
  }
  Status link(const std::string& existing, const std::string& target) override {
    if (::link(existing.c_str(), target.c_str()) != 0) return error_from_errno(errno, "create", target);
    return {};
  }
  Status rename(const std::string& from, const std::string& to) override {
    if (::rename(from.c_str(), to.c_str()) != 0) return error_from_errno(errno, "rename to", to);
    return {};
  }
  Status remove(const std::string& path) override {
    if (::remove(path.c_str()) != 0) return error_from_errno(errno, "remove", path);
    return {};
  }
  Status sync_directory(const std::string& path) override {
    int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return error_from_errno(errno, "open folder", path);
    int failed = ::fsync(fd) != 0 ? errno : 0;
    ::close(fd);
    if (failed) return error_from_errno(failed, "sync folder", path);
    return {};
  }
};

}  // namespace

Files& system_files() {
  static SystemFiles files;
  return files;
}

Result<std::string> read_file(Files& files, const std::string& path) {
  DS_ASSIGN_OR_RETURN(auto file, files.open(path, OpenMode::kRead));
  DS_ASSIGN_OR_RETURN(uint64_t size, file->size());
  std::string bytes(size, '\0');
  DS_ASSIGN_OR_RETURN(size_t got, file->read_at(0, bytes));
  bytes.resize(got);
  return bytes;
}

Status write_file_durably(Files& files, const std::string& path, std::string_view bytes) {
  std::string staging = path + ".tmp";
  auto written = [&]() -> Status {
    DS_ASSIGN_OR_RETURN(auto file, files.open(staging, OpenMode::kTruncate));
    DS_RETURN_IF_ERROR(file->append(bytes));
    DS_RETURN_IF_ERROR(file->sync());
    return files.rename(staging, path);
  }();
  if (!written.ok()) {
    (void)files.remove(staging);  // best effort: the first error is the one to tell
    return written;
  }
  std::string parent = std::filesystem::path(path).parent_path().string();
  return files.sync_directory(parent.empty() ? "." : parent);
}

}  // namespace deltastream
