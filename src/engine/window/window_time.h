#pragma once
// Where windows lie in time. Time is cut into slices of equal length such that every window is a run of whole slices;
// windows are numbered in order of their end. Pure values, microseconds; floor division, so times before 1970 and negative
// offsets need no special case. Slices of times outside ±kTimeBound are not defined: callers refuse such times.

#include <cstdint>

#include "common/result.h"
#include "engine/window/aggregation_spec.h"

namespace deltastream::engine {

// Half the range of int64: sums of times, offsets and sizes cannot overflow. About 146,000 years.
inline constexpr int64_t kTimeBound = int64_t{1} << 62;

class WindowTime {
 public:
  struct Window {
    int64_t first_slice;
    int64_t end_slice;  // exclusive
  };

  // Not for WindowSpec::Kind::kNone. Sizes must be positive, CUMULATE's size a multiple of its step.
  static Result<WindowTime> make(const WindowSpec& spec);

  int64_t slice_us() const { return slice_us_; }
  int64_t slices_per_window() const { return size_; }
  int64_t slice_of(int64_t time_us) const;
  int64_t slice_start_us(int64_t slice) const { return offset_us_ + slice * slice_us_; }

  Window window(int64_t number) const;
  // The windows that contain a slice are [first, last]; none when first > last (HOP with gaps between the windows).
  int64_t first_window_of(int64_t slice) const;
  int64_t last_window_of(int64_t slice) const;
  // The first window that ends after the watermark.
  int64_t first_open_window(int64_t watermark_us) const;

 private:
  WindowTime() = default;

  WindowSpec::Kind kind_ = WindowSpec::Kind::kTumble;
  int64_t slice_us_ = 1;
  int64_t offset_us_ = 0;  // 0 <= offset < distance of windows
  int64_t size_ = 1;       // in slices
  int64_t slide_ = 1;      // in slices
};

int64_t floor_divide(int64_t dividend, int64_t divisor);

}  // namespace deltastream::engine
