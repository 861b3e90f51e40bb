#pragma once
// The files of one scan, as DuckDB asks for them. Planned when first needed, once for all copies; pushed-down filters give a
// new list with fewer files. Immutable from outside and thread-safe.

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
  // What the i-th file of the plan changed; null when the scan reads a version.
  const ChangeEntry* change(size_t i) const;
  const delta::ScanPlan& plan() const;
  // How many files are read, and why the others are not.
  std::string describe() const;
  // Rows of all files without the deleted ones, where the log tells it exactly.
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
  duckdb::idx_t GetTotalFileCount() const override { return plan().files.size(); }
  duckdb::vector<duckdb::OpenFileInfo> GetDisplayFileList(duckdb::optional_idx max_files) const override;
  duckdb::unique_ptr<duckdb::NodeStatistics> GetCardinality(duckdb::ClientContext& context) const override;
  duckdb::unique_ptr<duckdb::MultiFileList> Copy() const override;

 protected:
  duckdb::OpenFileInfo GetFile(duckdb::idx_t i) const override;

 private:
  duckdb::unique_ptr<duckdb::MultiFileList> with(std::vector<delta::Predicate> more) const;

  std::shared_ptr<const TableAccess> access_;
  ScanTarget target_;
  std::vector<delta::Predicate> predicates_;
  struct Planned {
    std::once_flag once;
    delta::ScanPlan plan;
    ChangePlan changes;   // of plan's files, where the scan reads changes
  };
  std::shared_ptr<Planned> planned_ = std::make_shared<Planned>();   // of all copies, which have the same predicates
};

}  // namespace deltastream::engine
