#pragma once
// How DuckDB's Parquet scan reads the files of a table: columns by the table's schema, partition values as constants,
// deleted rows left out, `_metadata` from the log. One reader serves all threads of a scan.
// Throws DuckDB's exceptions, with our kinds.

#include <memory>

#include "duckdb/common/multi_file/multi_file_reader.hpp"
#include "engine/delta_scan/scan_function.h"

namespace deltastream::engine {

class DeltaFileReader final : public duckdb::MultiFileReader {
 public:
  // The virtual column _metadata.
  static constexpr duckdb::column_t kMetadataColumn = UINT64_C(9223372036854776808);
  static LogicalType metadata_type();

  DeltaFileReader(std::shared_ptr<const TableAccess> access, ScanTarget target);

  duckdb::optional_ptr<duckdb::TableCatalogEntry> catalog_entry() const { return target_.entry; }

  duckdb::shared_ptr<duckdb::MultiFileList> CreateFileList(duckdb::ClientContext& context, const duckdb::vector<std::string>& paths,
                                                           const duckdb::FileGlobInput& glob_input) override;
  bool Bind(duckdb::MultiFileOptions& options, duckdb::MultiFileList& files, duckdb::vector<LogicalType>& return_types,
            duckdb::vector<std::string>& names, duckdb::MultiFileReaderBindData& bind_data) override;
  void BindOptions(duckdb::MultiFileOptions& options, duckdb::MultiFileList& files, duckdb::vector<LogicalType>& return_types,
                   duckdb::vector<std::string>& names, duckdb::MultiFileReaderBindData& bind_data) override;
  duckdb::unique_ptr<duckdb::MultiFileReaderGlobalState> InitializeGlobalState(
      duckdb::ClientContext& context, const duckdb::MultiFileOptions& file_options, const duckdb::MultiFileReaderBindData& bind_data,
      const duckdb::MultiFileList& file_list, const duckdb::vector<duckdb::MultiFileColumnDefinition>& global_columns,
      const duckdb::vector<duckdb::ColumnIndex>& global_column_ids) override;
  duckdb::shared_ptr<duckdb::BaseFileReader> CreateReader(duckdb::ClientContext& context, duckdb::GlobalTableFunctionState& state,
                                                          const duckdb::OpenFileInfo& file, duckdb::idx_t file_index,
                                                          const duckdb::MultiFileBindData& bind_data) override;
  void FinalizeBind(duckdb::MultiFileReaderData& reader_data, const duckdb::MultiFileOptions& file_options,
                    const duckdb::MultiFileReaderBindData& options, const duckdb::vector<duckdb::MultiFileColumnDefinition>& global_columns,
                    const duckdb::vector<duckdb::ColumnIndex>& global_column_ids, duckdb::ClientContext& context,
                    duckdb::optional_ptr<duckdb::MultiFileReaderGlobalState> global_state) override;
  duckdb::ReaderInitializeType CreateMapping(duckdb::ClientContext& context, duckdb::MultiFileReaderData& reader_data,
                                             const duckdb::vector<duckdb::MultiFileColumnDefinition>& global_columns,
                                             const duckdb::vector<duckdb::ColumnIndex>& global_column_ids,
                                             duckdb::optional_ptr<duckdb::TableFilterSet> filters, duckdb::MultiFileList& files,
                                             const duckdb::MultiFileReaderBindData& bind_data,
                                             const duckdb::virtual_column_map_t& virtual_columns) override;
  duckdb::unique_ptr<duckdb::Expression> GetVirtualColumnExpression(duckdb::ClientContext& context, duckdb::MultiFileReaderData& reader_data,
                                                                    const duckdb::vector<duckdb::MultiFileColumnDefinition>& local_columns,
                                                                    duckdb::idx_t& column_id, const LogicalType& type,
                                                                    duckdb::MultiFileLocalIndex local_index,
                                                                    duckdb::optional_ptr<duckdb::MultiFileColumnDefinition>& reference) override;
  void FinalizeChunk(duckdb::ClientContext& context, const duckdb::MultiFileBindData& bind_data, duckdb::BaseFileReader& reader,
                     const duckdb::MultiFileReaderData& reader_data, DataChunk& input, DataChunk& output, duckdb::ExpressionExecutor& executor,
                     duckdb::optional_ptr<duckdb::MultiFileReaderGlobalState> global_state) override;
  duckdb::unique_ptr<duckdb::MultiFileReader> Copy() const override;

 private:
  std::shared_ptr<const TableAccess> access_;
  const DeltaTable& table() const { return *target_.table; }
  // The value of a column that is the same in every row of the file.
  std::optional<Value> constant_value(duckdb::idx_t column, const duckdb::BaseFileReader& reader) const;

  ScanTarget target_;
};

}  // namespace deltastream::engine
