// Windowed aggregation beside DuckDB's own batch GROUP BY over the same rows in memory, both on one thread.
// Usage: bench_window_aggregate [rows in millions, default 10]. CPU time; the ratio is ours / DuckDB's.

#include <ctime>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "duckdb.hpp"
#include "duckdb/main/client_config.hpp"
#include "duckdb/planner/expression/bound_reference_expression.hpp"
#include "duckdb/planner/operator/logical_aggregate.hpp"
#include "engine/window/aggregation_spec.h"

namespace deltastream::engine {
namespace {

using Output = AggregationSpec::Output::Kind;
constexpr int64_t kSecond = 1'000'000;

double cpu_seconds() {
  timespec now;
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

void must(const Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "%s\n", status.error().to_string().c_str());
  std::exit(1);
}

duckdb::unique_ptr<duckdb::MaterializedQueryResult> query(duckdb::Connection& connection, const std::string& sql) {
  auto result = connection.Query(sql);
  if (result->HasError()) {
    std::fprintf(stderr, "%s\nin %s\n", result->GetError().c_str(), sql.c_str());
    std::exit(1);
  }
  return result;
}

struct Bench {
  const char* name;
  WindowSpec window;
  std::string key;
  std::string aggregates;
  std::string starts;  // SQL: the start of each window of a row; may be a list to unnest
};

AggregationSpec make_spec(const std::shared_ptr<duckdb::Connection>& connection, const Bench& bench) {
  auto& config = duckdb::ClientConfig::GetConfig(*connection->context);
  config.enable_optimizer = false;
  bool keyed = !bench.key.empty();
  auto plan = connection->ExtractPlan("SELECT " + (keyed ? bench.key + ", " : "") + bench.aggregates + " FROM (SELECT * FROM rows)" +
                                      (keyed ? " GROUP BY " + bench.key : ""));
  config.enable_optimizer = true;
  auto& aggregate = plan->children[0]->Cast<duckdb::LogicalAggregate>();
  aggregate.children[0]->ResolveOperatorTypes();
  AggregationSpec spec;
  spec.window = bench.window;
  spec.input_types.assign(aggregate.children[0]->types.begin(), aggregate.children[0]->types.end());
  spec.outputs = {{Output::kWindowStart, 0}};
  spec.output_types = {LogicalType::TIMESTAMP};
  for (size_t i = 0; i < aggregate.groups.size(); ++i) {
    spec.outputs.push_back({Output::kGroup, i});
    spec.output_types.push_back(aggregate.groups[i]->return_type);
  }
  for (size_t i = 0; i < aggregate.expressions.size(); ++i) {
    spec.outputs.push_back({Output::kAggregate, i});
    spec.output_types.push_back(aggregate.expressions[i]->return_type);
  }
  spec.groups = std::move(aggregate.groups);
  spec.aggregates = std::move(aggregate.expressions);
  spec.text = bench.name;
  spec.connection = connection;
  return spec;
}

void run(const std::shared_ptr<duckdb::Connection>& connection, const Bench& bench, double million_rows) {
  auto rows = query(*connection, "SELECT * FROM rows");
  std::vector<duckdb::unique_ptr<duckdb::DataChunk>> chunks;
  while (auto chunk = rows->Fetch()) chunks.push_back(std::move(chunk));

  auto aggregation = make_window_aggregation(make_spec(connection, bench));
  if (!aggregation.ok()) must(std::move(aggregation).error());
  auto aggregator = (*aggregation)->make_aggregator().value();
  uint64_t result_rows = 0;
  auto count = [&](DataChunk& chunk) -> Status {
    result_rows += chunk.size();
    return {};
  };
  double begin = cpu_seconds();
  int64_t highest = INT64_MIN;
  for (auto& chunk : chunks) {
    must(aggregator->add(*chunk));
    auto times = duckdb::FlatVector::GetData<int64_t>(chunk->data[0]);
    for (size_t row = 0; row < chunk->size(); ++row) highest = std::max(highest, times[row]);
    must(aggregator->advance(highest - kSecond, count));
  }
  must(aggregator->advance(kMaxWatermark, count));
  double ours = cpu_seconds() - begin;
  chunks.clear();
  aggregator.reset();

  begin = cpu_seconds();
  // Without the maxima the optimizer would leave out aggregates that nobody reads.
  auto answer = query(*connection, "SELECT count(*), max(COLUMNS(*)) FROM (SELECT ws" + (bench.key.empty() ? "" : ", " + bench.key) + ", " + bench.aggregates +
                                       " FROM (SELECT *, epoch_us(ts) AS us, " + bench.starts + " AS ws FROM rows) GROUP BY ALL)");
  double theirs = cpu_seconds() - begin;
  auto expected = static_cast<uint64_t>(answer->GetValue(0, 0).GetValue<int64_t>());
  std::printf("%-34s %10.1f %10.1f %8.2f %12llu%s\n", bench.name, million_rows / ours, million_rows / theirs, theirs / ours,
              static_cast<unsigned long long>(result_rows), expected == result_rows ? "" : "  WRONG NUMBER OF ROWS");
  std::fflush(stdout);
}

int main_of(double millions) {
  duckdb::DuckDB database(nullptr);
  auto connection = std::make_shared<duckdb::Connection>(database);
  query(*connection, "SET threads = 1");
  query(*connection, "SET preserve_insertion_order = true");
  auto count = std::to_string(static_cast<int64_t>(millions * 1e6));
  // 10 million rows are about 1,000 seconds of event time, shaken by up to a second.
  query(*connection, "CREATE TABLE rows AS SELECT make_timestamp(1700000000000000 + i * 100 - (hash(i, 1) % 1000000)::BIGINT) AS ts, "
                     "(hash(i, 2) % 1000)::BIGINT AS k1000, (hash(i, 3) % 20000)::BIGINT AS k20000, 'user-' || (hash(i, 4) % 1000)::VARCHAR AS name, "
                     "(hash(i, 5) % 100000)::BIGINT AS v FROM range(" + count + ") r(i)");
  const WindowSpec tumble{WindowSpec::Kind::kTumble, 10 * kSecond, 0, 0};
  const std::string tumble_start = "us - us % 10000000";
  auto hop = [](int64_t slide) { return WindowSpec{WindowSpec::Kind::kHop, 10 * kSecond, slide * kSecond, 0}; };
  auto hop_start = [](int64_t slide) {
    std::string s = std::to_string(slide * kSecond);
    return "unnest(range(us - us % " + s + ", us - 10000000, -" + s + "))";
  };
  const std::string four = "count(*), sum(v), avg(v), max(v)";
  const std::vector<Bench> benches = {
      {"tumble, 1,000 keys", tumble, "k1000", four, tumble_start},
      {"tumble, 20,000 keys", tumble, "k20000", four, tumble_start},
      {"tumble, 1,000 text keys", tumble, "name", four, tumble_start},
      {"tumble, no key", tumble, "", four, tumble_start},
      {"tumble, filters, 1,000 keys", tumble, "k1000", "count(*), count(*) FILTER (v < 10000), count(*) FILTER (v >= 10000)", tumble_start},
      {"hop 10 s / 5 s, 1,000 keys", hop(5), "k1000", four, hop_start(5)},
      {"hop 10 s / 1 s, 1,000 keys", hop(1), "k1000", four, hop_start(1)},
      {"hop 10 s / 2 s, 20,000 keys", hop(2), "k20000", "count(*)", hop_start(2)},
      {"tumble, distinct, 1,000 keys", tumble, "k1000", "count(*), count(DISTINCT v)", tumble_start},
  };
  std::printf("%-34s %10s %10s %8s %12s\n", "", "ours M/s", "SQL M/s", "ratio", "result rows");
  for (const auto& bench : benches) run(connection, bench, millions);
  return 0;
}

}  // namespace
}  // namespace deltastream::engine

int main(int argc, char** argv) { return deltastream::engine::main_of(argc > 1 ? std::atof(argv[1]) : 10); }
