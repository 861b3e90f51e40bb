#include "connect/filesystem/partition_rows.h"

namespace deltastream::connect::filesystem {
namespace {

// One value as bytes that only equal values share.
void append_key(std::string& key, const duckdb::UnifiedVectorFormat& format, duckdb::PhysicalType type, size_t width, duckdb::idx_t row) {
  const duckdb::idx_t at = format.sel->get_index(row);
  if (!format.validity.RowIsValid(at)) {
    key += '\0';
    return;
  }
  key += '\1';
  if (type == duckdb::PhysicalType::VARCHAR) {
    const auto& text = reinterpret_cast<const duckdb::string_t*>(format.data)[at];
    const uint32_t size = text.GetSize();
    key.append(reinterpret_cast<const char*>(&size), sizeof size);
    key.append(text.GetData(), size);
  } else {
    key.append(reinterpret_cast<const char*>(format.data) + at * width, width);
  }
}

}  // namespace

const std::vector<PartitionRows::Group>& PartitionRows::group(DataChunk& rows) {
  index_.clear();
  groups_.clear();
  std::vector<duckdb::UnifiedVectorFormat> formats(columns_.size());
  for (size_t i = 0; i < columns_.size(); i++) rows.data[columns_[i]].ToUnifiedFormat(rows.size(), formats[i]);
  for (duckdb::idx_t row = 0; row < rows.size(); row++) {
    key_.clear();
    for (size_t i = 0; i < columns_.size(); i++) {
      const auto type = rows.data[columns_[i]].GetType().InternalType();
      append_key(key_, formats[i], type, duckdb::GetTypeIdSize(type), row);
    }
    auto [found, added] = index_.try_emplace(key_, groups_.size());
    if (added) {
      Group group{key_, {}, {}};
      for (size_t column : columns_) group.values.push_back(rows.GetValue(column, row));
      groups_.push_back(std::move(group));
    }
    groups_[found->second].rows.push_back(static_cast<duckdb::sel_t>(row));
  }
  return groups_;
}

}  // namespace deltastream::connect::filesystem
