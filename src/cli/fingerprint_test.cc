#include "cli/fingerprint.h"

#include <gtest/gtest.h>

namespace deltastream::cli {
namespace {

std::string of(std::initializer_list<const char*> texts) {
  Fingerprint fingerprint;
  for (const char* text : texts) fingerprint.add(text);
  return fingerprint.text();
}

TEST(Fingerprint, BlanksAndCommentsDoNotCount) {
  std::string plain = of({"SELECT a, 'x  y' FROM t"});
  EXPECT_EQ(plain.size(), 16u);
  EXPECT_EQ(of({"SELECT a,\n\t 'x  y' -- remark\n FROM /* ' */ t"}), plain);
  EXPECT_NE(of({"SELECT a, 'x y' FROM t"}), plain) << "blanks inside of quotes count";
  EXPECT_NE(of({"SELECT b, 'x  y' FROM t"}), plain);
  EXPECT_NE(of({"SELECT a, 'x  y' FROM t /*+ OPTIONS('a'='b') */"}), plain) << "hints count";
}

TEST(Fingerprint, TextsAreKeptApart) {
  EXPECT_NE(of({"ab", "c"}), of({"a", "bc"}));
  EXPECT_NE(of({"a", "b"}), of({"b", "a"}));
}

}  // namespace
}  // namespace deltastream::cli
