#pragma once
// One part file of a sink, in the format of its table, over an object that appears with finish(). Destruction discards.

#include <memory>
#include <string>
#include <vector>

#include "common/chunk.h"
#include "common/result.h"
#include "format/decoder.h"
#include "storage/object_store.h"

namespace deltastream::connect::filesystem {

struct PartFormat {
  std::string format;  // json, csv, parquet
  format::FormatOptions options;
  std::string compression = "zstd";  // of parquet
};

class PartFile {
 public:
  // `columns`: those that stand in the file.
  static Result<std::unique_ptr<PartFile>> create(const PartFormat& format, const std::vector<Field>& columns,
                                                  std::unique_ptr<storage::ObjectWriter> object);
  virtual ~PartFile() = default;
  virtual Status write(DataChunk& rows) = 0;
  virtual uint64_t bytes() const = 0;  // so far, about
  virtual Status finish() = 0;
};

}  // namespace deltastream::connect::filesystem
