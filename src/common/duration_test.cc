#include "common/duration.h"

#include <gtest/gtest.h>

namespace deltastream {
namespace {

TEST(ParseDuration, ReadsWhatFlinkAndSparkWrite) {
  struct {
    const char* text;
    int64_t us;
  } cases[] = {
      {"10 s", 10'000'000},        {"500ms", 500'000},      {"1 min", 60'000'000},  {"2h", 7'200'000'000},       {"7 d", 604'800'000'000},
      {"interval 1 week", 604'800'000'000}, {"interval 1 day 2 hours", 93'600'000'000}, {"250", 250'000},        {"0", 0},
      {"1.5 s", 1'500'000},        {" 3 SECONDS ", 3'000'000}, {"15 minutes", 900'000'000}, {"5 us", 5},         {"1h30m", 5'400'000'000},
      {"INTERVAL '10' SECOND", 10'000'000}, {"interval 30 days", 2'592'000'000'000}, {"100 millis", 100'000}, {"9 micros", 9},
  };
  for (const auto& c : cases) {
    auto result = parse_duration_us(c.text);
    ASSERT_TRUE(result.ok()) << c.text << ": " << result.error().to_string();
    EXPECT_EQ(*result, c.us) << c.text;
  }
}

TEST(ParseDuration, RefusesTheRestAndSaysHowToWriteIt) {
  for (const char* text : {"", " ", "s", "10 parsecs", "-1 s", "1 month", "interval", "interval 5", "1 2", "10 s 5", "1..5 s", ".", "99999999999999999999 d",
                           "1e5 s", "nan", "10s;"}) {
    auto result = parse_duration_us(text);
    ASSERT_FALSE(result.ok()) << text;
    EXPECT_EQ(result.error().kind(), ErrorKind::kInvalidArgument) << text;
    EXPECT_NE(result.error().message().find("'10 s'"), std::string::npos) << text;
  }
}

TEST(FormatDuration, IsShort) {
  EXPECT_EQ(format_duration(1'500'000), "1.5 s");
  EXPECT_EQ(format_duration(600'000'000), "10 min");
  EXPECT_EQ(format_duration(0), "0 s");
  EXPECT_EQ(format_duration(7), "7 us");
  EXPECT_EQ(format_duration(90'000), "90 ms");
  EXPECT_EQ(format_duration(-2'000'000), "-2 s");
  EXPECT_FALSE(format_duration(INT64_MIN).empty());
}

TEST(FormatDuration, ReadsBack) {
  for (int64_t us : {1'500'000LL, 600'000'000LL, 7'200'000'000LL, 86'400'000'000LL}) EXPECT_EQ(*parse_duration_us(format_duration(us)), us);
}

}  // namespace
}  // namespace deltastream
