#include "engine/delta_scan/file_list.h"

#include <algorithm>

#include "delta/file_statistics.h"
#include "duckdb/common/string_util.hpp"
#include "engine/batch/errors.h"
#include "engine/delta_scan/object_file_system.h"
#include "engine/delta_scan/predicates.h"

namespace deltastream::engine {

using duckdb::idx_t;

namespace {

bool is_same(const delta::Predicate& a, const delta::Predicate& b) {
  auto same_value = [](const Value& x, const Value& y) { return x.type() == y.type() && Value::NotDistinctFrom(x, y); };
  auto same_branch = [](const auto& x, const auto& y) { return std::equal(x.begin(), x.end(), y.begin(), y.end(), is_same); };
  return a.column == b.column && a.op == b.op && a.text == b.text && std::equal(a.branches.begin(), a.branches.end(), b.branches.begin(), b.branches.end(), same_branch) &&
         std::equal(a.values.begin(), a.values.end(), b.values.begin(), b.values.end(), same_value);
}

}  // namespace

DeltaFileList::DeltaFileList(std::shared_ptr<const TableAccess> access, ScanTarget target, std::vector<delta::Predicate> predicates)
    : access_(std::move(access)), target_(std::move(target)), predicates_(std::move(predicates)) {}

const DeltaFileList::Planned& DeltaFileList::planned() const {
  std::call_once(planned_->once, [&] {
    if (target_.changes) {
      planned_->changes = batch::value_or_throw(plan_changes(*target_.changes, predicates_));
    } else {
      planned_->selection = batch::value_or_throw(delta::select_files(table().snapshot, predicates_));
      planned_->files = batch::value_or_throw(delta::ScanFileReader::create(table().snapshot));
    }
  });
  return *planned_;
}

size_t DeltaFileList::size() const { return target_.changes ? planned().changes.entries.size() : planned().selection.places.size(); }

delta::ScanFile DeltaFileList::file(size_t i) const {
  if (const ChangeEntry* entry = change(i)) return entry->change.file;
  const uint32_t place = planned().selection.places.at(i);
  std::lock_guard lock(planned_->mutex);
  return batch::value_or_throw(planned_->files->read(place).context(table().snapshot.where()));
}

const ChangeEntry* DeltaFileList::change(size_t i) const {
  return target_.changes ? &target_.changes->entries.at(planned().changes.entries.at(i)) : nullptr;
}

std::string DeltaFileList::describe() const {
  return target_.changes ? planned().changes.describe(*target_.changes) : planned().selection.describe();
}

std::optional<uint64_t> DeltaFileList::exact_rows() const {
  if (target_.changes) return std::nullopt;
  std::call_once(planned_->counted, [&] {
    auto rows = delta::count_rows(table().snapshot, planned().selection);
    if (!rows.ok()) access_->environment().logger->warn("rows are counted without the log: " + rows.error().describe());
    planned_->rows = rows.ok() ? *rows : std::nullopt;
  });
  return planned_->rows;
}

std::string_view DeltaFileList::statistics(size_t i) const {
  const delta::Snapshot& snapshot = table().snapshot;
  const delta::FileSelection& files = planned().selection;
  if (snapshot.left_statistics().empty()) return snapshot.files().at(files.places.at(i)).stats;
  if (!files.statistics.empty()) return files.statistics.at(i);
  std::call_once(planned_->read, [&] {
    delta::FileStatistics reader(snapshot);
    for (uint32_t place : files.places) planned_->statistics.emplace_back(batch::value_or_throw(reader.of(snapshot.files().at(place))));
  });
  return planned_->statistics.at(i);
}

// Without statistics in the log the sizes have to do; where they stayed in a checkpoint, those of the first files stand for all.
uint64_t DeltaFileList::estimated_rows() const {
  constexpr uint64_t kBytesPerRow = 32;
  constexpr size_t kSampleFiles = 1000;
  auto bytes_of = [](const delta::FileView& file) { return static_cast<double>(std::max<int64_t>(file.size, 0)); };
  const delta::FileSet& files = table().snapshot.files();
  const auto& places = planned().selection.places;
  double bytes = 0;
  for (uint32_t place : places) bytes += bytes_of(files.at(place));
  delta::FileSelection sample;
  sample.places.assign(places.begin(), places.begin() + static_cast<int64_t>(std::min(kSampleFiles, places.size())));
  double sample_bytes = 0;
  for (uint32_t place : sample.places) sample_bytes += bytes_of(files.at(place));
  if (!planned().selection.statistics_read && sample_bytes > 0) {
    auto rows = delta::count_rows(table().snapshot, sample);
    if (rows.ok() && *rows) return static_cast<uint64_t>(static_cast<double>(**rows) / sample_bytes * bytes);
  }
  return static_cast<uint64_t>(bytes) / kBytesPerRow + places.size();
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

duckdb::unique_ptr<duckdb::MultiFileList> DeltaFileList::ComplexFilterPushdown(duckdb::ClientContext& context, const duckdb::MultiFileOptions&,
                                                                               duckdb::MultiFilePushdownInfo& info,
                                                                               duckdb::vector<duckdb::unique_ptr<duckdb::Expression>>& filters) const {
  ScanColumns columns;
  columns.name_of = [&](const duckdb::ColumnBinding& binding) -> std::string {
    if (binding.table_index != info.table_index || binding.column_index >= info.column_ids.size()) return {};
    idx_t column = info.column_ids[binding.column_index];
    return column < info.column_names.size() ? info.column_names[column] : std::string();
  };
  columns.is_partition = [&](const std::string& name) {
    const auto& partitions = table().snapshot.partition_columns();
    return std::any_of(partitions.begin(), partitions.end(), [&](const std::string& one) { return duckdb::StringUtil::CIEquals(one, name); });
  };
  columns.context = context.shared_from_this();
  std::vector<delta::Predicate> predicates;
  for (const auto& filter : filters) {
    for (auto& predicate : predicates_of(*filter, columns)) predicates.push_back(std::move(predicate));
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
  for (idx_t i = 0; i < size(); i++) files.push_back(GetFile(i));
  return files;
}

// Never SINGLE_FILE: that makes DuckDB look for what only its own binding reads from the first file.
duckdb::FileExpandResult DeltaFileList::GetExpandResult() const {
  return size() == 0 ? duckdb::FileExpandResult::NO_FILES : duckdb::FileExpandResult::MULTIPLE_FILES;
}

duckdb::vector<duckdb::OpenFileInfo> DeltaFileList::GetDisplayFileList(duckdb::optional_idx max_files) const {
  duckdb::vector<duckdb::OpenFileInfo> files;
  const size_t shown = max_files.IsValid() ? std::min<size_t>(max_files.GetIndex(), size()) : size();
  for (size_t i = 0; i < shown; i++) files.emplace_back(file(i).path);
  return files;
}

duckdb::unique_ptr<duckdb::NodeStatistics> DeltaFileList::GetCardinality(duckdb::ClientContext&) const {
  if (target_.changes) {
    uint64_t bytes = 0;
    for (size_t i = 0; i < size(); i++) bytes += static_cast<uint64_t>(std::max<int64_t>(change(i)->change.file.size, 0));
    return duckdb::make_uniq<duckdb::NodeStatistics>(bytes / 32 + size());
  }
  if (planned().selection.rows) return duckdb::make_uniq<duckdb::NodeStatistics>(*planned().selection.rows, *planned().selection.rows);
  return duckdb::make_uniq<duckdb::NodeStatistics>(estimated_rows());
}

duckdb::unique_ptr<duckdb::MultiFileList> DeltaFileList::Copy() const {
  auto copy = duckdb::make_uniq<DeltaFileList>(access_, target_, predicates_);
  copy->planned_ = planned_;
  return copy;
}

duckdb::OpenFileInfo DeltaFileList::GetFile(idx_t i) const {
  if (i >= size()) return duckdb::OpenFileInfo();
  const delta::ScanFile in_log = file(i);
  duckdb::OpenFileInfo info = batch::value_or_throw(access_->file_of(table(), in_log));
  // Files of changes come also from removes, in which writers tell the size or not.
  if (!target_.changes && in_log.size > 0) set_size_in_log(info, static_cast<uint64_t>(in_log.size));
  return info;
}

}  // namespace deltastream::engine
