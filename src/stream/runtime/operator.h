#pragma once
// A link of the chain that one task runs in one thread: rows, watermarks and barriers come in and are handed to the next link.
// The last link is a sink or the way into other tasks. Every call is made by the task's thread.

#include <functional>
#include <memory>

#include "common/chunk.h"
#include "common/result.h"
#include "stream/checkpoint/checkpoint.h"
#include "stream/runtime/control.h"
#include "stream/time/input_watermarks.h"

namespace deltastream::stream {

class Operator {
 public:
  explicit Operator(std::unique_ptr<Operator> next) : next_(std::move(next)) {}
  virtual ~Operator() = default;

  // Never called without rows. `rows` may be changed, and is the caller's again afterwards.
  virtual Status process(DataChunk& rows) = 0;
  virtual Status advance(const Watermark& watermark) { return next_->advance(watermark); }
  // Everything before the barrier has been processed: adds what belongs to the checkpoint to `snapshot`.
  virtual Status barrier(const Barrier& barrier, TaskSnapshot& snapshot) { return next_->barrier(barrier, snapshot); }
  // The task is about to wait: rows that are held back to fill a chunk go on.
  virtual Status flush() { return next_->flush(); }

 protected:
  Status pass(DataChunk& rows) { return rows.size() == 0 ? Status() : next_->process(rows); }

 private:
  std::unique_ptr<Operator> next_;
};

}  // namespace deltastream::stream
