#pragma once
// What is looked at of the header before each page. Believes no length. Pure.
// https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift (PageHeader)

#include <cstdint>
#include <optional>

#include "format/parquet/page_levels.h"
#include "format/parquet/thrift_walker.h"

namespace deltastream::format::parquet {

enum PageType : int32_t { kDataPage = 0, kDictionaryPage = 2, kDataPageV2 = 3 };

struct PageHeader {
  std::optional<int32_t> type, uncompressed_size, size, crc;
  std::optional<DataPage> data;
  // Where the number of `size` stands in the header, and its last field.
  uint64_t size_begin = 0, size_end = 0;
  int16_t last_field = 0;

  // Levels that stand before the packed bytes: only pages of version 2 have such.
  uint64_t unpacked_levels() const;
};

// False when it cannot be read or lacks what every page has. The walker stands behind it then.
bool read_header(ThriftWalker& walker, PageHeader& header);

}  // namespace deltastream::format::parquet
