#include "cli/progress_text.h"

#include <gtest/gtest.h>

namespace deltastream::cli {
namespace {

TEST(ProgressText, Numbers) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1000), "1,000");
  EXPECT_EQ(grouped(1234567), "1,234,567");
  EXPECT_EQ(watermark_text(engine::kMinWatermark), "none");
  EXPECT_EQ(watermark_text(engine::kMaxWatermark), "end");
  EXPECT_EQ(watermark_text(1704067205123456), "2024-01-01 00:00:05.123");
  EXPECT_EQ(watermark_text(-1), "1969-12-31 23:59:59.999");
}

stream::JobProgress progress(uint64_t in, uint64_t out, int64_t elapsed_us) {
  stream::JobProgress result;
  result.sources.push_back({"flights", in, 2, 30, ""});
  result.sinks.push_back({"delays", out, 0, -1, "v7"});
  result.elapsed_us = elapsed_us;
  result.completed_epoch = 4;
  return result;
}

TEST(ProgressText, RatesAreDifferences) {
  auto lines = progress_block(progress(3000, 30, 2'000'000), progress(1000, 10, 1'500'000), {});
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_NE(lines[0].find("3,000 rows"), std::string::npos);
  EXPECT_NE(lines[0].find("4,000/s"), std::string::npos);
  EXPECT_NE(lines[0].find("lag 30 records"), std::string::npos);
  EXPECT_NE(lines[1].find("v7"), std::string::npos);
  EXPECT_NE(lines[2].find("checkpoint 4"), std::string::npos);
  std::string line = progress_line(progress(3000, 30, 2'000'000), {}, {});
  EXPECT_NE(line.find("in flights 3,000 rows (1,500/s)"), std::string::npos) << line;
}

TEST(ProgressText, EveryWidthHoldsTheRates) {
  for (size_t width = 24; width < 120; width++) {
    auto lines = progress_block(progress(3000, 30, 2'000'000), progress(1000, 10, 1'500'000), {true, true, width, 24});
    std::string text;
    for (const std::string& line : lines) {
      EXPECT_LT(line.size(), width);
      text += line + "\n";
    }
    for (const char* fact : {"4,000/s", "40/s", "3,000 rows", "lag 30 records", "v7", "malformed 2", "checkpoint 4", "watermark none", "stopping"}) {
      EXPECT_NE(text.find(fact), std::string::npos) << width << ": " << fact << "\n" << text;
    }
  }
}

TEST(ProgressText, EveryHeightHoldsTheBlock) {
  stream::JobProgress many = progress(3000, 30, 2'000'000);
  for (int i = 0; i < 30; i++) many.sources.push_back({"source", 1, 0, -1, ""});
  for (size_t height = 4; height < 50; height++) {
    auto lines = progress_block(many, {}, {false, false, 80, height});
    EXPECT_LT(lines.size(), height);
    EXPECT_NE(lines.back().find("checkpoint 4"), std::string::npos);
  }
  EXPECT_EQ(progress_block(many, {}, {false, false, 80, 10})[7], "… 25 more lines");
}

TEST(ProgressText, WithoutWindowsThereIsNoWatermark) {
  EXPECT_EQ(progress_block(progress(1, 1, 1), {}, {false, false, 80, 24}).back().find("watermark"), std::string::npos);
  EXPECT_EQ(progress_line(progress(1, 1, 1), {}, {false, false, 80, 24}).find("watermark"), std::string::npos);
}

TEST(ProgressText, TheSummaryNamesWhatWasLeftOut) {
  stream::JobProgress last = progress(10, 8, 1);
  last.late_rows = 3;
  std::string text = summary_text(last);
  EXPECT_NE(text.find("2 malformed"), std::string::npos);
  EXPECT_NE(text.find("3 rows came too late"), std::string::npos);
}

}  // namespace
}  // namespace deltastream::cli
