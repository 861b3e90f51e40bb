#pragma once
// Bytes of records → rows of a chunk. A decoder is made once per reader for the columns that the query needs, and writes
// straight into their vectors. One thread at a time.

#include <algorithm>
#include <cstdint>
#include <cstring>
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

// Records in order, each followed by memory that may be read, so that a parser may run past its end. They are copied into a buffer of the
// batch's own, or stay where they are. A record may be joined to the one before: both stand in one piece of memory, in this order, and
// only blanks between them; a parser may take such records in one go.
class RecordBatch {
 public:
  static constexpr size_t kPadding = 64;

  void clear() {
    records_.clear();
    joined_.clear();
    used_ = bytes_ = 0;
  }
  // Copies the record.
  void add(std::string_view record) {
    if (used_ + record.size() + 1 + kPadding > capacity_) grow(used_ + record.size() + 1 + kPadding);
    char* to = buffer_.get() + used_;
    std::memcpy(to, record.data(), record.size());
    to[record.size()] = '\n';
    used_ += record.size() + 1;
    push({to, record.size()}, !records_.empty());
  }
  // Keeps a record that stays where it is until clear(), with kPadding readable bytes behind it. Not in one batch with add().
  void refer(std::string_view record, bool joined) { push(record, joined); }

  size_t size() const { return records_.size(); }
  std::string_view record(size_t i) const { return records_[i]; }
  bool joined(size_t i) const { return joined_[i]; }
  // Of all records together.
  size_t bytes() const { return bytes_; }

 private:
  void push(std::string_view record, bool joined) {
    records_.push_back(record);
    joined_.push_back(joined);
    bytes_ += record.size();
  }
  void grow(size_t wanted) {
    capacity_ = std::max(wanted, 2 * capacity_);
    std::unique_ptr<char[]> larger(new char[capacity_]);
    if (used_ > 0) std::memcpy(larger.get(), buffer_.get(), used_);
    for (std::string_view& record : records_) record = {larger.get() + (record.data() - buffer_.get()), record.size()};
    buffer_ = std::move(larger);
  }

  std::unique_ptr<char[]> buffer_;
  size_t used_ = 0, capacity_ = 0;
  std::vector<std::string_view> records_;
  std::vector<uint8_t> joined_;
  size_t bytes_ = 0;
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
