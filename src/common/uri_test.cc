#include "common/uri.h"

#include <gtest/gtest.h>

namespace deltastream {
namespace {

TEST(PercentDecode, DecodesOnce) {
  EXPECT_EQ(*percent_decode("a%20b%2Fc%25"), "a b/c%");
  EXPECT_EQ(*percent_decode("%2520"), "%20");
  EXPECT_EQ(*percent_decode("%c3%A9"), "é");
  EXPECT_EQ(*percent_decode(""), "");
}

TEST(PercentDecode, RefusesWhatIsNotEncoded) {
  for (const char* text : {"%", "a%2", "%zz", "100%", "%2g"}) {
    auto result = percent_decode(text);
    ASSERT_FALSE(result.ok()) << text;
    EXPECT_EQ(result.error().kind(), ErrorKind::kCorrupt);
  }
}

TEST(PercentEncode, KeepsPathDelimitersAndEncodesTheRest) {
  EXPECT_EQ(percent_encode_path("part=a b/x%y.parquet"), "part=a%20b/x%25y.parquet");
  EXPECT_EQ(percent_encode_path("é?#"), "%C3%A9%3F%23");
}

TEST(PercentEncode, IsUndoneByDecoding) {
  std::string all;
  for (int c = 0; c < 256; c++) all += static_cast<char>(c);
  EXPECT_EQ(*percent_decode(percent_encode_path(all)), all);
}

TEST(ParseLocation, TellsFilesFromStores) {
  struct {
    const char *text, *scheme, *path;
  } cases[] = {
      {"/x/y", "file", "/x/y"},         {"x", "file", "x"},       {"./x", "file", "./x"},         {"file:/x", "file", "/x"},
      {"file:///x/y", "file", "/x/y"},  {"FILE:///x", "file", "/x"}, {"file://localhost/x", "file", "/x"}, {"s3://b/k/v", "s3", "b/k/v"},
      {"S3A://b", "s3a", "b"},          {"a:b", "file", "a:b"},   {"/x/a:b", "file", "/x/a:b"},   {"file:x", "file", "x"},
  };
  for (const auto& c : cases) {
    auto location = parse_location(c.text);
    ASSERT_TRUE(location.ok()) << c.text;
    EXPECT_EQ(location->scheme, c.scheme) << c.text;
    EXPECT_EQ(location->path, c.path) << c.text;
  }
}

TEST(ParseLocation, RefusesWhatNamesNoPlace) {
  for (std::string text : {std::string(), std::string("file://"), std::string("file://host/x"), std::string("a\0b", 3)}) {
    auto location = parse_location(text);
    ASSERT_FALSE(location.ok()) << text;
    EXPECT_EQ(location.error().kind(), ErrorKind::kInvalidArgument);
  }
}

}  // namespace
}  // namespace deltastream
