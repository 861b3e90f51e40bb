#pragma once
// The DuckDB that plans streams and evaluates their expressions: in memory, without access to files, with those optimizers off that
// make plans only DuckDB's own executor understands. Plans keep it alive. Evaluation is thread-safe; planning is not.

#include <memory>

#include "engine/plan/source_function.h"

namespace duckdb {
class ClientContext;
class Connection;
class DuckDB;
}  // namespace duckdb

namespace deltastream::engine::plan {

class DuckDbInstance {
 public:
  // Throws what DuckDB throws.
  DuckDbInstance();
  ~DuckDbInstance();
  DuckDbInstance(const DuckDbInstance&) = delete;
  DuckDbInstance& operator=(const DuckDbInstance&) = delete;

  duckdb::ClientContext& context() const;
  const std::shared_ptr<duckdb::Connection>& connection() const { return connection_; }
  SourceTables& tables() const { return *tables_; }

 private:
  std::unique_ptr<duckdb::DuckDB> database_;
  std::shared_ptr<duckdb::Connection> connection_;
  std::shared_ptr<SourceTables> tables_ = std::make_shared<SourceTables>();
};

}  // namespace deltastream::engine::plan
