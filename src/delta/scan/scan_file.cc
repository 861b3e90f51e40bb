#include "delta/scan/scan_file.h"

namespace deltastream::delta {

Result<ScanFile> to_scan_file(const FileView& file, const std::vector<Value>& partition_values, const storage::ObjectStore& store) {
  ScanFile result;
  DS_ASSIGN_OR_RETURN(FilePath path, resolve_path(file.path, store));
  result.path = std::move(path.path);
  result.absolute = path.absolute;
  result.size = file.size;
  result.modification_time = file.time;
  result.partition_values = partition_values;
  if (file.deletion_vector.storage_type) result.deletion_vector = to_descriptor(file.deletion_vector);
  result.base_row_id = file.base_row_id;
  result.default_row_commit_version = file.default_row_commit_version;
  return result;
}

}  // namespace deltastream::delta
