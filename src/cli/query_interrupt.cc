#include "cli/query_interrupt.h"

#include <atomic>

#include <unistd.h>

namespace deltastream::cli {
namespace {

std::atomic<engine::BatchSession*> g_session{nullptr};
std::atomic<bool> g_asked{false}, g_second_ends{false};
std::atomic<int> g_signals{0};

// Only async-signal-safe calls.
void on_signal(int number) {
  g_signals++;
  if (g_asked.exchange(true) && g_second_ends) _exit(128 + number);
  if (engine::BatchSession* session = g_session.load()) session->interrupt();
}

}  // namespace

QueryInterrupt::QueryInterrupt(engine::BatchSession& session, Second second) : session_(session) {
  g_second_ends = second == Second::kEnds;
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

int QueryInterrupt::signals() { return g_signals; }

void QueryInterrupt::forget() {
  g_asked = false;
  session_.go_on();
}

}  // namespace deltastream::cli
