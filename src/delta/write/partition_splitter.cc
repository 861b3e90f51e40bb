#include "delta/write/partition_splitter.h"

#include <cstring>

#include "duckdb/common/vector_operations/vector_operations.hpp"

namespace deltastream::delta {
namespace {

using duckdb::string_t;

std::string_view text_at(const duckdb::UnifiedVectorFormat& format, size_t index) {
  const auto& text = duckdb::UnifiedVectorFormat::GetData<string_t>(format)[index];
  return {text.GetData(), text.GetSize()};
}

}  // namespace

std::string PartitionSplitter::bytes_of(size_t column, size_t row) const {
  const auto& format = formats_[column];
  size_t index = format.sel->get_index(row);
  if (!format.validity.RowIsValid(index)) return "n";
  if (widths_[column] == 0) return "v" + std::string(text_at(format, index));
  return "v" + std::string(reinterpret_cast<const char*>(format.data) + index * widths_[column], widths_[column]);
}

bool PartitionSplitter::same(const Known& known, size_t row) const {
  for (size_t column = 0; column < formats_.size(); column++) {
    const auto& format = formats_[column];
    const std::string& bytes = known.bytes[column];
    size_t index = format.sel->get_index(row);
    bool valid = format.validity.RowIsValid(index);
    if (valid != (bytes[0] == 'v')) return false;
    if (!valid) continue;
    if (widths_[column] == 0) {
      if (text_at(format, index) != std::string_view(bytes).substr(1)) return false;
    } else if (std::memcmp(format.data + index * widths_[column], bytes.data() + 1, widths_[column]) != 0) {
      return false;
    }
  }
  return true;
}

PartitionSplitter::Key PartitionSplitter::find_or_add(uint64_t hash, size_t row, bool& fresh) {
  auto [begin, end] = by_hash_.equal_range(hash);
  for (auto entry = begin; entry != end; ++entry) {
    if (same(known_[entry->second], row)) return entry->second;
  }
  fresh = true;
  Key key = static_cast<Key>(known_.size());
  if (free_.empty()) {
    known_.emplace_back();
  } else {
    key = free_.back();
    free_.pop_back();
  }
  Known& known = known_[key];
  known = Known();
  known.hash = hash;
  known.live = true;
  for (size_t column = 0; column < formats_.size(); column++) known.bytes.push_back(bytes_of(column, row));
  by_hash_.emplace(hash, key);
  return key;
}

const std::vector<PartitionSplitter::Group>& PartitionSplitter::split(DataChunk& keys) {
  const size_t count = keys.size();
  for (auto& group : groups_) spare_.push_back(std::move(group.rows));
  groups_.clear();
  formats_.resize(keys.ColumnCount());
  widths_.resize(keys.ColumnCount());
  for (size_t column = 0; column < keys.ColumnCount(); column++) {
    keys.data[column].ToUnifiedFormat(count, formats_[column]);
    auto physical = keys.data[column].GetType().InternalType();
    widths_[column] = physical == duckdb::PhysicalType::VARCHAR ? 0 : duckdb::GetTypeIdSize(physical);
  }
  Vector hashes(LogicalType::HASH, count);
  for (size_t column = 0; column < keys.ColumnCount(); column++) {
    if (column == 0) {
      duckdb::VectorOperations::Hash(keys.data[column], hashes, count);
    } else {
      duckdb::VectorOperations::CombineHash(hashes, keys.data[column], count);
    }
  }
  duckdb::UnifiedVectorFormat hash_format;
  hashes.ToUnifiedFormat(count, hash_format);
  const auto* hash_values = duckdb::UnifiedVectorFormat::GetData<uint64_t>(hash_format);

  splits_++;
  Key last = 0;
  bool any = false;
  std::vector<uint32_t>* rows = nullptr;
  for (size_t row = 0; row < count; row++) {
    uint64_t hash = hash_values[hash_format.sel->get_index(row)];
    // Neighbours mostly belong together.
    if (!any || known_[last].hash != hash || !same(known_[last], row)) {
      bool fresh = false;
      last = find_or_add(hash, row, fresh);
      any = true;
      Known& known = known_[last];
      if (known.in_split != splits_) {
        known.in_split = splits_;
        known.group = static_cast<uint32_t>(groups_.size());
        Group group{last, static_cast<uint32_t>(row), fresh, {}};
        if (!spare_.empty()) {
          group.rows = std::move(spare_.back());
          spare_.pop_back();
          group.rows.clear();
        }
        groups_.push_back(std::move(group));
      }
      rows = &groups_[known.group].rows;
    }
    rows->push_back(static_cast<uint32_t>(row));
  }
  return groups_;
}

void PartitionSplitter::forget(Key key) {
  auto [begin, end] = by_hash_.equal_range(known_[key].hash);
  for (auto entry = begin; entry != end; ++entry) {
    if (entry->second != key) continue;
    by_hash_.erase(entry);
    break;
  }
  known_[key] = Known();
  free_.push_back(key);
}

}  // namespace deltastream::delta
