#pragma once
// The files of one scan, as DuckDB asks for them. Planned when first needed, once for all copies; pushed-down filters give a
// new list with fewer files. What is known of a file is made when it is asked for: a million files are a million numbers.
// Immutable from outside and thread-safe.

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "delta/scan.h"
#include "duckdb/common/multi_file/multi_file_list.hpp"
#include "engine/delta_scan/scan_function.h"

namespace deltastream::engine {

class DeltaFileList final : public duckdb::MultiFileList {
 public:
  DeltaFileList(std::shared_ptr<const TableAccess> access, ScanTarget target, std::vector<delta::Predicate> predicates = {});

  const DeltaTable& table() const { return *target_.table; }
  const std::shared_ptr<const DeltaTable>& table_pointer() const { return target_.table; }
  const std::shared_ptr<const ChangeSet>& changes() const { return target_.changes; }
  size_t size() const;
  // As the log tells of the i-th file. Throws DuckDB's exceptions, as all of these.
  delta::ScanFile file(size_t i) const;
  // What the i-th file changed; null when the scan reads a version.
  const ChangeEntry* change(size_t i) const;
  // Of a scan of a version: the files by their places in the snapshot.
  const delta::FileSelection& selection() const { return planned().selection; }
  // The statistics of the i-th of the selection, as JSON, for walks over a few files that come again and again. Of at most
  // FileSelection::kKeptStatisticsMax files.
  std::string_view statistics(size_t i) const;
  // How many files are read, and why the others are not.
  std::string describe() const;
  // Rows of all files without the deleted ones, where the log tells it exactly. Reads the statistics; where they cannot be read any more,
  // the log does not tell, and a warning says so.
  std::optional<uint64_t> exact_rows() const;

  duckdb::unique_ptr<duckdb::MultiFileList> ComplexFilterPushdown(duckdb::ClientContext& context, const duckdb::MultiFileOptions& options,
                                                                  duckdb::MultiFilePushdownInfo& info,
                                                                  duckdb::vector<duckdb::unique_ptr<duckdb::Expression>>& filters) const override;
  duckdb::unique_ptr<duckdb::MultiFileList> DynamicFilterPushdown(duckdb::ClientContext& context, const duckdb::MultiFileOptions& options,
                                                                  const duckdb::vector<std::string>& names,
                                                                  const duckdb::vector<LogicalType>& types,
                                                                  const duckdb::vector<duckdb::column_t>& column_ids,
                                                                  duckdb::TableFilterSet& filters) const override;
  duckdb::vector<duckdb::OpenFileInfo> GetAllFiles() const override;
  duckdb::FileExpandResult GetExpandResult() const override;
  duckdb::idx_t GetTotalFileCount() const override { return size(); }
  duckdb::vector<duckdb::OpenFileInfo> GetDisplayFileList(duckdb::optional_idx max_files) const override;
  duckdb::unique_ptr<duckdb::NodeStatistics> GetCardinality(duckdb::ClientContext& context) const override;
  duckdb::unique_ptr<duckdb::MultiFileList> Copy() const override;

 protected:
  duckdb::OpenFileInfo GetFile(duckdb::idx_t i) const override;

 private:
  struct Planned {
    std::once_flag once, counted, read;
    delta::FileSelection selection;          // where the scan reads a version
    std::vector<std::string> statistics;     // once read: of the selection, where they stayed in a checkpoint
    std::optional<uint64_t> rows;            // once counted
    std::mutex mutex;
    std::optional<delta::ScanFileReader> files;   // guarded by the mutex
    ChangePlan changes;                      // where it reads changes
  };
  const Planned& planned() const;
  uint64_t estimated_rows() const;
  duckdb::unique_ptr<duckdb::MultiFileList> with(std::vector<delta::Predicate> more) const;

  std::shared_ptr<const TableAccess> access_;
  ScanTarget target_;
  std::vector<delta::Predicate> predicates_;
  std::shared_ptr<Planned> planned_ = std::make_shared<Planned>();   // of all copies, which have the same predicates
};

}  // namespace deltastream::engine
