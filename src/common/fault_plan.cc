#include "common/fault_plan.h"

#include <unistd.h>

#include <csignal>

namespace deltastream {

void FaultCounter::set(FaultPlan plan) {
  std::lock_guard lock(mutex_);
  plan_ = std::move(plan);
  calls_.clear();
  total_ = struck_ = 0;
}

Fault FaultCounter::next(std::string_view operation) {
  std::lock_guard lock(mutex_);
  auto found = calls_.find(operation);
  if (found == calls_.end()) found = calls_.emplace(operation, 0).first;
  uint64_t of_operation = ++found->second;
  uint64_t of_all = ++total_;
  if (plan_.at == 0 || (!plan_.operation.empty() && plan_.operation != operation)) return Fault::kNone;
  uint64_t number = plan_.operation.empty() ? of_all : of_operation;
  if (number != plan_.at && !(plan_.from_then_on && number > plan_.at)) return Fault::kNone;
  struck_++;
  if (plan_.fault == Fault::kKill) {
    ::kill(::getpid(), SIGKILL);
    for (;;) ::pause();
  }
  if (plan_.fault == Fault::kDelay) {
    if (clock_) clock_->advance_us(plan_.delay_us);
    return Fault::kNone;
  }
  return plan_.fault;
}

uint64_t FaultCounter::calls(const std::string& operation) const {
  std::lock_guard lock(mutex_);
  if (operation.empty()) return total_;
  auto found = calls_.find(operation);
  return found == calls_.end() ? 0 : found->second;
}

uint64_t FaultCounter::struck() const {
  std::lock_guard lock(mutex_);
  return struck_;
}

}  // namespace deltastream
