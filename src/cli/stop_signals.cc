#include "cli/stop_signals.h"

#include <csignal>
#include <atomic>

#include <unistd.h>

namespace deltastream::cli {
namespace {

std::atomic<stream::Job*> g_job{nullptr};
std::atomic<bool> g_asked{false};

// Only async-signal-safe calls.
void on_signal(int number) {
  stream::Job* job = g_job.load();
  if (!job || g_asked.exchange(true)) _exit(128 + number);
  static constexpr char kMessage[] = "\nstopping after a last checkpoint (again: at once) …\n";
  [[maybe_unused]] ssize_t written = write(STDERR_FILENO, kMessage, sizeof(kMessage) - 1);
  job->request_stop();
}

void install(void (*handler)(int)) {
  struct sigaction action = {};
  action.sa_handler = handler;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

}  // namespace

StopSignals::StopSignals(stream::Job& job) {
  g_asked = false;
  g_job = &job;
  install(on_signal);
  struct sigaction ignore = {};
  ignore.sa_handler = SIG_IGN;  // a socket that closes is an error of one call, not the end of the pipeline
  sigaction(SIGPIPE, &ignore, nullptr);
}

StopSignals::~StopSignals() {
  install(SIG_DFL);
  g_job = nullptr;
}

}  // namespace deltastream::cli
