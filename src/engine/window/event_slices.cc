#include "engine/window/event_slices.h"

#include <algorithm>
#include <utility>

namespace deltastream::engine {
namespace {

// More slices than this in one chunk are sorted by comparison: counting them would cost more than the rows.
constexpr int64_t kFewSlices = 4096;

Error null_time() {
  return invalid_argument(
      "the event time of a row is NULL: a windowed aggregation cannot place it; filter such rows out or give them a time");
}

}  // namespace

EventSlices::EventSlices(const WindowTime& time) : time_(time), rows_(STANDARD_VECTOR_SIZE), times_(STANDARD_VECTOR_SIZE), slice_of_row_(STANDARD_VECTOR_SIZE) {}

Status EventSlices::gather_times(Vector& times, size_t count) {
  duckdb::UnifiedVectorFormat format;
  times.ToUnifiedFormat(count, format);
  auto data = duckdb::UnifiedVectorFormat::GetData<int64_t>(format);
  if (!format.validity.AllValid()) {
    for (size_t row = 0; row < count; ++row) {
      if (!format.validity.RowIsValid(format.sel->get_index(row))) return null_time();
    }
  }
  if (format.sel->IsSet()) {
    for (size_t row = 0; row < count; ++row) times_[row] = data[format.sel->get_index_unsafe(row)];
  } else {
    std::copy_n(data, count, times_.begin());
  }
  return {};
}

Status EventSlices::assign(Vector& times, size_t count) {
  runs_.clear();
  if (count == 0) return {};
  if (count > times_.size()) {
    times_.resize(count);
    slice_of_row_.resize(count);
    rows_.Initialize(count);
  }
  DS_RETURN_IF_ERROR(gather_times(times, count));
  int64_t low = times_[0];
  int64_t high = times_[0];
  for (size_t row = 1; row < count; ++row) {
    low = std::min(low, times_[row]);
    high = std::max(high, times_[row]);
  }
  if (low < -kTimeBound || high > kTimeBound) {
    return invalid_argument("an event time lies outside the range that windows can cover, or is infinite");
  }
  int64_t first = time_.slice_of(low);
  int64_t last = time_.slice_of(high);
  if (first == last) {
    runs_.push_back({first, 0, count});
  } else if (last - first < kFewSlices) {
    sort_into_few(count, first, static_cast<size_t>(last - first) + 1);
  } else {
    sort_into_many(count);
  }
  return {};
}

void EventSlices::sort_into_few(size_t count, int64_t first_slice, size_t slices) {
  int64_t start = time_.slice_start_us(first_slice);
  auto length = static_cast<uint64_t>(time_.slice_us());
  counts_.assign(slices + 1, 0);
  if (slices == 2) {
    int64_t boundary = time_.slice_start_us(first_slice + 1);
    for (size_t row = 0; row < count; ++row) slice_of_row_[row] = times_[row] >= boundary ? 1 : 0;
  } else {
    for (size_t row = 0; row < count; ++row) {
      slice_of_row_[row] = static_cast<uint32_t>(static_cast<uint64_t>(times_[row] - start) / length);
    }
  }
  for (size_t row = 0; row < count; ++row) ++counts_[slice_of_row_[row] + 1];
  for (size_t s = 1; s <= slices; ++s) counts_[s] += counts_[s - 1];
  for (size_t s = 0; s < slices; ++s) {
    if (counts_[s + 1] > counts_[s]) runs_.push_back({first_slice + static_cast<int64_t>(s), counts_[s], counts_[s + 1] - counts_[s]});
  }
  for (size_t row = 0; row < count; ++row) rows_.set_index(counts_[slice_of_row_[row]]++, row);
}

void EventSlices::sort_into_many(size_t count) {
  std::vector<std::pair<int64_t, uint32_t>> order(count);
  for (size_t row = 0; row < count; ++row) order[row] = {time_.slice_of(times_[row]), static_cast<uint32_t>(row)};
  std::sort(order.begin(), order.end());
  for (size_t i = 0; i < count; ++i) {
    rows_.set_index(i, order[i].second);
    if (runs_.empty() || runs_.back().slice != order[i].first) runs_.push_back({order[i].first, i, 0});
    ++runs_.back().count;
  }
}

}  // namespace deltastream::engine
