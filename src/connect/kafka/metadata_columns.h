#pragma once
// The metadata of records as columns of a chunk. One object a reader, one thread at a time.

#include <cstdint>
#include <span>
#include <vector>

#include "common/chunk.h"
#include "common/result.h"
#include "connect/kafka/record.h"
#include "connect/kafka/topics.h"
#include "stream/endpoint.h"

namespace deltastream::connect::kafka {

// What may stand in METADATA columns, comma separated.
inline constexpr std::string_view kMetadataColumns = "topic,partition,offset,timestamp,timestamp-type,headers,leader-epoch";

// The type that a key has; columns of another type are cast. Errors: not found (with the nearest key).
Result<LogicalType> metadata_type(const std::string& key);

class MetadataColumns {
 public:
  // Takes those of `columns` that are metadata.
  static Result<MetadataColumns> create(const std::vector<engine::SourceColumn>& columns);
  bool empty() const { return columns_.empty(); }
  bool has(std::string_view key) const;
  // Row r of `out` comes from records[rows[r]], all of one partition. Errors: invalid argument when a value cannot be cast.
  Status fill(const TopicPartition& partition, std::span<const Record* const> records, std::span<const uint32_t> rows, DataChunk& out) const;

 private:
  struct Column {
    std::string key;
    LogicalType type;    // as Kafka has it
    LogicalType wanted;  // as the table has it
    size_t target;
  };
  std::vector<Column> columns_;
};

}  // namespace deltastream::connect::kafka
