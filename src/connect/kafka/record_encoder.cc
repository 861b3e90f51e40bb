#include "connect/kafka/record_encoder.h"

#include <fmt/format.h>

#include "common/exception.h"
#include "connect/formats.h"
#include "connect/kafka/metadata_columns.h"

namespace deltastream::connect::kafka {
namespace {

bool is_time(const LogicalType& type) { return type.id() == LogicalTypeId::TIMESTAMP_TZ || type.id() == LogicalTypeId::TIMESTAMP; }

}  // namespace

Result<std::unique_ptr<RecordEncoder>> RecordEncoder::create(const engine::TableDefinition& table, const RecordLayout& layout,
                                                             const std::vector<Field>& fields) {
  auto encoder = std::make_unique<RecordEncoder>();
  for (size_t i = 0; i < fields.size(); i++) {
    const engine::ColumnDefinition* column = table.find_column(fields[i].name);
    if (!column || column->kind != engine::ColumnKind::kMetadata) continue;
    DS_ASSIGN_OR_RETURN(LogicalType native, metadata_type(column->metadata_key));
    if (column->metadata_key == "timestamp" && is_time(fields[i].type)) {
      encoder->timestamp_ = i;
    } else if (column->metadata_key == "headers" && fields[i].type == native) {
      encoder->headers_ = i;
    } else if (column->metadata_key == "timestamp" || column->metadata_key == "headers") {
      return invalid_argument(fmt::format("column '{}': metadata '{}' is written as {}, not {}", column->name, column->metadata_key,
                                          native.ToString(), fields[i].type.ToString()));
    } else {
      return unsupported(fmt::format("column '{}': metadata '{}' cannot be written; declare it VIRTUAL", column->name, column->metadata_key));
    }
  }
  DS_RETURN_IF_ERROR(make_part(layout.value, "", fields, encoder->value_));
  if (!layout.key.format.empty()) DS_RETURN_IF_ERROR(make_part(layout.key, layout.key_prefix, fields, encoder->key_));
  return encoder;
}

Status RecordEncoder::make_part(const RecordPart& part, const std::string& prefix, const std::vector<Field>& fields, Part& made) {
  std::vector<Field> own;
  duckdb::vector<LogicalType> types;
  for (size_t i = 0; i < fields.size(); i++) {
    if (!contains_name(part.columns, fields[i].name)) continue;
    made.columns.push_back(i);
    own.push_back(fields[i]);
    own.back().name = fields[i].name.substr(prefix.size());
    types.push_back(fields[i].type);
  }
  if (own.empty()) return invalid_argument("its records would hold no column");
  format::FormatOptions options = part.options;
  options.erase("columns");
  options.erase("ignore-parse-errors");
  options.erase("fail-on-missing-field");
  options.erase("allow-comments");
  DS_ASSIGN_OR_RETURN(made.encoder, format::make_encoder(part.format, own, options));
  DS_TRY_DUCKDB(made.rows.InitializeEmpty(types))
  return {};
}

Status RecordEncoder::refer(Part& part, DataChunk& rows) {
  DS_TRY_DUCKDB({
    for (size_t i = 0; i < part.columns.size(); i++) part.rows.data[i].Reference(rows.data[part.columns[i]]);
    part.rows.SetCardinality(rows.size());
  })
  return {};
}

void RecordEncoder::read_headers(DataChunk& rows, size_t row, OutgoingRecord& record) const {
  record.headers.clear();
  const Value map = rows.GetValue(*headers_, row);
  if (map.IsNull()) return;
  for (const Value& entry : duckdb::MapValue::GetChildren(map)) {
    const auto& pair = duckdb::StructValue::GetChildren(entry);
    OutgoingRecord::Header header{duckdb::StringValue::Get(pair[0]), std::nullopt};
    if (!pair[1].IsNull()) header.value = duckdb::StringValue::Get(pair[1]);
    record.headers.push_back(std::move(header));
  }
}

Status RecordEncoder::encode(DataChunk& rows, const std::function<Status(const OutgoingRecord&)>& emit) {
  keys_.clear();
  key_ends_.clear();
  if (key_.encoder) {
    DS_RETURN_IF_ERROR(refer(key_, rows));
    DS_RETURN_IF_ERROR(key_.encoder->encode(key_.rows, [&](std::string_view bytes) {
      keys_ += bytes;
      key_ends_.push_back(keys_.size());
      return Status();
    }));
  }
  DS_RETURN_IF_ERROR(refer(value_, rows));
  size_t row = 0;
  OutgoingRecord record;
  return value_.encoder->encode(value_.rows, [&](std::string_view bytes) -> Status {
    record.value = bytes;
    if (key_.encoder) {
      const size_t begin = row == 0 ? 0 : key_ends_[row - 1];
      record.key = std::string_view(keys_).substr(begin, key_ends_[row] - begin);
    }
    DS_TRY_DUCKDB({
      if (timestamp_) {
        const Value time = rows.GetValue(*timestamp_, row);
        record.timestamp_ms.reset();
        if (!time.IsNull()) record.timestamp_ms = time.GetValueUnsafe<int64_t>() / 1000;
      }
      if (headers_) read_headers(rows, row, record);
    })
    row++;
    return emit(record);
  });
}

}  // namespace deltastream::connect::kafka
