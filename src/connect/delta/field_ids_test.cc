#include "connect/test_tables.h"
#include "format/parquet.h"
#include "storage/stores.h"

namespace deltastream::connect {
namespace {

using format::ParquetWriteOptions;
using duckdb::child_list_t;

Value row(child_list_t<Value> fields) { return Value::STRUCT(std::move(fields)); }

// A table whose columns are found by field id, and a file of another writer, which calls them as it likes: fields in another order,
// one that the table has not, with the name of one that it has, and one missing.
class DeltaFieldIds : public ::testing::Test {
 protected:
  void write_file(const std::string& path, bool with_ids) {
    auto store = storage::make_local_store(location_);
    auto sink = store->open_writer(path);
    ASSERT_OK(sink);
    ParquetWriteOptions options;
    if (with_ids) {
      options.field_ids = {{1, {}}, {2, {{99, {}}, {4, {}}, {3, {}}}}, {5, {{std::nullopt, {{6, {}}}}}}, {8, {{std::nullopt, {}}, {std::nullopt, {{10, {}}}}}}};
    }
    Value s = row({{"a", Value::INTEGER(1000)}, {"bb", Value("four")}, {"aa", Value::INTEGER(3)}});
    Value x = row({{"y", Value::INTEGER(6)}});
    Value v = row({{"w", Value::INTEGER(10)}});
    std::vector<Value> values = {Value::BIGINT(1), s, Value::LIST({x, Value(x.type()), x}), Value::MAP(LogicalType::VARCHAR, v.type(), {Value("k")}, {v})};
    std::vector<Field> fields = {{"i", values[0].type()}, {"row", values[1].type()}, {"list", values[2].type()}, {"map", values[3].type()}};
    auto writer = format::ParquetFileWriter::create(std::move(*sink), fields, options);
    ASSERT_OK(writer);
    DataChunk chunk;
    duckdb::vector<LogicalType> types;
    for (const Value& value : values) types.push_back(value.type());
    chunk.Initialize(duckdb::Allocator::DefaultAllocator(), types);
    for (size_t column = 0; column < values.size(); column++) {
      chunk.SetValue(column, 0, values[column]);
      chunk.SetValue(column, 1, column == 0 ? Value::BIGINT(2) : Value(types[column]));
    }
    chunk.SetCardinality(2);
    ASSERT_OK((*writer)->write(chunk));
    auto summary = (*writer)->finish();
    ASSERT_OK(summary);
    size_ = static_cast<int64_t>(summary->bytes);
  }

  void write_log(const std::string& path) {
    auto field = [](const char* name, int id, const std::string& type) {
      return R"({"name":")" + std::string(name) + R"(","type":)" + type + R"(,"nullable":true,"metadata":{"delta.columnMapping.id":)" + std::to_string(id) +
             R"(,"delta.columnMapping.physicalName":")" + name + R"("}})";
    };
    auto row_of = [](const std::string& fields) { return R"({"type":"struct","fields":[)" + fields + "]}"; };
    std::string schema = row_of(field("id", 1, R"("long")") + "," +
                                field("s", 2, row_of(field("a", 3, R"("integer")") + "," + field("b", 4, R"("string")") + "," + field("c", 7, R"("integer")"))) + "," +
                                field("l", 5, R"({"type":"array","containsNull":true,"elementType":)" + row_of(field("x", 6, R"("integer")")) + "}") + "," +
                                field("m", 8, R"({"type":"map","keyType":"string","valueContainsNull":true,"valueType":)" + row_of(field("v", 9, R"("integer")")) + "}"));
    std::string escaped;
    for (char c : schema) escaped += c == '"' ? "\\\"" : std::string(1, c);
    std::string log = R"({"protocol":{"minReaderVersion":2,"minWriterVersion":5}})"
                      "\n"
                      R"({"metaData":{"id":"ids","format":{"provider":"parquet","options":{}},"schemaString":")" +
                      escaped + R"(","partitionColumns":[],"configuration":{"delta.columnMapping.mode":"id","delta.columnMapping.maxColumnId":"99"}}})"
                      "\n"
                      R"({"add":{"path":")" +
                      path + R"(","partitionValues":{},"size":)" + std::to_string(size_) + R"(,"modificationTime":1,"dataChange":true}})" + "\n";
    ASSERT_OK(storage::make_local_store(location_)->put_if_absent("_delta_log/00000000000000000000.json", log));
  }

  Result<Rows> read(size_t batch) const {
    LogicalType s = LogicalType::STRUCT(child_list_t<LogicalType>{{"a", LogicalType::INTEGER}, {"b", LogicalType::VARCHAR}, {"c", LogicalType::INTEGER}});
    LogicalType x = LogicalType::STRUCT(child_list_t<LogicalType>{{"x", LogicalType::INTEGER}});
    LogicalType v = LogicalType::STRUCT(child_list_t<LogicalType>{{"v", LogicalType::INTEGER}});
    auto table = test_table("t", {{"id", LogicalType::BIGINT}, {"s", s}, {"l", LogicalType::LIST(x)}, {"m", LogicalType::MAP(LogicalType::VARCHAR, v)}},
                            {{"connector", "delta"}, {"table_path", location_}});
    return read_table(table, context_, batch);
  }

  TempFolder folder_;
  std::string location_ = folder_ / "t";
  ConnectorContext context_;
  int64_t size_ = 0;
};

TEST_F(DeltaFieldIds, FieldsInsideOfColumnsAreFoundById) {
  write_file("f.parquet", true);
  write_log("f.parquet");
  for (size_t batch : {1u, 2048u}) {
    auto rows = read(batch);
    ASSERT_OK(rows);
    EXPECT_EQ(*rows, (Rows{"1|{'a': 3, 'b': four, 'c': NULL}|[{'x': 6}, NULL, {'x': 6}]|{k={'v': NULL}}", "2|NULL|NULL|NULL"}));
  }
}

// As the protocol wants it of readers: names are no way to a column where ids are the mode, unless the file has none at all.
TEST_F(DeltaFieldIds, AFileWithoutIdsIsReadByName) {
  write_file("f.parquet", false);
  write_log("f.parquet");
  auto rows = read(2048);
  ASSERT_OK(rows);
  EXPECT_EQ(*rows, (Rows{"NULL|NULL|NULL|NULL", "NULL|NULL|NULL|NULL"}));
}

}  // namespace
}  // namespace deltastream::connect
