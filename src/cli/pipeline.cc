#include "cli/pipeline.h"

#include <filesystem>
#include <functional>
#include <optional>

#include <fmt/format.h>

#include "cli/describe.h"
#include "cli/fingerprint.h"
#include "common/files.h"
#include "connect/table.h"

namespace deltastream::cli {
namespace {

// Where the rows of a bare query go.
engine::TableDefinition print_table() {
  engine::TableDefinition table;
  table.name = "standard output";
  table.options.push_back({"connector", "print", {}});
  return table;
}

// Executes the statements one after the other; INSERTs become parts.
class Loader {
 public:
  Loader(Pipeline& pipeline, std::string text) : pipeline_(pipeline), text_(std::move(text)) {}

  Status run() {
    DS_ASSIGN_OR_RETURN(std::vector<engine::Statement> statements, engine::parse_script(text_));
    for (const engine::Statement& statement : statements) {
      Status done = std::visit([this](const auto& body) { return execute(body); }, statement.body);
      if (!done.ok()) return placed(done.error(), statement.position);
    }
    pipeline_.statements = statements.size();
    pipeline_.fingerprint = fingerprint_.text();
    return {};
  }

 private:
  // What does not know its place stands somewhere in the statement.
  Error placed(const Error& error, engine::SourcePosition statement) const {
    const std::string message = error.describe();
    if (message.find(" at line ") != std::string::npos || message.find("(line ") != std::string::npos) return error;
    return {error.kind(), fmt::format("{} at {}", message, engine::show_place(text_, statement))};
  }

  Status execute(const engine::SetStatement& set) {
    if (!set.key.empty()) return pipeline_.settings.set(set.key, set.value, false);
    for (const auto& [key, value] : pipeline_.settings.shown()) pipeline_.output += fmt::format("'{}' = '{}'\n", key, value);
    return {};
  }

  Status execute(const engine::ResetStatement& reset) {
    pipeline_.settings.reset(reset.key);
    return {};
  }

  Status execute(const engine::UseStatement&) { return {}; }

  Status execute(const engine::CreateTableStatement& create) {
    DS_ASSIGN_OR_RETURN(engine::TableDefinition table, engine::resolve_like(create, catalog_));
    if (create.if_not_exists && catalog_.find_table(table.name)) return {};
    DS_ASSIGN_OR_RETURN(engine::StreamPlanner * planner, ready_planner());
    DS_RETURN_IF_ERROR(planner->bind_table(table, text_));
    return catalog_.add_table(std::move(table), create.if_not_exists);
  }

  Status execute(const engine::CreateViewStatement& create) { return catalog_.add_view(create.view, create.if_not_exists); }

  Status execute(const engine::DropStatement& drop) {
    bool table = drop.what == engine::DropStatement::What::kTable;
    return table ? catalog_.drop_table(drop.name, drop.if_exists) : catalog_.drop_view(drop.name, drop.if_exists);
  }

  Status execute(const engine::InsertStatement& insert) {
    PipelinePart part;
    DS_ASSIGN_OR_RETURN(part.plan, plan(insert));
    DS_ASSIGN_OR_RETURN(const engine::TableDefinition* sink, catalog_.table(insert.table));
    part.sink = engine::with_options(*sink, insert.options);
    part.sink_fields = sink->physical_fields();
    fingerprint_.add(insert.table);
    for (const std::string& column : insert.columns) fingerprint_.add(column);
    for (const engine::PartitionValue& given : insert.partition) fingerprint_.add(fmt::format("{}={}", given.column, given.value.ToString()));
    fingerprint_.add(insert.query.sql);
    return add_part(std::move(part), sink->name);
  }

  Status execute(const engine::StatementSet& set) {
    for (const engine::InsertStatement& insert : set.inserts) DS_RETURN_IF_ERROR(execute(insert));
    return {};
  }

  Status execute(const engine::QueryStatement& query) {
    PipelinePart part;
    DS_ASSIGN_OR_RETURN(part.plan, plan(query.query));
    part.sink = print_table();
    for (size_t i = 0; i < part.plan->names.size(); i++) part.sink_fields.push_back({part.plan->names[i], part.plan->root->types[i], true});
    fingerprint_.add(query.query.sql);
    return add_part(std::move(part), "query");
  }

  Status execute(const engine::ExplainStatement& explain) {
    for (const engine::InsertStatement& insert : explain.inserts) {
      DS_ASSIGN_OR_RETURN(std::shared_ptr<const engine::StreamPlan> planned, plan(insert));
      pipeline_.output += planned->to_string() + "\n";
    }
    if (explain.query.sql.empty()) return {};
    DS_ASSIGN_OR_RETURN(std::shared_ptr<const engine::StreamPlan> planned, plan(explain.query));
    pipeline_.output += planned->to_string() + "\n";
    return {};
  }

  Status execute(const engine::ShowStatement& show) {
    DS_ASSIGN_OR_RETURN(std::string text, show_text(show, catalog_));
    pipeline_.output += text;
    return {};
  }

  Status execute(const engine::DescribeStatement& describe) {
    const engine::ViewDefinition* view = catalog_.find_view(describe.name);
    if (!view) {
      DS_ASSIGN_OR_RETURN(const engine::TableDefinition* table, catalog_.table(describe.name));
      pipeline_.output += describe_table(describe, *table);
      return {};
    }
    DS_ASSIGN_OR_RETURN(std::shared_ptr<const engine::StreamPlan> planned, plan(engine::QueryText{view->query, view->position}));
    pipeline_.output += describe_view(describe, *view, *planned);
    return {};
  }

  // The planner is made when it is first needed: it starts DuckDB.
  Result<engine::StreamPlanner*> ready_planner() {
    if (!planner_) {
      DS_ASSIGN_OR_RETURN(planner_, engine::StreamPlanner::create());
    }
    std::string zone = pipeline_.settings.text("table.local-time-zone", "UTC");
    if (zone != zone_) {
      DS_RETURN_IF_ERROR(planner_->set_time_zone(zone));
      zone_ = zone;
    }
    return planner_.get();
  }

  Result<std::shared_ptr<const engine::StreamPlan>> plan(const engine::InsertStatement& insert) {
    DS_ASSIGN_OR_RETURN(engine::StreamPlanner * planner, ready_planner());
    return finish_plan([&](const engine::BoundedOracle& bounded) { return planner->plan_insert(insert, catalog_, bounded); });
  }
  Result<std::shared_ptr<const engine::StreamPlan>> plan(const engine::QueryText& query) {
    DS_ASSIGN_OR_RETURN(engine::StreamPlanner * planner, ready_planner());
    return finish_plan([&](const engine::BoundedOracle& bounded) { return planner->plan_query(query, catalog_, bounded); });
  }

  // A source whose options are wrong is reported as such, not as a query that needs it to be bounded.
  Result<std::shared_ptr<const engine::StreamPlan>> finish_plan(const std::function<Result<engine::StreamPlan>(const engine::BoundedOracle&)>& make) {
    std::optional<Error> wrong_table;
    auto bounded = [&](const engine::TableDefinition& table) {
      auto answer = connect::is_bounded(table);
      if (!answer.ok() && !wrong_table) wrong_table = answer.error();
      return answer.ok() && *answer;
    };
    Result<engine::StreamPlan> planned = make(bounded);
    if (wrong_table) return *wrong_table;
    if (!planned.ok()) return std::move(planned).error();
    return std::shared_ptr<const engine::StreamPlan>(std::make_shared<engine::StreamPlan>(std::move(planned).value()));
  }

  Status add_part(PipelinePart part, const std::string& name) {
    DS_RETURN_IF_ERROR(add_sources(*part.plan->root, part));
    part.sink_name = name;
    for (size_t number = 2; sink_name_taken(part.sink_name); number++) part.sink_name = fmt::format("{}-{}", name, number);
    pipeline_.parts.push_back(std::move(part));
    return {};
  }

  bool sink_name_taken(const std::string& name) const {
    for (const PipelinePart& part : pipeline_.parts) {
      if (part.sink_name == name) return true;
    }
    return false;
  }

  Status add_sources(const engine::PlanNode& node, PipelinePart& part) {
    if (node.kind == engine::NodeKind::kSource) {
      const engine::TableDefinition& table = part.plan->sources.at(node.table);
      part.sources.emplace(node.table, table);
      fingerprint_.add(shape(table));
    }
    for (const auto& child : node.children) DS_RETURN_IF_ERROR(add_sources(*child, part));
    return {};
  }

  // What the state of a pipeline depends on: columns and watermark. Options may change, e.g. a broker's address.
  static std::string shape(engine::TableDefinition table) {
    table.options.clear();
    return engine::create_statement(table);
  }

  Pipeline& pipeline_;
  const std::string text_;
  engine::Catalog catalog_;
  std::unique_ptr<engine::StreamPlanner> planner_;
  std::string zone_ = "UTC";
  Fingerprint fingerprint_;
};

}  // namespace

Result<Pipeline> load_pipeline(const PipelineRequest& request) {
  Pipeline pipeline;
  for (const auto& [key, value] : request.settings) DS_RETURN_IF_ERROR(pipeline.settings.set(key, value, true));
  DS_ASSIGN_OR_RETURN(std::string text, read_file(system_files(), request.file));
  std::filesystem::path file(request.file);
  pipeline.base_folder = file.has_parent_path() ? file.parent_path().string() : ".";
  if (Status status = Loader(pipeline, std::move(text)).run(); !status.ok()) return std::move(status).context(request.file).error();
  pipeline.name = pipeline.settings.text("pipeline.name", file.stem().string());
  return pipeline;
}

}  // namespace deltastream::cli
