#pragma once
// A store that fails as a plan says: for tests of everything that stands on stores. Wraps another store and counts calls;
// operations are named as the methods of ObjectStore and ObjectWriter ("put_if_absent", "append", "finish" …).
// A short write leaves half of an append in the unfinished object; on the calls that are atomic it acts as ENOSPC.
// A lost answer is commit state unknown on put, put_if_absent and finish, and unavailable elsewhere.
// Thread-safe as the wrapped store is. Must outlive its writers.

#include <memory>

#include "common/fault_plan.h"
#include "storage/object_store.h"

namespace deltastream::storage {

class FaultyStore final : public ObjectStore {
 public:
  explicit FaultyStore(std::shared_ptr<ObjectStore> inner, ManualClock* clock = nullptr) : inner_(std::move(inner)), faults_(clock) {}
  FaultCounter& faults() { return faults_; }

  Result<ObjectMeta> head(const std::string& path) override;
  Result<std::string> get(const std::string& path) override;
  Status get_range(const std::string& path, uint64_t offset, std::span<char> buffer) override;
  Status put(const std::string& path, std::string_view bytes) override;
  Status put_if_absent(const std::string& path, std::string_view bytes) override;
  Result<std::unique_ptr<ObjectWriter>> open_writer(const std::string& path) override;
  Result<std::vector<ObjectMeta>> list(const std::string& prefix, const std::string& start_at = "") override;
  Status remove(const std::string& path) override;
  std::string describe() const override { return inner_->describe(); }
  std::optional<std::string> local_folder() const override { return inner_->local_folder(); }

 private:
  std::shared_ptr<ObjectStore> inner_;
  FaultCounter faults_;
};

}  // namespace deltastream::storage
