#include "delta/file_set.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>
#include <simdjson.h>
#include <sys/mman.h>

#include "common/uri.h"

namespace deltastream::delta {
namespace {

constexpr size_t kFirstBlockBytes = 16 << 10;
constexpr size_t kLastBlockBytes = 1 << 20;
// Of a set that has become large: mapped by one call, since a page fault for each 4 KB costs more than filling them.
constexpr size_t kMappedBlockBytes = 2 << 20;
constexpr size_t kLargeSetBytes = 8 << 20;
constexpr size_t kPageBytes = 4096;

char* new_block(size_t bytes) {
  bool mapped = bytes == kMappedBlockBytes;
  auto* block = static_cast<char*>(mapped ? std::aligned_alloc(kPageBytes, bytes) : std::malloc(bytes));
  if (!block) throw std::bad_alloc();
#ifdef MADV_POPULATE_WRITE
  if (mapped) (void)madvise(block, bytes, MADV_POPULATE_WRITE);  // a hint: where it is not known, only time is lost
#endif
  return block;
}

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

uint64_t word_at(const char* text, size_t bytes) {
  uint64_t word = 0;
  std::memcpy(&word, text, bytes);
  return word;
}

// The halves of the product of two words, folded: each bit of the result hangs on all bits of both.
uint64_t mix(uint64_t a, uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = Wide{a} * b;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

// By pairs of words, after wyhash: paths are long, and a table of a million files hashes a million of them.
uint64_t hash_bytes(uint64_t hash, std::string_view text) {
  constexpr uint64_t kFirst = 0x9E3779B97F4A7C15ull, kSecond = 0xE7037ED1A0B428DBull;
  const char* at = text.data();
  size_t left = text.size();
  for (; left >= 16; at += 16, left -= 16) hash = mix(word_at(at, 8) ^ kFirst, word_at(at + 8, 8) ^ hash);
  const uint64_t first = word_at(at, std::min<size_t>(left, 8));
  const uint64_t second = left > 8 ? word_at(at + 8, left - 8) : 0;
  return mix(mix(first ^ kFirst, second ^ hash) ^ kSecond, text.size() ^ kFirst);
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
    size_t block = std::max(allocated_ >= kLargeSetBytes ? kMappedBlockBytes : std::clamp(allocated_, kFirstBlockBytes, kLastBlockBytes), bytes);
    blocks_.emplace_back(new_block(block));
    free_ = blocks_.back().get();
    free_bytes_ = block;
    allocated_ += block;
  }
  return free_;
}

// A slot is tested by its share of the hash before the record is looked at, which is far away in memory.
size_t FileSet::find(const FileView& file, uint32_t tag) const {
  if (slots_.empty()) return kNowhere;
  for (size_t slot = home(tag); slots_[slot].record != 0; slot = slot + 1 < slots_.size() ? slot + 1 : 0) {
    if (slots_[slot].tag != tag) continue;
    size_t record = slots_[slot].record - 1;
    if (records_[record] && same_key(view_of(records_[record]), file)) return record;
  }
  return kNowhere;
}

void FileSet::place(Slot entry) {
  size_t slot = home(entry.tag);
  while (slots_[slot].record != 0) slot = slot + 1 < slots_.size() ? slot + 1 : 0;
  slots_[slot] = entry;
}

void FileSet::lay_out(size_t slots) {
  auto before = std::move(slots_);
  slots_.assign(slots, Slot());
  for (const Slot& slot : before) {
    if (slot.record != 0 && records_[slot.record - 1]) place(slot);
  }
}

// Records that are gone leave their slots taken; when the slots fill up, they are laid out anew. The bytes of gone
// records stay until then only as holes in blocks, which a long-lived set drops by copying.
void FileSet::grow_if_full() {
  if ((records_.size() + 1) * 4 <= slots_.size() * 3) return;
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
  lay_out(std::max<size_t>(64, slots_.size() * 2));
}

void FileSet::append(const FileView& file) {
  put_record(file);
  appended_.push_back(tag_of(file));
}

// What has no slots yet, one part of the slots after the other, so that each part stays in the processor's cache while it is filled.
// Within a part the order stays.
std::vector<FileSet::Slot> FileSet::take_appended() {
  constexpr int kPartShift = 28;
  size_t end_of[(1u << (32 - kPartShift)) + 1] = {};
  const std::vector<uint32_t> tags = std::exchange(appended_, {});
  for (uint32_t tag : tags) end_of[(tag >> kPartShift) + 1]++;
  for (size_t part = 1; part < std::size(end_of); part++) end_of[part] += end_of[part - 1];
  std::vector<Slot> ordered(tags.size());
  auto record = static_cast<uint32_t>(records_.size() - tags.size());
  for (uint32_t tag : tags) ordered[end_of[tag >> kPartShift]++] = {tag, ++record};
  return ordered;
}

void FileSet::index() {
  const std::vector<Slot> ordered = take_appended();
  const size_t slots = (records_.size() + 1) * 4 / 3 + 1;
  if (!ordered.empty() && slots > slots_.size()) lay_out(std::max<size_t>(64, slots));
  for (const Slot& fresh : ordered) {
    const size_t record = fresh.record - 1;
    size_t slot = home(fresh.tag);
    for (; slots_[slot].record != 0; slot = slot + 1 < slots_.size() ? slot + 1 : 0) {
      const char* there = slots_[slot].tag == fresh.tag ? records_[slots_[slot].record - 1] : nullptr;
      if (!there || !same_key(view_of(there), view_of(records_[record]))) continue;
      forget(slots_[slot].record - 1);
      break;
    }
    slots_[slot] = fresh;
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
  put_record(file);
  place({tag, static_cast<uint32_t>(records_.size())});
  return before == kNowhere ? Change::kNew : Change::kReplaced;
}

void FileSet::put_record(const FileView& file) {
  size_t text_bytes = file.path.size() + file.partition_values.size() + file.stats.size() + file.tags.size() +
                      file.clustering_provider.size() + file.deletion_vector.path_or_inline.size();
  char* record = allocate(text_bytes + kNumbersMax * kNumberBytes);
  char* end = write_record(file, record);
  free_bytes_ -= static_cast<size_t>(end - record);
  free_ = end;
  records_.push_back(record);
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

FileView FileSet::at(uint32_t place) const { return view_of(records_.at(place)); }

std::optional<FileView> FileSet::get(const FileView& file) const {
  const size_t record = find(file, tag_of(file));
  return record == kNowhere ? std::nullopt : std::optional(view_of(records_[record]));
}

DeletionVectorDescriptor to_descriptor(const DeletionVectorView& view) {
  return {view.storage_type, std::string(view.path_or_inline), view.offset, view.size_in_bytes, view.cardinality};
}

Result<PartitionValues> parse_partition_values(std::string_view json) {
  PartitionValues values;
  if (json.empty() || json == "{}") return values;
  thread_local simdjson::dom::parser parser;
  simdjson::dom::object object;
  if (auto error = parser.parse(json.data(), json.size()).get(object)) {
    return corrupt("'" + std::string(json) + "' is no JSON object of texts: " + simdjson::error_message(error));
  }
  for (auto field : object) {
    std::string_view text;
    if (field.value.is_null()) {
      values[std::string(field.key)] = std::nullopt;
    } else if (!field.value.get(text)) {
      values[std::string(field.key)] = std::string(text);
    } else {
      return corrupt("'" + std::string(json) + "': the value of '" + std::string(field.key) + "' is neither text nor null");
    }
  }
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
