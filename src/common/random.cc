#include "common/random.h"

#include <cstdio>
#include <mutex>
#include <random>

namespace deltastream {
namespace {

class EngineRandom final : public Random {
 public:
  explicit EngineRandom(uint64_t seed) : engine_(seed) {}
  uint64_t next() override {
    std::lock_guard lock(mutex_);
    return engine_();
  }

 private:
  std::mutex mutex_;
  std::mt19937_64 engine_;
};

}  // namespace

std::string Random::uuid() {
  uint64_t high = (next() & ~0xF000ULL) | 0x4000ULL;
  uint64_t low = (next() & ~(3ULL << 62)) | (2ULL << 62);
  char text[37];
  std::snprintf(text, sizeof text, "%08x-%04x-%04x-%04x-%012llx", static_cast<unsigned>(high >> 32), static_cast<unsigned>(high >> 16) & 0xFFFF,
                static_cast<unsigned>(high) & 0xFFFF, static_cast<unsigned>(low >> 48), static_cast<unsigned long long>(low & 0xFFFFFFFFFFFFULL));
  return text;
}

Random& system_random() {
  static EngineRandom random([] {
    std::random_device device;
    return (static_cast<uint64_t>(device()) << 32) | device();
  }());
  return random;
}

std::unique_ptr<Random> seeded_random(uint64_t seed) { return std::make_unique<EngineRandom>(seed); }

}  // namespace deltastream
