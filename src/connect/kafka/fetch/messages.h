#pragma once
// The two requests that fetching needs, ApiVersions and Fetch, and their answers (https://kafka.apache.org/protocol.html). Fetch is
// spoken in the versions 4 to 11: from 4 on brokers name aborted transactions, and after 11 the encoding is another one for nothing that
// is needed here. No fetch sessions: each request names all that it wants. Pure but for the answer's source.

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "connect/kafka/fetch/batch_reader.h"
#include "connect/kafka/fetch/connection.h"

namespace deltastream::connect::kafka::fetch {

// Each begins with its own length. `correlation` comes back with the answer.
std::string api_versions_request(int32_t correlation, std::string_view client_id);

struct FetchWish {
  std::string_view topic;
  int32_t partition = 0;
  int64_t offset = 0;
};
struct FetchLimits {
  int32_t max_wait_ms = 100, min_bytes = 1;
  int32_t max_bytes = 50 * 1024 * 1024, partition_bytes = 512 * 1024;  // small enough to stay in the caches
  bool read_committed = true;
};
std::string fetch_request(int16_t version, int32_t correlation, std::string_view client_id, const FetchLimits& limits,
                          std::span<const FetchWish> wishes);

// The newest version of Fetch that both know. Errors: unsupported when there is none; corrupt; those of the source.
Result<int16_t> read_api_versions(ByteSource& source, int32_t correlation, size_t max_bytes);

struct PartitionAnswer {
  std::string topic;
  int32_t partition = 0;
  int16_t error = 0;
  int64_t high_watermark = -1;
  Piece piece;  // may end in a part of a batch
};
struct FetchAnswer {
  int32_t throttle_ms = 0;
  int16_t error = 0;
};
// Calls `buffer` for each partition's bytes, which are read into what it gives, and then `take`.
// Errors: corrupt for an answer that is none, those of the source.
Result<FetchAnswer> read_fetch_answer(ByteSource& source, int16_t version, int32_t correlation, size_t max_bytes,
                                      const std::function<Buffer(size_t bytes)>& buffer, const std::function<void(PartitionAnswer)>& take);

}  // namespace deltastream::connect::kafka::fetch
