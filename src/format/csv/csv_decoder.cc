#include "format/csv/csv_decoder.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>

#include "common/exception.h"
#include "common/suggest.h"
#include "format/text/scalar.h"
#include "format/text/shown_value.h"

namespace deltastream::format::csv {
namespace {

struct Rules {
  Dialect dialect;
  bool comments = false;
  bool ignore_parse_errors = false;
  bool has_null_literal = false;
  std::string null_literal;
};

struct Target {
  const DecodeColumn* column;
  ScalarType type;
  Vector* vector = nullptr;
  void* data = nullptr;
};

bool holds_text(ScalarType type) { return type.kind == ScalarKind::kVarchar || type.kind == ScalarKind::kBlob; }

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

class CsvDecoder final : public Decoder {
 public:
  CsvDecoder(std::vector<DecodeColumn> columns, Rules rules) : columns_(std::move(columns)), rules_(std::move(rules)), splitter_(rules_.dialect) {}

  // Which fields go where: `names` is the order of fields in a record.
  Status place(const std::vector<std::string>& names) {
    fields_.resize(names.size());
    for (const DecodeColumn& column : columns_) {
      if (column.path.size() != 1) return unsupported(fmt::format("column '{}': CSV has no nested rows", fmt::join(column.path, ".")));
      const std::string& name = column.path[0];
      auto found = std::find(names.begin(), names.end(), name);
      if (found == names.end()) {
        std::string nearest = nearest_name(name, names);
        return invalid_argument(fmt::format("column '{}' is none of the CSV fields{}", name, nearest.empty() ? "" : "; did you mean '" + nearest + "'?"));
      }
      auto type = scalar_type(column.type);
      if (!type) return unsupported(fmt::format("column '{}': the type {} cannot be read from CSV", name, column.type.ToString()));
      fields_[size_t(found - names.begin())].push_back({&column, *type});
    }
    return {};
  }

  Status decode(RecordBatch& batch, DataChunk& out, std::vector<uint32_t>& kept, const MalformedHandler& malformed) override {
    DS_TRY_DUCKDB(return decode_batch(batch, out, kept, malformed));
  }

 private:
  Status decode_batch(RecordBatch& batch, DataChunk& out, std::vector<uint32_t>& kept, const MalformedHandler& malformed) {
    kept.clear();
    if (batch.size() > kChunkRows) return internal(fmt::format("{} records do not fit into one chunk", batch.size()));
    DS_RETURN_IF_ERROR(bind_columns(out, batch.bytes()));
    const bool all_utf8 = is_utf8(batch);
    for (size_t record = 0; record < batch.size(); record++) {
      std::string_view text = batch.record(record);
      if (rules_.comments && !text.empty() && text[0] == '#') continue;
      if (!all_utf8 && !simdjson::validate_utf8(text)) {
        DS_RETURN_IF_ERROR(malformed(record, "it holds bytes that are no UTF-8"));
      } else if (!read(text, kept.size())) {
        DS_RETURN_IF_ERROR(malformed(record, reason_));
      } else {
        kept.push_back(uint32_t(record));
      }
    }
    out.SetCardinality(kept.size());
    return {};
  }

  // Records that are joined in one go.
  static bool is_utf8(const RecordBatch& batch) {
    for (size_t first = 0, next; first < batch.size(); first = next) {
      for (next = first + 1; next < batch.size() && batch.joined(next);) next++;
      const std::string_view last = batch.record(next - 1);
      const char* begin = batch.record(first).data();
      if (!simdjson::validate_utf8(begin, size_t(last.data() + last.size() - begin))) return false;
    }
    return true;
  }

  Status bind_columns(DataChunk& out, size_t batch_bytes) {
    out.Reset();
    arena_ = duckdb::make_buffer<StringArena>(batch_bytes);
    duckdb::buffer_ptr<duckdb::VectorBuffer> shared = arena_;
    for (auto& targets : fields_) {
      for (Target& target : targets) {
        const DecodeColumn& column = *target.column;
        if (column.target >= out.ColumnCount() || out.data[column.target].GetType() != column.type) {
          return internal(fmt::format("the chunk has no {} vector at {} for column '{}'", column.type.ToString(), column.target, column.path[0]));
        }
        target.vector = &out.data[column.target];
        target.data = duckdb::FlatVector::GetData(*target.vector);
        if (holds_text(target.type)) duckdb::StringVector::AddBuffer(*target.vector, shared);
      }
    }
    return {};
  }

  bool read(std::string_view record, size_t row) {
    splitter_.begin(record);
    RawField field;
    size_t count = 0;
    for (; splitter_.next(field); count++) {
      if (count >= fields_.size()) continue;
      for (Target& target : fields_[count]) {
        if (!store(target, field, row)) return false;
      }
    }
    if (!splitter_.problem().empty()) {
      reason_ = splitter_.problem();
      return false;
    }
    if (count == fields_.size()) return true;
    if (!rules_.ignore_parse_errors) {
      reason_ = fmt::format("it has {} fields instead of {}", count, fields_.size());
      return false;
    }
    for (; count < fields_.size(); count++) {
      for (Target& target : fields_[count]) {
        if (!set_null(target, row)) return false;
      }
    }
    return true;
  }

  bool store(Target& target, const RawField& field, size_t row) {
    if (!field.quoted && rules_.has_null_literal && field.text == rules_.null_literal) return set_null(target, row);
    std::string_view text = holds_text(target.type) ? field.text : trim(field.text);
    if (text.empty() && !holds_text(target.type) && !field.quoted) return set_null(target, row);
    auto& validity = duckdb::FlatVector::Validity(*target.vector);
    if (!validity.AllValid()) validity.SetValid(row);
    if (store_scalar(target.type, text, target.data, row, *arena_)) return true;
    if (rules_.ignore_parse_errors && target.column->nullable) return set_null(target, row);
    reason_ = fmt::format("column '{}': '{}' is no {}", target.column->path[0], shown_value(text), target.column->type.ToString());
    return false;
  }

  bool set_null(Target& target, size_t row) {
    if (!target.column->nullable) {
      reason_ = fmt::format("column '{}' is NOT NULL and has no value", target.column->path[0]);
      return false;
    }
    duckdb::FlatVector::Validity(*target.vector).SetInvalid(row);
    return true;
  }

  const std::vector<DecodeColumn> columns_;
  const Rules rules_;
  FieldSplitter splitter_;
  std::vector<std::vector<Target>> fields_;  // by place in the record
  duckdb::buffer_ptr<StringArena> arena_;
  std::string reason_;
};

// "a,b,c"; names may hold blanks, but no commas.
std::vector<std::string> split_names(const std::string& list) {
  std::vector<std::string> names;
  for (size_t begin = 0; begin <= list.size();) {
    size_t end = std::min(list.find(',', begin), list.size());
    names.push_back(list.substr(begin, end - begin));
    begin = end + 1;
  }
  return names;
}

}  // namespace

Result<Dialect> dialect_of(OptionValues& options) {
  Dialect dialect;
  DS_ASSIGN_OR_RETURN(dialect.delimiter, options.character("field-delimiter", ','));
  DS_ASSIGN_OR_RETURN(dialect.quote, options.character("quote-character", '"'));
  DS_ASSIGN_OR_RETURN(dialect.escape, options.character("escape-character", 0));
  if (dialect.delimiter == dialect.quote || dialect.delimiter == dialect.escape) {
    return invalid_argument("the options 'csv.field-delimiter', 'csv.quote-character' and 'csv.escape-character' must differ");
  }
  return dialect;
}

Result<std::unique_ptr<Decoder>> make_csv_decoder(const std::vector<DecodeColumn>& columns, const FormatOptions& options) {
  OptionValues values("csv", options);
  Rules rules;
  DS_ASSIGN_OR_RETURN(rules.dialect, dialect_of(values));
  DS_ASSIGN_OR_RETURN(rules.comments, values.boolean("allow-comments", false));
  DS_ASSIGN_OR_RETURN(rules.ignore_parse_errors, values.boolean("ignore-parse-errors", false));
  rules.has_null_literal = values.has("null-literal");
  rules.null_literal = values.text("null-literal", "");
  std::string names = values.text("columns", "");
  values.accept("header");  // the connector's, which takes the first line for `columns`
  DS_RETURN_IF_ERROR(values.no_others());
  if (names.empty()) return invalid_argument("a CSV decoder needs the option 'columns': the names of the fields in their order");
  auto decoder = std::make_unique<CsvDecoder>(columns, rules);
  DS_RETURN_IF_ERROR(decoder->place(split_names(names)));
  return std::unique_ptr<Decoder>(std::move(decoder));
}

}  // namespace deltastream::format::csv
