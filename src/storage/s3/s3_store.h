#pragma once
// s3://bucket/prefix. Amazon's endpoint of the region, or AWS_ENDPOINT_URL_S3 / AWS_ENDPOINT_URL (then with the bucket in the path). Plain
// http only where the endpoint says so. put_if_absent is If-None-Match: *.

#include <memory>
#include <string>

#include "common/environment.h"
#include "storage/http/http.h"
#include "storage/http/process_environment.h"
#include "storage/object_store.h"

namespace deltastream::storage::s3 {

// `path` is "bucket/prefix". invalid argument without a bucket.
Result<std::shared_ptr<ObjectStore>> open_s3(const std::string& path, const Environment& environment, const Variables& variables,
                                             std::shared_ptr<HttpTransport> transport);

}  // namespace deltastream::storage::s3
