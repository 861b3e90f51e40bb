#pragma once
// Digests and encodings that requests are signed with. Pure functions; bytes in, bytes or text out.

#include <string>
#include <string_view>

#include "common/result.h"

namespace deltastream::storage {

std::string sha256(std::string_view bytes);                                // 32 bytes
std::string hmac_sha256(std::string_view key, std::string_view bytes);     // 32 bytes
std::string hex(std::string_view bytes);                                   // lower case
std::string base64(std::string_view bytes);
std::string base64_url(std::string_view bytes);                            // RFC 4648 §5, no padding
Result<std::string> base64_decode(std::string_view text);
// RFC 3986: everything but A-Z a-z 0-9 - . _ ~ is encoded; '/' too unless kept.
std::string url_encode(std::string_view text, bool keep_slash);
// RS256 of a PEM private key. invalid argument when the key does not parse.
Result<std::string> sign_rs256(std::string_view pem_key, std::string_view bytes);

}  // namespace deltastream::storage
