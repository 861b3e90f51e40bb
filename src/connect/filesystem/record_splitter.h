#pragma once
// Finds where records end in a stream of bytes: at line ends, and for CSV not at those inside quotes. One thread at a time.

#include <cstddef>
#include <optional>
#include <string_view>

namespace deltastream::connect::filesystem {

// How CSV hides a line end inside a field; default: every line end counts (JSON).
struct Quoting {
  char quote = 0;   // 0: none
  char escape = 0;  // 0: none
  char delimiter = ',';
  bool comments = false;  // lines that begin with # hold no quotes
};

class RecordSplitter {
 public:
  explicit RecordSplitter(Quoting quoting = {}) : quoting_(quoting) {}

  struct Record {
    size_t length;    // without the line end
    size_t consumed;  // with it
  };
  // The record at the start of `data`; nullopt: it needs more bytes (call again with the same start and more behind it).
  // `last`: nothing comes after `data`.
  std::optional<Record> next(std::string_view data, bool last);

 private:
  enum class State { kFieldStart, kPlain, kQuoted, kQuoteInQuoted, kComment };
  // The position of the line end that ends the record, or data.size().
  size_t find_end(std::string_view data);
  void walk_quotes(std::string_view data, size_t to);

  const Quoting quoting_;
  size_t scanned_ = 0;  // bytes of the record that were looked at
  State state_ = State::kFieldStart;
  bool escaped_ = false;
};

}  // namespace deltastream::connect::filesystem
