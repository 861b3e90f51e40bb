#pragma once
// Looks at a Parquet footer before DuckDB does. Its Thrift reader believes every length it reads, so a few damaged bytes
// could ask for gigabytes, and a schema nested deep enough would exhaust the stack. Pure functions.

#include <cstdint>
#include <string>
#include <string_view>

#include "common/result.h"

namespace deltastream::format::parquet {

// Length of the footer from the last eight bytes of a file of `size` bytes, magic included (footer + 8).
Result<uint64_t> footer_length(std::string_view last_bytes, uint64_t size, const std::string& path);
// Every list and string must fit into the bytes that follow; nesting is bounded.
Status check_footer(std::string_view footer, const std::string& path);

}  // namespace deltastream::format::parquet
