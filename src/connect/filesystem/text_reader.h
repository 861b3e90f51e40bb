#pragma once
// Reads the records of one JSON or CSV file. The offset of a split is the byte where the next record begins, for
// compressed files the number of the next record; the state is "end" when the file has been read.

#include <memory>

#include "common/environment.h"
#include "common/result.h"
#include "connect/filesystem/fixed_columns.h"
#include "stream/endpoint.h"

namespace deltastream::connect::filesystem {

// What all files of one table have in common.
struct TextFormat {
  std::string table;
  std::string format;  // json, csv
  std::unordered_map<std::string, std::string> options;
  std::string columns;  // csv: the table's columns in order
  std::vector<std::string> partitioned_by;
  bool header = false;  // csv: the first line names the columns
  bool skip_first_line = false;
  bool skip_malformed = false;
};

// Errors: not found, permission …; corrupt when the file is shorter than `position`; invalid argument when a header lacks a column.
Result<std::unique_ptr<stream::SplitReader>> open_text_file(const TextFormat& format, const stream::SourceRequest& request,
                                                            const std::string& path, const FileStat& stat, FixedColumns fixed,
                                                            const std::optional<stream::SplitPosition>& position,
                                                            const Environment& environment);

}  // namespace deltastream::connect::filesystem
