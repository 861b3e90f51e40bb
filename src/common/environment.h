#pragma once
// What a component needs of the world, handed in: clock, randomness, files, the log. Copies are cheap (pointers).
// The defaults are the machine's own; tests hand in their own parts.

#include "common/clock.h"
#include "common/files.h"
#include "common/logger.h"
#include "common/random.h"

namespace deltastream {

struct Environment {
  const Clock* clock = &system_clock();
  Random* random = &system_random();
  Files* files = &system_files();
  Logger* logger = &stderr_logger();
};

}  // namespace deltastream
