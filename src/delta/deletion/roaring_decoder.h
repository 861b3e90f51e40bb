#pragma once
// Reads roaring bitmaps, 64-bit as the protocol lays them out, from bytes that nobody vouches for: every length, order
// and count is checked. One use per object. Errors: corrupt, saying what does not agree.

#include "delta/deletion_vector.h"

namespace deltastream::delta {

class RoaringDecoder {
 public:
  explicit RoaringDecoder(std::string_view bytes) : rest_(bytes) {}
  Result<DeletionVector> decode();

 private:
  template <class Integer>
  bool take(Integer& value);
  Status portable();
  Status native(bool big_endian);
  // One standard 32-bit bitmap, whose rows get `bucket` as their upper 32 bits.
  Status bitmap(uint64_t bucket);
  Status container(uint64_t high, uint32_t cardinality, bool is_ranges);
  Status read_list(DeletionVector::Block& block, uint32_t cardinality);
  Status read_bits(DeletionVector::Block& block, uint32_t cardinality);
  Status read_ranges(DeletionVector::Block& block, uint32_t cardinality);

  std::string_view rest_;
  DeletionVector vector_;
};

}  // namespace deltastream::delta
