#pragma once
// Shows a running job: on a terminal a block that is redrawn in place four times a second, elsewhere a line every few
// seconds, both on standard error. A thread of its own from construction to stop(). Also the job's logger, so that
// its lines stand above the block.

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "common/logger.h"
#include "stream/job.h"

namespace deltastream::cli {

class LiveView final : public Logger {
 public:
  // `in_place`: redraw; else lines.
  explicit LiveView(bool in_place) : in_place_(in_place) {}
  ~LiveView() override { stop(); }
  LiveView(const LiveView&) = delete;
  LiveView& operator=(const LiveView&) = delete;

  void start(const stream::Job& job);
  // Takes the block away; nothing is drawn afterwards.
  void stop();
  void log(LogLevel level, std::string_view message) override;

 private:
  void draw(const std::vector<std::string>& lines);
  void erase();

  const bool in_place_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  size_t drawn_ = 0;                 // lines on the screen
  std::vector<std::string> block_;   // what they say
  std::thread thread_;
};

}  // namespace deltastream::cli
