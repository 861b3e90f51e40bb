#include "delta/change_feed.h"

#include <gtest/gtest.h>

#include "delta/log/table_testing.h"

namespace deltastream::delta {
namespace {

using Texts = std::vector<std::string>;

std::string blob(std::initializer_list<uint16_t> rows) {
  std::string out;
  auto put = [&](auto value) { out.append(reinterpret_cast<const char*>(&value), sizeof value); };
  put(uint32_t{1681511377});
  put(uint64_t{1});
  put(uint32_t{0});
  put(uint32_t{12346});
  put(uint32_t{1});
  put(uint16_t{0});
  put(static_cast<uint16_t>(rows.size() - 1));
  put(uint32_t{0});
  for (uint16_t row : rows) put(row);
  return out;
}

std::string vector_of(std::initializer_list<uint16_t> rows) {
  std::string bytes = blob(rows);
  return R"("deletionVector":{"storageType":"i","pathOrInlineDv":")" + z85_encode(bytes) + R"(","sizeInBytes":)" + std::to_string(bytes.size()) +
         R"(,"cardinality":)" + std::to_string(rows.size()) + "}";
}

std::string cdc_line(const std::string& path) {
  return R"({"cdc":{"path":"_change_data/)" + path + R"(","partitionValues":{},"size":5,"dataChange":false}})";
}

std::string describe(const ChangeFile& file) {
  static constexpr const char* kKinds[] = {"insert ", "delete ", "rows "};
  std::string text = kKinds[static_cast<int>(file.kind)] + file.file.path;
  if (!file.only_rows) return text + (file.file.deletion_vector ? " but a vector" : "");
  for (uint64_t row : file.only_rows->rows()) text += " " + std::to_string(row);
  return text;
}

class Changes : public testing::Test {
 protected:
  static std::string enabled(const std::string& fields = field_json("a"), const std::string& value = "true") {
    return metadata_line(fields, "", R"("delta.enableChangeDataFeed":")" + value + "\"");
  }
  void create() { table_.commit(0, {features_line(R"("deletionVectors")", R"("deletionVectors","changeDataFeed")"), enabled(), add_line("one")}); }
  Result<ChangeFeed> feed(ChangeFeedOptions options) { return ChangeFeed::open(table_.store, options, table_.environment); }
  Texts of(int64_t version, ChangeMode mode = ChangeMode::kChanges) {
    ChangeFeedOptions options;
    options.from_version = version;
    options.to_version = version;
    options.mode = mode;
    auto opened = feed(options);
    if (!opened.ok()) return {opened.error().to_string()};
    auto next = opened->next();
    if (!next.ok()) return {next.error().to_string()};
    Texts texts;
    for (const auto& file : (*next)->files) texts.push_back(describe(file));
    auto end = opened->next();
    EXPECT_TRUE(end.ok() && !*end);
    return texts;
  }
  TestTable table_;
};

TEST_F(Changes, InsertsAndDeletesAreInferred) {
  create();
  table_.commit(1, {add_line("two"), remove_line("one")});
  EXPECT_EQ(of(0), (Texts{"insert one"}));
  EXPECT_EQ(of(1), (Texts{"delete one", "insert two"}));
  EXPECT_EQ(of(1, ChangeMode::kAppends), (Texts{"insert two"}));
}

TEST_F(Changes, ChangeFilesSayItAll) {
  create();
  table_.commit(1, {add_line("two"), remove_line("one"), cdc_line("c")});
  EXPECT_EQ(of(1), (Texts{"rows _change_data/c"}));
  EXPECT_EQ(of(1, ChangeMode::kAppends), (Texts{"insert two"}));
}

TEST_F(Changes, WithoutDataChangeNothingChanged) {
  create();
  table_.commit(1, {R"({"add":{"path":"two","partitionValues":{},"size":1,"modificationTime":1,"dataChange":false}})",
                    R"({"remove":{"path":"one","deletionTimestamp":1,"dataChange":false}})"});
  EXPECT_EQ(of(1), (Texts{}));
}

TEST_F(Changes, AFileNamedTwiceChangedOnce) {
  const std::string stays = R"({"add":{"path":"one","partitionValues":{},"size":1,"modificationTime":1,"dataChange":false}})";
  const std::vector<std::pair<Texts, Texts>> cases = {
      {{add_line("two"), add_line("two")}, {"insert two"}},
      {{remove_line("one"), remove_line("one")}, {"delete one"}},
      {{remove_line("one"), add_line("one")}, {}},
      {{remove_line("one"), stays}, {}},
      {{add_line("two"), remove_line("two")}, {}},
      {{add_line("one"), remove_line("one")}, {"delete one"}},
      {{remove_line("one"), add_line("one"), remove_line("one")}, {"delete one"}},
      {{add_line("two"), remove_line("two"), add_line("two")}, {"insert two"}},
      {{remove_line("one"), add_line("one", 10, vector_of({1})), remove_line("one", vector_of({1})), add_line("one", 10, vector_of({1, 2}))}, {"delete one 1 2"}},
  };
  for (const auto& [lines, expected] : cases) {
    table_.store = storage::make_memory_store(table_.environment);
    create();
    std::string text;
    for (const auto& line : lines) text += line + "\n";
    table_.put(commit_path(1), text);
    EXPECT_EQ(of(1), expected) << text;
  }
}

TEST_F(Changes, VectorsOfOneFileAreCompared) {
  create();
  table_.commit(1, {add_line("one", 10, vector_of({3, 7})), remove_line("one")});
  table_.commit(2, {add_line("one", 10, vector_of({3, 9, 11})), remove_line("one", vector_of({3, 7}))});
  table_.commit(3, {add_line("one"), remove_line("one", vector_of({3, 9, 11}))});
  EXPECT_EQ(of(1), (Texts{"delete one 3 7"}));
  EXPECT_EQ(of(2), (Texts{"delete one 9 11", "insert one 7"}));
  EXPECT_EQ(of(3), (Texts{"insert one 3 9 11"}));
}

TEST_F(Changes, RemovedFileLosesOnlyItsLivingRows) {
  create();
  table_.commit(1, {add_line("one", 10, vector_of({3})), remove_line("one")});
  table_.commit(2, {remove_line("one", vector_of({3}))});
  EXPECT_EQ(of(2), (Texts{"delete one but a vector"}));
}

TEST_F(Changes, OffMeansRefused) {
  table_.commit(0, {protocol_line(1, 4), metadata_line()});
  table_.commit(1, {enabled(), add_line("one")});
  table_.commit(2, {enabled(field_json("a"), "false"), add_line("two")});
  EXPECT_NE(of(0).at(0).find("unsupported"), std::string::npos);
  EXPECT_EQ(of(1), (Texts{"insert one"}));
  EXPECT_NE(of(2).at(0).find("enableChangeDataFeed"), std::string::npos);
  EXPECT_EQ(of(2, ChangeMode::kAppends), (Texts{"insert two"}));
}

TEST_F(Changes, FollowsATable) {
  create();
  ChangeFeedOptions options;
  options.from_version = 1;
  auto opened = feed(options);
  ASSERT_TRUE(opened.ok()) << opened.error().to_string();
  auto none = opened->next();
  ASSERT_TRUE(none.ok());
  EXPECT_FALSE(*none);
  table_.clock.advance_us(5'000'000);
  table_.commit(1, {enabled(field_json("a") + "," + field_json("b")), add_line("two")});
  auto one = opened->next();
  ASSERT_TRUE(one.ok() && *one) << one.error().to_string();
  EXPECT_EQ((*one)->version, 1);
  EXPECT_TRUE((*one)->metadata_changed);
  EXPECT_FALSE((*one)->removes_rows);
  EXPECT_EQ((*one)->timestamp_ms, table_.clock.now_us() / 1000);
  EXPECT_EQ(opened->table().schema().fields.size(), 2u);
  EXPECT_EQ(opened->next_version(), 2);
  table_.commit(2, {remove_line("two")});
  auto two = opened->next();
  ASSERT_TRUE(two.ok() && *two);
  EXPECT_TRUE((*two)->removes_rows);
  EXPECT_EQ((*two)->timestamp_ms, (*one)->timestamp_ms + 1) << "times ascend";
}

TEST_F(Changes, RangesThatAreNotThere) {
  create();
  table_.commit(1, {add_line("two")});
  auto kind = [&](int64_t from, std::optional<int64_t> to) {
    ChangeFeedOptions options;
    options.from_version = from;
    options.to_version = to;
    auto opened = feed(options);
    return opened.ok() ? std::string("ok") : std::string(kind_name(opened.error().kind()));
  };
  EXPECT_EQ(kind(2, std::nullopt), "ok");
  EXPECT_EQ(kind(3, std::nullopt), "not found");
  EXPECT_EQ(kind(0, 2), "not found");
  EXPECT_EQ(kind(1, 0), "invalid argument");
  EXPECT_EQ(kind(-1, 0), "invalid argument");
}

TEST_F(Changes, VersionsThatWereCleanedUpAreNotFound) {
  create();
  for (int version = 1; version <= 5; version++) table_.commit(version, {add_line("file-" + std::to_string(version))});
  auto remove = [&](int64_t version) { ASSERT_TRUE(table_.store->remove(commit_path(version)).ok()); };
  for (int64_t version : {0, 1, 2}) remove(version);
  // Without a checkpoint the table itself is broken; with one, what came before it is gone.
  EXPECT_NE(of(1).at(0).find("corrupt"), std::string::npos);
  std::string state = TestTable::join({features_line(R"("deletionVectors")", R"("deletionVectors","changeDataFeed")"), enabled(), add_line("one"), add_line("file-4")});
  table_.put("_delta_log/00000000000000000004.checkpoint.80a083e8-7026-4e79-81be-64bd76c43a11.json", R"({"checkpointMetadata":{"version":4}})" "\n" + state);
  for (int64_t version : {0, 1, 3}) {
    const std::string error = of(version).at(0);
    EXPECT_EQ(error.find("not found"), 0u) << error;
    EXPECT_NE(error.find("the earliest that are left are those of version 4"), std::string::npos) << error;
  }
  EXPECT_EQ(of(4), (Texts{"insert file-4"}));
  // The commit of the checkpoint's own version went, too.
  for (int64_t version : {3, 4}) remove(version);
  EXPECT_NE(of(4).at(0).find("not found: memory:: the changes of version 4 are no longer in the log"), std::string::npos) << of(4).at(0);
  EXPECT_NE(of(4).at(0).find("those of version 5"), std::string::npos) << of(4).at(0);
  remove(5);
  EXPECT_NE(of(4).at(0).find("none are left"), std::string::npos) << of(4).at(0);
}

TEST_F(Changes, RemovedFileOfAnUnknownPartitionIsRefused) {
  table_.commit(0, {protocol_line(1, 4), metadata_line(field_json("a") + "," + field_json("p"), R"("p")", R"("delta.enableChangeDataFeed":"true")"),
                    add_line("p=1/x", 1, "", R"("p":"1")")});
  table_.commit(1, {remove_line("p=1/x")});
  table_.commit(2, {remove_line("p=1/y", R"("partitionValues":{"p":"1"})")});
  EXPECT_NE(of(1).at(0).find("unsupported"), std::string::npos);
  EXPECT_EQ(of(1, ChangeMode::kAppends), (Texts{}));
  EXPECT_EQ(of(2), (Texts{"delete p=1/y"}));
}

TEST_F(Changes, BrokenVectorIsNamed) {
  create();
  table_.commit(1, {add_line("one", 10, R"("deletionVector":{"storageType":"i","pathOrInlineDv":"00000","sizeInBytes":4,"cardinality":1})"), remove_line("one")});
  EXPECT_NE(of(1).at(0).find("corrupt"), std::string::npos);
}

}  // namespace
}  // namespace deltastream::delta
