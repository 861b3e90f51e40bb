#pragma once
// Flink's functions on text that have no expression of DuckDB's.

namespace duckdb {
class DatabaseInstance;
class ScalarFunction;
}

namespace deltastream::engine::plan {

// (text, regular expression, group), of which literal_pattern.h understands the latter two.
inline constexpr const char* kLiteralExtract = "__literal_extract";

void register_text_functions(duckdb::DatabaseInstance& database);
void register_scalar_function(duckdb::DatabaseInstance& database, duckdb::ScalarFunction function);

}  // namespace deltastream::engine::plan
