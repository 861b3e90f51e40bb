#include "storage/s3/s3_store.h"

#include <fmt/format.h>

#include <pugixml.hpp>

#include "storage/http/digest.h"
#include "storage/http/remote_store.h"
#include "storage/s3/credentials.h"

namespace deltastream::storage::s3 {
namespace {

class S3Backend final : public RemoteBackend {
 public:
  S3Backend(std::string bucket, const Environment& environment, const Variables& variables, std::shared_ptr<HttpTransport> transport)
      : bucket_(std::move(bucket)),
        environment_(environment),
        region_(region_of(variables)),
        credentials_(variables, std::move(transport), environment) {
    if (auto endpoint = variables.first_of({"AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT"})) {
      base_ = *endpoint;
      while (!base_.empty() && base_.back() == '/') base_.pop_back();
      base_ += "/" + bucket_;
    } else if (bucket_.find('.') != std::string::npos) {  // no certificate fits such a host name
      base_ = fmt::format("https://s3.{}.amazonaws.com/{}", region_, bucket_);
    } else {
      base_ = fmt::format("https://{}.s3.{}.amazonaws.com", bucket_, region_);
    }
  }

  Result<HttpRequest> get(const std::string& key, const std::optional<ByteRange>& range) override {
    HttpRequest request{"GET", url(key), {}, {}, false};
    if (range) request.headers.emplace_back("Range", range->header());
    return signed_request(std::move(request));
  }
  Result<HttpRequest> head(const std::string& key) override { return signed_request({"HEAD", url(key), {}, {}, false}); }
  Result<HttpRequest> put(const std::string& key, std::string_view bytes, bool if_absent) override {
    HttpRequest request{"PUT", url(key), {{"Content-Type", "application/octet-stream"}}, bytes, false};
    if (if_absent) request.headers.emplace_back("If-None-Match", "*");
    return signed_request(std::move(request));
  }
  Result<HttpRequest> remove(const std::string& key) override { return signed_request({"DELETE", url(key), {}, {}, false}); }

  // Parameters stand in the order of their names, as the signature wants them.
  Result<HttpRequest> list(const std::string& prefix, const std::string& before, const std::string& token) override {
    std::string query = "?";
    if (!token.empty()) query += "continuation-token=" + url_encode(token, false) + "&";
    query += "list-type=2&prefix=" + url_encode(prefix, false);
    if (token.empty() && !before.empty()) query += "&start-after=" + url_encode(before, false);
    return signed_request({"GET", base_ + "/" + query, {}, {}, false});
  }

  Result<ListPage> parse_list(const HttpResponse& response) override {
    pugi::xml_document document;
    if (!document.load_buffer(response.body.data(), response.body.size())) return corrupt(describe() + ": a listing that is no XML");
    auto root = document.child("ListBucketResult");
    if (!root) return corrupt(describe() + ": a listing without ListBucketResult");
    ListPage page;
    for (auto object : root.children("Contents")) {
      page.objects.push_back({object.child_value("Key"), object.child("Size").text().as_ullong(), parse_iso_date_ms(object.child_value("LastModified"))});
    }
    if (root.child("IsTruncated").text().as_bool()) page.next = root.child_value("NextContinuationToken");
    return page;
  }

  std::string describe() const override { return "s3://" + bucket_; }

 private:
  std::string url(const std::string& key) const { return base_ + "/" + url_encode(key, true); }
  Result<HttpRequest> signed_request(HttpRequest request) {
    DS_ASSIGN_OR_RETURN(Credentials credentials, credentials_.get());
    sign(request, credentials, region_, "s3", environment_.clock->now_us() / 1000);
    return request;
  }

  const std::string bucket_;
  const Environment environment_;
  const std::string region_;
  CredentialProvider credentials_;
  std::string base_;
};

}  // namespace

Result<std::shared_ptr<ObjectStore>> open_s3(const std::string& path, const Environment& environment, const Variables& variables,
                                             std::shared_ptr<HttpTransport> transport) {
  size_t slash = path.find('/');
  std::string bucket = path.substr(0, slash);
  if (bucket.find_first_of("@:") != std::string::npos) return invalid_argument("a location on S3 holds no user or key; credentials come from the environment");
  if (bucket.empty()) return invalid_argument("a location on S3 is s3://BUCKET/PATH, but there is no bucket");
  auto backend = std::make_shared<S3Backend>(bucket, environment, variables, transport);
  return make_remote_store(std::move(backend), slash == std::string::npos ? "" : path.substr(slash + 1), HttpRetry(std::move(transport), environment));
}

}  // namespace deltastream::storage::s3
