#pragma once
// abfss://container@account.dfs.core.windows.net/prefix, and az://container/prefix with AZURE_STORAGE_ACCOUNT, over the Blob service. put_if_absent is
// If-None-Match: *. AZURE_STORAGE_ENDPOINT, or BlobEndpoint in the connection string, names another server.

#include <memory>
#include <string>

#include "common/environment.h"
#include "storage/http/http.h"
#include "storage/http/process_environment.h"
#include "storage/object_store.h"

namespace deltastream::storage::azure {

// `path` is what follows "://". invalid argument without container or account.
Result<std::shared_ptr<ObjectStore>> open_azure(const std::string& path, const Environment& environment, const Variables& variables,
                                                std::shared_ptr<HttpTransport> transport);

}  // namespace deltastream::storage::azure
