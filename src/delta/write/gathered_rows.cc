#include "delta/write/gathered_rows.h"

#include <algorithm>

namespace deltastream::delta {
namespace {

constexpr size_t kFirstCapacity = 32;

uint64_t bytes_of(Vector& vector, size_t count) {
  const auto physical = vector.GetType().InternalType();
  uint64_t bytes = count * duckdb::GetTypeIdSize(physical);
  if (physical == duckdb::PhysicalType::VARCHAR) {
    duckdb::UnifiedVectorFormat format;
    vector.ToUnifiedFormat(count, format);
    const auto* texts = duckdb::UnifiedVectorFormat::GetData<duckdb::string_t>(format);
    for (size_t i = 0; i < count; i++) {
      auto row = format.sel->get_index(i);
      if (format.validity.RowIsValid(row) && !texts[row].IsInlined()) bytes += texts[row].GetSize();
    }
  } else if (physical == duckdb::PhysicalType::STRUCT && vector.GetVectorType() == duckdb::VectorType::FLAT_VECTOR) {
    for (auto& child : duckdb::StructVector::GetEntries(vector)) bytes += bytes_of(*child, count);
  } else if (physical == duckdb::PhysicalType::LIST && vector.GetVectorType() == duckdb::VectorType::FLAT_VECTOR) {
    bytes += bytes_of(duckdb::ListVector::GetEntry(vector), duckdb::ListVector::GetListSize(vector));
  }
  return bytes;
}

}  // namespace

double bytes_per_row(DataChunk& rows) {
  uint64_t bytes = 0;
  for (auto& vector : rows.data) bytes += bytes_of(vector, rows.size());
  return static_cast<double>(bytes) / static_cast<double>(std::max<size_t>(1, rows.size()));
}

void GatheredRows::append(DataChunk& rows, const std::vector<uint32_t>* selection, double row_bytes) {
  const size_t count = selection ? selection->size() : rows.size();
  for (size_t done = 0; done < count;) {
    if (chunks_.empty() || chunks_.back()->size() == kChunkRows) {
      chunks_.push_back(std::make_unique<DataChunk>());
      chunks_.back()->Initialize(duckdb::Allocator::DefaultAllocator(), rows.GetTypes(), chunks_.size() == 1 ? kFirstCapacity : kChunkRows);
    }
    DataChunk& target = *chunks_.back();
    size_t part = std::min(count - done, kChunkRows - target.size());
    duckdb::SelectionVector chosen = selection ? duckdb::SelectionVector(const_cast<duckdb::sel_t*>(selection->data() + done)) : duckdb::SelectionVector(done, part);
    target.Append(rows, true, &chosen, part);
    done += part;
  }
  rows_ += count;
  bytes_ += static_cast<uint64_t>(static_cast<double>(count) * row_bytes);
}

Status GatheredRows::pour(const std::function<Status(DataChunk&)>& into) {
  auto chunks = std::exchange(chunks_, {});
  rows_ = 0;
  bytes_ = 0;
  for (auto& chunk : chunks) {
    DS_RETURN_IF_ERROR(into(*chunk));
    chunk.reset();
  }
  return {};
}

}  // namespace deltastream::delta
