#pragma once
// One data file of a table, read by DuckDB's Parquet reader: its footer is checked before DuckDB parses it, and its bytes
// before DuckDB decodes them. What is wrong with a file comes as an error that names the file, the table and its version.
// One reader serves all threads of a scan. Throws DuckDB's exceptions, with our kinds.

#include <memory>

#include "delta/scan.h"
#include "engine/delta_scan/calendar_cast.h"
#include "engine/delta_scan/footer_cache.h"
#include "engine/delta_scan/scan_function.h"
#include "parquet_reader.hpp"

namespace deltastream::engine {

class DataFileReader final : public duckdb::ParquetReader {
 public:
  // Takes the footer from the session's, where it is kept and still of this file.
  static duckdb::shared_ptr<DataFileReader> open(duckdb::ClientContext& context, const duckdb::OpenFileInfo& data_file,
                                                 std::shared_ptr<const DeltaTable> table, FooterCache& footers);

  DataFileReader(duckdb::ClientContext& context, const duckdb::OpenFileInfo& data_file, duckdb::ParquetOptions options,
                 FooterCache::Footer footer, std::shared_ptr<const DeltaTable> table);

  void PrepareScan(duckdb::ClientContext& context, duckdb::GlobalTableFunctionState& global_state,
                   duckdb::LocalTableFunctionState& local_state) override;
  duckdb::AsyncResult Scan(duckdb::ClientContext& context, duckdb::GlobalTableFunctionState& global_state,
                           duckdb::LocalTableFunctionState& local_state, DataChunk& chunk) override;

  // What the log says of the file.
  delta::ScanFile in_log;
  // In the scan's list, which lives longer; only where changes are read.
  const ChangeEntry* change = nullptr;
  // Filters on _metadata, which has no column in the file: over the columns read.
  duckdb::vector<duckdb::unique_ptr<duckdb::Expression>> late_filters;
  // Of a file in Spark's older calendar.
  std::shared_ptr<CalendarFailure> calendar_failure = std::make_shared<CalendarFailure>();

 private:
  std::shared_ptr<const DeltaTable> table_;
};

// Throws what went wrong while reading a file of the table, with its kind.
[[noreturn]] void rethrow_reading(const std::exception& exception, const duckdb::OpenFileInfo& file, const DeltaTable& table);

}  // namespace deltastream::engine
