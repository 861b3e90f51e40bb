#include "storage/azure/authorization.h"

#include <algorithm>
#include <ctime>

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "storage/http/digest.h"

namespace deltastream::storage::azure {
namespace {

constexpr const char* kApiVersion = "2021-08-06";
constexpr int64_t kRenewalMs = 5 * 60 * 1000;

std::string http_date(int64_t time_ms) {
  std::time_t seconds = time_ms / 1000;
  std::tm parts = {};
  gmtime_r(&seconds, &parts);
  char text[40];
  std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return text;
}

std::string path_of(const std::string& url) {
  size_t slash = url.find('/', url.find("://") + 3);
  return slash == std::string::npos ? "/" : url.substr(slash, url.find('?') - slash);
}

}  // namespace

std::map<std::string, std::string> parse_connection_string(const std::string& text) {
  std::map<std::string, std::string> parts;
  for (size_t begin = 0; begin < text.size();) {
    size_t end = std::min(text.find(';', begin), text.size());
    std::string part = text.substr(begin, end - begin);
    size_t equals = part.find('=');
    if (equals != std::string::npos) parts[part.substr(0, equals)] = part.substr(equals + 1);
    begin = end + 1;
  }
  return parts;
}

Authorization::Authorization(std::string account, const Variables& variables, std::shared_ptr<HttpTransport> transport, const Environment& environment)
    : account_(std::move(account)), variables_(variables), transport_(std::move(transport)), environment_(environment) {
  if (auto text = variables.find("AZURE_STORAGE_CONNECTION_STRING")) {
    auto parts = parse_connection_string(*text);
    key_ = parts["AccountKey"];
    sas_ = parts["SharedAccessSignature"];
  }
  if (key_.empty() && sas_.empty()) {
    key_ = variables.first_of({"AZURE_STORAGE_KEY", "AZURE_STORAGE_ACCOUNT_KEY"}).value_or("");
    sas_ = variables.find("AZURE_STORAGE_SAS_TOKEN").value_or("");
  }
  if (sas_.starts_with("?")) sas_.erase(0, 1);
}

Status Authorization::apply(HttpRequest& request, const std::map<std::string, std::string>& query) {
  request.headers.emplace_back("x-ms-date", http_date(environment_.clock->now_us() / 1000));
  request.headers.emplace_back("x-ms-version", kApiVersion);
  if (!key_.empty()) return sign(request, query);
  if (!sas_.empty()) {
    request.url += (request.url.find('?') == std::string::npos ? "?" : "&") + sas_;
    return {};
  }
  DS_ASSIGN_OR_RETURN(std::string bearer, token());
  request.headers.emplace_back("Authorization", "Bearer " + bearer);
  return {};
}

// "Authorize with Shared Key", Blob service form.
Status Authorization::sign(HttpRequest& request, const std::map<std::string, std::string>& query) const {
  std::string type, none_match;
  std::map<std::string, std::string> own;
  for (const auto& [name, value] : request.headers) {
    if (name.starts_with("x-ms-")) own[name] = value;
    if (name == "Content-Type") type = value;
    if (name == "If-None-Match") none_match = value;
  }
  const std::string length = request.body.empty() ? "" : std::to_string(request.body.size());
  std::string text = request.method + "\n\n\n" + length + "\n\n" + type + "\n\n\n\n" + none_match + "\n\n\n";
  for (const auto& [name, value] : own) text += name + ":" + value + "\n";
  text += "/" + account_ + path_of(request.url);
  for (const auto& [name, value] : query) text += "\n" + name + ":" + value;
  DS_ASSIGN_OR_RETURN(std::string key, base64_decode(key_).context("the account key of '" + account_ + "'"));
  request.headers.emplace_back("Authorization", fmt::format("SharedKey {}:{}", account_, base64(hmac_sha256(key, text))));
  return {};
}

Result<std::string> Authorization::token() {
  std::lock_guard lock(mutex_);
  const int64_t now_ms = environment_.clock->now_us() / 1000;
  if (!token_.empty() && token_expires_ms_ - kRenewalMs > now_ms) return token_;
  DS_ASSIGN_OR_RETURN(token_, ask_for_token());
  return token_;
}

Result<std::string> Authorization::ask_for_token() {
  HttpRequest request;
  std::string body;
  auto tenant = variables_.find("AZURE_TENANT_ID"), client = variables_.find("AZURE_CLIENT_ID"), secret = variables_.find("AZURE_CLIENT_SECRET");
  if (tenant && client && secret) {
    const std::string host = variables_.find("AZURE_AUTHORITY_HOST").value_or("https://login.microsoftonline.com");
    body = fmt::format("grant_type=client_credentials&client_id={}&client_secret={}&scope={}", url_encode(*client, false), url_encode(*secret, false),
                       url_encode("https://storage.azure.com/.default", false));
    request = {"POST", host + "/" + *tenant + "/oauth2/v2.0/token", {{"Content-Type", "application/x-www-form-urlencoded"}}, body, false};
  } else {
    const std::string base = variables_.find("AZURE_POD_IDENTITY_AUTHORITY_HOST").value_or("http://169.254.169.254");
    std::string url = base + "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fstorage.azure.com%2F";
    if (client) url += "&client_id=" + url_encode(*client, false);
    request = {"GET", url, {{"Metadata", "true"}}, {}, false};
  }
  auto response = transport_->send(request);
  if (!response.ok() || response->status != 200) {
    return permission(fmt::format("there are no credentials for the storage account '{}': set AZURE_STORAGE_KEY, AZURE_STORAGE_SAS_TOKEN or AZURE_CLIENT_ID{}", account_,
                                  response.ok() ? fmt::format(" (the identity service answered {})", response->status) : ""));
  }
  auto answer = nlohmann::json::parse(response->body, nullptr, false);
  if (!answer.is_object() || !answer.contains("access_token")) return permission("the identity service gave no access token");
  const auto& seconds = answer["expires_in"];  // a number, or a number in quotes
  const int64_t lifetime_s = seconds.is_number() ? seconds.get<int64_t>() : seconds.is_string() ? std::atoll(seconds.get<std::string>().c_str()) : 0;
  token_expires_ms_ = environment_.clock->now_us() / 1000 + lifetime_s * 1000;
  return answer.value("access_token", "");
}

}  // namespace deltastream::storage::azure
