#include <gtest/gtest.h>

#include "engine/script.h"

namespace deltastream::engine {
namespace {

constexpr const char* kBase = R"(CREATE TABLE base (
  id BIGINT, ts TIMESTAMP(3), twice AS id * 2, offs BIGINT METADATA FROM 'offset' VIRTUAL,
  WATERMARK FOR ts AS ts, PRIMARY KEY (id) NOT ENFORCED
) PARTITIONED BY (id) WITH ('connector' = 'kafka', 'topic' = 'a');)";

Result<TableDefinition> like(const std::string& text) {
  auto statements = parse_script(std::string(kBase) + text);
  if (!statements.ok()) return statements.error();
  Catalog catalog;
  auto base = resolve_like(std::get<CreateTableStatement>((*statements)[0].body), catalog);
  if (!base.ok()) return base;
  DS_RETURN_IF_ERROR(catalog.add_table(*base, false));
  return resolve_like(std::get<CreateTableStatement>((*statements)[1].body), catalog);
}

TEST(Like, TakesEverythingByDefaultAndItsOwnOptionsWin) {
  auto table = like("CREATE TABLE t (extra STRING) WITH ('topic' = 'b', 'x' = 'y') LIKE BASE");
  ASSERT_TRUE(table.ok()) << table.error().to_string();
  EXPECT_EQ(table->name, "t");
  ASSERT_EQ(table->columns.size(), 5u);
  EXPECT_EQ(table->columns[0].name, "id");
  EXPECT_EQ(table->columns[4].name, "extra");
  EXPECT_EQ(table->find_option("connector")->value, "kafka");
  EXPECT_EQ(table->find_option("topic")->value, "b");
  EXPECT_EQ(table->options.size(), 3u);
  EXPECT_TRUE(table->watermark.has_value());
  EXPECT_EQ(table->primary_key.size(), 1u);
  EXPECT_EQ(table->partitioned_by.size(), 1u);
}

TEST(Like, LeavesOutWhatIsExcluded) {
  auto table = like("CREATE TABLE t WITH ('connector' = 'print') LIKE base (EXCLUDING ALL INCLUDING WATERMARKS)");
  ASSERT_TRUE(table.ok()) << table.error().to_string();
  EXPECT_EQ(table->columns.size(), 2u);
  EXPECT_EQ(table->options.size(), 1u);
  EXPECT_TRUE(table->watermark.has_value());
  EXPECT_TRUE(table->primary_key.empty());
  EXPECT_TRUE(table->partitioned_by.empty());
}

TEST(Like, OverwritesWhatItIsToldTo) {
  auto table = like("CREATE TABLE t (twice AS id + id, WATERMARK FOR ts AS ts - INTERVAL '1' DAY) LIKE base "
                    "(OVERWRITING GENERATED OVERWRITING WATERMARKS)");
  ASSERT_TRUE(table.ok()) << table.error().to_string();
  EXPECT_EQ(table->find_column("twice")->expression, "id + id");
  EXPECT_EQ(table->columns.size(), 4u);
  EXPECT_EQ(table->watermark->expression, "ts - INTERVAL '1' DAY");
}

TEST(Like, RefusesWhatBothHave) {
  struct { const char* text; const char* part; } cases[] = {
      {"CREATE TABLE t (id INT) LIKE base", "a column 'id'"},
      {"CREATE TABLE t WITH ('topic' = 'b') LIKE base (INCLUDING OPTIONS)", "the option 'topic'"},
      {"CREATE TABLE t (WATERMARK FOR ts AS ts) LIKE base", "a WATERMARK"},
      {"CREATE TABLE t (PRIMARY KEY (id) NOT ENFORCED) LIKE base", "a PRIMARY KEY"},
      {"CREATE TABLE t LIKE base (OVERWRITING CONSTRAINTS)", "OVERWRITING CONSTRAINTS"},
      {"CREATE TABLE t LIKE base (INCLUDING ALL EXCLUDING ALL)", "ALL stands twice"},
      {"CREATE TABLE t LIKE bas", "did you mean 'base'?"},
      {"CREATE TABLE t (PRIMARY KEY (x) NOT ENFORCED) LIKE base (EXCLUDING CONSTRAINTS)", "no column 'x'"},
  };
  for (const auto& c : cases) {
    auto table = like(c.text);
    ASSERT_FALSE(table.ok()) << c.text;
    EXPECT_NE(table.error().to_string().find(c.part), std::string::npos) << c.text << ": " << table.error().to_string();
  }
}

TEST(Catalog, NamesAreUniqueAcrossTablesAndViewsWithoutRegardToCase) {
  Catalog catalog;
  TableDefinition table;
  table.name = "Orders";
  ASSERT_TRUE(catalog.add_table(table, false).ok());
  EXPECT_EQ(catalog.add_table(table, false).error().kind(), ErrorKind::kAlreadyExists);
  EXPECT_TRUE(catalog.add_table(table, true).ok());
  ViewDefinition view;
  view.name = "ORDERS";
  EXPECT_EQ(catalog.add_view(view, false).error().kind(), ErrorKind::kAlreadyExists);
  ASSERT_NE(catalog.find_table("orders"), nullptr);
  EXPECT_EQ(catalog.find_table("orders")->name, "Orders");
  EXPECT_EQ(catalog.table("order").error().message(), "table 'order' is not declared (did you mean 'Orders'?)");
  EXPECT_FALSE(catalog.drop_table("x", false).ok());
  EXPECT_TRUE(catalog.drop_table("x", true).ok());
  EXPECT_TRUE(catalog.drop_table("ORDERS", false).ok());
  EXPECT_EQ(catalog.find_table("orders"), nullptr);
}

}  // namespace
}  // namespace deltastream::engine
