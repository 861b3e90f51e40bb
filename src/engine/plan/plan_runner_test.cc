#include "engine/plan/plan_runner.h"

#include <algorithm>

namespace deltastream::engine::plan {
namespace {

using Chunks = std::vector<std::unique_ptr<DataChunk>>;

std::unique_ptr<DataChunk> new_chunk(const std::vector<LogicalType>& types) {
  auto chunk = std::make_unique<DataChunk>();
  duckdb::vector<LogicalType> list(types.begin(), types.end());
  if (!list.empty()) chunk->Initialize(duckdb::Allocator::DefaultAllocator(), list);
  return chunk;
}

// Own copy, so that operators may slice and reuse theirs.
void keep(DataChunk& from, Chunks& to) {
  std::vector<LogicalType> types;
  for (auto& type : from.GetTypes()) types.push_back(type);
  if (from.size() == 0) return;
  to.push_back(new_chunk(types));
  from.Copy(*to.back());
}

void expect_ok(const Status& status) { EXPECT_TRUE(status.ok()) << status.error().to_string(); }

Value field_of(Value value, const std::vector<std::string>& path, const LogicalType& type) {
  for (size_t i = 1; i < path.size(); i++) {
    if (value.IsNull()) return Value(type);
    const auto& fields = duckdb::StructType::GetChildTypes(value.type());
    auto found = std::find_if(fields.begin(), fields.end(), [&](const auto& f) { return f.first == path[i]; });
    EXPECT_NE(found, fields.end()) << path[i];
    Value inner = duckdb::StructValue::GetChildren(value)[static_cast<size_t>(found - fields.begin())];
    value = std::move(inner);
  }
  return value.IsNull() ? Value(type) : value.DefaultCastAs(type);
}

}  // namespace

PlanRunner::PlanRunner(const std::string& declarations) {
  auto created = StreamPlanner::create();
  EXPECT_TRUE(created.ok());
  planner_ = std::move(created).value();
  auto statements = parse_script(declarations);
  EXPECT_TRUE(statements.ok()) << statements.error().message();
  for (Statement& statement : *statements) {
    if (auto* table = std::get_if<CreateTableStatement>(&statement.body)) {
      expect_ok(planner_->bind_table(table->table, declarations));
      expect_ok(catalog_.add_table(std::move(table->table), false));
    } else if (auto* view = std::get_if<CreateViewStatement>(&statement.body)) {
      expect_ok(catalog_.add_view(std::move(view->view), false));
    } else {
      ADD_FAILURE() << statement.text;
    }
  }
}

Result<StreamPlan> PlanRunner::plan(const std::string& text) {
  auto bounded = [](const TableDefinition& table) { return table.name.rfind("unbounded", 0) != 0; };
  DS_ASSIGN_OR_RETURN(std::vector<Statement> statements, parse_script(text));
  if (auto* insert = std::get_if<InsertStatement>(&statements.at(0).body)) return planner_->plan_insert(*insert, catalog_, bounded);
  return planner_->plan_query(std::get<QueryStatement>(statements.at(0).body).query, catalog_, bounded);
}

Chunks PlanRunner::read(const PlanNode& node, size_t chunk_rows) {
  const TableDefinition& table = **catalog_.table(node.table);
  std::vector<const ColumnDefinition*> columns;
  for (const auto& column : table.columns) {
    if (column.kind != ColumnKind::kComputed) columns.push_back(&column);
  }
  Chunks chunks;
  for (const Row& row : inputs_[node.table]) {
    if (chunks.empty() || chunks.back()->size() == chunk_rows) chunks.push_back(new_chunk(node.types));
    DataChunk& chunk = *chunks.back();
    for (size_t i = 0; i < node.columns.size(); i++) {
      const SourceColumn& wanted = node.columns[i];
      auto found = std::find_if(columns.begin(), columns.end(), [&](const ColumnDefinition* c) {
        if (wanted.metadata != (c->kind == ColumnKind::kMetadata)) return false;
        return (wanted.metadata && !c->metadata_key.empty() ? c->metadata_key : c->name) == wanted.path[0];
      });
      EXPECT_NE(found, columns.end()) << wanted.path[0];
      Value value = row.at(static_cast<size_t>(found - columns.begin()));
      if (!value.IsNull()) value = value.DefaultCastAs((*found)->type);
      chunk.SetValue(i, chunk.size(), field_of(value, wanted.path, wanted.type));
    }
    chunk.SetCardinality(chunk.size() + 1);
  }
  return chunks;
}

Chunks PlanRunner::execute(const PlanNode& node, size_t chunk_rows) {
  if (node.kind == NodeKind::kSource) return read(node, chunk_rows);
  Chunks result;
  if (node.kind == NodeKind::kValues) {
    for (const auto& row : node.rows) {
      if (result.empty() || result.back()->size() == chunk_rows) result.push_back(new_chunk(node.types));
      DataChunk& chunk = *result.back();
      for (size_t i = 0; i < row.size(); i++) chunk.SetValue(i, chunk.size(), row[i]);
      chunk.SetCardinality(chunk.size() + 1);
    }
    return result;
  }
  std::vector<Chunks> inputs;
  for (const auto& child : node.children) inputs.push_back(execute(*child, chunk_rows));
  auto emit = [&](DataChunk& chunk) -> Status {
    EXPECT_EQ(chunk.ColumnCount(), node.types.size());
    keep(chunk, result);
    return {};
  };
  auto expand = [&](ExpandExecutor& executor, Chunks& chunks) {
    for (auto& chunk : chunks) expect_ok(executor.execute(*chunk, emit));
  };
  switch (node.kind) {
    case NodeKind::kUnionAll:
      for (auto& input : inputs) {
        for (auto& chunk : input) keep(*chunk, result);
      }
      break;
    case NodeKind::kFilter: {
      auto executor = std::move(node.filter->make_executor()).value();
      for (auto& chunk : inputs[0]) {
        expect_ok(executor->execute(*chunk));
        keep(*chunk, result);
      }
      break;
    }
    case NodeKind::kProject: {
      auto executor = std::move(node.projection->make_executor()).value();
      DataChunk out;
      for (auto& chunk : inputs[0]) {
        expect_ok(executor->execute(*chunk, out));
        keep(out, result);
      }
      break;
    }
    case NodeKind::kExpand: {
      auto executor = std::move(node.expand->make_executor()).value();
      expand(*executor, inputs[0]);
      break;
    }
    case NodeKind::kBroadcastJoin: {
      auto table = node.join->make_table();
      for (auto& chunk : inputs[1]) expect_ok(table->build(*chunk));
      expect_ok(table->finish_build());
      auto probe = std::move(table->make_probe()).value();
      expand(*probe, inputs[0]);
      break;
    }
    case NodeKind::kWindowAggregate: {
      auto aggregator = std::move(node.aggregation->make_aggregator()).value();
      for (auto& chunk : inputs[0]) expect_ok(aggregator->add(*chunk));
      expect_ok(aggregator->advance(kMaxWatermark, emit));
      break;
    }
    default: ADD_FAILURE();
  }
  return result;
}

std::vector<std::string> PlanRunner::run(const StreamPlan& plan, size_t chunk_rows) {
  std::vector<std::string> lines;
  for (auto& chunk : execute(*plan.root, chunk_rows)) {
    for (size_t row = 0; row < chunk->size(); row++) {
      std::string line;
      for (size_t column = 0; column < chunk->ColumnCount(); column++) line += (column ? "|" : "") + chunk->GetValue(column, row).ToString();
      lines.push_back(std::move(line));
    }
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

std::vector<std::string> PlanRunner::run(const std::string& statement, size_t chunk_rows) {
  auto planned = plan(statement);
  EXPECT_TRUE(planned.ok()) << planned.error().to_string();
  return planned.ok() ? run(*planned, chunk_rows) : std::vector<std::string>{};
}

std::string PlanRunner::error(const std::string& statement) {
  auto planned = plan(statement);
  EXPECT_FALSE(planned.ok()) << planned->to_string();
  return planned.ok() ? "" : planned.error().to_string();
}

}  // namespace deltastream::engine::plan
