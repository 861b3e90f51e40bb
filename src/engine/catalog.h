#pragma once
// Tables and views as pipeline files declare them. Plain data; DuckDB's catalog is not involved.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/chunk.h"
#include "common/result.h"

namespace deltastream::engine {

// Where something stands in the text, from 1; 0 = unknown.
struct SourcePosition {
  uint32_t line = 0;
  uint32_t column = 0;
};

enum class ColumnKind { kPhysical, kComputed, kMetadata };

struct ColumnDefinition {
  std::string name;
  ColumnKind kind = ColumnKind::kPhysical;
  LogicalType type;               // of computed columns: filled in at binding
  bool nullable = true;
  std::string comment;
  std::string expression;         // computed: the SQL text
  std::string metadata_key;       // metadata: FROM 'key', else the column's name
  bool metadata_virtual = false;
  // The Flink type as declared, e.g. "TIMESTAMP(3)"; watermark columns need it.
  std::string declared_type;
  SourcePosition position;
};

struct WatermarkDefinition {
  std::string column;
  std::string expression;         // SQL text, e.g. "ts - INTERVAL '5' SECOND"
  SourcePosition position;
};

// WITH options keep the order of the text.
struct TableOption {
  std::string key;
  std::string value;
  SourcePosition position;
};

struct TableDefinition {
  std::string name;
  std::vector<ColumnDefinition> columns;
  std::vector<std::string> primary_key;
  std::optional<WatermarkDefinition> watermark;
  std::vector<std::string> partitioned_by;
  std::vector<TableOption> options;
  std::string comment;
  bool temporary = false;
  SourcePosition position;

  const ColumnDefinition* find_column(const std::string& column) const;  // case-insensitive
  const TableOption* find_option(const std::string& key) const;
  std::vector<Field> physical_fields() const;   // what a sink writes: physical columns and non-virtual metadata
};

// The table with the options of a hint in the place of its own.
TableDefinition with_options(TableDefinition table, const std::vector<TableOption>& options);

struct ViewDefinition {
  std::string name;
  std::vector<std::string> columns;  // optional renames
  std::string query;
  SourcePosition position;           // of the query text
};

// Names are found case-insensitively. Errors: already exists, not found (with the nearest name).
class Catalog {
 public:
  Status add_table(TableDefinition table, bool if_not_exists);
  Status add_view(ViewDefinition view, bool if_not_exists);
  Status drop_table(const std::string& name, bool if_exists);
  Status drop_view(const std::string& name, bool if_exists);
  const TableDefinition* find_table(const std::string& name) const;
  const ViewDefinition* find_view(const std::string& name) const;
  Result<const TableDefinition*> table(const std::string& name) const;
  Result<const ViewDefinition*> view(const std::string& name) const;
  const std::map<std::string, TableDefinition>& tables() const { return tables_; }  // key in lower case
  const std::map<std::string, ViewDefinition>& views() const { return views_; }

 private:
  Error missing_table(const std::string& name) const;
  Error missing_view(const std::string& name) const;

  std::map<std::string, TableDefinition> tables_;
  std::map<std::string, ViewDefinition> views_;
};

}  // namespace deltastream::engine
