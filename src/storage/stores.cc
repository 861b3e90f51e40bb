#include "storage/stores.h"

#include "common/uri.h"
#include "storage/azure/azure_store.h"
#include "storage/gcs/gcs_store.h"
#include "storage/hdfs/hdfs_store.h"
#include "storage/s3/s3_store.h"

namespace deltastream::storage {

Result<std::shared_ptr<ObjectStore>> open_store(const std::string& location, const Environment& environment) {
  DS_ASSIGN_OR_RETURN(Location parsed, parse_location(location));
  const std::string& scheme = parsed.scheme;
  if (scheme == "file") return make_local_store(std::move(parsed.path), environment);
  // One transport for all stores of the process: connections are kept.
  static const std::shared_ptr<HttpTransport> kTransport = make_curl_transport();
  const Variables& variables = process_variables();
  if (scheme == "s3" || scheme == "s3a" || scheme == "s3n") return s3::open_s3(parsed.path, environment, variables, kTransport);
  if (scheme == "gs" || scheme == "gcs") return gcs::open_gcs(parsed.path, environment, variables, kTransport);
  if (scheme == "abfss" || scheme == "abfs" || scheme == "az" || scheme == "azure") return azure::open_azure(parsed.path, environment, variables, kTransport);
  if (scheme == "hdfs" || scheme == "webhdfs") return hdfs::open_hdfs(scheme, parsed.path, environment, variables, kTransport);
  // Only the scheme is named: the rest of a location may hold a credential.
  return unsupported("there is no store for locations that begin with '" + parsed.scheme +
                     "://'; there are paths of the local disk, file:, s3:, gs:, abfss:, az:, hdfs: and webhdfs:");
}

}  // namespace deltastream::storage
