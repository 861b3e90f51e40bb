#pragma once
// Keys and values of messages → rows. One object a reader, one thread at a time.
// Errors: corrupt for a record that does not decode (unless the table leaves such records out), with topic, partition, offset.

#include <librdkafka/rdkafka.h>

#include <memory>
#include <span>
#include <vector>

#include "connect/kafka/metadata_columns.h"
#include "connect/kafka/record_layout.h"
#include "connect/malformed.h"
#include "format/decoder.h"

namespace deltastream::connect::kafka {

class RecordDecoder {
 public:
  static Result<std::unique_ptr<RecordDecoder>> create(const std::string& table, const RecordLayout& layout,
                                                       const stream::SourceRequest& request, Logger* logger);
  // At most kChunkRows messages, all with a value. Sets the cardinality of `out`.
  Status decode(std::span<rd_kafka_message_t* const> messages, DataChunk& out);

 private:
  RecordDecoder(const std::string& table, const RecordLayout& layout, const stream::SourceRequest& request, Logger* logger);
  Status decode_keys(std::span<rd_kafka_message_t* const> messages);
  void place_keys(size_t messages, DataChunk& out);

  MalformedRecords malformed_values_, malformed_keys_;
  MetadataColumns metadata_;
  std::unique_ptr<format::Decoder> values_, keys_;  // keys_: null when no column stands in the key only
  format::RecordBatch batch_;
  std::vector<uint32_t> kept_, kept_keys_;
  DataChunk key_rows_;
  std::vector<size_t> key_targets_;
  std::vector<LogicalType> key_types_;
  std::vector<uint32_t> key_messages_;  // messages that have a key
};

}  // namespace deltastream::connect::kafka
