#include "delta/files/memory_block.h"

#include <sys/mman.h>
#include <time.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <new>

namespace deltastream::delta {
namespace {

constexpr size_t kHugePageBytes = 2 << 20;
// A huge page takes 0.2 ms, as many small pages take 0.7 ms. Where the kernel has to make room for one first, or the host of a virtual
// machine to give the memory, it can take 4 ms: then do without for some blocks, and for more each time that the next try is slow too.
constexpr int64_t kSlowNs = 1'000'000;
constexpr int kFewBlocks = 4, kManyBlocks = 256;
std::atomic<int> blocks_without{0}, next_without{kFewBlocks};

void do_without() {
  const int blocks = next_without.load(std::memory_order_relaxed);
  blocks_without.store(blocks, std::memory_order_relaxed);
  next_without.store(std::min(blocks * 4, kManyBlocks), std::memory_order_relaxed);
}

int64_t thread_cpu_ns() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<int64_t>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}

char* map(size_t bytes) {
  void* mapped = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) throw std::bad_alloc();
  return static_cast<char*>(mapped);
}

bool begins_huge_page(const char* at) { return reinterpret_cast<uintptr_t>(at) % kHugePageBytes == 0; }

// Begins where a huge page can.
char* map_aligned(size_t bytes) {
  char* mapped = map(bytes);
  if (begins_huge_page(mapped)) return mapped;
  munmap(mapped, bytes);
  mapped = map(bytes + kHugePageBytes);
  char* begin = mapped + (kHugePageBytes - reinterpret_cast<uintptr_t>(mapped) % kHugePageBytes) % kHugePageBytes;
  if (begin > mapped) munmap(mapped, static_cast<size_t>(begin - mapped));
  munmap(begin + bytes, static_cast<size_t>(mapped + kHugePageBytes - begin));
  return begin;
}

// All of this is a hint: where the kernel does not know it, only time is lost.
void populate(char* block, size_t bytes) {
#ifdef MADV_POPULATE_WRITE
  bool huge = blocks_without.load(std::memory_order_relaxed) <= 0;
  if (!huge) blocks_without.fetch_sub(1, std::memory_order_relaxed);
  if (huge) (void)madvise(block, bytes, MADV_HUGEPAGE);
  for (size_t at = 0; at < bytes; at += kHugePageBytes) {
    const int64_t start = huge ? thread_cpu_ns() : 0;
    (void)madvise(block + at, std::min(kHugePageBytes, bytes - at), MADV_POPULATE_WRITE);
    if (!huge) continue;
    if (thread_cpu_ns() - start <= kSlowNs) {
      next_without.store(kFewBlocks, std::memory_order_relaxed);
      continue;
    }
    huge = false;
    do_without();
    (void)madvise(block, bytes, MADV_NOHUGEPAGE);
  }
#else
  (void)block;
  (void)bytes;
#endif
}

}  // namespace

MemoryBlock::MemoryBlock(size_t bytes) : bytes_(bytes) {
  if (bytes >= kLargeBytes) {
    data_ = map_aligned(bytes);
    populate(data_, bytes);
  } else {
    data_ = static_cast<char*>(std::calloc(bytes, 1));
    if (!data_ && bytes > 0) throw std::bad_alloc();
  }
}

MemoryBlock::~MemoryBlock() {
  if (bytes_ >= kLargeBytes) {
    munmap(data_, bytes_);
  } else {
    std::free(data_);
  }
}

}  // namespace deltastream::delta
