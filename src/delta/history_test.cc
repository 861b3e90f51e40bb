#include "delta/history.h"

#include <gtest/gtest.h>

#include "delta/log/table_testing.h"

namespace deltastream::delta {
namespace {

constexpr int64_t kSecond = 1000;

class History : public testing::Test {
 protected:
  // Commits at the clock's time, which then goes on by a second.
  void commit_and_wait(int64_t version, std::initializer_list<std::string> lines) {
    table_.commit(version, lines);
    table_.clock.advance_us(kSecond * 1000);
  }
  int64_t now_ms() const { return table_.clock.now_us() / 1000; }
  int64_t version_at_ms(int64_t time) {
    auto version = version_at(table_.store, time, table_.environment);
    if (version.ok()) return *version;
    return version.error().kind() == ErrorKind::kNotFound ? -1 : -2;
  }
  TestTable table_;
};

std::string info_line(const std::string& operation, std::optional<int64_t> in_commit = std::nullopt) {
  return R"({"commitInfo":{)" + (in_commit ? R"("inCommitTimestamp":)" + std::to_string(*in_commit) + "," : std::string()) +
         R"("timestamp":1,"operation":")" + operation + R"(","operationParameters":{"mode":"Append","n":3},"isBlindAppend":true,"strange":[{"a":1}]}})";
}

TEST_F(History, NewestFirstWithWhatWasDone) {
  int64_t start = now_ms();
  commit_and_wait(0, {info_line("CREATE TABLE"), protocol_line(), metadata_line()});
  commit_and_wait(1, {add_line("x")});
  commit_and_wait(2, {add_line("y"), info_line("WRITE")});
  auto entries = history(table_.store, std::nullopt, table_.environment);
  ASSERT_TRUE(entries.ok()) << entries.error().to_string();
  ASSERT_EQ(entries->size(), 3u);
  EXPECT_EQ(entries->at(0).version, 2);
  EXPECT_EQ(entries->at(0).info.operation, "WRITE");
  EXPECT_EQ(entries->at(0).info.operation_parameters.at("mode"), "Append");
  EXPECT_EQ(entries->at(0).info.is_blind_append, true);
  EXPECT_EQ(entries->at(0).timestamp_ms, start + 2 * kSecond);
  EXPECT_EQ(entries->at(1).info.operation, "");
  EXPECT_EQ(history(table_.store, 1, table_.environment)->size(), 1u);
}

TEST_F(History, TheFirstVersionFromATimeOn) {
  int64_t start = now_ms();
  commit_and_wait(0, {protocol_line(), metadata_line()});
  commit_and_wait(1, {add_line("x")});
  commit_and_wait(2, {add_line("y")});
  auto first = [&](int64_t time) { return first_version_from(table_.store, time, table_.environment).value(); };
  EXPECT_EQ(first(0), 0);
  EXPECT_EQ(first(start), 0);
  EXPECT_EQ(first(start + 1), 1);
  EXPECT_EQ(first(start + 2 * kSecond), 2);
  EXPECT_EQ(first(start + 2 * kSecond + 1), 3) << "the next one";
  EXPECT_EQ(timestamp_of(table_.store, 1, table_.environment).value(), start + kSecond);
  EXPECT_EQ(timestamp_of(table_.store, 3, table_.environment).error().kind(), ErrorKind::kNotFound);
}

TEST_F(History, CommitInfoBehindManyFilesIsFound) {
  std::string lines = protocol_line() + "\n" + metadata_line() + "\n";
  for (int i = 0; i < 2000; i++) lines += add_line("file-" + std::to_string(i)) + "\n";
  table_.put(commit_path(0), lines + info_line("WRITE"));
  EXPECT_EQ(history(table_.store, std::nullopt, table_.environment)->at(0).info.operation, "WRITE");
}

TEST_F(History, EntriesAreReadWhenTheyAreAskedFor) {
  commit_and_wait(0, {protocol_line(), metadata_line()});
  commit_and_wait(1, {info_line("OLD"), add_line("x")});
  commit_and_wait(2, {info_line("NEW"), add_line("y")});
  auto all = deltastream::delta::History::open(table_.store, table_.environment);
  ASSERT_TRUE(all.ok());
  EXPECT_EQ(all->size(), 3u);
  ASSERT_TRUE(table_.store->remove(commit_path(1)).ok());
  EXPECT_EQ(all->entry(0)->info.operation, "NEW");
  EXPECT_EQ(all->entry(1).error().kind(), ErrorKind::kNotFound);
}

TEST_F(History, ByFileTimes) {
  int64_t start = now_ms();
  commit_and_wait(0, {protocol_line(), metadata_line()});
  commit_and_wait(1, {add_line("x")});
  commit_and_wait(2, {add_line("y")});
  EXPECT_EQ(version_at_ms(start - 1), -1);
  EXPECT_EQ(version_at_ms(start), 0);
  EXPECT_EQ(version_at_ms(start + kSecond - 1), 0);
  EXPECT_EQ(version_at_ms(start + kSecond), 1);
  EXPECT_EQ(version_at_ms(now_ms()), 2);
  EXPECT_EQ(version_at_ms(now_ms() + 1), -2) << "a time still to come";
  SnapshotOptions options;
  options.timestamp_ms = start + kSecond;
  auto snapshot = Snapshot::open(table_.store, options, table_.environment);
  ASSERT_TRUE(snapshot.ok());
  EXPECT_EQ(snapshot->version(), 1);
  options.version = 1;
  EXPECT_EQ(Snapshot::open(table_.store, options, table_.environment).error().kind(), ErrorKind::kInvalidArgument);
}

TEST_F(History, FileTimesOutOfOrderMoveForward) {
  int64_t start = now_ms();
  commit_and_wait(1, {add_line("x")});
  commit_and_wait(2, {add_line("y")});
  commit_and_wait(0, {protocol_line(), metadata_line()});  // the newest file: someone copied it later
  auto entries = history(table_.store, std::nullopt, table_.environment);
  ASSERT_TRUE(entries.ok());
  EXPECT_EQ(entries->at(2).timestamp_ms, start + 2 * kSecond);
  EXPECT_EQ(entries->at(1).timestamp_ms, start + 2 * kSecond + 1);
  EXPECT_EQ(entries->at(0).timestamp_ms, start + 2 * kSecond + 2);
}

TEST_F(History, ByTimestampsInCommits) {
  std::string protocol = features_line("", R"("inCommitTimestamp")");
  std::string enabled = metadata_line(field_json("a"), "", R"("delta.enableInCommitTimestamps":"true")");
  commit_and_wait(0, {info_line("A", 5000), protocol, enabled});
  commit_and_wait(1, {info_line("B", 6000)});
  commit_and_wait(2, {info_line("C", 7000)});
  EXPECT_EQ(version_at_ms(4999), -1);
  EXPECT_EQ(version_at_ms(5000), 0);
  EXPECT_EQ(version_at_ms(6999), 1);
  EXPECT_EQ(version_at_ms(7000), 2);
  EXPECT_EQ(history(table_.store, 1, table_.environment)->at(0).timestamp_ms, 7000);
  EXPECT_EQ(table_.open()->in_commit_timestamp(), 7000);
}

// Whoever copies a table gives the files of its log new times, later than those in its commits.
TEST_F(History, TimestampsInCommitsOfALogThatWasCopied) {
  std::string protocol = features_line("", R"("inCommitTimestamp")");
  std::string enabled = metadata_line(field_json("a"), "", R"("delta.enableInCommitTimestamps":"true","delta.inCommitTimestampEnablementVersion":"2",)"
                                                           R"("delta.inCommitTimestampEnablementTimestamp":"5000")");
  int64_t start = now_ms();
  commit_and_wait(0, {protocol_line(), metadata_line()});
  commit_and_wait(1, {add_line("x")});
  commit_and_wait(2, {info_line("ENABLE", 5000), protocol, enabled});
  commit_and_wait(3, {info_line("WRITE", 6000)});
  EXPECT_EQ(version_at_ms(4999), -1);
  EXPECT_EQ(version_at_ms(5999), 2);
  EXPECT_EQ(version_at_ms(start), 3);
  auto first = [&](int64_t time) { return first_version_from(table_.store, time, table_.environment).value(); };
  EXPECT_EQ(first(5001), 3);
  EXPECT_EQ(first(6000), 3);
  EXPECT_EQ(first(6001), 4);
}

TEST_F(History, TimestampsInCommitsFromAVersionOn) {
  int64_t start = now_ms();
  std::string protocol = features_line("", R"("inCommitTimestamp")");
  std::string enabled = metadata_line(field_json("a"), "", R"("delta.enableInCommitTimestamps":"true","delta.inCommitTimestampEnablementVersion":"2",)"
                                                           R"("delta.inCommitTimestampEnablementTimestamp":")" + std::to_string(start + 1500) + "\"");
  commit_and_wait(0, {protocol_line(), metadata_line()});
  commit_and_wait(1, {add_line("x")});
  commit_and_wait(2, {info_line("ENABLE", start + 1500), protocol, enabled});
  commit_and_wait(3, {info_line("WRITE", start + 1600)});
  EXPECT_EQ(version_at_ms(start + 1499), 1);
  EXPECT_EQ(version_at_ms(start + 1500), 2);
  EXPECT_EQ(version_at_ms(start + 1599), 2);
  EXPECT_EQ(version_at_ms(start + 1600), 3);
  commit_and_wait(4, {info_line("NO TIME")});
  auto missing = version_at(table_.store, start + 1700, table_.environment);
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().kind(), ErrorKind::kCorrupt);
}

}  // namespace
}  // namespace deltastream::delta
