#include "delta/snapshot.h"

#include <gtest/gtest.h>

#include "delta/log/table_testing.h"
#include "delta/scan.h"
#include "storage/faulty.h"

namespace deltastream::delta {
namespace {

using Paths = std::vector<std::string>;

const std::string kVectorOfA = R"("deletionVector":{"storageType":"u","pathOrInlineDv":"ab^-aqEH.-t@S}K{vb[*k^","offset":4,"sizeInBytes":40,"cardinality":6})";

TEST(Snapshot, LastCommitDecides) {
  TestTable table;
  table.commit(0, {protocol_line(), metadata_line(), add_line("one", 3), add_line("two", 4)});
  table.commit(1, {remove_line("one"), add_line("three", 5), R"({"txn":{"appId":"app","version":7}})"});
  auto snapshot = table.open();
  ASSERT_TRUE(snapshot.ok()) << snapshot.error().to_string();
  EXPECT_EQ(snapshot->version(), 1);
  EXPECT_EQ(paths_of(snapshot->files()), (Paths{"two", "three"}));
  EXPECT_EQ(paths_of(snapshot->tombstones()), (Paths{"one"}));
  EXPECT_EQ(snapshot->totals()->files, 2);
  EXPECT_EQ(snapshot->totals()->bytes, 9);
  EXPECT_EQ(snapshot->txn("app"), 7);
  EXPECT_FALSE(snapshot->txn("other"));
  EXPECT_EQ(snapshot->schema().fields.at(0).name, "a");
  EXPECT_EQ(snapshot->where(), "memory: at version 1");
}

TEST(Snapshot, ByVersion) {
  TestTable table;
  table.commit(0, {protocol_line(), metadata_line(), add_line("one")});
  table.commit(1, {add_line("two")});
  auto old = table.open(0);
  ASSERT_TRUE(old.ok());
  EXPECT_EQ(paths_of(old->files()), (Paths{"one"}));
  auto future = table.open(2);
  ASSERT_FALSE(future.ok());
  EXPECT_EQ(future.error().kind(), ErrorKind::kNotFound);
}

TEST(Snapshot, DeletionVectorIsPartOfTheKey) {
  TestTable table;
  table.commit(0, {features_line(R"("deletionVectors")", R"("deletionVectors")"), metadata_line(), add_line("one")});
  table.commit(1, {add_line("one", 10, kVectorOfA), remove_line("one")});
  auto snapshot = table.open();
  ASSERT_TRUE(snapshot.ok()) << snapshot.error().to_string();
  EXPECT_EQ(snapshot->files().size(), 1u);
  EXPECT_EQ(snapshot->tombstones().size(), 1u);
}

TEST(Snapshot, SpellingsOfOnePathAreOneFile) {
  TestTable table;
  table.commit(0, {protocol_line(), metadata_line(), add_line("file:///lake/a%20b"), add_line("p%253D1/x")});
  table.commit(1, {remove_line("/lake/a%20b"), remove_line("p%253d1/x")});
  auto snapshot = table.open();
  ASSERT_TRUE(snapshot.ok());
  EXPECT_EQ(snapshot->files().size(), 1u) << "%253D decodes once, to %3D, which is not %3d";
  table.commit(2, {remove_line("p%253D1/x")});
  ASSERT_TRUE(snapshot->refresh().ok());
  EXPECT_EQ(snapshot->files().size(), 0u);
}

// As Spark reads them, though the protocol allows none of it.
TEST(Snapshot, ActionsOfACommitCountInTheOrderOfTheirLines) {
  struct Case {
    std::string first, second;
    std::vector<std::string> files;
    size_t tombstones;
  };
  const std::vector<Case> cases = {
      {add_line("x", 1), add_line("x", 5), {"old", "x"}, 0},
      {add_line("x"), remove_line("x"), {"old"}, 1},
      {remove_line("x"), add_line("x", 5), {"old", "x"}, 0},
      {remove_line("old"), remove_line("old"), {}, 1},
      {remove_line("old"), add_line("old", 5), {"old"}, 0},
      {add_line("old", 5), remove_line("old"), {}, 1},
  };
  for (const auto& [first, second, files, tombstones] : cases) {
    TestTable table;
    table.commit(0, {protocol_line(), metadata_line(), add_line("old", 1)});
    auto followed = table.open();
    table.commit(1, {first, second});
    auto opened = table.open();
    ASSERT_TRUE(opened.ok()) << opened.error().to_string();
    ASSERT_TRUE(followed->refresh().ok());
    for (const Snapshot* snapshot : {&*opened, &*followed}) {
      EXPECT_EQ(paths_of(snapshot->files()), files) << first << second;
      EXPECT_EQ(snapshot->tombstones().size(), tombstones) << first << second;
    }
    if (second == add_line("x", 5)) {
      EXPECT_EQ(opened->totals()->bytes, 6);
    }
  }
}

TEST(Snapshot, OfTheTableTooTheLastActionCounts) {
  TestTable table;
  table.commit(0, {protocol_line(), metadata_line(), add_line("x", 1), add_line("x", 5)});
  const auto totals = table.open(0, LoadFiles::kNone)->totals();
  ASSERT_TRUE(totals);
  EXPECT_EQ(totals->files, 1) << "counted without being held";
  EXPECT_EQ(totals->bytes, 5);
  table.commit(1, {metadata_line(), metadata_line(field_json("b")), protocol_line(1, 3), protocol_line(1, 4), R"({"txn":{"appId":"a","version":2}})",
                   R"({"txn":{"appId":"a","version":1}})", R"({"domainMetadata":{"domain":"d","configuration":"","removed":true}})",
                   R"({"domainMetadata":{"domain":"d","configuration":"c","removed":false}})"});
  auto snapshot = table.open();
  ASSERT_TRUE(snapshot.ok()) << snapshot.error().to_string();
  EXPECT_EQ(snapshot->schema().fields.at(0).name, "b");
  EXPECT_EQ(snapshot->protocol().min_writer_version, 4);
  EXPECT_EQ(snapshot->txn("a"), 1);
  ASSERT_NE(snapshot->domain("d"), nullptr);
  EXPECT_EQ(snapshot->domain("d")->configuration, "c");
}

TEST(Snapshot, BrokenJsonNamesFileAndLine) {
  TestTable table;
  table.commit(0, {protocol_line(), metadata_line()});
  table.put(commit_path(1), add_line("a") + "\n" + add_line("b").substr(0, 40));
  auto snapshot = table.open();
  ASSERT_FALSE(snapshot.ok());
  EXPECT_EQ(snapshot.error().kind(), ErrorKind::kCorrupt);
  EXPECT_NE(snapshot.error().describe().find("00000000000000000001.json: line 2"), std::string::npos) << snapshot.error().describe();
}

TEST(Snapshot, AnEmptyCommitIsOneWithAWarning) {
  TestTable table;
  table.commit(0, {protocol_line(), metadata_line(), add_line("one")});
  for (const char* nothing : {"", "\n", " \r\n\n"}) {
    table.put(commit_path(1), nothing);
    table.logger.warnings.clear();
    auto snapshot = table.open();
    ASSERT_TRUE(snapshot.ok()) << snapshot.error().describe();
    EXPECT_EQ(snapshot->version(), 1);
    ASSERT_EQ(table.logger.warnings.size(), 1u);
    EXPECT_NE(table.logger.warnings[0].find(commit_path(1)), std::string::npos);
  }
}

TEST(Snapshot, GapsAreRefused) {
  TestTable table;
  table.commit(0, {protocol_line(), metadata_line()});
  table.commit(2, {add_line("x")});
  auto snapshot = table.open();
  ASSERT_FALSE(snapshot.ok());
  EXPECT_NE(snapshot.error().message().find("gap"), std::string::npos);
  EXPECT_TRUE(table.open(0).ok());
}

TEST(Snapshot, NeedsProtocolAndMetadata) {
  TestTable no_protocol;
  no_protocol.commit(0, {metadata_line()});
  EXPECT_EQ(no_protocol.open().error().kind(), ErrorKind::kCorrupt);
  TestTable no_metadata;
  no_metadata.commit(0, {protocol_line()});
  EXPECT_EQ(no_metadata.open().error().kind(), ErrorKind::kCorrupt);
  TestTable nothing;
  EXPECT_EQ(nothing.open().error().kind(), ErrorKind::kNotFound);
}

TEST(Snapshot, UnknownReaderFeatureIsNamed) {
  TestTable table;
  table.commit(0, {features_line(R"("timeMachine")", R"("timeMachine")"), metadata_line()});
  auto snapshot = table.open();
  ASSERT_FALSE(snapshot.ok());
  EXPECT_EQ(snapshot.error().kind(), ErrorKind::kUnsupported);
  EXPECT_NE(snapshot.error().describe().find("timeMachine"), std::string::npos);
}

TEST(Snapshot, ProtocolIsCheckedPerVersion) {
  TestTable table;
  table.commit(0, {features_line(R"("timeMachine")", R"("timeMachine")"), metadata_line(), add_line("x")});
  table.commit(1, {protocol_line()});
  EXPECT_TRUE(table.open().ok());
  EXPECT_EQ(table.open(0).error().kind(), ErrorKind::kUnsupported);
}

TEST(Snapshot, WrongColumnMappingModeIsRefused) {
  TestTable table;
  table.commit(0, {protocol_line(2, 5), metadata_line(field_json("a"), "", R"("delta.columnMapping.mode":"sideways")")});
  auto snapshot = table.open();
  ASSERT_FALSE(snapshot.ok());
  EXPECT_NE(snapshot.error().describe().find("sideways"), std::string::npos);
}

TEST(Snapshot, ModeWithoutTheFeatureMeansNothing) {
  TestTable table;
  table.commit(0, {protocol_line(1, 2), metadata_line(field_json("a"), "", R"("delta.columnMapping.mode":"name")")});
  EXPECT_EQ(table.open()->column_mapping(), ColumnMappingMode::kNone);
}

TEST(Snapshot, LenientWhereOldWritersWere) {
  TestTable table;
  table.commit(0, {protocol_line(), R"({"metaData":{"id":"t","format":{"provider":"parquet"},"schemaString":"{\"type\":\"struct\",\"fields\":[)"
                                    R"({\"name\":\"a\",\"type\":\"long\",\"nullable\":true,\"metadata\":{}}]}","partitionColumns":[]}})",
                   "", R"({"unknownAction":{"x":[1,2]}})"});
  auto snapshot = table.open();
  ASSERT_TRUE(snapshot.ok()) << snapshot.error().to_string();
  EXPECT_FALSE(snapshot->metadata().created_time);
}

TEST(Snapshot, ColumnsMayComeInALaterVersion) {
  TestTable table;
  table.commit(0, {protocol_line(), R"({"metaData":{"id":"t","format":{"provider":"parquet","options":{}},"partitionColumns":[],"configuration":{}}})"});
  auto early = table.open();
  ASSERT_TRUE(early.ok()) << early.error().to_string();
  auto plan = plan_scan(*early);
  ASSERT_FALSE(plan.ok());
  EXPECT_NE(plan.error().describe().find("at version 0: the table has no columns yet"), std::string::npos) << plan.error().describe();
  table.commit(1, {metadata_line(field_json("a")), add_line("x")});
  auto snapshot = table.open();
  ASSERT_TRUE(snapshot.ok()) << snapshot.error().to_string();
  EXPECT_EQ(snapshot->schema().fields.size(), 1);
}

TEST(Snapshot, ACheckpointMaySayTheSameTwice) {
  for (const auto& [second, good] : {std::pair(protocol_line() + "\n" + metadata_line(), true), {protocol_line(1, 3), false}, {metadata_line(field_json("b")), false}}) {
    TestTable table;
    table.put("_delta_log/00000000000000000003.checkpoint.80a083e8-7026-4e79-81be-64bd76c43a11.json",
              R"({"checkpointMetadata":{"version":3}})" "\n" + protocol_line() + "\n" + metadata_line() + "\n" + add_line("x") + "\n" + second + "\n");
    auto snapshot = table.open();
    EXPECT_EQ(snapshot.ok(), good) << second;
    if (good) continue;
    EXPECT_NE(snapshot.error().describe().find("action twice, with different words"), std::string::npos) << snapshot.error().describe();
  }
}

TEST(Snapshot, RefreshReadsOnlyWhatIsNew) {
  TestTable table;
  table.commit(0, {protocol_line(), metadata_line(), add_line("one")});
  auto snapshot = table.open();
  ASSERT_TRUE(snapshot.ok());
  auto still = snapshot->refresh();
  ASSERT_TRUE(still.ok());
  EXPECT_FALSE(*still);
  table.commit(1, {add_line("two")});
  table.commit(2, {metadata_line(field_json("a") + "," + field_json("b"))});
  table.put(commit_path(0), "would fail if it were read again");
  auto moved = snapshot->refresh(1);
  ASSERT_TRUE(moved.ok());
  EXPECT_TRUE(*moved);
  EXPECT_EQ(snapshot->version(), 1);
  ASSERT_TRUE(snapshot->refresh().ok());
  EXPECT_EQ(snapshot->version(), 2);
  EXPECT_EQ(snapshot->schema().fields.size(), 2u);
}

TEST(Snapshot, BrokenCommitLeavesNoHalfState) {
  TestTable table;
  table.commit(0, {protocol_line(), metadata_line(), add_line("one")});
  auto snapshot = table.open();
  table.commit(1, {add_line("two"), "{broken"});
  EXPECT_FALSE(snapshot->refresh().ok());
  EXPECT_FALSE(snapshot->has_files());
  table.commit(1, {add_line("three")});
  ASSERT_TRUE(snapshot->refresh().ok());
  EXPECT_EQ(paths_of(snapshot->files()), (Paths{"one", "three"}));
}

TEST(Snapshot, FailingStoreGivesErrorsAndNoWrongState) {
  TestTable table;
  table.commit(0, {protocol_line(), metadata_line(), add_line("one")});
  table.commit(1, {add_line("two")});
  auto faulty = std::make_shared<storage::FaultyStore>(table.store);
  size_t errors = 0;
  for (uint64_t call = 1; call <= 8; call++) {
    faulty->faults().set({Fault::kIoError, call});
    auto opened = Snapshot::open(faulty, std::nullopt, table.environment);
    if (!opened.ok()) {
      errors++;
      continue;
    }
    EXPECT_EQ(opened->files().size(), 2u) << "a failed call may be done without, but changes nothing";
  }
  EXPECT_GT(errors, 2u) << "the listing and both commits are needed";
  faulty->faults().set({});
  auto snapshot = Snapshot::open(faulty, 0, table.environment);
  ASSERT_TRUE(snapshot.ok());
  table.commit(2, {metadata_line(field_json("a") + "," + field_json("b")), add_line("three")});
  faulty->faults().set({Fault::kIoError, 2, "get"});
  EXPECT_FALSE(snapshot->refresh().ok());
  ASSERT_TRUE(snapshot->has_files()) << "nothing was half read";
  EXPECT_EQ(snapshot->version(), 1);
  EXPECT_EQ(snapshot->files().size(), 2u);
  ASSERT_TRUE(snapshot->refresh().ok());
  EXPECT_EQ(snapshot->files().size(), 3u);
  EXPECT_EQ(snapshot->schema().fields.size(), 2u);
}

TEST(Snapshot, APartitionColumnIsNamedAsInTheSchema) {
  TestTable table;
  table.commit(0, {protocol_line(), metadata_line(field_json("a") + "," + field_json("p"), R"("P")"), add_line("one", 1, "", R"("P":"5")")});
  auto snapshot = table.open();
  ASSERT_FALSE(snapshot.ok());
  EXPECT_NE(snapshot.error().describe().find("the partition column 'P'"), std::string::npos);
}

TEST(Snapshot, ColumnNamesDifferByMoreThanCase) {
  TestTable table;
  table.commit(0, {protocol_line(), metadata_line(field_json("a") + "," + field_json("A"))});
  auto snapshot = table.open();
  ASSERT_FALSE(snapshot.ok());
  EXPECT_EQ(snapshot.error().kind(), ErrorKind::kCorrupt);
}

TEST(Snapshot, LongSilenceIsNotTakenForNoNews) {
  TestTable table;
  table.commit(0, {protocol_line(), metadata_line(), add_line("one")});
  auto snapshot = table.open();
  // While we slept, versions 1 to 9 came and were cleaned up, and a state of another beginning is there.
  ASSERT_TRUE(table.store->remove(commit_path(0)).ok());
  table.commit(0, {protocol_line(), metadata_line(), add_line("new")});
  table.clock.advance_us(2ll * 3600 * 1000 * 1000);
  ASSERT_TRUE(snapshot->refresh().ok());
  EXPECT_EQ(paths_of(snapshot->files()), (Paths{"new"}));
}

TEST(Snapshot, AppliesOwnCommitWithoutReading) {
  TestTable table;
  table.commit(0, {protocol_line(), metadata_line()});
  for (auto files : {LoadFiles::kAll, LoadFiles::kNone}) {
    auto snapshot = table.open(std::nullopt, files);
    ASSERT_TRUE(snapshot.ok());
    std::string lines = TestTable::join({R"({"commitInfo":{"inCommitTimestamp":77}})", add_line("one", 30), R"({"txn":{"appId":"app","version":1}})"});
    ASSERT_TRUE(snapshot->apply_commit(1, lines).ok());
    EXPECT_EQ(snapshot->version(), 1);
    EXPECT_EQ(snapshot->totals()->files, 1);
    EXPECT_EQ(snapshot->totals()->bytes, 30);
    EXPECT_EQ(snapshot->txn("app"), 1);
    EXPECT_EQ(snapshot->in_commit_timestamp(), 77);
    EXPECT_EQ(snapshot->apply_commit(3, lines).error().kind(), ErrorKind::kInternal);
  }
}

TEST(Snapshot, TotalsWithoutFilesAreExactOrAbsent) {
  TestTable table;
  table.commit(0, {protocol_line(), metadata_line(), add_line("one", 30)});
  auto snapshot = table.open(std::nullopt, LoadFiles::kNone);
  ASSERT_TRUE(snapshot.ok());
  EXPECT_FALSE(snapshot->has_files());
  EXPECT_EQ(snapshot->totals()->bytes, 30);
  table.commit(1, {add_line("one", 31)});
  ASSERT_TRUE(snapshot->refresh().ok());
  EXPECT_FALSE(snapshot->totals());
}

TEST(Snapshot, DomainsLiveUntilRemoved) {
  TestTable table;
  table.commit(0, {protocol_line(), metadata_line(), R"({"domainMetadata":{"domain":"d","configuration":"{}","removed":false}})"});
  table.commit(1, {R"({"domainMetadata":{"domain":"d","configuration":"{}","removed":true}})"});
  EXPECT_NE(table.open(0)->domain("d"), nullptr);
  EXPECT_EQ(table.open()->domain("d"), nullptr);
}

TEST(Snapshot, ExistenceNeedsAnyCommitOrCheckpoint) {
  TestTable table;
  EXPECT_FALSE(*Snapshot::table_exists(*table.store));
  table.put("_delta_log/_last_checkpoint", "{}");
  EXPECT_FALSE(*Snapshot::table_exists(*table.store));
  table.put(checkpoint_path(5), "x");
  EXPECT_TRUE(*Snapshot::table_exists(*table.store));
}

}  // namespace
}  // namespace deltastream::delta
