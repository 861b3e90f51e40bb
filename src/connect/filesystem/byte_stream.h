#pragma once
// The bytes of a file from its beginning to its end, decompressed when its name ends in .gz or .zst. One thread at a time.
// Errors: not found, permission, unavailable from the file; corrupt when compressed bytes are damaged or end too early.

#include <memory>
#include <span>
#include <string>

#include "common/files.h"
#include "common/result.h"

namespace deltastream::connect::filesystem {

class ByteStream {
 public:
  virtual ~ByteStream() = default;
  // Fills at most the buffer; 0 = the end.
  virtual Result<size_t> read(std::span<char> buffer) = 0;
};

bool is_compressed(const std::string& path);

// `offset`: byte to start at; must be 0 for compressed files.
Result<std::unique_ptr<ByteStream>> open_byte_stream(Files& files, const std::string& path, uint64_t offset);

}  // namespace deltastream::connect::filesystem
