#include "delta/file_statistics.h"

#include <gtest/gtest.h>

#include <fmt/format.h>

#include "delta/checkpoint.h"
#include "delta/log/checkpoint_testing.h"
#include "delta/scan.h"

namespace deltastream::delta {
namespace {

using namespace checkpoint_testing;
using Texts = std::vector<std::pair<std::string, std::string>>;

std::string bounds(int64_t a) { return fmt::format(R"({{"numRecords":2,"minValues":{{"a":{0}}},"maxValues":{{"a":{0}}},"nullCount":{{"a":0}}}})", a); }
Value add_with(const std::string& path, int64_t a) { return add(path, 10, {{"stats", Value(bounds(a))}}); }
std::string add_line_with(const std::string& path, int64_t a) {
  std::string more = R"("stats":)";
  append_json_string(more, bounds(a));
  return add_line(path, 10, more, R"("p":"1")");
}

class LeftInCheckpoint : public testing::Test {
 protected:
  Snapshot open(std::optional<int64_t> version = std::nullopt) {
    auto snapshot = table_.open(version, LoadFiles::kAll, 0);
    if (!snapshot.ok()) throw std::runtime_error(snapshot.error().to_string());
    return std::move(snapshot).value();
  }
  void write(const std::string& path, const std::vector<Column>& columns) { ASSERT_NO_FATAL_FAILURE(write_parquet(table_, path, columns)); }

  static Result<Texts> texts(const Snapshot& snapshot) {
    Texts found;
    FileStatistics statistics(snapshot);
    DS_RETURN_IF_ERROR(snapshot.files().for_each([&](const FileView& file) -> Status {
      DS_ASSIGN_OR_RETURN(auto text, statistics.of(file));
      found.emplace_back(file.path, text);
      return {};
    }));
    return found;
  }
  static Paths kept(const Snapshot& snapshot, PredicateOp op, int64_t a) {
    auto plan = plan_scan(snapshot, {{{"a"}, op, {Value::BIGINT(a)}}});
    if (!plan.ok()) throw std::runtime_error(plan.error().to_string());
    Paths paths;
    for (const auto& file : plan->files) paths.push_back(file.path);
    return paths;
  }

  TestTable table_;
};

TEST_F(LeftInCheckpoint, AreReadWhenAWalkComesBy) {
  write(checkpoint_path(4), {protocol(), metadata(), {"add", {add_with("one", 1), add("none", 10, {{"stats", Value(Id::VARCHAR)}}), add_with("two", 2)}}});
  table_.commit(5, {remove_line("one"), add_line_with("three", 3)});
  Snapshot snapshot = open();
  ASSERT_EQ(snapshot.left_statistics().size(), 1u);
  size_t held = 0;
  ASSERT_TRUE(snapshot.files().for_each([&](const FileView& file) -> Status {
    held += file.stats_at ? 0 : 1;
    EXPECT_EQ(file.stats.empty(), file.stats_at.has_value());
    return {};
  }).ok());
  EXPECT_EQ(held, 1u) << "that of the commit";
  EXPECT_EQ(*texts(snapshot), (Texts{{"none", ""}, {"two", bounds(2)}, {"three", bounds(3)}}));
  EXPECT_EQ(kept(snapshot, PredicateOp::kGreater, 2), (Paths{"none", "three"}));
  table_.commit(6, {add_line_with("four", 4), remove_line("none")});
  ASSERT_TRUE(*snapshot.refresh());
  EXPECT_EQ(kept(snapshot, PredicateOp::kGreater, 2), (Paths{"three", "four"}));
  auto selection = select_files(snapshot);
  EXPECT_FALSE(selection->statistics_read) << "no condition asks for them";
  EXPECT_FALSE(selection->rows);
  EXPECT_EQ(*count_rows(snapshot, *selection), 6u);
  EXPECT_TRUE(table_.logger.warnings.empty());
}

TEST_F(LeftInCheckpoint, AreTheSameAsHeldOnes) {
  auto typed = [](int64_t a) {
    Value bound = Value::STRUCT({{"a", Value::BIGINT(a)}});
    return Value::STRUCT({{"numRecords", Value::BIGINT(2)}, {"minValues", bound}, {"maxValues", bound}, {"nullCount", Value::STRUCT({{"a", Value::BIGINT(0)}})}});
  };
  std::vector<Value> adds;
  for (int64_t a = 0; a < 20; a++) {
    bool has_text = a % 7 < 3;
    adds.push_back(add("file-" + std::to_string(a), 10,
                       {{"stats", has_text ? Value(bounds(a)) : Value(Id::VARCHAR)}, {"stats_parsed", a % 7 == 6 ? Value(typed(0).type()) : typed(a)}}));
  }
  write(checkpoint_path(0), {protocol(), metadata(), {"add", std::move(adds)}});
  Snapshot left = open();
  auto held = table_.open(std::nullopt, LoadFiles::kAll, UINT64_MAX);
  ASSERT_TRUE(held.ok());
  ASSERT_EQ(left.left_statistics().size(), 1u);
  ASSERT_TRUE(held->left_statistics().empty());
  auto read = texts(left);
  ASSERT_TRUE(read.ok()) << read.error().to_string();
  EXPECT_EQ(*read, *texts(*held));
  EXPECT_EQ(read->at(6).second, "");
  EXPECT_EQ(kept(left, PredicateOp::kEqual, 5), (Paths{"file-5", "file-6", "file-13"}));
}

TEST_F(LeftInCheckpoint, OfPartsAndInAnyOrder) {
  write("_delta_log/00000000000000000002.checkpoint.0000000001.0000000002.parquet", {protocol(), metadata(), {"add", {add_with("one", 1), add_with("two", 2)}}});
  write("_delta_log/00000000000000000002.checkpoint.0000000002.0000000002.parquet", {{"add", {add_with("three", 3)}}});
  Snapshot snapshot = open();
  EXPECT_EQ(snapshot.left_statistics().size(), 2u);
  EXPECT_EQ(*texts(snapshot), (Texts{{"one", bounds(1)}, {"two", bounds(2)}, {"three", bounds(3)}}));
  FileStatistics statistics(snapshot);
  for (uint32_t place : {2, 0, 1, 0}) EXPECT_EQ(*statistics.of(snapshot.files().at(place)), bounds(place + 1));
}

// What may befall a checkpoint after the table was opened, or where opening did not look.
class LostCheckpoint : public LeftInCheckpoint {
 protected:
  LostCheckpoint() {
    table_.commit(0, {protocol_line(), metadata_line(field_json("a") + "," + field_json("p"), R"("p")"), add_line_with("one", 1)});
    table_.commit(1, {add_line_with("two", 2)});
    write(checkpoint_path(1), {protocol(), metadata(), {"add", {add_with("one", 1), add_with("two", 2)}}});
  }
  void expect_right(const Snapshot& snapshot) {
    EXPECT_EQ(kept(snapshot, PredicateOp::kGreater, 1), (Paths{"two"}));
    ASSERT_EQ(table_.logger.warnings.size(), 1u);
    EXPECT_NE(table_.logger.warnings[0].find("00000000000000000001.checkpoint.parquet"), std::string::npos) << table_.logger.warnings[0];
  }
};

TEST_F(LostCheckpoint, ReplacedByOneInAnotherOrder) {
  Snapshot snapshot = open();
  table_.clock.advance_us(5000);
  write(checkpoint_path(1), {protocol(), metadata(), {"add", {add_with("two", 2), add_with("one", 1)}}});
  expect_right(snapshot);
}

TEST_F(LostCheckpoint, CleanedAway) {
  Snapshot snapshot = open();
  ASSERT_TRUE(table_.store->remove(checkpoint_path(1)).ok());
  expect_right(snapshot);
  for (int version : {0, 1}) ASSERT_TRUE(table_.store->remove(commit_path(version)).ok());
  auto plan = plan_scan(snapshot, {{{"a"}, PredicateOp::kGreater, {Value::BIGINT(1)}}});
  ASSERT_FALSE(plan.ok());
  EXPECT_EQ(plan.error().kind(), ErrorKind::kNotFound);
  EXPECT_NE(plan.error().describe().find("00000000000000000001.checkpoint.parquet"), std::string::npos) << plan.error().describe();
  EXPECT_EQ(plan_scan(snapshot)->files.size(), 2u) << "the files themselves are known";
}

TEST_F(LostCheckpoint, DamagedWhereNobodyLookedYet) {
  std::string bytes = *table_.store->get(checkpoint_path(1));
  const size_t at = bytes.find("numRecords");
  size_t damaged = 0;
  for (size_t place = at == std::string::npos ? 4 : at - 24; place < bytes.size() - 8; place++) {
    std::string broken = bytes;
    broken[place] = static_cast<char>(~broken[place]);
    table_.put(checkpoint_path(1), broken);
    auto snapshot = table_.open(std::nullopt, LoadFiles::kAll, 0);
    if (!snapshot.ok() || snapshot->left_statistics().empty()) continue;
    table_.logger.warnings.clear();
    auto plan = plan_scan(*snapshot, {{{"a"}, PredicateOp::kGreater, {Value::BIGINT(1)}}});
    ASSERT_TRUE(plan.ok()) << plan.error().to_string();
    if (!table_.logger.warnings.empty()) {
      damaged++;
      EXPECT_EQ(plan->files.size(), 1u);
      EXPECT_EQ(table_.logger.warnings.size(), 2u) << "of what is broken, and of the way around it";
    }
  }
  EXPECT_GT(damaged, 0u) << "no byte of the statistics was hit";
}

TEST_F(LostCheckpoint, AWriterPutsThemIntoTheNextCheckpoint) {
  Snapshot snapshot = open();
  table_.commit(2, {add_line_with("three", 3)});
  ASSERT_TRUE(*snapshot.refresh());
  auto written = write_checkpoint(snapshot);
  ASSERT_TRUE(written.ok()) << written.error().to_string();
  Texts all{{"one", bounds(1)}, {"two", bounds(2)}, {"three", bounds(3)}};
  EXPECT_EQ(*texts(open()), all);
  // Also when the one that it came from is gone.
  ASSERT_TRUE(table_.store->remove(checkpoint_path(1)).ok());
  table_.commit(3, {add_line_with("four", 4)});
  ASSERT_TRUE(*snapshot.refresh());
  written = write_checkpoint(snapshot);
  ASSERT_TRUE(written.ok()) << written.error().to_string();
  all.emplace_back("four", bounds(4));
  for (int version : {0, 1, 2}) ASSERT_TRUE(table_.store->remove(commit_path(version)).ok());
  EXPECT_EQ(*texts(open()), all);
}

}  // namespace
}  // namespace deltastream::delta
