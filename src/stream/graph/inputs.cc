#include "stream/graph/inputs.h"

#include <fmt/format.h>

#include <algorithm>

#include "stream/runtime/values_source.h"

namespace deltastream::stream {
namespace {

bool same_column(const engine::SourceColumn& a, const engine::SourceColumn& b) {
  return a.metadata == b.metadata && a.path == b.path && a.type == b.type;
}

// The index of a column among those to be read; appended when it is not there yet.
size_t index_of(std::vector<engine::SourceColumn>& columns, const engine::SourceColumn& wanted) {
  for (size_t i = 0; i < columns.size(); i++) {
    if (same_column(columns[i], wanted)) return i;
  }
  columns.push_back(wanted);
  return columns.size() - 1;
}

}  // namespace

Result<Inputs> Inputs::open(const std::vector<JobPart>& parts, const JobOptions& options) {
  Inputs inputs;
  for (size_t i = 0; i < parts.size(); i++) {
    size_t number = 0;
    DS_RETURN_IF_ERROR(inputs.add(parts[i], i, *parts[i].plan->root, {}, number, options));
    DS_RETURN_IF_ERROR(inputs.open_tables(i, options));
  }
  DS_RETURN_IF_ERROR(inputs.discover());
  return inputs;
}

Status Inputs::add(const JobPart& part, size_t part_number, const engine::PlanNode& node, Place place, size_t& number,
                   const JobOptions& options) {
  const std::string key = fmt::format("{}/{}", part.sink_name, number++);
  switch (node.kind) {
    case engine::NodeKind::kSource:
    case engine::NodeKind::kValues: {
      Input input;
      input.key = key;
      input.node = &node;
      input.part = part_number;
      input.streamed = place.streamed;
      input.keeps_rows = place.keeps_rows && place.streamed;
      input.columns.node.assign(node.types.begin(), node.types.end());
      if (node.kind == engine::NodeKind::kValues) {
        input.source = make_values_source(node, options.batch_rows);
        input.columns.read = input.columns.node;
      } else {
        auto found = part.sources.find(node.table);
        if (found == part.sources.end()) return internal(fmt::format("the plan of sink '{}' reads table '{}', which has no source", part.sink_name, node.table));
        input.table = node.table;
        input.source = found->second;
      }
      inputs_.emplace(&node, std::move(input));
      return {};
    }
    case engine::NodeKind::kBroadcastJoin: {
      if (node.children.size() != 2) return internal("a join has not two inputs");
      DS_RETURN_IF_ERROR(add(part, part_number, *node.children[0], place, number, options));
      return add(part, part_number, *node.children[1], {false, false}, number, options);
    }
    case engine::NodeKind::kWindowAggregate:
      if (place.streamed) operator_keys_.emplace(&node, key);
      place.keeps_rows = false;
      break;
    default: break;
  }
  for (const auto& child : node.children) DS_RETURN_IF_ERROR(add(part, part_number, *child, place, number, options));
  return {};
}

Status Inputs::open_tables(size_t part_number, const JobOptions& options) {
  std::map<std::string, std::vector<Input*>> by_table;
  for (auto& [node, input] : inputs_) {
    if (input.part == part_number && node->kind == engine::NodeKind::kSource) by_table[input.table].push_back(&input);
  }
  for (auto& [table, places] : by_table) {
    // The order of the map of nodes is that of addresses.
    std::sort(places.begin(), places.end(), [](const Input* a, const Input* b) { return a->key < b->key; });
    SourceRequest request;
    request.batch_rows = std::clamp<size_t>(options.batch_rows, 1, kChunkRows);
    for (Input* input : places) {
      for (const engine::SourceColumn& column : input->node->columns) input->columns.chosen.push_back(index_of(request.columns, column));
    }
    duckdb::vector<LogicalType> read;
    for (const engine::SourceColumn& column : request.columns) read.push_back(column.type);
    for (Input* input : places) {
      input->columns.read = read;
      bool as_they_stand = input->columns.chosen.size() == read.size();
      for (size_t i = 0; as_they_stand && i < read.size(); i++) as_they_stand = input->columns.chosen[i] == i;
      if (as_they_stand) input->columns.chosen.clear();
    }
    metrics_.push_back({table, std::make_unique<EndpointMetrics>()});
    request.metrics = metrics_.back().metrics.get();
    DS_RETURN_IF_ERROR(places[0]->source->open(request));
  }
  return {};
}

Status Inputs::discover() {
  for (auto& [node, input] : inputs_) {
    DS_ASSIGN_OR_RETURN(input.splits, input.source->discover());
  }
  return {};
}

Status Inputs::resume(const std::vector<SplitState>& splits) {
  std::map<std::string, Source*> sources;
  std::map<Source*, std::map<std::string, SplitPosition>> positions;
  for (const auto& [node, input] : inputs_) {
    sources[input.key] = input.source.get();
    if (input.streamed) positions[input.source.get()];
  }
  for (const SplitState& split : splits) {
    auto source = sources.find(split.source);
    if (source == sources.end()) continue;
    auto [place, fresh] = positions[source->second].try_emplace(split.split.id, split.position);
    if (!fresh && split.position.offset < place->second.offset) place->second = split.position;
  }
  for (const auto& [source, restored] : positions) DS_RETURN_IF_ERROR(source->resume(restored));
  return discover();
}

bool Inputs::bounded() const {
  return std::all_of(inputs_.begin(), inputs_.end(), [](const auto& entry) { return !entry.second.streamed || entry.second.source->bounded(); });
}

bool Inputs::event_time(size_t part) const {
  return std::any_of(inputs_.begin(), inputs_.end(),
                     [&](const auto& entry) { return entry.second.part == part && entry.second.streamed && entry.first->watermark; });
}

}  // namespace deltastream::stream
