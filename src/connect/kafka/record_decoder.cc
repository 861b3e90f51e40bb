#include "connect/kafka/record_decoder.h"

#include <fmt/format.h>

#include "common/exception.h"
#include "connect/formats.h"
#include "duckdb/common/types/selection_vector.hpp"

namespace deltastream::connect::kafka {

RecordDecoder::RecordDecoder(const std::string& table, const TopicPartition& partition, const RecordLayout& layout, const stream::SourceRequest& request,
                             Logger* logger)
    : partition_(partition),
      malformed_values_(table, layout.value.option_prefix, layout.value.skip_malformed, request.metrics, logger),
      malformed_keys_(table, layout.key.option_prefix, layout.key.skip_malformed, request.metrics, logger) {}

Result<std::unique_ptr<RecordDecoder>> RecordDecoder::create(const std::string& table, const TopicPartition& partition,
                                                             const RecordLayout& layout, const stream::SourceRequest& request, Logger* logger) {
  std::unique_ptr<RecordDecoder> decoder(new RecordDecoder(table, partition, layout, request, logger));
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

Status RecordDecoder::decode(std::span<const Record* const> records, DataChunk& out) {
  batch_.clear();
  for (const Record* record : records) {
    if (record->padded) {
      batch_.refer(record->value_bytes(), record->joined);
    } else {
      batch_.add(record->value_bytes());
    }
  }
  DS_RETURN_IF_ERROR(values_->decode(batch_, out, kept_, [&](size_t record, const std::string& reason) {
    return malformed_values_.report(place(*records[record]), reason);
  }));
  if (keys_) {
    DS_RETURN_IF_ERROR(decode_keys(records));
    DS_TRY_DUCKDB(place_keys(records.size(), out))
  }
  if (metadata_.empty()) return {};
  return metadata_.fill(partition_, records, kept_, out);
}

std::string RecordDecoder::place(const Record& record) const {
  return fmt::format("topic '{}', partition {}, offset {}", partition_.topic, partition_.partition, record.offset);
}

// A chunk of its own each time: `out` refers to it and may outlive the next call.
Status RecordDecoder::decode_keys(std::span<const Record* const> records) {
  batch_.clear();
  key_records_.clear();
  for (uint32_t i = 0; i < records.size(); i++) {
    if (!records[i]->key) continue;
    batch_.add(records[i]->key_bytes());
    key_records_.push_back(i);
  }
  key_rows_.Destroy();
  DS_TRY_DUCKDB(key_rows_.Initialize(duckdb::Allocator::DefaultAllocator(), {key_types_.begin(), key_types_.end()}, kChunkRows))
  return keys_->decode(batch_, key_rows_, kept_keys_, [&](size_t record, const std::string& reason) {
    return malformed_keys_.report(place(*records[key_records_[record]]), reason + " (in the key)");
  });
}

void RecordDecoder::place_keys(size_t records, DataChunk& out) {
  if (kept_.size() == records && kept_keys_.size() == records) {
    for (size_t i = 0; i < key_targets_.size(); i++) out.data[key_targets_[i]].Reference(key_rows_.data[i]);
    return;
  }
  // Some records have no row, or no key that could be read: those keys are NULL.
  constexpr uint32_t kNone = UINT32_MAX;
  std::vector<uint32_t> key_row(records, kNone);
  for (uint32_t k = 0; k < kept_keys_.size(); k++) key_row[key_records_[kept_keys_[k]]] = k;
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
