#include "storage/gcs/token.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "common/files.h"
#include "storage/http/digest.h"

namespace deltastream::storage::gcs {
namespace {

constexpr int64_t kRenewalMs = 5 * 60 * 1000;
constexpr int64_t kLifetimeSeconds = 3600;
constexpr const char* kScope = "https://www.googleapis.com/auth/devstorage.read_write";

// The request of RFC 7523: a signed claim in exchange for a token.
Result<std::string> service_account_body(const nlohmann::json& file, int64_t now_s) {
  const std::string audience = file.value("token_uri", "https://oauth2.googleapis.com/token");
  const nlohmann::json header = {{"alg", "RS256"}, {"typ", "JWT"}, {"kid", file.value("private_key_id", "")}};
  const nlohmann::json claim = {{"iss", file.value("client_email", "")}, {"scope", kScope}, {"aud", audience}, {"iat", now_s}, {"exp", now_s + kLifetimeSeconds}};
  const std::string unsigned_token = base64_url(header.dump()) + "." + base64_url(claim.dump());
  DS_ASSIGN_OR_RETURN(std::string signature, sign_rs256(file.value("private_key", ""), unsigned_token));
  return "grant_type=" + url_encode("urn:ietf:params:oauth:grant-type:jwt-bearer", false) + "&assertion=" + unsigned_token + "." + base64_url(signature);
}

}  // namespace

Result<std::string> TokenProvider::get() {
  std::lock_guard lock(mutex_);
  const int64_t now_ms = environment_.clock->now_us() / 1000;
  if (held_.text.empty() || held_.expires_ms - kRenewalMs <= now_ms) {
    DS_ASSIGN_OR_RETURN(held_, fetch());
  }
  return held_.text;
}

Result<TokenProvider::Token> TokenProvider::fetch() const {
  if (auto token = variables_.find("GOOGLE_OAUTH_ACCESS_TOKEN")) return Token{*token, INT64_MAX};
  if (auto path = variables_.find("GOOGLE_APPLICATION_CREDENTIALS")) return from_file(*path);
  const std::string user_file = variables_.find("HOME").value_or("") + "/.config/gcloud/application_default_credentials.json";
  if (environment_.files->stat(user_file).ok()) return from_file(user_file);
  return from_instance();
}

Result<TokenProvider::Token> TokenProvider::from_file(const std::string& path) const {
  DS_ASSIGN_OR_RETURN(std::string text, read_file(*environment_.files, path));
  auto file = nlohmann::json::parse(text, nullptr, false);
  if (!file.is_object()) return permission("the credentials file " + path + " is no JSON object");
  const std::string type = file.value("type", "");
  std::string body, url = file.value("token_uri", "https://oauth2.googleapis.com/token");
  if (type == "service_account") {
    DS_ASSIGN_OR_RETURN(body, service_account_body(file, environment_.clock->now_us() / 1'000'000).context("credentials file " + path));
  } else if (type == "authorized_user") {
    body = fmt::format("grant_type=refresh_token&client_id={}&client_secret={}&refresh_token={}", url_encode(file.value("client_id", ""), false),
                       url_encode(file.value("client_secret", ""), false), url_encode(file.value("refresh_token", ""), false));
  } else {
    return unsupported(fmt::format("the credentials file {} is of the type '{}'; service_account and authorized_user are known", path, type));
  }
  return ask({"POST", url, {{"Content-Type", "application/x-www-form-urlencoded"}}, body, false}, "credentials file " + path);
}

Result<TokenProvider::Token> TokenProvider::from_instance() const {
  const std::string host = variables_.find("GCE_METADATA_HOST").value_or("metadata.google.internal");
  return ask({"GET", "http://" + host + "/computeMetadata/v1/instance/service-accounts/default/token", {{"Metadata-Flavor", "Google"}}, {}, false},
             "the instance's metadata service");
}

Result<TokenProvider::Token> TokenProvider::ask(const HttpRequest& request, const std::string& where) const {
  auto response = transport_->send(request);
  if (!response.ok() || response->status != 200) {
    return permission(fmt::format("no token for Google Cloud Storage from {}{}: set GOOGLE_APPLICATION_CREDENTIALS", where,
                                  response.ok() ? fmt::format(" (status {})", response->status) : ""));
  }
  auto answer = nlohmann::json::parse(response->body, nullptr, false);
  if (!answer.is_object() || !answer.contains("access_token")) return permission(where + " gave no access token");
  return Token{answer.value("access_token", ""), environment_.clock->now_us() / 1000 + answer.value("expires_in", int64_t{0}) * 1000};
}

}  // namespace deltastream::storage::gcs
