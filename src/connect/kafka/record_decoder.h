#pragma once
// Keys and values of one partition's records → rows. One object a reader, one thread at a time.
// Errors: corrupt for a record that does not decode (unless the table leaves such records out), with topic, partition, offset.

#include <memory>
#include <span>
#include <vector>

#include "connect/kafka/metadata_columns.h"
#include "connect/kafka/record.h"
#include "connect/kafka/record_layout.h"
#include "connect/kafka/topics.h"
#include "connect/malformed.h"
#include "format/decoder.h"

namespace deltastream::connect::kafka {

class RecordDecoder {
 public:
  static Result<std::unique_ptr<RecordDecoder>> create(const std::string& table, const TopicPartition& partition,
                                                       const RecordLayout& layout, const stream::SourceRequest& request, Logger* logger);
  // At most kChunkRows records, all with a value; all padded or none. Sets the cardinality of `out`.
  Status decode(std::span<const Record* const> records, DataChunk& out);

  bool needs_leader_epoch() const { return metadata_.has("leader-epoch"); }
  // True when it looks at values only, and never at keys or headers.
  bool reads_values_only() const { return !keys_ && !metadata_.has("headers"); }

 private:
  RecordDecoder(const std::string& table, const TopicPartition& partition, const RecordLayout& layout, const stream::SourceRequest& request,
                Logger* logger);
  std::string place(const Record& record) const;
  Status decode_keys(std::span<const Record* const> records);
  void place_keys(size_t records, DataChunk& out);

  const TopicPartition partition_;
  MalformedRecords malformed_values_, malformed_keys_;
  MetadataColumns metadata_;
  std::unique_ptr<format::Decoder> values_, keys_;  // keys_: null when no column stands in the key only
  format::RecordBatch batch_;
  std::vector<uint32_t> kept_, kept_keys_;
  DataChunk key_rows_;
  std::vector<size_t> key_targets_;
  std::vector<LogicalType> key_types_;
  std::vector<uint32_t> key_records_;  // records that have a key
};

}  // namespace deltastream::connect::kafka
