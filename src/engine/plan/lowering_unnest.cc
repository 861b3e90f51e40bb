// UNNEST, in the list of SELECT or in FROM.

#include "engine/plan/lowering.h"
#include "engine/plan/unnest_expand.h"

namespace deltastream::engine::plan {

Relation Lowering::unnested(Relation input, Expressions lists, duckdb::idx_t table_index) const {
  Relation result;
  result.bounded = input.bounded;
  result.bindings = input.bindings;
  result.node = std::make_unique<PlanNode>();
  result.node->kind = NodeKind::kExpand;
  result.node->types = input.node->types;
  for (size_t i = 0; i < lists.size(); i++) {
    result.node->types.push_back(duckdb::ListType::GetChildType(lists[i]->return_type));
    result.bindings.emplace_back(table_index, i);
  }
  result.node->expand = make_unnest(duckdb_, input.node->types, std::move(lists));
  result.node->children.push_back(std::move(input.node));
  return result;
}

Relation Lowering::lower_unnest(duckdb::LogicalUnnest& unnest) {
  Relation input = exact(lower(*unnest.children[0]));
  Expressions lists;
  for (const auto& expression : unnest.expressions) lists.push_back(resolve(*expression->Cast<duckdb::BoundUnnestExpression>().child, input.bindings));
  return unnested(std::move(input), std::move(lists), unnest.unnest_index);
}

// The table function: its argument is the first column of what it is over.
Relation Lowering::lower_unnest_call(duckdb::LogicalGet& get) {
  Relation input = exact(lower(*get.children[0]));
  duckdb::BoundColumnRefExpression list(get.children[0]->types[0], get.children[0]->GetColumnBindings()[0]);
  Expressions lists;
  lists.push_back(resolve(list, input.bindings));
  return unnested(std::move(input), std::move(lists), get.table_index);
}

}  // namespace deltastream::engine::plan
