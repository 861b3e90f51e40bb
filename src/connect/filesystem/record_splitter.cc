#include "connect/filesystem/record_splitter.h"

#include <cstring>

namespace deltastream::connect::filesystem {

// Follows the quotes in data[scanned_, to).
void RecordSplitter::walk_quotes(std::string_view data, size_t to) {
  for (size_t i = scanned_; i < to; i++) {
    const char c = data[i];
    if (escaped_) {
      escaped_ = false;
      continue;
    }
    if (quoting_.escape != 0 && c == quoting_.escape && c != quoting_.quote && state_ != State::kComment) {
      escaped_ = true;
      if (state_ == State::kFieldStart) state_ = State::kPlain;
      continue;
    }
    switch (state_) {
      case State::kComment: break;
      case State::kQuoted:
        if (c == quoting_.quote) state_ = State::kQuoteInQuoted;
        break;
      case State::kQuoteInQuoted:
        state_ = c == quoting_.quote ? State::kQuoted : c == quoting_.delimiter ? State::kFieldStart : State::kPlain;
        break;
      case State::kFieldStart:
      case State::kPlain:
        if (c == '#' && i == 0 && quoting_.comments) {
          state_ = State::kComment;
        } else if (c == quoting_.quote && state_ == State::kFieldStart) {
          state_ = State::kQuoted;
        } else {
          state_ = c == quoting_.delimiter ? State::kFieldStart : State::kPlain;
        }
    }
  }
}

size_t RecordSplitter::find_end(std::string_view data) {
  for (;;) {
    const void* found = std::memchr(data.data() + scanned_, '\n', data.size() - scanned_);
    size_t end = found ? static_cast<size_t>(static_cast<const char*>(found) - data.data()) : data.size();
    if (quoting_.quote != 0) {
      // A whole line without a quote need not be walked through.
      const bool simple = found && scanned_ == 0 && !std::memchr(data.data(), quoting_.quote, end);
      if (!simple) walk_quotes(data, end);
    }
    scanned_ = end;
    if (!found || state_ != State::kQuoted) return end;
    scanned_++;  // the line end belongs to the field
    escaped_ = false;
  }
}

std::optional<RecordSplitter::Record> RecordSplitter::next(std::string_view data, bool last) {
  size_t end = find_end(data);
  if (end == data.size() && !last) return std::nullopt;
  Record record{end, end == data.size() ? end : end + 1};
  if (record.length > 0 && data[record.length - 1] == '\r') record.length--;
  scanned_ = 0;
  state_ = State::kFieldStart;
  escaped_ = false;
  return record;
}

}  // namespace deltastream::connect::filesystem
