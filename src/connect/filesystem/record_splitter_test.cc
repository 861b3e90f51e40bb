#include "connect/filesystem/record_splitter.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace deltastream::connect::filesystem {
namespace {

// Splits `text` when it arrives `step` bytes at a time.
std::vector<std::string> split(const std::string& text, Quoting quoting, size_t step) {
  RecordSplitter splitter(quoting);
  std::vector<std::string> records;
  size_t begin = 0, arrived = 0;
  for (;;) {
    bool last = arrived == text.size();
    std::string_view rest = std::string_view(text).substr(begin, arrived - begin);
    if (rest.empty() && last) return records;
    auto record = rest.empty() ? std::nullopt : splitter.next(rest, last);
    if (!record) {
      arrived = std::min(text.size(), arrived + step);
      continue;
    }
    records.emplace_back(rest.substr(0, record->length));
    begin += record->consumed;
  }
}

void expect_split(const std::string& text, Quoting quoting, const std::vector<std::string>& expected) {
  for (size_t step : {1, 2, 3, 5, 1000}) EXPECT_EQ(split(text, quoting, step), expected) << "arriving by " << step;
}

TEST(RecordSplitter, LinesEndWithOrWithoutReturn) { expect_split("a\r\nb\n\nc", {}, {"a", "b", "", "c"}); }

TEST(RecordSplitter, QuotesHideLineEnds) {
  Quoting csv{'"', 0, ',', false};
  expect_split("1,\"a\nb\",2\n3,c\n", csv, {"1,\"a\nb\",2", "3,c"});
  expect_split("\"a\"\"\n\"\"b\",1\nx", csv, {"\"a\"\"\n\"\"b\",1", "x"});
  expect_split("\"a\n\nb\"\r\nx", csv, {"\"a\n\nb\"", "x"});
}

TEST(RecordSplitter, AQuoteInsideAFieldHidesNothing) {
  Quoting csv{'"', 0, ',', false};
  expect_split("1,5\" pipe\n2,b\n", csv, {"1,5\" pipe", "2,b"});
}

TEST(RecordSplitter, EscapesAndComments) {
  expect_split("\"a\\\"\nb\",1\nx\n", {'"', '\\', ',', false}, {"\"a\\\"\nb\",1", "x"});
  expect_split("# don't \"quote\n1,a\n", {'"', 0, ',', true}, {"# don't \"quote", "1,a"});
}

TEST(RecordSplitter, AnOpenQuoteEndsWithTheFile) { expect_split("1,\"a\nb", {'"', 0, ',', false}, {"1,\"a\nb"}); }

}  // namespace
}  // namespace deltastream::connect::filesystem
