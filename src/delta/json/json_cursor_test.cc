#include "delta/json/json_cursor.h"

#include <gtest/gtest.h>

#include <simdjson.h>

namespace deltastream::delta {
namespace {

bool reads_whole(std::string_view text) {
  JsonCursor json;
  json.start(text.data(), text.data() + text.size());
  json.raw();
  json.skip_blanks();
  return !json.failed() && json.at_end();
}

std::string text_of(std::string_view json_text) {
  JsonCursor json;
  json.start(json_text.data(), json_text.data() + json_text.size());
  std::string_view text = json.string();
  return json.failed() ? std::string("! ") + json.failure() : std::string(text);
}

TEST(JsonCursor, ReadsMembersAndStepsOverTheRest) {
  std::string_view text = R"( { "a" : 1 , "skip" : {"x":[1,{"y":null}],"z":"}"}, "list":["p","q"], "b":true,"n":null,"deep":{"c":-5} } )";
  JsonCursor json;
  json.start(text.data(), text.data() + text.size());
  int64_t a = 0, c = 0;
  bool b = false, n = false;
  std::string list;
  json.object([&](std::string_view key) {
    if (key == "a") a = json.integer();
    if (key == "b") b = json.boolean();
    if (key == "n") n = json.null();
    if (key == "list") json.array([&] { list += json.string(); });
    if (key == "deep") json.object([&](std::string_view) { c = json.integer(); });
  });
  EXPECT_FALSE(json.failed()) << json.failure();
  EXPECT_EQ(a, 1);
  EXPECT_EQ(c, -5);
  EXPECT_TRUE(b);
  EXPECT_TRUE(n);
  EXPECT_EQ(list, "pq");
}

TEST(JsonCursor, Texts) {
  EXPECT_EQ(text_of(R"("plain")"), "plain");
  EXPECT_EQ(text_of(R"("")"), "");
  EXPECT_EQ(text_of(R"("{\"a\":\"0123456789abcdef0123456789abcdef\\\/\b\f\n\r\t\"}")"), "{\"a\":\"0123456789abcdef0123456789abcdef\\/\b\f\n\r\t\"}");
  EXPECT_EQ(text_of(R"("\u0041\u00e9\u20AC\ud83d\ude00")"), "A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
  EXPECT_EQ(text_of(R"("\ud83d")"), "?");
  EXPECT_EQ(text_of(R"("\ude00x")"), "?x");
  EXPECT_EQ(text_of(R"("\ud83d\u0041")"), "?A");
  EXPECT_EQ(text_of(R"("\ud83d\ud83d\ude00")"), "?\xf0\x9f\x98\x80");
  for (const char* broken : {R"("\u12")", R"("\q")", R"("open)", R"("open\)", "\"line\nend\"", "7"}) {
    EXPECT_EQ(text_of(broken).substr(0, 1), "!") << broken;
  }
}

TEST(JsonCursor, WholeNumbers) {
  auto number = [](std::string_view text) {
    JsonCursor json;
    json.start(text.data(), text.data() + text.size());
    int64_t value = json.integer();
    return json.failed() ? std::string("!") : std::to_string(value);
  };
  EXPECT_EQ(number("9223372036854775807"), "9223372036854775807");
  EXPECT_EQ(number("-9223372036854775808"), "-9223372036854775808");
  EXPECT_EQ(number("0"), "0");
  for (const char* broken : {"9223372036854775808", "-9223372036854775809", "18446744073709551616", "1.5", "1e3", "-", "", "01", "x", "1x"}) {
    EXPECT_EQ(number(broken), "!") << broken;
  }
}

TEST(JsonCursor, SkippingAgreesWithAFullParser) {
  const std::string whole = R"({"a":[1,-2.5e+7,{"b":"c\"d\\"},[],{}],"e":true,"f":false,"g":null,"h":{"i":[[[]]],"j":"€"}})";
  ASSERT_TRUE(reads_whole(whole));
  simdjson::dom::parser parser;
  auto valid = [&](const std::string& text) { return parser.parse(text).error() == simdjson::SUCCESS; };
  // Each byte left out, or replaced by one that means something.
  for (size_t i = 0; i < whole.size(); i++) {
    for (const char* bytes : {"", "{", "}", "[", "]", ",", ":", "\"", "\\", "x"}) {
      std::string changed = whole.substr(0, i) + bytes + whole.substr(i + 1);
      if (!simdjson::validate_utf8(changed)) continue;  // seen to before, for the whole file
      EXPECT_TRUE(!reads_whole(changed) || valid(changed)) << changed;
    }
    EXPECT_FALSE(reads_whole(whole.substr(0, i))) << i;
  }
}

TEST(JsonCursor, DepthIsBounded) {
  EXPECT_TRUE(reads_whole(std::string(100, '[') + std::string(100, ']')));
  EXPECT_FALSE(reads_whole(std::string(100000, '[')));
}

}  // namespace
}  // namespace deltastream::delta
