#include "format/csv/csv_encoder.h"

#include <fmt/format.h>

#include "common/exception.h"
#include "format/csv/csv_decoder.h"
#include "format/json/value_writer.h"
#include "format/option_values.h"
#include "format/text/scalar_writer.h"

namespace deltastream::format::csv {
namespace {

struct Column {
  std::optional<ScalarType> scalar;
  duckdb::UnifiedVectorFormat view;
  json::ValueWriter nested;  // of what is no scalar
};

class CsvEncoder final : public Encoder {
 public:
  CsvEncoder(const std::vector<Field>& columns, Dialect dialect, std::string null_literal) : dialect_(dialect), null_literal_(std::move(null_literal)) {
    for (const Field& column : columns) columns_.push_back({scalar_type(column.type), {}, json::ValueWriter(column.type, TimestampForm::kSql)});
    special_ = {dialect_.delimiter, dialect_.quote, '\n', '\r'};
    if (dialect_.escape) special_ += dialect_.escape;
  }

  Status encode(DataChunk& rows, const std::function<Status(std::string_view)>& emit) override {
    DS_TRY_DUCKDB(return encode_rows(rows, emit));
  }

 private:
  Status encode_rows(DataChunk& rows, const std::function<Status(std::string_view)>& emit) {
    if (rows.ColumnCount() != columns_.size()) return internal(fmt::format("{} columns instead of {} to encode", rows.ColumnCount(), columns_.size()));
    for (size_t i = 0; i < columns_.size(); i++) {
      if (columns_[i].scalar) {
        rows.data[i].ToUnifiedFormat(rows.size(), columns_[i].view);
      } else {
        columns_[i].nested.use(rows.data[i], rows.size());
      }
    }
    for (size_t row = 0; row < rows.size(); row++) {
      line_.clear();
      for (size_t i = 0; i < columns_.size(); i++) {
        if (i) line_ += dialect_.delimiter;
        append_field(columns_[i], row);
      }
      DS_RETURN_IF_ERROR(emit(line_));
    }
    return {};
  }

  void append_field(const Column& column, size_t row) {
    field_.clear();
    if (!column.scalar) {
      if (column.nested.is_null(row)) {
        line_ += null_literal_;
        return;
      }
      column.nested.append(field_, row);
    } else {
      size_t index = column.view.sel->get_index(row);
      if (!column.view.validity.RowIsValid(index)) {
        line_ += null_literal_;
        return;
      }
      append_scalar(field_, *column.scalar, column.view.data, index, TimestampForm::kSql);
    }
    append_quoted_when_needed();
  }

  void append_quoted_when_needed() {
    // A line that begins with # could be taken for a comment, and a field that looks like NULL for NULL.
    bool plain = field_.find_first_of(special_) == std::string::npos && field_ != null_literal_ && !field_.empty() && field_[0] != '#';
    if (plain) {
      line_ += field_;
      return;
    }
    line_ += dialect_.quote;
    for (char c : field_) {
      if (c == dialect_.quote) line_ += dialect_.quote;
      if (dialect_.escape && c == dialect_.escape && c != dialect_.quote) line_ += c;
      line_ += c;
    }
    line_ += dialect_.quote;
  }

  std::vector<Column> columns_;
  Dialect dialect_;
  std::string null_literal_, special_, field_, line_;
};

}  // namespace

Result<std::unique_ptr<Encoder>> make_csv_encoder(const std::vector<Field>& columns, const FormatOptions& options) {
  OptionValues values("csv", options);
  DS_ASSIGN_OR_RETURN(Dialect dialect, dialect_of(values));
  std::string null_literal = values.text("null-literal", "");
  for (const char* of_reading : {"allow-comments", "ignore-parse-errors", "columns", "header"}) values.accept(of_reading);
  DS_RETURN_IF_ERROR(values.no_others());
  return std::unique_ptr<Encoder>(std::make_unique<CsvEncoder>(columns, dialect, std::move(null_literal)));
}

}  // namespace deltastream::format::csv
