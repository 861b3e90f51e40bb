#pragma once
// The writer of one subtask of a files sink: one open part file a partition, all finished at prepare().

#include <memory>
#include <string>
#include <vector>

#include "common/environment.h"
#include "connect/filesystem/part_file.h"
#include "connect/filesystem/partition_rows.h"
#include "stream/endpoint.h"

namespace deltastream::connect::filesystem {

struct SinkLayout {
  std::string folder;
  std::vector<Field> fields;              // of the rows to come
  std::vector<size_t> partition_columns;  // their places in `fields`
  PartFormat format;
  uint64_t file_bytes = 0;  // roll over at about this size
};

// A finished file: where it was written and what it is to be called, both below the sink's folder.
struct StagedFile {
  std::string staged, target;
};
std::string encode_staged(const std::vector<StagedFile>& files);
Result<std::vector<StagedFile>> decode_staged(const std::string& bytes);

std::unique_ptr<stream::SinkWriter> make_part_writer(SinkLayout layout, size_t subtask, const Environment& environment);

}  // namespace deltastream::connect::filesystem
