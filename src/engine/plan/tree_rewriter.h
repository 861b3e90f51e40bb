#pragma once
// A parsed query → the same query over things that DuckDB can bind: tables become source functions, views their queries, Flink's window
// functions expressions that the lowering finds again, Flink's functions DuckDB's. Offsets in the tree become offsets in
// Places. Throws PlanFailure and what DuckDB throws. One thread.

#include <map>
#include <set>
#include <string>
#include <vector>

#include "duckdb/parser/parsed_expression.hpp"
#include "duckdb/parser/query_node.hpp"
#include "duckdb/parser/query_node/select_node.hpp"
#include "duckdb/parser/query_node/set_operation_node.hpp"
#include "duckdb/parser/statement/select_statement.hpp"
#include "duckdb/parser/tableref.hpp"

#include "engine/plan/places.h"
#include "engine/plan/query_text.h"
#include "engine/plan/source_function.h"
#include "engine/stream_plan.h"

namespace deltastream::engine::plan {

using ParsedPtr = duckdb::unique_ptr<duckdb::ParsedExpression>;
using SelectPtr = duckdb::unique_ptr<duckdb::SelectStatement>;
using TableRefPtr = duckdb::unique_ptr<duckdb::TableRef>;

class TreeRewriter {
 public:
  TreeRewriter(const Catalog& catalog, const BoundedOracle& bounded, SourceTables& tables, Places& places)
      : catalog_(catalog), bounded_(bounded), tables_(tables), places_(places) {}

  // Parses and rewrites a query that begins at `start` in the script.
  SelectPtr query(const std::string& sql, SourcePosition start);
  // SELECT <expression> FROM the table's physical and metadata columns.
  SelectPtr expression_over(const TableDefinition& table, const std::string& sql, SourcePosition start);
  // SELECT <all columns, computed ones too> FROM the table; its watermark column is marked.
  SelectPtr table(const TableDefinition& definition);
  // SELECT <the watermark's expression> FROM the table.
  SelectPtr watermark(const TableDefinition& definition);
  // The tables that were read so far, by the names of their definitions: one that is read with the options of a hint as well as
  // without, or with others, is another table, whose name ends in a number.
  const std::map<std::string, TableDefinition>& sources() const { return sources_; }

 private:
  using Names = std::set<std::string>;  // of WITH, in lower case

  // A text whose tree is being walked: offsets of DuckDB's parser → offsets in Places.
  struct OpenText {
    RewrittenText rewritten;
    size_t base = 0;
    size_t prefix = 0;  // bytes that the parser saw in front of the text
  };
  OpenText open(const std::string& sql, SourcePosition start);
  void check_hints(const OpenText& text) const;
  SelectPtr parse_select(const std::string& sql, SourcePosition start);
  ParsedPtr parse_expression(const std::string& sql, SourcePosition start);

  void node(duckdb::QueryNode& node, Names ctes);
  void select(duckdb::SelectNode& node, const Names& ctes);
  void set_operation(const duckdb::SetOperationNode& node) const;
  void modifiers(duckdb::QueryNode& node, const Names& ctes);
  void reference(TableRefPtr& ref, const Names& ctes);
  TableRefPtr base_table(duckdb::TableRef& ref);
  const TableDefinition& source_of(const TableDefinition& declared, const std::vector<TableOption>& options);
  TableRefPtr table_function(duckdb::TableRef& ref, const Names& ctes);
  TableRefPtr source(const TableDefinition& definition);
  void expression(ParsedPtr& expression, const Names& ctes);
  void json_test(ParsedPtr& expression) const;
  void symmetric_between(ParsedPtr& expression) const;

  size_t relocated(duckdb::optional_idx location) const;
  std::string show(duckdb::optional_idx relocated_location) const;

  const Catalog& catalog_;
  const BoundedOracle& bounded_;
  SourceTables& tables_;
  Places& places_;
  const OpenText* text_ = nullptr;
  std::vector<std::string> open_views_;
  std::map<std::string, TableDefinition> sources_;
  std::set<size_t> used_hints_;  // by their offset in Places
};

}  // namespace deltastream::engine::plan
