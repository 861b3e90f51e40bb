#pragma once
// Requests that may be repeated, repeated: with exponential backoff and full jitter. Thread-safe.

#include <functional>
#include <memory>

#include "common/environment.h"
#include "storage/http/http.h"

namespace deltastream::storage {

struct RetryPolicy {
  int attempts = 6;
  int64_t first_backoff_us = 100'000;
  int64_t longest_backoff_us = 10'000'000;
  std::function<void(int64_t us)> sleep;  // absent: the thread sleeps
};

class HttpRetry {
 public:
  HttpRetry(std::shared_ptr<HttpTransport> transport, const Environment& environment, RetryPolicy policy = {})
      : transport_(std::move(transport)), environment_(environment), policy_(std::move(policy)) {}

  // `make` builds and signs the request anew for each attempt. Idempotent requests are repeated after lost answers, 408, 429
  // and 5xx; others only when they surely had no effect (no connection, 429 and 503 "slow down"), and a lost answer or another 5xx
  // is commit state unknown.
  Result<HttpResponse> send(const std::function<Result<HttpRequest>()>& make, bool idempotent) const;

 private:
  void back_off(int attempt) const;

  const std::shared_ptr<HttpTransport> transport_;
  const Environment environment_;
  const RetryPolicy policy_;
};

// The error for an answer that is no success: by its status, with the store's own words cut short and never a header.
// `what` names the action and the object.
Error error_from_status(const HttpResponse& response, const std::string& what);

}  // namespace deltastream::storage
