#pragma once
// Percent encoding and locations. Pure functions.

#include <string>
#include <string_view>

#include "common/result.h"

namespace deltastream {

// RFC 3986 decoding, once. "%" that is not followed by two hex digits is corrupt.
Result<std::string> percent_decode(std::string_view text);
// Encodes what a Delta path must not hold raw: everything but unreserved characters, "/" and "=" … ("%" → "%25").
std::string percent_encode_path(std::string_view path);

// "s3://bucket/key" → {"s3", "bucket/key"}; "/x", "x", "file:/x" and "file:///x" → {"file", path}.
struct Location {
  std::string scheme;
  std::string path;
};
Result<Location> parse_location(std::string_view text);

}  // namespace deltastream
