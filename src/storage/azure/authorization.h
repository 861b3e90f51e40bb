#pragma once
// How requests to Azure Blob Storage are authorised: a shared key, a SAS token, or an OAuth token of Microsoft Entra. From AZURE_STORAGE_CONNECTION_STRING, AZURE_STORAGE_KEY /
// AZURE_STORAGE_ACCOUNT_KEY, AZURE_STORAGE_SAS_TOKEN, AZURE_TENANT_ID + AZURE_CLIENT_ID + AZURE_CLIENT_SECRET, else the machine's managed identity.
// Thread-safe. Errors: permission when nothing fits.

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "common/environment.h"
#include "storage/http/http.h"
#include "storage/http/process_environment.h"

namespace deltastream::storage::azure {

// "AccountName=x;AccountKey=y;BlobEndpoint=z" → keys as they are spelled.
std::map<std::string, std::string> parse_connection_string(const std::string& text);

class Authorization {
 public:
  Authorization(std::string account, const Variables& variables, std::shared_ptr<HttpTransport> transport, const Environment& environment);
  // Adds x-ms-date, x-ms-version and what authorises the request; `query` are its parameters, decoded, by name.
  Status apply(HttpRequest& request, const std::map<std::string, std::string>& query);

 private:
  Status sign(HttpRequest& request, const std::map<std::string, std::string>& query) const;
  Result<std::string> token();
  Result<std::string> ask_for_token();

  const std::string account_;
  const Variables& variables_;
  const std::shared_ptr<HttpTransport> transport_;
  const Environment environment_;
  std::string key_, sas_;
  std::mutex mutex_;
  std::string token_;
  int64_t token_expires_ms_ = 0;
};

}  // namespace deltastream::storage::azure
