#include "connect/kafka/offsets.h"

#include <fmt/format.h>

#include <charconv>

#include "connect/kafka/errors.h"

namespace deltastream::connect::kafka {
namespace {

template <class Number>
bool parse_after(std::string_view text, std::string_view prefix, Number& value) {
  if (text.substr(0, prefix.size()) != prefix) return false;
  text.remove_prefix(prefix.size());
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && value >= 0;
}

// "partition:0,offset:42;partition:1,offset:300"
Result<std::map<int32_t, int64_t>> parse_specific(const std::string& key, const std::string& text) {
  std::map<int32_t, int64_t> result;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find(';', begin), text.size());
    std::string_view entry = std::string_view(text).substr(begin, end - begin);
    const size_t comma = entry.find(',');
    int32_t partition = 0;
    int64_t offset = 0;
    if (comma == std::string_view::npos || !parse_after(entry.substr(0, comma), "partition:", partition) ||
        !parse_after(entry.substr(comma + 1), "offset:", offset)) {
      return invalid_argument(fmt::format("option '{}' must look like 'partition:0,offset:42;partition:1,offset:300', not '{}'", key, text));
    }
    result[partition] = offset;
    begin = end + 1;
  }
  return result;
}

Result<OffsetRule> make_rule(const Options& options, const std::string& prefix, const std::string& mode, OffsetRule::Otherwise otherwise) {
  OffsetRule rule;
  rule.otherwise = otherwise;
  const std::string timestamp = prefix + "timestamp-millis", specific = prefix + "specific-offsets";
  auto needs = [&](const std::string& key) {
    return invalid_argument(fmt::format("'{}mode' = '{}' needs the option '{}'", prefix, mode, key));
  };
  if (mode == "latest-offset") rule.mode = OffsetMode::kLatest;
  if (mode == "group-offsets") {
    rule.mode = OffsetMode::kGroup;
    if (!options.has("properties.group.id")) return needs("properties.group.id");
  }
  if (mode == "timestamp") {
    rule.mode = OffsetMode::kTimestamp;
    if (!options.has(timestamp)) return needs(timestamp);
    rule.timestamp_ms = options.integer(timestamp);
  }
  if (mode == "specific-offsets") {
    rule.mode = OffsetMode::kSpecific;
    if (!options.has(specific)) return needs(specific);
    DS_ASSIGN_OR_RETURN(rule.specific, parse_specific(specific, options.get(specific)));
    if (options.get("topic").find(';') != std::string::npos || options.has("topic-pattern")) {
      return invalid_argument(fmt::format("'{}mode' = 'specific-offsets' is for a single topic: partitions are numbered in each anew", prefix));
    }
  }
  return rule;
}

// The first record at or after the time; past the end where there is none.
Result<int64_t> offset_at(Client& client, const TopicPartition& partition, int64_t timestamp_ms) {
  PartitionList list(rd_kafka_topic_partition_list_new(1));
  auto* entry = rd_kafka_topic_partition_list_add(list.get(), partition.topic.c_str(), partition.partition);
  DS_RETURN_IF_ERROR(client.call(fmt::format("looking up the time {} in {}", timestamp_ms, partition.name()), [&](int timeout_ms) {
    entry->offset = timestamp_ms;
    const auto code = rd_kafka_offsets_for_times(client.handle(), list.get(), timeout_ms);
    return code != RD_KAFKA_RESP_ERR_NO_ERROR ? code : entry->err;
  }));
  if (entry->offset >= 0) return entry->offset;
  DS_ASSIGN_OR_RETURN(OffsetRange range, offset_range(client, partition));
  return range.high;
}

Result<int64_t> otherwise(Client& client, const TopicPartition& partition, const OffsetRule& rule) {
  if (rule.otherwise == OffsetRule::Otherwise::kError) {
    return not_found(fmt::format("the consumer group has no offset for {}; set 'properties.auto.offset.reset' to earliest or latest, or another "
                                 "'scan.startup.mode'",
                                 partition.name()));
  }
  DS_ASSIGN_OR_RETURN(OffsetRange range, offset_range(client, partition));
  return rule.otherwise == OffsetRule::Otherwise::kEarliest ? range.low : range.high;
}

}  // namespace

bool is_bounded(const Options& options) { return options.get("scan.bounded.mode") != "unbounded"; }

Result<OffsetRule> startup_rule(const Options& options, const ClientProperties& properties) {
  const std::string mode = options.get("scan.startup.mode");
  auto rest = OffsetRule::Otherwise::kEarliest;
  if (mode == "group-offsets") {
    const std::string reset = properties.get("auto.offset.reset");
    if (reset.empty() || reset == "error" || reset == "none") rest = OffsetRule::Otherwise::kError;
    if (reset == "latest" || reset == "end" || reset == "largest") rest = OffsetRule::Otherwise::kLatest;
  }
  return make_rule(options, "scan.startup.", mode, rest);
}

Result<std::optional<OffsetRule>> bounded_rule(const Options& options) {
  if (!is_bounded(options)) return std::optional<OffsetRule>();
  DS_ASSIGN_OR_RETURN(OffsetRule rule,
                      make_rule(options, "scan.bounded.", options.get("scan.bounded.mode"), OffsetRule::Otherwise::kLatest));
  return std::optional<OffsetRule>(std::move(rule));
}

Result<OffsetRange> offset_range(Client& client, const TopicPartition& partition) {
  OffsetRange range;
  DS_RETURN_IF_ERROR(client.call(fmt::format("asking for the offsets of {}", partition.name()), [&](int timeout_ms) {
    return rd_kafka_query_watermark_offsets(client.handle(), partition.topic.c_str(), partition.partition, &range.low, &range.high, timeout_ms);
  }));
  return range;
}

Result<int64_t> resolve_offset(Client& client, GroupOffsets* groups, const TopicPartition& partition, const OffsetRule& rule) {
  switch (rule.mode) {
    case OffsetMode::kTimestamp: return offset_at(client, partition, rule.timestamp_ms);
    case OffsetMode::kSpecific:
      if (auto named = rule.specific.find(partition.partition); named != rule.specific.end()) return named->second;
      return otherwise(client, partition, rule);
    case OffsetMode::kGroup: {
      DS_ASSIGN_OR_RETURN(auto offset, groups->read(partition));
      if (offset) return *offset;
      return otherwise(client, partition, rule);
    }
    case OffsetMode::kEarliest:
    case OffsetMode::kLatest: break;
  }
  DS_ASSIGN_OR_RETURN(OffsetRange range, offset_range(client, partition));
  return rule.mode == OffsetMode::kEarliest ? range.low : range.high;
}

}  // namespace deltastream::connect::kafka
