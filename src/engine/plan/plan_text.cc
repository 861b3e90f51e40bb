// Plans as text, for EXPLAIN.

#include <fmt/format.h>

#include "engine/script.h"
#include "engine/stream_plan.h"

namespace deltastream::engine {
namespace {

std::string column_list(const PlanNode& node) {
  std::string text;
  for (const SourceColumn& column : node.columns) {
    if (!text.empty()) text += ", ";
    text += fmt::format("{}{}", column.metadata ? "metadata " : "", fmt::join(column.path, "."));
  }
  return text;
}

std::string what(const PlanNode& node) {
  switch (node.kind) {
    case NodeKind::kSource: {
      std::string watermark = node.watermark ? fmt::format(", watermark {}", node.watermark->to_string()) : "";
      return fmt::format("Source {} [{}]{}", node.table, column_list(node), watermark);
    }
    case NodeKind::kValues: return fmt::format("Values {} rows", node.rows.size());
    case NodeKind::kFilter: return fmt::format("Filter {}", node.filter->to_string());
    case NodeKind::kProject: return fmt::format("Project {}", node.projection->to_string());
    case NodeKind::kExpand: return fmt::format("Expand {}", node.expand->to_string());
    case NodeKind::kUnionAll: return "UnionAll";
    case NodeKind::kBroadcastJoin: return fmt::format("BroadcastJoin {}", node.join->to_string());
    case NodeKind::kWindowAggregate: return fmt::format("WindowAggregate {}", node.aggregation->to_string());
  }
  return "";
}

void append(const PlanNode& node, size_t depth, std::string& text) {
  text += fmt::format("{:{}}{}\n", "", depth * 2, node.describe());
  for (const auto& child : node.children) append(*child, depth + 1, text);
}

}  // namespace

std::string PlanNode::describe() const {
  std::string shown;
  for (const LogicalType& type : types) shown += (shown.empty() ? "" : ", ") + type_to_flink(type);
  return fmt::format("{} -> ({})", what(*this), shown);
}

std::string StreamPlan::to_string() const {
  std::string text = target.empty() ? fmt::format("Query [{}]\n", fmt::join(names, ", ")) : fmt::format("Sink {} [{}]\n", target, fmt::join(names, ", "));
  if (root) append(*root, 1, text);
  return text;
}

}  // namespace deltastream::engine
