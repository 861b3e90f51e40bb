#include "format/parquet/page_header.h"

#include <algorithm>

namespace deltastream::format::parquet {
namespace {

bool read_data_header(ThriftWalker& walker, bool version2, DataPage& page) {
  page.version2 = version2;
  std::optional<int32_t> values;
  const bool read = walker.walk_struct([&](int16_t field, ThriftWalker::Wire type) {
    if (page.version2 && field == 7) page.compressed = type != ThriftWalker::kFalse;
    if (type != ThriftWalker::kI32) return walker.skip_field(type, 2);
    int32_t number = 0;
    if (!walker.integer(number)) return false;
    if (field == 1) values = number;
    if (field == (page.version2 ? 4 : 2)) page.encoding = number;
    if (field == 3 && !page.version2) page.definition_encoding = number;
    if (field == 4 && !page.version2) page.repetition_encoding = number;
    if (field == 5 && page.version2) page.definition_bytes = number;
    if (field == 6 && page.version2) page.repetition_bytes = number;
    return true;
  });
  if (!read || !values || *values < 0) return false;
  page.values = static_cast<uint64_t>(*values);
  return true;
}

}  // namespace

uint64_t PageHeader::unpacked_levels() const {
  if (!data || !data->version2) return 0;
  return static_cast<uint64_t>(std::max(data->definition_bytes.value_or(0), 0)) + static_cast<uint64_t>(std::max(data->repetition_bytes.value_or(0), 0));
}

bool read_header(ThriftWalker& walker, PageHeader& header) {
  std::optional<DataPage> data, data_v2;
  const bool read = walker.walk_struct([&](int16_t field, ThriftWalker::Wire type) {
    header.last_field = field;
    if (type == ThriftWalker::kI32) {
      switch (field) {
        case 1: return walker.integer(header.type.emplace());
        case 2: return walker.integer(header.uncompressed_size.emplace());
        case 3: {
          header.size_begin = walker.position();
          const bool whole = walker.integer(header.size.emplace());
          header.size_end = walker.position();
          return whole;
        }
        case 4: return walker.integer(header.crc.emplace());
        default: break;
      }
    }
    if (field == 5 && type == ThriftWalker::kStruct) return read_data_header(walker, false, data.emplace());
    if (field == 8 && type == ThriftWalker::kStruct) return read_data_header(walker, true, data_v2.emplace());
    return walker.skip_field(type, 1);
  });
  if (!read || !header.type || !header.size || !header.uncompressed_size || *header.size < 0 || *header.uncompressed_size < 0) return false;
  if (*header.type == kDictionaryPage) return true;
  header.data = *header.type == kDataPageV2 ? data_v2 : data;
  if (!header.data) return false;
  header.data->unpacked_bytes = static_cast<uint64_t>(*header.uncompressed_size);
  return true;
}

}  // namespace deltastream::format::parquet
