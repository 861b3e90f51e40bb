#include "connect/kafka/metadata_columns.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/exception.h"
#include "common/suggest.h"
#include "connect/formats.h"
#include "duckdb/common/vector_operations/vector_operations.hpp"

namespace deltastream::connect::kafka {
namespace {

using Records = std::span<const Record* const>;

template <class T, class F>
void fill_flat(Vector& vector, size_t rows, F value) {
  T* data = duckdb::FlatVector::GetData<T>(vector);
  for (size_t r = 0; r < rows; r++) data[r] = value(r);
}

const char* timestamp_type_name(TimestampType type) {
  switch (type) {
    case TimestampType::kCreateTime: return "CreateTime";
    case TimestampType::kLogAppendTime: return "LogAppendTime";
    case TimestampType::kNone: break;
  }
  return "NoTimestampType";
}

void fill_timestamps(Vector& vector, Records records, std::span<const uint32_t> rows) {
  auto* data = duckdb::FlatVector::GetData<int64_t>(vector);
  for (size_t r = 0; r < rows.size(); r++) {
    const Record& record = *records[rows[r]];
    data[r] = static_cast<int64_t>(uint64_t(record.timestamp_ms) * 1000);
    if (record.timestamp_type == TimestampType::kNone) duckdb::FlatVector::SetNull(vector, r, true);
  }
}

void fill_leader_epochs(Vector& vector, Records records, std::span<const uint32_t> rows) {
  auto* data = duckdb::FlatVector::GetData<int32_t>(vector);
  for (size_t r = 0; r < rows.size(); r++) {
    data[r] = records[rows[r]]->leader_epoch;
    if (data[r] < 0) duckdb::FlatVector::SetNull(vector, r, true);
  }
}

// The last one of a name wins, as a map has it once.
Value headers_of(const Record& record) {
  duckdb::vector<Value> keys, values;
  for_each_header(record, [&](const Header& header) {
    Value key(std::string(header.first));
    Value value = header.second ? Value::BLOB(reinterpret_cast<duckdb::const_data_ptr_t>(header.second->data()), header.second->size())
                                : Value(LogicalType::BLOB);
    auto known = std::find(keys.begin(), keys.end(), key);
    if (known != keys.end()) {
      values[static_cast<size_t>(known - keys.begin())] = std::move(value);
    } else {
      keys.push_back(std::move(key));
      values.push_back(std::move(value));
    }
  });
  return Value::MAP(LogicalType::VARCHAR, LogicalType::BLOB, std::move(keys), std::move(values));
}

void fill_native(const std::string& key, Vector& vector, const TopicPartition& partition, Records records, std::span<const uint32_t> rows) {
  const size_t n = rows.size();
  if (key == "topic") {
    const auto topic = duckdb::StringVector::AddString(vector, partition.topic);
    fill_flat<duckdb::string_t>(vector, n, [&](size_t) { return topic; });
  } else if (key == "partition") {
    fill_flat<int32_t>(vector, n, [&](size_t) { return partition.partition; });
  } else if (key == "offset") {
    fill_flat<int64_t>(vector, n, [&](size_t r) { return records[rows[r]]->offset; });
  } else if (key == "timestamp") {
    fill_timestamps(vector, records, rows);
  } else if (key == "timestamp-type") {
    fill_flat<duckdb::string_t>(
        vector, n, [&](size_t r) { return duckdb::StringVector::AddString(vector, timestamp_type_name(records[rows[r]]->timestamp_type)); });
  } else if (key == "headers") {
    for (size_t r = 0; r < n; r++) vector.SetValue(r, headers_of(*records[rows[r]]));
  } else if (key == "leader-epoch") {
    fill_leader_epochs(vector, records, rows);
  }
}

}  // namespace

Result<LogicalType> metadata_type(const std::string& key) {
  if (key == "topic" || key == "timestamp-type") return LogicalType(LogicalType::VARCHAR);
  if (key == "partition") return LogicalType(LogicalType::INTEGER);
  if (key == "offset") return LogicalType(LogicalType::BIGINT);
  if (key == "timestamp") return LogicalType(LogicalType::TIMESTAMP_TZ);
  if (key == "headers") return LogicalType::MAP(LogicalType::VARCHAR, LogicalType::BLOB);
  if (key == "leader-epoch") return LogicalType(LogicalType::INTEGER);
  static const std::vector<std::string> kKnown = {"topic", "partition", "offset", "timestamp", "timestamp-type", "headers", "leader-epoch"};
  const std::string nearest = nearest_name(key, kKnown);
  return not_found(fmt::format("connector 'kafka' has no metadata column '{}'{}", key,
                               nearest.empty() ? fmt::format("; it has {}", kMetadataColumns) : fmt::format("; did you mean '{}'?", nearest)));
}

Result<MetadataColumns> MetadataColumns::create(const std::vector<engine::SourceColumn>& columns) {
  MetadataColumns result;
  for (size_t i = 0; i < columns.size(); i++) {
    if (!columns[i].metadata) continue;
    DS_ASSIGN_OR_RETURN(LogicalType type, metadata_type(columns[i].path.front()));
    // Kafka's time is an instant; without a zone it is written in UTC, bit for bit the same.
    if (type.id() == LogicalTypeId::TIMESTAMP_TZ && columns[i].type.id() == LogicalTypeId::TIMESTAMP) type = columns[i].type;
    result.columns_.push_back({columns[i].path.front(), type, columns[i].type, i});
  }
  return result;
}

bool MetadataColumns::has(std::string_view key) const {
  return std::any_of(columns_.begin(), columns_.end(), [&](const Column& column) { return column.key == key; });
}

Status MetadataColumns::fill(const TopicPartition& partition, Records records, std::span<const uint32_t> rows, DataChunk& out) const {
  for (const Column& column : columns_) {
    Vector& target = out.data[column.target];
    DS_TRY_DUCKDB({
      if (column.type == column.wanted) {
        fill_native(column.key, target, partition, records, rows);
      } else {
        Vector native(column.type, rows.size());
        fill_native(column.key, native, partition, records, rows);
        std::string why;
        if (!duckdb::VectorOperations::DefaultTryCast(native, target, rows.size(), &why, true)) {
          return invalid_argument(fmt::format("metadata column '{}' does not fit {}: {}", column.key, column.wanted.ToString(), why));
        }
      }
    })
  }
  return {};
}

}  // namespace deltastream::connect::kafka
