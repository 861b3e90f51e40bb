#include "delta/file_set.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

#include "common/uri.h"
#include "delta/json/json_cursor.h"

namespace deltastream::delta {
namespace {

constexpr size_t kFirstBlockBytes = 16 << 10;
constexpr size_t kLastSmallBytes = 1 << 20;
// Slots are fetched from memory so many records before they are looked at.
constexpr size_t kAhead = 16;

// What a record holds besides path, partition values, size and time.
enum Flag : uint8_t {
  kHasSize = 1,
  kHasStats = 2,
  kHasTags = 4,
  kHasProvider = 8,
  kHasRowId = 16,
  kHasCommitVersion = 32,
  kHasVector = 64,
  kVectorHasOffset = 128,
};

// The longest a number gets, and how many of them a record has at most.
constexpr size_t kNumberBytes = 10;
constexpr size_t kNumbersMax = 15;

// A record is its flags, its numbers (seven bits a byte, small ones first), then its texts.
class RecordWriter {
 public:
  explicit RecordWriter(char* at) : at_(at) {}
  void byte(uint8_t value) { *at_++ = static_cast<char>(value); }
  void number(uint64_t value) {
    while (value >= 0x80) {
      byte(static_cast<uint8_t>(value) | 0x80);
      value >>= 7;
    }
    byte(static_cast<uint8_t>(value));
  }
  // Negative numbers occur in damaged logs only, but must come back as they were.
  void signed_number(int64_t value) { number(static_cast<uint64_t>(value) << 1 ^ static_cast<uint64_t>(value >> 63)); }
  void text(std::string_view text) {
    if (!text.empty()) std::memcpy(at_, text.data(), text.size());
    at_ += text.size();
  }
  char* at() const { return at_; }

 private:
  char* at_;
};

class RecordReader {
 public:
  explicit RecordReader(const char* at) : at_(at) {}
  uint8_t byte() { return static_cast<uint8_t>(*at_++); }
  uint64_t number() {
    uint64_t value = 0;
    for (int shift = 0;; shift += 7) {
      uint8_t next = byte();
      value |= static_cast<uint64_t>(next & 0x7f) << shift;
      if (next < 0x80) return value;
    }
  }
  int64_t signed_number() {
    uint64_t value = number();
    return static_cast<int64_t>(value >> 1 ^ (0 - (value & 1)));
  }
  std::string_view text(uint64_t length) {
    std::string_view view(at_, length);
    at_ += length;
    return view;
  }

 private:
  const char* at_;
};

char* write_record(const FileView& file, char* to) {
  const auto& vector = file.deletion_vector;
  bool has_vector = vector.storage_type != 0;
  unsigned flags = (file.has_size ? kHasSize : 0) | (file.stats.empty() && !file.stats_at ? 0 : kHasStats) | (file.tags.empty() ? 0 : kHasTags) |
                   (file.clustering_provider.empty() ? 0 : kHasProvider) | (file.base_row_id ? kHasRowId : 0) |
                   (file.default_row_commit_version ? kHasCommitVersion : 0) | (has_vector ? kHasVector : 0) |
                   (has_vector && vector.offset ? kVectorHasOffset : 0);
  RecordWriter record(to);
  record.byte(static_cast<uint8_t>(flags));
  record.number(file.path.size());
  record.number(file.partition_values.size());
  record.signed_number(file.size);
  record.signed_number(file.time);
  // An odd number is the row where they stand, an even one their length.
  if (flags & kHasStats) record.number(file.stats_at ? file.stats_at->row << 1 | 1 : file.stats.size() << 1);
  if (file.stats_at) record.number(file.stats_at->source);
  if (flags & kHasTags) record.number(file.tags.size());
  if (flags & kHasProvider) record.number(file.clustering_provider.size());
  if (flags & kHasRowId) record.signed_number(*file.base_row_id);
  if (flags & kHasCommitVersion) record.signed_number(*file.default_row_commit_version);
  if (has_vector) {
    record.byte(static_cast<uint8_t>(vector.storage_type));
    record.number(vector.path_or_inline.size());
    record.signed_number(vector.size_in_bytes);
    record.signed_number(vector.cardinality);
    if (flags & kVectorHasOffset) record.signed_number(*vector.offset);
  }
  for (std::string_view text : {file.path, file.partition_values, file.stats_at ? std::string_view() : file.stats, file.tags, file.clustering_provider}) {
    record.text(text);
  }
  if (has_vector) record.text(vector.path_or_inline);
  return record.at();
}

FileView view_of(const char* bytes) {
  RecordReader record(bytes);
  unsigned flags = record.byte();
  FileView file;
  uint64_t path = record.number();
  uint64_t values = record.number();
  file.has_size = flags & kHasSize;
  file.size = record.signed_number();
  file.time = record.signed_number();
  uint64_t stats = flags & kHasStats ? record.number() : 0;
  if (stats & 1) {
    file.stats_at = StatisticsPlace{static_cast<uint32_t>(record.number()), stats >> 1};
    stats = 0;
  }
  stats >>= 1;
  uint64_t tags = flags & kHasTags ? record.number() : 0;
  uint64_t provider = flags & kHasProvider ? record.number() : 0;
  if (flags & kHasRowId) file.base_row_id = record.signed_number();
  if (flags & kHasCommitVersion) file.default_row_commit_version = record.signed_number();
  auto& vector = file.deletion_vector;
  uint64_t vector_text = 0;
  if (flags & kHasVector) {
    vector.storage_type = static_cast<char>(record.byte());
    vector_text = record.number();
    vector.size_in_bytes = static_cast<int32_t>(record.signed_number());
    vector.cardinality = record.signed_number();
    if (flags & kVectorHasOffset) vector.offset = static_cast<int32_t>(record.signed_number());
  }
  file.path = record.text(path);
  file.partition_values = record.text(values);
  file.stats = record.text(stats);
  file.tags = record.text(tags);
  file.clustering_provider = record.text(provider);
  vector.path_or_inline = record.text(vector_text);
  return file;
}

template <class Word>
uint64_t word_at(const char* text) {
  Word word = 0;
  std::memcpy(&word, text, sizeof word);
  return word;
}

// The halves of the product of two words, folded: each bit of the result hangs on all bits of both.
uint64_t mix(uint64_t a, uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = Wide{a} * b;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

// By pairs of words, after wyhash: paths are long, and a table of a million files hashes a million of them. Words overlap rather than
// being cut at the end of the text, and two chains of products run beside each other.
uint64_t hash_bytes(uint64_t hash, std::string_view text) {
  constexpr uint64_t kFirst = 0x9E3779B97F4A7C15ull, kSecond = 0xE7037ED1A0B428DBull;
  const char* at = text.data();
  const size_t length = text.size();
  uint64_t first = 0, second = 0;
  if (length >= 16) {
    const char* last = at + length - 16;
    uint64_t other = kSecond;
    for (; at + 16 < last; at += 32) {
      hash = mix(word_at<uint64_t>(at) ^ kFirst, word_at<uint64_t>(at + 8) ^ hash);
      other = mix(word_at<uint64_t>(at + 16) ^ kSecond, word_at<uint64_t>(at + 24) ^ other);
    }
    if (at < last) hash = mix(word_at<uint64_t>(at) ^ kFirst, word_at<uint64_t>(at + 8) ^ hash);
    hash ^= other;
    first = word_at<uint64_t>(last);
    second = word_at<uint64_t>(last + 8);
  } else if (length >= 8) {
    first = word_at<uint64_t>(at);
    second = word_at<uint64_t>(at + length - 8);
  } else if (length >= 4) {
    first = word_at<uint32_t>(at);
    second = word_at<uint32_t>(at + length - 4);
  } else if (length > 0) {
    first = word_at<uint8_t>(at) << 16 | word_at<uint8_t>(at + length / 2) << 8 | word_at<uint8_t>(at + length - 1);
  }
  return mix(mix(first ^ kFirst, second ^ hash) ^ kSecond, length ^ kFirst);
}

bool needs_canonical(std::string_view path) {
  return path.find('%') != std::string_view::npos || path.substr(0, 5) == "file:" || path.substr(0, 1) == "/";
}

// One spelling for the spellings of one file: decoded, and without what "file:" adds. A path that does not decode keeps
// its spelling here; whoever reads the file reports it.
std::string canonical(std::string_view path) {
  auto decoded = percent_decode(path);
  std::string text = decoded.ok() ? std::move(decoded).value() : std::string(path);
  if (text.compare(0, 5, "file:") == 0) text.erase(0, 5);
  if (!text.empty() && text[0] == '/') text.erase(0, std::min(text.find_first_not_of('/'), text.size()) - 1);
  return text;
}

uint32_t tag_of(const FileView& file) {
  uint64_t hash = needs_canonical(file.path) ? hash_bytes(17, canonical(file.path)) : hash_bytes(17, file.path);
  const auto& vector = file.deletion_vector;
  if (vector.storage_type == 0) return static_cast<uint32_t>(hash >> 32);
  hash = hash_bytes(hash + static_cast<unsigned char>(vector.storage_type), vector.path_or_inline);
  uint64_t offset = vector.offset ? static_cast<uint64_t>(*vector.offset) + 1 : 0;
  return static_cast<uint32_t>(hash_bytes(hash, {reinterpret_cast<const char*>(&offset), sizeof offset}) >> 32);
}

bool same_path(std::string_view a, std::string_view b) {
  if (a == b) return true;
  return (needs_canonical(a) || needs_canonical(b)) && canonical(a) == canonical(b);
}

bool same_key(const FileView& a, const FileView& b) {
  const auto& x = a.deletion_vector;
  const auto& y = b.deletion_vector;
  if (x.storage_type != y.storage_type) return false;
  if (x.storage_type != 0 && (x.path_or_inline != y.path_or_inline || x.offset != y.offset)) return false;
  return same_path(a.path, b.path);
}

}  // namespace

char* FileSet::allocate(size_t bytes) {
  if (bytes > free_bytes_) {
    // Small tables take little, large ones few blocks.
    const size_t block = allocated_ >= MemoryBlock::kLargeBytes ? MemoryBlock::kLargeBytes : std::clamp(allocated_, kFirstBlockBytes, kLastSmallBytes);
    blocks_.emplace_back(std::max(block, bytes));
    free_ = blocks_.back().data();
    free_bytes_ = blocks_.back().bytes();
    allocated_ += free_bytes_;
  }
  return free_;
}

// A slot is tested by its share of the hash before the record is looked at, which is far away in memory.
size_t FileSet::find(const FileView& file, uint32_t tag) const {
  if (slot_count_ == 0) return kNowhere;
  const uint32_t part = tag_part(tag);
  for (size_t slot = home(tag); slots()[slot] != 0; slot = after(slot)) {
    if (!may_be(slots()[slot], part)) continue;
    const size_t record = record_in(slots()[slot]);
    if (tags_[record] == tag && records_[record] && same_key(view_of(records_[record]), file)) return record;
  }
  return kNowhere;
}

void FileSet::place(size_t record) {
  size_t slot = home(tags_[record]);
  while (slots()[slot] != 0) slot = after(slot);
  slots()[slot] = slot_of(record);
}

// Of the records that have slots.
void FileSet::lay_out(size_t slots) {
  slots_ = MemoryBlock();
  slots_ = MemoryBlock(slots * sizeof(uint32_t));
  slot_count_ = slots;
  number_bits_ = std::bit_width(slots);
  for (size_t record = 0; record < indexed_; record++) {
    if (record + kAhead < indexed_) __builtin_prefetch(this->slots() + home(tags_[record + kAhead]), 1);
    if (records_[record]) place(record);
  }
}

// Records that are gone leave their slots taken; when the slots fill up, they are laid out anew. The bytes of gone
// records stay until then only as holes in blocks, which a long-lived set drops by copying.
void FileSet::grow_if_full() {
  if ((records_.size() + 1) * 4 <= slot_count_ * 3) return;
  bool mostly_gone = records_.size() > 1024 && live_ < records_.size() / 2;
  if (mostly_gone) {
    FileSet fresh;
    for (size_t i = 0; i < records_.size(); i++) {
      if (i == first_counts_from_) fresh.first_counts();
      if (records_[i]) fresh.insert(view_of(records_[i]));
    }
    if (first_counts_from_ == records_.size()) fresh.first_counts();
    *this = std::move(fresh);
    return;
  }
  lay_out(std::max<size_t>(64, slot_count_ * 2));
}

void FileSet::append(const FileView& file) { put_record(file, tag_of(file)); }

void FileSet::index() {
  const size_t records = records_.size();
  // With room for an eighth more, so that the next commits need not wait for a larger table.
  const size_t wanted = (records + records / 8 + 1) * 4 / 3 + 1;
  if (indexed_ < records && (records + 1) * 4 > slot_count_ * 3) lay_out(std::max<size_t>(64, wanted));
  for (; indexed_ < records; indexed_++) {
    if (indexed_ + kAhead < records) __builtin_prefetch(slots() + home(tags_[indexed_ + kAhead]), 1);
    const uint32_t tag = tags_[indexed_];
    const uint32_t part = tag_part(tag);
    size_t slot = home(tag);
    for (; slots()[slot] != 0; slot = after(slot)) {
      if (!may_be(slots()[slot], part)) continue;
      const size_t there = record_in(slots()[slot]);
      if (tags_[there] != tag || !records_[there] || !same_key(view_of(records_[there]), view_of(records_[indexed_]))) continue;
      forget(there);
      break;
    }
    slots()[slot] = slot_of(indexed_);
  }
}

void FileSet::forget(size_t record) {
  total_bytes_ -= static_cast<uint64_t>(view_of(records_[record]).size);
  live_--;
  records_[record] = nullptr;
}

FileSet::Change FileSet::insert(const FileView& file) {
  uint32_t tag = tag_of(file);
  size_t before = find(file, tag);
  if (before != kNowhere) {
    if (before >= first_counts_from_) return Change::kTwice;
    forget(before);
  }
  grow_if_full();
  put_record(file, tag);
  place(indexed_++);
  return before == kNowhere ? Change::kNew : Change::kReplaced;
}

void FileSet::put_record(const FileView& file, uint32_t tag) {
  size_t text_bytes = file.path.size() + file.partition_values.size() + file.stats.size() + file.tags.size() +
                      file.clustering_provider.size() + file.deletion_vector.path_or_inline.size();
  char* record = allocate(text_bytes + kNumbersMax * kNumberBytes);
  char* end = write_record(file, record);
  free_bytes_ -= static_cast<size_t>(end - record);
  free_ = end;
  records_.push_back(record);
  tags_.push_back(tag);
  live_++;
  total_bytes_ += static_cast<uint64_t>(file.size);
}

FileSet::Change FileSet::erase(const FileView& file) {
  if (live_ == 0) return Change::kNew;
  size_t record = find(file, tag_of(file));
  if (record == kNowhere) return Change::kNew;
  if (record >= first_counts_from_) return Change::kTwice;
  forget(record);
  return Change::kReplaced;
}

bool FileSet::contains(const FileView& file) const { return find(file, tag_of(file)) != kNowhere; }

Status FileSet::for_each(const std::function<Status(const FileView&)>& each) const {
  return for_each_place([&](uint32_t, const FileView& file) { return each(file); });
}

Status FileSet::for_each_place(const std::function<Status(uint32_t, const FileView&)>& each) const {
  for (size_t i = 0; i < records_.size(); i++) {
    if (records_[i]) DS_RETURN_IF_ERROR(each(static_cast<uint32_t>(i), view_of(records_[i])));
  }
  return {};
}

FileView FileSet::at(uint32_t place) const { return view_of(records_[place]); }

std::optional<FileView> FileSet::get(const FileView& file) const {
  const size_t record = find(file, tag_of(file));
  return record == kNowhere ? std::nullopt : std::optional(view_of(records_[record]));
}

const char* DeletionVectorView::fault() const {
  if (storage_type != 'u' && storage_type != 'i' && storage_type != 'p') return "its storage type is none of u, i and p";
  if (path_or_inline.empty()) return "it has no path";
  if (size_in_bytes <= 0) return "its size is no size";
  if (cardinality < 0) return "its cardinality is no count";
  return offset.value_or(0) < 0 ? "its offset is negative" : nullptr;
}

DeletionVectorDescriptor to_descriptor(const DeletionVectorView& view) {
  return {view.storage_type, std::string(view.path_or_inline), view.offset, view.size_in_bytes, view.cardinality};
}

Result<PartitionValues> parse_partition_values(std::string_view json) {
  PartitionValues values;
  if (json.empty() || json == "{}") return values;
  thread_local JsonCursor cursor;
  cursor.start(json.data(), json.data() + json.size());
  cursor.object([&](std::string_view key) {
    std::optional<std::string>& value = values[std::string(key)];
    // A number or a flag stands for its text, as in Spark.
    if (!cursor.null()) value = cursor.peek() == '"' ? cursor.string() : cursor.raw();
  });
  cursor.skip_blanks();
  if (!cursor.failed() && !cursor.at_end()) cursor.fail("there is text behind it");
  if (cursor.failed()) return corrupt("'" + std::string(json) + "' is no JSON object of texts: " + cursor.failure());
  return values;
}

Result<Add> to_add(const FileView& file) {
  Add add;
  add.path = file.path;
  DS_ASSIGN_OR_RETURN(add.partition_values, parse_partition_values(file.partition_values).context("partitionValues of '" + add.path + "'"));
  DS_ASSIGN_OR_RETURN(add.tags, parse_partition_values(file.tags).context("tags of '" + add.path + "'"));
  add.size = file.size;
  add.modification_time = file.time;
  add.data_change = file.data_change;
  if (!file.stats.empty()) add.stats = std::string(file.stats);
  if (file.deletion_vector.storage_type) add.deletion_vector = to_descriptor(file.deletion_vector);
  add.base_row_id = file.base_row_id;
  add.default_row_commit_version = file.default_row_commit_version;
  if (!file.clustering_provider.empty()) add.clustering_provider = std::string(file.clustering_provider);
  return add;
}

}  // namespace deltastream::delta
