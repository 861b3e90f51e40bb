#include "engine/window/window_time.h"

#include <gtest/gtest.h>

#include <vector>

namespace deltastream::engine {
namespace {

using Kind = WindowSpec::Kind;

// Windows that contain `time`, straight from the definition.
std::vector<std::pair<int64_t, int64_t>> windows_by_definition(const WindowSpec& spec, int64_t time) {
  std::vector<std::pair<int64_t, int64_t>> windows;
  for (int64_t start = time - spec.size_us; start <= time; ++start) {
    int64_t distance = spec.kind == Kind::kHop ? spec.slide_us : spec.size_us;
    if ((start - spec.offset_us) % distance != 0) continue;
    if (spec.kind == Kind::kCumulate) {
      for (int64_t end = start + spec.slide_us; end <= start + spec.size_us; end += spec.slide_us) {
        if (time < end) windows.emplace_back(start, end);
      }
    } else if (time < start + spec.size_us) {
      windows.emplace_back(start, start + spec.size_us);
    }
  }
  return windows;
}

TEST(WindowTime, SlicesAndWindowsFollowTheDefinition) {
  const std::vector<WindowSpec> specs = {
      {Kind::kTumble, 5, 0, 0},   {Kind::kTumble, 5, 0, 3},    {Kind::kTumble, 5, 0, -7},   {Kind::kHop, 10, 2, 0},  {Kind::kHop, 10, 4, 1},
      {Kind::kHop, 3, 7, 0},      {Kind::kHop, 10, 10, -3},    {Kind::kHop, 7, 3, -100},    {Kind::kHop, 6, 4, 9},   {Kind::kCumulate, 12, 3, 0},
      {Kind::kCumulate, 12, 4, 5}, {Kind::kCumulate, 12, 4, -5}, {Kind::kCumulate, 4, 4, 0}, {Kind::kHop, 2, 5, -1}};
  for (const auto& spec : specs) {
    auto time = WindowTime::make(spec);
    ASSERT_TRUE(time.ok());
    for (int64_t at = -60; at <= 60; ++at) {
      int64_t slice = time->slice_of(at);
      EXPECT_LE(time->slice_start_us(slice), at);
      EXPECT_GT(time->slice_start_us(slice + 1), at);
      std::vector<std::pair<int64_t, int64_t>> windows;
      for (int64_t number = time->first_window_of(slice); number <= time->last_window_of(slice); ++number) {
        auto window = time->window(number);
        windows.emplace_back(time->slice_start_us(window.first_slice), time->slice_start_us(window.end_slice));
      }
      EXPECT_EQ(windows, windows_by_definition(spec, at)) << "time " << at;
      int64_t open = time->first_open_window(at);
      EXPECT_GT(time->slice_start_us(time->window(open).end_slice), at);
      EXPECT_LE(time->slice_start_us(time->window(open - 1).end_slice), at);
    }
  }
}

TEST(WindowTime, ExtremeWatermarksDoNotOverflow) {
  auto time = WindowTime::make({Kind::kHop, 10, 2, 1});
  ASSERT_TRUE(time.ok());
  EXPECT_LT(time->first_open_window(INT64_MIN + 1), time->first_window_of(time->slice_of(0)));
  EXPECT_GT(time->first_open_window(INT64_MAX - 1), time->last_window_of(time->slice_of(0)));
}

}  // namespace
}  // namespace deltastream::engine
