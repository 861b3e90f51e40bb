#include <gtest/gtest.h>

#include <algorithm>

#include "engine/window/aggregation_bed.h"

namespace deltastream::engine {
namespace {

constexpr int64_t kSecond = 1'000'000;
constexpr int64_t kStart = 1'700'000'000 * kSecond;

WindowSpec none() { return {}; }
WindowSpec tumble(int64_t size, int64_t offset = 0) { return {WindowSpec::Kind::kTumble, size, 0, offset}; }
WindowSpec hop(int64_t size, int64_t slide, int64_t offset = 0) { return {WindowSpec::Kind::kHop, size, slide, offset}; }
WindowSpec cumulate(int64_t size, int64_t step, int64_t offset = 0) { return {WindowSpec::Kind::kCumulate, size, step, offset}; }

// Collects rows and checks that windows come in order of their end.
class Collector {
 public:
  explicit Collector(bool windowed) : windowed_(windowed) {}
  std::function<Status(DataChunk&)> emit() {
    return [this](DataChunk& chunk) -> Status {
      if (windowed_) {
        auto end = chunk.GetValue(1, 0).GetValue<duckdb::timestamp_t>().value;
        EXPECT_GE(end, last_end_);
        last_end_ = end;
      }
      append_texts(chunk, rows);
      return {};
    };
  }
  RowTexts sorted() {
    std::sort(rows.begin(), rows.end());
    return rows;
  }
  RowTexts rows;

 private:
  bool windowed_;
  int64_t last_end_ = INT64_MIN;
};

int64_t highest_time(DataChunk& chunk) {
  int64_t highest = INT64_MIN;
  for (size_t row = 0; row < chunk.size(); ++row) highest = std::max(highest, chunk.GetValue(0, row).GetValue<duckdb::timestamp_t>().value);
  return highest;
}

void ok(const Status& status) { ASSERT_TRUE(status.ok()) << status.error().to_string(); }

// Rows of `chunk` that belong to `subtask`, as the exchange would send them.
void send(const WindowAggregation& aggregation, DataChunk& chunk, std::vector<std::unique_ptr<WindowAggregator>>& subtasks) {
  if (!aggregation.keyed()) return ok(subtasks[0]->add(chunk));
  Vector hashes(LogicalType::UBIGINT);
  ok(aggregation.hash_keys(chunk, hashes));
  hashes.Flatten(chunk.size());
  for (size_t s = 0; s < subtasks.size(); ++s) {
    duckdb::SelectionVector selection(STANDARD_VECTOR_SIZE);
    size_t count = 0;
    for (size_t row = 0; row < chunk.size(); ++row) {
      if (duckdb::FlatVector::GetData<uint64_t>(hashes)[row] % subtasks.size() == s) selection.set_index(count++, row);
    }
    DataChunk part;
    part.InitializeEmpty(chunk.GetTypes());
    part.Slice(chunk, selection, count);
    part.SetCardinality(count);
    ok(subtasks[s]->add(part));
  }
}

std::vector<std::unique_ptr<WindowAggregator>> make_subtasks(const WindowAggregation& aggregation, size_t count) {
  if (!aggregation.keyed()) count = 1;
  std::vector<std::unique_ptr<WindowAggregator>> subtasks;
  for (size_t s = 0; s < count; ++s) subtasks.push_back(aggregation.make_aggregator().value());
  return subtasks;
}

struct Case {
  std::string name;
  WindowSpec window;
  std::string groups;
  std::string aggregates;
  std::string group_by = "";
};

void PrintTo(const Case& c, std::ostream* out) { *out << c.aggregates << " by " << c.groups; }

std::vector<Case> cases() {
  const std::string plain =
      "count(*), count(v), sum(v), avg(v), min(v), max(v), sum(p), avg(p), max(p), min(ts), max(d), bool_and(b), bool_or(b), bit_xor(v), "
      "var_samp(v), stddev(d), corr(v, d), regr_slope(v, d), approx_count_distinct(s), arg_max(v, i), arg_min(d, i), sum(d), avg(d), product(1)";
  const std::string filtered = "count(*) FILTER (WHERE v > 0), sum(v) FILTER (WHERE b), count(*), max(i) FILTER (WHERE s LIKE 'name-1%'), sum(v + i) FILTER (WHERE NOT b)";
  const std::string complex =
      "count(DISTINCT v), sum(DISTINCT v), string_agg(s, ',' ORDER BY i), list(v ORDER BY i), quantile_cont(v, 0.5), median(d), arg_max(s, i), "
      "min(s), max(s), mode(v % 3), histogram(b), count(*), count(DISTINCT s) FILTER (WHERE b), first(s ORDER BY i DESC)";
  const std::string distinct = "count(DISTINCT v), count(DISTINCT s) FILTER (WHERE b), count(*), sum(v) FILTER (WHERE v > 10)";
  const std::string sets = "GROUPING SETS ((k, b), (k), (b), ())";
  const std::string common = "GROUPING SETS ((k, b), (k, s), (k))";
  return {
      {"TumblePlain", tumble(10 * kSecond), "k", plain},
      {"TumbleFiltered", tumble(10 * kSecond), "k", filtered},
      {"TumbleText", tumble(7 * kSecond, 3 * kSecond), "s, b", "count(*), sum(v)"},
      {"TumbleNested", tumble(10 * kSecond), "l, st", "count(*), max(i)"},
      {"TumbleExpression", tumble(10 * kSecond), "k % 7, upper(s)", "count(*), max(v * 2)"},
      {"TumbleNoKey", tumble(10 * kSecond), "", plain},
      {"TumbleNoAggregate", tumble(10 * kSecond), "k", ""},
      {"TumbleNegativeOffset", tumble(10 * kSecond, -3 * kSecond), "k", "count(*)"},
      {"TumbleRows", tumble(10 * kSecond), "k", complex},
      {"TumbleRowsNoKey", tumble(10 * kSecond), "", distinct},
      {"HopPlain", hop(10 * kSecond, 2 * kSecond), "k", plain},
      {"HopUneven", hop(10 * kSecond, 4 * kSecond, kSecond), "k", "count(*), sum(v), max(p)"},
      {"HopTwoSlices", hop(10 * kSecond, 5 * kSecond), "k", "count(*), sum(v), max(p)"},
      {"HopMany", hop(30 * kSecond, kSecond), "k", "count(*), sum(v), max(p)"},
      {"HopVeryMany", hop(100 * kSecond, kSecond), "k", "count(*), sum(v)"},
      {"HopNoKey", hop(10 * kSecond, 2 * kSecond), "", filtered},
      {"HopGaps", hop(3 * kSecond, 7 * kSecond), "k", "count(*), sum(v)"},
      {"HopRows", hop(10 * kSecond, 5 * kSecond), "k", distinct},
      {"CumulatePlain", cumulate(20 * kSecond, 5 * kSecond), "k", plain},
      {"CumulateOffset", cumulate(12 * kSecond, 2 * kSecond, 5 * kSecond), "k, b", filtered},
      {"CumulateRows", cumulate(20 * kSecond, 10 * kSecond), "k", distinct},
      {"NonePlain", none(), "k", plain},
      {"NoneRows", none(), "k", complex},
      {"NoneGlobal", none(), "", plain},
      {"NoneGlobalRows", none(), "", distinct},
      {"TumbleSets", tumble(10 * kSecond), "k, b", "grouping(k, b), count(*), sum(v)", sets},
      {"TumbleSetsRows", tumble(10 * kSecond), "k, b", "grouping(b, k), count(DISTINCT v), sum(v)", sets},
      {"HopSetsCommonKey", hop(10 * kSecond, 2 * kSecond), "k, b, s", "count(*), sum(v)", common},
      {"NoneSets", none(), "k, b", "grouping(b), count(*), sum(v)", sets},
  };
}

class WindowAggregatorTest : public ::testing::TestWithParam<Case> {};

// In disorder, over several subtasks, with a snapshot in the middle that other subtasks take over.
TEST_P(WindowAggregatorTest, GivesWhatSqlGives) {
  const auto& c = GetParam();
  AggregationBed bed;
  int64_t disorder = 4 * kSecond;
  bed.make_rows(20'000, kStart, 5'000, disorder, 40);  // 100 seconds
  auto aggregation = bed.aggregation(c.window, c.groups, c.aggregates, c.group_by);
  ASSERT_TRUE(aggregation);
  bool windowed = c.window.kind != WindowSpec::Kind::kNone;
  EXPECT_EQ(aggregation->event_time(), windowed);
  Collector collector(false);
  size_t parallelism = 3;
  auto subtasks = make_subtasks(*aggregation, parallelism);
  auto chunks = bed.chunks();
  int64_t highest = INT64_MIN;
  for (size_t i = 0; i < chunks.size(); ++i) {
    if (i == chunks.size() / 2 || i == chunks.size() / 2 + 2) {
      std::vector<std::string> snapshots;
      for (auto& subtask : subtasks) snapshots.push_back(subtask->snapshot().value());
      subtasks = make_subtasks(*aggregation, parallelism == 3 ? 2 : 4);
      parallelism = subtasks.size();
      for (size_t s = 0; s < parallelism; ++s) ok(subtasks[s]->restore(snapshots, s, parallelism));
    }
    highest = std::max(highest, highest_time(*chunks[i]));
    send(*aggregation, *chunks[i], subtasks);
    for (auto& subtask : subtasks) ok(subtask->advance(highest - disorder - 1, collector.emit()));
  }
  for (auto& subtask : subtasks) ok(subtask->advance(kMaxWatermark, collector.emit()));
  uint64_t late = 0;
  for (auto& subtask : subtasks) late += subtask->late_rows();
  EXPECT_EQ(late, 0u);
  auto want = bed.expected(c.window, c.groups, c.aggregates, c.group_by);
  auto got = collector.sorted();
  ASSERT_GT(want.size(), 0u);
  EXPECT_EQ(got.size(), want.size());
  for (size_t i = 0; i < std::min(got.size(), want.size()); ++i) ASSERT_EQ(got[i], want[i]) << "row " << i;
}

INSTANTIATE_TEST_SUITE_P(All, WindowAggregatorTest, ::testing::ValuesIn(cases()),
                         [](const auto& instance) { return instance.param.name; });

// One subtask, all rows, then the end.
RowTexts run(AggregationBed& bed, const WindowAggregation& aggregation) {
  auto aggregator = aggregation.make_aggregator().value();
  Collector collector(aggregation.event_time());
  for (auto& chunk : bed.chunks()) ok(aggregator->add(*chunk));
  ok(aggregator->advance(kMaxWatermark, collector.emit()));
  return collector.sorted();
}

TEST(WindowAggregator, EmitsInOrderOfWindowEndAndFreesState) {
  for (const auto& window : {tumble(5 * kSecond), hop(20 * kSecond, 2 * kSecond), cumulate(20 * kSecond, 2 * kSecond)}) {
    AggregationBed bed;
    bed.make_rows(10'000, kStart, 10'000, 0, 5);
    auto aggregation = bed.aggregation(window, "k", "count(*), sum(v)");
    auto aggregator = aggregation->make_aggregator().value();
    Collector collector(true);
    uint64_t peak = 0;
    for (auto& chunk : bed.chunks()) {
      ok(aggregator->add(*chunk));
      ok(aggregator->advance(highest_time(*chunk) - 1, collector.emit()));
      peak = std::max(peak, aggregator->memory_bytes());
    }
    EXPECT_GT(peak, 0u);
    ok(aggregator->advance(kMaxWatermark, collector.emit()));
    EXPECT_EQ(aggregator->memory_bytes(), 0u);
    EXPECT_EQ(collector.sorted(), bed.expected(window, "k", "count(*), sum(v)"));
  }
}

TEST(WindowAggregator, TimesBefore1970AndNegativeOffsets) {
  for (const auto& window : {tumble(7 * kSecond, -10 * kSecond), hop(9 * kSecond, 3 * kSecond, -kSecond), cumulate(9 * kSecond, 3 * kSecond, 2 * kSecond)}) {
    AggregationBed bed;
    bed.make_rows(2'000, -20 * kSecond, 20'000, 5 * kSecond, 5);
    auto aggregation = bed.aggregation(window, "k", "count(*)");
    auto got = run(bed, *aggregation);
    EXPECT_EQ(got, bed.expected(window, "k", "count(*)"));
    // The earliest window begins at or before the earliest row.
    EXPECT_LT(got.front(), "1969-12-31 23:59:56");
  }
}

TEST(WindowAggregator, TimesFarApart) {
  AggregationBed bed;
  bed.make_rows(4'000, kStart, 3'600 * kSecond, 3'600 * kSecond * 24 * 300, 5);
  auto window = tumble(10 * kSecond);
  EXPECT_EQ(run(bed, *bed.aggregation(window, "k", "count(*)")), bed.expected(window, "k", "count(*)"));
}

TEST(WindowAggregator, DropsAndCountsRowsWhoseEveryWindowIsEmitted) {
  for (const auto& window : {tumble(10 * kSecond), hop(10 * kSecond, 2 * kSecond), hop(10 * kSecond, 5 * kSecond), cumulate(10 * kSecond, 2 * kSecond)}) {
    AggregationBed bed;
    bed.make_rows(10'000, kStart, 10'000, 0, 5);  // 100 seconds; kStart is at the start of a window
    auto aggregation = bed.aggregation(window, "k", "count(*), sum(v)");
    auto aggregator = aggregation->make_aggregator().value();
    Collector collector(true);
    auto at = [](int64_t seconds) { return "epoch_us(ts) " + std::string("< ") + std::to_string(kStart + seconds * kSecond); };
    for (auto& chunk : bed.chunks("NOT " + at(50))) ok(aggregator->add(*chunk));
    ok(aggregator->advance(kStart + 50 * kSecond, collector.emit()));
    EXPECT_TRUE(collector.rows.empty() || window.kind != WindowSpec::Kind::kTumble);
    for (auto& chunk : bed.chunks(at(50))) ok(aggregator->add(*chunk));
    // HOP and CUMULATE: rows of the last windows before 50 still have windows that end later.
    int64_t in_time = window.kind == WindowSpec::Kind::kHop ? 10 - window.slide_us / kSecond : 0;
    EXPECT_EQ(aggregator->late_rows(), static_cast<uint64_t>((50 - in_time) * 100));
    auto restored = aggregation->make_aggregator().value();
    std::vector<std::string> snapshots{aggregator->snapshot().value()};
    ok(restored->restore(snapshots, 0, 1));
    EXPECT_EQ(restored->late_rows(), aggregator->late_rows());
    for (auto& chunk : bed.chunks(at(30))) ok(restored->add(*chunk));
    EXPECT_EQ(restored->late_rows(), static_cast<uint64_t>((80 - in_time) * 100));
    ok(restored->advance(kMaxWatermark, collector.emit()));
    auto want = bed.expected(window, "k", "count(*), sum(v)", "", "us >= " + std::to_string(kStart + (50 - in_time) * kSecond));
    std::erase_if(want, [&](const std::string& row) {
      return row.substr(20, 19) <= bed.connection().Query("SELECT make_timestamp(" + std::to_string(kStart + 50 * kSecond) + ")::VARCHAR")->Fetch()->GetValue(0, 0).ToString();
    });
    EXPECT_EQ(collector.sorted(), want);
  }
}

TEST(WindowAggregator, LateRowsReachTheWindowsThatAreStillOpen) {
  for (const auto& window : {hop(20 * kSecond, 2 * kSecond), hop(80 * kSecond, kSecond), hop(20 * kSecond, 10 * kSecond), cumulate(40 * kSecond, 2 * kSecond)}) {
    AggregationBed bed;
    bed.make_rows(10'000, kStart, 10'000, 0, 5);
    auto aggregation = bed.aggregation(window, "k", "count(*), sum(v)");
    auto aggregator = aggregation->make_aggregator().value();
    Collector collector(true);
    // Every second row comes 9 seconds late, when windows over its slice have been merged and emitted.
    for (int64_t s = 0; s <= 110; s += 2) {
      auto between = [&](int64_t from, int64_t rest) {
        return bed.chunks("i % 2 = " + std::to_string(rest) + " AND i >= " + std::to_string(from * 100) + " AND i < " + std::to_string((from + 2) * 100));
      };
      for (auto& chunk : between(s, 0)) ok(aggregator->add(*chunk));
      if (s >= 9) {
        for (auto& chunk : between(s - 10, 1)) ok(aggregator->add(*chunk));
      }
      ok(aggregator->advance(kStart + (s + 2) * kSecond, collector.emit()));
    }
    ok(aggregator->advance(kMaxWatermark, collector.emit()));
    // A late row counts in the windows that end more than ten seconds after the slice it arrives with began.
    std::string where = "i % 2 = 0 OR we > us - us % 2000000 + 10000000";
    std::string size = std::to_string(window.size_us);
    bool is_hop = window.kind == WindowSpec::Kind::kHop;
    std::string starts = is_hop ? "unnest(range(us - us % " + std::to_string(window.slide_us) + ", us - " + size + ", -" + std::to_string(window.slide_us) + ")) AS ws, ws + " + size + " AS we"
                                : "us - us % " + size + " AS ws, unnest(range(us - us % 2000000 + 2000000, ws + " + size + " + 1, 2000000)) AS we";
    auto result = bed.connection().Query("SELECT make_timestamp(ws), make_timestamp(we), k, count(*), sum(v) FROM (SELECT *, " + starts +
                                         " FROM (SELECT *, epoch_us(ts) AS us FROM rows)) WHERE " + where + " GROUP BY ws, we, k");
    ASSERT_FALSE(result->HasError()) << result->GetError();
    RowTexts want;
    while (auto chunk = result->Fetch()) append_texts(*chunk, want);
    std::sort(want.begin(), want.end());
    auto got = collector.sorted();
    ASSERT_EQ(got.size(), want.size());
    for (size_t i = 0; i < got.size(); ++i) ASSERT_EQ(got[i], want[i]) << i;
  }
}

TEST(WindowAggregator, NullAndInfiniteTimesAreRefused) {
  AggregationBed bed;
  bed.make_rows(100, kStart, kSecond, 0, 5);
  auto aggregation = bed.aggregation(tumble(10 * kSecond), "k", "count(*)");
  for (const char* time : {"NULL", "'infinity'::TIMESTAMP", "'-infinity'::TIMESTAMP"}) {
    bed.run("UPDATE rows SET ts = " + std::string(time) + " WHERE i = 50");
    auto aggregator = aggregation->make_aggregator().value();
    auto chunks = bed.chunks();
    auto status = aggregator->add(*chunks[0]);
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(status.error().kind(), ErrorKind::kInvalidArgument);
    EXPECT_NE(status.error().message().find("event time"), std::string::npos) << status.error().message();
  }
}

TEST(WindowAggregator, EmptyInputOfAGlobalAggregateGivesOneRow) {
  AggregationBed bed;
  bed.make_rows(10, kStart, kSecond, 0, 5);
  for (const char* aggregates : {"count(*), sum(v)", "count(DISTINCT v), string_agg(s, ',')"}) {
    auto aggregation = bed.aggregation(none(), "", aggregates);
    EXPECT_FALSE(aggregation->keyed());
    auto aggregator = aggregation->make_aggregator().value();
    Collector collector(false);
    ok(aggregator->advance(kMaxWatermark, collector.emit()));
    ok(aggregator->advance(kMaxWatermark, collector.emit()));
    EXPECT_EQ(collector.rows, RowTexts{"0|NULL"});
    auto keyed = bed.aggregation(none(), "k", aggregates);
    Collector no_rows(false);
    ok(keyed->make_aggregator().value()->advance(kMaxWatermark, no_rows.emit()));
    EXPECT_TRUE(no_rows.rows.empty());
  }
}

TEST(WindowAggregator, DamagedOrForeignSnapshotsAreRefused) {
  AggregationBed bed;
  bed.make_rows(5'000, kStart, 10'000, 0, 50);
  for (const char* aggregates : {"count(*), sum(v)", "count(DISTINCT v), string_agg(s, ',')"}) {
    auto aggregation = bed.aggregation(tumble(10 * kSecond), "k, s", aggregates);
    auto aggregator = aggregation->make_aggregator().value();
    for (auto& chunk : bed.chunks()) ok(aggregator->add(*chunk));
    const std::string good = aggregator->snapshot().value();
    auto kind_of = [&](const std::string& bytes, const WindowAggregation& plan) {
      std::vector<std::string> snapshots{bytes};
      auto status = plan.make_aggregator().value()->restore(snapshots, 0, 1);
      return status.ok() ? "ok" : std::string(kind_name(status.error().kind()));
    };
    EXPECT_EQ(kind_of(good, *aggregation), "ok");
    for (size_t at = 0; at < good.size(); at += 1 + good.size() / 199) {
      std::string bad = good;
      bad[at] = static_cast<char>(bad[at] ^ 0x41);
      EXPECT_EQ(kind_of(bad, *aggregation), "corrupt") << "byte " << at;
      EXPECT_EQ(kind_of(good.substr(0, at), *aggregation), "corrupt") << "cut at " << at;
    }
    EXPECT_EQ(kind_of("", *aggregation), "corrupt");
    EXPECT_EQ(kind_of(good, *bed.aggregation(tumble(20 * kSecond), "k, s", aggregates)), "invalid argument");
    EXPECT_EQ(kind_of(good, *bed.aggregation(tumble(10 * kSecond), "k", aggregates)), "invalid argument");
    EXPECT_EQ(kind_of(good, *bed.aggregation(tumble(10 * kSecond), "k, s", "count(*), min(v)")), "invalid argument");
  }
}

TEST(WindowAggregation, RefusesImpossibleWindows) {
  AggregationBed bed;
  bed.make_rows(10, kStart, kSecond, 0, 5);
  for (const auto& window : {tumble(0), tumble(-1), hop(10, 0), hop(0, 10), cumulate(10, 3)}) {
    auto result = make_window_aggregation(bed.spec(window, "k", "count(*)"));
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.error().kind(), ErrorKind::kInvalidArgument);
  }
  auto spec = bed.spec(tumble(10), "k", "count(*)");
  spec.time_column = 2;  // v INTEGER
  EXPECT_EQ(make_window_aggregation(std::move(spec)).error().kind(), ErrorKind::kInvalidArgument);
}

}  // namespace
}  // namespace deltastream::engine
