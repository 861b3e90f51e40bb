#pragma once
// Finds single values in JSON text without building a tree and without copies: made for statistics, of which a scan reads
// one or two numbers in each of very many texts. Broken text finds nothing. Pure functions over views.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace deltastream::delta {

// The raw text of the value of `key` in `object` ("{…}"), quotes included; nullopt when it is not there. Of a key that
// stands twice the first.
std::optional<std::string_view> json_member(std::string_view object, std::string_view key);
// json_member() along a path of keys.
std::optional<std::string_view> json_member_at(std::string_view object, const std::vector<std::string>& path);
// The text of a raw JSON string, unescaped; nullopt when it is none.
std::optional<std::string> json_text(std::string_view raw);

// Walks over the members of an object: `each(raw key without quotes, raw value)`; false when the text is broken.
template <class Each>
bool json_members(std::string_view object, Each&& each);

// Steps over one value and the blanks before it; false when the text is broken. `at` is moved behind it.
bool json_skip_value(std::string_view text, size_t& at);
bool json_skip_string(std::string_view text, size_t& at);
void json_skip_blanks(std::string_view text, size_t& at);

template <class Each>
bool json_members(std::string_view object, Each&& each) {
  size_t at = 0;
  json_skip_blanks(object, at);
  if (at >= object.size() || object[at] != '{') return false;
  at++;
  json_skip_blanks(object, at);
  if (at < object.size() && object[at] == '}') return true;
  while (true) {
    json_skip_blanks(object, at);
    size_t key_begin = at;
    if (!json_skip_string(object, at)) return false;
    std::string_view key = object.substr(key_begin + 1, at - key_begin - 2);
    json_skip_blanks(object, at);
    if (at >= object.size() || object[at] != ':') return false;
    at++;
    json_skip_blanks(object, at);
    size_t value_begin = at;
    if (!json_skip_value(object, at)) return false;
    if (!each(key, object.substr(value_begin, at - value_begin))) return true;
    json_skip_blanks(object, at);
    if (at >= object.size() || (object[at] != ',' && object[at] != '}')) return false;
    if (object[at++] == '}') return true;
  }
}

}  // namespace deltastream::delta
