#include "delta/scan.h"

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

SkipReason FilePruner::judge(const FileView& file, const std::vector<Value>& partition_values) const {
  for (const auto& condition : conditions_) {
    if (condition.partition && !value_may_match(condition.predicate, partition_values[*condition.partition])) return SkipReason::kPartition;
  }
  if (file.stats.empty()) return SkipReason::kNone;
  StatisticsReader statistics(file.stats);
  std::optional<std::optional<int64_t>> rows;
  for (const auto& condition : conditions_) {
    if (condition.partition) continue;
    if (!rows) rows = statistics.num_records();
    ColumnBounds bounds = statistics.column(condition.physical_path, condition.type);
    if (!bounds_may_match(condition.predicate, bounds, *rows, condition.exact_text)) return SkipReason::kStatistics;
  }
  return SkipReason::kNone;
}

std::string ScanPlan::describe() const {
  std::string text = std::to_string(files.size()) + " of " + std::to_string(files_total) + " files";
  if (skipped_by_partition + skipped_by_statistics == 0) return text;
  text += ": ";
  if (skipped_by_partition) text += std::to_string(skipped_by_partition) + " skipped by partition values";
  if (skipped_by_partition && skipped_by_statistics) text += ", ";
  if (skipped_by_statistics) text += std::to_string(skipped_by_statistics) + (skipped_by_partition ? " by statistics" : " skipped by statistics");
  return text;
}

Result<ScanPlan> plan_scan(const Snapshot& snapshot, const std::vector<Predicate>& predicates) {
  if (!snapshot.has_files()) return internal(snapshot.where() + " was opened without its files");
  if (snapshot.schema().fields.empty()) return unsupported(snapshot.where() + ": the table has no columns yet, so it cannot be read");
  DS_ASSIGN_OR_RETURN(FilePruner pruner, FilePruner::create(snapshot, predicates));
  DS_ASSIGN_OR_RETURN(PartitionReader partitions, PartitionReader::create(snapshot));
  ScanPlan plan;
  plan.files_total = snapshot.files().size();
  auto walked = snapshot.files().for_each([&](const FileView& file) -> Status {
    auto values = partitions.read(file.partition_values);
    if (!values.ok()) return std::move(values).context("file '" + std::string(file.path) + "'").error();
    switch (pruner.judge(file, **values)) {
      case SkipReason::kPartition: plan.skipped_by_partition++; return {};
      case SkipReason::kStatistics: plan.skipped_by_statistics++; return {};
      case SkipReason::kNone: break;
    }
    DS_ASSIGN_OR_RETURN(ScanFile kept, to_scan_file(file, **values, *snapshot.store()));
    plan.files.push_back(std::move(kept));
    plan.statistics.push_back(file.stats);
    return {};
  });
  DS_RETURN_IF_ERROR(std::move(walked).context(snapshot.where()));
  return plan;
}

}  // namespace deltastream::delta
