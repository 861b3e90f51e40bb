#include "delta/checkpoint.h"

#include <gtest/gtest.h>

#include "delta/checksum.h"
#include "delta/features.h"
#include "delta/json/json_scan.h"
#include "delta/log.h"
#include "delta/log_cleanup.h"
#include "delta/maintenance.h"
#include "delta/test_table.h"
#include "format/parquet.h"
#include "storage/faulty.h"

namespace deltastream::delta {
namespace {

using Store = std::shared_ptr<storage::ObjectStore>;

Snapshot open_all(const Store& store, const Environment& environment = {}) {
  auto snapshot = Snapshot::open(store, SnapshotOptions{}, environment);
  EXPECT_TRUE(snapshot.ok()) << snapshot.error().describe();
  return std::move(snapshot).value();
}

// Everything a state holds, as text.
std::string describe(const Snapshot& snapshot) {
  std::string out;
  append_json(snapshot.protocol(), out);
  append_json(snapshot.metadata(), out);
  for (const auto& [name, txn] : snapshot.txns()) append_json(txn, out += "\n");
  for (const auto& [name, domain] : snapshot.domains()) append_json(domain, out += "\n");
  auto files = [&](const FileSet& set) {
    std::vector<std::string> lines;
    EXPECT_TRUE(set.for_each([&](const FileView& file) -> Status {
                     auto add = to_add(file);
                     EXPECT_TRUE(add.ok());
                     add->data_change = true;
                     std::string line = "\n";
                     append_json(*add, line);
                     lines.push_back(line);
                     return {};
                   }).ok());
    std::sort(lines.begin(), lines.end());
    for (const auto& line : lines) out += line;
  };
  files(snapshot.files());
  out += "\n--";
  files(snapshot.tombstones());
  return out;
}

// Takes the commits away, so that only the checkpoint can tell.
void forget_commits(const Store& store, int64_t up_to) {
  for (int64_t version = 0; version <= up_to; version++) ASSERT_TRUE(store->remove(commit_path(version)).ok());
}

void commit_lines(const Store& store, int64_t version, const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& line : lines) text += line + "\n";
  ASSERT_TRUE(store->put_if_absent(commit_path(version), text).ok());
}

Add rich_add() {
  Add add = test_add("day=a%2520b/part-1.parquet", 7);
  add.partition_values = {{"day", "a b"}};
  add.tags = {{"k", "v"}, {"none", std::nullopt}};
  add.deletion_vector = DeletionVectorDescriptor{'u', "ab^-aqEH.-t@S}K{vb[*k^", 4, 40, 6};
  add.base_row_id = 3;
  add.default_row_commit_version = 1;
  add.clustering_provider = "liquid";
  add.stats = "{\"numRecords\":7,\"minValues\":{\"id\":-5},\"maxValues\":{\"id\":99},\"nullCount\":{\"id\":1}}";
  return add;
}

TEST(WriteCheckpoint, HoldsTheWholeState) {
  for (StringMap properties : {StringMap{}, StringMap{{"delta.checkpoint.writeStatsAsStruct", "true"}}, StringMap{{"delta.checkpointPolicy", "v2"}},
                               StringMap{{"delta.checkpoint.writeStatsAsStruct", "true"}, {"delta.feature.deletionVectors", "supported"}}}) {
    properties["own \"key\""] = "ü\n";
    Store store = storage::make_memory_store();
    auto request = test_request(properties, {"day"});
    request.comment = "about it";
    auto created = create_table(store, request).value();
    Remove remove;
    remove.path = "gone.parquet";
    remove.deletion_timestamp = system_clock().now_us() / 1000;
    remove.partition_values = {{"day", std::nullopt}};
    remove.size = 12;
    std::string lines[4];
    append_json(rich_add(), lines[0]);
    append_json(remove, lines[1]);
    append_json(DomainMetadata{"my.domain", "{\"a\":1}", false}, lines[2]);
    append_json(Txn{"app", 5, 1234}, lines[3]);
    commit_lines(store, 1, {lines[0], lines[1], lines[2], lines[3], "{\"txn\":{\"appId\":\"old\",\"version\":1}}"});
    auto before = open_all(store);
    auto written = write_checkpoint(before);
    ASSERT_TRUE(written.ok()) << written.error().describe();
    forget_commits(store, 1);
    auto after = open_all(store);
    EXPECT_EQ(after.version(), 1);
    EXPECT_EQ(describe(after), describe(before));
    std::string hint = store->get(kLastCheckpointPath).value();
    EXPECT_EQ(json_member(hint, "version"), "1");
    EXPECT_EQ(json_member(hint, "numOfAddFiles"), "1");
    EXPECT_EQ(json_member(hint, "size"), supports(after.protocol(), "v2Checkpoint") ? "8" : "7");
  }
}

TEST(WriteCheckpoint, StreamsManyFiles) {
  Store store = storage::make_memory_store();
  ASSERT_TRUE(create_table(store, test_request({}, {"day"})).ok());
  std::string lines;
  for (int i = 0; i < 10'000; i++) {
    Add add = test_add("day=" + std::to_string(i) + "/f.parquet", i);
    add.partition_values = {{"day", i % 3 ? std::optional(std::to_string(i)) : std::nullopt}};
    if (i % 2) add.stats.reset();
    append_json(add, lines);
    lines += '\n';
  }
  ASSERT_TRUE(store->put_if_absent(commit_path(1), lines).ok());
  auto before = open_all(store);
  ASSERT_TRUE(write_checkpoint(before).ok());
  forget_commits(store, 1);
  EXPECT_EQ(describe(open_all(store)), describe(before));
}

TEST(WriteCheckpoint, DropsWhatHasExpired) {
  ManualClock clock(100ll * 24 * 3600 * 1'000'000);
  Environment environment;
  environment.clock = &clock;
  const int64_t now_ms = clock.now_us() / 1000, day = 24ll * 3600 * 1000;
  Store store = storage::make_memory_store(environment);
  ASSERT_TRUE(create_table(store, test_request({{"delta.deletedFileRetentionDuration", "interval 2 days"}, {"delta.setTransactionRetentionDuration", "interval 3 days"}}), environment).ok());
  std::vector<std::string> lines;
  auto removed = [&](const std::string& path, std::optional<int64_t> time) {
    Remove remove;
    remove.path = path;
    remove.deletion_timestamp = time;
    append_json(remove, lines.emplace_back());
  };
  removed("fresh", now_ms - day);
  removed("old", now_ms - 3 * day);
  removed("undated", std::nullopt);
  removed("end of time", INT64_MAX);
  removed("before time", INT64_MIN);
  for (auto txn : {Txn{"live", 1, now_ms - 2 * day}, Txn{"dead", 1, now_ms - 4 * day}, Txn{"undated", 1, std::nullopt}, Txn{"last", 1, INT64_MAX}, Txn{"first", 1, INT64_MIN}}) append_json(txn, lines.emplace_back());
  commit_lines(store, 1, lines);
  ASSERT_TRUE(write_checkpoint(open_all(store, environment)).ok());
  forget_commits(store, 1);
  auto after = open_all(store, environment);
  std::vector<std::string> tombstones;
  ASSERT_TRUE(after.tombstones()
                  .for_each([&](const FileView& file) -> Status {
                    tombstones.emplace_back(file.path);
                    return {};
                  })
                  .ok());
  EXPECT_EQ(tombstones, (std::vector<std::string>{"fresh", "end of time"}));
  EXPECT_TRUE(after.txn("live") && after.txn("undated") && after.txn("last"));
  EXPECT_FALSE(after.txn("dead") || after.txn("first"));
}

TEST(WriteCheckpoint, LeavesANewerHintAlone) {
  Store store = storage::make_memory_store();
  ASSERT_TRUE(create_table(store, test_request()).ok());
  ASSERT_TRUE(store->put(kLastCheckpointPath, "{\"version\":7,\"size\":1}").ok());
  ASSERT_TRUE(write_checkpoint(open_all(store)).ok());
  EXPECT_EQ(last_checkpoint_hint(*store), 7);
  auto bare = Snapshot::open(store, SnapshotOptions{0, LoadFiles::kNone}).value();
  EXPECT_EQ(write_checkpoint(bare).error().kind(), ErrorKind::kInternal);
}

// Whichever call fails, the table reads the same, with the checkpoint or without.
TEST(WriteCheckpoint, NeverHarmsTheTable) {
  for (Fault fault : {Fault::kIoError, Fault::kShortWrite, Fault::kAnswerLost}) {
    bool clean = false;
    for (uint64_t n = 1; !clean; n++) {
      ASSERT_LT(n, 100u);
      Store inner = storage::make_memory_store();
      auto faulty = std::make_shared<storage::FaultyStore>(inner);
      auto table = create_table(faulty, test_request()).value();
      for (int i = 0; i < 3; i++) ASSERT_TRUE(commit_append(table, test_append("f" + std::to_string(i))).ok());
      auto all = open_all(faulty);
      faulty->faults().set({fault, n, "", false});
      auto written = write_checkpoint(all);
      clean = faulty->faults().struck() == 0;
      EXPECT_TRUE(written.ok() || !clean);
      EXPECT_EQ(describe(open_all(inner)), describe(all)) << "call " << n;
      if (inner->head(checkpoint_path(3)).ok()) {
        auto rows = format::ParquetFileReader::open(inner, checkpoint_path(3), {});
        ASSERT_TRUE(rows.ok()) << "a checkpoint that stands is whole";
        EXPECT_EQ((*rows)->row_count(), 5u);
      }
    }
  }
}

TEST(Checksum, HoldsTotalsOrIsAbsent) {
  Store store = storage::make_memory_store();
  auto table = create_table(store, test_request({{"delta.enableInCommitTimestamps", "true"}})).value();
  ASSERT_TRUE(commit_append(table, test_append("a", {{"app", 3, {}}})).ok());
  ASSERT_TRUE(write_checksum(table).ok());
  std::string json = store->get(checksum_path(1)).value();
  EXPECT_EQ(json_member(json, "numFiles"), "1");
  EXPECT_EQ(json_member(json, "tableSizeBytes"), "100");
  EXPECT_EQ(json_member(json, "inCommitTimestampOpt"), std::to_string(*table.in_commit_timestamp()));
  EXPECT_EQ(json_member_at(json, {"metadata", "id"}), "\"" + table.metadata().id + "\"");
  EXPECT_EQ(json_member_at(json, {"protocol", "minWriterVersion"}), "7");
  EXPECT_NE(json_member(json, "setTransactions")->find("\"appId\":\"app\",\"version\":3"), std::string::npos);
  EXPECT_EQ(read_checksum_totals(*store, 1)->files, 1);
  EXPECT_TRUE(write_checksum(table).ok()) << "there already is no error";
  ASSERT_TRUE(store->put(checksum_path(2), "{\"numFiles\":\"x\"}").ok());
  EXPECT_FALSE(read_checksum_totals(*store, 2));
  EXPECT_FALSE(read_checksum_totals(*store, 3));
}

TEST(Maintenance, ChecksumsEachVersionAndCheckpointsEveryInterval) {
  ManualClock clock(1'000'000);  // stands still: no work takes long enough to be followed by a rest
  Environment environment;
  environment.clock = &clock;
  Store store = storage::make_memory_store();
  auto table = create_table(store, test_request({{"delta.checkpointInterval", "5"}}), environment).value();
  Maintenance maintenance(environment);
  for (int i = 1; i <= 12; i++) {
    ASSERT_TRUE(commit_append(table, test_append("f" + std::to_string(i))).ok());
    maintenance.committed(table);
    maintenance.drain();
    EXPECT_EQ(read_checksum_totals(*store, i)->files, i);
    EXPECT_EQ(store->head(checkpoint_path(i)).ok(), i % 5 == 0) << i;
  }
  EXPECT_EQ(last_checkpoint_hint(*store), 10);
  forget_commits(store, 10);
  EXPECT_EQ(open_all(store).files().size(), 12u);
}

// Checkpoints of big tables take long; they must not take all the time there is.
TEST(Maintenance, RestsAfterWork) {
  ManualClock clock(1'000'000);
  Environment environment;
  environment.clock = &clock;
  // Each write of the checkpoint's bytes takes a second.
  auto slow = std::make_shared<storage::FaultyStore>(storage::make_memory_store(), &clock);
  auto table = create_table(slow, test_request({{"delta.checkpointInterval", "1"}}), environment).value();
  slow->faults().set({Fault::kDelay, 1, "open_writer", true, 1'000'000});
  Maintenance maintenance(environment);
  auto commit = [&](int64_t version) {
    ASSERT_TRUE(commit_append(table, test_append("f" + std::to_string(version))).ok());
    maintenance.committed(table);
    maintenance.drain();
  };
  commit(1);
  EXPECT_TRUE(slow->head(checkpoint_path(1)).ok());
  commit(2);
  clock.advance_us(8'000'000);
  commit(3);
  EXPECT_FALSE(slow->head(checkpoint_path(2)).ok() || slow->head(checkpoint_path(3)).ok());
  clock.advance_us(1'000'001);
  commit(4);
  EXPECT_TRUE(slow->head(checkpoint_path(4)).ok());
}

TEST(Maintenance, WarnsAndTriesAgain) {
  class Lines final : public Logger {
   public:
    void log(LogLevel level, std::string_view message) override {
      if (level == LogLevel::kWarning) text += std::string(message) + "\n";
    }
    std::string text;
  } lines;
  ManualClock clock(1'000'000);
  Environment environment;
  environment.logger = &lines;
  environment.clock = &clock;
  auto faulty = std::make_shared<storage::FaultyStore>(storage::make_memory_store());
  auto table = create_table(faulty, test_request({{"delta.checkpointInterval", "2"}}), environment).value();
  Maintenance maintenance(environment);
  for (int i = 1; i <= 4; i++) {
    ASSERT_TRUE(commit_append(table, test_append("f" + std::to_string(i))).ok());
    faulty->faults().set({i == 2 ? Fault::kIoError : Fault::kNone, i == 2 ? 1u : 0u, "open_writer", true});
    maintenance.committed(table);
    maintenance.drain();
    faulty->faults().set({});
    EXPECT_EQ(faulty->head(checkpoint_path(i)).ok(), i >= 3) << i;
  }
  EXPECT_NE(lines.text.find("the checkpoint is not written"), std::string::npos) << lines.text;
}

TEST(LogCleanup, RemovesWhatACheckpointReplaced) {
  const int64_t day_us = 24ll * 3600 * 1'000'000;
  ManualClock clock(100 * day_us);
  Environment environment;
  environment.clock = &clock;
  Store store = storage::make_memory_store(environment);
  auto table = create_table(store, test_request({{"delta.logRetentionDuration", "interval 10 days"}}), environment).value();
  for (int i = 1; i <= 20; i++) {
    clock.advance_us(day_us);
    ASSERT_TRUE(commit_append(table, test_append("f" + std::to_string(i))).ok());
    ASSERT_TRUE(write_checksum(table).ok());
    if (i % 4 == 0) {
      ASSERT_TRUE(write_checkpoint(open_all(store, environment)).ok());
    }
  }
  // Versions up to 9 are older than ten days; the checkpoint of 8 is the newest among them.
  auto before = open_all(store, environment);
  EXPECT_EQ(clean_log(before).value(), 8 + 7 + 1);
  for (int i = 0; i <= 20; i++) EXPECT_EQ(store->head(commit_path(i)).ok(), i >= 8) << i;
  EXPECT_FALSE(store->head(checkpoint_path(4)).ok());
  EXPECT_EQ(describe(open_all(store, environment)), describe(before));
  EXPECT_EQ(Snapshot::open(store, 8, environment)->files().size(), 8u);
  EXPECT_EQ(clean_log(before).value(), 0);
}

TEST(LogCleanup, KeepsTheLogWhereAskedOrUnsafe) {
  const int64_t day_us = 24ll * 3600 * 1'000'000;
  for (StringMap properties : {StringMap{{"delta.enableExpiredLogCleanup", "false"}}, StringMap{{"delta.feature.checkpointProtection", "supported"}}, StringMap{}}) {
    ManualClock clock(100 * day_us);
    Environment environment;
    environment.clock = &clock;
    Store store = storage::make_memory_store(environment);
    auto table = create_table(store, test_request(properties), environment).value();
    for (int i = 1; i <= 3; i++) ASSERT_TRUE(commit_append(table, test_append("f" + std::to_string(i))).ok());
    ASSERT_TRUE(write_checkpoint(open_all(store, environment)).ok());
    // The third table's checkpoint is broken: its commits are all there is.
    if (properties.empty()) {
      ASSERT_TRUE(store->put(checkpoint_path(3), "PAR1 no more").ok());
    }
    clock.advance_us(100 * day_us);
    EXPECT_EQ(clean_log(open_all(store, environment)).value(), 0);
    EXPECT_TRUE(store->head(commit_path(0)).ok());
  }
}

}  // namespace
}  // namespace deltastream::delta
