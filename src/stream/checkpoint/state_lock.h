#pragma once
// One running job a state folder. The lock belongs to the open file and is gone when the process is, however it ends, so a
// killed job leaves none behind. Advisory, by flock(2): state folders on a shared disk need one that supports it.

#include <memory>
#include <string>

#include "common/environment.h"
#include "common/result.h"

namespace deltastream::stream {

class StateLock {
 public:
  // Creates the folder. conflict: another job holds it; says which process.
  static Result<std::unique_ptr<StateLock>> acquire(const std::string& folder, const std::string& pipeline, const Environment& environment);
  ~StateLock();
  StateLock(const StateLock&) = delete;
  StateLock& operator=(const StateLock&) = delete;

 private:
  explicit StateLock(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace deltastream::stream
