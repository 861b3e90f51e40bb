#include "delta/scan.h"

#include <gtest/gtest.h>

#include "delta/log/table_testing.h"

namespace deltastream::delta {
namespace {

using Paths = std::vector<std::string>;

std::string stats(const std::string& json) {
  std::string out = R"("stats":)";
  append_json_string(out, json);
  return out;
}

class Scan : public testing::Test {
 protected:
  Paths kept(const std::vector<Predicate>& predicates) {
    auto snapshot = table_.open();
    if (!snapshot.ok()) throw std::runtime_error(snapshot.error().to_string());
    auto plan = plan_scan(*snapshot, predicates);
    if (!plan.ok()) throw std::runtime_error(plan.error().to_string());
    EXPECT_EQ(plan->files.size() + plan->skipped_by_partition + plan->skipped_by_statistics, plan->files_total);
    Paths paths;
    for (const auto& file : plan->files) paths.push_back(file.path);
    described_ = plan->describe();
    return paths;
  }
  TestTable table_;
  std::string described_;
};

TEST_F(Scan, ByPartitionValues) {
  table_.commit(0, {protocol_line(), metadata_line(field_json("a") + "," + field_json("d", "date"), R"("d")"),
                    add_line("x", 1, "", R"("d":"2024-01-01")"), add_line("y", 1, "", R"("d":"2024-01-02")"), add_line("z", 1, "", R"("d":null)")});
  auto date = [](int day) { return Value::DATE(2024, 1, day); };
  EXPECT_EQ(kept({}), (Paths{"x", "y", "z"}));
  EXPECT_EQ(kept({{{"d"}, PredicateOp::kEqual, {date(2)}}}), (Paths{"y"}));
  EXPECT_EQ(described_, "1 of 3 files: 2 skipped by partition values");
  EXPECT_EQ(kept({{{"D"}, PredicateOp::kNotEqual, {date(2)}}}), (Paths{"x"}));
  EXPECT_EQ(kept({{{"d"}, PredicateOp::kIsNull, {}}}), (Paths{"z"}));
  EXPECT_EQ(kept({{{"d"}, PredicateOp::kIn, {date(1), date(9)}}}), (Paths{"x"}));
  EXPECT_EQ(kept({{{"d"}, PredicateOp::kGreaterEqual, {date(2)}}, {{"d"}, PredicateOp::kLess, {date(2)}}}), (Paths{}));
}

TEST_F(Scan, PartitionValueOfAnotherTypeIsCorrupt) {
  table_.commit(0, {protocol_line(), metadata_line(field_json("a") + "," + field_json("p"), R"("p")"), add_line("x", 1, "", R"("p":"many")")});
  auto plan = plan_scan(*table_.open());
  ASSERT_FALSE(plan.ok());
  EXPECT_EQ(plan.error().kind(), ErrorKind::kCorrupt);
  EXPECT_NE(plan.error().describe().find("'x'"), std::string::npos) << plan.error().describe();
}

TEST_F(Scan, ByStatistics) {
  table_.commit(0, {protocol_line(), metadata_line(),
                    add_line("low", 1, stats(R"({"numRecords":3,"minValues":{"a":1},"maxValues":{"a":5},"nullCount":{"a":0}})")),
                    add_line("high", 1, stats(R"({"numRecords":3,"minValues":{"a":6},"maxValues":{"a":9},"nullCount":{"a":1}})")),
                    add_line("nulls", 1, stats(R"({"numRecords":3,"nullCount":{"a":3}})")), add_line("unknown"), add_line("garbled", 1, stats("{"))});
  auto with = [&](PredicateOp op, int64_t value) { return kept({{{"a"}, op, {Value::BIGINT(value)}}}); };
  EXPECT_EQ(with(PredicateOp::kEqual, 5), (Paths{"low", "unknown", "garbled"}));
  EXPECT_EQ(described_, "3 of 5 files: 2 skipped by statistics");
  EXPECT_EQ(with(PredicateOp::kGreater, 5), (Paths{"high", "unknown", "garbled"}));
  EXPECT_EQ(with(PredicateOp::kGreaterEqual, 5), (Paths{"low", "high", "unknown", "garbled"}));
  EXPECT_EQ(with(PredicateOp::kLess, 6), (Paths{"low", "unknown", "garbled"}));
  EXPECT_EQ(with(PredicateOp::kLessEqual, 6), (Paths{"low", "high", "unknown", "garbled"}));
  EXPECT_EQ(kept({{{"a"}, PredicateOp::kIsNull, {}}}), (Paths{"high", "nulls", "unknown", "garbled"}));
  EXPECT_EQ(kept({{{"a"}, PredicateOp::kIsNotNull, {}}}), (Paths{"low", "high", "unknown", "garbled"}));
  EXPECT_EQ(kept({{{"a"}, PredicateOp::kIn, {Value::BIGINT(0), Value::BIGINT(7)}}}), (Paths{"high", "unknown", "garbled"}));
  EXPECT_EQ(kept({{{"a"}, PredicateOp::kEqual, {Value::DOUBLE(5.5)}}}).size(), 5u) << "no bigint equals it, but casting must not decide";
  EXPECT_EQ(kept({{{"no_such_column"}, PredicateOp::kEqual, {Value::BIGINT(1)}}}).size(), 5u);
}

TEST_F(Scan, NotEqualNeedsExactBounds) {
  table_.commit(0, {protocol_line(), metadata_line(field_json("a") + "," + field_json("s", "string")),
                    add_line("x", 1, stats(R"({"numRecords":3,"minValues":{"a":5,"s":"k"},"maxValues":{"a":5,"s":"k"},"nullCount":{"a":0,"s":0}})"))});
  EXPECT_EQ(kept({{{"a"}, PredicateOp::kNotEqual, {Value::BIGINT(5)}}}), (Paths{}));
  EXPECT_EQ(kept({{{"a"}, PredicateOp::kNotEqual, {Value::BIGINT(6)}}}), (Paths{"x"}));
  EXPECT_EQ(kept({{{"s"}, PredicateOp::kNotEqual, {Value("k")}}}), (Paths{"x"})) << "a text may have been cut";
}

TEST_F(Scan, NotANumberIsAboveEveryBound) {
  table_.commit(0, {protocol_line(), metadata_line(field_json("f", "double")),
                    add_line("x", 1, stats(R"({"numRecords":3,"minValues":{"f":1.0},"maxValues":{"f":2.0},"nullCount":{"f":0}})"))});
  auto with = [&](PredicateOp op, double value) { return kept({{{"f"}, op, {Value::DOUBLE(value)}}}).size(); };
  EXPECT_EQ(with(PredicateOp::kGreater, 3.0), 1u);
  EXPECT_EQ(with(PredicateOp::kEqual, std::numeric_limits<double>::quiet_NaN()), 1u);
  EXPECT_EQ(with(PredicateOp::kEqual, 3.0), 0u);
  EXPECT_EQ(with(PredicateOp::kLess, 1.0), 0u);
}

TEST_F(Scan, TimestampsWereCutToMilliseconds) {
  table_.commit(0, {protocol_line(), metadata_line(field_json("t", "timestamp")),
                    add_line("x", 1, stats(R"({"numRecords":1,"minValues":{"t":"2024-01-01T00:00:00.001Z"},"maxValues":{"t":"2024-01-01T00:00:00.001Z"},"nullCount":{"t":0}})"))});
  auto at = [](int64_t us) { return Value::TIMESTAMPTZ(duckdb::timestamp_tz_t(duckdb::Timestamp::FromString("2024-01-01 00:00:00", false).value + us)); };
  EXPECT_EQ(kept({{{"t"}, PredicateOp::kEqual, {at(1500)}}}), (Paths{"x"}));
  EXPECT_EQ(kept({{{"t"}, PredicateOp::kEqual, {at(3000)}}}), (Paths{}));
  EXPECT_EQ(kept({{{"t"}, PredicateOp::kEqual, {at(999)}}}), (Paths{}));
}

TEST_F(Scan, NestedFieldsByPhysicalName) {
  std::string inner = R"({"type":"struct","fields":[)" + field_json("b", "long", R"({"delta.columnMapping.id":2,"delta.columnMapping.physicalName":"col-b"})") + "]}";
  table_.commit(0, {protocol_line(2, 5), metadata_line(field_json("s", inner, R"({"delta.columnMapping.id":1,"delta.columnMapping.physicalName":"col-s"})"), "", R"("delta.columnMapping.mode":"name")"),
                    add_line("x", 1, stats(R"({"numRecords":1,"minValues":{"col-s":{"col-b":1}},"maxValues":{"col-s":{"col-b":1}},"nullCount":{"col-s":{"col-b":0}}})")),
                    add_line("y", 1, stats(R"({"numRecords":1,"minValues":{"s":{"b":1}},"maxValues":{"s":{"b":1}}})"))});
  EXPECT_EQ(kept({{{"s", "b"}, PredicateOp::kEqual, {Value::BIGINT(2)}}}), (Paths{"y"}));
  EXPECT_EQ(kept({{{"s", "b"}, PredicateOp::kIsNull, {}}}), (Paths{"x", "y"})) << "the struct may be null with its field not counted";
}

TEST_F(Scan, FloatsWidenedToDoubleKeepTheirFiles) {
  table_.commit(0, {features_line(R"("typeWidening")", R"("typeWidening")"),
                    metadata_line(field_json("f", "double", R"({"delta.typeChanges":[{"fromType":"float","toType":"double"}]})")),
                    add_line("x", 1, stats(R"({"numRecords":1,"minValues":{"f":0.1},"maxValues":{"f":0.1}})"))});
  EXPECT_EQ(kept({{{"f"}, PredicateOp::kEqual, {Value::DOUBLE(static_cast<double>(0.1f))}}}), (Paths{"x"}));
}

TEST_F(Scan, TellsWhatAFileIs) {
  table_.commit(0, {features_line(R"("deletionVectors")", R"("deletionVectors","rowTracking","domainMetadata")"), metadata_line(),
                    add_line("a%20b", 9, stats(R"({"numRecords":3})") + R"(,"baseRowId":100,"defaultRowCommitVersion":2,"deletionVector":{"storageType":"i","pathOrInlineDv":"x","sizeInBytes":4,"cardinality":1})")});
  auto plan = plan_scan(*table_.open());
  ASSERT_TRUE(plan.ok());
  const auto& file = plan->files.at(0);
  EXPECT_EQ(file.path, "a b");
  EXPECT_FALSE(file.absolute);
  EXPECT_EQ(file.size, 9);
  EXPECT_EQ(file.modification_time, 5);
  EXPECT_EQ(select_files(*table_.open())->rows, 2u) << "three, one of them deleted";
  EXPECT_EQ(file.base_row_id, 100);
  EXPECT_EQ(file.default_row_commit_version, 2);
  EXPECT_EQ(file.deletion_vector->cardinality, 1);
}

TEST_F(Scan, APathThatIsNoneIsRefusedThoughNobodyOpensIt) {
  table_.commit(0, {protocol_line(), metadata_line(), add_line("a%zz", 1, stats(R"({"numRecords":3})"))});
  auto selection = select_files(*table_.open());
  ASSERT_FALSE(selection.ok());
  EXPECT_EQ(selection.error().kind(), ErrorKind::kCorrupt);
}

TEST_F(Scan, WithoutFilesThereIsNoPlan) {
  table_.commit(0, {protocol_line(), metadata_line()});
  EXPECT_FALSE(plan_scan(*table_.open(std::nullopt, LoadFiles::kNone)).ok());
}

TEST(FilePath, SpellingsAndRoots) {
  auto local = storage::make_local_store("/lake/t x");
  auto resolve = [&](const char* text) {
    auto path = resolve_path(text, *local);
    return path.ok() ? (path->absolute ? "!" : "") + path->path : path.error().to_string();
  };
  EXPECT_EQ(resolve("p=1/a%2520b"), "p=1/a%20b");
  EXPECT_EQ(resolve("file:///lake/t%20x/a"), "a");
  EXPECT_EQ(resolve("file:/lake/t%20x/a"), "a");
  EXPECT_EQ(resolve("/lake/t%20x/a"), "a");
  EXPECT_EQ(resolve("/lake/t%20xy/a"), "!/lake/t xy/a");
  EXPECT_EQ(resolve("s3://bucket/a%20b"), "!s3://bucket/a b");
  EXPECT_EQ(resolve("t=12:00://x"), "t=12:00://x");
  EXPECT_EQ(resolve_path("a%zz", *local).error().kind(), ErrorKind::kCorrupt);
  for (const char* nameless : {"", "file:", "file:///", "/"}) EXPECT_EQ(resolve_path(nameless, *local).error().kind(), ErrorKind::kCorrupt) << nameless;
}

}  // namespace
}  // namespace deltastream::delta
