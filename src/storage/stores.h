#pragma once
// The stores and how a location chooses one.

#include <memory>
#include <string>

#include "storage/object_store.h"

namespace deltastream::storage {

// A folder of the local disk. Writes go to a hidden staging name beside the target, are synced, and appear by link()
// (put_if_absent) or rename() (put); the folder is synced before success or "already exists" is returned, except after a remove: what a power cut
// brings back is an object that nobody names. Where the file system leaves open whether an object now stands (EIO from link,
// a folder that cannot be synced), the answer is commit state unknown. The root need not exist yet. Listing does not enter
// folders behind symbolic links.
std::shared_ptr<ObjectStore> make_local_store(std::string root, const Environment& environment = {});
// Lives as long as its pointers.
std::shared_ptr<ObjectStore> make_memory_store(const Environment& environment = {});
// The store rooted at `location`: "/x", "x", "file:///x", "s3://bucket/x", "gs://bucket/x", "abfss://container@account.dfs.core.windows.net/x",
// "az://container/x", "hdfs://host/x", "webhdfs://host:port/x"; other schemes are unsupported, by name. Credentials come from the
// process's environment, the profile files and the metadata services of the clouds (docs/object_stores.md).
Result<std::shared_ptr<ObjectStore>> open_store(const std::string& location, const Environment& environment = {});

}  // namespace deltastream::storage
