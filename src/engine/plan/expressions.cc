#include "engine/plan/expressions.h"

#include "common/exception.h"

namespace deltastream::engine::plan {
namespace {

// What all executors of one list share.
struct ExpressionList {
  std::shared_ptr<const DuckDbInstance> duckdb;
  Expressions expressions;
  duckdb::vector<LogicalType> types;
};

class ListProjectionExecutor final : public ProjectionExecutor {
 public:
  explicit ListProjectionExecutor(std::shared_ptr<const ExpressionList> list)
      : list_(std::move(list)), executor_(list_->duckdb->context(), list_->expressions) {}

  Status execute(DataChunk& in, DataChunk& out) override {
    DS_TRY_DUCKDB({
      prepare_chunk(out, list_->types);
      executor_.Execute(in, out);
    })
    return {};
  }

 private:
  std::shared_ptr<const ExpressionList> list_;
  duckdb::ExpressionExecutor executor_;
};

class ListProjection final : public Projection {
 public:
  explicit ListProjection(std::shared_ptr<ExpressionList> list)
      : list_(std::move(list)), types_(list_->types.begin(), list_->types.end()) {}

  const std::vector<LogicalType>& types() const override { return types_; }
  Result<std::unique_ptr<ProjectionExecutor>> make_executor() const override {
    DS_TRY_DUCKDB(return std::unique_ptr<ProjectionExecutor>(std::make_unique<ListProjectionExecutor>(list_));)
  }
  std::string to_string() const override { return describe_expressions(list_->expressions); }

 private:
  std::shared_ptr<const ExpressionList> list_;
  std::vector<LogicalType> types_;
};

class ListFilterExecutor final : public FilterExecutor {
 public:
  explicit ListFilterExecutor(std::shared_ptr<const ExpressionList> list)
      : list_(std::move(list)), executor_(list_->duckdb->context(), *list_->expressions[0]) {}

  Status execute(DataChunk& chunk) override {
    if (chunk.size() == 0) return {};
    DS_TRY_DUCKDB({
      // The slice keeps the selection, so each call has its own.
      duckdb::SelectionVector selected(STANDARD_VECTOR_SIZE);
      duckdb::idx_t count = executor_.SelectExpression(chunk, selected);
      if (count == chunk.size()) return {};
      if (count == 0) {
        chunk.SetCardinality(0);
      } else {
        chunk.Slice(selected, count);
      }
    })
    return {};
  }

 private:
  std::shared_ptr<const ExpressionList> list_;
  duckdb::ExpressionExecutor executor_;
};

class ListFilter final : public Filter {
 public:
  explicit ListFilter(std::shared_ptr<const ExpressionList> list) : list_(std::move(list)) {}
  Result<std::unique_ptr<FilterExecutor>> make_executor() const override {
    DS_TRY_DUCKDB(return std::unique_ptr<FilterExecutor>(std::make_unique<ListFilterExecutor>(list_));)
  }
  std::string to_string() const override { return describe_expressions(list_->expressions); }

 private:
  std::shared_ptr<const ExpressionList> list_;
};

std::shared_ptr<ExpressionList> make_list(std::shared_ptr<const DuckDbInstance> duckdb, Expressions expressions) {
  auto list = std::make_shared<ExpressionList>();
  list->duckdb = std::move(duckdb);
  for (auto& expression : expressions) list->types.push_back(expression->return_type);
  list->expressions = std::move(expressions);
  return list;
}

}  // namespace

std::shared_ptr<const Projection> make_projection(std::shared_ptr<const DuckDbInstance> duckdb, Expressions expressions) {
  return std::make_shared<ListProjection>(make_list(std::move(duckdb), std::move(expressions)));
}

std::shared_ptr<const Filter> make_filter(std::shared_ptr<const DuckDbInstance> duckdb, Expressions expressions) {
  if (expressions.size() > 1) {
    auto all = duckdb::make_uniq<duckdb::BoundConjunctionExpression>(duckdb::ExpressionType::CONJUNCTION_AND);
    all->children = std::move(expressions);
    expressions.clear();
    expressions.push_back(std::move(all));
  }
  return std::make_shared<ListFilter>(make_list(std::move(duckdb), std::move(expressions)));
}

std::string describe_expressions(const Expressions& expressions) {
  std::string text;
  for (const auto& expression : expressions) {
    if (!text.empty()) text += ", ";
    text += expression->ToString();
  }
  return text;
}

void prepare_chunk(DataChunk& chunk, const duckdb::vector<LogicalType>& types) {
  if (chunk.ColumnCount() == 0 && !types.empty()) {
    chunk.Initialize(duckdb::Allocator::DefaultAllocator(), types);
  } else {
    chunk.Reset();
  }
}

}  // namespace deltastream::engine::plan
