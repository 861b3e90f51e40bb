#pragma once
// What follows a commit but must not delay it: the version checksum, and a checkpoint every delta.checkpointInterval
// versions. One background thread; failures are logged as warnings and tried again with the next version.
// committed() is called by the writer's thread and only copies what it needs; drain() waits until all is written.
// Destruction finishes the piece at hand and drops the rest, which costs nothing but a later reader's time.

#include <memory>

#include "common/environment.h"
#include "delta/snapshot.h"

namespace deltastream::delta {

class Maintenance {
 public:
  explicit Maintenance(const Environment& environment = {});
  ~Maintenance();
  Maintenance(const Maintenance&) = delete;
  Maintenance& operator=(const Maintenance&) = delete;

  // `table` stands at the version just committed.
  void committed(const Snapshot& table);
  void drain();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace deltastream::delta
