#include "storage/faulty.h"

#include <cerrno>

namespace deltastream::storage {
namespace {

Error injected(Fault fault, std::string_view operation, const std::string& path, bool commits) {
  if (fault == Fault::kAnswerLost && commits) {
    return commit_state_unknown("injected: the answer to " + std::string(operation) + " of '" + path + "' was lost");
  }
  bool full = fault == Fault::kNoSpace || fault == Fault::kShortWrite;
  return error_from_errno(full ? ENOSPC : EIO, operation, path).add_context("injected");
}

// Runs the call unless the plan strikes it; a lost answer comes after the effect.
template <class Call>
auto guarded(FaultCounter& faults, std::string_view operation, const std::string& path, bool commits, Call call) -> decltype(call()) {
  Fault fault = faults.next(operation);
  if (fault == Fault::kNone) return call();
  if (fault == Fault::kAnswerLost) {
    // An error of the store itself is an answer, and it is the one that is lost.
    auto effect = call();
    if (!effect.ok() && !commits) return effect;
  }
  return injected(fault, operation, path, commits);
}

class FaultyWriter final : public ObjectWriter {
 public:
  FaultyWriter(std::unique_ptr<ObjectWriter> inner, std::string path, FaultCounter& faults)
      : inner_(std::move(inner)), path_(std::move(path)), faults_(faults) {}

  Status append(std::string_view bytes) override {
    Fault fault = faults_.next("append");
    if (fault == Fault::kNone) return inner_->append(bytes);
    if (fault == Fault::kAnswerLost) (void)inner_->append(bytes);
    if (fault == Fault::kShortWrite) (void)inner_->append(bytes.substr(0, bytes.size() / 2));
    return injected(fault, "append", path_, false);
  }
  Result<ObjectMeta> finish() override {
    return guarded(faults_, "finish", path_, true, [&] { return inner_->finish(); });
  }

 private:
  std::unique_ptr<ObjectWriter> inner_;
  std::string path_;
  FaultCounter& faults_;
};

}  // namespace

Result<ObjectMeta> FaultyStore::head(const std::string& path) {
  return guarded(faults_, "head", path, false, [&] { return inner_->head(path); });
}
Result<std::string> FaultyStore::get(const std::string& path) {
  return guarded(faults_, "get", path, false, [&] { return inner_->get(path); });
}
Status FaultyStore::get_range(const std::string& path, uint64_t offset, std::span<char> buffer) {
  return guarded(faults_, "get_range", path, false, [&] { return inner_->get_range(path, offset, buffer); });
}
Status FaultyStore::put(const std::string& path, std::string_view bytes) {
  return guarded(faults_, "put", path, true, [&] { return inner_->put(path, bytes); });
}
Status FaultyStore::put_if_absent(const std::string& path, std::string_view bytes) {
  return guarded(faults_, "put_if_absent", path, true, [&] { return inner_->put_if_absent(path, bytes); });
}
Result<std::unique_ptr<ObjectWriter>> FaultyStore::open_writer(const std::string& path) {
  return guarded(faults_, "open_writer", path, false, [&]() -> Result<std::unique_ptr<ObjectWriter>> {
    DS_ASSIGN_OR_RETURN(auto writer, inner_->open_writer(path));
    return std::unique_ptr<ObjectWriter>(std::make_unique<FaultyWriter>(std::move(writer), path, faults_));
  });
}
Result<std::vector<ObjectMeta>> FaultyStore::list(const std::string& prefix, const std::string& start_at) {
  return guarded(faults_, "list", prefix, false, [&] { return inner_->list(prefix, start_at); });
}
Status FaultyStore::remove(const std::string& path) {
  return guarded(faults_, "remove", path, false, [&] { return inner_->remove(path); });
}

}  // namespace deltastream::storage
