#include "delta/json/json_text.h"

#include <charconv>
#include <cmath>

namespace deltastream::delta {

void append_json_string(std::string& out, std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  out += '"';
  size_t clean = 0;
  for (size_t i = 0; i < text.size(); i++) {
    auto byte = static_cast<unsigned char>(text[i]);
    if (byte >= 0x20 && byte != '"' && byte != '\\') continue;
    out.append(text.substr(clean, i - clean));
    clean = i + 1;
    switch (byte) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default: out += {'\\', 'u', '0', '0', kHex[byte >> 4], kHex[byte & 15]}; break;
    }
  }
  out.append(text.substr(clean));
  out += '"';
}

bool append_json_double(std::string& out, double value) {
  if (!std::isfinite(value)) return false;
  char buffer[64];
  out.append(buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr);
  return true;
}

}  // namespace deltastream::delta
