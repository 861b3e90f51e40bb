#pragma once
// Looks through the pages of a column chunk before DuckDB does, whose reader believes page headers and knows no checksums:
// every header must be readable, every page lie inside its chunk, the values add up to what the footer says, the bytes fit the
// page's checksum where it has one (PageHeader.crc,
// https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift), lists begin as often as there are
// rows (page_levels.h), and timestamps of INT96 are times that we have (page_times.h). One thread at a time.

#include <atomic>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"
#include "format/parquet/levels.h"

namespace deltastream::format::parquet {

struct ByteRange {
  uint64_t start = 0;
  uint64_t length = 0;
  uint64_t end() const { return start + length; }
};

// Where a column chunk stands in its file, and what its pages must hold.
struct ChunkPlace {
  ByteRange range;
  int64_t values = 0;   // nulls too
  int64_t rows = 0;
  LeafLevels levels = {};
  int32_t codec = 0;    // CompressionCodec of the format
  bool int96 = false;   // its values are timestamps of INT96
  // Set once levels and timestamps are found sound, and then not looked at again; null when nobody remembers.
  std::atomic<bool>* sound_levels = nullptr;
};

enum class PageChecksums { kCompare, kPassOver };

// `bytes` are those of the chunk. Corrupt, or unsupported, with path and position.
Status check_pages(std::string_view bytes, const ChunkPlace& chunk, const std::string& path, PageChecksums checksums = PageChecksums::kCompare);

// The chunks of a row group that nobody has looked through yet.
class UncheckedChunks {
 public:
  explicit UncheckedChunks(std::vector<ChunkPlace> chunks = {});

  // The chunk that this byte lies in, once: it counts as checked from then on. Null when there is none.
  const ChunkPlace* take(uint64_t offset);

 private:
  std::vector<ChunkPlace> chunks_;  // by start
  std::vector<bool> checked_;
  ByteRange last_;                  // of the latest answer: reads come in sequence
};

}  // namespace deltastream::format::parquet
