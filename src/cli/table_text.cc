#include "cli/table_text.h"

#include <algorithm>

#include <fmt/format.h>

#include "cli/column_fit.h"
#include "cli/progress_text.h"
#include "cli/terminal.h"

namespace deltastream::cli {
namespace {

constexpr size_t kHeldRows = 1000;    // widths are learnt from these
constexpr size_t kWidestColumn = 80;  // characters; longer values are cut
constexpr size_t kNarrowest = 12;     // columns are left out rather than made narrower
constexpr std::string_view kBetween = " │ ";
constexpr std::string_view kGap = "·";  // in place of the rows in the middle

}  // namespace

TableText::TableText(const std::vector<Field>& columns, TableRoom room, Sink sink) : columns_(columns), room_(room), sink_(std::move(sink)) {
  for (const Field& column : columns_) widths_.push_back(shown_width(on_one_line(column.name)));
}

Status TableText::write(DataChunk& rows) {
  texts_.use(rows);
  for (size_t row = 0; row < rows.size(); row++) {
    rows_++;
    // Of a long result only the last rows can still be shown.
    if (room_.rows > 0 && rows_ > room_.rows && row + room_.rows < rows.size()) continue;
    Row cells;
    for (size_t column = 0; column < columns_.size(); column++) {
      auto value = texts_.at(column, row);
      cells.push_back(value ? cell(*value) : "NULL");
    }
    if (header_printed_) DS_RETURN_IF_ERROR(print(cells));
    else take(std::move(cells));
    if (room_.rows == 0 && held_.size() == kHeldRows) DS_RETURN_IF_ERROR(print_header());
  }
  return {};
}

std::string TableText::cell(std::string_view value) {
  const size_t widest = room_.width > 0 ? room_.width : kWidestColumn;
  const std::string line = on_one_line(value.substr(0, 8 * widest));  // a character has four bytes at most
  std::string text = fitted(line, widest);
  cut_ = cut_ || text.size() != line.size() || text != line;
  return text;
}

void TableText::take(Row cells) {
  for (size_t column = 0; column < cells.size(); column++) widths_[column] = std::max(widths_[column], shown_width(cells[column]));
  const bool of_the_first = room_.rows == 0 || held_.size() < room_.rows - room_.rows / 2;
  if (of_the_first) held_.push_back(std::move(cells));
  else last_.push_back(std::move(cells));
  if (last_.size() > room_.rows / 2) last_.pop_front();
}

Status TableText::print_header() {
  header_printed_ = true;
  std::vector<size_t> least;
  for (size_t column = 0; column < columns_.size(); column++) {
    least.push_back(columns_[column].type.IsNumeric() ? widths_[column] : std::min(widths_[column], kNarrowest));  // half a number is another number
  }
  ColumnFit fit = fit_columns(widths_, least, room_.width, shown_width(kBetween));
  for (size_t column : fit.shown) cut_ = cut_ || fit.widths[column] < widths_[column];
  shown_ = std::move(fit.shown);
  widths_ = std::move(fit.widths);
  Row names, rule;
  for (size_t column = 0; column < columns_.size(); column++) {
    names.push_back(on_one_line(columns_[column].name));
    std::string dashes;
    for (size_t i = 0; i < widths_[column]; i++) dashes += "─";
    rule.push_back(std::move(dashes));
  }
  DS_RETURN_IF_ERROR(print(names));
  std::string line;
  for (size_t i = 0; i < shown_.size(); i++) {
    if (i > 0) line += shown_[i] == shown_[i - 1] + 1 ? "─┼─" : "─┼───┼─";
    line += rule[shown_[i]];
  }
  DS_RETURN_IF_ERROR(sink_(line + "\n"));
  for (const Row& row : held_) DS_RETURN_IF_ERROR(print(row));
  held_.clear();
  return {};
}

Status TableText::print(const Row& row) {
  std::string line;
  for (size_t i = 0; i < shown_.size(); i++) {
    const size_t column = shown_[i];
    if (i > 0) line += kBetween;
    if (i > 0 && column != shown_[i - 1] + 1) line += fmt::format("…{}", kBetween);
    const bool right = columns_[column].type.IsNumeric() && row[column] != kGap;
    line += padded(fitted(row[column], widths_[column]), widths_[column], right);
  }
  while (!line.empty() && line.back() == ' ') line.pop_back();
  return sink_(line + "\n");
}

std::string TableText::count_line() const {
  std::string text = fmt::format("({} row{}", grouped(rows_), rows_ == 1 ? "" : "s");
  if (room_.rows > 0 && rows_ > room_.rows) text += fmt::format(", {} shown", room_.rows);
  if (shown_.size() < columns_.size()) text += fmt::format("; {} columns, {} shown", columns_.size(), shown_.size());
  if (cut_) text += "; values that end in … are cut";
  return text + ")\n";
}

Status TableText::finish() {
  if (columns_.empty()) return {};
  if (!header_printed_) DS_RETURN_IF_ERROR(print_header());
  if (room_.rows > 0 && rows_ > room_.rows) DS_RETURN_IF_ERROR(print(Row(columns_.size(), std::string(kGap))));
  for (const Row& row : last_) DS_RETURN_IF_ERROR(print(row));
  last_.clear();
  return sink_(count_line());
}

}  // namespace deltastream::cli
