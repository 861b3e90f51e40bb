#pragma once
// AWS Signature Version 4 (docs.aws.amazon.com, "Create a signed AWS API request"). Pure.

#include <string>

#include "storage/http/http.h"

namespace deltastream::storage::s3 {

struct Credentials {
  std::string access_key, secret_key, session_token;  // the token may be ""
  int64_t expires_ms = INT64_MAX;
};

// Adds x-amz-date, x-amz-content-sha256, x-amz-security-token and Authorization. The URL's path is percent-encoded once, and its
// query sorted and encoded, as they are sent. `time_ms` since 1970. Without an access key nothing is signed (public buckets).
void sign(HttpRequest& request, const Credentials& credentials, const std::string& region, const std::string& service, int64_t time_ms);

}  // namespace deltastream::storage::s3
