#pragma once
// Rows → keys, values, times and headers of records. One object a writer, one thread at a time.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connect/kafka/record_layout.h"

namespace deltastream::connect::kafka {

struct OutgoingRecord {
  std::optional<std::string_view> key;
  std::string_view value;
  std::optional<int64_t> timestamp_ms;
  struct Header {
    std::string name;
    std::optional<std::string> value;
  };
  std::vector<Header> headers;
};

class RecordEncoder {
 public:
  // `fields`: the rows to come, of the table's physical columns and its metadata columns that are not VIRTUAL.
  // Errors: unsupported for metadata that only a broker can set; invalid argument for one of the wrong type.
  static Result<std::unique_ptr<RecordEncoder>> create(const engine::TableDefinition& table, const RecordLayout& layout,
                                                       const std::vector<Field>& fields);
  // Calls `emit` once a row, in order; what it gets lives until it returns.
  Status encode(DataChunk& rows, const std::function<Status(const OutgoingRecord&)>& emit);

 private:
  struct Part {
    std::vector<size_t> columns;
    DataChunk rows;  // refers to those columns
    std::unique_ptr<format::Encoder> encoder;
  };
  static Status make_part(const RecordPart& part, const std::string& prefix, const std::vector<Field>& fields, Part& made);
  static Status refer(Part& part, DataChunk& rows);
  void read_headers(DataChunk& rows, size_t row, OutgoingRecord& record) const;

  Part key_, value_;
  std::optional<size_t> timestamp_, headers_;
  std::string keys_;               // of the chunk at hand, back to back
  std::vector<size_t> key_ends_;
};

}  // namespace deltastream::connect::kafka
