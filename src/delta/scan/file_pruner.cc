// The conditions of a scan, held against the log's entry of one file.
#include <algorithm>

#include "common/exception.h"
#include "delta/scan.h"
#include "delta/scan/bounds.h"
#include "delta/statistics.h"
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

std::optional<size_t> partition_of(const Snapshot& snapshot, const std::string& name) {
  const auto& columns = snapshot.partition_columns();
  for (size_t i = 0; i < columns.size(); i++) {
    if (duckdb::StringUtil::CIEquals(columns[i], name)) return i;
  }
  return std::nullopt;
}

}  // namespace

bool FilePruner::Condition::partition_may_match(const std::vector<Value>& partition_values) const {
  if (predicate.op == PredicateOp::kAnyOf) {
    return std::any_of(branches.begin(), branches.end(), [&](const auto& branch) {
      return std::all_of(branch.begin(), branch.end(), [&](const Condition& one) { return one.partition_may_match(partition_values); });
    });
  }
  if (predicate.op == PredicateOp::kTest) {
    std::vector<Value> values;
    for (size_t column : tested) values.push_back(partition_values[column]);
    return predicate.test(values);
  }
  return !partition || value_may_match(predicate, partition_values[*partition]);
}

bool FilePruner::Condition::may_match(const std::vector<Value>& partition_values, const StatisticsReader& statistics) const {
  if (predicate.op == PredicateOp::kAnyOf) {
    return std::any_of(branches.begin(), branches.end(), [&](const auto& branch) {
      return std::all_of(branch.begin(), branch.end(), [&](const Condition& one) { return one.may_match(partition_values, statistics); });
    });
  }
  if (!asks_statistics()) return partition_may_match(partition_values);
  return bounds_may_match(predicate, statistics.column(physical_path, type), statistics.num_records(), exact_text);
}

bool FilePruner::Condition::asks_statistics() const {
  if (predicate.op == PredicateOp::kAnyOf) {
    return std::any_of(branches.begin(), branches.end(),
                       [](const auto& branch) { return std::any_of(branch.begin(), branch.end(), [](const Condition& one) { return one.asks_statistics(); }); });
  }
  return predicate.op != PredicateOp::kTest && !partition;
}

Result<std::optional<FilePruner::Condition>> FilePruner::any_of(const Snapshot& snapshot, const Predicate& predicate) {
  Condition result{{{}, PredicateOp::kAnyOf}, {}, {}, std::nullopt};
  for (const auto& branch : predicate.branches) {
    auto& conditions = result.branches.emplace_back();
    for (const Predicate& one : branch) {
      DS_ASSIGN_OR_RETURN(auto made, condition(snapshot, one));
      if (made) conditions.push_back(std::move(*made));
    }
    if (conditions.empty()) return std::optional<Condition>();  // a branch that every file may meet
  }
  return std::optional(std::move(result));
}

std::optional<FilePruner::Condition> FilePruner::test_of(const Snapshot& snapshot, const Predicate& predicate) {
  Condition result{predicate, {}, {}, std::nullopt};
  for (const auto& name : predicate.column) {
    auto place = partition_of(snapshot, name);
    if (!place) return std::nullopt;
    result.tested.push_back(*place);
  }
  return result;
}

Result<std::optional<FilePruner::Condition>> FilePruner::condition(const Snapshot& snapshot, const Predicate& predicate) {
  if (predicate.op == PredicateOp::kAnyOf) return any_of(snapshot, predicate);
  if (predicate.op == PredicateOp::kTest) return test_of(snapshot, predicate);
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
  if (predicate.column.size() == 1) result.partition = partition_of(snapshot, predicate.column[0]);
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
  return std::any_of(conditions_.begin(), conditions_.end(), [&](const Condition& condition) { return !condition.partition_may_match(partition_values); });
}

bool FilePruner::asks_statistics() const {
  return std::any_of(conditions_.begin(), conditions_.end(), [](const Condition& condition) { return condition.asks_statistics(); });
}

SkipReason FilePruner::judge(std::string_view statistics, const std::vector<Value>& partition_values) const {
  if (skips_partition(partition_values)) return SkipReason::kPartition;
  if (statistics.empty()) return SkipReason::kNone;
  const StatisticsReader reader(statistics);
  const bool skipped = std::any_of(conditions_.begin(), conditions_.end(), [&](const Condition& condition) {
    return condition.asks_statistics() && !condition.may_match(partition_values, reader);
  });
  return skipped ? SkipReason::kStatistics : SkipReason::kNone;
}

}  // namespace deltastream::delta
