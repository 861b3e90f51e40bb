#include "engine/plan/duckdb_instance.h"

#include "engine/plan/functions.h"

namespace deltastream::engine::plan {
namespace {

using duckdb::OptimizerType;

// They push filters into scans at run time, narrow columns for DuckDB's operators, or make joins out of lists.
constexpr OptimizerType kDisabled[] = {
    OptimizerType::JOIN_FILTER_PUSHDOWN,      OptimizerType::COMPRESSED_MATERIALIZATION, OptimizerType::STATISTICS_PROPAGATION,
    OptimizerType::TOP_N_WINDOW_ELIMINATION,  OptimizerType::LATE_MATERIALIZATION,       OptimizerType::COLUMN_LIFETIME,
    OptimizerType::COMMON_SUBPLAN,            OptimizerType::IN_CLAUSE,                  OptimizerType::WINDOW_SELF_JOIN,
    OptimizerType::ROW_GROUP_PRUNER,          OptimizerType::SAMPLING_PUSHDOWN,          OptimizerType::MATERIALIZED_CTE,
    OptimizerType::CTE_FILTER_PUSHER,         OptimizerType::REGEX_RANGE};

}  // namespace

DuckDbInstance::DuckDbInstance() {
  duckdb::DBConfig config;
  config.options.maximum_threads = 1;  // nothing is executed by DuckDB's scheduler
  for (OptimizerType type : kDisabled) config.options.disabled_optimizers.insert(type);
  config.SetOptionByName("enable_external_access", Value::BOOLEAN(false));
  database_ = std::make_unique<duckdb::DuckDB>(nullptr, &config);
  connection_ = std::make_shared<duckdb::Connection>(*database_);
  auto result = connection_->Query("SET TimeZone = 'UTC'");
  if (result->HasError()) result->ThrowError();
  register_functions(*database_->instance);
  register_source_function(*database_->instance, tables_);
}

DuckDbInstance::~DuckDbInstance() = default;

duckdb::ClientContext& DuckDbInstance::context() const { return *connection_->context; }

}  // namespace deltastream::engine::plan
