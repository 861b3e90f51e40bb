#include "delta/scan.h"

#include <algorithm>

#include "delta/file_statistics.h"
#include "delta/scan/bounds.h"
#include "delta/scan/partition_reader.h"
#include "delta/scan/scan_file.h"
#include "delta/statistics.h"
#include "common/exception.h"
#include "duckdb/common/string_util.hpp"

namespace deltastream::delta {
namespace {

struct FoundColumn {
  LogicalType type;
  std::vector<std::string> physical_path;
  bool was_float = false;
};

// A column that was float when some files were written: the text of a float in their statistics is not the double that
// reading gives.
bool was_float(const StructField& field) {
  const auto* changes = field.find_metadata("delta.typeChanges");
  return changes && changes->json.find("\"float\"") != std::string::npos;
}

const StructField* find_field(const std::vector<StructField>& fields, const std::string& name) {
  for (const auto& field : fields) {
    if (duckdb::StringUtil::CIEquals(field.name, name)) return &field;
  }
  return nullptr;
}

std::optional<FoundColumn> find_column(const Snapshot& snapshot, const std::vector<std::string>& path) {
  const std::vector<StructField>* fields = &snapshot.schema().fields;
  FoundColumn found;
  const StructField* field = nullptr;
  for (const auto& name : path) {
    if (field && field->type.kind != DataType::Kind::kStruct) return std::nullopt;
    field = find_field(*fields, name);
    if (!field) return std::nullopt;
    found.was_float = found.was_float || was_float(*field);
    found.physical_path.push_back(field->physical_name(snapshot.column_mapping()));
    fields = &field->type.fields;
  }
  if (!field) return std::nullopt;
  auto type = logical_type(field->type);
  if (!type.ok()) return std::nullopt;
  found.type = std::move(type).value();
  return found;
}

// The value as one of the column's type; nullopt where it would change. Times are never converted: that needs a zone.
std::optional<Value> fitting(const Value& value, const LogicalType& type) {
  if (value.IsNull() || value.type() == type) return value;
  if (!value.type().IsNumeric() || !type.IsNumeric()) return std::nullopt;
  Value there;
  Value back;
  std::string error;
  if (!value.DefaultTryCastAs(type, there, &error, true) || !there.DefaultTryCastAs(value.type(), back, &error, true)) return std::nullopt;
  return back == value ? std::optional(there) : std::nullopt;
}

bool orders(const LogicalType& type) {
  return !type.IsNested() && type.id() != LogicalTypeId::SQLNULL && type.id() != LogicalTypeId::VARIANT && type.id() != LogicalTypeId::GEOMETRY;
}

// A path that cannot be resolved is refused also where the log alone answers: the entry is none of a file. Few need more than a look.
Status check_path(std::string_view path, const storage::ObjectStore& store) {
  const bool plain = !path.empty() && path.front() != '/' && path.find_first_of("%:") == std::string_view::npos;
  if (plain) return {};
  auto resolved = resolve_path(path, store);
  return resolved.ok() ? Status() : Status(std::move(resolved).error());
}

bool has_exact_text(const LogicalType& type) {
  return type.IsIntegral() || type.id() == LogicalTypeId::DECIMAL || type.id() == LogicalTypeId::DATE;
}

}  // namespace

Result<std::optional<FilePruner::Condition>> FilePruner::condition(const Snapshot& snapshot, const Predicate& predicate) {
  bool null_test = predicate.op == PredicateOp::kIsNull || predicate.op == PredicateOp::kIsNotNull;
  if (!null_test && predicate.values.empty() && predicate.op != PredicateOp::kIn) return internal("a predicate without a value");
  auto found = find_column(snapshot, predicate.column);
  if (!found || !orders(found->type)) return std::optional<Condition>();
  Condition result{predicate, found->type, found->physical_path, std::nullopt, has_exact_text(found->type)};
  for (auto& value : result.predicate.values) {
    auto fits = fitting(value, found->type);
    if (!fits) return std::optional<Condition>();
    value = std::move(*fits);
  }
  const auto& columns = snapshot.partition_columns();
  for (size_t i = 0; predicate.column.size() == 1 && i < columns.size(); i++) {
    if (duckdb::StringUtil::CIEquals(columns[i], predicate.column[0])) result.partition = i;
  }
  if (found->was_float && !result.partition && !null_test) return std::optional<Condition>();
  return std::optional<Condition>(std::move(result));
}

Result<FilePruner> FilePruner::create(const Snapshot& snapshot, const std::vector<Predicate>& predicates) {
  FilePruner pruner;
  DS_TRY_DUCKDB(
      for (const auto& predicate : predicates) {
        DS_ASSIGN_OR_RETURN(auto made, condition(snapshot, predicate));
        if (made) pruner.conditions_.push_back(std::move(*made));
      })
  return pruner;
}

bool FilePruner::skips_partition(const std::vector<Value>& partition_values) const {
  return std::any_of(conditions_.begin(), conditions_.end(), [&](const Condition& condition) {
    return condition.partition && !value_may_match(condition.predicate, partition_values[*condition.partition]);
  });
}

bool FilePruner::asks_statistics() const {
  return std::any_of(conditions_.begin(), conditions_.end(), [](const Condition& condition) { return !condition.partition; });
}

SkipReason FilePruner::judge(std::string_view statistics, const std::vector<Value>& partition_values) const {
  if (skips_partition(partition_values)) return SkipReason::kPartition;
  if (statistics.empty()) return SkipReason::kNone;
  StatisticsReader reader(statistics);
  std::optional<std::optional<int64_t>> rows;
  for (const auto& condition : conditions_) {
    if (condition.partition) continue;
    if (!rows) rows = reader.num_records();
    ColumnBounds bounds = reader.column(condition.physical_path, condition.type);
    if (!bounds_may_match(condition.predicate, bounds, *rows, condition.exact_text)) return SkipReason::kStatistics;
  }
  return SkipReason::kNone;
}

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
  if (!rows || *rows < deleted || deleted < 0) return std::nullopt;
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
