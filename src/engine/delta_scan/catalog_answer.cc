#include "engine/delta_scan/catalog_answer.h"

#include "common/chunk.h"
#include "engine/batch/errors.h"

namespace deltastream::engine {

void add_catalog_parameters(duckdb::TableFunction& function) {
  function.named_parameters["catalog_version"] = LogicalType::BIGINT;
  function.named_parameters["catalog_commits"] = LogicalType::LIST(LogicalType::VARCHAR);
}

std::optional<delta::CatalogCommits> catalog_answer(const duckdb::named_parameter_map_t& parameters) {
  auto version = parameters.find("catalog_version");
  auto commits = parameters.find("catalog_commits");
  if (version == parameters.end() && commits == parameters.end()) return std::nullopt;
  if (version == parameters.end()) {
    batch::throw_error(invalid_argument("catalog_commits goes together with catalog_version, the catalog's latest version"));
  }
  if (version->second.IsNull() || (commits != parameters.end() && commits->second.IsNull())) {
    batch::throw_error(invalid_argument("catalog_version or catalog_commits is null"));
  }
  delta::CatalogCommits given;
  given.latest_version = version->second.GetValue<int64_t>();
  if (commits == parameters.end()) return given;
  for (const Value& commit : duckdb::ListValue::GetChildren(commits->second)) {
    if (commit.IsNull()) batch::throw_error(invalid_argument("a commit in catalog_commits is null"));
    given.commits.push_back(batch::value_or_throw(delta::parse_catalog_commit(duckdb::StringValue::Get(commit))));
  }
  return given;
}

}  // namespace deltastream::engine
