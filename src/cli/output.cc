#include "cli/output.h"

#include <cerrno>
#include <cstdio>
#include <filesystem>

#include <fmt/format.h>

#include "common/files.h"

namespace deltastream::cli {
namespace {

class StandardOutput final : public storage::ObjectWriter {
 public:
  Status append(std::string_view bytes) override {
    if (std::fwrite(bytes.data(), 1, bytes.size(), stdout) != bytes.size()) return error_from_errno(errno, "write", "standard output");
    size_ += bytes.size();
    return {};
  }
  Result<storage::ObjectMeta> finish() override {
    if (std::fflush(stdout) != 0) return error_from_errno(errno, "write", "standard output");
    return storage::ObjectMeta{"", size_, 0};
  }

 private:
  uint64_t size_ = 0;
};

// Written under a hidden name beside the target and renamed at the end.
class OutputFile final : public storage::ObjectWriter {
 public:
  OutputFile(std::string path, std::string staging, std::unique_ptr<File> file)
      : path_(std::move(path)), staging_(std::move(staging)), file_(std::move(file)) {}
  ~OutputFile() override {
    if (!file_) return;
    file_.reset();
    [[maybe_unused]] Status gone = system_files().remove(staging_);  // nobody names it any more
  }

  Status append(std::string_view bytes) override {
    size_ += bytes.size();
    return file_->append(bytes);
  }
  Result<storage::ObjectMeta> finish() override {
    DS_RETURN_IF_ERROR(file_->sync());
    DS_RETURN_IF_ERROR(system_files().rename(staging_, path_));
    file_.reset();
    return storage::ObjectMeta{path_, size_, 0};
  }

 private:
  const std::string path_, staging_;
  std::unique_ptr<File> file_;
  uint64_t size_ = 0;
};

// A file that is no plain file (/dev/stdout, a named pipe) is written as it is.
class Device final : public storage::ObjectWriter {
 public:
  explicit Device(std::unique_ptr<File> file) : file_(std::move(file)) {}
  Status append(std::string_view bytes) override { return file_->append(bytes); }
  Result<storage::ObjectMeta> finish() override { return storage::ObjectMeta{}; }

 private:
  std::unique_ptr<File> file_;
};

}  // namespace

Result<std::unique_ptr<storage::ObjectWriter>> open_output(const std::string& path) {
  if (path.empty()) return std::unique_ptr<storage::ObjectWriter>(std::make_unique<StandardOutput>());
  std::error_code error;
  if (std::filesystem::exists(path, error) && !std::filesystem::is_regular_file(path, error)) {
    if (std::filesystem::is_directory(path, error)) return invalid_argument(fmt::format("--output {} is a folder; name a file", path));
    DS_ASSIGN_OR_RETURN(auto file, system_files().open(path, OpenMode::kAppend));
    return std::unique_ptr<storage::ObjectWriter>(std::make_unique<Device>(std::move(file)));
  }
  const std::filesystem::path target(path);
  const std::string staging = (target.parent_path() / ("." + target.filename().string() + ".part")).string();
  DS_ASSIGN_OR_RETURN(auto file, system_files().open(staging, OpenMode::kTruncate).context("--output " + path));
  return std::unique_ptr<storage::ObjectWriter>(std::make_unique<OutputFile>(path, staging, std::move(file)));
}

}  // namespace deltastream::cli
