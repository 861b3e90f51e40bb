#include "cli/record_text.h"

#include <algorithm>

#include <fmt/format.h>

#include "cli/progress_text.h"
#include "cli/terminal.h"

namespace deltastream::cli {
namespace {

constexpr size_t kLeastValue = 8;

}  // namespace

RecordText::RecordText(const std::vector<Field>& columns, TableRoom room, TableText::Sink sink) : room_(room), sink_(std::move(sink)) {
  size_t widest = 0;
  for (const Field& column : columns) widest = std::max(widest, shown_width(on_one_line(column.name)));
  for (const Field& column : columns) names_.push_back(padded(on_one_line(column.name), widest, false) + " │ ");
}

Status RecordText::write(DataChunk& rows) {
  texts_.use(rows);
  for (size_t row = 0; row < rows.size(); row++) {
    if (++rows_ > room_.rows && room_.rows > 0) continue;
    std::string text = fmt::format("─[ {} ]─\n", rows_);
    for (size_t column = 0; column < names_.size(); column++) {
      const auto value = texts_.at(column, row);
      std::string line = value ? on_one_line(*value) : "NULL";
      if (room_.width > 0) {
        const size_t name = shown_width(names_[column]);
        std::string shown = fitted(line, std::max(room_.width - std::min(room_.width, name), kLeastValue));
        cut_ = cut_ || shown.size() != line.size() || shown != line;
        line = std::move(shown);
      }
      text += names_[column] + line + "\n";
    }
    DS_RETURN_IF_ERROR(sink_(text));
  }
  return {};
}

Status RecordText::finish() {
  if (names_.empty()) return {};
  std::string text = fmt::format("({} row{}", grouped(rows_), rows_ == 1 ? "" : "s");
  if (room_.rows > 0 && rows_ > room_.rows) text += fmt::format(", {} shown", room_.rows);
  if (cut_) text += "; values that end in … are cut";
  return sink_(text + ")\n");
}

}  // namespace deltastream::cli
