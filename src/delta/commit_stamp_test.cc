#include "delta/commit_stamp.h"

#include <gtest/gtest.h>

#include "delta/log/table_testing.h"

namespace deltastream::delta {
namespace {

TEST(CommitStamp, TellsALogThatWasReplaced) {
  TestTable table;
  table.commit(0, {protocol_line(), metadata_line(), add_line("one")});
  auto snapshot = table.open();
  ASSERT_TRUE(snapshot.ok()) << snapshot.error().to_string();
  ASSERT_TRUE(snapshot->commit_stamp());
  auto stands = [&] { return still_stands(*snapshot->store(), *snapshot->commit_stamp()).value(); };
  EXPECT_TRUE(stands());
  table.commit(0, {protocol_line(), metadata_line(), add_line("two")});
  EXPECT_FALSE(stands()) << "the same size, other content";
  ASSERT_TRUE(snapshot->store()->remove(commit_path(0)).ok());
  EXPECT_FALSE(stands());
}

TEST(CommitStamp, GoesWithTheVersion) {
  TestTable table;
  table.commit(0, {protocol_line(), metadata_line(), add_line("one")});
  auto snapshot = table.open();
  ASSERT_TRUE(snapshot.ok());
  table.commit(1, {add_line("two")});
  ASSERT_TRUE(snapshot->refresh().ok());
  ASSERT_TRUE(snapshot->commit_stamp());
  EXPECT_EQ(snapshot->commit_stamp()->version, 1);
  EXPECT_TRUE(still_stands(*snapshot->store(), *snapshot->commit_stamp()).value());
  EXPECT_EQ(table.open()->commit_stamp(), snapshot->commit_stamp()) << "read by listing or by following";
}

TEST(CommitStamp, AVersionThatACheckpointAloneLeadsToHasOne) {
  TestTable table;
  table.put("_delta_log/00000000000000000003.checkpoint.80a083e8-7026-4e79-81be-64bd76c43a11.json",
            R"({"checkpointMetadata":{"version":3}})" "\n" + protocol_line() + "\n" + metadata_line() + "\n" + add_line("one") + "\n");
  EXPECT_FALSE(table.open()->commit_stamp()) << "its commit was cleaned away";
  table.commit(3, {add_line("one")});
  auto snapshot = table.open();
  ASSERT_TRUE(snapshot.ok() && snapshot->commit_stamp());
  EXPECT_EQ(snapshot->commit_stamp()->version, 3);
  EXPECT_TRUE(still_stands(*snapshot->store(), *snapshot->commit_stamp()).value());
  table.commit(3, {add_line("two")});
  EXPECT_FALSE(still_stands(*snapshot->store(), *snapshot->commit_stamp()).value());
}

TEST(CommitStamp, LargeCommitsByTheirSize) {
  TestTable table;
  table.commit(0, {protocol_line(), metadata_line()});
  std::string lines;
  for (int i = 0; i < 1000; i++) lines += add_line("a-file-with-a-long-name-" + std::to_string(i)) + "\n";
  table.put(commit_path(1), lines);
  auto snapshot = table.open();
  ASSERT_TRUE(snapshot.ok() && snapshot->commit_stamp());
  ASSERT_GT(snapshot->commit_stamp()->size, CommitStamp::kSmallBytes);
  EXPECT_TRUE(still_stands(*snapshot->store(), *snapshot->commit_stamp()).value());
  table.put(commit_path(1), lines + add_line("another") + "\n");
  EXPECT_FALSE(still_stands(*snapshot->store(), *snapshot->commit_stamp()).value());
}

}  // namespace
}  // namespace deltastream::delta
