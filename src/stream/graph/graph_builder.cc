// From plans to tasks. A chain is made from its end: the sink's writer first, the source last.

#include <fmt/format.h>

#include <algorithm>

#include "stream/graph/discovery.h"
#include "stream/graph/graph.h"
#include "stream/runtime/exchange_operator.h"
#include "stream/runtime/sink_operator.h"
#include "stream/runtime/stateless_operators.h"
#include "stream/runtime/window_operator.h"
#include "stream/runtime/window_task.h"

namespace deltastream::stream {
namespace {

// Half-filled chunks below this size wait a moment for more rows before they go to another task.
constexpr size_t kHoldRows = 256;

}  // namespace

class GraphBuilder {
 public:
  GraphBuilder(const GraphRequest& request, Graph& graph) : request_(request), graph_(graph) {
    if (!request.restored) return;
    for (const SplitState& split : request.restored->splits) restored_splits_[split.source][split.split.id] = &split;
  }

  Status build(size_t part) {
    part_ = part;
    GraphMetrics::Part& metrics = request_.metrics.parts.emplace_back();
    metrics.event_time = request_.inputs.event_time(part);
    size_t writers = 0;
    return add(*request_.parts[part].plan->root, [&]() -> Result<std::unique_ptr<Operator>> {
      const JobPart& into = request_.parts[part];
      const size_t subtask = writers++;
      auto writer = into.sink->make_writer(subtask);
      if (!writer.ok()) return std::move(writer).context("sink '" + into.sink_name + "'").error();
      return std::unique_ptr<Operator>(std::make_unique<SinkOperator>(into.sink_name, subtask, std::move(*writer), *request_.sink_rows[part],
                                                                      metrics.tasks.emplace_back()));
    });
  }

 private:
  // Makes what comes behind a node, anew for each task.
  using Behind = std::function<Result<std::unique_ptr<Operator>>()>;

  size_t parallelism() const { return request_.options.parallelism; }
  size_t subtasks_of(const engine::PlanNode& window) const { return window.aggregation->keyed() ? parallelism() : 1; }

  size_t source_tasks(const Input& input) const {
    if (!input.source->bounded() && input.source->discovery_interval_us() > 0) return parallelism();
    return std::clamp<size_t>(input.splits.size(), 1, parallelism());
  }

  // How many tasks deliver the rows of a node.
  size_t tasks_of(const engine::PlanNode& node) const {
    switch (node.kind) {
      case engine::NodeKind::kSource:
      case engine::NodeKind::kValues: return source_tasks(request_.inputs.of(node));
      case engine::NodeKind::kWindowAggregate: return subtasks_of(node);
      case engine::NodeKind::kUnionAll: {
        size_t sum = 0;
        for (const auto& child : node.children) sum += tasks_of(*child);
        return sum;
      }
      default: return tasks_of(*node.children[0]);
    }
  }

  Status add(const engine::PlanNode& node, const Behind& behind) {
    switch (node.kind) {
      case engine::NodeKind::kSource:
      case engine::NodeKind::kValues: return add_source(request_.inputs.of(node), behind);
      case engine::NodeKind::kWindowAggregate: return add_window(node, behind);
      case engine::NodeKind::kUnionAll:
        for (const auto& child : node.children) DS_RETURN_IF_ERROR(add(*child, behind));
        return {};
      case engine::NodeKind::kFilter:
      case engine::NodeKind::kProject:
      case engine::NodeKind::kExpand:
      case engine::NodeKind::kBroadcastJoin:
        return add(*node.children[0], [&]() -> Result<std::unique_ptr<Operator>> {
          DS_ASSIGN_OR_RETURN(auto next, behind());
          return link(node, std::move(next));
        });
    }
    return internal("an unknown node stands in the plan");
  }

  Result<std::unique_ptr<Operator>> link(const engine::PlanNode& node, std::unique_ptr<Operator> next) {
    if (node.kind == engine::NodeKind::kFilter) return make_filter(*node.filter, std::move(next));
    if (node.kind == engine::NodeKind::kProject) return make_projection(*node.projection, std::move(next));
    if (node.kind == engine::NodeKind::kExpand) {
      DS_ASSIGN_OR_RETURN(auto executor, node.expand->make_executor());
      return make_expand(std::move(executor), std::move(next));
    }
    DS_ASSIGN_OR_RETURN(auto probe, request_.tables.at(&node)->make_probe());
    return make_expand(std::move(probe), std::move(next));
  }

  Result<std::unique_ptr<WindowOperator>> window_operator(const engine::PlanNode& node, size_t subtask, std::unique_ptr<Operator> next) {
    DS_ASSIGN_OR_RETURN(auto aggregator, node.aggregation->make_aggregator());
    auto made = std::make_unique<WindowOperator>(request_.inputs.operator_key(node), subtask, *node.aggregation, std::move(aggregator),
                                                 request_.metrics.parts[part_].late_rows.emplace_back(0), std::move(next));
    if (request_.restored) DS_RETURN_IF_ERROR(made->restore(request_.restored->operators, subtasks_of(node)));
    return made;
  }

  Status add_window(const engine::PlanNode& node, const Behind& behind) {
    const engine::PlanNode& child = *node.children[0];
    const size_t subtasks = subtasks_of(node), producers = tasks_of(child);
    if (subtasks == 1 && producers == 1) {
      return add(child, [&]() -> Result<std::unique_ptr<Operator>> {
        DS_ASSIGN_OR_RETURN(auto next, behind());
        DS_ASSIGN_OR_RETURN(auto made, window_operator(node, 0, std::move(next)));
        return std::unique_ptr<Operator>(std::move(made));
      });
    }
    std::vector<Inbox*> inboxes;
    for (size_t subtask = 0; subtask < subtasks; subtask++) {
      DS_ASSIGN_OR_RETURN(auto next, behind());
      DS_ASSIGN_OR_RETURN(auto made, window_operator(node, subtask, std::move(next)));
      const int64_t watermark_us = made->watermark_us();
      auto task = std::make_unique<WindowTask>(std::make_unique<Inbox>(producers, request_.options.channel_capacity), std::move(made),
                                               watermark_us, request_.control);
      inboxes.push_back(&task->inbox());
      graph_.tasks_.push_back(std::move(task));
    }
    size_t producer = 0;
    return add(child, [&]() -> Result<std::unique_ptr<Operator>> {
      std::vector<ExchangeOperator::Target> targets;
      for (Inbox* inbox : inboxes) targets.push_back({inbox, producer});
      producer++;
      duckdb::vector<LogicalType> types(child.types.begin(), child.types.end());
      return std::unique_ptr<Operator>(std::make_unique<ExchangeOperator>(*node.aggregation, std::move(types), std::move(targets),
                                                                          std::min(kHoldRows, request_.options.batch_rows),
                                                                          *request_.options.environment.clock));
    });
  }

  Status add_source(const Input& input, const Behind& behind) {
    const size_t count = source_tasks(input);
    const bool bounded = input.source->bounded();
    SplitSetOptions options;
    options.source_key = input.key;
    options.table = input.table;
    options.bounded = bounded;
    options.event_time = input.node->watermark != nullptr;
    options.idle_timeout_us = request_.options.idle_timeout_us;
    options.clock = request_.options.environment.clock;
    std::set<std::string> known;
    std::vector<SplitSet> sets;
    sets.reserve(count);
    for (size_t i = 0; i < count; i++) sets.emplace_back(*input.source, options);
    auto restored = restored_splits_.find(input.key);
    for (size_t i = 0; i < input.splits.size(); i++) {
      const Split& split = input.splits[i];
      known.insert(split.id);
      const SplitState* state = nullptr;
      if (restored != restored_splits_.end()) {
        auto found = restored->second.find(split.id);
        if (found != restored->second.end()) state = found->second;
      }
      sets[i % count].add(split, state);
    }
    std::vector<SourceTask*> tasks;
    for (SplitSet& set : sets) {
      std::unique_ptr<WatermarkColumn> watermark;
      if (input.node->watermark) {
        DS_ASSIGN_OR_RETURN(watermark, WatermarkColumn::create(*input.node->watermark));
      }
      DS_ASSIGN_OR_RETURN(auto chain, behind());
      auto task = std::make_unique<SourceTask>(std::move(set), bounded, input.columns, std::move(watermark), std::move(chain),
                                               request_.control);
      tasks.push_back(task.get());
      graph_.tasks_.push_back(std::move(task));
    }
    graph_.inputs_ += count;
    if (input.source->discovery_interval_us() > 0 && !bounded) {
      graph_.discoveries_.push_back(std::make_unique<Discovery>(*input.source, tasks, std::move(known),
                                                                *request_.options.environment.clock, request_.control));
    }
    return {};
  }

  const GraphRequest& request_;
  Graph& graph_;
  size_t part_ = 0;
  std::map<std::string, std::map<std::string, const SplitState*>> restored_splits_;
};

Result<std::unique_ptr<Graph>> Graph::build(const GraphRequest& request) {
  std::unique_ptr<Graph> graph(new Graph(request.control));
  GraphBuilder builder(request, *graph);
  for (size_t part = 0; part < request.parts.size(); part++) DS_RETURN_IF_ERROR(builder.build(part));
  return graph;
}

}  // namespace deltastream::stream
