#include "cli/table_text.h"

#include <algorithm>

#include <fmt/format.h>

#include "cli/progress_text.h"

namespace deltastream::cli {
namespace {

constexpr size_t kHeldRows = 1000;   // widths are learnt from these
constexpr size_t kWidestColumn = 80;  // characters; longer values are cut

bool starts_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }

// One line, with control characters as escapes, cut to the widest column.
std::string cell_text(std::string_view value) {
  std::string text;
  size_t shown = 0;
  for (size_t i = 0; i < value.size(); i++) {
    char c = value[i];
    if (starts_character(c) && ++shown > kWidestColumn) return text + "…";
    if (c == '\n') text += "\\n";
    else if (c == '\t') text += "\\t";
    else if (static_cast<unsigned char>(c) < 0x20) text += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    else text += c;
  }
  return text;
}

std::string padded(const std::string& text, size_t width, bool right) {
  size_t used = shown_width(text);
  std::string blanks(width > used ? width - used : 0, ' ');
  return right ? blanks + text : text + blanks;
}

}  // namespace

size_t shown_width(std::string_view text) { return static_cast<size_t>(std::count_if(text.begin(), text.end(), starts_character)); }

TableText::TableText(const std::vector<Field>& columns, Sink sink) : columns_(columns), sink_(std::move(sink)) {
  for (const Field& column : columns_) widths_.push_back(shown_width(column.name));
}

Status TableText::write(DataChunk& rows) {
  texts_.use(rows);
  for (size_t row = 0; row < rows.size(); row++) {
    Row cells;
    for (size_t column = 0; column < columns_.size(); column++) {
      auto value = texts_.at(column, row);
      cells.push_back(value ? cell_text(*value) : "NULL");
    }
    rows_++;
    if (header_printed_) {
      DS_RETURN_IF_ERROR(print(cells));
      continue;
    }
    for (size_t column = 0; column < cells.size(); column++) widths_[column] = std::max(widths_[column], shown_width(cells[column]));
    held_.push_back(std::move(cells));
    if (held_.size() == kHeldRows) DS_RETURN_IF_ERROR(print_header());
  }
  return {};
}

Status TableText::print_header() {
  header_printed_ = true;
  Row names;
  std::string rule;
  for (size_t column = 0; column < columns_.size(); column++) {
    names.push_back(columns_[column].name);
    if (column > 0) rule += "─┼─";
    for (size_t i = 0; i < widths_[column]; i++) rule += "─";
  }
  DS_RETURN_IF_ERROR(print(names));
  DS_RETURN_IF_ERROR(sink_(rule + "\n"));
  for (const Row& row : held_) DS_RETURN_IF_ERROR(print(row));
  held_.clear();
  return {};
}

Status TableText::print(const Row& row) {
  std::string line;
  for (size_t column = 0; column < row.size(); column++) {
    if (column > 0) line += " │ ";
    line += padded(row[column], widths_[column], columns_[column].type.IsNumeric());
  }
  while (!line.empty() && line.back() == ' ') line.pop_back();
  return sink_(line + "\n");
}

Status TableText::finish() {
  if (columns_.empty()) return {};
  if (!header_printed_) DS_RETURN_IF_ERROR(print_header());
  return sink_(fmt::format("({} row{})\n", grouped(rows_), rows_ == 1 ? "" : "s"));
}

}  // namespace deltastream::cli
