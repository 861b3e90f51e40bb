#include <gtest/gtest.h>

#include "engine/script.h"

namespace deltastream::engine {
namespace {

// Each spelling and the canonical one, which must read back as the same type.
TEST(FlinkTypes, EverySpelling) {
  struct { const char* text; const char* canonical; } cases[] = {
      {"CHAR", "STRING"}, {"CHAR(3)", "STRING"}, {"VARCHAR", "STRING"}, {"varchar(20)", "STRING"}, {"VARCHAR(2147483647)", "STRING"},
      {"STRING", "STRING"}, {"BOOLEAN", "BOOLEAN"}, {"BINARY(4)", "BYTES"}, {"VARBINARY(10)", "BYTES"}, {"BYTES", "BYTES"},
      {"DECIMAL", "DECIMAL(10, 0)"}, {"DEC(5)", "DECIMAL(5, 0)"}, {"NUMERIC(38, 38)", "DECIMAL(38, 38)"}, {"TINYINT", "TINYINT"},
      {"SMALLINT", "SMALLINT"}, {"INT", "INT"}, {"INTEGER", "INT"}, {"BIGINT", "BIGINT"}, {"FLOAT", "FLOAT"}, {"DOUBLE", "DOUBLE"},
      {"DOUBLE PRECISION", "DOUBLE"}, {"DATE", "DATE"}, {"TIME", "TIME(6)"}, {"TIME(3) WITHOUT TIME ZONE", "TIME(6)"},
      {"TIMESTAMP", "TIMESTAMP(6)"}, {"TIMESTAMP(3)", "TIMESTAMP(6)"}, {"TIMESTAMP(0) WITHOUT TIME ZONE", "TIMESTAMP(6)"},
      {"TIMESTAMP_LTZ", "TIMESTAMP_LTZ(6)"}, {"TIMESTAMP_LTZ(3)", "TIMESTAMP_LTZ(6)"},
      {"TIMESTAMP(3) WITH LOCAL TIME ZONE", "TIMESTAMP_LTZ(6)"}, {"ARRAY<INT NOT NULL>", "ARRAY<INT>"}, {"INT ARRAY", "ARRAY<INT>"},
      {"INT ARRAY ARRAY", "ARRAY<ARRAY<INT>>"}, {"MAP<STRING, ARRAY<DOUBLE>>", "MAP<STRING, ARRAY<DOUBLE>>"},
      {"ROW<a INT, b STRING>", "ROW<a INT, b STRING>"}, {"ROW(a INT 'first', `b c` ROW<d DATE NOT NULL> 'second')", "ROW<a INT, `b c` ROW<d DATE>>"},
      {"ROW<`value` INT, `a``b` INT>", "ROW<`value` INT, `a``b` INT>"},
  };
  for (const auto& c : cases) {
    auto parsed = parse_type(c.text);
    ASSERT_TRUE(parsed.ok()) << c.text << ": " << parsed.error().to_string();
    EXPECT_EQ(type_to_flink(parsed->type), c.canonical) << c.text;
    EXPECT_TRUE(parsed->nullable);
    auto again = parse_type(c.canonical);
    ASSERT_TRUE(again.ok()) << c.canonical << ": " << again.error().to_string();
    EXPECT_EQ(again->type, parsed->type);
    auto required = parse_type(std::string(c.text) + " NOT NULL");
    ASSERT_TRUE(required.ok());
    EXPECT_FALSE(required->nullable);
  }
}

TEST(FlinkTypes, WrongOnes) {
  struct { const char* text; const char* part; } cases[] = {
      {"", "a type"}, {"STRNG", "did you mean STRING?"}, {"DECIMAL(39)", "from 1 to 38"}, {"DECIMAL(5, 6)", "from 0 to 5"},
      {"VARCHAR(0)", "from 1"}, {"VARCHAR(99999999999999999999)", "from 1"}, {"INT INT", "the end of the type"}, {"ARRAY", "'<' after ARRAY"},
      {"ARRAY<INT", "'>'"}, {"MAP<INT>", "','"}, {"ROW<INT>", "a type"}, {"ROW<a INT, A INT>", "two fields 'A'"}, {"ROW<>", "the name of a ROW field"},
      {"INT NOT", "NULL"}, {"TIMESTAMP(1.5)", "must be from"}, {"MULTISET<INT>", "MULTISET"}, {"INT MULTISET", "MULTISET"},
  };
  for (const auto& c : cases) {
    auto parsed = parse_type(c.text);
    ASSERT_FALSE(parsed.ok()) << c.text;
    EXPECT_NE(parsed.error().to_string().find(c.part), std::string::npos) << c.text << ": " << parsed.error().to_string();
  }
}

}  // namespace
}  // namespace deltastream::engine
