#include "storage/http/remote_store.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <ctime>

#include <fmt/format.h>

#include "storage/object_path.h"

namespace deltastream::storage {
namespace {

Error shorter_than_asked(const std::string& what, uint64_t end, uint64_t wanted) {
  return corrupt(fmt::format("'{}' ends at byte {}, but bytes up to {} were expected", what, end, wanted));
}

class GatheringWriter final : public ObjectWriter {
 public:
  GatheringWriter(std::shared_ptr<ObjectStore> store, std::string path) : store_(std::move(store)), path_(std::move(path)) {}
  Status append(std::string_view bytes) override {
    if (finished_) return spoilt();
    bytes_.append(bytes);
    return {};
  }
  Result<ObjectMeta> finish() override {
    if (finished_) return spoilt();
    finished_ = true;
    DS_RETURN_IF_ERROR(store_->put(path_, bytes_));
    return store_->head(path_);
  }

 private:
  Error spoilt() const { return internal("the writer of '" + path_ + "' is used after its end"); }

  const std::shared_ptr<ObjectStore> store_;
  const std::string path_;
  std::string bytes_;
  bool finished_ = false;
};

class RemoteStore final : public ObjectStore, public std::enable_shared_from_this<RemoteStore> {
 public:
  RemoteStore(std::shared_ptr<RemoteBackend> backend, std::string root, HttpRetry retry)
      : backend_(std::move(backend)), root_(std::move(root)), retry_(std::move(retry)) {
    if (!root_.empty() && root_.back() != '/') root_ += '/';
  }

  Result<ObjectMeta> head(const std::string& path) override {
    DS_RETURN_IF_ERROR(check_object_path(path));
    DS_ASSIGN_OR_RETURN(auto response, retry_.send([&] { return backend_->head(root_ + path); }, true));
    if (response.status != 200) return failed("look at", path, response);
    DS_ASSIGN_OR_RETURN(ObjectMeta meta, backend_->parse_head(response));
    meta.path = path;
    return meta;
  }

  Result<std::string> get(const std::string& path) override {
    DS_RETURN_IF_ERROR(check_object_path(path));
    DS_ASSIGN_OR_RETURN(auto response, retry_.send([&] { return backend_->get(root_ + path, std::nullopt); }, true));
    if (response.status != 200) return failed("read", path, response);
    return std::move(response.body);
  }

  Status get_range(const std::string& path, uint64_t offset, std::span<char> buffer) override {
    DS_RETURN_IF_ERROR(check_object_path(path));
    if (buffer.empty()) return {};
    const ByteRange range{offset, buffer.size()};
    DS_ASSIGN_OR_RETURN(auto response, retry_.send([&] { return backend_->get(root_ + path, range); }, true));
    std::string_view body = response.body;
    if (response.status == 200) {  // the whole object, from a server that takes no ranges
      if (body.size() < offset + buffer.size()) return shorter_than_asked(named(path), body.size(), offset + buffer.size());
      body = body.substr(offset, buffer.size());
    } else if (response.status == 416) {
      DS_ASSIGN_OR_RETURN(ObjectMeta meta, head(path));
      return shorter_than_asked(named(path), meta.size, offset + buffer.size());
    } else if (response.status != 206) {
      return failed("read", path, response);
    }
    if (body.size() < buffer.size()) return shorter_than_asked(named(path), offset + body.size(), offset + buffer.size());
    std::memcpy(buffer.data(), body.data(), buffer.size());
    return {};
  }

  Status put(const std::string& path, std::string_view bytes) override {
    DS_RETURN_IF_ERROR(check_object_path(path));
    DS_ASSIGN_OR_RETURN(auto response, retry_.send([&] { return backend_->put(root_ + path, bytes, false); }, true));
    return response.status / 100 == 2 ? Status() : Status(failed("write", path, response));
  }

  Status put_if_absent(const std::string& path, std::string_view bytes) override {
    DS_RETURN_IF_ERROR(check_object_path(path));
    int attempts = 0;
    auto make = [&] {
      attempts++;
      return backend_->put(root_ + path, bytes, true);
    };
    DS_ASSIGN_OR_RETURN(auto response, retry_.send(make, false));
    if (response.status / 100 == 2) return {};
    Error error = failed("create", path, response);
    // After a repetition the object that stands there may be the one of the attempt before.
    if (error.kind() == ErrorKind::kAlreadyExists && attempts > 1) return commit_state_unknown(error.message());
    return error;
  }

  Result<std::unique_ptr<ObjectWriter>> open_writer(const std::string& path) override {
    DS_RETURN_IF_ERROR(check_object_path(path));
    return make_gathering_writer(shared_from_this(), path);
  }

  Result<std::vector<ObjectMeta>> list(const std::string& prefix, const std::string& start_at) override {
    DS_RETURN_IF_ERROR(check_prefix(prefix));
    std::vector<ObjectMeta> found;
    std::string token;
    const std::string before = start_at.empty() ? "" : before_key(root_ + start_at);
    do {
      DS_ASSIGN_OR_RETURN(auto response, retry_.send([&] { return backend_->list(root_ + prefix, before, token); }, true));
      if (response.status != 200) return failed("list", prefix, response);
      DS_ASSIGN_OR_RETURN(ListPage page, backend_->parse_list(response));
      for (ObjectMeta& object : page.objects) {
        if (!object.path.starts_with(root_)) continue;
        object.path.erase(0, root_.size());
        // "a/" are markers that tools make for folders.
        if (object.path.empty() || object.path.back() == '/' || object.path < start_at || !object.path.starts_with(prefix)) continue;
        found.push_back(std::move(object));
      }
      if (!page.next.empty() && page.next == token) return corrupt(describe() + ": the store repeats a page of its listing");
      token = std::move(page.next);
    } while (!token.empty());
    std::sort(found.begin(), found.end(), [](const ObjectMeta& a, const ObjectMeta& b) { return a.path < b.path; });
    return found;
  }

  Status remove(const std::string& path) override {
    DS_RETURN_IF_ERROR(check_object_path(path));
    DS_ASSIGN_OR_RETURN(auto response, retry_.send([&] { return backend_->remove(root_ + path); }, true));
    return response.status / 100 == 2 || response.status == 404 ? Status() : Status(failed("remove", path, response));
  }

  std::string describe() const override {
    std::string text = backend_->describe() + "/" + root_;
    text.pop_back();
    return text;
  }

 private:
  std::string named(const std::string& path) const { return describe() + "/" + path; }
  Error failed(std::string_view action, const std::string& path, const HttpResponse& response) const {
    return error_from_status(response, fmt::format("{} '{}'", action, named(path)));
  }

  // A key that sorts before `key` with nothing in between that matters: stores list from behind a key.
  static std::string before_key(std::string key) {
    const char last = key.back();
    key.pop_back();
    if (last > '!' && last < 0x7f) {
      key += static_cast<char>(last - 1);
      key += '~';
    }
    return key;
  }

  const std::shared_ptr<RemoteBackend> backend_;
  std::string root_;
  const HttpRetry retry_;
};

int64_t ms_of(std::tm& parts, int64_t ms) { return static_cast<int64_t>(timegm(&parts)) * 1000 + ms; }

}  // namespace

std::string ByteRange::header() const { return fmt::format("bytes={}-{}", first, first + size - 1); }

Result<ObjectMeta> RemoteBackend::parse_head(const HttpResponse& response) {
  ObjectMeta meta;
  std::string size = response.header("content-length");
  auto parsed = std::from_chars(size.data(), size.data() + size.size(), meta.size);
  if (parsed.ec != std::errc()) return corrupt(describe() + ": an answer without Content-Length");
  meta.modified_ms = parse_http_date_ms(response.header("last-modified"));
  return meta;
}

std::shared_ptr<ObjectStore> make_remote_store(std::shared_ptr<RemoteBackend> backend, std::string root, HttpRetry retry) {
  return std::make_shared<RemoteStore>(std::move(backend), std::move(root), std::move(retry));
}

std::unique_ptr<ObjectWriter> make_gathering_writer(std::shared_ptr<ObjectStore> store, std::string path) {
  return std::make_unique<GatheringWriter>(std::move(store), std::move(path));
}

int64_t parse_http_date_ms(std::string_view text) {
  std::tm parts = {};
  return strptime(std::string(text).c_str(), "%a, %d %b %Y %H:%M:%S", &parts) ? ms_of(parts, 0) : 0;
}

int64_t parse_iso_date_ms(std::string_view text) {
  std::tm parts = {};
  const std::string copy(text);
  const char* rest = strptime(copy.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
  if (!rest) return 0;
  int64_t ms = 0;
  if (*rest == '.') {
    int64_t unit = 100;
    for (rest++; *rest >= '0' && *rest <= '9'; rest++, unit /= 10) ms += (*rest - '0') * unit;
  }
  return ms_of(parts, ms);
}

}  // namespace deltastream::storage
