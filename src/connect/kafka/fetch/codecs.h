#pragma once
// The compressions that record batches come in. Not thread-safe; one object a stream of batches, which keeps what may be used again.

#include <cstdint>
#include <memory>

#include "common/result.h"
#include "connect/kafka/fetch/buffer.h"

namespace deltastream::connect::kafka::fetch {

// As the low three bits of a batch's attributes have it.
enum class Codec : uint8_t { kNone = 0, kGzip = 1, kSnappy = 2, kLz4 = 3, kZstd = 4 };

class Decompressor {
 public:
  Decompressor();
  ~Decompressor();
  Decompressor(const Decompressor&) = delete;
  Decompressor& operator=(const Decompressor&) = delete;

  // Replaces what is in `out`. Errors: corrupt for bytes that are no such compression, resource when they make more than `limit`,
  // unsupported for a codec that is not known.
  Status decompress(Codec codec, std::string_view bytes, size_t limit, Buffer& out);

 private:
  struct Contexts;
  std::unique_ptr<Contexts> contexts_;
};

}  // namespace deltastream::connect::kafka::fetch
