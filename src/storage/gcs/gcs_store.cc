#include "storage/gcs/gcs_store.h"

#include <charconv>

#include <nlohmann/json.hpp>

#include "storage/gcs/token.h"
#include "storage/http/digest.h"
#include "storage/http/remote_store.h"

namespace deltastream::storage::gcs {
namespace {

// Sizes are numbers in quotes.
ObjectMeta meta_of(const nlohmann::json& object) {
  ObjectMeta meta;
  meta.path = object.value("name", "");
  const std::string size = object.value("size", "0");
  std::from_chars(size.data(), size.data() + size.size(), meta.size);
  meta.modified_ms = parse_iso_date_ms(object.value("updated", ""));
  return meta;
}

class GcsBackend final : public RemoteBackend {
 public:
  GcsBackend(std::string bucket, const Environment& environment, const Variables& variables, std::shared_ptr<HttpTransport> transport)
      : bucket_(std::move(bucket)), token_(variables, std::move(transport), environment) {
    if (auto emulator = variables.find("STORAGE_EMULATOR_HOST")) {
      base_ = emulator->find("://") == std::string::npos ? "http://" + *emulator : *emulator;
      while (!base_.empty() && base_.back() == '/') base_.pop_back();
      emulated_ = true;
    } else {
      base_ = "https://storage.googleapis.com";
    }
  }

  Result<HttpRequest> get(const std::string& key, const std::optional<ByteRange>& range) override {
    HttpRequest request{"GET", object_url(key) + "?alt=media", {}, {}, false};
    if (range) request.headers.emplace_back("Range", range->header());
    return authorized(std::move(request));
  }
  Result<HttpRequest> head(const std::string& key) override { return authorized({"GET", object_url(key), {}, {}, false}); }
  Result<HttpRequest> put(const std::string& key, std::string_view bytes, bool if_absent) override {
    std::string url = base_ + "/upload/storage/v1/b/" + url_encode(bucket_, false) + "/o?uploadType=media&name=" + url_encode(key, false);
    if (if_absent) url += "&ifGenerationMatch=0";
    return authorized({"POST", url, {{"Content-Type", "application/octet-stream"}}, bytes, false});
  }
  Result<HttpRequest> remove(const std::string& key) override { return authorized({"DELETE", object_url(key), {}, {}, false}); }
  Result<HttpRequest> list(const std::string& prefix, const std::string& before, const std::string& token) override {
    std::string url = base_ + "/storage/v1/b/" + url_encode(bucket_, false) + "/o?fields=nextPageToken,items(name,size,updated)&prefix=" + url_encode(prefix, false);
    if (!before.empty()) url += "&startOffset=" + url_encode(before, false);
    if (!token.empty()) url += "&pageToken=" + url_encode(token, false);
    return authorized({"GET", url, {}, {}, false});
  }

  Result<ListPage> parse_list(const HttpResponse& response) override {
    auto answer = nlohmann::json::parse(response.body, nullptr, false);
    if (!answer.is_object()) return corrupt(describe() + ": a listing that is no JSON object");
    ListPage page;
    page.next = answer.value("nextPageToken", "");
    for (const auto& object : answer.value("items", nlohmann::json::array())) page.objects.push_back(meta_of(object));
    return page;
  }
  Result<ObjectMeta> parse_head(const HttpResponse& response) override {
    auto answer = nlohmann::json::parse(response.body, nullptr, false);
    if (!answer.is_object()) return corrupt(describe() + ": an answer that is no JSON object");
    return meta_of(answer);
  }
  std::string describe() const override { return "gs://" + bucket_; }

 private:
  std::string object_url(const std::string& key) const {
    return base_ + "/storage/v1/b/" + url_encode(bucket_, false) + "/o/" + url_encode(key, false);
  }
  Result<HttpRequest> authorized(HttpRequest request) {
    if (emulated_) return request;
    DS_ASSIGN_OR_RETURN(std::string token, token_.get());
    request.headers.emplace_back("Authorization", "Bearer " + token);
    return request;
  }

  const std::string bucket_;
  TokenProvider token_;
  std::string base_;
  bool emulated_ = false;
};

}  // namespace

Result<std::shared_ptr<ObjectStore>> open_gcs(const std::string& path, const Environment& environment, const Variables& variables,
                                              std::shared_ptr<HttpTransport> transport) {
  size_t slash = path.find('/');
  std::string bucket = path.substr(0, slash);
  if (bucket.find_first_of("@:") != std::string::npos) return invalid_argument("a location on Google Cloud Storage holds no user or key; credentials come from the environment");
  if (bucket.empty()) return invalid_argument("a location on Google Cloud Storage is gs://BUCKET/PATH, but there is no bucket");
  auto backend = std::make_shared<GcsBackend>(bucket, environment, variables, transport);
  return make_remote_store(std::move(backend), slash == std::string::npos ? "" : path.substr(slash + 1), HttpRetry(std::move(transport), environment));
}

}  // namespace deltastream::storage::gcs
