#pragma once
// For tests: makes an AggregationSpec from SQL, feeds it with the rows of a table, and compares what it emits with what
// DuckDB's own SQL says over the same rows.

#include <memory>
#include <string>
#include <vector>

#include "duckdb/main/connection.hpp"
#include "duckdb/main/database.hpp"
#include "engine/window/aggregation_spec.h"

namespace deltastream::engine {

using RowTexts = std::vector<std::string>;

class AggregationBed {
 public:
  AggregationBed();

  // Table `rows`: ts TIMESTAMP (first column), and columns of many types; `count` rows from a fixed seed. Times rise by
  // about `step_us` a row from `start_us`, each shaken by up to `disorder_us` backwards.
  void make_rows(int64_t count, int64_t start_us, int64_t step_us, int64_t disorder_us, int64_t keys);
  void run(const std::string& sql);

  // `select` are aggregates over the columns of `rows`, e.g. "count(*), max(v)"; `groups` e.g. "k" or "" for none.
  // `group_by` stands after GROUP BY when it is not just the groups (GROUPING SETS).
  AggregationSpec spec(const WindowSpec& window, const std::string& groups, const std::string& aggregates, std::string group_by = "");
  std::shared_ptr<const WindowAggregation> aggregation(const WindowSpec& window, const std::string& groups,
                                                       const std::string& aggregates, const std::string& group_by = "");

  std::vector<std::unique_ptr<DataChunk>> chunks(const std::string& where = "true");
  // window_start, window_end (unless kNone), groups, aggregates; each row as text, sorted.
  RowTexts expected(const WindowSpec& window, const std::string& groups, const std::string& aggregates, std::string group_by = "",
                    const std::string& where = "true");

  duckdb::Connection& connection() { return *connection_; }

 private:
  duckdb::DuckDB database_;
  std::shared_ptr<duckdb::Connection> connection_;
};

// Doubles are cut to nine digits: merging slices adds in another order.
void append_texts(DataChunk& chunk, RowTexts& rows);

}  // namespace deltastream::engine
