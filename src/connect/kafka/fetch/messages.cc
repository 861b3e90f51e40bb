#include "connect/kafka/fetch/messages.h"

#include <fmt/format.h>

#include <algorithm>

#include "connect/kafka/fetch/wire.h"

namespace deltastream::connect::kafka::fetch {
namespace {

constexpr int16_t kFetch = 1, kApiVersions = 18;
constexpr int16_t kOldest = 4, kNewest = 11;

WireWriter begin_request(int16_t api, int16_t version, int32_t correlation, std::string_view client_id) {
  WireWriter out;
  out.number(int32_t(0));  // the length
  out.number(api);
  out.number(version);
  out.number(correlation);
  out.text(client_id);
  return out;
}

std::string end_request(WireWriter& out) {
  out.number_at(0, static_cast<int32_t>(out.size() - 4));
  return out.bytes();
}

// One answer: what is read of it is counted, so that it never runs on into the next.
class Answer {
 public:
  explicit Answer(ByteSource& source) : source_(source) {}

  Status begin(int32_t correlation, size_t max_bytes) {
    left_ = 4;
    DS_ASSIGN_OR_RETURN(const auto size, number<int32_t>());
    if (size < 4 || static_cast<size_t>(size) > max_bytes) return corrupt(fmt::format("an answer of {} bytes", size));
    left_ = static_cast<size_t>(size);
    DS_ASSIGN_OR_RETURN(const auto number_of_answer, number<int32_t>());
    if (number_of_answer != correlation) return corrupt("an answer to another question");
    return {};
  }

  size_t left() const { return left_; }

  Status read(char* to, size_t bytes) {
    if (bytes > left_) return corrupt("an answer is shorter than what it says to hold");
    left_ -= bytes;
    return source_.read(to, bytes);
  }

  template <class T>
  Result<T> number() {
    char bytes[sizeof(T)];
    DS_RETURN_IF_ERROR(read(bytes, sizeof bytes));
    return from_network<T>(bytes);
  }

  Result<std::string> text() {
    DS_ASSIGN_OR_RETURN(const auto size, number<int16_t>());
    if (size < 0 || static_cast<size_t>(size) > left_) return corrupt("an answer is shorter than what it says to hold");
    std::string text(static_cast<size_t>(size), 0);
    DS_RETURN_IF_ERROR(read(text.data(), text.size()));
    return text;
  }

  // The length of a list whose elements take at least so many bytes each.
  Result<size_t> count(size_t element_bytes) {
    DS_ASSIGN_OR_RETURN(const auto count, number<int32_t>());
    if (count > 0 && static_cast<size_t>(count) > left_ / element_bytes) return corrupt("an answer is shorter than what it says to hold");
    return static_cast<size_t>(std::max(count, 0));
  }

  Status skip_rest() {
    char scrap[512];
    while (left_ > 0) DS_RETURN_IF_ERROR(read(scrap, std::min(left_, sizeof scrap)));
    return {};
  }

 private:
  ByteSource& source_;
  size_t left_ = 0;
};

Status read_aborted(Answer& answer, std::vector<AbortedTransaction>& aborted) {
  DS_ASSIGN_OR_RETURN(const size_t count, answer.count(16));
  for (size_t i = 0; i < count; i++) {
    AbortedTransaction one;
    DS_ASSIGN_OR_RETURN(one.producer_id, answer.number<int64_t>());
    DS_ASSIGN_OR_RETURN(one.first_offset, answer.number<int64_t>());
    aborted.push_back(one);
  }
  std::sort(aborted.begin(), aborted.end(), [](const auto& a, const auto& b) { return a.first_offset < b.first_offset; });
  return {};
}

Status read_partition(Answer& answer, int16_t version, const std::function<Buffer(size_t)>& buffer, PartitionAnswer& partition) {
  DS_ASSIGN_OR_RETURN(partition.partition, answer.number<int32_t>());
  DS_ASSIGN_OR_RETURN(partition.error, answer.number<int16_t>());
  DS_ASSIGN_OR_RETURN(partition.high_watermark, answer.number<int64_t>());
  DS_RETURN_IF_ERROR(answer.number<int64_t>());                    // last stable offset
  if (version >= 5) DS_RETURN_IF_ERROR(answer.number<int64_t>());  // where the log starts
  DS_RETURN_IF_ERROR(read_aborted(answer, partition.piece.aborted));
  if (version >= 11) DS_RETURN_IF_ERROR(answer.number<int32_t>());  // the replica to ask rather: none, for we say nothing of our rack
  DS_ASSIGN_OR_RETURN(const size_t bytes, answer.count(1));
  if (bytes == 0) return {};
  partition.piece.bytes = buffer(bytes);
  partition.piece.bytes.set_size(bytes);
  return answer.read(partition.piece.bytes.data(), bytes);
}

}  // namespace

std::string api_versions_request(int32_t correlation, std::string_view client_id) {
  WireWriter out = begin_request(kApiVersions, 0, correlation, client_id);
  return end_request(out);
}

std::string fetch_request(int16_t version, int32_t correlation, std::string_view client_id, const FetchLimits& limits,
                          std::span<const FetchWish> wishes) {
  WireWriter out = begin_request(kFetch, version, correlation, client_id);
  out.number(int32_t(-1));  // no replica, but a consumer
  out.number(limits.max_wait_ms);
  out.number(limits.min_bytes);
  out.number(limits.max_bytes);
  out.number(int8_t(limits.read_committed));
  if (version >= 7) {
    out.number(int32_t(0));   // no session,
    out.number(int32_t(-1));  // and none to be made
  }
  const size_t topics_at = out.size();
  out.number(int32_t(0));
  int32_t topics = 0;
  for (size_t first = 0; first < wishes.size();) {
    size_t end = first + 1;
    while (end < wishes.size() && wishes[end].topic == wishes[first].topic) end++;
    topics++;
    out.text(wishes[first].topic);
    out.number(static_cast<int32_t>(end - first));
    for (; first < end; first++) {
      out.number(wishes[first].partition);
      if (version >= 9) out.number(int32_t(-1));  // the leader's epoch is not checked
      out.number(wishes[first].offset);
      if (version >= 5) out.number(int64_t(-1));  // followers only
      out.number(limits.partition_bytes);
    }
  }
  out.number_at(topics_at, topics);
  if (version >= 7) out.number(int32_t(0));  // nothing to forget
  if (version >= 11) out.text("");           // no rack
  return end_request(out);
}

Result<int16_t> read_api_versions(ByteSource& source, int32_t correlation, size_t max_bytes) {
  Answer answer(source);
  DS_RETURN_IF_ERROR(answer.begin(correlation, max_bytes));
  DS_ASSIGN_OR_RETURN(const auto error, answer.number<int16_t>());
  if (error != 0) return unsupported(fmt::format("a broker that answers ApiVersions with error {}", error));
  DS_ASSIGN_OR_RETURN(const size_t count, answer.count(6));
  std::optional<int16_t> version;
  for (size_t i = 0; i < count; i++) {
    DS_ASSIGN_OR_RETURN(const auto api, answer.number<int16_t>());
    DS_ASSIGN_OR_RETURN(const auto oldest, answer.number<int16_t>());
    DS_ASSIGN_OR_RETURN(const auto newest, answer.number<int16_t>());
    if (api == kFetch && oldest <= kNewest && newest >= kOldest) version = std::min(newest, kNewest);
  }
  DS_RETURN_IF_ERROR(answer.skip_rest());
  if (!version) return unsupported("a broker that knows none of the versions of Fetch from 4 to 11");
  return *version;
}

Result<FetchAnswer> read_fetch_answer(ByteSource& source, int16_t version, int32_t correlation, size_t max_bytes,
                                      const std::function<Buffer(size_t bytes)>& buffer, const std::function<void(PartitionAnswer)>& take) {
  Answer answer(source);
  DS_RETURN_IF_ERROR(answer.begin(correlation, max_bytes));
  FetchAnswer result;
  DS_ASSIGN_OR_RETURN(result.throttle_ms, answer.number<int32_t>());
  if (version >= 7) {
    DS_ASSIGN_OR_RETURN(result.error, answer.number<int16_t>());
    DS_RETURN_IF_ERROR(answer.number<int32_t>());  // the session: none
  }
  constexpr size_t kTopicBytes = 6, kPartitionBytes = 30;  // at least
  DS_ASSIGN_OR_RETURN(const size_t topics, answer.count(kTopicBytes));
  for (size_t t = 0; t < topics; t++) {
    DS_ASSIGN_OR_RETURN(const std::string topic, answer.text());
    DS_ASSIGN_OR_RETURN(const size_t partitions, answer.count(kPartitionBytes));
    for (size_t p = 0; p < partitions; p++) {
      PartitionAnswer partition;
      partition.topic = topic;
      DS_RETURN_IF_ERROR(read_partition(answer, version, buffer, partition));
      take(std::move(partition));
    }
  }
  DS_RETURN_IF_ERROR(answer.skip_rest());
  return result;
}

}  // namespace deltastream::connect::kafka::fetch
