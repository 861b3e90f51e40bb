#pragma once
// hdfs://namenode[:port]/path and webhdfs://namenode:httpport/path, over WebHDFS. put_if_absent writes a hidden file beside the target and
// renames it with the option NONE, which the name node refuses when the target is there. The user is HADOOP_USER_NAME, else USER.

#include <memory>
#include <string>

#include "common/environment.h"
#include "storage/http/http.h"
#include "storage/http/process_environment.h"
#include "storage/object_store.h"

namespace deltastream::storage::hdfs {

// `path` is "host[:port]/path". With hdfs:// the port is the name node's RPC port, and WEBHDFS_PORT (9870) the one that is asked; with webhdfs:// the port
// is that of HTTP itself. invalid argument without a host.
Result<std::shared_ptr<ObjectStore>> open_hdfs(const std::string& scheme, const std::string& path, const Environment& environment, const Variables& variables,
                                               std::shared_ptr<HttpTransport> transport);

}  // namespace deltastream::storage::hdfs
