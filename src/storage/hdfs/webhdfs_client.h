#pragma once
// WebHDFS requests (hadoop.apache.org, "WebHDFS REST API"): spelling, redirects to data nodes, errors. Thread-safe.
// Errors by the exception that the name node names: not found, already exists, permission, unavailable (standby, safe mode).

#include <optional>
#include <string>
#include <vector>

#include "common/environment.h"
#include "storage/http/retry.h"

namespace deltastream::storage::hdfs {

struct FileStatus {
  std::string name;
  bool directory = false;
  uint64_t size = 0;
  int64_t modified_ms = 0;
};

class WebHdfsClient {
 public:
  WebHdfsClient(std::string base, std::string user, HttpRetry retry) : base_(std::move(base)), user_(std::move(user)), retry_(std::move(retry)) {}

  Result<FileStatus> status(const std::string& path) const;
  // The whole file, or `size` bytes from `offset` (fewer at its end).
  Result<std::string> read(const std::string& path, uint64_t offset, std::optional<uint64_t> size) const;
  // Entries of a folder with names after `after`, in order.
  Result<std::vector<FileStatus>> list(const std::string& folder, const std::string& after) const;
  // Creates or replaces; parents are made.
  Status create(const std::string& path, std::string_view bytes) const;
  // already exists when the target is there and not `overwrite`; commit state unknown when the answer was lost.
  Status rename(const std::string& from, const std::string& to, bool overwrite) const;
  Status remove(const std::string& path) const;
  const std::string& base() const { return base_; }

 private:
  std::string url(const std::string& path, const std::string& query) const;
  Result<HttpResponse> call(const std::string& method, const std::string& path, const std::string& query, bool idempotent = true) const;

  const std::string base_, user_;
  const HttpRetry retry_;
};

}  // namespace deltastream::storage::hdfs
