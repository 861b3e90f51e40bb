#include "format/json/json_decoder.h"

#include <fmt/format.h>

#include "common/exception.h"
#include "format/json/field_tree.h"
#include "format/json/record_reader.h"
#include "format/json/structural_index.h"
#include "format/option_values.h"

namespace deltastream::format::json {
namespace {

// Records are indexed in slices of about this many bytes, so that text and index stay in the first caches between the two passes.
constexpr size_t kSliceBytes = 32 * 1024;

class JsonDecoder final : public Decoder {
 public:
  JsonDecoder(std::unique_ptr<ObjectNode> root, std::vector<ValueNode*> values, std::vector<DecodeColumn> columns, ReaderOptions options)
      : root_(std::move(root)), values_(std::move(values)), columns_(std::move(columns)), reader_(*root_, options) {}

  Status decode(RecordBatch& batch, DataChunk& out, std::vector<uint32_t>& kept, const MalformedHandler& malformed) override {
    DS_TRY_DUCKDB(return decode_batch(batch, out, kept, malformed));
  }

 private:
  Status decode_batch(RecordBatch& batch, DataChunk& out, std::vector<uint32_t>& kept, const MalformedHandler& malformed) {
    kept.clear();
    if (batch.size() > kChunkRows) return internal(fmt::format("{} records do not fit into one chunk", batch.size()));
    DS_RETURN_IF_ERROR(bind_columns(out, batch.bytes()));
    for (size_t record = 0; record < batch.size();) {
      DS_RETURN_IF_ERROR(decode_slice(batch, record, kept, malformed));
    }
    for (ValueNode* value : values_) finish_lists(*value);
    out.SetCardinality(kept.size());
    return {};
  }

  Status bind_columns(DataChunk& out, size_t batch_bytes) {
    out.Reset();
    auto arena = duckdb::make_buffer<StringArena>(batch_bytes);
    reader_.use_arena(*arena);
    duckdb::buffer_ptr<duckdb::VectorBuffer> shared = arena;
    for (size_t i = 0; i < columns_.size(); i++) {
      const DecodeColumn& column = columns_[i];
      if (column.target >= out.ColumnCount() || out.data[column.target].GetType() != column.type) {
        return internal(fmt::format("the chunk has no {} vector at {} for column '{}'", column.type.ToString(), column.target, values_[i]->column));
      }
      bind(*values_[i], out.data[column.target]);
      attach(*values_[i], shared);
    }
    return {};
  }

  // Decodes records from `record` on, as many as fit into a slice, and moves `record` behind them.
  Status decode_slice(RecordBatch& batch, size_t& record, std::vector<uint32_t>& kept, const MalformedHandler& malformed) {
    const char* begin = batch.record(record).data();
    size_t last = record;
    auto end_of = [&](size_t i) { return size_t(batch.record(i).data() + batch.record(i).size() - begin); };
    while (last + 1 < batch.size() && batch.joined(last + 1) && end_of(last + 1) <= kSliceBytes) last++;
    std::string_view slice(begin, end_of(last));
    std::string problem = index_.build(slice);
    if (!problem.empty() && last > record) {
      // Some record spoils the index of all: each gets its own, so that the fault is found where it is.
      for (; record <= last; record++) DS_RETURN_IF_ERROR(decode_alone(batch, record, kept, malformed));
      return {};
    }
    if (!problem.empty()) {
      DS_RETURN_IF_ERROR(malformed(record, problem));
      record++;
      return {};
    }
    reader_.use_slice(slice, index_.begin());
    for (; record <= last; record++) {
      std::string_view text = batch.record(record);
      DS_RETURN_IF_ERROR(read(size_t(text.data() - begin), text.size(), record, kept, malformed));
    }
    return {};
  }

  Status decode_alone(RecordBatch& batch, size_t record, std::vector<uint32_t>& kept, const MalformedHandler& malformed) {
    std::string_view text = batch.record(record);
    std::string problem = index_.build(text);
    if (!problem.empty()) return malformed(record, problem);
    reader_.use_slice(text, index_.begin());
    return read(0, text.size(), record, kept, malformed);
  }

  Status read(size_t begin, size_t size, size_t record, std::vector<uint32_t>& kept, const MalformedHandler& malformed) {
    if (!reader_.read(begin, begin + size, kept.size())) return malformed(record, reader_.reason());
    kept.push_back(uint32_t(record));
    return {};
  }

  std::unique_ptr<ObjectNode> root_;
  std::vector<ValueNode*> values_;  // one a column, inside the tree
  std::vector<DecodeColumn> columns_;
  RecordReader reader_;
  StructuralIndex index_;
};

}  // namespace

Result<std::unique_ptr<Decoder>> make_json_decoder(const std::vector<DecodeColumn>& columns, const FormatOptions& options) {
  OptionValues values("json", options);
  ReaderOptions reader;
  DS_ASSIGN_OR_RETURN(reader.ignore_parse_errors, values.boolean("ignore-parse-errors", false));
  DS_ASSIGN_OR_RETURN(reader.fail_on_missing_field, values.boolean("fail-on-missing-field", false));
  DS_RETURN_IF_ERROR(values.one_of("timestamp-format.standard", {"SQL", "ISO-8601"}));  // both are read whatever it says
  DS_RETURN_IF_ERROR(values.no_others());
  if (reader.ignore_parse_errors && reader.fail_on_missing_field) {
    return invalid_argument("json.ignore-parse-errors and json.fail-on-missing-field cannot both be true: the one leaves out what the other stops at");
  }
  std::vector<ValueNode*> targets;
  DS_ASSIGN_OR_RETURN(std::unique_ptr<ObjectNode> root, compile(columns, targets));
  return std::unique_ptr<Decoder>(std::make_unique<JsonDecoder>(std::move(root), std::move(targets), columns, reader));
}

}  // namespace deltastream::format::json
