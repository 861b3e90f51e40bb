#pragma once
// Base64 of RFC 4648, standard alphabet, padded. Pure functions.

#include <string>
#include <string_view>

namespace deltastream::format {

// Writes at most text.size() / 4 * 3 bytes to `out`; false when the text is no base64.
bool base64_decode(std::string_view text, char* out, size_t& size);
void append_base64(std::string& out, std::string_view bytes);

}  // namespace deltastream::format
