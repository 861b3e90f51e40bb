#pragma once
// What the lakehouse needs of a store of objects: one contract for local disk, memory, S3, GCS, Azure and HDFS.
// Paths are relative to the store's root, use "/", and are taken literally (no percent decoding here). Thread-safe.
// put_if_absent is decided by the store itself, never by a look before the write. Acknowledged means durable.
// A path that would leave the root ("/x", "a/../b") is refused with permission. A folder is no object: not found.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/environment.h"
#include "common/result.h"

namespace deltastream::storage {

struct ObjectMeta {
  std::string path;
  uint64_t size = 0;
  int64_t modified_ms = 0;  // milliseconds since 1970 UTC
};

// Streams one new object. Nothing is visible before finish(); destruction without finish() discards everything.
class ObjectWriter {
 public:
  virtual ~ObjectWriter() = default;
  virtual Status append(std::string_view bytes) = 0;
  virtual Result<ObjectMeta> finish() = 0;
};

class ObjectStore {
 public:
  virtual ~ObjectStore() = default;
  virtual Result<ObjectMeta> head(const std::string& path) = 0;
  virtual Result<std::string> get(const std::string& path) = 0;
  // Exactly buffer.size() bytes at offset, or corrupt when the object is shorter.
  virtual Status get_range(const std::string& path, uint64_t offset, std::span<char> buffer) = 0;
  // Atomic: readers see the old or the new object.
  virtual Status put(const std::string& path, std::string_view bytes) = 0;
  // already exists when the path is taken; commit state unknown when the answer was lost.
  virtual Status put_if_absent(const std::string& path, std::string_view bytes) = 0;
  virtual Result<std::unique_ptr<ObjectWriter>> open_writer(const std::string& path) = 0;
  // Every object whose path begins with `prefix` and sorts at or after `start_at`, in byte order of the path.
  // A folder that is not there lists empty. `prefix` need not end at a "/".
  virtual Result<std::vector<ObjectMeta>> list(const std::string& prefix, const std::string& start_at = "") = 0;
  // Whether a folder has the object's place, which only stores with folders know.
  virtual bool is_folder(const std::string&) { return false; }
  // Removing what is not there is no error.
  virtual Status remove(const std::string& path) = 0;
  // For messages: "file:/data/lake", "memory:"; never a credential.
  virtual std::string describe() const = 0;
  // Of a store whose objects are files of this machine: the folder that they lie in, as the store was given it. Whether a store is local is
  // told by this alone; one that stands before another answers as that does.
  virtual std::optional<std::string> local_folder() const { return std::nullopt; }
};

}  // namespace deltastream::storage
