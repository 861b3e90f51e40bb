#include "stream/time/split_set.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/fault_point.h"

namespace deltastream::stream {
namespace {

constexpr int64_t kFirstPauseUs = 1'000;
constexpr int64_t kLongestPauseUs = 20'000;
constexpr int64_t kPausePerWait = 4;
// With no split to ask only news is waited for.
constexpr int64_t kNothingLeftUs = 1'000'000;
// Batches from one split before another gets its turn, where event time does not decide.
constexpr uint64_t kTurn = 16;

}  // namespace

void SplitSet::add(Split split, const SplitState* restored) {
  Member member;
  if (restored) {
    member.state = *restored;
    member.start = restored->position;
  }
  member.state.source = options_.source_key;
  member.state.table = options_.table;
  member.state.split = std::move(split);
  member.state.finished = false;  // whether there is more is for the source to say
  member.data_at_us = options_.clock->steady_us();
  members_.push_back(std::move(member));
  live_.push_back(members_.size() - 1);
  unfinished_++;
}

bool SplitSet::before(const Member& a, const Member& b) const {
  if (options_.event_time && a.state.watermark_us != b.state.watermark_us) return a.state.watermark_us < b.state.watermark_us;
  if (options_.bounded && !options_.event_time) return false;  // the first one stays the first until it ends
  return a.read_at / kTurn < b.read_at / kTurn;
}

std::optional<size_t> SplitSet::choose() const {
  std::optional<size_t> best;
  const int64_t now = system_clock().steady_us();
  for (size_t index : live_) {
    const Member& member = members_[index];
    if (member.ask_again_us > now) continue;
    if (!best || before(member, members_[*best])) best = index;
  }
  return best;
}

Status SplitSet::open(Member& member) {
  if (member.reader) return {};
  if (open_ >= kOpenSplits) close_furthest(member);
  DS_ASSIGN_OR_RETURN(member.reader, source_.open_split(member.state.split, member.start));
  open_++;
  return {};
}

void SplitSet::close_furthest(const Member& keep) {
  Member* furthest = nullptr;
  for (size_t index : live_) {
    Member& member = members_[index];
    if (!member.reader || &member == &keep) continue;
    if (!furthest || before(*furthest, member)) furthest = &member;
  }
  if (!furthest) return;
  furthest->state.position = furthest->reader->position();
  furthest->start = furthest->state.position;
  furthest->reader.reset();
  open_--;
}

Result<std::optional<SplitSet::Batch>> SplitSet::read(DataChunk& rows) {
  const std::optional<size_t> index = choose();
  if (!index) return std::optional<Batch>();
  Member& member = members_[*index];
  DS_RETURN_IF_ERROR(open(member));
  const int64_t asked_us = system_clock().steady_us();
  auto state = member.reader->read(rows);
  if (!state.ok()) return std::move(state).error();
  member.read_at = ++reads_;
  if (rows.size() > 0) {
    fault_point("source-batch");
    member.data_at_us = options_.clock->steady_us();
  }
  if (*state == ReadState::kIdle) {
    const int64_t now = system_clock().steady_us();
    member.pause_us = std::clamp(2 * member.pause_us, kFirstPauseUs, kLongestPauseUs);
    // A reader that waits for data itself must not keep the others from being read.
    member.ask_again_us = now + member.pause_us + kPausePerWait * (now - asked_us);
  } else {
    member.pause_us = member.ask_again_us = 0;
  }
  if (*state == ReadState::kEnd) {
    member.state.position = member.reader->position();
    member.state.finished = true;
    member.reader.reset();
    open_--;
    unfinished_--;
    std::erase(live_, *index);
  }
  return std::optional<Batch>(Batch{*state, *index});
}

void SplitSet::observe(size_t split, std::optional<int64_t> watermark_us) {
  if (watermark_us) members_[split].state.watermark_us = std::max(members_[split].state.watermark_us, *watermark_us);
}

const Watermark& SplitSet::watermark() {
  if (unfinished_ == 0 && options_.bounded) {
    watermark_ = {engine::kMaxWatermark, false};
    return watermark_;
  }
  int64_t least = engine::kMaxWatermark;
  bool idle = true;
  const int64_t now = options_.idle_timeout_us > 0 ? options_.clock->steady_us() : 0;
  for (size_t index : live_) {
    const Member& member = members_[index];
    if (options_.idle_timeout_us > 0 && now - member.data_at_us >= options_.idle_timeout_us) continue;
    idle = false;
    least = std::min(least, member.state.watermark_us);
  }
  watermark_.idle = idle;
  if (!idle) watermark_.us = std::max(watermark_.us, least);
  return watermark_;
}

int64_t SplitSet::pause_us() const {
  if (live_.empty()) return kNothingLeftUs;
  const int64_t now = system_clock().steady_us();
  int64_t earliest = now + kLongestPauseUs;
  for (size_t index : live_) earliest = std::min(earliest, members_[index].ask_again_us);
  return std::max<int64_t>(earliest - now, 0);
}

std::vector<SplitState> SplitSet::positions() const {
  std::vector<SplitState> states;
  states.reserve(members_.size());
  for (const Member& member : members_) {
    // A split that was never opened has no position to go on from.
    if (!member.reader && !member.start && !member.state.finished) continue;
    SplitState state = member.state;
    if (member.reader) state.position = member.reader->position();
    states.push_back(std::move(state));
  }
  return states;
}

}  // namespace deltastream::stream
