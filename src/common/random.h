#pragma once
// Randomness comes through here, so that a seed repeats a run. Thread-safe.

#include <cstdint>
#include <memory>
#include <string>

namespace deltastream {

class Random {
 public:
  virtual ~Random() = default;
  virtual uint64_t next() = 0;
  // A version 4 UUID in its 36-character form.
  std::string uuid();
};

// Seeded from the operating system.
Random& system_random();
// The same sequence for the same seed.
std::unique_ptr<Random> seeded_random(uint64_t seed);

}  // namespace deltastream
