#include "delta/scan/partition_reader.h"

#include "delta/partition_value.h"

namespace deltastream::delta {
namespace {

// A table partitioned more finely than this reads values again now and then.
constexpr size_t kKnownMax = 4096;

}  // namespace

Result<PartitionReader> PartitionReader::create(const Snapshot& snapshot) {
  PartitionReader reader;
  for (const auto& name : snapshot.partition_columns()) {
    const auto* field = snapshot.schema().find(name);
    if (!field) return corrupt(snapshot.where() + ": the partition column '" + name + "' is no column of the schema");
    DS_ASSIGN_OR_RETURN(LogicalType type, logical_type(field->type).context("partition column '" + name + "'"));
    reader.columns_.push_back({name, field->physical_name(snapshot.column_mapping()), std::move(type)});
  }
  return reader;
}

Result<const std::vector<Value>*> PartitionReader::read(std::string_view json) {
  std::string key = columns_.empty() ? std::string() : std::string(json);
  if (auto found = known_.find(key); found != known_.end()) return &found->second;
  std::vector<Value> values;
  if (!columns_.empty()) {
    DS_ASSIGN_OR_RETURN(PartitionValues texts, parse_partition_values(json));
    for (const auto& column : columns_) {
      auto text = texts.find(column.physical_name);
      auto value = parse_partition_value(text == texts.end() ? std::nullopt : text->second, column.type);
      if (!value.ok()) return std::move(value).context("partition column '" + column.name + "'").error();
      values.push_back(std::move(value).value());
    }
  }
  if (known_.size() >= kKnownMax) known_.clear();
  return &known_.emplace(std::move(key), std::move(values)).first->second;
}

}  // namespace deltastream::delta
