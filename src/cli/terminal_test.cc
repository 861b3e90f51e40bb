#include "cli/terminal.h"

#include <clocale>

#include <gtest/gtest.h>

namespace deltastream::cli {
namespace {

class Terminal : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(std::setlocale(LC_CTYPE, "C.UTF-8")); }  // as main does
};

TEST_F(Terminal, WidthIsWhatIsDrawn) {
  EXPECT_EQ(shown_width("dörte"), 5u);
  EXPECT_EQ(shown_width("e\u0301"), 1u);
  EXPECT_EQ(shown_width("日本"), 4u);
  EXPECT_EQ(shown_width("\xff\xfe"), 2u);
}

TEST_F(Terminal, TextIsCutBetweenCharacters) {
  EXPECT_EQ(fitted("short", 5), "short");
  EXPECT_EQ(fitted("longer", 5), "long…");
  EXPECT_EQ(fitted("日本語", 5), "日本…");
  EXPECT_EQ(fitted("日本語", 4), "日…");
  EXPECT_EQ(fitted("ab", 1), "…");
  EXPECT_EQ(fitted("ab", 0), "");
}

TEST_F(Terminal, ControlCharactersAreShownAsEscapes) { EXPECT_EQ(on_one_line("a\nb\t\x1b[2J"), "a\\nb\\t\\x1b[2J"); }

}  // namespace
}  // namespace deltastream::cli
