#pragma once
// The inside of a JSON string without its escapes. Pure functions.

#include <string_view>

namespace deltastream::format {

// Writes at most text.size() bytes to `out`; false for an escape that JSON does not have. Half a surrogate pair, which JSON's
// grammar allows but UTF-8 cannot hold, becomes U+FFFD.
bool unescape(std::string_view text, char* out, size_t& size);
bool has_valid_escapes(std::string_view text);

}  // namespace deltastream::format
