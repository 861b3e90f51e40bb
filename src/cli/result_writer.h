#pragma once
// The rows of a statement in the form that was asked for: a table or records for people, CSV with a header, JSON lines, Arrow IPC, Parquet.
// begin() once, write() for each chunk, finish() once; destruction before finish() leaves a file unwritten. One thread.

#include <memory>
#include <string>
#include <vector>

#include "cli/table_text.h"
#include "common/chunk.h"
#include "common/result.h"
#include "storage/object_store.h"

namespace deltastream::cli {

class ResultWriter {
 public:
  virtual ~ResultWriter() = default;
  virtual Status begin(const std::vector<Field>& columns) = 0;
  virtual Status write(DataChunk& rows) = 0;
  // Completes this result; the output itself is finished by finish_output().
  virtual Status finish() = 0;
  // Makes what was written appear.
  virtual Status finish_output() = 0;
};

// Where the bytes go, and the room for the forms that people read.
struct OutputPlace {
  std::unique_ptr<storage::ObjectWriter> output;
  bool to_file = false;
  TableRoom room;
};

// `format`: table, record, csv, json, arrow, parquet. The text formats may hold several results one after the other; the binary ones hold one.
Result<std::unique_ptr<ResultWriter>> make_result_writer(const std::string& format, OutputPlace place);

}  // namespace deltastream::cli
