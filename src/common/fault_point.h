#pragma once
// Named places where a process can be made to die, so that a test kills it exactly there instead of sleeping.
// DELTASTREAM_KILL_AT="name:n" raises SIGKILL on this process the n-th time (from 1) that the point is passed.
// A point costs one relaxed load when the variable is not set. Known points: checkpoint-stored, before-commit,
// after-commit, source-batch (after every batch read by any source), before-checkpoint.

#include <string_view>

namespace deltastream {

void fault_point(std::string_view name);

}  // namespace deltastream
