#pragma once
// Statistics of one file as the log holds them: numRecords, minValues, maxValues, nullCount, nested as the schema, by
// physical names. Written bounds are safe: what cannot be written exactly is widened or left out.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/chunk.h"
#include "common/result.h"
#include "format/parquet.h"

namespace deltastream::delta {

struct ColumnBounds {
  std::optional<Value> min, max;          // typed as asked for
  std::optional<int64_t> null_count;
};

// JSON text for one written file. `columns` as the Parquet writer reports them, physical names.
std::string write_statistics(int64_t rows, const std::vector<format::ColumnStatistics>& columns);

// Reads single facts out of a statistics text without building a tree. Views into `json`, which must outlive it. One thread.
class StatisticsReader {
 public:
  explicit StatisticsReader(std::string_view json) : json_(json) {}
  std::optional<int64_t> num_records() const;
  // True when absent.
  bool tight_bounds() const;
  // Nothing is filled in where the text is absent, malformed or of another type. The max of a timestamp is raised by the
  // millisecond that writers cut off.
  ColumnBounds column(const std::vector<std::string>& path, const LogicalType& type) const;

 private:
  // What stands at the top, found in one walk when the first column is asked for. All absent where the text is broken.
  struct Trees {
    std::optional<std::string_view> mins, maxs, nulls;
  };

  std::string_view json_;
  mutable std::optional<Trees> trees_;
};

}  // namespace deltastream::delta
