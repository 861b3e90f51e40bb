#include "engine/plan/json_text.h"

#include <vector>

#include "engine/front/token.h"

namespace deltastream::engine::plan {
namespace {

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  std::optional<JsonKind> run() {
    blanks();
    const JsonKind kind = peek() == '{' ? JsonKind::kObject : peek() == '[' ? JsonKind::kArray : JsonKind::kScalar;
    if (!value()) return std::nullopt;
    while (!open_.empty()) {
      if (!after_value()) return std::nullopt;
    }
    blanks();
    return at_ == text_.size() ? std::optional(kind) : std::nullopt;
  }

 private:
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool take(char c) {
    if (at_ == text_.size() || text_[at_] != c) return false;
    at_++;
    return true;
  }
  bool take(std::string_view word) {
    if (text_.substr(at_, word.size()) != word) return false;
    at_ += word.size();
    return true;
  }
  void blanks() {
    while (at_ < text_.size() && (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r')) at_++;
  }

  // A scalar, an empty container, or the beginning of a container up to the first scalar or empty container in it.
  bool value() {
    for (;;) {
      blanks();
      if (take('{')) {
        blanks();
        if (take('}')) return true;
        open_.push_back(true);
        if (!key()) return false;
      } else if (take('[')) {
        blanks();
        if (take(']')) return true;
        open_.push_back(false);
      } else {
        return scalar();
      }
    }
  }

  // Inside of a container: its end, or the next member or element.
  bool after_value() {
    blanks();
    const bool object = open_.back();
    if (take(object ? '}' : ']')) {
      open_.pop_back();
      return true;
    }
    return take(',') && (!object || key()) && value();
  }

  bool key() {
    blanks();
    if (!string()) return false;
    blanks();
    return take(':');
  }

  bool scalar() {
    switch (peek()) {
      case '"': return string();
      case 't': return take("true");
      case 'f': return take("false");
      case 'n': return take("null");
      default: return number();
    }
  }

  bool string() {
    if (!take('"')) return false;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '"') {
        at_++;
        return true;
      }
      if (static_cast<unsigned char>(c) < 0x20) return false;
      if (c != '\\') {
        const size_t length = front::utf8_length(text_.substr(at_));
        if (length == 0) return false;
        at_ += length;
      } else if (!escape()) {
        return false;
      }
    }
    return false;
  }

  bool escape() {
    at_++;
    const char c = peek();
    at_++;
    if (c != 'u') return c != '\0' && std::string_view("\"\\/bfnrt").find(c) != std::string_view::npos;
    for (int i = 0; i < 4; i++, at_++) {
      const char digit = peek();
      if (!(digit >= '0' && digit <= '9') && !(digit >= 'a' && digit <= 'f') && !(digit >= 'A' && digit <= 'F')) return false;
    }
    return true;
  }

  bool digits() {
    const size_t from = at_;
    while (peek() >= '0' && peek() <= '9') at_++;
    return at_ > from;
  }

  bool number() {
    take('-');
    if (!take('0') && !digits()) return false;
    if (take('.') && !digits()) return false;
    if (peek() != 'e' && peek() != 'E') return true;
    at_++;
    if (peek() == '+' || peek() == '-') at_++;
    return digits();
  }

  const std::string_view text_;
  size_t at_ = 0;
  std::vector<bool> open_;  // the containers around: an object?
};

}  // namespace

std::optional<JsonKind> json_kind(std::string_view text) { return Reader(text).run(); }

}  // namespace deltastream::engine::plan
