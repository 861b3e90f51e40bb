#pragma once
// Where a table begins and ends to read: scan.startup.* and scan.bounded.*, and what they mean in one partition.
// Errors: invalid argument for companions that are missing or malformed.

#include <map>
#include <optional>

#include "connect/kafka/client.h"
#include "connect/kafka/group_offsets.h"
#include "connect/kafka/topics.h"
#include "connect/table.h"

namespace deltastream::connect::kafka {

enum class OffsetMode { kEarliest, kLatest, kGroup, kTimestamp, kSpecific };

struct OffsetRule {
  OffsetMode mode = OffsetMode::kEarliest;
  int64_t timestamp_ms = 0;
  std::map<int32_t, int64_t> specific;
  // Partitions that the rule says nothing of: earliest, latest, or an error.
  enum class Otherwise { kEarliest, kLatest, kError } otherwise = Otherwise::kEarliest;
};

Result<OffsetRule> startup_rule(const Options& options, const ClientProperties& properties);
// nullopt: unbounded.
Result<std::optional<OffsetRule>> bounded_rule(const Options& options);
bool is_bounded(const Options& options);

// The first offset that is there, and the one that comes next.
struct OffsetRange {
  int64_t low = 0, high = 0;
};
Result<OffsetRange> offset_range(Client& client, const TopicPartition& partition);

// `groups` is needed for kGroup only. Errors: not found when a group has no offset and that is an error.
Result<int64_t> resolve_offset(Client& client, GroupOffsets* groups, const TopicPartition& partition, const OffsetRule& rule);

}  // namespace deltastream::connect::kafka
