#pragma once
// Files that fail as a plan says, at the level of one system call: for tests. Wraps other files, which must outlive it and
// every file opened through it, as must this object. Operations are named as the methods of Files and File.
// Thread-safe as the wrapped files are.

#include "common/fault_plan.h"
#include "common/files.h"

namespace deltastream {

class FaultyFiles final : public Files {
 public:
  explicit FaultyFiles(Files& inner, ManualClock* clock = nullptr) : inner_(inner), faults_(clock) {}
  FaultCounter& faults() { return faults_; }

  Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override;
  Result<FileStat> stat(const std::string& path) override;
  Result<std::vector<DirectoryEntry>> list(const std::string& path) override;
  Result<std::vector<DirectoryName>> list_names(const std::string& path, const std::function<bool(std::string_view)>& keep) override;
  Status make_directories(const std::string& path) override;
  Status link(const std::string& existing, const std::string& target) override;
  Status rename(const std::string& from, const std::string& to) override;
  Status remove(const std::string& path) override;
  Status sync_directory(const std::string& path) override;

 private:
  Files& inner_;
  FaultCounter faults_;
};

}  // namespace deltastream
