#pragma once
// Which columns of a file get statistics: the first delta.dataSkippingNumIndexedCols leaves (32), or those that
// delta.dataSkippingStatsColumns names, and the clustering columns always. Immutable.

#include <set>
#include <string>
#include <vector>

#include "delta/snapshot.h"
#include "format/parquet.h"

namespace deltastream::delta {

class StatisticsColumns {
 public:
  explicit StatisticsColumns(const Snapshot& table);
  // Takes out the columns that get none.
  void keep(std::vector<format::ColumnStatistics>& columns) const;

 private:
  std::set<std::vector<std::string>> physical_paths_;
};

// "a.b, `c.d`" → {{"a","b"},{"c.d"}}
std::vector<std::vector<std::string>> parse_column_list(std::string_view text);

}  // namespace deltastream::delta
