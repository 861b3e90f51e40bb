#include "common/faulty_files.h"

#include <cerrno>

namespace deltastream {
namespace {

Error injected(Fault fault, std::string_view operation, const std::string& path) {
  bool full = fault == Fault::kNoSpace || fault == Fault::kShortWrite;
  return error_from_errno(full ? ENOSPC : EIO, operation, path).add_context("injected");
}

// Runs the call unless the plan strikes it; a lost answer comes after the effect.
template <class Call>
auto guarded(FaultCounter& faults, std::string_view operation, const std::string& path, Call call) -> decltype(call()) {
  Fault fault = faults.next(operation);
  if (fault == Fault::kNone) return call();
  if (fault == Fault::kAnswerLost) (void)call();
  return injected(fault == Fault::kShortWrite ? Fault::kIoError : fault, operation, path);
}

class FaultyFile final : public File {
 public:
  FaultyFile(std::unique_ptr<File> inner, std::string path, FaultCounter& faults)
      : inner_(std::move(inner)), path_(std::move(path)), faults_(faults) {}

  Result<size_t> read_at(uint64_t offset, std::span<char> buffer) override {
    return guarded(faults_, "read_at", path_, [&] { return inner_->read_at(offset, buffer); });
  }
  Status append(std::string_view bytes) override {
    Fault fault = faults_.next("append");
    if (fault == Fault::kNone) return inner_->append(bytes);
    if (fault == Fault::kAnswerLost) (void)inner_->append(bytes);
    if (fault == Fault::kShortWrite) (void)inner_->append(bytes.substr(0, bytes.size() / 2));
    return injected(fault, "append", path_);
  }
  Status truncate(uint64_t size) override {
    return guarded(faults_, "truncate", path_, [&] { return inner_->truncate(size); });
  }
  Status sync() override {
    return guarded(faults_, "sync", path_, [&] { return inner_->sync(); });
  }
  Result<uint64_t> size() override {
    return guarded(faults_, "size", path_, [&] { return inner_->size(); });
  }

 private:
  std::unique_ptr<File> inner_;
  std::string path_;
  FaultCounter& faults_;
};

}  // namespace

Result<std::unique_ptr<File>> FaultyFiles::open(const std::string& path, OpenMode mode) {
  return guarded(faults_, "open", path, [&]() -> Result<std::unique_ptr<File>> {
    DS_ASSIGN_OR_RETURN(auto file, inner_.open(path, mode));
    return std::unique_ptr<File>(std::make_unique<FaultyFile>(std::move(file), path, faults_));
  });
}
Result<FileStat> FaultyFiles::stat(const std::string& path) {
  return guarded(faults_, "stat", path, [&] { return inner_.stat(path); });
}
Result<std::vector<DirectoryEntry>> FaultyFiles::list(const std::string& path) {
  return guarded(faults_, "list", path, [&] { return inner_.list(path); });
}
Result<std::vector<DirectoryName>> FaultyFiles::list_names(const std::string& path, const std::function<bool(std::string_view)>& keep) {
  return guarded(faults_, "list_names", path, [&] { return inner_.list_names(path, keep); });
}
Status FaultyFiles::make_directories(const std::string& path) {
  return guarded(faults_, "make_directories", path, [&] { return inner_.make_directories(path); });
}
Status FaultyFiles::link(const std::string& existing, const std::string& target) {
  return guarded(faults_, "link", target, [&] { return inner_.link(existing, target); });
}
Status FaultyFiles::rename(const std::string& from, const std::string& to) {
  return guarded(faults_, "rename", to, [&] { return inner_.rename(from, to); });
}
Status FaultyFiles::remove(const std::string& path) {
  return guarded(faults_, "remove", path, [&] { return inner_.remove(path); });
}
Status FaultyFiles::sync_directory(const std::string& path) {
  return guarded(faults_, "sync_directory", path, [&] { return inner_.sync_directory(path); });
}

}  // namespace deltastream
