#include "cli/result_writer.h"

#include <optional>

#include <fmt/format.h>

#include "cli/record_text.h"
#include "cli/table_text.h"
#include "cli/text_columns.h"
#include "common/exception.h"
#include "duckdb/common/vector_operations/vector_operations.hpp"
#include "format/arrow_ipc.h"
#include "format/decoder.h"
#include "format/parquet.h"

namespace deltastream::cli {
namespace {

using Output = std::unique_ptr<storage::ObjectWriter>;

// What the text forms share: an output that takes one result after the other.
class TextWriter : public ResultWriter {
 public:
  explicit TextWriter(Output output) : output_(std::move(output)) {}
  Status finish() override { return {}; }
  Status finish_output() override {
    auto finished = output_->finish();
    return finished.ok() ? Status() : Status(std::move(finished).error());
  }

 protected:
  Output output_;
};

// EXPLAIN answers in these columns, with drawings of many lines.
bool are_plans(const std::vector<Field>& columns) {
  return columns.size() == 2 && columns[0].name == "explain_key" && columns[1].name == "explain_value";
}

// A table or records; plans as they are drawn.
template <typename Text>
class PeopleWriter final : public TextWriter {
 public:
  PeopleWriter(Output output, TableRoom room) : TextWriter(std::move(output)), room_(room) {}
  Status begin(const std::vector<Field>& columns) override {
    text_.reset();
    if (!are_plans(columns)) text_.emplace(columns, room_, [this](std::string_view text) { return output_->append(text); });
    return {};
  }
  Status write(DataChunk& rows) override { DS_TRY_DUCKDB(return text_ ? text_->write(rows) : write_plans(rows)); }
  Status finish() override { return text_ ? text_->finish() : Status(); }

 private:
  Status write_plans(DataChunk& rows) {
    plans_.use(rows);
    for (size_t row = 0; row < rows.size(); row++) DS_RETURN_IF_ERROR(output_->append(plans_.at(1, row).value_or("")));
    return {};
  }

  const TableRoom room_;
  std::optional<Text> text_;
  TextColumns plans_;
};

class CsvWriter final : public TextWriter {
 public:
  using TextWriter::TextWriter;
  Status begin(const std::vector<Field>& columns) override {
    std::string header;
    for (const Field& column : columns) append_field(header, column.name, &column == &columns.front());
    return columns.empty() ? Status() : output_->append(header + "\n");
  }
  Status write(DataChunk& rows) override { DS_TRY_DUCKDB(return write_rows(rows)); }

 private:
  Status write_rows(DataChunk& rows) {
    texts_.use(rows);
    std::string text;
    for (size_t row = 0; row < rows.size(); row++) {
      for (size_t column = 0; column < rows.ColumnCount(); column++) append_field(text, texts_.at(column, row), column == 0);
      text += '\n';
    }
    return output_->append(text);
  }

  // NULL is nothing at all, the empty text "".
  static void append_field(std::string& out, std::optional<std::string_view> value, bool first) {
    if (!first) out += ',';
    if (!value) return;
    if (!value->empty() && value->find_first_of(",\"\r\n") == std::string_view::npos) {
      out += *value;
      return;
    }
    out += '"';
    for (char c : *value) {
      if (c == '"') out += '"';
      out += c;
    }
    out += '"';
  }

  TextColumns texts_;
};

// The type as which a JSON encoder takes a column: itself, or text where JSON has no better form.
LogicalType json_type(const LogicalType& type) {
  switch (type.id()) {
    case LogicalTypeId::HUGEINT:
    case LogicalTypeId::UHUGEINT: return LogicalType::DECIMAL(38, 0);
    case LogicalTypeId::UTINYINT: return LogicalType::SMALLINT;
    case LogicalTypeId::USMALLINT: return LogicalType::INTEGER;
    case LogicalTypeId::UINTEGER: return LogicalType::BIGINT;
    case LogicalTypeId::UBIGINT: return LogicalType::DECIMAL(20, 0);
    case LogicalTypeId::TIMESTAMP_MS:
    case LogicalTypeId::TIMESTAMP_NS:
    case LogicalTypeId::TIMESTAMP_SEC: return LogicalType::TIMESTAMP;
    default: return type;
  }
}

class JsonWriter final : public TextWriter {
 public:
  using TextWriter::TextWriter;
  Status begin(const std::vector<Field>& columns) override {
    encoder_.reset();
    if (columns.empty()) return {};
    std::vector<Field> fields;
    duckdb::vector<LogicalType> types;
    for (const Field& column : columns) {
      LogicalType type = json_type(column.type);
      // A column that the encoder refuses alone goes as text.
      if (!format::make_encoder("json", {{column.name, type, true}}, {}).ok()) type = LogicalType::VARCHAR;
      fields.push_back({column.name, type, true});
      types.push_back(type);
    }
    DS_ASSIGN_OR_RETURN(encoder_, format::make_encoder("json", fields, {}));
    DS_TRY_DUCKDB(cast_.Destroy(); cast_.Initialize(duckdb::Allocator::DefaultAllocator(), types));
    return {};
  }
  Status write(DataChunk& rows) override { DS_TRY_DUCKDB(return write_rows(rows)); }

 private:
  Status write_rows(DataChunk& rows) {
    cast_.Reset();
    for (size_t column = 0; column < rows.ColumnCount(); column++) {
      if (rows.data[column].GetType() == cast_.data[column].GetType()) {
        cast_.data[column].Reference(rows.data[column]);
      } else {
        duckdb::VectorOperations::DefaultCast(rows.data[column], cast_.data[column], rows.size());
      }
    }
    cast_.SetCardinality(rows.size());
    std::string text;
    DS_RETURN_IF_ERROR(encoder_->encode(cast_, [&](std::string_view record) -> Status {
      text += record;
      text += '\n';
      return {};
    }));
    return output_->append(text);
  }

  std::unique_ptr<format::Encoder> encoder_;
  DataChunk cast_;
};

// What the binary forms share: the output holds exactly one result.
class BinaryWriter : public ResultWriter {
 public:
  explicit BinaryWriter(Output output) : output_(std::move(output)) {}
  Status finish_output() override { return {}; }  // the result's end is the output's end

 protected:
  Output output_;
};

class ArrowWriter final : public BinaryWriter {
 public:
  ArrowWriter(Output output, bool file) : BinaryWriter(std::move(output)), file_(file) {}
  Status begin(const std::vector<Field>& columns) override {
    DS_ASSIGN_OR_RETURN(writer_, format::ArrowIpcWriter::create([this](std::string_view bytes) { return output_->append(bytes); }, columns, file_));
    return {};
  }
  Status write(DataChunk& rows) override { return writer_->write(rows); }
  Status finish() override {
    DS_RETURN_IF_ERROR(writer_->finish());
    auto finished = output_->finish();
    return finished.ok() ? Status() : Status(std::move(finished).error());
  }

 private:
  const bool file_;
  std::unique_ptr<format::ArrowIpcWriter> writer_;
};

class ParquetWriter final : public BinaryWriter {
 public:
  using BinaryWriter::BinaryWriter;
  Status begin(const std::vector<Field>& columns) override {
    DS_ASSIGN_OR_RETURN(writer_, format::ParquetFileWriter::create(std::move(output_), columns, {}));
    return {};
  }
  Status write(DataChunk& rows) override { return writer_->write(rows); }
  Status finish() override {
    auto finished = writer_->finish();
    return finished.ok() ? Status() : Status(std::move(finished).error());
  }

 private:
  std::unique_ptr<format::ParquetFileWriter> writer_;
};

}  // namespace

Result<std::unique_ptr<ResultWriter>> make_result_writer(const std::string& format, OutputPlace place) {
  std::unique_ptr<ResultWriter> writer;
  if (format == "table") writer = std::make_unique<PeopleWriter<TableText>>(std::move(place.output), place.room);
  if (format == "record") writer = std::make_unique<PeopleWriter<RecordText>>(std::move(place.output), place.room);
  if (format == "csv") writer = std::make_unique<CsvWriter>(std::move(place.output));
  if (format == "json") writer = std::make_unique<JsonWriter>(std::move(place.output));
  if (format == "arrow") writer = std::make_unique<ArrowWriter>(std::move(place.output), place.to_file);
  if (format == "parquet") writer = std::make_unique<ParquetWriter>(std::move(place.output));
  if (!writer) return invalid_argument(fmt::format("there is no format '{}'; there are table, record, csv, json, arrow and parquet", format));
  return writer;
}

}  // namespace deltastream::cli
