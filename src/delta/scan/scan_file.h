#pragma once
// A file of the log as a scan needs it. Pure.

#include "delta/scan.h"

namespace deltastream::delta {

Result<ScanFile> to_scan_file(const FileView& file, const std::vector<Value>& partition_values, const storage::ObjectStore& store);

}  // namespace deltastream::delta
