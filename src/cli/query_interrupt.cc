#include "cli/query_interrupt.h"

#include <atomic>

namespace deltastream::cli {
namespace {

std::atomic<engine::BatchSession*> g_session{nullptr};
std::atomic<bool> g_asked{false};

// Only async-signal-safe calls.
void on_signal(int) {
  g_asked = true;
  if (engine::BatchSession* session = g_session.load()) session->interrupt();
}

}  // namespace

QueryInterrupt::QueryInterrupt(engine::BatchSession& session) : session_(session) {
  g_asked = false;
  g_session = &session;
  struct sigaction action = {};
  action.sa_handler = on_signal;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  sigaction(SIGINT, &action, &before_);
}

QueryInterrupt::~QueryInterrupt() {
  sigaction(SIGINT, &before_, nullptr);
  g_session = nullptr;
}

bool QueryInterrupt::asked() const { return g_asked; }

void QueryInterrupt::forget() {
  g_asked = false;
  session_.go_on();
}

}  // namespace deltastream::cli
