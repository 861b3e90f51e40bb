#include "delta/log/checkpoint_reader.h"

#include <gtest/gtest.h>

#include "delta/log/checkpoint_testing.h"
#include "delta/scan.h"

namespace deltastream::delta {
namespace {

using namespace checkpoint_testing;

class Checkpoint : public testing::Test {
 protected:
  Snapshot open(std::optional<int64_t> version = std::nullopt) {
    auto snapshot = table_.open(version);
    if (!snapshot.ok()) throw std::runtime_error(snapshot.error().to_string());
    return std::move(snapshot).value();
  }
  void write(const std::string& path, const std::vector<Column>& columns) { ASSERT_NO_FATAL_FAILURE(write_parquet(table_, path, columns)); }
  TestTable table_;
};

TEST_F(Checkpoint, ClassicAloneIsATable) {
  write(checkpoint_path(4), {protocol(), metadata(),
                             {"txn", {Value::STRUCT({{"appId", Value("app")}, {"version", Value::BIGINT(3)}, {"lastUpdated", Value::BIGINT(8)}})}},
                             {"domainMetadata", {Value::STRUCT({{"domain", Value("d")}, {"configuration", Value("{}")}, {"removed", Value::BOOLEAN(false)}})}},
                             {"remove", {remove("gone")}},
                             {"add", {add("one", 3, {{"stats", Value(R"({"numRecords":1})")}}), add("two", 4, {{"stats", Value(Id::VARCHAR)}})}}});
  Snapshot snapshot = open();
  EXPECT_EQ(snapshot.version(), 4);
  EXPECT_EQ(paths_of(snapshot.files()), (Paths{"one", "two"}));
  EXPECT_EQ(paths_of(snapshot.tombstones()), (Paths{"gone"}));
  EXPECT_EQ(snapshot.totals()->bytes, 7);
  EXPECT_EQ(snapshot.txn("app"), 3);
  EXPECT_NE(snapshot.domain("d"), nullptr);
  EXPECT_EQ(snapshot.protocol().min_writer_version, 2);
  EXPECT_EQ(snapshot.metadata().created_time, 99);
  EXPECT_EQ(snapshot.metadata().format_options.at("k"), "v");
  EXPECT_EQ(snapshot.partition_columns(), (Paths{"p"}));
  EXPECT_TRUE(snapshot.property_is_true("delta.appendOnly"));
  auto plan = plan_scan(snapshot);
  ASSERT_TRUE(plan.ok()) << plan.error().to_string();
  EXPECT_FALSE(select_files(snapshot)->rows) << "of one file it is not told";
  EXPECT_EQ(plan->files[0].partition_values[0], Value::BIGINT(1));
  EXPECT_EQ(table_.open(std::nullopt, LoadFiles::kNone)->version(), 4);
  EXPECT_TRUE(table_.logger.warnings.empty());
}

TEST_F(Checkpoint, CommitsAfterItCount) {
  write(checkpoint_path(4), {protocol(), metadata(), {"add", {add("one"), add("two")}}});
  table_.commit(5, {remove_line("one"), add_line("three", 1, "", R"("p":"2")")});
  EXPECT_EQ(paths_of(open().files()), (Paths{"two", "three"}));
  EXPECT_EQ(paths_of(open(4).files()), (Paths{"one", "two"}));
}

TEST_F(Checkpoint, InParts) {
  std::string base = "_delta_log/00000000000000000004.checkpoint.";
  write(base + "0000000001.0000000002.parquet", {{"add", {add("one")}}, metadata()});
  write(base + "0000000002.0000000002.parquet", {protocol(), {"add", {add("two")}}});
  EXPECT_EQ(paths_of(open().files()), (Paths{"one", "two"}));
}

TEST_F(Checkpoint, FilesWithTheirVectors) {
  auto vector = [](const char* name) {
    return Value::STRUCT({{"storageType", Value("u")}, {"pathOrInlineDv", Value(name)}, {"offset", Value::INTEGER(1)},
                          {"sizeInBytes", Value::INTEGER(40)}, {"cardinality", Value::BIGINT(6)}});
  };
  write(checkpoint_path(0), {protocol(), metadata(),
                             {"add", {add("one", 1, {{"deletionVector", vector("v1")}, {"baseRowId", Value::BIGINT(70)},
                                                     {"tags", text_map({{"t", Value("x")}})}, {"clusteringProvider", Value("liquid")}})}}});
  Snapshot snapshot = open();
  ASSERT_TRUE(snapshot.files().for_each([](const FileView& file) -> Status {
    EXPECT_EQ(file.deletion_vector.path_or_inline, "v1");
    EXPECT_EQ(file.deletion_vector.cardinality, 6);
    EXPECT_EQ(file.base_row_id, 70);
    EXPECT_EQ(file.tags, R"({"t":"x"})");
    EXPECT_EQ(file.clustering_provider, "liquid");
    return {};
  }).ok());
}

// As Spark reads them: the last row wins.
TEST_F(Checkpoint, AFileThatIsNamedTwice) {
  write(checkpoint_path(4), {protocol(), metadata(), {"add", {add("one", 3), add("two", 4), add("one", 5)}}});
  EXPECT_EQ(paths_of(open().files()), (Paths{"two", "one"}));
  EXPECT_EQ(open().totals()->bytes, 9);
  write(checkpoint_path(4), {protocol(), metadata(), {"add", {add("one"), add("two")}}, {"remove", {remove("one")}}});
  EXPECT_EQ(paths_of(open().files()), (Paths{"two"}));
  EXPECT_EQ(open().tombstones().size(), 1u);
  write(checkpoint_path(4), {{"remove", {remove("one"), remove("gone"), remove("gone")}}, protocol(), metadata(), {"add", {add("two"), add("one")}}});
  EXPECT_EQ(paths_of(open().files()), (Paths{"two", "one"}));
  EXPECT_EQ(paths_of(open().tombstones()), (Paths{"gone"}));
  EXPECT_EQ(open().metadata().created_time, 99);
  EXPECT_TRUE(table_.logger.warnings.empty());
}

TEST_F(Checkpoint, TypedColumnsWhereTextsAreAbsent) {
  auto stats = [](int64_t rows, int64_t low, int64_t high) {
    auto bounds = [](int64_t a) { return Value::STRUCT({{"a", Value::BIGINT(a)}, {"s", Value("x\"y")}, {"f", Value::DOUBLE(0.5)}, {"d", Value::DATE(2024, 1, 2)},
                                                        {"n", Value::DECIMAL(int64_t{-5}, 10, 2)}, {"t", Value::TIMESTAMP(duckdb::timestamp_t(1500))}}); };
    return Value::STRUCT({{"numRecords", Value::BIGINT(rows)}, {"minValues", bounds(low)}, {"maxValues", bounds(high)},
                          {"nullCount", Value::STRUCT({{"a", Value::BIGINT(0)}})}});
  };
  auto parsed = [&](const char* path, int64_t p, int64_t low, int64_t high) {
    return Value::STRUCT({{"path", Value(path)}, {"size", Value::BIGINT(1)}, {"stats_parsed", stats(2, low, high)},
                          {"partitionValues_parsed", Value::STRUCT({{"p", p ? Value::BIGINT(p) : Value(Id::BIGINT)}})}});
  };
  write(checkpoint_path(0), {metadata(), {"add", {parsed("one", 8, 1, 5), parsed("two", 0, 6, 9)}}, protocol()});
  Snapshot snapshot = open();
  Paths texts;
  ASSERT_TRUE(snapshot.files().for_each([&](const FileView& file) -> Status {
    texts.emplace_back(file.stats);
    texts.emplace_back(file.partition_values);
    return {};
  }).ok());
  EXPECT_EQ(texts.at(0), R"({"numRecords":2,"minValues":{"a":1,"s":"x\"y","f":0.5,"d":"2024-01-02","n":-0.05,"t":"1970-01-01T00:00:00.001"},)"
                         R"("maxValues":{"a":5,"s":"x\"y","f":0.5,"d":"2024-01-02","n":-0.05,"t":"1970-01-01T00:00:00.001"},"nullCount":{"a":0}})");
  EXPECT_EQ(texts.at(1), R"({"p":"8"})");
  EXPECT_EQ(texts.at(3), R"({"p":null})");
  auto plan = plan_scan(snapshot, {{{"a"}, PredicateOp::kGreater, {Value::BIGINT(5)}}});
  ASSERT_TRUE(plan.ok());
  EXPECT_EQ(plan->files.at(0).path, "two");
  EXPECT_EQ(plan->files.size(), 1u);
}

TEST_F(Checkpoint, TypedTimeWithoutAMillisecondBelowItIsLeftOut) {
  auto bound = [](int64_t micros) { return Value::STRUCT({{"t", Value::TIMESTAMP(duckdb::timestamp_t(micros))}}); };
  Value stats = Value::STRUCT({{"numRecords", Value::BIGINT(1)}, {"minValues", bound(INT64_MIN + 9)}, {"maxValues", bound(-1)}});
  write(checkpoint_path(0), {protocol(), metadata(), {"add", {Value::STRUCT({{"path", Value("one")}, {"size", Value::BIGINT(1)}, {"stats_parsed", stats}})}}});
  Snapshot snapshot = open();
  ASSERT_TRUE(snapshot.files().for_each([&](const FileView& file) -> Status {
    EXPECT_EQ(file.stats, R"({"numRecords":1,"minValues":{},"maxValues":{"t":"1969-12-31T23:59:59.999"}})");
    return {};
  }).ok());
}

constexpr const char kUuid[] = "80a083e8-7026-4e79-81be-64bd76c43a11";

TEST_F(Checkpoint, SecondSpecWithSidecarsInEitherForm) {
  std::string sidecar = "_delta_log/_sidecars/a b.parquet";
  write(sidecar, {{"add", {add("one")}}, {"remove", {remove("gone")}}});
  std::string json = "_delta_log/00000000000000000003.checkpoint." + std::string(kUuid) + ".json";
  table_.put(json, TestTable::join({R"({"checkpointMetadata":{"version":3}})", protocol_line(),
                                    metadata_line(field_json("a") + "," + field_json("p"), R"("p")"),
                                    R"({"sidecar":{"path":"a%20b.parquet","sizeInBytes":1,"modificationTime":1}})"}));
  EXPECT_EQ(paths_of(open().files()), (Paths{"one"}));
  EXPECT_EQ(open().tombstones().size(), 1u);
  ASSERT_TRUE(table_.store->remove(json).ok());
  Column sidecars{"sidecar", {Value::STRUCT({{"path", Value("a%20b.parquet")}, {"sizeInBytes", Value::BIGINT(1)}})}};
  Column mark{"checkpointMetadata", {Value::STRUCT({{"version", Value::BIGINT(4)}})}};
  write("_delta_log/00000000000000000004.checkpoint." + std::string(kUuid) + ".parquet", {mark, protocol(), metadata(), sidecars});
  EXPECT_EQ(open().version(), 4);
  EXPECT_EQ(paths_of(open().files()), (Paths{"one"}));
  // Who needs no files reads no sidecars.
  ASSERT_TRUE(table_.store->remove(sidecar).ok());
  EXPECT_TRUE(table_.open(std::nullopt, LoadFiles::kNone).ok());
  auto missing = table_.open();
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().kind(), ErrorKind::kNotFound);
  EXPECT_NE(missing.error().describe().find("a b.parquet"), std::string::npos);
}

TEST_F(Checkpoint, BrokenOnesAreReadAroundWithOneWarning) {
  table_.commit(0, {protocol_line(), metadata_line(), add_line("one")});
  for (int version : {1, 2, 3}) table_.commit(version, {add_line("file-" + std::to_string(version))});
  write(checkpoint_path(1), {protocol(), metadata(), {"add", {add("one"), add("file-1")}}});
  table_.put(kLastCheckpointPath, R"({"version":3,"size":1})");
  const std::vector<std::pair<const char*, std::string>> cases = {
      {"no Parquet", "garbage"}, {"empty", ""}, {"cut", table_.store->get(checkpoint_path(1))->substr(0, 900)}};
  for (const auto& [name, bytes] : cases) {
    table_.logger.warnings.clear();
    table_.put(checkpoint_path(3), bytes);
    Snapshot snapshot = open();
    EXPECT_EQ(snapshot.files().size(), 4u) << name;
    EXPECT_EQ(table_.logger.warnings.size(), 1u) << name;
    EXPECT_TRUE(snapshot.property_is_true("delta.appendOnly")) << "from the older checkpoint";
  }
  table_.logger.warnings.clear();
  write(checkpoint_path(3), {metadata(), {"add", {add("wrong")}}});  // no protocol
  EXPECT_EQ(open().files().size(), 4u);
  EXPECT_EQ(table_.logger.warnings.size(), 1u);
  // When the commits are gone there is no other way, and the error says what is wrong with the newest.
  for (int version : {0, 1, 2}) ASSERT_TRUE(table_.store->remove(commit_path(version)).ok());
  ASSERT_TRUE(table_.store->remove(checkpoint_path(1)).ok());
  auto broken = table_.open();
  ASSERT_FALSE(broken.ok());
  EXPECT_NE(broken.error().describe().find("00000000000000000003.checkpoint.parquet"), std::string::npos) << broken.error().describe();
}

TEST_F(Checkpoint, WhatItSaysOfItselfIsReadAroundWhereTheCommitsTellIt) {
  table_.commit(0, {protocol_line(), metadata_line(), add_line("one")});
  for (int version : {1, 2, 3}) table_.commit(version, {add_line("file-" + std::to_string(version))});
  auto read_around = [&](const char* what) {
    table_.logger.warnings.clear();
    EXPECT_EQ(open().files().size(), 4u) << what;
    EXPECT_EQ(table_.logger.warnings.size(), 1u) << what;
  };
  write(checkpoint_path(2), {protocol(), {"metaData", {Value::STRUCT({{"id", Value("t")}, {"schemaString", Value("{broken")}})}}, {"add", {add("wrong")}}});
  read_around("a schema that is none");
  ASSERT_TRUE(table_.store->remove(checkpoint_path(2)).ok());
  const std::string second = "_delta_log/00000000000000000002.checkpoint." + std::string(kUuid);
  Column mark{"checkpointMetadata", {Value::STRUCT({{"version", Value::BIGINT(1)}})}};
  write(second + ".parquet", {mark, protocol(), metadata(), {"add", {add("one")}}});
  read_around("another version's, in Parquet");
  ASSERT_TRUE(table_.store->remove(second + ".parquet").ok());
  table_.put(second + ".json", TestTable::join({R"({"checkpointMetadata":{"version":1}})", protocol_line(), metadata_line(), add_line("one")}));
  read_around("another version's, in JSON");
  ASSERT_TRUE(table_.store->remove(second + ".json").ok());
  table_.put("_delta_log/00000000000000000000.00000000000000000002.compacted.json", "");
  read_around("a compacted file that holds nothing");
}

TEST_F(Checkpoint, OneOfAnotherLengthThanTheHintSaysComesLast) {
  table_.commit(0, {protocol_line(), metadata_line(), add_line("one")});
  for (int version : {1, 2, 3}) table_.commit(version, {add_line("file-" + std::to_string(version))});
  write(checkpoint_path(2), {protocol(), metadata(), {"add", {add("one"), add("file-1"), add("file-2")}}});
  const uint64_t bytes = table_.store->head(checkpoint_path(2))->size;
  auto hint = [&](const std::string& more) { table_.put(kLastCheckpointPath, R"({"version":2,"size":5)" + more + "}"); };
  // Another version's, under the name of version 2.
  write(checkpoint_path(2), {protocol(), metadata(), {"add", {add("one")}}});
  ASSERT_NE(table_.store->head(checkpoint_path(2))->size, bytes);
  hint(R"(,"sizeInBytes":)" + std::to_string(bytes));
  EXPECT_EQ(open().files().size(), 4u);
  EXPECT_EQ(table_.logger.warnings.size(), 1u);
  // Nothing is doubted where the hint says no length, or counts otherwise.
  for (const char* more : {"", R"(,"sizeInBytes":7,"v2Checkpoint":{"path":"x"})", R"(,"sizeInBytes":7,"parts":2)"}) {
    hint(more);
    EXPECT_EQ(open().files().size(), 2u) << more;
  }
  // It is what there is once the commits are gone.
  for (int version : {0, 1}) ASSERT_TRUE(table_.store->remove(commit_path(version)).ok());
  hint(R"(,"sizeInBytes":7)");
  EXPECT_EQ(open().files().size(), 2u);
}

TEST_F(Checkpoint, VectorsThatNameNothing) {
  auto vector = [](Value type, Value path, Value cardinality) {
    return Value::STRUCT({{"storageType", std::move(type)}, {"pathOrInlineDv", std::move(path)}, {"sizeInBytes", Value::INTEGER(4)}, {"cardinality", std::move(cardinality)}});
  };
  const Value no_text(Id::VARCHAR), no_number(Id::BIGINT);
  for (const Value& broken : {vector(no_text, Value("v"), Value::BIGINT(1)), vector(Value("x"), Value("v"), Value::BIGINT(1)), vector(Value("u"), Value("v"), no_number),
                              vector(Value("u"), no_text, Value::BIGINT(1))}) {
    write(checkpoint_path(0), {protocol(), metadata(), {"add", {add("one", 1, {{"deletionVector", broken}})}}});
    EXPECT_EQ(table_.open().error().kind(), ErrorKind::kCorrupt) << broken.ToString();
  }
  write(checkpoint_path(0), {protocol(), metadata(), {"add", {add("one", 1, {{"deletionVector", vector(no_text, no_text, no_number)}})}}});
  EXPECT_EQ(open().files().size(), 1u);
}

TEST_F(Checkpoint, OwnTimestampComesFromTheCommit) {
  Column features{"protocol", {Value::STRUCT({{"minReaderVersion", Value::INTEGER(3)}, {"minWriterVersion", Value::INTEGER(7)},
                                              {"readerFeatures", Value::LIST(Id::VARCHAR, {})}, {"writerFeatures", Value::LIST({Value("inCommitTimestamp")})}})}};
  Column enabled{"metaData", {Value::STRUCT({{"id", Value("t")}, {"schemaString", Value(schema_text(field_json("a")))},
                                             {"configuration", text_map({{"delta.enableInCommitTimestamps", Value("true")}})}})}};
  write(checkpoint_path(2), {features, enabled, {"add", {add("one")}}});
  EXPECT_FALSE(open().in_commit_timestamp());
  table_.commit(2, {R"({"commitInfo":{"inCommitTimestamp":1234}})", add_line("one")});
  EXPECT_EQ(open().in_commit_timestamp(), 1234);
}

}  // namespace
}  // namespace deltastream::delta
