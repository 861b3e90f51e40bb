#pragma once
// Flink's functions on text that have no expression of DuckDB's.

namespace duckdb {
class DatabaseInstance;
class ScalarFunction;
}

namespace deltastream::engine::plan {

// (text, regular expression, group), of which literal_pattern.h understands the latter two.
inline constexpr const char* kLiteralExtract = "__literal_extract";
// (text, number of a JsonKind or NULL for any): whether the text is JSON of that kind; never NULL.
inline constexpr const char* kIsJson = "__is_json";

void register_text_functions(duckdb::DatabaseInstance& database);
void register_scalar_function(duckdb::DatabaseInstance& database, duckdb::ScalarFunction function);

}  // namespace deltastream::engine::plan
