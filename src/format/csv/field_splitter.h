#pragma once
// One CSV record → its fields, as RFC 4180 has it, with delimiter, quote and escape to choose. One thread at a time.

#include <string>
#include <string_view>

namespace deltastream::format::csv {

struct Dialect {
  char delimiter = ',';
  char quote = '"';
  char escape = 0;  // 0: none
};

struct RawField {
  std::string_view text;  // without quotes and escapes; holds until the next call
  bool quoted = false;
};

class FieldSplitter {
 public:
  explicit FieldSplitter(Dialect dialect) : dialect_(dialect) {}

  void begin(std::string_view record) {
    at_ = record.data();
    end_ = at_ + record.size();
    more_ = true;
    problem_ = {};
  }
  // False at the end of the record, or when it breaks the format: then problem() is not empty. An empty record is one empty field.
  bool next(RawField& field);
  std::string_view problem() const { return problem_; }

 private:
  bool next_quoted(RawField& field);
  bool next_escaped(RawField& field);
  bool fail(std::string_view problem) {
    problem_ = problem;
    more_ = false;
    return false;
  }

  Dialect dialect_;
  const char* at_ = nullptr;
  const char* end_ = nullptr;
  bool more_ = false;
  std::string plain_;
  std::string_view problem_;
};

}  // namespace deltastream::format::csv
