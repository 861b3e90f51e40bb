#pragma once
// HTTP as the object stores need it: one request, one answer. Injected, so that tests answer without a network.
// A transport is thread-safe. Errors: unavailable when the request surely had no effect (no connection was made); commit state
// unknown when it was sent and no answer came; an answer of any status is no error here.

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"

namespace deltastream::storage {

struct HttpRequest {
  std::string method = "GET";
  std::string url;                                            // encoded
  std::vector<std::pair<std::string, std::string>> headers;
  std::string_view body;                                      // lives until send() returns
  bool follow_redirects = false;
};

struct HttpResponse {
  int status = 0;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;

  std::string header(const std::string& lower_case_name) const;
};

class HttpTransport {
 public:
  virtual ~HttpTransport() = default;
  virtual Result<HttpResponse> send(const HttpRequest& request) = 0;
};

// libcurl, with connections that are kept open and shared by threads one after the other.
std::shared_ptr<HttpTransport> make_curl_transport();

}  // namespace deltastream::storage
