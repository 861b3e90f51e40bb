#include "engine/delta_scan/file_list.h"

#include <algorithm>

#include "engine/batch/errors.h"
#include "engine/delta_scan/object_file_system.h"
#include "engine/delta_scan/predicates.h"

namespace deltastream::engine {

using duckdb::idx_t;

namespace {

bool is_same(const delta::Predicate& a, const delta::Predicate& b) {
  auto same_value = [](const Value& x, const Value& y) { return x.type() == y.type() && Value::NotDistinctFrom(x, y); };
  return a.column == b.column && a.op == b.op && std::equal(a.values.begin(), a.values.end(), b.values.begin(), b.values.end(), same_value);
}

}  // namespace

DeltaFileList::DeltaFileList(std::shared_ptr<const TableAccess> access, ScanTarget target, std::vector<delta::Predicate> predicates)
    : access_(std::move(access)), target_(std::move(target)), predicates_(std::move(predicates)) {}

const delta::ScanPlan& DeltaFileList::plan() const {
  std::call_once(planned_->once, [&] {
    delta::ScanPlan& plan = planned_->plan;
    if (target_.changes) {
      planned_->changes = batch::value_or_throw(plan_changes(*target_.changes, predicates_));
      for (size_t entry : planned_->changes.entries) plan.files.push_back(target_.changes->entries[entry].change.file);
      plan.files_total = target_.changes->entries.size();
    } else {
      plan = batch::value_or_throw(delta::plan_scan(table().snapshot, predicates_));
    }
  });
  return planned_->plan;
}

const ChangeEntry* DeltaFileList::change(size_t i) const {
  plan();
  return target_.changes ? &target_.changes->entries.at(planned_->changes.entries.at(i)) : nullptr;
}

std::string DeltaFileList::describe() const {
  const delta::ScanPlan& planned = plan();
  return target_.changes ? planned_->changes.describe(*target_.changes) : planned.describe();
}

std::optional<uint64_t> DeltaFileList::exact_rows() const {
  if (target_.changes) return std::nullopt;
  uint64_t rows = 0;
  for (const auto& file : plan().files) {
    int64_t deleted = file.deletion_vector ? file.deletion_vector->cardinality : 0;
    if (!file.num_records || *file.num_records < deleted) return std::nullopt;
    rows += static_cast<uint64_t>(*file.num_records - deleted);
  }
  return rows;
}

duckdb::unique_ptr<duckdb::MultiFileList> DeltaFileList::with(std::vector<delta::Predicate> more) const {
  // DuckDB offers a filter several times: while it optimizes, and when the scan starts.
  std::erase_if(more, [&](const delta::Predicate& one) {
    return std::any_of(predicates_.begin(), predicates_.end(), [&](const delta::Predicate& known) { return is_same(one, known); });
  });
  if (more.empty()) return nullptr;
  more.insert(more.end(), predicates_.begin(), predicates_.end());
  return duckdb::make_uniq<DeltaFileList>(access_, target_, std::move(more));
}

duckdb::unique_ptr<duckdb::MultiFileList> DeltaFileList::ComplexFilterPushdown(duckdb::ClientContext&, const duckdb::MultiFileOptions&,
                                                                               duckdb::MultiFilePushdownInfo& info,
                                                                               duckdb::vector<duckdb::unique_ptr<duckdb::Expression>>& filters) const {
  auto name_of = [&](const duckdb::ColumnBinding& binding) -> std::string {
    if (binding.table_index != info.table_index || binding.column_index >= info.column_ids.size()) return {};
    idx_t column = info.column_ids[binding.column_index];
    return column < info.column_names.size() ? info.column_names[column] : std::string();
  };
  std::vector<delta::Predicate> predicates;
  for (const auto& filter : filters) {
    for (auto& predicate : predicates_of(*filter, name_of)) predicates.push_back(std::move(predicate));
  }
  return with(std::move(predicates));
}

duckdb::unique_ptr<duckdb::MultiFileList> DeltaFileList::DynamicFilterPushdown(duckdb::ClientContext&, const duckdb::MultiFileOptions&,
                                                                               const duckdb::vector<std::string>& names,
                                                                               const duckdb::vector<LogicalType>&,
                                                                               const duckdb::vector<duckdb::column_t>& column_ids,
                                                                               duckdb::TableFilterSet& filters) const {
  std::vector<delta::Predicate> predicates;
  for (const auto& [place, filter] : filters.filters) {
    if (place >= column_ids.size() || column_ids[place] >= names.size()) continue;
    for (auto& predicate : predicates_of(*filter, names[column_ids[place]])) predicates.push_back(std::move(predicate));
  }
  return with(std::move(predicates));
}

duckdb::vector<duckdb::OpenFileInfo> DeltaFileList::GetAllFiles() const {
  duckdb::vector<duckdb::OpenFileInfo> files;
  for (idx_t i = 0; i < plan().files.size(); i++) files.push_back(GetFile(i));
  return files;
}

// Never SINGLE_FILE: that makes DuckDB look for what only its own binding reads from the first file.
duckdb::FileExpandResult DeltaFileList::GetExpandResult() const {
  return plan().files.empty() ? duckdb::FileExpandResult::NO_FILES : duckdb::FileExpandResult::MULTIPLE_FILES;
}

duckdb::vector<duckdb::OpenFileInfo> DeltaFileList::GetDisplayFileList(duckdb::optional_idx max_files) const {
  duckdb::vector<duckdb::OpenFileInfo> files;
  for (const auto& file : plan().files) {
    if (max_files.IsValid() && files.size() >= max_files.GetIndex()) break;
    files.emplace_back(file.path);
  }
  return files;
}

duckdb::unique_ptr<duckdb::NodeStatistics> DeltaFileList::GetCardinality(duckdb::ClientContext&) const {
  if (auto rows = exact_rows()) return duckdb::make_uniq<duckdb::NodeStatistics>(*rows, *rows);
  // Without statistics in the log the sizes have to do.
  uint64_t bytes = 0;
  for (const auto& file : plan().files) bytes += static_cast<uint64_t>(std::max<int64_t>(file.size, 0));
  constexpr uint64_t kBytesPerRow = 32;
  return duckdb::make_uniq<duckdb::NodeStatistics>(bytes / kBytesPerRow + plan().files.size());
}

duckdb::unique_ptr<duckdb::MultiFileList> DeltaFileList::Copy() const {
  auto copy = duckdb::make_uniq<DeltaFileList>(access_, target_, predicates_);
  copy->planned_ = planned_;
  return copy;
}

duckdb::OpenFileInfo DeltaFileList::GetFile(idx_t i) const {
  if (i >= plan().files.size()) return duckdb::OpenFileInfo();
  const delta::ScanFile& planned = plan().files[i];
  duckdb::OpenFileInfo file = batch::value_or_throw(access_->file_of(table(), planned));
  // Files of changes come also from removes, in which writers tell the size or not.
  if (!target_.changes && planned.size > 0) set_size_in_log(file, static_cast<uint64_t>(planned.size));
  return file;
}

}  // namespace deltastream::engine
