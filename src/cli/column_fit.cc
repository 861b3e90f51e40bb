#include "cli/column_fit.h"

#include <algorithm>
#include <numeric>

namespace deltastream::cli {
namespace {

// The columns, none wider than `most` but where its least is.
size_t narrowed(size_t wanted, size_t least, size_t most) { return std::min(wanted, std::max(least, most)); }

}  // namespace

ColumnFit fit_columns(std::vector<size_t> wanted, const std::vector<size_t>& least, size_t room, size_t between) {
  ColumnFit fit{std::vector<size_t>(wanted.size()), std::move(wanted)};
  std::iota(fit.shown.begin(), fit.shown.end(), 0);
  if (room == 0 || fit.shown.empty()) return fit;
  auto total = [&](size_t most) {
    const bool gap = fit.shown.size() < fit.widths.size();
    size_t sum = (fit.shown.size() - 1) * between + (gap ? 1 + between : 0);
    for (size_t column : fit.shown) sum += narrowed(fit.widths[column], least[column], most);
    return sum;
  };
  while (fit.shown.size() > 1 && total(0) > room) fit.shown.erase(fit.shown.begin() + static_cast<std::ptrdiff_t>(fit.shown.size() / 2));
  size_t most = *std::max_element(fit.widths.begin(), fit.widths.end());
  while (most > 0 && total(most) > room) most--;
  size_t spare = room - std::min(room, total(most));  // less than a cell for each
  for (size_t column : fit.shown) {
    const size_t width = narrowed(fit.widths[column], least[column], most);
    const size_t more = std::min<size_t>({spare, 1, fit.widths[column] - width});
    fit.widths[column] = width + more;
    spare -= more;
  }
  const size_t first = fit.shown.front();
  if (fit.shown.size() == 1) fit.widths[first] = std::min(fit.widths[first], room);  // there is nothing else to leave out
  return fit;
}

}  // namespace deltastream::cli
