#include "format/json/json_encoder.h"

#include <fmt/format.h>

#include "common/exception.h"
#include "format/json/value_writer.h"
#include "format/option_values.h"

namespace deltastream::format::json {
namespace {

class JsonEncoder final : public Encoder {
 public:
  JsonEncoder(const std::vector<Field>& columns, TimestampForm form) {
    for (const Field& column : columns) {
      append_quoted(keys_.emplace_back(keys_.empty() ? "{" : ","), column.name);
      keys_.back() += ':';
      writers_.emplace_back(column.type, form);
    }
  }

  Status encode(DataChunk& rows, const std::function<Status(std::string_view)>& emit) override {
    DS_TRY_DUCKDB(return encode_rows(rows, emit));
  }

 private:
  Status encode_rows(DataChunk& rows, const std::function<Status(std::string_view)>& emit) {
    if (rows.ColumnCount() != writers_.size()) return internal(fmt::format("{} columns instead of {} to encode", rows.ColumnCount(), writers_.size()));
    for (size_t i = 0; i < writers_.size(); i++) writers_[i].use(rows.data[i], rows.size());
    for (size_t row = 0; row < rows.size(); row++) {
      text_.clear();
      for (size_t i = 0; i < writers_.size(); i++) {
        text_ += keys_[i];
        writers_[i].append(text_, row);
      }
      text_ += writers_.empty() ? "{}" : "}";
      DS_RETURN_IF_ERROR(emit(text_));
    }
    return {};
  }

  std::vector<std::string> keys_;  // with what stands before and behind: {"a": or ,"b":
  std::vector<ValueWriter> writers_;
  std::string text_;
};

}  // namespace

Result<std::unique_ptr<Encoder>> make_json_encoder(const std::vector<Field>& columns, const FormatOptions& options) {
  OptionValues values("json", options);
  DS_ASSIGN_OR_RETURN(std::string form, values.one_of("timestamp-format.standard", {"SQL", "ISO-8601"}));
  values.accept("ignore-parse-errors");  // these two are of reading
  values.accept("fail-on-missing-field");
  DS_RETURN_IF_ERROR(values.no_others());
  return std::unique_ptr<Encoder>(std::make_unique<JsonEncoder>(columns, form == "SQL" ? TimestampForm::kSql : TimestampForm::kIso8601));
}

}  // namespace deltastream::format::json
