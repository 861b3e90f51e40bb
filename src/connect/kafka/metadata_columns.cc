#include "connect/kafka/metadata_columns.h"

#include <fmt/format.h>

#include <cstring>

#include "common/exception.h"
#include "common/suggest.h"
#include "connect/formats.h"
#include "duckdb/common/vector_operations/vector_operations.hpp"

namespace deltastream::connect::kafka {
namespace {

using Messages = std::span<rd_kafka_message_t* const>;

template <class T, class F>
void fill_flat(Vector& vector, size_t rows, F value) {
  T* data = duckdb::FlatVector::GetData<T>(vector);
  for (size_t r = 0; r < rows; r++) data[r] = value(r);
}

int64_t timestamp_us(const rd_kafka_message_t& message, rd_kafka_timestamp_type_t* type) {
  return rd_kafka_message_timestamp(&message, type) * 1000;
}

const char* timestamp_type_name(const rd_kafka_message_t& message) {
  rd_kafka_timestamp_type_t type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
  rd_kafka_message_timestamp(&message, &type);
  switch (type) {
    case RD_KAFKA_TIMESTAMP_CREATE_TIME: return "CreateTime";
    case RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME: return "LogAppendTime";
    case RD_KAFKA_TIMESTAMP_NOT_AVAILABLE: break;
  }
  return "NoTimestampType";
}

void fill_timestamps(Vector& vector, Messages messages, std::span<const uint32_t> rows) {
  auto* data = duckdb::FlatVector::GetData<int64_t>(vector);
  for (size_t r = 0; r < rows.size(); r++) {
    rd_kafka_timestamp_type_t type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
    data[r] = timestamp_us(*messages[rows[r]], &type);
    if (type == RD_KAFKA_TIMESTAMP_NOT_AVAILABLE) duckdb::FlatVector::SetNull(vector, r, true);
  }
}

// The last one of a name wins, as a map has it once.
void fill_headers(Vector& vector, Messages messages, std::span<const uint32_t> rows) {
  for (size_t r = 0; r < rows.size(); r++) {
    duckdb::vector<Value> keys, values;
    rd_kafka_headers_t* headers = nullptr;
    if (rd_kafka_message_headers(messages[rows[r]], &headers) == RD_KAFKA_RESP_ERR_NO_ERROR) {
      const char* name = nullptr;
      const void* bytes = nullptr;
      size_t size = 0;
      for (size_t i = 0; rd_kafka_header_get_all(headers, i, &name, &bytes, &size) == RD_KAFKA_RESP_ERR_NO_ERROR; i++) {
        Value key(name);
        Value value = bytes ? Value::BLOB(static_cast<duckdb::const_data_ptr_t>(bytes), size) : Value(LogicalType::BLOB);
        auto known = std::find(keys.begin(), keys.end(), key);
        if (known != keys.end()) {
          values[static_cast<size_t>(known - keys.begin())] = std::move(value);
        } else {
          keys.push_back(std::move(key));
          values.push_back(std::move(value));
        }
      }
    }
    vector.SetValue(r, Value::MAP(LogicalType::VARCHAR, LogicalType::BLOB, std::move(keys), std::move(values)));
  }
}

void fill_native(const std::string& key, Vector& vector, Messages messages, std::span<const uint32_t> rows) {
  const size_t n = rows.size();
  if (key == "topic") {
    // All messages of a reader have the same.
    const auto topic = duckdb::StringVector::AddString(vector, n == 0 ? "" : rd_kafka_topic_name(messages[rows[0]]->rkt));
    fill_flat<duckdb::string_t>(vector, n, [&](size_t) { return topic; });
  } else if (key == "partition") {
    fill_flat<int32_t>(vector, n, [&](size_t r) { return messages[rows[r]]->partition; });
  } else if (key == "offset") {
    fill_flat<int64_t>(vector, n, [&](size_t r) { return messages[rows[r]]->offset; });
  } else if (key == "timestamp") {
    fill_timestamps(vector, messages, rows);
  } else if (key == "timestamp-type") {
    fill_flat<duckdb::string_t>(vector, n, [&](size_t r) { return duckdb::StringVector::AddString(vector, timestamp_type_name(*messages[rows[r]])); });
  } else if (key == "headers") {
    fill_headers(vector, messages, rows);
#if RD_KAFKA_VERSION >= 0x020100ff
  } else if (key == "leader-epoch") {
    fill_flat<int32_t>(vector, n, [&](size_t r) { return rd_kafka_message_leader_epoch(messages[rows[r]]); });
#endif
  }
}

}  // namespace

Result<LogicalType> metadata_type(const std::string& key) {
  if (key == "topic" || key == "timestamp-type") return LogicalType(LogicalType::VARCHAR);
  if (key == "partition") return LogicalType(LogicalType::INTEGER);
  if (key == "offset") return LogicalType(LogicalType::BIGINT);
  if (key == "timestamp") return LogicalType(LogicalType::TIMESTAMP_TZ);
  if (key == "headers") return LogicalType::MAP(LogicalType::VARCHAR, LogicalType::BLOB);
  if (key == "leader-epoch") {
#if RD_KAFKA_VERSION >= 0x020100ff
    return LogicalType(LogicalType::INTEGER);
#else
    return unsupported(fmt::format("metadata column 'leader-epoch' needs librdkafka 2.1; this is {}", rd_kafka_version_str()));
#endif
  }
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

Status MetadataColumns::fill(Messages messages, std::span<const uint32_t> rows, DataChunk& out) const {
  for (const Column& column : columns_) {
    Vector& target = out.data[column.target];
    DS_TRY_DUCKDB({
      if (column.type == column.wanted) {
        fill_native(column.key, target, messages, rows);
      } else {
        Vector native(column.type, rows.size());
        fill_native(column.key, native, messages, rows);
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
