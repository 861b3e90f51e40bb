#pragma once
// Records that do not decode: counted, logged with their place, and, unless the table says otherwise, the end of the job.
// One object a reader, used from the reader's thread.

#include <string>

#include "common/environment.h"
#include "common/result.h"
#include "stream/endpoint.h"

namespace deltastream::connect {

class MalformedRecords {
 public:
  MalformedRecords(std::string table, std::string format, bool skip, stream::EndpointMetrics* metrics, Logger* logger)
      : table_(std::move(table)), format_(std::move(format)), skip_(skip), metrics_(metrics), logger_(logger) {}

  // Ok when the record is to be left out, else the error for the job: corrupt, naming table, place and option.
  Status report(const std::string& place, const std::string& reason);

 private:
  const std::string table_, format_;
  const bool skip_;
  stream::EndpointMetrics* const metrics_;  // may be null
  Logger* const logger_;
  uint64_t seen_ = 0;
};

}  // namespace deltastream::connect
