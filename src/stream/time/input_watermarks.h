#pragma once
// The watermark of a task with several inputs: the least of those that are active. It never goes back, and it stands still
// while all are idle. Used by one thread.

#include <algorithm>
#include <cstddef>
#include <vector>

#include "engine/stream_plan.h"

namespace deltastream::stream {

struct Watermark {
  int64_t us = engine::kMinWatermark;
  bool idle = false;  // nothing is to be expected for now: others need not wait
  bool operator==(const Watermark&) const = default;
};

class InputWatermarks {
 public:
  InputWatermarks(size_t inputs, int64_t start_us) : inputs_(inputs) { current_.us = start_us; }

  // Returns the watermark of the whole.
  const Watermark& update(size_t input, const Watermark& watermark) {
    inputs_[input] = {std::max(inputs_[input].us, watermark.us), watermark.idle};
    int64_t least = engine::kMaxWatermark;
    current_.idle = true;
    for (const Watermark& one : inputs_) {
      if (one.idle) continue;
      current_.idle = false;
      least = std::min(least, one.us);
    }
    if (!current_.idle) current_.us = std::max(current_.us, least);
    return current_;
  }
  const Watermark& current() const { return current_; }

 private:
  std::vector<Watermark> inputs_;
  Watermark current_;
};

}  // namespace deltastream::stream
