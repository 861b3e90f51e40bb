#pragma once
// What sources of files give for a split that is done. One thread, as every reader.

#include <utility>

#include "stream/endpoint.h"

namespace deltastream::connect {

// A file that was read to its end before the job was resumed: it may be gone.
class FinishedReader final : public stream::SplitReader {
 public:
  explicit FinishedReader(stream::SplitPosition position) : position_(std::move(position)) {}
  Result<stream::ReadState> read(DataChunk& out) override {
    out.Reset();
    return stream::ReadState::kEnd;
  }
  stream::SplitPosition position() const override { return position_; }

 private:
  const stream::SplitPosition position_;
};

}  // namespace deltastream::connect
