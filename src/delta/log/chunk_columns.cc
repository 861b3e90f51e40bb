#include "delta/log/chunk_columns.h"

#include "delta/json/json_text.h"

namespace deltastream::delta {

TextListColumn::TextListColumn(Vector& vector, size_t rows) : list_(vector, rows) {
  if (!list_.all_null()) items_ = ChunkColumn(duckdb::ListVector::GetEntry(vector), duckdb::ListVector::GetListSize(vector));
}

std::vector<std::string> TextListColumn::get(size_t row) const {
  std::vector<std::string> texts;
  const auto& entry = list_.get<duckdb::list_entry_t>(row);
  for (size_t i = entry.offset; i < entry.offset + entry.length; i++) texts.emplace_back(items_.text_or_empty(i));
  return texts;
}

TextMapColumn::TextMapColumn(Vector& vector, size_t rows) : map_(vector, rows) {
  if (map_.all_null()) return;
  size_t entries = duckdb::ListVector::GetListSize(vector);
  keys_ = ChunkColumn(duckdb::MapVector::GetKeys(vector), entries);
  values_ = ChunkColumn(duckdb::MapVector::GetValues(vector), entries);
}

StringMap TextMapColumn::get(size_t row) const {
  StringMap map;
  const auto& entry = map_.get<duckdb::list_entry_t>(row);
  for (size_t i = entry.offset; i < entry.offset + entry.length; i++) {
    if (!values_.is_null(i)) map[std::string(keys_.text_or_empty(i))] = values_.text(i);
  }
  return map;
}

void TextMapColumn::append_json(size_t row, std::string& out) const {
  const auto& entry = map_.get<duckdb::list_entry_t>(row);
  out += '{';
  for (size_t i = entry.offset; i < entry.offset + entry.length; i++) {
    if (i != entry.offset) out += ',';
    append_json_string(out, keys_.text_or_empty(i));
    out += ':';
    if (values_.is_null(i)) {
      out += "null";
    } else {
      append_json_string(out, values_.text(i));
    }
  }
  out += '}';
}

}  // namespace deltastream::delta
