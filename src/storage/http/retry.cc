#include "storage/http/retry.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include <fmt/format.h>

namespace deltastream::storage {
namespace {

constexpr size_t kShownBody = 300;

bool slow_down(int status) { return status == 429 || status == 503; }
bool transient(int status) { return status == 408 || status == 500 || status == 502 || status == 504 || slow_down(status); }

std::string shown_body(const std::string& body) {
  std::string text;
  for (char c : body.substr(0, kShownBody)) text += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  return body.size() > kShownBody ? text + "…" : text;
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
