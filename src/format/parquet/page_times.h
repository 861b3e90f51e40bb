#pragma once
// Looks through the INT96 timestamps of a page before DuckDB does, whose reader takes a Julian day of any 32 bits and multiplies: what
// 64 bits of microseconds cannot hold came out as some other time (in Spark, too). Pure.

#include <cstdint>
#include <string_view>

#include "common/result.h"
#include "format/parquet/levels.h"
#include "format/parquet/page_levels.h"

namespace deltastream::format::parquet {

// `bytes` are those of the page after its header. Unsupported for times that we do not have, corrupt where values cannot be unpacked.
Status check_times(const DataPage& page, const LeafLevels& highest, int32_t codec, std::string_view bytes);
// The same of a dictionary, which becomes `unpacked_bytes`.
Status check_times_of_dictionary(uint64_t unpacked_bytes, int32_t codec, std::string_view bytes);

}  // namespace deltastream::format::parquet
