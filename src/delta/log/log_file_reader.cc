#include "delta/log/log_file_reader.h"

#include <algorithm>
#include <cstring>
#include <memory>

namespace deltastream::delta {
namespace {

// Small enough to stay in the processor's cache between reading and parsing, large enough for a request to a far store.
constexpr size_t kPieceBytes = 4 << 20;

class PieceBuffer {
 public:
  explicit PieceBuffer(size_t bytes) : bytes_(std::make_unique_for_overwrite<char[]>(bytes)), capacity_(bytes) {}

  // Room behind what is kept; grows when one line fills the whole.
  std::span<char> room(size_t wanted) {
    if (kept_ == capacity_) {
      auto larger = std::make_unique_for_overwrite<char[]>(capacity_ * 2);
      std::memcpy(larger.get(), bytes_.get(), kept_);
      bytes_ = std::move(larger);
      capacity_ *= 2;
    }
    return {bytes_.get() + kept_, std::min(wanted, capacity_ - kept_)};
  }
  // `got` bytes were put into the room: the whole lines so far, or everything when no more comes.
  std::string_view lines(size_t got, bool is_last) {
    std::string_view all(bytes_.get(), kept_ + got);
    whole_ = is_last ? all.size() : all.rfind('\n') + 1;
    kept_ = all.size();
    return all.substr(0, whole_);
  }
  // The lines are done with; what is left of a line moves to the front.
  void keep_rest() {
    kept_ -= whole_;
    std::memmove(bytes_.get(), bytes_.get() + whole_, kept_);
  }

 private:
  std::unique_ptr<char[]> bytes_;
  size_t capacity_;
  size_t kept_ = 0;
  size_t whole_ = 0;
};

}  // namespace

Status read_log_file(storage::ObjectStore& store, const storage::ObjectMeta& file, ActionParser& parser, ActionHandler& handler) {
  if (file.size <= kPieceBytes) {
    DS_ASSIGN_OR_RETURN(std::string lines, store.get(file.path));
    return parser.parse(lines, handler).context(file.path);
  }
  PieceBuffer buffer(kPieceBytes);
  for (uint64_t at = 0; at < file.size;) {
    auto room = buffer.room(file.size - at);
    DS_RETURN_IF_ERROR(store.get_range(file.path, at, room));
    bool is_first = at == 0;
    at += room.size();
    DS_RETURN_IF_ERROR(parser.parse(buffer.lines(room.size(), at == file.size), handler, !is_first).context(file.path));
    buffer.keep_rest();
  }
  return {};
}

}  // namespace deltastream::delta
