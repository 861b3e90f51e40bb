#include <gtest/gtest.h>

#include <cstring>
#include <map>
#include <set>

#include "common/temp_folder.h"
#include "delta/data_writer.h"
#include "delta/log.h"
#include "delta/transaction.h"
#include "deltastream.h"
#include "storage/stores.h"

namespace deltastream {
namespace {

const std::vector<Field> kColumns = {{"id", LogicalType::BIGINT, true}, {"name of it", LogicalType::VARCHAR, true}, {"day", LogicalType::DATE, true}};

// Two versions: 3 rows on two days, then 1 more.
class CInterface : public testing::Test {
 protected:
  void SetUp() override {
    location_ = folder_ / "lake's table";
    auto store = storage::make_local_store(location_);
    delta::CreateTableRequest request;
    request.schema = *delta::Schema::from_fields(kColumns);
    request.partition_columns = {"day"};
    request.properties = {{"delta.checkpointInterval", "7"}};
    auto table = delta::create_table(store, request);
    ASSERT_TRUE(table.ok()) << table.error().to_string();
    append(*table, {{1, "2024-01-01"}, {2, "2024-01-02"}, {3, "2024-01-02"}}, 11);
    append(*table, {{4, "2024-01-03"}}, 12);
  }

  void append(delta::Snapshot& table, const std::vector<std::pair<int64_t, std::string>>& rows, int64_t transaction) {
    auto writer = delta::DataWriter::create(table, kColumns);
    ASSERT_TRUE(writer.ok()) << writer.error().to_string();
    DataChunk chunk;
    chunk.Initialize(duckdb::Allocator::DefaultAllocator(), {LogicalType::BIGINT, LogicalType::VARCHAR, LogicalType::DATE});
    for (const auto& [id, day] : rows) {
      chunk.SetValue(0, chunk.size(), Value::BIGINT(id));
      chunk.SetValue(1, chunk.size(), Value("n" + std::to_string(id)));
      chunk.SetValue(2, chunk.size(), Value(day).DefaultCastAs(LogicalType::DATE));
      chunk.SetCardinality(chunk.size() + 1);
    }
    ASSERT_TRUE((*writer)->write(chunk).ok());
    delta::AppendRequest request;
    request.adds = *(*writer)->finish();
    request.txns = {{"test", transaction, std::nullopt}};
    auto committed = delta::commit_append(table, request);
    ASSERT_TRUE(committed.ok()) << committed.error().to_string();
  }

  static constexpr const char* kStaged = "00000000000000000002.0f3a4d8e-6b0c-4b57-9a3e-2f1f6d6f7a11.json";
  // Version 2 of the table becomes a staged commit, as if a catalog had taken it; the commit of version 3, which the catalog alone has, makes
  // the table managed by it.
  std::string give_to_catalog(const std::map<std::string, std::string>& properties, const std::string& writer_features) {
    auto store = storage::make_local_store(location_);
    EXPECT_TRUE(store->put(std::string("_delta_log/_staged_commits/") + kStaged, *store->get(delta::commit_path(2))).ok());
    EXPECT_TRUE(store->remove(delta::commit_path(2)).ok());
    delta::Metadata metadata = delta::Snapshot::open(store)->metadata();
    for (const auto& [key, value] : properties) metadata.configuration[key] = value;
    std::string managed = "3:{\"commitInfo\":{\"inCommitTimestamp\":9000000000000}}\n"
                          "{\"protocol\":{\"minReaderVersion\":3,\"minWriterVersion\":7,\"readerFeatures\":[\"catalogManaged\"],"
                          "\"writerFeatures\":[" + writer_features + "]}}\n";
    delta::append_json(metadata, managed);
    return managed;
  }

  ds_table* open(const ds_open_options* options = nullptr) {
    ds_table* table = nullptr;
    ds_error* error = ds_table_open(location_.c_str(), options, &table);
    EXPECT_EQ(error, nullptr) << ds_error_message(error);
    return table;
  }

  TempFolder folder_;
  std::string location_;
};

// Rows, and the int64 values of the first column.
std::multiset<int64_t> read_ids(ArrowArrayStream& stream) {
  std::multiset<int64_t> ids;
  for (;;) {
    ArrowArray array = {};
    if (stream.get_next(&stream, &array) != 0) {
      ADD_FAILURE() << stream.get_last_error(&stream);
      break;
    }
    if (!array.release) break;
    const auto* values = static_cast<const int64_t*>(array.children[0]->buffers[1]);
    for (int64_t i = 0; i < array.length; i++) ids.insert(values[array.children[0]->offset + i]);
    array.release(&array);
  }
  stream.release(&stream);
  return ids;
}

using Ids = std::multiset<int64_t>;

TEST_F(CInterface, DescribesATable) {
  ds_table* table = open();
  EXPECT_EQ(ds_table_version(table), 2);
  EXPECT_EQ(ds_table_file_count(table), 3);
  EXPECT_GT(ds_table_byte_count(table), 0);
  EXPECT_EQ(ds_table_partition_column_count(table), 1u);
  EXPECT_STREQ(ds_table_partition_column(table, 0), "day");
  EXPECT_EQ(ds_table_partition_column(table, 1), nullptr);
  EXPECT_STREQ(ds_table_property(table, "delta.checkpointInterval"), "7");
  EXPECT_EQ(ds_table_property(table, "delta.appendOnly"), nullptr);
  EXPECT_EQ(ds_table_transaction_version(table, "test"), 12);
  EXPECT_EQ(ds_table_transaction_version(table, "other"), -1);
  EXPECT_NE(std::strstr(ds_table_schema_json(table), "name of it"), nullptr);
  ArrowSchema schema;
  ASSERT_EQ(ds_table_schema(table, &schema), nullptr);
  ASSERT_EQ(schema.n_children, 3);
  EXPECT_STREQ(schema.children[0]->name, "id");
  EXPECT_STREQ(schema.children[0]->format, "l");
  EXPECT_STREQ(schema.children[2]->format, "tdD");
  schema.release(&schema);
  ds_table_free(table);
}

TEST_F(CInterface, OlderVersionsAndRefresh) {
  ds_open_options options = DS_OPEN_OPTIONS_INIT;
  options.version = 1;
  ds_table* table = open(&options);
  EXPECT_EQ(ds_table_file_count(table), 2);
  int moved = -1;
  ASSERT_EQ(ds_table_refresh(table, &moved), nullptr);
  EXPECT_EQ(moved, 1);
  EXPECT_EQ(ds_table_version(table), 2);
  ASSERT_EQ(ds_table_refresh(table, &moved), nullptr);
  EXPECT_EQ(moved, 0);
  ds_table_free(table);
}

TEST_F(CInterface, ScansWithProjectionPredicateAndLimit) {
  ds_table* table = open();
  ArrowArrayStream stream;
  ASSERT_EQ(ds_table_scan(table, nullptr, &stream), nullptr);
  EXPECT_EQ(read_ids(stream), (Ids{1, 2, 3, 4}));
  const char* columns[] = {"id", "name of it"};
  ds_scan_options options = DS_SCAN_OPTIONS_INIT;
  options.columns = columns;
  options.column_count = 2;
  options.predicate = "day = DATE '2024-01-02' -- and no more";
  ASSERT_EQ(ds_table_scan(table, &options, &stream), nullptr);
  ds_table_free(table);  // the stream does not need it
  ArrowSchema schema;
  ASSERT_EQ(stream.get_schema(&stream, &schema), 0);
  EXPECT_EQ(schema.n_children, 2);
  schema.release(&schema);
  EXPECT_EQ(read_ids(stream), (Ids{2, 3}));
  table = open();
  options.predicate = nullptr;
  options.limit = 1;
  ASSERT_EQ(ds_table_scan(table, &options, &stream), nullptr);
  EXPECT_EQ(read_ids(stream).size(), 1u);
  const char* metadata[] = {"_metadata"};
  options.columns = metadata;
  options.column_count = 1;
  ASSERT_EQ(ds_table_scan(table, &options, &stream), nullptr);
  ASSERT_EQ(stream.get_schema(&stream, &schema), 0);
  ASSERT_EQ(schema.n_children, 1);
  EXPECT_STREQ(schema.children[0]->name, "_metadata");
  EXPECT_EQ(schema.children[0]->n_children, 7);
  EXPECT_STREQ(schema.children[0]->children[0]->name, "file_path");
  schema.release(&schema);
  stream.release(&stream);
  ds_table_free(table);
}

TEST_F(CInterface, ListsFilesAndDeletedRows) {
  ds_table* table = open();
  ArrowArrayStream stream;
  ASSERT_EQ(ds_table_files(table, &stream), nullptr);
  std::vector<std::string> paths;
  ArrowArray array = {};
  ASSERT_EQ(stream.get_next(&stream, &array), 0) << stream.get_last_error(&stream);
  ASSERT_EQ(array.length, 3);
  ASSERT_EQ(array.n_children, 10);
  const auto* offsets = static_cast<const int32_t*>(array.children[0]->buffers[1]);
  const auto* bytes = static_cast<const char*>(array.children[0]->buffers[2]);
  for (int i = 0; i < 3; i++) paths.emplace_back(bytes + offsets[i], bytes + offsets[i + 1]);
  array.release(&array);
  stream.release(&stream);
  EXPECT_EQ(paths[0].find("day="), 0u) << paths[0];
  uint64_t* rows = nullptr;
  size_t count = 1;
  ASSERT_EQ(ds_table_deleted_rows(table, paths[0].c_str(), &rows, &count), nullptr);
  EXPECT_EQ(rows, nullptr);
  EXPECT_EQ(count, 0u);
  // A file that a later version adds is there once the table stands at it.
  ds_open_options options = DS_OPEN_OPTIONS_INIT;
  options.version = 1;
  ds_table* older = open(&options);
  int found[2] = {0, 0};
  for (int looked = 0; looked < 2; looked++) {
    for (const std::string& path : paths) {
      ds_error* missing = ds_table_deleted_rows(older, path.c_str(), &rows, &count);
      found[looked] += missing == nullptr;
      ds_error_free(missing);
    }
    ASSERT_EQ(ds_table_refresh(older, nullptr), nullptr);
  }
  EXPECT_EQ(found[0], 2);
  EXPECT_EQ(found[1], 3);
  ds_table_free(older);
  ds_error* error = ds_table_deleted_rows(table, "no such file", &rows, &count);
  ASSERT_NE(error, nullptr);
  EXPECT_EQ(ds_error_get_kind(error), DS_NOT_FOUND);
  ds_error_free(error);
  ds_table_free(table);
}

TEST_F(CInterface, ErrorsHaveKindAndMessage) {
  struct Case {
    ds_error* error;
    ds_error_kind kind;
    const char* text;
  };
  ds_table* none = nullptr;
  ds_open_options future = DS_OPEN_OPTIONS_INIT;
  future.version = 99;
  ds_table* table = open();
  ArrowArrayStream stream = {};
  const char* unknown[] = {"nmae"};
  ds_scan_options options = DS_SCAN_OPTIONS_INIT;
  options.columns = unknown;
  options.column_count = 1;
  ds_scan_options broken = DS_SCAN_OPTIONS_INIT;
  broken.predicate = "id = = 1";
  const Case cases[] = {
      {ds_table_open((folder_ / "nothing").c_str(), nullptr, &none), DS_NOT_FOUND, "nothing"},
      {ds_table_open(location_.c_str(), &future, &none), DS_NOT_FOUND, "99"},
      {ds_table_open(nullptr, nullptr, &none), DS_INVALID_ARGUMENT, "location"},
      {ds_table_scan(table, &options, &stream), DS_INVALID_ARGUMENT, "nmae"},
      {ds_table_scan(table, &broken, &stream), DS_INVALID_ARGUMENT, "the predicate 'id = = 1'"},
      {ds_query("SELECT 1; SELECT 2", &stream), DS_INVALID_ARGUMENT, "one statement"},
  };
  for (const Case& one : cases) {
    ASSERT_NE(one.error, nullptr) << one.text;
    EXPECT_EQ(ds_error_get_kind(one.error), one.kind) << ds_error_message(one.error);
    EXPECT_NE(std::strstr(ds_error_message(one.error), one.text), nullptr) << ds_error_message(one.error);
    ds_error_free(one.error);
  }
  EXPECT_EQ(none, nullptr);
  ds_table_free(table);
  ds_table_free(nullptr);
  ds_error_free(nullptr);
}

TEST_F(CInterface, Queries) {
  ArrowArrayStream stream;
  ASSERT_EQ(ds_query("SELECT 41::BIGINT + 1", &stream), nullptr);
  EXPECT_EQ(read_ids(stream), (Ids{42}));
}

// The table's log as a catalog would leave it: version 1 published, version 2 staged, 3 with the catalog alone.
TEST_F(CInterface, ATableThatACatalogManages) {
  const std::string managed = give_to_catalog({{"delta.enableInCommitTimestamps", "true"}}, R"("catalogManaged","inCommitTimestamp")");
  const char* commits[] = {kStaged, managed.c_str()};

  ds_open_options options = DS_OPEN_OPTIONS_INIT;
  options.catalog_version = 3;
  options.catalog_commits = commits;
  options.catalog_commit_count = 2;
  ds_table* table = open(&options);
  ASSERT_NE(table, nullptr);
  EXPECT_EQ(ds_table_version(table), 3);
  ArrowArrayStream stream = {};
  ASSERT_EQ(ds_table_scan(table, nullptr, &stream), nullptr);
  EXPECT_EQ(read_ids(stream), (std::multiset<int64_t>{1, 2, 3, 4}));
  ds_table_free(table);

  options.catalog_version = -1;
  ds_error* error = ds_table_open(location_.c_str(), &options, &table);
  ASSERT_NE(error, nullptr);
  EXPECT_EQ(ds_error_get_kind(error), DS_INVALID_ARGUMENT);
  ds_error_free(error);

  // Published, it is refused by its path alone; an older caller's struct has no catalog.
  auto store = storage::make_local_store(location_);
  ASSERT_TRUE(store->put(delta::commit_path(2), *store->get(std::string("_delta_log/_staged_commits/") + kStaged)).ok());
  ASSERT_TRUE(store->put(delta::commit_path(3), managed.substr(2)).ok());
  options.struct_size = offsetof(ds_open_options, catalog_version);
  error = ds_table_open(location_.c_str(), &options, &table);
  ASSERT_NE(error, nullptr);
  EXPECT_EQ(ds_error_get_kind(error), DS_UNSUPPORTED);
  EXPECT_NE(std::strstr(ds_error_message(error), "catalogManaged"), nullptr) << ds_error_message(error);
  ds_error_free(error);
}

// Version 2 staged, 3 with the catalog alone.
TEST_F(CInterface, ChangesOfATableThatACatalogManages) {
  location_ = folder_ / "fed";
  auto store = storage::make_local_store(location_);
  delta::CreateTableRequest request;
  request.schema = *delta::Schema::from_fields(kColumns);
  request.properties = {{"delta.enableChangeDataFeed", "true"}};
  auto made = delta::create_table(store, request);
  ASSERT_TRUE(made.ok()) << made.error().to_string();
  append(*made, {{1, "2024-01-01"}, {2, "2024-01-02"}}, 11);
  append(*made, {{4, "2024-01-03"}}, 12);
  const std::string managed = give_to_catalog({{"delta.enableInCommitTimestamps", "true"},
                                               {"delta.inCommitTimestampEnablementVersion", "3"},
                                               {"delta.inCommitTimestampEnablementTimestamp", "9000000000000"}},
                                              R"("catalogManaged","inCommitTimestamp","changeDataFeed")");
  const char* commits[] = {managed.c_str(), kStaged};
  ds_open_options options = DS_OPEN_OPTIONS_INIT;
  options.catalog_version = 3;
  options.catalog_commits = commits;
  options.catalog_commit_count = 2;
  ds_table* table = open(&options);
  ASSERT_NE(table, nullptr);
  ArrowArrayStream stream = {};
  ds_error* error = ds_table_changes_between(table, 1, -1, &stream);
  ASSERT_EQ(error, nullptr) << ds_error_message(error);
  EXPECT_EQ(read_ids(stream), (Ids{1, 2, 4}));
  error = ds_table_changes_between(table, 2, 2, &stream);
  ASSERT_EQ(error, nullptr) << ds_error_message(error);
  EXPECT_EQ(read_ids(stream), (Ids{4}));
  ds_table_free(table);
  // By the path alone there is no version 2 yet.
  error = ds_table_changes(location_.c_str(), 2, 2, &stream);
  ASSERT_NE(error, nullptr);
  EXPECT_EQ(ds_error_get_kind(error), DS_INVALID_ARGUMENT) << ds_error_message(error);
  ds_error_free(error);
}

}  // namespace
}  // namespace deltastream
