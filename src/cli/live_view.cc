#include "cli/live_view.h"

#include <chrono>
#include <cstdio>

#include <fmt/format.h>
#include <unistd.h>

#include "cli/terminal.h"

namespace deltastream::cli {
namespace {

constexpr std::chrono::milliseconds kTick{250};
constexpr int64_t kLineUs = 5'000'000;
constexpr size_t kSamples = 5;  // a second of ticks

}  // namespace

void LiveView::start(const stream::Job& job, std::function<bool()> stopping) {
  job_ = &job;
  asked_ = std::move(stopping);
  thread_ = std::thread([this] { run(); });
}

void LiveView::run() {
  std::unique_lock lock(mutex_);
  samples_.emplace_back();
  while (!wake_.wait_for(lock, kTick, [this] { return ended_; })) show(job_->progress());
}

void LiveView::show(const stream::JobProgress& now) {
  say_restored(now);
  if (!look_.stopping && asked_()) say_stopping();
  samples_.push_back(now);
  if (samples_.size() > kSamples) samples_.pop_front();
  if (in_place_) {
    draw();
  } else if (now.elapsed_us - last_line_.elapsed_us >= kLineUs) {
    fmt::print(stderr, "{}\n", progress_line(now, last_line_, look_));
    last_line_ = now;
  }
}

void LiveView::say_stopping() {
  look_.stopping = true;  // in the block
  if (in_place_) return;
  if (isatty(STDERR_FILENO)) fmt::print(stderr, "\n");  // behind the ^C that the terminal has echoed
  fmt::print(stderr, "{}\n", kStopping);
}

void LiveView::say_restored(const stream::JobProgress& now) {
  if (now.restored_epoch == restored_) return;
  restored_ = now.restored_epoch;
  erase();
  fmt::print(stderr, "going on from checkpoint {}\n", restored_);
}

void LiveView::stop() {
  {
    std::lock_guard lock(mutex_);
    ended_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
  std::lock_guard lock(mutex_);
  erase();
  if (job_) {
    say_restored(job_->progress());
    if (!look_.stopping && asked_()) say_stopping();
  }
  job_ = nullptr;
}

void LiveView::log(LogLevel level, std::string_view message) {
  std::lock_guard lock(mutex_);
  const bool again = drawn_;
  erase();
  stderr_logger().log(level, message);
  if (again && !ended_) draw();
}

void LiveView::draw() {
  look_.width = terminal_width(STDERR_FILENO);
  look_.height = terminal_height(STDERR_FILENO);
  const auto lines = progress_block(samples_.back(), samples_.front(), look_);
  std::string text = "\r";
  for (size_t i = 0; i < lines.size(); i++) text += fmt::format("{}{}\x1b[K", i > 0 ? "\n" : "", lines[i]);
  text += "\x1b[J\r";
  if (lines.size() > 1) text += fmt::format("\x1b[{}A", lines.size() - 1);
  fmt::print(stderr, "{}", text);
  drawn_ = true;
}

void LiveView::erase() {
  if (drawn_) fmt::print(stderr, "{}", kErase);
  drawn_ = false;
}

}  // namespace deltastream::cli
