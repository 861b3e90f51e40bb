#pragma once
// gs://bucket/prefix over the JSON API. put_if_absent is ifGenerationMatch=0. STORAGE_EMULATOR_HOST names another server, without a token.

#include <memory>
#include <string>

#include "common/environment.h"
#include "storage/http/http.h"
#include "storage/http/process_environment.h"
#include "storage/object_store.h"

namespace deltastream::storage::gcs {

// `path` is "bucket/prefix". invalid argument without a bucket.
Result<std::shared_ptr<ObjectStore>> open_gcs(const std::string& path, const Environment& environment, const Variables& variables,
                                              std::shared_ptr<HttpTransport> transport);

}  // namespace deltastream::storage::gcs
