#include "storage/azure/azure_store.h"

#include <pugixml.hpp>

#include "storage/azure/authorization.h"
#include "storage/http/digest.h"
#include "storage/http/remote_store.h"

namespace deltastream::storage::azure {
namespace {

using Query = std::map<std::string, std::string>;

class AzureBackend final : public RemoteBackend {
 public:
  AzureBackend(std::string container, const std::string& account, std::string endpoint, const Environment& environment, const Variables& variables,
               std::shared_ptr<HttpTransport> transport)
      : container_(std::move(container)), account_(account), base_(endpoint + "/" + container_), authorization_(account, variables, std::move(transport), environment) {}

  Result<HttpRequest> get(const std::string& key, const std::optional<ByteRange>& range) override {
    HttpRequest request{"GET", url(key), {}, {}, false};
    if (range) request.headers.emplace_back("x-ms-range", range->header());
    return authorized(std::move(request), {});
  }
  Result<HttpRequest> head(const std::string& key) override { return authorized({"HEAD", url(key), {}, {}, false}, {}); }
  Result<HttpRequest> put(const std::string& key, std::string_view bytes, bool if_absent) override {
    HttpRequest request{"PUT", url(key), {{"Content-Type", "application/octet-stream"}, {"x-ms-blob-type", "BlockBlob"}}, bytes, false};
    if (if_absent) request.headers.emplace_back("If-None-Match", "*");
    return authorized(std::move(request), {});
  }
  Result<HttpRequest> remove(const std::string& key) override { return authorized({"DELETE", url(key), {}, {}, false}, {}); }

  // The service lists from a prefix only: `before` cannot be said.
  Result<HttpRequest> list(const std::string& prefix, const std::string&, const std::string& token) override {
    Query query = {{"comp", "list"}, {"restype", "container"}, {"prefix", prefix}};
    if (!token.empty()) query["marker"] = token;
    return authorized({"GET", base_, {}, {}, false}, query);
  }

  Result<ListPage> parse_list(const HttpResponse& response) override {
    // A byte order mark stands in front.
    std::string_view body = response.body;
    if (body.starts_with("\xEF\xBB\xBF")) body.remove_prefix(3);
    pugi::xml_document document;
    if (!document.load_buffer(body.data(), body.size())) return corrupt(describe() + ": a listing that is no XML");
    auto root = document.child("EnumerationResults");
    if (!root) return corrupt(describe() + ": a listing without EnumerationResults");
    ListPage page;
    for (auto blob : root.child("Blobs").children("Blob")) {
      auto properties = blob.child("Properties");
      if (std::string_view(properties.child_value("ResourceType")) == "directory") continue;
      page.objects.push_back(
          {blob.child_value("Name"), properties.child("Content-Length").text().as_ullong(), parse_http_date_ms(properties.child_value("Last-Modified"))});
    }
    page.next = root.child_value("NextMarker");
    return page;
  }

  std::string describe() const override { return "abfss://" + container_ + "@" + account_; }

 private:
  std::string url(const std::string& key) const { return base_ + "/" + url_encode(key, true); }
  Result<HttpRequest> authorized(HttpRequest request, const Query& query) {
    for (const auto& [name, value] : query) {
      request.url += (request.url.find('?') == std::string::npos ? "?" : "&") + name + "=" + url_encode(value, false);
    }
    DS_RETURN_IF_ERROR(authorization_.apply(request, query));
    return request;
  }

  const std::string container_, account_, base_;
  Authorization authorization_;
};

}  // namespace

Result<std::shared_ptr<ObjectStore>> open_azure(const std::string& path, const Environment& environment, const Variables& variables,
                                                std::shared_ptr<HttpTransport> transport) {
  size_t slash = path.find('/');
  std::string container = path.substr(0, slash), root = slash == std::string::npos ? "" : path.substr(slash + 1), account;
  if (size_t at = container.find('@'); at != std::string::npos) {
    const std::string host = container.substr(at + 1);
    account = host.substr(0, host.find('.'));
    container.erase(at);
  }
  auto connection = parse_connection_string(variables.find("AZURE_STORAGE_CONNECTION_STRING").value_or(""));
  if (account.empty()) account = variables.first_of({"AZURE_STORAGE_ACCOUNT", "AZURE_STORAGE_ACCOUNT_NAME"}).value_or(connection["AccountName"]);
  if (container.empty() || account.empty()) {
    return invalid_argument("a location on Azure is abfss://CONTAINER@ACCOUNT.dfs.core.windows.net/PATH, or az://CONTAINER/PATH with AZURE_STORAGE_ACCOUNT");
  }
  std::string endpoint = variables.find("AZURE_STORAGE_ENDPOINT").value_or(connection["BlobEndpoint"]);
  if (endpoint.empty()) endpoint = "https://" + account + ".blob.core.windows.net";
  while (endpoint.back() == '/') endpoint.pop_back();
  auto backend = std::make_shared<AzureBackend>(container, account, endpoint, environment, variables, transport);
  return make_remote_store(std::move(backend), root, HttpRetry(std::move(transport), environment));
}

}  // namespace deltastream::storage::azure
