#include "storage/stores.h"

#include <charconv>

#include "common/uri.h"
#include "storage/azure/azure_store.h"
#include "storage/cached/read_cache.h"
#include "storage/gcs/gcs_store.h"
#include "storage/hdfs/hdfs_store.h"
#include "storage/s3/s3_store.h"

namespace deltastream::storage {

namespace {

constexpr uint64_t kReadCacheMegabytes = 256;

// One budget for all remote stores of the process.
const std::shared_ptr<ReadCache>& read_cache() {
  static const std::shared_ptr<ReadCache> kCache = [] {
    uint64_t megabytes = kReadCacheMegabytes;
    if (auto given = process_variables().find("DELTASTREAM_READ_CACHE_MB")) std::from_chars(given->data(), given->data() + given->size(), megabytes);
    return std::make_shared<ReadCache>(megabytes << 20);
  }();
  return kCache;
}

Result<std::shared_ptr<ObjectStore>> open_remote(const std::string& scheme, const std::string& path, const Environment& environment) {
  // One transport: connections are kept.
  static const std::shared_ptr<HttpTransport> kTransport = make_curl_transport();
  const Variables& variables = process_variables();
  if (scheme == "s3" || scheme == "s3a" || scheme == "s3n") return s3::open_s3(path, environment, variables, kTransport);
  if (scheme == "gs" || scheme == "gcs") return gcs::open_gcs(path, environment, variables, kTransport);
  if (scheme == "abfss" || scheme == "abfs" || scheme == "az" || scheme == "azure") return azure::open_azure(path, environment, variables, kTransport);
  if (scheme == "hdfs" || scheme == "webhdfs") return hdfs::open_hdfs(scheme, path, environment, variables, kTransport);
  // Only the scheme is named: the rest of a location may hold a credential.
  return unsupported("there is no store for locations that begin with '" + scheme +
                     "://'; there are paths of the local disk, file:, s3:, gs:, abfss:, az:, hdfs: and webhdfs:");
}

}  // namespace

Result<std::shared_ptr<ObjectStore>> open_store(const std::string& location, const Environment& environment) {
  DS_ASSIGN_OR_RETURN(Location parsed, parse_location(location));
  if (parsed.scheme == "file") return make_local_store(std::move(parsed.path), environment);
  DS_ASSIGN_OR_RETURN(auto store, open_remote(parsed.scheme, parsed.path, environment));
  return make_cached_store(std::move(store), read_cache());
}

}  // namespace deltastream::storage
