#include "engine/function_names.h"

#include <cctype>
#include <set>

#include "common/exception.h"
#include "duckdb/main/connection.hpp"
#include "duckdb/main/materialized_query_result.hpp"
#include "engine/front/names.h"
#include "engine/plan/duckdb_instance.h"
#include "engine/plan/flink_functions.h"

namespace deltastream::engine {
namespace {

std::vector<std::string> names() {
  std::set<std::string> all;
  for (const plan::FlinkFunction& function : plan::flink_functions()) all.insert(front::lower_case(function.name));
  plan::DuckDbInstance duckdb;
  auto found = duckdb.connection()->Query("SELECT DISTINCT lower(function_name) FROM duckdb_functions() WHERE function_type IN ('scalar', 'aggregate', 'macro')");
  if (found->HasError()) found->ThrowError();
  for (auto& row : *found) {
    std::string name = row.GetValue<std::string>(0);
    // Operators, and what only our own rewriting calls.
    if (std::isalpha(static_cast<unsigned char>(name[0]))) all.insert(std::move(name));
  }
  return {all.begin(), all.end()};
}

}  // namespace

Result<std::vector<std::string>> function_names() { DS_TRY_DUCKDB(return names();) }

}  // namespace deltastream::engine
