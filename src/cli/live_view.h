#pragma once
// Shows a running job: on a terminal a block that is redrawn in place four times a second, elsewhere a line every few
// seconds, both on standard error. A thread of its own from start() to stop(). Also the job's logger, so that its lines stand
// above the block.

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "cli/progress_text.h"
#include "common/logger.h"
#include "stream/job.h"

namespace deltastream::cli {

class LiveView final : public Logger {
 public:
  // `in_place`: redraw; else lines. `event_time`: whether there is a watermark to show.
  LiveView(bool in_place, bool event_time) : in_place_(in_place) { look_.event_time = event_time; }
  ~LiveView() override { stop(); }
  LiveView(const LiveView&) = delete;
  LiveView& operator=(const LiveView&) = delete;

  // `stopping` tells whether the job was asked to stop. Both must live until stop().
  void start(const stream::Job& job, std::function<bool()> stopping);
  // Takes the block away; nothing is drawn afterwards.
  void stop();
  void log(LogLevel level, std::string_view message) override;

  // Takes the block off the screen: the cursor rests where it begins, so that neither a resized window nor what the terminal echoes
  // matters.
  static constexpr std::string_view kErase = "\r\x1b[J";

 private:
  void run();
  void show(const stream::JobProgress& now);
  void say_stopping();
  void say_restored(const stream::JobProgress& now);
  void draw();
  void erase();

  const bool in_place_;
  ProgressLook look_;
  std::function<bool()> asked_;
  const stream::Job* job_ = nullptr;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool ended_ = false;
  bool drawn_ = false;                       // the block stands on the screen
  std::deque<stream::JobProgress> samples_;  // of the last second: rates are over it
  stream::JobProgress last_line_;            // what the last line of a log was made of
  int64_t restored_ = 0;                     // the checkpoint that was said to be gone on from
  std::thread thread_;
};

}  // namespace deltastream::cli
