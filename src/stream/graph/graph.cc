#include "stream/graph/graph.h"

#include "common/exception.h"

namespace deltastream::stream {

void Graph::run(Task& task) {
  auto status = [&]() -> Status {
    DS_TRY_DUCKDB({ return task.run(); })
  }();
  if (!status.ok()) control_.fail(std::move(status).error());
}

void Graph::start() {
  for (auto* list : {&tasks_, &discoveries_}) {
    for (auto& task : *list) threads_.emplace_back([this, &task] { run(*task); });
  }
}

void Graph::join() {
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

Graph::~Graph() {
  if (threads_.empty()) return;
  control_.cancel();
  join();
}

}  // namespace deltastream::stream
