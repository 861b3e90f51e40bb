// Any bytes as a deletion vector: an error, or a vector whose ways of asking agree.
#include <cstdint>
#include <string_view>
#include <vector>

#include "delta/deletion_vector.h"
#include "require.h"

using namespace deltastream;
using fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes = fuzz::as_text(data, size);
  auto decoded = delta::z85_decode(bytes);
  if (decoded.ok()) require(delta::z85_encode(*decoded) == bytes);
  auto vector = delta::DeletionVector::parse(bytes);
  if (!vector.ok()) {
    require(vector.error().kind() == ErrorKind::kCorrupt);
    return 0;
  }
  constexpr uint64_t kMany = 1 << 20;
  if (vector->cardinality() > kMany) return 0;  // a few bytes can say a great range
  auto rows = vector->rows();
  require(rows.size() == vector->cardinality());
  for (size_t i = 1; i < rows.size(); i++) require(rows[i - 1] < rows[i]);
  std::vector<uint32_t> selection(2048);
  for (size_t i = 0; i < rows.size(); i += 1 + rows.size() / 16) {
    require(vector->contains(rows[i]));
    uint64_t first = rows[i] - rows[i] % 2048;
    size_t kept = vector->surviving(first, 2048, selection.data());
    require(kept < 2048 && vector->intersects(first, 2048));
    for (size_t k = 0; k < kept; k++) require(!vector->contains(first + selection[k]));
  }
  auto again = delta::DeletionVector::from_rows(rows);
  require(again.rows() == rows);
  return 0;
}
