// Joins with a bounded side.

#include "engine/plan/broadcast_join.h"
#include "engine/plan/lowering.h"

namespace deltastream::engine::plan {

using duckdb::JoinType;

namespace {

struct Sides {
  size_t stream = 0;  // which child is the stream
  BroadcastKind kind = BroadcastKind::kInner;
};

bool is_key(duckdb::ExpressionType comparison) {
  return comparison == duckdb::ExpressionType::COMPARE_EQUAL || comparison == duckdb::ExpressionType::COMPARE_NOT_DISTINCT_FROM;
}

ExpressionPtr both(ExpressionPtr a, ExpressionPtr b) {
  if (!a) return b;
  if (!b) return a;
  return duckdb::make_uniq<duckdb::BoundConjunctionExpression>(duckdb::ExpressionType::CONJUNCTION_AND, std::move(a), std::move(b));
}

// References to one side of a pair → positions in the pair.
void shift(ExpressionPtr& expression, size_t by) {
  duckdb::ExpressionIterator::VisitExpressionMutable<duckdb::BoundReferenceExpression>(
      expression, [&](duckdb::BoundReferenceExpression& reference, ExpressionPtr&) { reference.index += by; });
}

}  // namespace

// Which side is held in memory. `bounded` are the children's.
static Sides choose_sides(const Lowering& lowering, JoinType type, bool left_bounded, bool right_bounded) {
  switch (type) {
    case JoinType::INNER:
      if (right_bounded) return {0, BroadcastKind::kInner};
      if (left_bounded) return {1, BroadcastKind::kInner};
      lowering.refuse("a join of two unbounded streams (one side must be bounded: a filesystem or delta table that is read to its end)");
    case JoinType::LEFT:
      if (right_bounded) return {0, BroadcastKind::kLeft};
      lowering.refuse("an outer join that keeps the rows of its bounded side (swap the sides, or join INNER)");
    case JoinType::RIGHT:
      if (left_bounded) return {1, BroadcastKind::kLeft};
      lowering.refuse("an outer join that keeps the rows of its bounded side (swap the sides, or join INNER)");
    case JoinType::SEMI:
    case JoinType::ANTI:
    case JoinType::MARK:
      if (!right_bounded) lowering.refuse("IN or EXISTS with a subquery over an unbounded stream");
      return {0, type == JoinType::SEMI ? BroadcastKind::kSemi : type == JoinType::ANTI ? BroadcastKind::kAnti : BroadcastKind::kMark};
    case JoinType::RIGHT_SEMI:
    case JoinType::RIGHT_ANTI:
      if (!left_bounded) lowering.refuse("IN or EXISTS with a subquery over an unbounded stream");
      return {1, type == JoinType::RIGHT_SEMI ? BroadcastKind::kSemi : BroadcastKind::kAnti};
    case JoinType::OUTER: lowering.refuse("FULL OUTER JOIN");
    default: lowering.refuse("a subquery that gives one value for each row");
  }
}

Relation Lowering::lower_join(duckdb::LogicalOperator& op, JoinType type, std::vector<JoinPart> parts, const duckdb::Expression* residual) {
  Relation sides[2] = {exact(lower(*op.children[0])), exact(lower(*op.children[1]))};
  Sides chosen = choose_sides(*this, type, sides[0].bounded, sides[1].bounded);
  Relation &stream = sides[chosen.stream], &build = sides[1 - chosen.stream];

  BroadcastSpec spec;
  spec.duckdb = duckdb_;
  spec.kind = chosen.kind;
  spec.stream_types.assign(stream.node->types.begin(), stream.node->types.end());
  spec.build_types.assign(build.node->types.begin(), build.node->types.end());
  size_t width = spec.stream_types.size();
  for (const JoinPart& part : parts) {
    const duckdb::Expression* of[2] = {part.left, part.right};
    ExpressionPtr stream_key = resolve(*of[chosen.stream], stream.bindings), build_key = resolve(*of[1 - chosen.stream], build.bindings);
    if (is_key(part.comparison)) {
      spec.stream_keys.push_back(stream_key->Copy());
      spec.build_keys.push_back(build_key->Copy());
      spec.null_is_equal.push_back(part.comparison == duckdb::ExpressionType::COMPARE_NOT_DISTINCT_FROM);
    }
    shift(build_key, width);
    ExpressionPtr left = std::move(chosen.stream == 0 ? stream_key : build_key), right = std::move(chosen.stream == 0 ? build_key : stream_key);
    spec.condition = both(std::move(spec.condition), duckdb::make_uniq<duckdb::BoundComparisonExpression>(part.comparison, std::move(left), std::move(right)));
  }
  std::vector<duckdb::ColumnBinding> pair = stream.bindings;
  pair.insert(pair.end(), build.bindings.begin(), build.bindings.end());
  if (residual) spec.condition = both(std::move(spec.condition), resolve(*residual, pair));

  Relation result;
  result.node = std::make_unique<PlanNode>();
  result.node->kind = NodeKind::kBroadcastJoin;
  result.node->types = stream.node->types;
  result.bounded = stream.bounded;
  bool pairs = spec.kind == BroadcastKind::kInner || spec.kind == BroadcastKind::kLeft;
  result.bindings = pairs ? pair : stream.bindings;
  if (pairs) result.node->types.insert(result.node->types.end(), build.node->types.begin(), build.node->types.end());
  if (spec.kind == BroadcastKind::kMark) {
    result.node->types.push_back(LogicalType::BOOLEAN);
    result.bindings.emplace_back(op.Cast<duckdb::LogicalJoin>().mark_index, 0);
  }
  result.node->join = make_broadcast_join(std::move(spec));
  result.node->children.push_back(std::move(stream.node));
  result.node->children.push_back(std::move(build.node));
  return result;
}

Relation Lowering::lower_comparison_join(duckdb::LogicalComparisonJoin& join) {
  std::vector<JoinPart> parts;
  for (const auto& condition : join.conditions) parts.push_back({condition.left.get(), condition.right.get(), condition.comparison});
  return lower_join(join, join.join_type, std::move(parts), join.predicate.get());
}

Relation Lowering::lower_any_join(duckdb::LogicalAnyJoin& join) { return lower_join(join, join.join_type, {}, join.condition.get()); }

Relation Lowering::lower_cross_product(duckdb::LogicalOperator& product) { return lower_join(product, JoinType::INNER, {}, nullptr); }

}  // namespace deltastream::engine::plan
