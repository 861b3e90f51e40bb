#pragma once
// Puts checksums (PageHeader.crc) into the pages of a file on its way from DuckDB's writer, which writes none, to the object.
// Each header grows by that field, so what the footer says of places and sizes is told anew. Holds a page at a time.
// One thread at a time; after an error nothing more can be done.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/result.h"
#include "storage/object_store.h"

namespace deltastream::format::parquet {

class PageChecksumWriter {
 public:
  // The sink must outlive it.
  explicit PageChecksumWriter(storage::ObjectWriter& sink) : sink_(sink) {}

  // The file as DuckDB writes it, in any pieces.
  Status append(std::string_view bytes);
  // Of what is appended, the pages end here and the footer begins. Called before any byte of the footer comes.
  void end_pages(uint64_t at) { pages_end_ = at; }
  // After the last byte: writes the footer.
  Status finish();

 private:
  // To the sink, small pieces together.
  Status put(std::string_view bytes);
  Status emit_pages();
  // What headers grew by before this place of what was appended.
  uint64_t growth_before(uint64_t at) const;

  storage::ObjectWriter& sink_;
  uint64_t taken_ = 0;            // bytes appended
  uint64_t page_start_ = 0;       // of what is pending, among them
  uint64_t pages_end_ = UINT64_MAX;
  std::string pending_, footer_, ready_;
  uint64_t needed_ = 0;           // bytes of the pending page, where its header has told them
  std::vector<std::pair<uint64_t, uint64_t>> growth_;  // by page: where it started, and all growth up to its end
};

}  // namespace deltastream::format::parquet
