#include "storage/hdfs/hdfs_store.h"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "storage/hdfs/webhdfs_client.h"
#include "storage/http/remote_store.h"
#include "storage/object_path.h"

namespace deltastream::storage::hdfs {
namespace {

class HdfsStore final : public ObjectStore, public std::enable_shared_from_this<HdfsStore> {
 public:
  HdfsStore(WebHdfsClient client, std::string shown, std::string root, const Environment& environment)
      : client_(std::move(client)), shown_(std::move(shown)), root_(std::move(root)), environment_(environment) {}

  Result<ObjectMeta> head(const std::string& path) override {
    DS_RETURN_IF_ERROR(check_object_path(path));
    DS_ASSIGN_OR_RETURN(FileStatus status, client_.status(full(path)).context(describe()));
    if (status.directory) return not_found(fmt::format("'{}/{}' is a folder, not a file", describe(), path));
    return ObjectMeta{path, status.size, status.modified_ms};
  }
  Result<std::string> get(const std::string& path) override {
    DS_RETURN_IF_ERROR(check_object_path(path));
    return client_.read(full(path), 0, std::nullopt).context(describe());
  }
  Status get_range(const std::string& path, uint64_t offset, std::span<char> buffer) override {
    DS_RETURN_IF_ERROR(check_object_path(path));
    if (buffer.empty()) return {};
    auto bytes = client_.read(full(path), offset, buffer.size());
    if (!bytes.ok() && bytes.error().kind() == ErrorKind::kInvalidArgument) bytes = std::string();  // the offset lies past the end
    if (!bytes.ok()) return std::move(bytes).context(describe()).error();
    if (bytes->size() < buffer.size()) {
      DS_ASSIGN_OR_RETURN(ObjectMeta meta, head(path));
      return corrupt(fmt::format("'{}/{}' ends at byte {}, but bytes up to {} were expected", describe(), path, meta.size, offset + buffer.size()));
    }
    std::memcpy(buffer.data(), bytes->data(), buffer.size());
    return {};
  }
  Status put(const std::string& path, std::string_view bytes) override { return publish(path, bytes, true); }
  Status put_if_absent(const std::string& path, std::string_view bytes) override { return publish(path, bytes, false); }
  Result<std::unique_ptr<ObjectWriter>> open_writer(const std::string& path) override {
    DS_RETURN_IF_ERROR(check_object_path(path));
    return make_gathering_writer(shared_from_this(), path);
  }
  Result<std::vector<ObjectMeta>> list(const std::string& prefix, const std::string& start_at) override {
    DS_RETURN_IF_ERROR(check_prefix(prefix));
    std::vector<ObjectMeta> found;
    size_t slash = prefix.rfind('/');
    DS_RETURN_IF_ERROR(walk(slash == std::string::npos ? "" : prefix.substr(0, slash + 1), prefix, start_at, found));
    std::sort(found.begin(), found.end(), [](const ObjectMeta& a, const ObjectMeta& b) { return a.path < b.path; });
    return found;
  }
  Status remove(const std::string& path) override {
    DS_RETURN_IF_ERROR(check_object_path(path));
    auto status = client_.status(full(path));
    if (!status.ok()) return status.error().kind() == ErrorKind::kNotFound ? Status() : Status(std::move(status).context(describe()).error());
    if (status->directory) return {};  // a folder is no object
    return client_.remove(full(path)).context(describe());
  }
  std::string describe() const override { return shown_ + (root_ == "/" ? "" : root_); }

 private:
  std::string full(const std::string& path) const { return (root_ == "/" ? "" : root_) + "/" + path; }

  // Written whole under a hidden name, and named in one step.
  Status publish(const std::string& path, std::string_view bytes, bool overwrite) {
    DS_RETURN_IF_ERROR(check_object_path(path));
    const std::string target = full(path);
    const std::string staging = target.substr(0, target.rfind('/') + 1) + kStagingPrefix + environment_.random->uuid();
    DS_RETURN_IF_ERROR(client_.create(staging, bytes).context(describe()));
    auto renamed = client_.rename(staging, target, overwrite);
    if (renamed.ok() || renamed.error().kind() == ErrorKind::kCommitStateUnknown) return std::move(renamed).context(describe());
    [[maybe_unused]] Status gone = client_.remove(staging);  // nobody names it
    return std::move(renamed).context(describe());
  }

  Status walk(const std::string& folder, const std::string& prefix, const std::string& start_at, std::vector<ObjectMeta>& found) {
    // A log of a million commits costs only those from start_at on.
    std::string after;
    if (!start_at.empty() && start_at.starts_with(folder) && start_at.find('/', folder.size()) == std::string::npos) {
      after = start_at.substr(folder.size());
      if (!after.empty() && after.back() > '!') after.back() = static_cast<char>(after.back() - 1);
    }
    auto entries = client_.list(folder.empty() ? root_ : full(folder.substr(0, folder.size() - 1)), after);
    if (!entries.ok()) return entries.error().kind() == ErrorKind::kNotFound ? Status() : Status(std::move(entries).context(describe()).error());
    for (const FileStatus& entry : *entries) {
      if (entry.name.empty()) continue;  // the path itself: a file, not a folder
      std::string path = folder + entry.name;
      if (entry.directory) {
        path += '/';
        const bool wanted = path.starts_with(prefix) || prefix.starts_with(path);
        if (wanted && (path >= start_at || start_at.starts_with(path))) DS_RETURN_IF_ERROR(walk(path, prefix, start_at, found));
      } else if (path >= start_at && path.starts_with(prefix) && !is_staging_name(entry.name)) {
        found.push_back({path, entry.size, entry.modified_ms});
      }
    }
    return {};
  }

  const WebHdfsClient client_;
  const std::string shown_, root_;
  const Environment environment_;
};

}  // namespace

Result<std::shared_ptr<ObjectStore>> open_hdfs(const std::string& scheme, const std::string& path, const Environment& environment, const Variables& variables,
                                               std::shared_ptr<HttpTransport> transport) {
  size_t slash = path.find('/');
  std::string authority = path.substr(0, slash), root = slash == std::string::npos ? "/" : path.substr(slash);
  while (root.size() > 1 && root.back() == '/') root.pop_back();
  std::string host = authority.substr(0, authority.find(':'));
  if (host.empty()) return invalid_argument("a location on HDFS is hdfs://NAMENODE/PATH or webhdfs://NAMENODE:PORT/PATH, but there is no host");
  std::string http = authority;
  if (scheme == "hdfs") http = host + ":" + variables.find("WEBHDFS_PORT").value_or("9870");
  std::string user = variables.first_of({"HADOOP_USER_NAME", "USER"}).value_or("");
  WebHdfsClient client("http://" + http, user, HttpRetry(std::move(transport), environment));
  return std::shared_ptr<ObjectStore>(std::make_shared<HdfsStore>(std::move(client), scheme + "://" + authority, root, environment));
}

}  // namespace deltastream::storage::hdfs
