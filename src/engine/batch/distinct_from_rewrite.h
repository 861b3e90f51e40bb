#pragma once
// `column IS DISTINCT FROM constant` as `column <> constant OR column IS NULL`, and its opposite likewise, before DuckDB optimizes:
// DuckDB 1.5.6 asks the statistics of a row group about the first as if it were `<>`, so that below an OR it loses rows that are NULL
// (also of its own tables). Measured 2026-11: `SELECT … FROM t WHERE c IS DISTINCT FROM 1 OR c <> 1` over one NULL gives nothing.

namespace duckdb {
struct DBConfig;
}

namespace deltastream::engine {

// Before the database is made.
void register_distinct_from_rewrite(duckdb::DBConfig& config);

}  // namespace deltastream::engine
