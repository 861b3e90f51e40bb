#pragma once
// The rows of a file that are deleted: decoded from a file or from the log itself. Immutable after reading; shared by
// threads. Errors: corrupt when version, size, checksum, magic or cardinality do not agree, naming the vector.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"
#include "delta/actions.h"
#include "storage/object_store.h"

namespace deltastream::delta {

class DeletionVector {
 public:
  // The bitmap bytes of the protocol: magic, then 64-bit roaring in portable form (or the older native form).
  static Result<DeletionVector> parse(std::string_view bytes);

  // From rows in ascending order, each once.
  static DeletionVector from_rows(const std::vector<uint64_t>& rows);

  uint64_t cardinality() const { return cardinality_; }
  bool contains(uint64_t row) const;
  // Whether it names a row at or behind `rows`, which a file of so many rows does not have.
  bool reaches(uint64_t rows) const { return intersects(rows, UINT64_MAX); }
  // Whether any of the rows [first, first + count) is deleted.
  bool intersects(uint64_t first, uint64_t count) const;
  // Fills `selection` with the offsets in [0, count) of the rows that remain, and returns how many.
  size_t surviving(uint64_t first, size_t count, uint32_t* selection) const;
  // All deleted rows, ascending.
  std::vector<uint64_t> rows() const;

 private:
  // What 65,536 neighbouring rows hold, in the one form that the bytes had: a sorted list, a bitmap, or ranges.
  struct Range {
    uint16_t first;
    uint16_t last;
  };
  struct Block {
    uint64_t high = 0;
    std::vector<uint16_t> list;
    std::vector<uint64_t> bits;
    std::vector<Range> ranges;
  };
  friend class RoaringDecoder;
  // Calls `each` with the deleted rows in [first, first + count), ascending, until it returns false.
  template <class Each>
  void walk(uint64_t first, uint64_t count, Each&& each) const;

  std::vector<Block> blocks_;
  uint64_t cardinality_ = 0;
};

// Reads and checks the vector of a file of the table in `store`. A vector outside the table (storage type p) is read from
// the store of its own location.
Result<DeletionVector> read_deletion_vector(storage::ObjectStore& store, const DeletionVectorDescriptor& descriptor);

// Z85 (ZeroMQ RFC 32). Text of 5 characters per 4 bytes; anything else is corrupt.
Result<std::string> z85_decode(std::string_view text);
std::string z85_encode(std::string_view bytes);

}  // namespace deltastream::delta
