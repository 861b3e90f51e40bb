#include "engine/window/window_time.h"

#include <algorithm>
#include <numeric>

#include "duckdb/main/connection.hpp"

namespace deltastream::engine {

int64_t floor_divide(int64_t dividend, int64_t divisor) {
  int64_t quotient = dividend / divisor;
  return quotient - (dividend % divisor < 0 ? 1 : 0);
}

Result<WindowTime> WindowTime::make(const WindowSpec& spec) {
  WindowTime time;
  time.kind_ = spec.kind;
  if (spec.size_us <= 0 || spec.size_us > kTimeBound / 4) {
    return invalid_argument("the size of a window must be positive, not " + std::to_string(spec.size_us) + " microseconds");
  }
  int64_t distance = spec.size_us;  // after which the picture repeats
  time.slice_us_ = spec.size_us;
  if (spec.kind != WindowSpec::Kind::kTumble) {
    bool hop = spec.kind == WindowSpec::Kind::kHop;
    const char* what = hop ? "slide" : "step";
    if (spec.slide_us <= 0 || spec.slide_us > kTimeBound / 4) {
      return invalid_argument(std::string("the ") + what + " of a window must be positive, not " +
                              std::to_string(spec.slide_us) + " microseconds");
    }
    if (!hop && spec.size_us % spec.slide_us != 0) {
      return invalid_argument("the size of a CUMULATE window must be a multiple of its step: " + std::to_string(spec.size_us) +
                              " and " + std::to_string(spec.slide_us) + " microseconds");
    }
    time.slice_us_ = std::gcd(spec.size_us, spec.slide_us);
    time.slide_ = spec.slide_us / time.slice_us_;
    if (hop) distance = spec.slide_us;
  }
  time.size_ = spec.size_us / time.slice_us_;
  time.offset_us_ = spec.offset_us - floor_divide(spec.offset_us, distance) * distance;
  return time;
}

int64_t WindowTime::slice_of(int64_t time_us) const { return floor_divide(time_us - offset_us_, slice_us_); }

WindowTime::Window WindowTime::window(int64_t number) const {
  switch (kind_) {
    case WindowSpec::Kind::kHop:
      return {number * slide_, number * slide_ + size_};
    case WindowSpec::Kind::kCumulate:
      return {floor_divide(number, size_) * size_, number + 1};
    default:
      return {number, number + 1};
  }
}

int64_t WindowTime::first_window_of(int64_t slice) const {
  return kind_ == WindowSpec::Kind::kHop ? floor_divide(slice - size_, slide_) + 1 : slice;
}

int64_t WindowTime::last_window_of(int64_t slice) const {
  switch (kind_) {
    case WindowSpec::Kind::kHop:
      return floor_divide(slice, slide_);
    case WindowSpec::Kind::kCumulate:
      return floor_divide(slice, size_) * size_ + size_ - 1;
    default:
      return slice;
  }
}

int64_t WindowTime::first_open_window(int64_t watermark_us) const {
  // Window ends are slice ends: the first slice boundary after the watermark is the earliest open end.
  int64_t full = slice_of(std::clamp(watermark_us, -kTimeBound, kTimeBound));
  return kind_ == WindowSpec::Kind::kHop ? floor_divide(full - size_, slide_) + 1 : full;
}

}  // namespace deltastream::engine
