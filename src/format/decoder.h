#pragma once
// Bytes of records → rows of a chunk. A decoder is made once per reader for the columns that the query needs, and writes
// straight into their vectors. One thread at a time.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "common/chunk.h"
#include "common/result.h"

namespace deltastream::format {

// A column wanted: where it stands in the record and where it goes. {"bid","price"} reaches into a nested row.
struct DecodeColumn {
  std::vector<std::string> path;
  LogicalType type;
  size_t target = 0;     // index of the vector in the output chunk
  bool nullable = true;
};

// Records back to back in one buffer that is padded, so that a parser may read past the last one.
class RecordBatch {
 public:
  void clear() { bytes_.clear(); ends_.clear(); }
  void add(std::string_view record) {
    bytes_.append(record);
    ends_.push_back(bytes_.size());
    bytes_.push_back('\n');
  }
  size_t size() const { return ends_.size(); }
  std::string_view record(size_t i) const {
    size_t begin = i == 0 ? 0 : ends_[i - 1] + 1;
    return {bytes_.data() + begin, ends_[i] - begin};
  }
  // All records, newline separated; guarantees `padding` readable bytes behind the end.
  std::string_view bytes(size_t padding = 64) {
    if (bytes_.capacity() < bytes_.size() + padding) bytes_.reserve(bytes_.size() * 2 + padding);
    return bytes_;
  }

 private:
  std::string bytes_;
  std::vector<size_t> ends_;
};

// What to do with a record that does not decode. Returns ok to leave the record out and go on, or the error that stops
// the job. `record` is its index in the batch; the caller knows file and position and adds them.
using MalformedHandler = std::function<Status(size_t record, const std::string& reason)>;

class Decoder {
 public:
  virtual ~Decoder() = default;
  // Decodes all records (at most kChunkRows) into `out` from row 0 and sets its cardinality. `kept[r]` is the record
  // that made row r; kept.size() is the number of rows.
  virtual Status decode(RecordBatch& batch, DataChunk& out, std::vector<uint32_t>& kept, const MalformedHandler& malformed) = 0;
};

using FormatOptions = std::unordered_map<std::string, std::string>;  // without the format's prefix

// "json" or "csv" by name. Options of json: ignore-parse-errors (a field that does not fit becomes NULL, a record that
// is no JSON object is left out), fail-on-missing-field, timestamp-format.standard (SQL, ISO-8601; both are read
// whatever it says). Options of csv: field-delimiter, quote-character, escape-character, null-literal, allow-comments,
// ignore-parse-errors, and `columns` (comma separated names: the order of fields in the file).
Result<std::unique_ptr<Decoder>> make_decoder(const std::string& format, const std::vector<DecodeColumn>& columns, const FormatOptions& options);

// Rows → records of bytes ("json": one object a row; "csv": one line a row).
class Encoder {
 public:
  virtual ~Encoder() = default;
  // Calls `emit` once per row, in order, with the bytes of that row without a line end.
  virtual Status encode(DataChunk& rows, const std::function<Status(std::string_view)>& emit) = 0;
};
Result<std::unique_ptr<Encoder>> make_encoder(const std::string& format, const std::vector<Field>& columns, const FormatOptions& options);

}  // namespace deltastream::format
