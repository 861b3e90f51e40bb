#pragma once
// Memory in pages of 2 MB where the system has them: large structures that are filled at once, and looked into all over, spend much of
// their time on the small ones. Thread-safe. Freed by std::free.

#include <cstdlib>
#include <new>
#include <sys/mman.h>

namespace deltastream::delta {

struct HugePages {
  static constexpr std::size_t kBytes = 2 << 20;

  // Rounded up to whole pages; nullptr when there is no memory.
  static void* allocate(std::size_t bytes) {
    bytes = (bytes + kBytes - 1) / kBytes * kBytes;
    void* memory = std::aligned_alloc(kBytes, bytes);
#ifdef MADV_HUGEPAGE
    if (memory) (void)madvise(memory, bytes, MADV_HUGEPAGE);  // a hint: where it is not taken, only time is lost
#endif
    return memory;
  }

  // Of containers: what is smaller than a page comes from the heap as ever.
  template <class T>
  struct Allocator {
    using value_type = T;
    Allocator() = default;
    template <class Other>
    Allocator(const Allocator<Other>&) {}  // NOLINT: implicit as the standard asks
    T* allocate(std::size_t count) {
      if (count > PTRDIFF_MAX / sizeof(T)) throw std::bad_array_new_length();
      const std::size_t bytes = count * sizeof(T);
      void* memory = bytes >= kBytes ? HugePages::allocate(bytes) : std::malloc(bytes);
      if (!memory) throw std::bad_alloc();
      return static_cast<T*>(memory);
    }
    void deallocate(T* memory, std::size_t) { std::free(memory); }
    bool operator==(const Allocator&) const { return true; }
  };
};

}  // namespace deltastream::delta
