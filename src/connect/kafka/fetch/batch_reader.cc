#include "connect/kafka/fetch/batch_reader.h"

#include <fmt/format.h>

#include "connect/kafka/fetch/crc32c.h"

namespace deltastream::connect::kafka::fetch {
namespace {

// Places in a batch.
constexpr size_t kLengthAt = 8, kBehindLength = 12, kLeaderEpochAt = 12, kMagicAt = 16, kCrcAt = 17, kAttributesAt = 21, kLastDeltaAt = 23,
                 kBaseTimestampAt = 27, kMaxTimestampAt = 35, kProducerIdAt = 43, kCountAt = 57, kRecordsAt = 61;
// Bits of its attributes.
constexpr int16_t kCodecBits = 0x07, kAppendTime = 0x08, kTransactional = 0x10, kControl = 0x20;
constexpr int8_t kMagic = 2;

// The whole batch, or message set of an older format, that the bytes begin with; empty when there is none.
std::string_view first_batch(std::string_view bytes) {
  if (bytes.size() <= kMagicAt) return {};
  const auto length = from_network<int32_t>(bytes.data() + kLengthAt);
  if (length <= static_cast<int32_t>(kMagicAt - kBehindLength) || static_cast<size_t>(length) > bytes.size() - kBehindLength) return {};
  return bytes.substr(0, kBehindLength + static_cast<size_t>(length));
}

// Their number, then names and values; to the end of the bytes.
bool are_headers(std::string_view bytes) {
  WireReader reader(bytes);
  for (int64_t left = reader.varint(); left > 0 && reader.ok(); left--) {
    if (!reader.varint_bytes()) reader.fail();  // a name must be there
    reader.varint_bytes();
  }
  return reader.ok() && reader.left() == 0;
}

int8_t magic_of(std::string_view batch) { return static_cast<int8_t>(batch[kMagicAt]); }

}  // namespace

WholeBatches whole_batches(std::string_view bytes) {
  WholeBatches whole;
  for (std::string_view batch = first_batch(bytes); !batch.empty(); batch = first_batch(bytes.substr(whole.bytes))) {
    whole.bytes += batch.size();
    const auto base = from_network<int64_t>(batch.data());
    const bool has_delta = magic_of(batch) >= kMagic && batch.size() >= kRecordsAt;
    whole.next_offset = std::max(whole.next_offset, base + (has_delta ? from_network<int32_t>(batch.data() + kLastDeltaAt) : 0) + 1);
  }
  return whole;
}

void BatchReader::open(Piece piece) {
  if (piece_.bytes.capacity() > 0) spent_.push_back(std::move(piece_.bytes));
  piece_ = std::move(piece);
  rest_ = piece_.bytes.view();
  aborted_seen_ = 0;
  aborted_producers_.clear();
}

void BatchReader::restart(int64_t offset) {
  position_ = offset;
  rest_ = {};
  records_left_ = 0;
}

void BatchReader::release(std::vector<Buffer>& spare) {
  for (Buffer& buffer : spent_) spare.push_back(std::move(buffer));
  spent_.clear();
  // The batch at hand is still read from the last one.
  if (plain_used_ > 1) std::swap(plain_[0], plain_[plain_used_ - 1]);
  plain_used_ = std::min<size_t>(plain_used_, 1);
}

Status BatchReader::read(size_t limit, std::vector<Record>& records) {
  while (records.size() < limit) {
    if (records_left_ == 0) {
      if (rest_.empty()) break;
      DS_RETURN_IF_ERROR(next_batch());
      continue;
    }
    // A copy, that it may live in registers.
    WireReader reader = reader_;
    bool good = true;
    while (records_left_ > 0 && records.size() < limit) {
      Record& record = records.emplace_back();
      good = read_record(reader, record);
      if (!good || record.offset < position_) records.pop_back();
      if (!good) break;
      position_ = std::max(position_, record.offset + 1);
      records_left_--;
    }
    reader_ = reader;
    if (!good) {
      reader_.fail();
      return damaged("a record is longer than its batch");
    }
    if (records_left_ == 0) finish_batch();
  }
  return {};
}

void BatchReader::finish_batch() { position_ = std::max(position_, batch_.last_offset + 1); }

Status BatchReader::next_batch() {
  const std::string_view bytes = first_batch(rest_);
  if (bytes.empty()) {
    // Brokers cut off what does not fit into an answer.
    rest_ = {};
    return {};
  }
  DS_RETURN_IF_ERROR(open_batch(bytes));
  rest_.remove_prefix(bytes.size());
  if (records_left_ == 0) finish_batch();
  return {};
}

Status BatchReader::open_batch(std::string_view bytes) {
  if (magic_of(bytes) != kMagic) return unsupported(fmt::format("messages of format {}", magic_of(bytes)));
  if (bytes.size() < kRecordsAt) return damaged("a batch is shorter than its head");
  if (rules_.check_crcs && crc32c(bytes.substr(kAttributesAt)) != from_network<uint32_t>(bytes.data() + kCrcAt)) {
    return damaged("a batch does not have the CRC that it bears");
  }
  const auto attributes = from_network<int16_t>(bytes.data() + kAttributesAt);
  const auto last_delta = from_network<int32_t>(bytes.data() + kLastDeltaAt);
  const auto count = from_network<int32_t>(bytes.data() + kCountAt);
  batch_.base_offset = from_network<int64_t>(bytes.data());
  batch_.leader_epoch = from_network<int32_t>(bytes.data() + kLeaderEpochAt);
  batch_.append_time = attributes & kAppendTime;
  batch_.base_timestamp = from_network<int64_t>(bytes.data() + kBaseTimestampAt);
  batch_.max_timestamp = from_network<int64_t>(bytes.data() + kMaxTimestampAt);
  if (count < 0 || last_delta < 0 || batch_.base_offset < 0 || batch_.base_offset > INT64_MAX - last_delta - 1) {
    return damaged("a batch has a head that cannot be");
  }
  batch_.last_offset = batch_.base_offset + last_delta;
  const std::string_view records = bytes.substr(kRecordsAt);
  const bool control = attributes & kControl;
  if (is_aborted(records, from_network<int64_t>(bytes.data() + kProducerIdAt), attributes & kTransactional, control) || control ||
      batch_.last_offset < position_) {
    return {};  // records_left_ stays 0: passed over
  }
  if (const auto codec = static_cast<Codec>(attributes & kCodecBits); codec != Codec::kNone) {
    DS_RETURN_IF_ERROR(decompress(codec, records));
  } else {
    reader_ = WireReader(records);
  }
  records_left_ = count;
  joinable_ = nullptr;
  return {};
}

// Consumers sort out themselves what was given up: the answer names each producer whose transaction was, with the offset from which on,
// and the marks between the batches tell where it ends.
bool BatchReader::is_aborted(std::string_view records, int64_t producer_id, bool transactional, bool control) {
  if (!rules_.read_committed || producer_id < 0) return false;
  while (aborted_seen_ < piece_.aborted.size() && piece_.aborted[aborted_seen_].first_offset <= batch_.last_offset) {
    aborted_producers_.insert(piece_.aborted[aborted_seen_++].producer_id);
  }
  if (control) {
    WireReader mark(records);
    mark.varint();  // length
    mark.take(1);   // attributes
    mark.varint();  // time
    mark.varint();  // offset
    const auto key = mark.varint_bytes();
    constexpr int16_t kAbort = 0;
    if (key && key->size() >= 4 && from_network<int16_t>(key->data() + 2) == kAbort) aborted_producers_.erase(producer_id);
    return true;
  }
  return transactional && aborted_producers_.count(producer_id) > 0;
}

Status BatchReader::decompress(Codec codec, std::string_view bytes) {
  if (plain_used_ == plain_.size()) plain_.emplace_back();
  auto done = decompressor_.decompress(codec, bytes, rules_.max_batch_bytes, plain_[plain_used_]);
  if (!done.ok()) return std::move(done).context(fmt::format("the batch at offset {}", batch_.base_offset));
  reader_ = WireReader(plain_[plain_used_++].view());
  return {};
}

inline bool BatchReader::read_record(WireReader& reader, Record& record) {
  const int64_t length = reader.varint();
  if (length < 0 || static_cast<uint64_t>(length) > reader.left()) return false;
  const char* const end = reader.here() + length;
  reader.take(1);  // attributes: none are in use
  const int64_t timestamp_delta = reader.varint();
  const int64_t offset_delta = reader.varint();
  const auto key = reader.varint_bytes();
  const auto value = reader.varint_bytes();
  if (!reader.ok() || reader.here() > end || offset_delta < 0 || offset_delta > batch_.last_offset - batch_.base_offset) return false;
  const std::string_view headers(reader.here(), static_cast<size_t>(end - reader.here()));
  if (headers.size() != 1 && !are_headers(headers)) return false;
  reader.take(end - reader.here());
  record.offset = batch_.base_offset + offset_delta;
  record.timestamp_type = batch_.append_time ? TimestampType::kLogAppendTime : TimestampType::kCreateTime;
  record.timestamp_ms = batch_.append_time ? batch_.max_timestamp : static_cast<int64_t>(uint64_t(batch_.base_timestamp) + uint64_t(timestamp_delta));
  record.leader_epoch = batch_.leader_epoch;
  record.padded = true;
  if (value) {
    record.value = value->data();
    record.value_size = static_cast<uint32_t>(value->size());
  }
  if (key) record.key_size = static_cast<uint32_t>(key->size());
  if (rules_.values_only) {
    if (value && record.offset >= position_) join(record);
    return true;
  }
  record.headers = headers;
  if (key) record.key = key->data();
  return true;
}

// The memory is ours: a piece that was fetched, or what was decompressed from it.
inline void BatchReader::join(Record& record) {
  char* const value = const_cast<char*>(record.value);
  if (joinable_) {
    const auto gap = static_cast<size_t>(value - joinable_);
    record.joined = true;
    constexpr uint64_t kBlanks = 0x2020202020202020;
    if (gap >= 8 && gap <= 16) {  // as it is with neither key nor headers
      std::memcpy(joinable_, &kBlanks, 8);
      std::memcpy(value - 8, &kBlanks, 8);
    } else {
      std::memset(joinable_, ' ', gap);
    }
  }
  joinable_ = value + record.value_size;
}

Error BatchReader::damaged(std::string_view what) const {
  return corrupt(fmt::format("what the broker holds at offset {} is damaged: {}", position_, what));
}

}  // namespace deltastream::connect::kafka::fetch
