#pragma once
// Ctrl-C while a statement runs interrupts the statement, not the program. For the life of the object; one at a time in a process.

#include <csignal>

#include "engine/batch.h"

namespace deltastream::cli {

class QueryInterrupt {
 public:
  // What a second Ctrl-C does before forget(): the same again, or it ends the process at once.
  enum class Second { kSame, kEnds };
  QueryInterrupt(engine::BatchSession& session, Second second);
  ~QueryInterrupt();
  QueryInterrupt(const QueryInterrupt&) = delete;
  QueryInterrupt& operator=(const QueryInterrupt&) = delete;

  // Whether Ctrl-C came since the last forget().
  bool asked() const;
  // How often it came at all.
  static int signals();
  // Statements run again.
  void forget();

 private:
  engine::BatchSession& session_;
  struct sigaction before_ = {};
};

}  // namespace deltastream::cli
