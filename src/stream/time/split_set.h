#pragma once
// The splits that one source task reads: which one is next, where each stands, and the watermark of all together.
//
// With a watermark the split that is furthest behind in event time is read next, so that splits stay together and little
// window state is open; a split that has not begun holds the watermark back, so no row of it is late because others were read
// first. Without one, the splits of bounded input are read one after the other, others in turn.
//
// At most kOpenSplits readers are open; the one furthest ahead is closed and opened again at its position. Used by one thread.

#include <memory>
#include <optional>
#include <vector>

#include "common/clock.h"
#include "stream/checkpoint/checkpoint.h"
#include "stream/endpoint.h"
#include "stream/time/input_watermarks.h"

namespace deltastream::stream {

struct SplitSetOptions {
  std::string source_key, table;
  bool bounded = true;
  bool event_time = false;        // a watermark is declared
  int64_t idle_timeout_us = 0;    // 0: a split is never idle
  const Clock* clock = nullptr;
};

class SplitSet {
 public:
  static constexpr size_t kOpenSplits = 64;

  SplitSet(Source& source, SplitSetOptions options) : source_(source), options_(std::move(options)) {}
  SplitSet(SplitSet&&) = default;
  SplitSet(const SplitSet&) = delete;

  // `restored`: where it stood in the checkpoint.
  void add(Split split, const SplitState* restored);

  struct Batch {
    ReadState state = ReadState::kIdle;
    size_t split = 0;  // for observe()
  };
  // Reads the next batch into `rows`; nullopt: no split can be asked just now (none is left, or all had nothing a moment ago).
  Result<std::optional<Batch>> read(DataChunk& rows);
  // What the batch said about event time.
  void observe(size_t split, std::optional<int64_t> watermark_us);

  bool all_finished() const { return unfinished_ == 0; }
  // Looks at the clock for splits that went idle. Never goes back.
  const Watermark& watermark();
  // Until a split may be asked again, in real microseconds.
  int64_t pause_us() const;
  std::vector<SplitState> positions() const;

 private:
  struct Member {
    SplitState state;
    std::optional<SplitPosition> start;      // to open it at; absent: the configured start
    std::unique_ptr<SplitReader> reader;     // null while closed
    uint64_t read_at = 0;                    // serial number of its last read
    int64_t data_at_us = 0;                  // injected clock, when it last had rows
    int64_t ask_again_us = 0;                // machine's clock, after it had nothing
    int64_t pause_us = 0;
  };

  std::optional<size_t> choose() const;
  bool before(const Member& a, const Member& b) const;
  Status open(Member& member);
  void close_furthest(const Member& keep);

  Source& source_;
  const SplitSetOptions options_;
  std::vector<Member> members_;
  std::vector<size_t> live_;        // members that are not finished
  size_t unfinished_ = 0;
  size_t open_ = 0;
  uint64_t reads_ = 0;
  Watermark watermark_;
};

}  // namespace deltastream::stream
