#include "delta/data_writer.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "common/uri.h"
#include "delta/statistics.h"
#include "delta/test_table.h"
#include "format/parquet.h"
#include "storage/faulty.h"

namespace deltastream::delta {
namespace {

using Store = std::shared_ptr<storage::ObjectStore>;
using Rows = std::vector<std::vector<Value>>;

void fill(DataChunk& chunk, const std::vector<Field>& columns, const Rows& rows) {
  duckdb::vector<LogicalType> types;
  for (const auto& column : columns) types.push_back(column.type);
  chunk.Initialize(duckdb::Allocator::DefaultAllocator(), types);
  for (size_t row = 0; row < rows.size(); row++) {
    for (size_t i = 0; i < columns.size(); i++) chunk.data[i].SetValue(row, rows[row][i]);
  }
  chunk.SetCardinality(rows.size());
}

// All rows of a data file, as text, its columns in file order.
std::multiset<std::string> read_rows(const Store& store, const std::string& path) {
  auto shape = format::ParquetFileReader::open(store, path, {}).value();
  std::vector<format::ParquetReadColumn> wanted;
  duckdb::vector<LogicalType> types;
  for (const auto& field : shape->file_schema()) {
    wanted.push_back({{field.name}, field.type});
    types.push_back(field.type);
  }
  auto reader = format::ParquetFileReader::open(store, path, wanted).value();
  std::multiset<std::string> rows;
  DataChunk chunk;
  chunk.Initialize(duckdb::Allocator::DefaultAllocator(), types);
  while (true) {
    chunk.Reset();
    auto read = reader->read(chunk);
    EXPECT_TRUE(read.ok());
    if (!read.ok() || chunk.size() == 0) return rows;
    for (size_t row = 0; row < chunk.size(); row++) {
      std::string text;
      for (size_t i = 0; i < chunk.ColumnCount(); i++) text += (i ? "|" : "") + chunk.GetValue(i, row).ToString();
      rows.insert(text);
    }
  }
}

std::string store_path(const Add& add) { return percent_decode(add.path).value(); }

Snapshot make_table(const Store& store, std::vector<StructField> fields, std::vector<std::string> partitions = {}, StringMap properties = {}) {
  CreateTableRequest request;
  request.schema.fields = std::move(fields);
  request.partition_columns = std::move(partitions);
  request.properties = std::move(properties);
  auto table = create_table(store, request);
  EXPECT_TRUE(table.ok()) << table.error().describe();
  return std::move(table).value();
}

std::vector<Add> write_all(const Snapshot& table, const std::vector<Field>& columns, const Rows& rows, DataWriterOptions options = {}) {
  auto writer = DataWriter::create(table, columns, options);
  EXPECT_TRUE(writer.ok()) << writer.error().describe();
  DataChunk chunk;
  fill(chunk, columns, rows);
  auto written = (*writer)->write(chunk);
  EXPECT_TRUE(written.ok()) << written.error().describe();
  return (*writer)->finish().value();
}

TEST(DataWriter, WritesFilesWithStatistics) {
  Store store = storage::make_memory_store();
  auto table = make_table(store, {test_field("id", "long"), test_field("name", "string")});
  // Another order and another case than the table's.
  auto adds = write_all(table, {{"NAME", LogicalType::VARCHAR}, {"id", LogicalType::BIGINT}},
                        {{Value("b"), Value::BIGINT(2)}, {Value(LogicalType::VARCHAR), Value::BIGINT(1)}});
  ASSERT_EQ(adds.size(), 1u);
  EXPECT_EQ(adds[0].stats, "{\"numRecords\":2,\"minValues\":{\"id\":1,\"name\":\"b\"},\"maxValues\":{\"id\":2,\"name\":\"b\"},\"nullCount\":{\"id\":0,\"name\":1}}");
  EXPECT_EQ(adds[0].size, static_cast<int64_t>(store->head(store_path(adds[0]))->size));
  EXPECT_GT(adds[0].modification_time, 1'600'000'000'000);
  EXPECT_TRUE(adds[0].partition_values.empty());
  EXPECT_EQ(read_rows(store, store_path(adds[0])), (std::multiset<std::string>{"2|b", "1|NULL"}));
}

TEST(DataWriter, SplitsRowsByPartition) {
  Store store = storage::make_memory_store();
  auto table = make_table(store, {test_field("id", "long"), test_field("day", "date"), test_field("kind", "string")}, {"kind", "day"});
  const std::vector<Field> columns = {{"id", LogicalType::BIGINT}, {"day", LogicalType::DATE}, {"kind", LogicalType::VARCHAR}};
  Rows rows;
  const std::string kinds[] = {"a", "b/c %", "", "ü"};
  for (int64_t i = 0; i < 1000; i++) {
    Value day = i % 7 == 0 ? Value(LogicalType::DATE) : Value::DATE(duckdb::date_t(static_cast<int32_t>(i % 3)));
    rows.push_back({Value::BIGINT(i), day, i % 5 == 0 ? Value(LogicalType::VARCHAR) : Value(kinds[i % 4])});
  }
  auto adds = write_all(table, columns, rows);
  std::map<PartitionValues, std::multiset<std::string>> found, expected;
  for (const auto& add : adds) found[add.partition_values].merge(read_rows(store, store_path(add)));
  for (const auto& row : rows) {
    PartitionValues values;
    values["kind"] = row[2].IsNull() || row[2].ToString().empty() ? std::nullopt : std::optional(row[2].ToString());
    values["day"] = row[1].IsNull() ? std::nullopt : std::optional(row[1].ToString());
    expected[values].insert(row[0].ToString());
  }
  EXPECT_EQ(found, expected) << "partition columns are not in the files";
  for (const auto& add : adds) {
    if (add.partition_values.at("kind") != "b/c %" || add.partition_values.at("day") != "1970-01-02") continue;
    EXPECT_EQ(store_path(add).find("kind=b%2Fc %25/day=1970-01-02/part-"), 0u) << store_path(add);
    EXPECT_EQ(add.path.find("kind=b%252Fc%20%2525/day=1970-01-02/part-"), 0u) << add.path;
  }
}

TEST(DataWriter, KeepsFewPartitionsOpenAndRollsFiles) {
  Store store = storage::make_memory_store();
  auto table = make_table(store, {test_field("id", "long"), test_field("p", "integer")}, {"p"});
  const std::vector<Field> columns = {{"id", LogicalType::BIGINT}, {"p", LogicalType::INTEGER}};
  DataWriterOptions options;
  options.max_open_partitions = 3;
  options.gathered_bytes = 0;
  auto writer = DataWriter::create(table, columns, options).value();
  for (int round = 0; round < 3; round++) {
    Rows rows;
    for (int i = 0; i < 200; i++) rows.push_back({Value::BIGINT(round * 200 + i), Value::INTEGER(i % 10)});
    DataChunk chunk;
    fill(chunk, columns, rows);
    ASSERT_TRUE(writer->write(chunk).ok());
    EXPECT_EQ(writer->open_partitions(), 3u);
  }
  EXPECT_EQ(writer->rows_written(), 600u);
  auto adds = writer->finish().value();
  EXPECT_EQ(writer->open_partitions(), 0u);
  EXPECT_EQ(adds.size(), 30u);
  std::set<std::string> ids;
  for (const auto& add : adds) {
    for (const auto& row : read_rows(store, store_path(add))) {
      EXPECT_TRUE(ids.insert(row).second);
      EXPECT_EQ(std::stoi(row) % 10, std::stoi(*add.partition_values.at("p")));
    }
  }
  EXPECT_EQ(ids.size(), 600u);
  EXPECT_TRUE(writer->finish()->empty()) << "each file is handed out once";

  options.target_file_bytes = 1;
  auto rolling = DataWriter::create(table, columns, options).value();
  for (int i = 0; i < 4; i++) {
    DataChunk chunk;
    fill(chunk, columns, {{Value::BIGINT(i), Value::INTEGER(0)}});
    ASSERT_TRUE(rolling->write(chunk).ok());
  }
  EXPECT_EQ(rolling->finish()->size(), 4u);
}

// Random order over many more partitions than files may be open: one file each, and every row in its place.
TEST(DataWriter, GathersRowsOfManyPartitions) {
  Store store = storage::make_memory_store();
  auto table = make_table(store, {test_field("id", "long"), test_field("p", "integer"), test_field("text", "string")}, {"p"});
  const std::vector<Field> columns = {{"id", LogicalType::BIGINT}, {"p", LogicalType::INTEGER}, {"text", LogicalType::VARCHAR}};
  for (uint64_t gathered : {uint64_t(128) << 20, uint64_t(20'000)}) {
    DataWriterOptions options;
    options.max_open_partitions = 5;
    options.gathered_bytes = gathered;
    auto writer = DataWriter::create(table, columns, options).value();
    int64_t id = 0;
    for (int round = 0; round < 30; round++) {
      Rows rows;
      for (int i = 0; i < 1000; i++, id++) {
        // Partition 0 alone gets enough for a file of its own while rows still come.
        int64_t p = round % 2 ? 0 : id * 7919 % 50;
        rows.push_back({Value::BIGINT(id), Value::INTEGER(static_cast<int32_t>(p)), Value("a text too long to be inline, of row " + std::to_string(id))});
      }
      DataChunk chunk;
      fill(chunk, columns, rows);
      ASSERT_TRUE(writer->write(chunk).ok());
      EXPECT_LE(writer->open_partitions(), 5u);
    }
    auto adds = writer->finish().value();
    if (gathered > 1'000'000) {
      EXPECT_EQ(adds.size(), 50u);
    }
    size_t found = 0;
    std::set<std::string> seen;
    for (const auto& add : adds) {
      for (const auto& row : read_rows(store, store_path(add))) {
        int64_t number = std::stoll(row);
        EXPECT_EQ(row, std::to_string(number) + "|a text too long to be inline, of row " + std::to_string(number));
        EXPECT_EQ(number / 1000 % 2 ? 0 : number * 7919 % 50, std::stoi(*add.partition_values.at("p")));
        seen.insert(row);
        found++;
      }
    }
    EXPECT_EQ(found, 30'000u);
    EXPECT_EQ(seen.size(), 30'000u);
  }
}

TEST(DataWriter, CastsToTheTablesTypes) {
  Store store = storage::make_memory_store();
  auto table = make_table(store, {test_field("a", "long"), test_field("b", "decimal(10,2)"), test_field("c", "string"), test_field("d", "timestamp")});
  const std::vector<Field> columns = {
      {"a", LogicalType::TINYINT}, {"b", LogicalType::VARCHAR}, {"c", LogicalType::UUID}, {"d", LogicalType::TIMESTAMP_MS}};
  auto adds = write_all(table, columns,
                        {{Value::TINYINT(1), Value("2.345"), Value::UUID("00000000-0000-0000-0000-000000000007"), Value::TIMESTAMPMS(duckdb::timestamp_ms_t(1500))}});
  EXPECT_EQ(read_rows(store, store_path(adds[0])), (std::multiset<std::string>{"1|2.35|00000000-0000-0000-0000-000000000007|1970-01-01 00:00:01.5+00"}));

  auto writer = DataWriter::create(table, columns).value();
  DataChunk chunk;
  fill(chunk, columns, {{Value::TINYINT(1), Value("many"), Value(LogicalType::UUID), Value(LogicalType::TIMESTAMP_MS)}});
  auto written = writer->write(chunk);
  ASSERT_FALSE(written.ok());
  EXPECT_EQ(written.error().kind(), ErrorKind::kInvalidArgument);
  EXPECT_NE(written.error().describe().find("'b'"), std::string::npos) << written.error().describe();
  EXPECT_FALSE(writer->finish().ok()) << "rows were lost: nothing may be committed";
}

TEST(DataWriter, RefusesColumnsThatDoNotFit) {
  Store store = storage::make_memory_store();
  auto table = make_table(store, {test_field("a", "long"), test_field("b", "string")});
  auto refused = [&](const std::vector<Field>& columns, const std::string& word) {
    auto writer = DataWriter::create(table, columns);
    ASSERT_FALSE(writer.ok()) << word;
    EXPECT_EQ(writer.error().kind(), ErrorKind::kInvalidArgument);
    EXPECT_NE(writer.error().describe().find(word), std::string::npos) << writer.error().describe();
  };
  refused({{"a", LogicalType::BIGINT}}, "'b'");
  refused({{"a", LogicalType::BIGINT}, {"b", LogicalType::VARCHAR}, {"c", LogicalType::VARCHAR}}, "'c'");
  auto codec = make_table(storage::make_memory_store(), {test_field("a", "long")}, {}, {{"delta.parquet.compression.codec", "brotli"}});
  EXPECT_EQ(DataWriter::create(codec, {{"a", LogicalType::BIGINT}}).error().kind(), ErrorKind::kUnsupported);
}

TEST(DataWriter, RefusesNullsWhereNoneMayBe) {
  Store store = storage::make_memory_store();
  StructField id = test_field("id", "long");
  id.nullable = false;
  StructField inner = test_field("x", "long");
  inner.nullable = false;
  StructField list = test_field("l", "");
  list.type.kind = DataType::Kind::kArray;
  list.type.children.resize(1);
  list.type.children[0].kind = DataType::Kind::kStruct;
  list.type.children[0].fields = {inner};
  list.type.contains_null = true;
  auto table = make_table(store, {id, list});
  auto struct_type = LogicalType::STRUCT({{"x", LogicalType::BIGINT}});
  const std::vector<Field> columns = {{"id", LogicalType::BIGINT}, {"l", LogicalType::LIST(struct_type)}};
  auto element = [&](Value x) { return Value::STRUCT({{"x", std::move(x)}}); };
  auto attempt = [&](Value key, Value elements) {
    auto writer = DataWriter::create(table, columns).value();
    DataChunk chunk;
    fill(chunk, columns, {{std::move(key), std::move(elements)}});
    auto written = writer->write(chunk);
    return written.ok() ? "" : written.error().describe();
  };
  EXPECT_EQ(attempt(Value::BIGINT(1), Value(columns[1].type)), "");
  EXPECT_EQ(attempt(Value::BIGINT(1), Value::LIST(struct_type, {element(Value::BIGINT(1)), Value(struct_type)})), "") << "a NULL struct has no fields";
  EXPECT_NE(attempt(Value(LogicalType::BIGINT), Value(columns[1].type)).find("'id' must not be NULL"), std::string::npos);
  EXPECT_NE(attempt(Value::BIGINT(1), Value::LIST(struct_type, {element(Value(LogicalType::BIGINT))})).find("'l.element.x' must not be NULL"), std::string::npos);
}

TEST(DataWriter, WritesPhysicalNamesAndIds) {
  Store store = storage::make_memory_store();
  StructField nested = test_field("s", "");
  nested.type.kind = DataType::Kind::kStruct;
  nested.type.fields = {test_field("x", "string")};
  auto table = make_table(store, {test_field("id", "long"), nested, test_field("p", "string")}, {"p"}, {{"delta.columnMapping.mode", "name"}});
  auto struct_type = LogicalType::STRUCT({{"x", LogicalType::VARCHAR}});
  auto adds = write_all(table, {{"id", LogicalType::BIGINT}, {"s", struct_type}, {"p", LogicalType::VARCHAR}},
                        {{Value::BIGINT(1), Value::STRUCT({{"x", Value("k")}}), Value("q")}});
  ASSERT_EQ(adds.size(), 1u);
  auto physical = [&](const StructField& field) { return field.physical_name(ColumnMappingMode::kName); };
  const auto& fields = table.schema().fields;
  EXPECT_EQ(adds[0].partition_values, (PartitionValues{{physical(fields[2]), "q"}}));
  EXPECT_EQ(store_path(adds[0]).find('='), std::string::npos) << "no names in folders";
  EXPECT_NE(adds[0].stats->find("\"" + physical(fields[1]) + "\":{\"" + physical(fields[1].type.fields[0]) + "\":\"k\"}"), std::string::npos);
  auto reader = format::ParquetFileReader::open(store, store_path(adds[0]), {}).value();
  ASSERT_EQ(reader->file_schema().size(), 2u);
  EXPECT_EQ(reader->file_schema()[0].name, physical(fields[0]));
  EXPECT_EQ(duckdb::StructType::GetChildName(reader->file_schema()[1].type, 0), physical(fields[1].type.fields[0]));
}

TEST(DataWriter, LimitsStatisticsAsTheTableAsks) {
  Store store = storage::make_memory_store();
  const std::vector<Field> columns = {{"a", LogicalType::BIGINT}, {"b", LogicalType::BIGINT}, {"c", LogicalType::BIGINT}};
  const Rows rows = {{Value::BIGINT(1), Value::BIGINT(2), Value::BIGINT(3)}};
  auto stats = [&](StringMap properties) {
    auto table = make_table(storage::make_memory_store(), {test_field("a", "long"), test_field("b", "long"), test_field("c", "long")}, {}, std::move(properties));
    return *write_all(table, columns, rows)[0].stats;
  };
  EXPECT_NE(stats({}).find("\"nullCount\":{\"a\":0,\"b\":0,\"c\":0}"), std::string::npos);
  EXPECT_NE(stats({{"delta.dataSkippingNumIndexedCols", "2"}}).find("\"nullCount\":{\"a\":0,\"b\":0}"), std::string::npos);
  EXPECT_NE(stats({{"delta.dataSkippingNumIndexedCols", "0"}}).find("{\"numRecords\":1,\"minValues\":{},"), std::string::npos);
  EXPECT_NE(stats({{"delta.dataSkippingStatsColumns", "c, `a`"}}).find("\"nullCount\":{\"a\":0,\"c\":0}"), std::string::npos);
}

TEST(DataWriter, LeavesNothingBehindWhenDropped) {
  Store store = storage::make_memory_store();
  auto table = make_table(store, {test_field("id", "long"), test_field("p", "integer")}, {"p"});
  const std::vector<Field> columns = {{"id", LogicalType::BIGINT}, {"p", LogicalType::INTEGER}};
  DataWriterOptions options;
  options.max_open_partitions = 1;
  options.gathered_bytes = 0;
  {
    auto writer = DataWriter::create(table, columns, options).value();
    DataChunk chunk;
    fill(chunk, columns, {{Value::BIGINT(1), Value::INTEGER(1)}, {Value::BIGINT(2), Value::INTEGER(2)}});
    ASSERT_TRUE(writer->write(chunk).ok());
  }
  EXPECT_EQ(store->list("")->size(), 1u) << "the log only";
  // What is handed out stays.
  {
    auto writer = DataWriter::create(table, columns, options).value();
    DataChunk chunk;
    fill(chunk, columns, {{Value::BIGINT(1), Value::INTEGER(1)}});
    ASSERT_TRUE(writer->write(chunk).ok());
    ASSERT_EQ(writer->finish()->size(), 1u);
  }
  EXPECT_EQ(store->list("")->size(), 2u);
}

// Whichever call fails, the files handed out hold all rows, or an error is returned.
TEST(DataWriter, HandsOutAllRowsOrAnErrorWhicheverCallFails) {
  const std::vector<Field> columns = {{"id", LogicalType::BIGINT}, {"p", LogicalType::INTEGER}};
  for (Fault fault : {Fault::kIoError, Fault::kNoSpace, Fault::kShortWrite, Fault::kAnswerLost}) {
    bool clean = false;
    for (uint64_t n = 1; !clean; n++) {
      ASSERT_LT(n, 200u);
      Store inner = storage::make_memory_store();
      auto faulty = std::make_shared<storage::FaultyStore>(inner);
      auto table = make_table(faulty, {test_field("id", "long"), test_field("p", "integer")}, {"p"});
      faulty->faults().set({fault, n, "", false});
      auto writer = DataWriter::create(table, columns).value();
      DataChunk chunk;
      fill(chunk, columns, {{Value::BIGINT(1), Value::INTEGER(1)}, {Value::BIGINT(2), Value::INTEGER(2)}, {Value::BIGINT(3), Value::INTEGER(1)}});
      auto written = writer->write(chunk);
      auto adds = written.ok() ? writer->finish() : Result<std::vector<Add>>(written.error());
      clean = faulty->faults().struck() == 0;
      EXPECT_EQ(adds.ok(), clean) << "call " << n;
      if (!adds.ok()) {
        EXPECT_FALSE(writer->finish().ok());
        continue;
      }
      std::multiset<std::string> rows;
      for (const auto& add : *adds) rows.merge(read_rows(inner, store_path(add)));
      EXPECT_EQ(rows, (std::multiset<std::string>{"1", "2", "3"}));
    }
  }
}

TEST(DataWriter, TakesPartitionFoldersTooLongForADisk) {
  Store store = storage::make_memory_store();
  auto table = make_table(store, {test_field("id", "long"), test_field("p", "string")}, {"p"});
  std::string longest(1000, 'x');
  auto adds = write_all(table, {{"id", LogicalType::BIGINT}, {"p", LogicalType::VARCHAR}}, {{Value::BIGINT(1), Value(longest)}});
  EXPECT_EQ(adds[0].partition_values.at("p"), longest);
  EXPECT_LT(adds[0].path.size(), 100u);
}

// As Spark declares them: strings, whose width stands in the field's metadata.
TEST(DataWriter, KeepsToTheWidthOfTexts) {
  auto wide = [](const char* name, const char* spelled) {
    StructField field = test_field(name, "string");
    field.metadata.push_back({"__CHAR_VARCHAR_TYPE_STRING", std::string("\"") + spelled + "\""});
    return field;
  };
  Store store = storage::make_memory_store();
  auto table = make_table(store, {wide("c", "char(4)"), wide("v", "varchar(3)"), wide("p", "char(2)")}, {"p"});
  const std::vector<Field> columns = {{"c", LogicalType::VARCHAR}, {"v", LogicalType::VARCHAR}, {"p", LogicalType::VARCHAR}};
  const Value null(LogicalType::VARCHAR);
  auto adds = write_all(table, columns, {{Value("hä"), Value("äöü"), Value("x")}, {Value("four     "), Value("a     "), Value("x")}, {null, null, Value("x")}});
  ASSERT_EQ(adds.size(), 1u);
  EXPECT_EQ(read_rows(store, store_path(adds[0])), (std::multiset<std::string>{"hä  |äöü", "four|a  ", "NULL|NULL"}));
  EXPECT_EQ(adds[0].partition_values.at("p"), "x ");
  for (const auto& [rows, message] : {std::pair<Rows, std::string>{{{Value("fünf!"), null, null}}, "the column 'c' is CHAR(4), which 'fünf!' is too long for"},
                                      {{{null, Value("ab cd"), null}}, "the column 'v' is VARCHAR(3), which 'ab cd' is too long for"}}) {
    auto writer = DataWriter::create(table, columns).value();
    DataChunk chunk;
    fill(chunk, columns, rows);
    auto written = writer->write(chunk);
    ASSERT_FALSE(written.ok());
    EXPECT_EQ(written.error().kind(), ErrorKind::kInvalidArgument);
    EXPECT_NE(written.error().describe().find(message), std::string::npos) << written.error().describe();
  }
  StructField nested = test_field("l", "string");
  nested.type = {DataType::Kind::kArray, "", {}, {nested.type}, true, {}};
  nested.metadata.push_back({"__CHAR_VARCHAR_TYPE_STRING", "\"array<varchar(3)>\""});
  Store other = storage::make_memory_store();
  auto refused = DataWriter::create(make_table(other, {nested}), {{"l", LogicalType::LIST(LogicalType::VARCHAR)}});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().kind(), ErrorKind::kUnsupported);
  EXPECT_NE(refused.error().describe().find("array<varchar(3)>"), std::string::npos) << refused.error().describe();
}

}  // namespace
}  // namespace deltastream::delta
