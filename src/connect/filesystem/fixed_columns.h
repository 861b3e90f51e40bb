#pragma once
// Columns whose value is the same for every row of a file: metadata (file.path, file.name, file.size,
// file.modification-time) and partition values out of folder names ("day=2024-01-01"). One object a file.

#include <string>
#include <vector>

#include "common/chunk.h"
#include "common/files.h"
#include "common/result.h"
#include "stream/endpoint.h"

namespace deltastream::connect::filesystem {

// What may stand in METADATA columns, comma separated.
inline constexpr std::string_view kMetadataColumns = "file.path,file.name,file.size,file.modification-time";

// A column of this source: metadata by a known key, with the type that it has. Errors: not found (with the nearest key).
Status check_metadata_columns(const std::string& table, const std::vector<engine::SourceColumn>& columns);

class FixedColumns {
 public:
  // `partitioned_by`: columns that are taken from the folders of `path`. Errors: corrupt when the path lacks one or its text
  // does not fit the type.
  static Result<FixedColumns> create(const std::vector<engine::SourceColumn>& columns, const std::vector<std::string>& partitioned_by,
                                     const std::string& path, const FileStat& stat);
  // Sets them in a chunk whose other columns are there.
  void apply(DataChunk& rows) const;

 private:
  struct Fixed {
    size_t target;
    Value value;
  };
  std::vector<Fixed> fixed_;
};

// "k=v" folders for a row's partition values, escaped as Hive does; NULL and "" are __HIVE_DEFAULT_PARTITION__.
std::string partition_folder(const std::vector<std::string>& names, const std::vector<Value>& values);

}  // namespace deltastream::connect::filesystem
