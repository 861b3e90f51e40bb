#pragma once
// Errors of librdkafka as ours. Pure functions.

#include <librdkafka/rdkafka.h>

#include <string>

#include "common/result.h"

namespace deltastream::connect::kafka {

// `what`: what was tried, and on what.
Error kafka_error(rd_kafka_resp_err_t code, const std::string& what);

// True when the broker may answer later: connections, elections, coordinators that load.
bool is_passing(rd_kafka_resp_err_t code);
// True when it will not, whoever waits: credentials and grants.
bool is_refusal(rd_kafka_resp_err_t code);

}  // namespace deltastream::connect::kafka
