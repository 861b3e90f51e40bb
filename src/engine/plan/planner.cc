#include <mutex>

#include "common/exception.h"
#include "engine/front/names.h"
#include "engine/plan/bind_errors.h"
#include "engine/plan/byte_casts.h"
#include "engine/plan/failure.h"
#include "engine/plan/lowering.h"
#include "engine/plan/sink_columns.h"
#include "engine/plan/source_bind_data.h"
#include "engine/plan/tree_rewriter.h"
#include "engine/plan/window_columns.h"
#include "engine/stream_plan.h"

namespace deltastream::engine {
namespace {

using plan::DuckDbInstance;
using plan::PlanFailure;

// One text being planned: everything that it needs and nobody else sees. Runs inside a transaction of the planner's DuckDB.
class Planning {
 public:
  Planning(std::shared_ptr<DuckDbInstance> duckdb, const Catalog& catalog, const BoundedOracle& bounded)
      : duckdb_(std::move(duckdb)), rewriter_(catalog, bounded, duckdb_->tables(), places_) {
    duckdb_->tables().tables.clear();
  }

  const plan::Places& places() const { return places_; }

  StreamPlan plan(const QueryText& query, const InsertStatement* insert, const TableDefinition* sink) {
    duckdb::Planner planner(duckdb_->context());
    planner.CreatePlan(rewriter_.query(query.sql, query.position));
    plan::check_window_columns(*planner.plan, places_, 0);
    StreamPlan result;
    if (sink) {
      plan::cast_to_sink(planner, duckdb_->context(), *insert, *sink, places_, 0);
      result.target = sink->name;
      for (const Field& field : sink->physical_fields()) result.names.push_back(field.name);
    } else {
      result.names.assign(planner.names.begin(), planner.names.end());
    }
    auto root = optimize(planner);
    plan::Lowering lowering(duckdb_, [this](const plan::SourceTable& table) { return watermark(table); }, places_, 0);
    result.root = lowering.run(*root);
    result.sources = rewriter_.sources();
    return result;
  }

  // The type of an expression over the columns of a table.
  LogicalType type_of(const TableDefinition& table, const std::string& sql, SourcePosition position) {
    duckdb::Planner planner(duckdb_->context());
    planner.CreatePlan(rewriter_.expression_over(table, sql, position));
    return planner.types[0];
  }

  LogicalType watermark_type(const TableDefinition& table) {
    duckdb::Planner planner(duckdb_->context());
    planner.CreatePlan(rewriter_.watermark(table));
    return planner.types[0];
  }

 private:
  duckdb::unique_ptr<duckdb::LogicalOperator> optimize(duckdb::Planner& planner) {
    plan::replace_byte_casts(*planner.plan);
    duckdb::Optimizer optimizer(*planner.binder, duckdb_->context());
    auto root = optimizer.Optimize(std::move(planner.plan));
    root->ResolveOperatorTypes();
    return root;
  }

  plan::BoundWatermark watermark(const plan::SourceTable& table) {
    duckdb::Planner planner(duckdb_->context());
    planner.CreatePlan(rewriter_.watermark(*table.definition));
    auto root = optimize(planner);
    duckdb::LogicalOperator* op = root.get();
    plan::ExpressionPtr expression;
    while (op->type == duckdb::LogicalOperatorType::LOGICAL_PROJECTION) {
      if (!expression) expression = op->expressions[0]->Copy();
      op = op->children[0].get();
      if (op->type != duckdb::LogicalOperatorType::LOGICAL_PROJECTION) break;
      plan::replace_columns(expression, [&](const duckdb::ColumnBinding& binding, const LogicalType&) { return op->expressions[binding.column_index]->Copy(); });
    }
    if (op->type != duckdb::LogicalOperatorType::LOGICAL_GET) {
      plan::fail(unsupported(fmt::format("the WATERMARK of table '{}' is more than an expression over its columns", table.definition->name)));
    }
    auto& get = op->Cast<duckdb::LogicalGet>();
    auto bindings = get.GetColumnBindings();
    plan::BoundWatermark result;
    result.columns = plan::scan_columns(get);
    if (expression) {
      result.expression = plan::resolve(*expression, {bindings.begin(), bindings.end()});
    } else {
      result.expression = duckdb::make_uniq<duckdb::BoundReferenceExpression>(get.types[0], 0ULL);
    }
    return result;
  }

  std::shared_ptr<DuckDbInstance> duckdb_;
  plan::Places places_;
  plan::TreeRewriter rewriter_;
};

// Where `text` stands in the script at or after a place, so that errors inside point at it.
SourcePosition place_of(const std::string& script, SourcePosition from, const std::string& text) {
  size_t offset = 0;
  for (uint32_t line = 1; line < from.line; line++) {
    offset = script.find('\n', offset);
    if (offset == std::string::npos) return from;
    offset++;
  }
  size_t found = script.find(text, offset);
  return found == std::string::npos ? from : plan::position_of(script, found);
}

class DuckDbStreamPlanner final : public StreamPlanner {
 public:
  DuckDbStreamPlanner() : duckdb_(std::make_shared<DuckDbInstance>()) {}

  Result<StreamPlan> plan_insert(const InsertStatement& insert, const Catalog& catalog, const BoundedOracle& bounded) override {
    DS_ASSIGN_OR_RETURN(const TableDefinition* sink, catalog.table(insert.table));
    if (insert.overwrite) return unsupported(fmt::format("INSERT OVERWRITE into '{}' (INSERT INTO is)", insert.table));
    StreamPlan result;
    DS_RETURN_IF_ERROR(run(catalog, bounded, [&](Planning& planning) { result = planning.plan(insert.query, &insert, sink); }));
    return result;
  }

  Result<StreamPlan> plan_query(const QueryText& query, const Catalog& catalog, const BoundedOracle& bounded) override {
    StreamPlan result;
    DS_RETURN_IF_ERROR(run(catalog, bounded, [&](Planning& planning) { result = planning.plan(query, nullptr, nullptr); }));
    return result;
  }

  Status bind_table(TableDefinition& table, const std::string& script) override {
    Catalog empty;
    for (ColumnDefinition& column : table.columns) {
      if (column.kind != ColumnKind::kComputed) continue;
      column.position = place_of(script, column.position, column.expression);
      DS_RETURN_IF_ERROR(run(empty, {}, [&](Planning& planning) { column.type = planning.type_of(table, column.expression, column.position); }));
    }
    if (!table.watermark) return {};
    table.watermark->position = place_of(script, table.watermark->position, table.watermark->expression);
    return run(empty, {}, [&](Planning& planning) {
      LogicalType type = planning.watermark_type(table);
      if (type.id() == LogicalTypeId::TIMESTAMP || type.id() == LogicalTypeId::TIMESTAMP_TZ) return;
      plan::fail(invalid_argument(fmt::format("the WATERMARK of table '{}' is {}, expected TIMESTAMP or TIMESTAMP_LTZ at {}", table.name,
                                              type_to_flink(type), planning.places().show(0))));
    });
  }

  Status set_time_zone(const std::string& zone) override {
    std::lock_guard lock(mutex_);
    DS_TRY_DUCKDB({
      auto result = duckdb_->connection()->Query("SET TimeZone = " + duckdb::KeywordHelper::WriteQuoted(zone));
      if (result->HasError()) return invalid_argument(fmt::format("table.local-time-zone: there is no time zone '{}'", zone));
    })
    return {};
  }

 private:
  Status run(const Catalog& catalog, const BoundedOracle& bounded, const std::function<void(Planning&)>& work) {
    std::lock_guard lock(mutex_);
    std::optional<Planning> planning;
    try {
      planning.emplace(duckdb_, catalog, bounded);
      duckdb_->context().RunFunctionInTransaction([&] { work(*planning); });
    } catch (const PlanFailure& failure) {
      return failure.error;
    } catch (const std::exception& exception) {
      return plan::describe_bind_error(exception, planning->places(), 0);
    }
    return {};
  }

  std::mutex mutex_;
  std::shared_ptr<DuckDbInstance> duckdb_;
};

}  // namespace

Result<std::unique_ptr<StreamPlanner>> StreamPlanner::create() {
  DS_TRY_DUCKDB(return std::unique_ptr<StreamPlanner>(std::make_unique<DuckDbStreamPlanner>());)
}

}  // namespace deltastream::engine
