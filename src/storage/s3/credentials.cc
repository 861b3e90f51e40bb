#include "storage/s3/credentials.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <pugixml.hpp>

#include "common/files.h"
#include "storage/http/digest.h"
#include "storage/http/remote_store.h"

namespace deltastream::storage::s3 {
namespace {

// Temporary credentials are fetched again this long before they end.
constexpr int64_t kRenewalMs = 5 * 60 * 1000;

std::string profile_name(const Variables& variables) { return variables.find("AWS_PROFILE").value_or("default"); }

std::string home_file(const Variables& variables, const char* name, const std::string& file) {
  if (auto path = variables.find(name)) return *path;
  return variables.find("HOME").value_or("") + "/.aws/" + file;
}

// What metadata services answer: {"AccessKeyId", "SecretAccessKey", "Token", "Expiration"}.
Result<Credentials> parse_json(const std::string& text, const std::string& where) {
  auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object() || !json.contains("AccessKeyId") || !json.contains("SecretAccessKey")) {
    return unavailable(fmt::format("{} gave no credentials", where));
  }
  Credentials credentials{json.value("AccessKeyId", ""), json.value("SecretAccessKey", ""), json.value("Token", "")};
  if (int64_t expires = parse_iso_date_ms(json.value("Expiration", ""))) credentials.expires_ms = expires;
  return credentials;
}

}  // namespace

std::string region_of(const Variables& variables) {
  if (auto region = variables.first_of({"AWS_REGION", "AWS_DEFAULT_REGION"})) return *region;
  for (const IniFile& file : {read_ini(home_file(variables, "AWS_CONFIG_FILE", "config")),
                              read_ini(home_file(variables, "AWS_SHARED_CREDENTIALS_FILE", "credentials"))}) {
    auto section = file.find(profile_name(variables));
    if (section == file.end()) continue;
    auto region = section->second.find("region");
    if (region != section->second.end()) return region->second;
  }
  return "us-east-1";
}

CredentialProvider::CredentialProvider(const Variables& variables, std::shared_ptr<HttpTransport> transport, const Environment& environment)
    : variables_(variables), transport_(std::move(transport)), environment_(environment) {}

Result<Credentials> CredentialProvider::get() {
  std::lock_guard lock(mutex_);
  const int64_t now_ms = environment_.clock->now_us() / 1000;
  if (held_ && (held_->expires_ms == INT64_MAX || held_->expires_ms - kRenewalMs > now_ms)) return *held_;
  auto fetched = fetch();
  if (fetched.ok()) {
    held_ = *fetched;
  } else if (held_ && held_->expires_ms > now_ms) {
    return *held_;  // still good: try again next time
  }
  return fetched;
}

Result<Credentials> CredentialProvider::fetch() {
  if (variables_.find("AWS_SKIP_SIGNATURE").value_or("") == "true") return Credentials{};
  if (auto key = variables_.find("AWS_ACCESS_KEY_ID")) {
    auto secret = variables_.find("AWS_SECRET_ACCESS_KEY");
    if (!secret) return permission("AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not");
    return Credentials{*key, *secret, variables_.find("AWS_SESSION_TOKEN").value_or("")};
  }
  using From = Result<std::optional<Credentials>> (CredentialProvider::*)() const;
  for (From from : {&CredentialProvider::from_web_identity, &CredentialProvider::from_profile, &CredentialProvider::from_container,
                    &CredentialProvider::from_instance}) {
    DS_ASSIGN_OR_RETURN(auto found, (this->*from)());
    if (found) return *found;
  }
  return permission(
      "there are no S3 credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or AWS_SKIP_SIGNATURE=true for public buckets");
}

Result<std::optional<Credentials>> CredentialProvider::from_profile() const {
  const std::string profile = profile_name(variables_);
  for (const IniFile& file : {read_ini(home_file(variables_, "AWS_SHARED_CREDENTIALS_FILE", "credentials")),
                              read_ini(home_file(variables_, "AWS_CONFIG_FILE", "config"))}) {
    auto section = file.find(profile);
    if (section == file.end()) continue;
    auto value = [&](const char* key) {
      auto found = section->second.find(key);
      return found == section->second.end() ? std::string() : found->second;
    };
    if (!value("aws_access_key_id").empty()) {
      return std::optional(Credentials{value("aws_access_key_id"), value("aws_secret_access_key"), value("aws_session_token")});
    }
  }
  if (variables_.find("AWS_PROFILE")) return permission(fmt::format("the profile '{}' (AWS_PROFILE) holds no aws_access_key_id", profile));
  return std::optional<Credentials>();
}

Result<std::optional<Credentials>> CredentialProvider::from_web_identity() const {
  auto token_file = variables_.find("AWS_WEB_IDENTITY_TOKEN_FILE");
  auto role = variables_.find("AWS_ROLE_ARN");
  if (!token_file || !role) return std::optional<Credentials>();
  DS_ASSIGN_OR_RETURN(std::string token, read_file(system_files(), *token_file));
  const std::string endpoint = variables_.find("AWS_ENDPOINT_URL_STS").value_or(fmt::format("https://sts.{}.amazonaws.com", region_of(variables_)));
  const std::string url = fmt::format("{}/?Action=AssumeRoleWithWebIdentity&RoleArn={}&RoleSessionName={}&Version=2011-06-15&WebIdentityToken={}", endpoint,
                                      url_encode(*role, false), url_encode(variables_.find("AWS_ROLE_SESSION_NAME").value_or("deltastream"), false),
                                      url_encode(token, false));
  DS_ASSIGN_OR_RETURN(std::string answer, text_of(url, "GET", {}));
  pugi::xml_document document;
  document.load_string(answer.c_str());
  auto found = document.select_node("//Credentials").node();
  Credentials credentials{found.child_value("AccessKeyId"), found.child_value("SecretAccessKey"), found.child_value("SessionToken")};
  if (credentials.access_key.empty()) return permission("the security token service gave no credentials for AWS_ROLE_ARN");
  if (int64_t expires = parse_iso_date_ms(found.child_value("Expiration"))) credentials.expires_ms = expires;
  return std::optional(credentials);
}

Result<std::optional<Credentials>> CredentialProvider::from_container() const {
  std::string url;
  if (auto relative = variables_.find("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")) url = "http://169.254.170.2" + *relative;
  if (auto full = variables_.find("AWS_CONTAINER_CREDENTIALS_FULL_URI")) url = *full;
  if (url.empty()) return std::optional<Credentials>();
  std::vector<std::pair<std::string, std::string>> headers;
  if (auto token = variables_.find("AWS_CONTAINER_AUTHORIZATION_TOKEN")) headers.emplace_back("Authorization", *token);
  DS_ASSIGN_OR_RETURN(std::string answer, text_of(url, "GET", headers));
  DS_ASSIGN_OR_RETURN(Credentials credentials, parse_json(answer, "the container's credential endpoint"));
  return std::optional(credentials);
}

Result<std::optional<Credentials>> CredentialProvider::from_instance() const {
  if (variables_.find("AWS_EC2_METADATA_DISABLED").value_or("") == "true") return std::optional<Credentials>();
  const std::string base = variables_.find("AWS_EC2_METADATA_SERVICE_ENDPOINT").value_or("http://169.254.169.254");
  auto token = text_of(base + "/latest/api/token", "PUT", {{"X-aws-ec2-metadata-token-ttl-seconds", "21600"}});
  if (!token.ok()) return std::optional<Credentials>();  // no such machine
  const std::vector<std::pair<std::string, std::string>> headers = {{"X-aws-ec2-metadata-token", *token}};
  const std::string roles = base + "/latest/meta-data/iam/security-credentials/";
  auto role = text_of(roles, "GET", headers);
  if (!role.ok()) return std::optional<Credentials>();
  DS_ASSIGN_OR_RETURN(std::string answer, text_of(roles + role->substr(0, role->find('\n')), "GET", headers));
  DS_ASSIGN_OR_RETURN(Credentials credentials, parse_json(answer, "the instance's metadata service"));
  return std::optional(credentials);
}

Result<std::string> CredentialProvider::text_of(const std::string& url, const std::string& method,
                                                const std::vector<std::pair<std::string, std::string>>& headers) const {
  DS_ASSIGN_OR_RETURN(auto response, transport_->send({method, url, headers, {}, false}));
  if (response.status != 200) return permission(fmt::format("credentials: {} answered {}", url.substr(0, url.find('?')), response.status));
  return std::move(response.body);
}

}  // namespace deltastream::storage::s3
