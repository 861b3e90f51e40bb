#include <gtest/gtest.h>

#include "format/decode_testing.h"

namespace deltastream::format::testing {
namespace {

using Lines = std::vector<std::string>;

std::vector<DecodeColumn> columns() { return {{{"id"}, LogicalType::INTEGER, 0}, {{"name"}, LogicalType::VARCHAR, 1}, {{"x"}, LogicalType::DOUBLE, 2}}; }

Decoded csv(const Lines& records, FormatOptions options = {}) {
  options.emplace("columns", "id,name,x");
  Decoded decoded = decode("csv", columns(), options, records);
  EXPECT_TRUE(decoded.status.ok()) << decoded.status.error().to_string();
  return decoded;
}

TEST(CsvDecoder, QuotesDelimitersAndLineEnds) {
  EXPECT_EQ(csv({"1,plain,2.5", "2,\"with, comma\",-1", "3,\"with \"\"quotes\"\"\",0", "\"4\",\"\",\"7\"", "5,\"two\nlines\",8", "6,5\" pipe,9", "7, blanks , 1 "}).rows,
            (Lines{"1 | plain | 2.5", "2 | with, comma | -1.0", "3 | with \"quotes\" | 0.0", "4 |  | 7.0", "5 | two\nlines | 8.0", "6 | 5\" pipe | 9.0", "7 |  blanks  | 1.0"}));
}

TEST(CsvDecoder, EmptyFieldsAreNullWhereTheyAreNoText) { EXPECT_EQ(csv({",,"}).rows, Lines{"NULL |  | NULL"}); }

TEST(CsvDecoder, NullLiteral) {
  EXPECT_EQ(csv({"NA,NA,NA", "1,\"NA\",2"}, {{"null-literal", "NA"}}).rows, (Lines{"NULL | NULL | NULL", "1 | NA | 2.0"}));
  EXPECT_EQ(csv({"1,,2", "1,\"\",2"}, {{"null-literal", ""}}).rows, (Lines{"1 | NULL | 2.0", "1 |  | 2.0"}));
}

TEST(CsvDecoder, OtherDialects) {
  EXPECT_EQ(csv({"1;'a;''b';2"}, {{"field-delimiter", ";"}, {"quote-character", "'"}}).rows, Lines{"1 | a;'b | 2.0"});
  EXPECT_EQ(csv({"1\ta\\\tb\t2", "1\t\"a\\\"b\\\\\"\t2"}, {{"field-delimiter", "\\t"}, {"escape-character", "\\"}}).rows, (Lines{"1 | a\tb | 2.0", "1 | a\"b\\ | 2.0"}));
}

TEST(CsvDecoder, CommentsAreLeftOut) {
  Decoded decoded = csv({"# 1,2,3", "1,a,2"}, {{"allow-comments", "true"}});
  EXPECT_EQ(decoded.rows, Lines{"1 | a | 2.0"});
  EXPECT_EQ(decoded.kept, (std::vector<uint32_t>{1}));
  EXPECT_TRUE(decoded.malformed.empty());
}

TEST(CsvDecoder, LeavesOutMalformedRecords) {
  Decoded decoded = csv({"1,a,2", "x,a,2", "1,a", "1,a,2,3", "1,\"a,2", "1,\"a\"b,2", "1,\xff,2", "", "2,b,3"});
  EXPECT_EQ(decoded.rows, (Lines{"1 | a | 2.0", "2 | b | 3.0"}));
  EXPECT_EQ(decoded.kept, (std::vector<uint32_t>{0, 8}));
  EXPECT_EQ(decoded.malformed, (Lines{"1: column 'id': 'x' is no INTEGER", "2: it has 2 fields instead of 3", "3: it has 4 fields instead of 3", "4: a quoted field has no end",
                                      "5: there is text behind the end of a quoted field", "6: it holds bytes that are no UTF-8", "7: it has 1 fields instead of 3"}));
}

TEST(CsvDecoder, IgnoreParseErrorsMakesNulls) {
  Decoded decoded = csv({"x,a,y", "1", "1,a,2,3", "1,\"a,2"}, {{"ignore-parse-errors", "true"}});
  EXPECT_EQ(decoded.rows, (Lines{"NULL | a | NULL", "1 | NULL | NULL", "1 | a | 2.0"}));
  EXPECT_EQ(decoded.malformed, Lines{"3: a quoted field has no end"});
}

TEST(CsvDecoder, ProjectsAndTakesAColumnTwice) {
  std::vector<DecodeColumn> wanted{{{"c"}, LogicalType::VARCHAR, 0}, {{"a"}, LogicalType::BIGINT, 1}, {{"c"}, LogicalType::DATE, 2}};
  EXPECT_EQ(decode("csv", wanted, {{"columns", "a,b,c"}}, {"1,\"x,y\",2024-02-29"}).rows, Lines{"2024-02-29 | 1 | 2024-02-29"});
}

TEST(CsvDecoder, NotNull) {
  std::vector<DecodeColumn> strict{{{"a"}, LogicalType::INTEGER, 0, false}};
  EXPECT_EQ(decode("csv", strict, {{"columns", "a"}}, {"", "1"}).malformed, Lines{"0: column 'a' is NOT NULL and has no value"});
}

TEST(CsvDecoder, RefusesWhatItCannotDo) {
  auto message = [](const std::vector<DecodeColumn>& wanted, const FormatOptions& options) { return make_decoder("csv", wanted, options).error().message(); };
  EXPECT_EQ(message(columns(), {{"columns", "id,nme,x"}}), "column 'name' is none of the CSV fields; did you mean 'nme'?");
  EXPECT_EQ(message({{{"a"}, LogicalType::LIST(LogicalType::INTEGER), 0}}, {{"columns", "a"}}), "column 'a': the type INTEGER[] cannot be read from CSV");
  EXPECT_EQ(message(columns(), {}), "a CSV decoder needs the option 'columns': the names of the fields in their order");
  EXPECT_EQ(message(columns(), {{"columns", "id,name,x"}, {"field-delimiter", "||"}}), "option 'csv.field-delimiter' is '||': it must be one character of one byte");
  EXPECT_EQ(message(columns(), {{"columns", "id,name,x"}, {"field-delimiter", "\""}}),
            "the options 'csv.field-delimiter', 'csv.quote-character' and 'csv.escape-character' must differ");
}

}  // namespace
}  // namespace deltastream::format::testing
