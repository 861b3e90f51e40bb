#include "delta/file_set.h"

#include <cstring>
#include <simdjson.h>

#include "common/uri.h"

namespace deltastream::delta {
namespace {

constexpr size_t kBlockBytes = 1 << 20;

// What a record begins with; the texts follow in the order of their lengths.
struct Header {
  uint64_t hash;
  int64_t size;
  int64_t time;
  int64_t base_row_id;
  int64_t default_row_commit_version;
  int64_t cardinality;
  uint32_t path_length;
  uint32_t values_length;
  uint32_t stats_length;
  uint32_t tags_length;
  uint32_t provider_length;
  uint32_t vector_length;
  int32_t vector_offset;
  int32_t vector_size;
  char storage_type;
  bool has_offset;
  bool has_base_row_id;
  bool has_commit_version;
  bool has_size;
};

Header header_of(const char* record) {
  Header header;
  std::memcpy(&header, record, sizeof header);
  return header;
}

FileView view_of(const char* record) {
  Header header = header_of(record);
  const char* text = record + sizeof header;
  auto take = [&](uint32_t length) {
    std::string_view view(text, length);
    text += length;
    return view;
  };
  FileView file;
  file.path = take(header.path_length);
  file.partition_values = take(header.values_length);
  file.stats = take(header.stats_length);
  file.tags = take(header.tags_length);
  file.clustering_provider = take(header.provider_length);
  file.size = header.size;
  file.time = header.time;
  file.has_size = header.has_size;
  if (header.has_base_row_id) file.base_row_id = header.base_row_id;
  if (header.has_commit_version) file.default_row_commit_version = header.default_row_commit_version;
  file.deletion_vector.path_or_inline = take(header.vector_length);
  file.deletion_vector.storage_type = header.storage_type;
  file.deletion_vector.size_in_bytes = header.vector_size;
  file.deletion_vector.cardinality = header.cardinality;
  if (header.has_offset) file.deletion_vector.offset = header.vector_offset;
  return file;
}

// FNV-1a by words, finished by a multiply-shift: fast enough for long paths, and spread enough for open addressing.
uint64_t hash_bytes(uint64_t hash, std::string_view text) {
  while (text.size() >= 8) {
    uint64_t word;
    std::memcpy(&word, text.data(), 8);
    hash = (hash ^ word) * 0x9E3779B97F4A7C15ull;
    hash ^= hash >> 32;
    text.remove_prefix(8);
  }
  for (char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3ull;
  return hash ^ (hash >> 29);
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

uint64_t hash_of(const FileView& file) {
  uint64_t hash = needs_canonical(file.path) ? hash_bytes(17, canonical(file.path)) : hash_bytes(17, file.path);
  const auto& vector = file.deletion_vector;
  if (vector.storage_type == 0) return hash;
  hash = hash_bytes(hash + static_cast<unsigned char>(vector.storage_type), vector.path_or_inline);
  uint64_t offset = vector.offset ? static_cast<uint64_t>(*vector.offset) + 1 : 0;
  return hash_bytes(hash, {reinterpret_cast<const char*>(&offset), sizeof offset});
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
    size_t block = std::max(kBlockBytes, bytes);
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(block));
    free_ = blocks_.back().get();
    free_bytes_ = block;
    allocated_ += block;
  }
  char* result = free_;
  free_ += bytes;
  free_bytes_ -= bytes;
  return result;
}

size_t FileSet::find(const FileView& file, uint64_t hash) const {
  if (slots_.empty()) return kNowhere;
  size_t mask = slots_.size() - 1;
  for (size_t slot = hash & mask; slots_[slot] != 0; slot = (slot + 1) & mask) {
    size_t record = slots_[slot] - 1;
    const char* bytes = records_[record];
    if (bytes && header_of(bytes).hash == hash && same_key(view_of(bytes), file)) return record;
  }
  return kNowhere;
}

void FileSet::place(size_t record, uint64_t hash) {
  size_t mask = slots_.size() - 1;
  size_t slot = hash & mask;
  while (slots_[slot] != 0) slot = (slot + 1) & mask;
  slots_[slot] = static_cast<uint32_t>(record + 1);
}

// Records that are gone leave their slots taken; when the slots fill up, both are laid out anew. The bytes of gone
// records stay until then only as holes in blocks, which a long-lived set drops by copying.
void FileSet::grow_if_full() {
  if ((records_.size() + 1) * 2 <= slots_.size()) return;
  bool mostly_gone = records_.size() > 1024 && live_ < records_.size() / 2;
  if (mostly_gone) {
    FileSet fresh;
    for (size_t i = 0; i < records_.size(); i++) {
      if (i == commit_start_) fresh.begin_commit();
      if (records_[i]) fresh.insert(view_of(records_[i]));
    }
    if (commit_start_ == records_.size()) fresh.begin_commit();
    *this = std::move(fresh);
    return;
  }
  slots_.assign(std::max<size_t>(64, slots_.size() * 2), 0);
  for (size_t i = 0; i < records_.size(); i++) {
    if (records_[i]) place(i, header_of(records_[i]).hash);
  }
}

FileSet::Change FileSet::insert(const FileView& file) {
  uint64_t hash = hash_of(file);
  size_t before = find(file, hash);
  if (before != kNowhere) {
    if (before >= commit_start_) return Change::kTwice;
    total_bytes_ -= static_cast<uint64_t>(header_of(records_[before]).size);
    live_--;
    records_[before] = nullptr;
  }
  grow_if_full();
  const auto& vector = file.deletion_vector;
  Header header{};
  header.hash = hash;
  header.size = file.size;
  header.time = file.time;
  header.base_row_id = file.base_row_id.value_or(0);
  header.default_row_commit_version = file.default_row_commit_version.value_or(0);
  header.cardinality = vector.cardinality;
  header.vector_offset = vector.offset.value_or(0);
  header.vector_size = vector.size_in_bytes;
  header.storage_type = vector.storage_type;
  header.has_offset = vector.offset.has_value();
  header.has_base_row_id = file.base_row_id.has_value();
  header.has_commit_version = file.default_row_commit_version.has_value();
  header.has_size = file.has_size;
  const std::string_view texts[] = {file.path, file.partition_values, file.stats, file.tags, file.clustering_provider, vector.path_or_inline};
  uint32_t* const lengths[] = {&header.path_length, &header.values_length,   &header.stats_length,
                               &header.tags_length, &header.provider_length, &header.vector_length};
  size_t bytes = sizeof header;
  for (size_t i = 0; i < std::size(texts); i++) {
    *lengths[i] = static_cast<uint32_t>(texts[i].size());
    bytes += texts[i].size();
  }
  char* record = allocate(bytes);
  std::memcpy(record, &header, sizeof header);
  char* to = record + sizeof header;
  for (std::string_view text : texts) {
    if (!text.empty()) std::memcpy(to, text.data(), text.size());
    to += text.size();
  }
  records_.push_back(record);
  place(records_.size() - 1, hash);
  live_++;
  total_bytes_ += static_cast<uint64_t>(file.size);
  return before == kNowhere ? Change::kNew : Change::kReplaced;
}

FileSet::Change FileSet::erase(const FileView& file) {
  size_t record = find(file, hash_of(file));
  if (record == kNowhere) return Change::kNew;
  if (record >= commit_start_) return Change::kTwice;
  total_bytes_ -= static_cast<uint64_t>(header_of(records_[record]).size);
  live_--;
  records_[record] = nullptr;
  return Change::kReplaced;
}

bool FileSet::contains(const FileView& file) const { return find(file, hash_of(file)) != kNowhere; }

Status FileSet::for_each(const std::function<Status(const FileView&)>& each) const {
  for (const char* record : records_) {
    if (record) DS_RETURN_IF_ERROR(each(view_of(record)));
  }
  return {};
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
