#include <gtest/gtest.h>

#include <algorithm>

#include "duckdb/main/client_config.hpp"
#include "duckdb/main/query_result.hpp"
#include "duckdb/planner/expression/bound_cast_expression.hpp"
#include "duckdb/planner/expression/bound_reference_expression.hpp"
#include "duckdb/planner/operator/logical_aggregate.hpp"
#include "engine/window/aggregation_bed.h"

namespace deltastream::engine {
namespace {

using Kind = AggregationSpec::Output::Kind;

duckdb::LogicalAggregate* find_aggregate(duckdb::LogicalOperator& root) {
  if (root.type == duckdb::LogicalOperatorType::LOGICAL_AGGREGATE_AND_GROUP_BY) return &root.Cast<duckdb::LogicalAggregate>();
  for (auto& child : root.children) {
    if (auto* found = find_aggregate(*child)) return found;
  }
  return nullptr;
}

std::string text_of(const Value& value) {
  if (!value.IsNull() && value.type().id() == LogicalTypeId::DOUBLE) {
    char buffer[64];
    snprintf(buffer, sizeof buffer, "%.9g", value.GetValue<double>());
    return buffer;
  }
  return value.ToString();
}

std::string comma(const std::string& a, const std::string& b) { return a.empty() || b.empty() ? a + b : a + ", " + b; }

// Each row once for each of its windows, with ws and we in microseconds.
std::string windows_sql(const WindowSpec& w, const std::string& where) {
  std::string size = std::to_string(w.size_us), slide = std::to_string(w.slide_us), offset = "(" + std::to_string(w.offset_us) + ")";
  auto aligned = [&](const std::string& length) { return "us - ((us - " + offset + ") % " + length + " + " + length + ") % " + length; };
  std::string rows = "(SELECT *, epoch_us(ts) AS us FROM rows WHERE " + where + ")";
  switch (w.kind) {
    case WindowSpec::Kind::kTumble:
      return "(SELECT *, " + aligned(size) + " AS ws, ws + " + size + " AS we FROM " + rows + ")";
    case WindowSpec::Kind::kHop:
      return "(SELECT *, unnest(range(" + aligned(slide) + ", us - " + size + ", -" + slide + ")) AS ws, ws + " + size + " AS we FROM " + rows + ")";
    case WindowSpec::Kind::kCumulate:
      return "(SELECT *, " + aligned(size) + " AS ws, unnest(range(ws + ((us - ws) // " + slide + " + 1) * " + slide + ", ws + " + size + " + 1, " + slide + ")) AS we FROM " + rows + ")";
    default:
      return rows;
  }
}

}  // namespace

void append_texts(DataChunk& chunk, RowTexts& rows) {
  for (size_t row = 0; row < chunk.size(); ++row) {
    std::string text;
    for (size_t column = 0; column < chunk.ColumnCount(); ++column) text += (column ? "|" : "") + text_of(chunk.GetValue(column, row));
    rows.push_back(std::move(text));
  }
}

AggregationBed::AggregationBed() : database_(nullptr), connection_(std::make_shared<duckdb::Connection>(database_)) { run("SET threads = 1"); }

void AggregationBed::run(const std::string& sql) {
  auto result = connection_->Query(sql);
  if (result->HasError()) throw std::runtime_error(result->GetError() + " in " + sql);
}

void AggregationBed::make_rows(int64_t count, int64_t start_us, int64_t step_us, int64_t disorder_us, int64_t keys) {
  auto n = [](int64_t value) { return std::to_string(value); };
  // A hash of the row number is the same in every run.
  run("CREATE OR REPLACE TABLE rows AS SELECT make_timestamp(" + n(start_us) + " + i * " + n(step_us) + " - (hash(i, 1) % " + n(disorder_us + 1) +
      ")::BIGINT) AS ts, CASE WHEN hash(i, 2) % 50 = 0 THEN NULL ELSE (hash(i, 3) % " + n(keys) + ")::BIGINT END AS k, "
      "CASE WHEN hash(i, 4) % 20 = 0 THEN NULL ELSE (hash(i, 5) % 1000)::INTEGER - 500 END AS v, (hash(i, 6) % 1000)::DOUBLE / 8 AS d, "
      "((hash(i, 7) % 100000)::DECIMAL(18,2) / 100)::DECIMAL(12,2) AS p, 'name-' || (hash(i, 8) % 30)::VARCHAR || repeat('x', (hash(i, 8) % 20)::INT) AS s, "
      "hash(i, 9) % 3 = 0 AS b, [i % 3, i % 5] AS l, {'a': i % 4, 'z': 'q' || (i % 3)::VARCHAR} AS st, i AS i FROM range(" + n(count) + ") r(i)");
}

AggregationSpec AggregationBed::spec(const WindowSpec& window, const std::string& groups, const std::string& aggregates, std::string group_by) {
  AggregationSpec spec;
  spec.window = window;
  spec.connection = connection_;
  spec.text = groups + " / " + aggregates;
  if (group_by.empty()) group_by = groups;
  auto& config = duckdb::ClientConfig::GetConfig(*connection_->context);
  config.enable_optimizer = false;
  auto plan = connection_->ExtractPlan("SELECT " + comma(groups, aggregates) + " FROM (SELECT * FROM rows)" + (group_by.empty() ? "" : " GROUP BY " + group_by));
  config.enable_optimizer = true;
  auto* aggregate = find_aggregate(*plan);
  auto& child = *aggregate->children[0];
  child.ResolveOperatorTypes();
  spec.input_types.assign(child.types.begin(), child.types.end());
  if (window.kind != WindowSpec::Kind::kNone) {
    spec.outputs = {{Kind::kWindowStart, 0}, {Kind::kWindowEnd, 0}};
    spec.output_types = {LogicalType::TIMESTAMP, LogicalType::TIMESTAMP};
  }
  // The projection above says which group, aggregate or GROUPING(…) stands where.
  for (auto& set : aggregate->grouping_sets) spec.grouping_sets.emplace_back(set.begin(), set.end());
  for (auto& function : aggregate->grouping_functions) spec.grouping_functions.emplace_back(function.begin(), function.end());
  for (auto& expression : plan->expressions) {
    auto* reference = expression.get();
    while (reference->GetExpressionClass() == duckdb::ExpressionClass::BOUND_CAST) {
      reference = reference->Cast<duckdb::BoundCastExpression>().child.get();
    }
    size_t index = reference->Cast<duckdb::BoundReferenceExpression>().index;
    size_t group_count = aggregate->groups.size(), aggregate_count = aggregate->expressions.size();
    if (index < group_count) {
      spec.outputs.push_back({Kind::kGroup, index});
    } else if (index < group_count + aggregate_count) {
      spec.outputs.push_back({Kind::kAggregate, index - group_count});
    } else {
      spec.outputs.push_back({Kind::kGroupingId, index - group_count - aggregate_count});
    }
    spec.output_types.push_back(expression->return_type);
  }
  spec.groups = std::move(aggregate->groups);
  spec.aggregates = std::move(aggregate->expressions);
  return spec;
}

std::shared_ptr<const WindowAggregation> AggregationBed::aggregation(const WindowSpec& window, const std::string& groups,
                                                                     const std::string& aggregates, const std::string& group_by) {
  auto result = make_window_aggregation(spec(window, groups, aggregates, group_by));
  EXPECT_TRUE(result.ok()) << result.error().to_string();
  return result.ok() ? std::move(result).value() : nullptr;
}

std::vector<std::unique_ptr<DataChunk>> AggregationBed::chunks(const std::string& where) {
  auto result = connection_->Query("SELECT * FROM rows WHERE " + where + " ORDER BY i");
  std::vector<std::unique_ptr<DataChunk>> chunks;
  while (auto chunk = result->Fetch()) chunks.push_back(std::unique_ptr<DataChunk>(chunk.release()));
  return chunks;
}

RowTexts AggregationBed::expected(const WindowSpec& window, const std::string& groups, const std::string& aggregates, std::string group_by,
                                  const std::string& where) {
  bool windowed = window.kind != WindowSpec::Kind::kNone;
  if (group_by.empty()) group_by = groups;
  std::string sql = "SELECT " + comma(windowed ? "make_timestamp(ws), make_timestamp(we)" : "", comma(groups, aggregates)) + " FROM " + windows_sql(window, where);
  std::string by = comma(windowed ? "ws, we" : "", group_by);
  if (!by.empty()) sql += " GROUP BY " + by;
  auto result = connection_->Query(sql);
  if (result->HasError()) throw std::runtime_error(result->GetError() + " in " + sql);
  RowTexts rows;
  while (auto chunk = result->Fetch()) append_texts(*chunk, rows);
  std::sort(rows.begin(), rows.end());
  return rows;
}

}  // namespace deltastream::engine
