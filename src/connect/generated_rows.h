#pragma once
// What the sources share that make their rows in process: splits that are numbered, each row a function of its place in its split, a rate,
// and an end. Thread rule and failures as stream/endpoint.h says.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "connect/pacing.h"
#include "stream/endpoint.h"

namespace deltastream::connect {

// Makes the rows of one split. One thread at a time.
class RowMaker {
 public:
  virtual ~RowMaker() = default;
  // Fills rows 0 … `rows` - 1 of `out` with those at the places from `first` on; at most kChunkRows. May throw what DuckDB throws.
  virtual void make(int64_t first, size_t rows, DataChunk& out) = 0;
};

// How rows are dealt to splits.
struct GeneratedSplits {
  std::string table, option;  // the option that says how many there are
  int64_t count = 1;

  std::vector<stream::Split> all() const;
  // Errors: invalid argument for a split of a job that had more.
  Result<int64_t> index_of(const stream::Split& split) const;
};

struct GeneratedRange {
  int64_t end = INT64_MAX;  // places of the split
  double rate = 0;          // rows a second; 0: as fast as they can be made
};
std::unique_ptr<stream::SplitReader> read_generated(std::unique_ptr<RowMaker> maker, const GeneratedRange& range,
                                                    const std::optional<stream::SplitPosition>& position, const stream::SourceRequest& request,
                                                    const Clock* clock);

}  // namespace deltastream::connect
