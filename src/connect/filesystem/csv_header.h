#pragma once
// The first line of a CSV file as the order of its columns. Pure function.

#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"
#include "format/decoder.h"

namespace deltastream::connect::filesystem {

// The names of the header, comma separated, spelled as in `wanted` where they match (case-insensitively).
// Errors: invalid argument, naming file and column, when the header lacks a wanted column or has it twice.
Result<std::string> columns_of_header(std::string_view header, char delimiter, char quote, const std::vector<format::DecodeColumn>& wanted,
                                      const std::string& path);

}  // namespace deltastream::connect::filesystem
