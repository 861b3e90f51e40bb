#include "delta/schema_evolution.h"

#include <gtest/gtest.h>

#include "delta/log/table_testing.h"

namespace deltastream::delta {
namespace {

Schema schema(const std::string& fields) {
  auto parsed = Schema::parse(R"({"type":"struct","fields":[)" + fields + "]}");
  if (!parsed.ok()) throw std::runtime_error(parsed.error().to_string());
  return std::move(parsed).value();
}

std::string mapped(const std::string& name, int id, const std::string& physical, const std::string& type = "long") {
  return field_json(name, type, R"({"delta.columnMapping.id":)" + std::to_string(id) + R"(,"delta.columnMapping.physicalName":")" + physical + "\"}");
}

TEST(SchemaEvolution, WhatWidens) {
  for (auto [from, to] : {std::pair("byte", "short"), {"short", "long"}, {"integer", "double"}, {"float", "double"}, {"date", "timestamp_ntz"},
                          {"decimal(10,2)", "decimal(12,4)"}, {"decimal(10,2)", "decimal(11,2)"}, {"integer", "decimal(10,0)"}, {"byte", "decimal(4,1)"},
                          {"long", "decimal(20,0)"}, {"void", "string"}}) {
    EXPECT_TRUE(widens(from, to)) << from << " to " << to;
  }
  for (auto [from, to] : {std::pair("long", "integer"), {"long", "double"}, {"date", "timestamp"}, {"decimal(10,2)", "decimal(11,4)"}, {"integer", "decimal(10,1)"},
                          {"long", "decimal(18,0)"}, {"byte", "decimal(3,1)"}, {"string", "binary"}, {"integer", "float"}, {"long", "long"}}) {
    EXPECT_FALSE(widens(from, to)) << from << " to " << to;
  }
}

TEST(SchemaEvolution, UnknownTypeChangeIsNamed) {
  auto with = [](const char* from, const char* to) {
    std::string inner = R"({"type":"struct","fields":[)" +
                        field_json("b", to, R"({"delta.typeChanges":[{"fromType":")" + std::string(from) + R"(","toType":")" + to + R"("}]})") + "]}";
    return check_type_changes(schema(field_json("s", R"({"type":"array","elementType":)" + inner + R"(,"containsNull":true})")));
  };
  EXPECT_TRUE(with("byte", "long").ok());
  auto refused = with("string", "long");
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().kind(), ErrorKind::kUnsupported);
  EXPECT_NE(refused.error().message().find("'s.b'"), std::string::npos) << refused.error().message();
}

TEST(SchemaEvolution, MappedColumnsNeedNamesOfTheirOwn) {
  auto name = ColumnMappingMode::kName;
  EXPECT_TRUE(check_column_mapping(schema(field_json("a")), ColumnMappingMode::kNone).ok());
  EXPECT_FALSE(check_column_mapping(schema(field_json("a")), name).ok());
  EXPECT_TRUE(check_column_mapping(schema(mapped("a", 1, "x") + "," + mapped("b", 2, "y")), name).ok());
  EXPECT_FALSE(check_column_mapping(schema(mapped("a", 1, "x") + "," + mapped("b", 2, "x")), name).ok());
  auto no_id = schema(field_json("a", "long", R"({"delta.columnMapping.physicalName":"x"})"));
  EXPECT_TRUE(check_column_mapping(no_id, name).ok());
  EXPECT_FALSE(check_column_mapping(no_id, ColumnMappingMode::kId).ok());
}

TEST(SchemaEvolution, ReadTogether) {
  auto none = ColumnMappingMode::kNone;
  auto name = ColumnMappingMode::kName;
  EXPECT_TRUE(check_readable_as(schema(field_json("a", "byte")), schema(field_json("a") + "," + field_json("new")), none).ok());
  EXPECT_TRUE(check_readable_as(schema(field_json("a") + "," + field_json("gone")), schema(field_json("a")), none).ok());
  auto changed = check_readable_as(schema(field_json("a", "string")), schema(field_json("a")), none);
  ASSERT_FALSE(changed.ok());
  EXPECT_NE(changed.error().message().find("'a' was string and is long"), std::string::npos) << changed.error().message();
  EXPECT_TRUE(check_readable_as(schema(mapped("a", 1, "x")), schema(mapped("renamed", 1, "x")), name).ok());
  EXPECT_FALSE(check_readable_as(schema(mapped("a", 1, "x")), schema(mapped("renamed", 1, "x", "string")), name).ok());
}

TEST(Schema, SparksOtherNamesOfTypes) {
  DataType type;
  type.primitive = "timestamp_ltz";
  EXPECT_EQ(*logical_type(type), LogicalType(LogicalTypeId::TIMESTAMP_TZ));
  type.primitive = "string collate UNICODE_CI";
  EXPECT_EQ(*logical_type(type), LogicalType(LogicalTypeId::VARCHAR));
}

TEST(Schema, AUserDefinedTypeIsWhatItIsStoredAs) {
  const std::string json = R"({"type":"struct","fields":[{"name":"v","type":{"type":"udt","class":"c","pyClass":null,"sqlType":{"type":"array","elementType":"double","containsNull":false}},"nullable":true,"metadata":{}}]})";
  auto schema = Schema::parse(json);
  ASSERT_TRUE(schema.ok()) << schema.error().describe();
  EXPECT_EQ(*logical_type(schema->fields[0].type), LogicalType::LIST(LogicalTypeId::DOUBLE));
  EXPECT_EQ(schema->to_json(), json);
  EXPECT_EQ(Schema::parse(R"({"type":"struct","fields":[{"name":"v","type":{"type":"udt"}}]})").error().kind(), ErrorKind::kCorrupt);
}

TEST(Schema, NamesDifferByMoreThanCase) {
  auto twice = Schema::parse(R"({"type":"struct","fields":[{"name":"a","type":"long","nullable":true,"metadata":{}},{"name":"A","type":"long","nullable":true,"metadata":{}}]})");
  ASSERT_FALSE(twice.ok());
  EXPECT_EQ(twice.error().kind(), ErrorKind::kCorrupt);
  EXPECT_NE(twice.error().message().find("'A'"), std::string::npos);
}

}  // namespace
}  // namespace deltastream::delta
