#include "engine/batch/from_sources.h"

#include <gtest/gtest.h>

namespace deltastream::engine::batch {
namespace {

// text=alias of each, "!" before what names a place.
std::string sources(const std::string& sql) {
  auto tokens = tokenize_sql(sql);
  if (!tokens.ok()) return tokens.error().to_string();
  std::string text;
  for (const FromSource& source : from_sources(sql, *tokens)) {
    text += (text.empty() ? "" : " ") + std::string(source.names_place ? "!" : "") + source.text + "=" + source.alias;
  }
  return text;
}

TEST(FromSources, NamesFilesAndFunctions) {
  EXPECT_EQ(sources("SELECT a FROM t WHERE x"), "t=t");
  EXPECT_EQ(sources("SELECT a FROM lake.main.t AS f WHERE x"), "lake.main.t=f");
  EXPECT_EQ(sources("FROM 'a b.parquet' p SELECT x"), "!'a b.parquet'=p");
  EXPECT_EQ(sources("FROM delta_scan('x', version => (1)) JOIN t USING (a) WHERE"), "!delta_scan('x', version => (1))= t=t");
  EXPECT_EQ(sources("FROM a, b x, 'c' WHERE"), "a=a b=x !'c'=");
  EXPECT_EQ(sources("SELECT * FROM (SELECT 1 FROM t WHERE true) q WHERE"), "t=t");
}

TEST(FromSources, WhatIsNotWrittenToItsEnd) {
  EXPECT_EQ(sources("SELECT a FROM"), "");
  EXPECT_EQ(sources("SELECT a FROM fli"), "");
  EXPECT_EQ(sources("SELECT a FROM delta_scan('x'"), "");
  EXPECT_EQ(sources("SELECT a FROM 'x'"), "!'x'=");
}

}  // namespace
}  // namespace deltastream::engine::batch
