#pragma once
// Where S3 credentials come from, in this order: AWS_ACCESS_KEY_ID …, a web identity token (AWS_WEB_IDENTITY_TOKEN_FILE), the profile
// AWS_PROFILE in ~/.aws/credentials and ~/.aws/config, the container's endpoint, the instance's metadata service (IMDSv2). Temporary ones are
// fetched again before they end. Thread-safe. Errors: permission when nothing gives credentials; AWS_SKIP_SIGNATURE=true asks for none.

#include <memory>
#include <mutex>
#include <string>

#include "common/environment.h"
#include "storage/http/http.h"
#include "storage/http/process_environment.h"
#include "storage/s3/signer.h"

namespace deltastream::storage::s3 {

class CredentialProvider {
 public:
  CredentialProvider(const Variables& variables, std::shared_ptr<HttpTransport> transport, const Environment& environment);
  Result<Credentials> get();

 private:
  Result<Credentials> fetch();
  Result<std::optional<Credentials>> from_profile() const;
  Result<std::optional<Credentials>> from_web_identity() const;
  Result<std::optional<Credentials>> from_container() const;
  Result<std::optional<Credentials>> from_instance() const;
  Result<std::string> text_of(const std::string& url, const std::string& method, const std::vector<std::pair<std::string, std::string>>& headers) const;

  const Variables& variables_;
  const std::shared_ptr<HttpTransport> transport_;
  const Environment environment_;
  std::mutex mutex_;
  std::optional<Credentials> held_;
};

// AWS_REGION, AWS_DEFAULT_REGION, the profile's region, else us-east-1.
std::string region_of(const Variables& variables);

}  // namespace deltastream::storage::s3
