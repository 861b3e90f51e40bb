#include "cli/live_view.h"

#include <chrono>
#include <cstdio>

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/progress_text.h"

namespace deltastream::cli {
namespace {

constexpr std::chrono::milliseconds kRedraw{250};
constexpr std::chrono::seconds kLine{5};

// A line that wraps would break redrawing in place.
std::string cut(const std::string& line) {
  winsize size = {};
  size_t width = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
  std::string result;
  size_t shown = 0;
  for (char c : line) {
    bool starts = (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    if (starts && ++shown >= width) break;
    result += c;
  }
  return result;
}

}  // namespace

void LiveView::start(const stream::Job& job) {
  thread_ = std::thread([this, &job] {
    stream::JobProgress before;
    std::unique_lock lock(mutex_);
    while (!wake_.wait_for(lock, in_place_ ? std::chrono::milliseconds(kRedraw) : std::chrono::milliseconds(kLine), [this] { return stopping_; })) {
      stream::JobProgress now = job.progress();
      if (in_place_) {
        draw(progress_block(now, before));
      } else {
        fmt::print(stderr, "{}\n", progress_line(now, before));
      }
      before = std::move(now);
    }
  });
}

void LiveView::stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
  std::lock_guard lock(mutex_);
  erase();
}

void LiveView::log(LogLevel level, std::string_view message) {
  if (!in_place_) return stderr_logger().log(level, message);
  std::lock_guard lock(mutex_);
  std::vector<std::string> block = block_;
  erase();
  stderr_logger().log(level, message);
  if (!stopping_ && !block.empty()) draw(block);
}

void LiveView::draw(const std::vector<std::string>& lines) {
  erase();
  std::string text;
  for (const std::string& line : lines) text += cut(line) + "\n";
  fmt::print(stderr, "{}", text);
  std::fflush(stderr);
  drawn_ = lines.size();
  block_ = lines;
}

void LiveView::erase() {
  if (drawn_ > 0) fmt::print(stderr, "\x1b[{}A\x1b[J", drawn_);  // up so many lines, clear below
  drawn_ = 0;
  block_.clear();
}

}  // namespace deltastream::cli
