#include "engine/script.h"

#include "engine/front/names.h"

namespace deltastream::engine {
namespace {

bool continues(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

// Greedy from the last %: what it stands for grows by a byte until the rest fits.
bool fits_like(std::string_view name, std::string_view pattern) {
  size_t at = 0, in = 0, resume = std::string_view::npos, taken = 0;
  while (at < name.size()) {
    if (in < pattern.size() && pattern[in] == '%') {
      resume = ++in;
      taken = at;
    } else if (in < pattern.size() && pattern[in] == '_' && !continues(name[at])) {
      in++;
      do at++;
      while (at < name.size() && continues(name[at]));
    } else if (in < pattern.size() && pattern[in] == name[at]) {
      in++;
      at++;
    } else if (resume != std::string_view::npos) {
      in = resume;
      at = ++taken;
    } else {
      return false;
    }
  }
  while (in < pattern.size() && pattern[in] == '%') in++;
  return in == pattern.size();
}

}  // namespace

bool NamePattern::fits(std::string_view name) const {
  const bool found = ignores_case ? fits_like(front::lower_case(name), front::lower_case(like)) : fits_like(name, like);
  return found != negated;
}

}  // namespace deltastream::engine
