#include "storage/s3/signer.h"

#include <algorithm>
#include <ctime>

#include <fmt/format.h>

#include "storage/http/digest.h"

namespace deltastream::storage::s3 {
namespace {

struct UrlParts {
  std::string host, path, query;
};

UrlParts split(const std::string& url) {
  size_t begin = url.find("://");
  begin = begin == std::string::npos ? 0 : begin + 3;
  size_t question = url.find('?', begin);
  size_t slash = std::min(url.find('/', begin), question);
  UrlParts parts;
  parts.host = url.substr(begin, slash == std::string::npos ? std::string::npos : slash - begin);
  if (slash != std::string::npos) parts.path = url.substr(slash, question == std::string::npos ? std::string::npos : question - slash);
  if (question != std::string::npos) parts.query = url.substr(question + 1);
  if (parts.path.empty()) parts.path = "/";
  return parts;
}

std::string lower(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return text;
}

}  // namespace

void sign(HttpRequest& request, const Credentials& credentials, const std::string& region, const std::string& service, int64_t time_ms) {
  std::time_t seconds = time_ms / 1000;
  std::tm parts = {};
  gmtime_r(&seconds, &parts);
  char stamp[20];
  std::strftime(stamp, sizeof stamp, "%Y%m%dT%H%M%SZ", &parts);
  const std::string date(stamp, 8), body_hash = hex(sha256(request.body));
  request.headers.emplace_back("x-amz-content-sha256", body_hash);
  if (credentials.access_key.empty()) return;
  request.headers.emplace_back("x-amz-date", stamp);
  if (!credentials.session_token.empty()) request.headers.emplace_back("x-amz-security-token", credentials.session_token);

  const UrlParts url = split(request.url);
  std::vector<std::pair<std::string, std::string>> headers = {{"host", url.host}};
  for (const auto& [name, value] : request.headers) headers.emplace_back(lower(name), value);
  std::sort(headers.begin(), headers.end());
  std::string canonical_headers, signed_names;
  for (const auto& [name, value] : headers) {
    canonical_headers += name + ":" + value + "\n";
    signed_names += (signed_names.empty() ? "" : ";") + name;
  }
  const std::string canonical =
      request.method + "\n" + url.path + "\n" + url.query + "\n" + canonical_headers + "\n" + signed_names + "\n" + body_hash;
  const std::string scope = fmt::format("{}/{}/{}/aws4_request", date, region, service);
  const std::string to_sign = fmt::format("AWS4-HMAC-SHA256\n{}\n{}\n{}", stamp, scope, hex(sha256(canonical)));
  std::string key = hmac_sha256("AWS4" + credentials.secret_key, date);
  for (const std::string& part : {region, service, std::string("aws4_request")}) key = hmac_sha256(key, part);
  request.headers.emplace_back("Authorization", fmt::format("AWS4-HMAC-SHA256 Credential={}/{}, SignedHeaders={}, Signature={}",
                                                            credentials.access_key, scope, signed_names, hex(hmac_sha256(key, to_sign))));
}

}  // namespace deltastream::storage::s3
