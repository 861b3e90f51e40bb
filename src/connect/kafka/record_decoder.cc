#include "connect/kafka/record_decoder.h"

#include <fmt/format.h>

#include "common/exception.h"
#include "connect/formats.h"
#include "duckdb/common/types/selection_vector.hpp"

namespace deltastream::connect::kafka {
namespace {

std::string_view bytes_of(const void* data, size_t size) { return {static_cast<const char*>(data), size}; }

std::string place(const rd_kafka_message_t& message) {
  return fmt::format("topic '{}', partition {}, offset {}", rd_kafka_topic_name(message.rkt), message.partition, message.offset);
}

}  // namespace

RecordDecoder::RecordDecoder(const std::string& table, const RecordLayout& layout, const stream::SourceRequest& request, Logger* logger)
    : malformed_values_(table, layout.value.option_prefix, layout.value.skip_malformed, request.metrics, logger),
      malformed_keys_(table, layout.key.option_prefix, layout.key.skip_malformed, request.metrics, logger) {}

Result<std::unique_ptr<RecordDecoder>> RecordDecoder::create(const std::string& table, const RecordLayout& layout,
                                                             const stream::SourceRequest& request, Logger* logger) {
  std::unique_ptr<RecordDecoder> decoder(new RecordDecoder(table, layout, request, logger));
  DS_ASSIGN_OR_RETURN(decoder->metadata_, MetadataColumns::create(request.columns));
  std::vector<format::DecodeColumn> values, keys;
  for (format::DecodeColumn& column : decode_columns(request.columns)) {
    if (contains_name(layout.value.columns, column.path.front())) {
      values.push_back(std::move(column));
      continue;
    }
    decoder->key_targets_.push_back(column.target);
    decoder->key_types_.push_back(column.type);
    column.path.front() = layout.key_field(column.path.front());
    column.target = keys.size();
    keys.push_back(std::move(column));
  }
  DS_ASSIGN_OR_RETURN(decoder->values_, format::make_decoder(layout.value.format, values, layout.value.options));
  if (!keys.empty()) {
    DS_ASSIGN_OR_RETURN(decoder->keys_, format::make_decoder(layout.key.format, keys, layout.key.options));
  }
  return decoder;
}

Status RecordDecoder::decode(std::span<rd_kafka_message_t* const> messages, DataChunk& out) {
  batch_.clear();
  for (const rd_kafka_message_t* message : messages) batch_.add(bytes_of(message->payload, message->len));
  DS_RETURN_IF_ERROR(values_->decode(batch_, out, kept_, [&](size_t record, const std::string& reason) {
    return malformed_values_.report(place(*messages[record]), reason);
  }));
  if (keys_) {
    DS_RETURN_IF_ERROR(decode_keys(messages));
    DS_TRY_DUCKDB(place_keys(messages.size(), out))
  }
  if (metadata_.empty()) return {};
  return metadata_.fill(messages, kept_, out);
}

// A chunk of its own each time: `out` refers to it and may outlive the next call.
Status RecordDecoder::decode_keys(std::span<rd_kafka_message_t* const> messages) {
  batch_.clear();
  key_messages_.clear();
  for (uint32_t i = 0; i < messages.size(); i++) {
    if (!messages[i]->key) continue;
    batch_.add(bytes_of(messages[i]->key, messages[i]->key_len));
    key_messages_.push_back(i);
  }
  key_rows_.Destroy();
  DS_TRY_DUCKDB(key_rows_.Initialize(duckdb::Allocator::DefaultAllocator(), {key_types_.begin(), key_types_.end()}, kChunkRows))
  return keys_->decode(batch_, key_rows_, kept_keys_, [&](size_t record, const std::string& reason) {
    return malformed_keys_.report(place(*messages[key_messages_[record]]), reason + " (in the key)");
  });
}

void RecordDecoder::place_keys(size_t messages, DataChunk& out) {
  if (kept_.size() == messages && kept_keys_.size() == messages) {
    for (size_t i = 0; i < key_targets_.size(); i++) out.data[key_targets_[i]].Reference(key_rows_.data[i]);
    return;
  }
  // Some records have no row, or no key that could be read: those keys are NULL.
  constexpr uint32_t kNone = UINT32_MAX;
  std::vector<uint32_t> key_row(messages, kNone);
  for (uint32_t k = 0; k < kept_keys_.size(); k++) key_row[key_messages_[kept_keys_[k]]] = k;
  duckdb::SelectionVector selection(kept_.size() + 1);
  for (size_t r = 0; r < kept_.size(); r++) selection.set_index(r, key_row[kept_[r]] == kNone ? 0 : key_row[kept_[r]]);
  for (size_t i = 0; i < key_targets_.size(); i++) {
    Vector& target = out.data[key_targets_[i]];
    target.Slice(key_rows_.data[i], selection, kept_.size());
    target.Flatten(kept_.size());
    for (size_t r = 0; r < kept_.size(); r++) {
      if (key_row[kept_[r]] == kNone) duckdb::FlatVector::SetNull(target, r, true);
    }
  }
}

}  // namespace deltastream::connect::kafka
