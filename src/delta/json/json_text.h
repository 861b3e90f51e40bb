#pragma once
// Appends JSON text. The caller writes braces and order; this writes strings and numbers so that they read back.

#include <cstdint>
#include <string>
#include <string_view>

namespace deltastream::delta {

// The text in quotes, escaped.
void append_json_string(std::string& out, std::string_view text);

inline void append_json_number(std::string& out, int64_t value) { out += std::to_string(value); }

// The shortest text that reads back as the same number. Writes nothing and is false for infinities and NaN, which JSON does not know.
bool append_json_double(std::string& out, double value);

// Writes `"name":` with a comma before it unless it opens the object.
class JsonObject {
 public:
  explicit JsonObject(std::string& out) : out_(out) { out_ += '{'; }
  JsonObject(const JsonObject&) = delete;
  JsonObject& operator=(const JsonObject&) = delete;

  std::string& key(std::string_view name) {
    if (!first_) out_ += ',';
    first_ = false;
    append_json_string(out_, name);
    out_ += ':';
    return out_;
  }
  void text(std::string_view name, std::string_view value) { append_json_string(key(name), value); }
  void number(std::string_view name, int64_t value) { append_json_number(key(name), value); }
  void boolean(std::string_view name, bool value) { key(name) += value ? "true" : "false"; }
  void raw(std::string_view name, std::string_view json) { key(name) += json; }
  void close() { out_ += '}'; }

 private:
  std::string& out_;
  bool first_ = true;
};

// {"k":"v",…} of any map from text to text.
template <class Map>
void append_json_map(std::string& out, const Map& map) {
  JsonObject object(out);
  for (const auto& [name, value] : map) object.text(name, value);
  object.close();
}

// The same where values may be null.
template <class Map>
void append_json_nullable_map(std::string& out, const Map& map) {
  JsonObject object(out);
  for (const auto& [name, value] : map) {
    if (value) {
      object.text(name, *value);
    } else {
      object.raw(name, "null");
    }
  }
  object.close();
}

template <class List>
void append_json_list(std::string& out, const List& list) {
  out += '[';
  bool first = true;
  for (const auto& item : list) {
    if (!first) out += ',';
    first = false;
    append_json_string(out, item);
  }
  out += ']';
}

}  // namespace deltastream::delta
