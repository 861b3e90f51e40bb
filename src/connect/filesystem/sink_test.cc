#include <algorithm>

#include "common/faulty_files.h"
#include "connect/test_tables.h"

namespace deltastream::connect {
namespace {

const std::vector<Field> kFields = {{"id", LogicalType::BIGINT}, {"v", LogicalType::VARCHAR}};

class FileSink : public testing::Test {
 protected:
  engine::TableDefinition table(const std::string& format, std::vector<std::pair<std::string, std::string>> more = {}) {
    more.insert(more.begin(), {{"connector", "filesystem"}, {"path", folder_ / "out"}, {"format", format}});
    return test_table("out", {{"id", LogicalType::BIGINT}, {"v", LogicalType::VARCHAR}}, more);
  }
  std::unique_ptr<stream::Sink> open(const engine::TableDefinition& definition, const ConnectorContext& context = {}) {
    auto sink = make_sink(definition, context);
    EXPECT_OK(sink);
    EXPECT_OK((*sink)->open(kFields));
    return std::move(*sink);
  }
  Rows sorted_rows(const engine::TableDefinition& definition) {
    auto rows = read_table(definition, {});
    EXPECT_OK(rows);
    if (!rows.ok()) return {};
    std::sort(rows->begin(), rows->end());
    return *rows;
  }

  TempFolder folder_;
};

TEST_F(FileSink, RowsAppearWithTheCommitAndOnlyOnce) {
  for (std::string format : {"json", "csv", "parquet"}) {
    std::filesystem::remove_all(folder_ / "out");
    auto sink = open(table(format));
    auto writer = sink->make_writer(0);
    ASSERT_OK(writer);
    ASSERT_OK((*writer)->write(*numbered_rows(0, 3)));
    auto prepared = (*writer)->prepare(1);
    ASSERT_OK(prepared);
    EXPECT_EQ(sorted_rows(table(format)), Rows()) << format;
    EXPECT_EQ(*sink->committed_epoch("p", "out"), std::optional<int64_t>(0));
    stream::CommitRequest request{"p", "out", 1, {*prepared}, {}, false};
    ASSERT_OK(sink->commit(request));
    ASSERT_OK(sink->commit(request));
    EXPECT_EQ(sorted_rows(table(format)), (Rows{"0|v0", "1|v1", "2|v2"})) << format;
    EXPECT_EQ(*sink->committed_epoch("p", "out"), std::optional<int64_t>(1));
    EXPECT_EQ(*sink->committed_epoch("other", "out"), std::optional<int64_t>(0));
    ASSERT_OK((*writer)->write(*numbered_rows(3, 4)));
    prepared = (*writer)->prepare(2);
    ASSERT_OK(prepared);
    // Another process takes the commit over.
    ASSERT_OK(open(table(format))->commit({"p", "out", 2, {*prepared}, {}, true}));
    EXPECT_EQ(sorted_rows(table(format)), (Rows{"0|v0", "1|v1", "2|v2", "3|v3"})) << format;
  }
}

TEST_F(FileSink, AnEpochWithoutRowsMakesNoFile) {
  auto sink = open(table("json"));
  auto writer = sink->make_writer(0);
  auto prepared = (*writer)->prepare(1);
  ASSERT_OK(prepared);
  ASSERT_OK(sink->commit({"p", "out", 1, {*prepared}, {}, true}));
  EXPECT_EQ(sorted_rows(table("json")), Rows());
  EXPECT_EQ(*sink->committed_epoch("p", "out"), std::optional<int64_t>(1));
}

TEST_F(FileSink, PartitionsAreFolders) {
  auto definition = table("json");
  definition.partitioned_by = {"v"};
  auto sink = open(definition);
  auto writer = sink->make_writer(3);
  auto rows = numbered_rows(0, 4);
  rows->SetValue(1, 0, Value("a/b=c"));
  rows->SetValue(1, 1, Value(LogicalType::VARCHAR));
  rows->SetValue(1, 2, Value("a/b=c"));
  rows->SetValue(1, 3, Value("50% off"));
  ASSERT_OK((*writer)->write(*rows));
  auto prepared = (*writer)->prepare(1);
  ASSERT_OK(prepared);
  ASSERT_OK(sink->commit({"p", "out", 1, {*prepared}, {}, true}));
  EXPECT_EQ(sorted_rows(definition), (Rows{"0|a/b=c", "1|NULL", "2|a/b=c", "3|50% off"}));
  EXPECT_TRUE(std::filesystem::exists(folder_ / "out/v=a%2Fb%3Dc"));
  EXPECT_TRUE(std::filesystem::exists(folder_ / "out/v=__HIVE_DEFAULT_PARTITION__"));
}

TEST_F(FileSink, FilesRollOverAtTheirSize) {
  auto sink = open(table("json", {{"sink.rolling-policy.file-size", "100"}}));
  auto writer = sink->make_writer(0);
  for (int i = 0; i < 5; i++) ASSERT_OK((*writer)->write(*numbered_rows(i * 10, i * 10 + 10)));
  auto prepared = (*writer)->prepare(1);
  ASSERT_OK(sink->commit({"p", "out", 1, {*prepared}, {}, true}));
  EXPECT_EQ(sorted_rows(table("json")).size(), 50u);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_ / "out"), {}), 5 + 1);
}

TEST_F(FileSink, UnpreparedRowsAndUnknownPartitionsAreLeft) {
  auto sink = open(table("json"));
  {
    auto writer = sink->make_writer(0);
    ASSERT_OK((*writer)->write(*numbered_rows(0, 3)));
  }
  EXPECT_EQ(sorted_rows(table("json")), Rows());
  auto definition = table("json");
  definition.partitioned_by = {"w"};
  auto other = make_sink(definition, {});
  ASSERT_OK(other);
  EXPECT_ERROR((*other)->open(kFields), ErrorKind::kInvalidArgument, "'w'");
  EXPECT_ERROR(sink->commit({"p", "out", 1, {"garbage"}, {}, false}), ErrorKind::kCorrupt, "'out'");
}

// Whatever call fails, committing again ends with the rows, once.
TEST_F(FileSink, EveryFailingCallCanBeRepeated) {
  for (Fault fault : {Fault::kIoError, Fault::kAnswerLost}) {
    uint64_t struck = 0;
    for (uint64_t n = 1;; n++) {
      ASSERT_LT(n, 200u);
      std::filesystem::remove_all(folder_ / "out");
      auto good = open(table("json"));
      auto writer = good->make_writer(0);
      ASSERT_OK((*writer)->write(*numbered_rows(0, 2)));
      auto prepared = (*writer)->prepare(1);
      ASSERT_OK(prepared);
      FaultyFiles files(system_files());
      files.faults().set({.fault = fault, .at = n});
      ConnectorContext context;
      context.environment.files = &files;
      auto bad = make_sink(table("json"), context);
      ASSERT_OK(bad);
      stream::CommitRequest request{"p", "out", 1, {*prepared}, {}, false};
      if ((*bad)->open(kFields).ok() && (*bad)->commit(request).ok()) {
        EXPECT_EQ(sorted_rows(table("json")), (Rows{"0|v0", "1|v1"}));
      }
      if (files.faults().struck() == 0) break;
      struck++;
      ASSERT_OK(good->commit(request));
      EXPECT_EQ(sorted_rows(table("json")), (Rows{"0|v0", "1|v1"}));
      EXPECT_EQ(*good->committed_epoch("p", "out"), std::optional<int64_t>(1));
    }
    EXPECT_GT(struck, 5u);
  }
}

}  // namespace
}  // namespace deltastream::connect
