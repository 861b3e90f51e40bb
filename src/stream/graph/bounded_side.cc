#include "stream/graph/bounded_side.h"

#include <fmt/format.h>

#include <chrono>
#include <thread>

#include "common/exception.h"
#include "duckdb/common/allocator.hpp"

namespace deltastream::stream {
namespace {

using Emit = std::function<Status(DataChunk&)>;

// A bounded source that has nothing just now is asked again after this time.
constexpr std::chrono::milliseconds kIdlePause(5);

class Reader {
 public:
  Reader(const Inputs& inputs, const std::function<bool()>& stopped) : inputs_(inputs), stopped_(stopped) {}

  Result<std::shared_ptr<engine::JoinTable>> build(const engine::PlanNode& join) {
    std::shared_ptr<engine::JoinTable> table = join.join->make_table();
    DS_RETURN_IF_ERROR(read(*join.children[1], [&](DataChunk& rows) { return table->build(rows); }));
    DS_RETURN_IF_ERROR(table->finish_build());
    return table;
  }

 private:
  Status read(const engine::PlanNode& node, const Emit& emit) {
    const Emit non_empty = [&](DataChunk& rows) { return rows.size() == 0 ? Status() : emit(rows); };
    switch (node.kind) {
      case engine::NodeKind::kSource:
      case engine::NodeKind::kValues: return read_source(inputs_.of(node), non_empty);
      case engine::NodeKind::kFilter: {
        DS_ASSIGN_OR_RETURN(auto executor, node.filter->make_executor());
        return read(*node.children[0], [&](DataChunk& rows) -> Status {
          DS_RETURN_IF_ERROR(executor->execute(rows));
          return non_empty(rows);
        });
      }
      case engine::NodeKind::kProject: {
        DS_ASSIGN_OR_RETURN(auto executor, node.projection->make_executor());
        DataChunk out;
        DS_TRY_DUCKDB({
          const auto& types = node.projection->types();
          out.Initialize(duckdb::Allocator::DefaultAllocator(), duckdb::vector<LogicalType>(types.begin(), types.end()));
        })
        return read(*node.children[0], [&](DataChunk& rows) -> Status {
          DS_RETURN_IF_ERROR(executor->execute(rows, out));
          return non_empty(out);
        });
      }
      case engine::NodeKind::kExpand: {
        DS_ASSIGN_OR_RETURN(auto executor, node.expand->make_executor());
        return read(*node.children[0], [&](DataChunk& rows) { return executor->execute(rows, non_empty); });
      }
      case engine::NodeKind::kUnionAll:
        for (const auto& child : node.children) DS_RETURN_IF_ERROR(read(*child, emit));
        return {};
      case engine::NodeKind::kBroadcastJoin: {
        DS_ASSIGN_OR_RETURN(auto table, build(node));
        DS_ASSIGN_OR_RETURN(auto probe, table->make_probe());
        return read(*node.children[0], [&](DataChunk& rows) { return probe->execute(rows, non_empty); });
      }
      case engine::NodeKind::kWindowAggregate: {
        DS_ASSIGN_OR_RETURN(auto aggregator, node.aggregation->make_aggregator());
        DS_RETURN_IF_ERROR(read(*node.children[0], [&](DataChunk& rows) { return aggregator->add(rows); }));
        return aggregator->advance(engine::kMaxWatermark, non_empty);
      }
    }
    return internal("an unknown node stands in the plan");
  }

  Status read_source(const Input& input, const Emit& emit) {
    if (!input.source->bounded()) return internal(fmt::format("table '{}' is joined as a bounded side, but it never ends", input.table));
    DataChunk rows, chosen;
    DS_TRY_DUCKDB({
      rows.Initialize(duckdb::Allocator::DefaultAllocator(), input.columns.read);
      chosen.InitializeEmpty(input.columns.node);
    })
    for (const Split& split : input.splits) {
      DS_ASSIGN_OR_RETURN(auto reader, input.source->open_split(split, std::nullopt));
      for (ReadState state = ReadState::kData; state != ReadState::kEnd;) {
        if (stopped_()) return cancelled("asked to stop while a joined table was being read");
        DS_ASSIGN_OR_RETURN(state, reader->read(rows));
        if (rows.size() == 0) {
          if (state == ReadState::kIdle) std::this_thread::sleep_for(kIdlePause);
          continue;
        }
        if (input.columns.chosen.empty()) {
          DS_RETURN_IF_ERROR(emit(rows));
          continue;
        }
        DS_TRY_DUCKDB({ chosen.ReferenceColumns(rows, input.columns.chosen); })
        DS_RETURN_IF_ERROR(emit(chosen));
      }
    }
    return {};
  }

  const Inputs& inputs_;
  const std::function<bool()>& stopped_;
};

}  // namespace

Status build_join_tables(const engine::PlanNode& root, const Inputs& inputs, const std::function<bool()>& stopped, JoinTables& tables) {
  if (root.kind == engine::NodeKind::kBroadcastJoin) {
    DS_ASSIGN_OR_RETURN(tables[&root], Reader(inputs, stopped).build(root));
    return build_join_tables(*root.children[0], inputs, stopped, tables);
  }
  for (const auto& child : root.children) DS_RETURN_IF_ERROR(build_join_tables(*child, inputs, stopped, tables));
  return {};
}

}  // namespace deltastream::stream
