#include "delta/scan.h"

#include <algorithm>

#include "delta/file_statistics.h"
#include "delta/scan/partition_reader.h"
#include "delta/scan/scan_file.h"
#include "delta/statistics.h"

namespace deltastream::delta {
namespace {

// A path that cannot be resolved is refused also where the log alone answers: the entry is none of a file. Few need more than a look.
Status check_path(std::string_view path, const storage::ObjectStore& store) {
  const bool plain = !path.empty() && path.front() != '/' && path.find('%') == std::string_view::npos && path.find(':') == std::string_view::npos;
  if (plain) return {};
  auto resolved = resolve_path(path, store);
  return resolved.ok() ? Status() : Status(std::move(resolved).error());
}

}  // namespace

std::string SkipCounts::describe() const {
  const size_t kept = files_total - skipped_by_partition - skipped_by_statistics;
  std::string text = std::to_string(kept) + " of " + std::to_string(files_total) + " files";
  if (kept == files_total) return text;
  text += ": ";
  if (skipped_by_partition) text += std::to_string(skipped_by_partition) + " skipped by partition values";
  if (skipped_by_partition && skipped_by_statistics) text += ", ";
  if (skipped_by_statistics) text += std::to_string(skipped_by_statistics) + (skipped_by_partition ? " by statistics" : " skipped by statistics");
  return text;
}

std::optional<uint64_t> live_rows(const FileView& file, std::string_view statistics) {
  if (statistics.empty()) return std::nullopt;
  auto rows = StatisticsReader(statistics).num_records();
  const int64_t deleted = file.deletion_vector.storage_type ? file.deletion_vector.cardinality : 0;
  // No file holds so many; and the sum of all must stay a number.
  constexpr int64_t kMost = int64_t{1} << 40;
  if (!rows || *rows < deleted || deleted < 0 || *rows > kMost) return std::nullopt;
  return static_cast<uint64_t>(*rows - deleted);
}

Result<FileSelection> select_files(const Snapshot& snapshot, const std::vector<Predicate>& predicates) {
  if (!snapshot.has_files()) return internal(snapshot.where() + " was opened without its files");
  if (snapshot.schema().fields.empty()) return unsupported(snapshot.where() + ": the table has no columns yet, so it cannot be read");
  DS_ASSIGN_OR_RETURN(FilePruner pruner, FilePruner::create(snapshot, predicates));
  DS_ASSIGN_OR_RETURN(PartitionReader partitions, PartitionReader::create(snapshot));
  FileStatistics statistics(snapshot);
  FileSelection selection;
  selection.files_total = snapshot.files().size();
  selection.statistics_read = pruner.asks_statistics() || snapshot.left_statistics().empty();
  selection.rows = 0;
  bool keeps_statistics = selection.statistics_read && !snapshot.left_statistics().empty();
  auto walked = snapshot.files().for_each_place([&](uint32_t place, const FileView& file) -> Status {
    auto values = partitions.read(file.partition_values);
    if (!values.ok()) return std::move(values).context("file '" + std::string(file.path) + "'").error();
    if (pruner.skips_partition(**values)) {
      selection.skipped_by_partition++;
      return {};
    }
    std::string_view text;
    if (selection.statistics_read) {
      DS_ASSIGN_OR_RETURN(text, statistics.of(file));
      if (pruner.judge(text, **values) == SkipReason::kStatistics) {
        selection.skipped_by_statistics++;
        return {};
      }
    }
    DS_RETURN_IF_ERROR(check_path(file.path, *snapshot.store()));
    auto rows = live_rows(file, text);
    selection.rows = rows && selection.rows ? std::optional(*selection.rows + *rows) : std::nullopt;
    selection.places.push_back(place);
    if (keeps_statistics && selection.places.size() > FileSelection::kKeptStatisticsMax) {
      keeps_statistics = false;
      selection.statistics = {};
    }
    if (keeps_statistics) selection.statistics.emplace_back(text);
    return {};
  });
  DS_RETURN_IF_ERROR(std::move(walked).context(snapshot.where()));
  return selection;
}

Result<std::optional<uint64_t>> count_rows(const Snapshot& snapshot, const FileSelection& selection) {
  if (selection.statistics_read) return selection.rows;
  FileStatistics statistics(snapshot);
  uint64_t total = 0;
  for (uint32_t place : selection.places) {
    const FileView file = snapshot.files().at(place);
    DS_ASSIGN_OR_RETURN(auto text, statistics.of(file));
    auto rows = live_rows(file, text);
    if (!rows) return std::optional<uint64_t>();
    total += *rows;
  }
  return std::optional(total);
}

Result<ScanFileReader> ScanFileReader::create(const Snapshot& snapshot) {
  DS_ASSIGN_OR_RETURN(PartitionReader partitions, PartitionReader::create(snapshot));
  ScanFileReader reader;
  reader.snapshot_ = &snapshot;
  reader.partitions_ = std::make_shared<PartitionReader>(std::move(partitions));
  return reader;
}

Result<ScanFile> ScanFileReader::read(uint32_t place) const {
  const FileView file = snapshot_->files().at(place);
  auto values = partitions_->read(file.partition_values);
  if (!values.ok()) return std::move(values).context("file '" + std::string(file.path) + "'").error();
  return to_scan_file(file, **values, *snapshot_->store());
}

Result<ScanPlan> plan_scan(const Snapshot& snapshot, const std::vector<Predicate>& predicates) {
  DS_ASSIGN_OR_RETURN(FileSelection selection, select_files(snapshot, predicates));
  DS_ASSIGN_OR_RETURN(ScanFileReader reader, ScanFileReader::create(snapshot));
  ScanPlan plan{selection, {}};
  plan.files.reserve(selection.places.size());
  for (uint32_t place : selection.places) {
    auto file = reader.read(place);
    if (!file.ok()) return std::move(file).context(snapshot.where()).error();
    plan.files.push_back(std::move(file).value());
  }
  return plan;
}

}  // namespace deltastream::delta
