#pragma once
// OAuth access tokens for Google Cloud Storage: GOOGLE_OAUTH_ACCESS_TOKEN, the file of GOOGLE_APPLICATION_CREDENTIALS or gcloud's default file (a service
// account's key or a user's refresh token), else the instance's metadata service. Held until shortly before it ends. Thread-safe.
// Errors: permission when nothing gives a token.

#include <memory>
#include <mutex>
#include <string>

#include "common/environment.h"
#include "storage/http/http.h"
#include "storage/http/process_environment.h"

namespace deltastream::storage::gcs {

class TokenProvider {
 public:
  TokenProvider(const Variables& variables, std::shared_ptr<HttpTransport> transport, const Environment& environment)
      : variables_(variables), transport_(std::move(transport)), environment_(environment) {}
  Result<std::string> get();

 private:
  struct Token {
    std::string text;
    int64_t expires_ms = 0;
  };
  Result<Token> fetch() const;
  Result<Token> from_file(const std::string& path) const;
  Result<Token> from_instance() const;
  Result<Token> ask(const HttpRequest& request, const std::string& where) const;

  const Variables& variables_;
  const std::shared_ptr<HttpTransport> transport_;
  const Environment environment_;
  std::mutex mutex_;
  Token held_;
};

}  // namespace deltastream::storage::gcs
