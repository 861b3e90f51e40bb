#include "cli/stop_signals.h"

#include <csignal>
#include <atomic>

#include <unistd.h>

namespace deltastream::cli {
namespace {

std::atomic<stream::Job*> g_job{nullptr};
std::atomic<bool> g_asked{false};
std::string_view g_last_words;  // set before the signals come

// Only async-signal-safe calls.
void on_signal(int number) {
  stream::Job* job = g_job.load();
  if (!job || g_asked.exchange(true)) {
    [[maybe_unused]] ssize_t written = write(STDERR_FILENO, g_last_words.data(), g_last_words.size());
    _exit(128 + number);
  }
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

StopSignals::StopSignals(stream::Job& job, std::string_view last_words) {
  g_asked = false;
  g_last_words = last_words;
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

bool StopSignals::asked() const { return g_asked; }

}  // namespace deltastream::cli
