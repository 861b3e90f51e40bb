#include "storage/http/retry.h"

#include <algorithm>
#include <chrono>
#include <string_view>
#include <thread>

#include <fmt/format.h>

namespace deltastream::storage {
namespace {

constexpr size_t kShownBody = 300;

bool slow_down(int status) { return status == 429 || status == 503; }
bool transient(int status) { return status == 408 || status == 500 || status == 502 || status == 504 || slow_down(status); }

// What stands between <NAME> and its end in the answers of S3 and Azure; empty when it is not there.
std::string_view element(std::string_view body, std::string_view name) {
  const size_t open = body.find(fmt::format("<{}>", name));
  const size_t begin = open == std::string_view::npos ? open : open + name.size() + 2;
  const size_t end = begin == std::string_view::npos ? begin : body.find("</", begin);
  return end == std::string_view::npos ? std::string_view() : body.substr(begin, end - begin);
}

// The store's code and message where it is XML that has them, else its beginning.
std::string shown_body(const std::string& body) {
  const std::string_view code = element(body, "Code");
  const std::string words = code.empty() ? body : fmt::format("{}: {}", code, element(body, "Message"));
  std::string text;
  for (char c : words.substr(0, kShownBody)) text += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  return words.size() > kShownBody ? text + "…" : text;
}

// S3 tells a token that is over, or none, with 400.
bool about_credentials(std::string_view code) { return code == "ExpiredToken" || code == "InvalidToken" || code == "TokenRefreshRequired"; }

// A bucket that lies elsewhere than was asked: S3 says where.
std::string other_region(const HttpResponse& response) {
  const std::string_view code = element(response.body, "Code");
  if (response.status != 301 && response.status != 307 && code != "AuthorizationHeaderMalformed" && code != "IllegalLocationConstraintException") return "";
  std::string region(element(response.body, "Region"));
  return region.empty() ? response.header("x-amz-bucket-region") : region;
}

}  // namespace

void HttpRetry::back_off(int attempt) const {
  int64_t most = std::min(policy_.longest_backoff_us, policy_.first_backoff_us << std::min(attempt, 20));
  int64_t wait = static_cast<int64_t>(environment_.random->next() % static_cast<uint64_t>(most + 1));
  if (policy_.sleep) {
    policy_.sleep(wait);
  } else {
    std::this_thread::sleep_for(std::chrono::microseconds(wait));
  }
}

Result<HttpResponse> HttpRetry::send(const std::function<Result<HttpRequest>()>& make, bool idempotent) const {
  for (int attempt = 0;; attempt++) {
    DS_ASSIGN_OR_RETURN(HttpRequest request, make());
    auto response = transport_->send(request);
    const bool last = attempt + 1 >= policy_.attempts;
    if (response.ok()) {
      const int status = response->status;
      if (!transient(status)) return response;
      if (!idempotent && !slow_down(status)) return commit_state_unknown(error_from_status(*response, request.method).message());
      if (last) return response;
    } else {
      if (response.error().kind() == ErrorKind::kCommitStateUnknown) {
        if (!idempotent) return response;
        if (last) return unavailable(response.error().message());
      } else if (response.error().kind() != ErrorKind::kUnavailable || last) {
        return response;
      }
    }
    back_off(attempt);
  }
}

Error error_from_status(const HttpResponse& response, const std::string& what) {
  std::string message = fmt::format("{}: the store answered {}{}{}", what, response.status, response.body.empty() ? "" : ": ", shown_body(response.body));
  if (const std::string region = other_region(response); !region.empty()) {
    return invalid_argument(fmt::format("{}; the bucket lies in the region '{}': set AWS_REGION", message, region));
  }
  if (about_credentials(element(response.body, "Code"))) return permission(std::move(message));
  switch (response.status) {
    case 404: return not_found(std::move(message));
    case 401:
    case 403: return permission(std::move(message));
    case 409:
    case 412: return already_exists(std::move(message));
    case 507: return resource(std::move(message));
    default: break;
  }
  if (transient(response.status)) return unavailable(std::move(message));
  return response.status >= 400 && response.status < 500 ? invalid_argument(std::move(message)) : unavailable(std::move(message));
}

}  // namespace deltastream::storage
