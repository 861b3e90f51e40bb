#pragma once
// Reads the statistics that replay left in one Parquet file of a checkpoint, row by row. Going forward costs what the rows between
// cost to decode; going back starts over. One thread.
// Errors: the store's and the Parquet reader's kinds; conflict when the file is no longer the one that was replayed.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "delta/log/parsed_columns.h"
#include "delta/snapshot.h"
#include "format/parquet.h"
#include "storage/object_store.h"

namespace deltastream::delta {

class LeftStatistics {
 public:
  LeftStatistics(std::shared_ptr<storage::ObjectStore> store, StatisticsSource source) : store_(std::move(store)), source_(std::move(source)) {}

  // Of the add in that row: JSON text, or empty where it has none. Lives until the next call.
  Result<std::string_view> at(uint64_t row);

 private:
  // Where texts are absent, typed columns may stand in for them; they are read from there on.
  Status open(uint64_t row, bool typed);
  Status move_to(uint64_t row);
  Result<std::string_view> read(uint64_t row);

  const std::shared_ptr<storage::ObjectStore> store_;
  const StatisticsSource source_;
  std::unique_ptr<format::ParquetFileReader> reader_;
  LogicalType typed_;                 // of stats_parsed, or invalid when the file has none
  bool reads_typed_ = false;
  DataChunk chunk_;
  uint64_t first_row_ = 0;            // of the chunk
  ChunkColumn texts_;
  std::optional<ParsedStatistics> parsed_;
  std::string text_;
};

}  // namespace deltastream::delta
