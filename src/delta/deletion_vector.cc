#include "delta/deletion_vector.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <zlib.h>

#include "delta/deletion/roaring_decoder.h"
#include "delta/scan.h"
#include "storage/stores.h"

namespace deltastream::delta {
namespace {

constexpr char kFileVersion = 1;
constexpr size_t kUuidText = 20;  // 16 bytes in Z85

uint32_t big_endian(const char* bytes) {
  uint32_t value = 0;
  std::memcpy(&value, bytes, sizeof value);
  return __builtin_bswap32(value);
}

// "<prefix>/deletion_vector_<uuid>.bin" from "<prefix><uuid in Z85>".
Result<std::string> uuid_path(std::string_view text) {
  if (text.size() < kUuidText) return corrupt("its name is shorter than a UUID");
  DS_ASSIGN_OR_RETURN(std::string uuid, z85_decode(text.substr(text.size() - kUuidText)));
  std::string path(text.substr(0, text.size() - kUuidText));
  if (!path.empty()) path += '/';
  path += "deletion_vector_";
  static constexpr char kHex[] = "0123456789abcdef";
  for (size_t i = 0; i < uuid.size(); i++) {
    if (i == 4 || i == 6 || i == 8 || i == 10) path += '-';
    auto byte = static_cast<unsigned char>(uuid[i]);
    path += {kHex[byte >> 4], kHex[byte & 15]};
  }
  return path + ".bin";
}

Result<DeletionVector> read_file(storage::ObjectStore& store, const std::string& path, const DeletionVectorDescriptor& descriptor) {
  // The protocol lets an absent offset mean 0, but there the version stands: the first vector begins behind it.
  int64_t offset = descriptor.offset.value_or(1);
  if (offset < 1 || descriptor.size_in_bytes < 4) {
    return corrupt("'" + path + "': offset " + std::to_string(offset) + " and size " + std::to_string(descriptor.size_in_bytes) + " name no vector");
  }
  auto size = static_cast<size_t>(descriptor.size_in_bytes);
  // Not cleared: a size that the file does not have costs no memory.
  size_t frame_bytes = size + 8;
  auto bytes = std::make_unique_for_overwrite<char[]>(frame_bytes + 1);
  char* frame = bytes.get() + 1;  // behind the version byte
  if (offset == 1) {
    DS_RETURN_IF_ERROR(store.get_range(path, 0, {bytes.get(), frame_bytes + 1}));
  } else {
    DS_RETURN_IF_ERROR(store.get_range(path, 0, {bytes.get(), 1}));
    DS_RETURN_IF_ERROR(store.get_range(path, static_cast<uint64_t>(offset), {frame, frame_bytes}));
  }
  if (bytes[0] != kFileVersion) return corrupt("'" + path + "' has the format version " + std::to_string(bytes[0]) + "; version 1 is known");
  if (big_endian(frame) != size) {
    return corrupt("'" + path + "': the log says " + std::to_string(size) + " bytes, the file " + std::to_string(big_endian(frame)));
  }
  uLong checksum = crc32(0, reinterpret_cast<const Bytef*>(frame + 4), static_cast<uInt>(size));
  if (big_endian(frame + 4 + size) != checksum) return corrupt("'" + path + "': the checksum does not agree with the bytes");
  return std::move(DeletionVector::parse({frame + 4, size})).context("'" + path + "'");
}

Result<DeletionVector> read_absolute(storage::ObjectStore& store, const DeletionVectorDescriptor& descriptor) {
  DS_ASSIGN_OR_RETURN(FilePath path, resolve_path(descriptor.path_or_inline, store));
  if (!path.absolute) return read_file(store, path.path, descriptor);
  size_t slash = path.path.rfind('/');
  if (slash == std::string::npos || slash + 1 == path.path.size()) return corrupt("'" + path.path + "' names no file");
  DS_ASSIGN_OR_RETURN(auto other, storage::open_store(path.path.substr(0, slash + 1)));
  return read_file(*other, path.path.substr(slash + 1), descriptor);
}

Result<DeletionVector> read_inline(const DeletionVectorDescriptor& descriptor) {
  DS_ASSIGN_OR_RETURN(std::string bytes, z85_decode(descriptor.path_or_inline));
  auto size = static_cast<size_t>(std::max(descriptor.size_in_bytes, 0));
  // Padded to four bytes by the writer.
  if (size > bytes.size() || bytes.size() - size >= 4) {
    return corrupt("its text holds " + std::to_string(bytes.size()) + " bytes, the descriptor says " + std::to_string(descriptor.size_in_bytes));
  }
  return DeletionVector::parse(std::string_view(bytes).substr(0, size));
}

Result<DeletionVector> read_any(storage::ObjectStore& store, const DeletionVectorDescriptor& descriptor) {
  switch (descriptor.storage_type) {
    case 'i': return read_inline(descriptor);
    case 'p': return read_absolute(store, descriptor);
    case 'u': {
      DS_ASSIGN_OR_RETURN(std::string path, uuid_path(descriptor.path_or_inline));
      return read_file(store, path, descriptor);
    }
    default: return corrupt("its storage type is none of u, i and p");
  }
}

}  // namespace

template <class Each>
void DeletionVector::walk(uint64_t first, uint64_t count, Each&& each) const {
  if (count == 0) return;
  uint64_t last = count - 1 > UINT64_MAX - first ? UINT64_MAX : first + (count - 1);
  auto block = std::lower_bound(blocks_.begin(), blocks_.end(), first >> 16, [](const Block& b, uint64_t high) { return b.high < high; });
  for (; block != blocks_.end() && block->high <= last >> 16; ++block) {
    uint64_t base = block->high << 16;
    auto from = static_cast<uint32_t>(first > base ? first - base : 0);
    auto to = static_cast<uint32_t>(std::min<uint64_t>(last - base, 0xFFFF));
    for (auto low = std::lower_bound(block->list.begin(), block->list.end(), from); low != block->list.end() && *low <= to; ++low) {
      if (!each(base + *low)) return;
    }
    auto range = std::lower_bound(block->ranges.begin(), block->ranges.end(), from, [](const Range& r, uint32_t row) { return r.last < row; });
    for (; range != block->ranges.end() && range->first <= to; ++range) {
      uint32_t end = std::min<uint32_t>(range->last, to);
      for (uint32_t low = std::max<uint32_t>(range->first, from); low <= end; low++) {
        if (!each(base + low)) return;
      }
    }
    if (block->bits.empty()) continue;
    for (uint32_t word = from / 64; word <= to / 64; word++) {
      uint64_t bits = block->bits[word];
      if (word == from / 64) bits &= ~0ull << (from % 64);
      if (word == to / 64) bits &= ~0ull >> (63 - to % 64);
      for (; bits != 0; bits &= bits - 1) {
        if (!each(base + word * 64 + static_cast<uint32_t>(std::countr_zero(bits)))) return;
      }
    }
  }
}

Result<DeletionVector> DeletionVector::parse(std::string_view bytes) { return RoaringDecoder(bytes).decode(); }

DeletionVector DeletionVector::from_rows(const std::vector<uint64_t>& rows) {
  DeletionVector vector;
  vector.cardinality_ = rows.size();
  for (uint64_t row : rows) {
    if (vector.blocks_.empty() || vector.blocks_.back().high != row >> 16) vector.blocks_.emplace_back().high = row >> 16;
    vector.blocks_.back().list.push_back(static_cast<uint16_t>(row));
  }
  return vector;
}

bool DeletionVector::contains(uint64_t row) const { return intersects(row, 1); }

bool DeletionVector::intersects(uint64_t first, uint64_t count) const {
  bool any = false;
  walk(first, count, [&](uint64_t) {
    any = true;
    return false;
  });
  return any;
}

size_t DeletionVector::surviving(uint64_t first, size_t count, uint32_t* selection) const {
  size_t kept = 0;
  uint32_t next = 0;
  walk(first, count, [&](uint64_t row) {
    auto deleted = static_cast<uint32_t>(row - first);
    while (next < deleted) selection[kept++] = next++;
    next = deleted + 1;
    return true;
  });
  while (next < count) selection[kept++] = next++;
  return kept;
}

std::vector<uint64_t> DeletionVector::rows() const {
  std::vector<uint64_t> all;
  all.reserve(cardinality_);
  walk(0, UINT64_MAX, [&](uint64_t row) {
    all.push_back(row);
    return true;
  });
  return all;
}

Result<DeletionVector> read_deletion_vector(storage::ObjectStore& store, const DeletionVectorDescriptor& descriptor) {
  std::string where = "the deletion vector '" + descriptor.unique_id() + "' of " + store.describe();
  auto vector = read_any(store, descriptor);
  if (!vector.ok()) return std::move(vector).context(std::move(where));
  if (static_cast<int64_t>(vector->cardinality()) != descriptor.cardinality) {
    return corrupt(where + " holds " + std::to_string(vector->cardinality()) + " rows, but the log says " + std::to_string(descriptor.cardinality));
  }
  return vector;
}

}  // namespace deltastream::delta
