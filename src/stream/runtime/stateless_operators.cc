#include "stream/runtime/stateless_operators.h"

#include "common/exception.h"
#include "duckdb/common/allocator.hpp"

namespace deltastream::stream {
namespace {

class FilterOperator final : public Operator {
 public:
  FilterOperator(std::unique_ptr<engine::FilterExecutor> executor, std::unique_ptr<Operator> next)
      : Operator(std::move(next)), executor_(std::move(executor)) {}
  Status process(DataChunk& rows) override {
    DS_RETURN_IF_ERROR(executor_->execute(rows));
    return pass(rows);
  }

 private:
  std::unique_ptr<engine::FilterExecutor> executor_;
};

class ProjectionOperator final : public Operator {
 public:
  ProjectionOperator(std::unique_ptr<engine::ProjectionExecutor> executor, std::unique_ptr<Operator> next)
      : Operator(std::move(next)), executor_(std::move(executor)) {}
  DataChunk& out() { return out_; }
  Status process(DataChunk& rows) override {
    DS_RETURN_IF_ERROR(executor_->execute(rows, out_));
    return pass(out_);
  }

 private:
  std::unique_ptr<engine::ProjectionExecutor> executor_;
  DataChunk out_;
};

class ExpandOperator final : public Operator {
 public:
  ExpandOperator(std::unique_ptr<engine::ExpandExecutor> executor, std::unique_ptr<Operator> next)
      : Operator(std::move(next)), executor_(std::move(executor)), emit_([this](DataChunk& rows) { return pass(rows); }) {}
  Status process(DataChunk& rows) override { return executor_->execute(rows, emit_); }

 private:
  std::unique_ptr<engine::ExpandExecutor> executor_;
  const std::function<Status(DataChunk&)> emit_;
};

}  // namespace

Result<std::unique_ptr<Operator>> make_filter(const engine::Filter& filter, std::unique_ptr<Operator> next) {
  DS_ASSIGN_OR_RETURN(auto executor, filter.make_executor());
  return std::unique_ptr<Operator>(std::make_unique<FilterOperator>(std::move(executor), std::move(next)));
}

Result<std::unique_ptr<Operator>> make_projection(const engine::Projection& projection, std::unique_ptr<Operator> next) {
  DS_ASSIGN_OR_RETURN(auto executor, projection.make_executor());
  auto made = std::make_unique<ProjectionOperator>(std::move(executor), std::move(next));
  DS_TRY_DUCKDB({
    duckdb::vector<LogicalType> types;
    for (const LogicalType& type : projection.types()) types.push_back(type);
    made->out().Initialize(duckdb::Allocator::DefaultAllocator(), types);
  })
  return std::unique_ptr<Operator>(std::move(made));
}

std::unique_ptr<Operator> make_expand(std::unique_ptr<engine::ExpandExecutor> executor, std::unique_ptr<Operator> next) {
  return std::make_unique<ExpandOperator>(std::move(executor), std::move(next));
}

}  // namespace deltastream::stream
