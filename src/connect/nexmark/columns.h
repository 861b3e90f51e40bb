#pragma once
// Fills the columns asked for with events, a vector at a time; nothing else is generated. One thread at a time.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "common/chunk.h"
#include "common/result.h"
#include "connect/nexmark/events.h"
#include "stream/endpoint.h"

namespace deltastream::connect::nexmark {

// The events of one chunk.
struct Batch {
  const int64_t* numbers = nullptr;
  size_t rows = 0;
  duckdb::ValidityMask persons, auctions, bids;  // which rows are which
};

class ColumnFiller {
 public:
  virtual ~ColumnFiller() = default;
  virtual void fill(const Batch& batch, Vector& out) const = 0;
};

// One filler a column. Errors: not found for a column that events do not have (with the nearest name), invalid argument
// for a type other than theirs.
Result<std::vector<std::unique_ptr<ColumnFiller>>> make_fillers(const std::string& table, const std::vector<engine::SourceColumn>& columns,
                                                                const Settings& settings);

}  // namespace deltastream::connect::nexmark
