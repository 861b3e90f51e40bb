#pragma once
// Looks through the levels of a nested column chunk, page after page, before DuckDB assembles lists of them: its reader writes
// before its buffer when the first value repeats, and hands out what no value has filled when there are fewer rows than the
// row group has. One thread at a time.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "format/parquet/levels.h"

namespace deltastream::format::parquet {

// What a data page's header says.
struct DataPage {
  bool version2 = false;
  uint64_t values = 0, unpacked_bytes = 0;
  std::optional<int32_t> encoding;                                  // of the values
  std::optional<int32_t> definition_encoding, repetition_encoding;  // of version 1
  std::optional<int32_t> definition_bytes, repetition_bytes;        // of version 2
  bool compressed = true;                                           // the values of version 2
};

class PageLevels {
 public:
  PageLevels(const LeafLevels& highest, int32_t codec) : highest_(highest), codec_(codec) {}

  // `bytes` are those of the page after its header. What is wrong with it, or empty.
  std::string add(const DataPage& page, std::string_view bytes);
  // That began in the pages so far.
  uint64_t rows() const { return rows_; }

 private:
  // Sets `first_`, the page from its beginning, to at least `wanted` bytes.
  bool unpack(const DataPage& page, std::string_view bytes, uint64_t wanted);
  bool level_bytes(const DataPage& page, std::string_view bytes, std::string_view& repetition, std::string_view& definition);

  const LeafLevels highest_;
  const int32_t codec_;
  uint64_t values_ = 0, rows_ = 0;
  std::string unpacked_;
  std::string_view first_;
};

}  // namespace deltastream::format::parquet
