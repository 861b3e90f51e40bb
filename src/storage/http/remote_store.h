#pragma once
// An ObjectStore over HTTP: what S3, GCS and Azure have in common. A backend only spells requests and reads answers; this class
// keeps the contract of object_store.h: roots, retries, exact ranges, inclusive listing, the three outcomes of put_if_absent.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/environment.h"
#include "storage/http/retry.h"
#include "storage/object_store.h"

namespace deltastream::storage {

struct ByteRange {
  uint64_t first = 0;
  uint64_t size = 0;
  std::string header() const;  // "bytes=0-9"
};

struct ListPage {
  std::vector<ObjectMeta> objects;  // whole keys
  std::string next;                 // token of the next page; "" = the last
};

// Spells one store's requests. Keys are whole (the root is in front) and literal. Thread-safe.
class RemoteBackend {
 public:
  virtual ~RemoteBackend() = default;
  virtual Result<HttpRequest> get(const std::string& key, const std::optional<ByteRange>& range) = 0;
  virtual Result<HttpRequest> head(const std::string& key) = 0;
  virtual Result<HttpRequest> put(const std::string& key, std::string_view bytes, bool if_absent) = 0;
  virtual Result<HttpRequest> remove(const std::string& key) = 0;
  // `before`: keys up to it need not be listed.
  virtual Result<HttpRequest> list(const std::string& prefix, const std::string& before, const std::string& token) = 0;
  virtual Result<ListPage> parse_list(const HttpResponse& response) = 0;
  virtual Result<ObjectMeta> parse_head(const HttpResponse& response);  // by Content-Length and Last-Modified
  virtual std::string describe() const = 0;                            // without credentials
};

std::shared_ptr<ObjectStore> make_remote_store(std::shared_ptr<RemoteBackend> backend, std::string root, HttpRetry retry);

// Gathers an object in memory and puts it into the store at finish(): for stores whose objects appear with one request.
std::unique_ptr<ObjectWriter> make_gathering_writer(std::shared_ptr<ObjectStore> store, std::string path);

// Milliseconds since 1970 of "Tue, 01 Oct 2024 10:00:00 GMT" and "2024-10-01T10:00:00.123Z"; 0 when it is neither.
int64_t parse_http_date_ms(std::string_view text);
int64_t parse_iso_date_ms(std::string_view text);

}  // namespace deltastream::storage
