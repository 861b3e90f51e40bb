#pragma once
// The files of a table version in compact memory: one record of bytes per file, found by path and deletion vector.
// Filled by log replay, oldest first; a file named again replaces its record, unless the first mention counts. Not thread-safe while it changes; views
// handed out live until the set changes.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"
#include "delta/actions.h"
#include "delta/files/large_array.h"
#include "delta/files/memory_block.h"

namespace deltastream::delta {

// A deletion vector's descriptor without copies. storage_type 0: the file has none.
struct DeletionVectorView {
  char storage_type = 0;
  std::string_view path_or_inline;
  std::optional<int32_t> offset;
  int32_t size_in_bytes = 0;
  int64_t cardinality = 0;

  // What keeps it from naming a vector, or null: counting goes by the descriptor alone.
  const char* fault() const;
};

// Where the statistics of a file stand that replay left in a checkpoint: see file_statistics.h.
struct StatisticsPlace {
  uint32_t source = 0;   // which of the snapshot's
  uint64_t row = 0;
};

// An add or remove action without copies: views into a line of the log or into a FileSet.
struct FileView {
  std::string_view path;                // as in the log, percent-encoded
  std::string_view partition_values;    // JSON object text
  std::string_view stats;               // JSON object text; empty: none, or where stats_at says
  std::optional<StatisticsPlace> stats_at;
  std::string_view tags;                // JSON object text; empty: none
  std::string_view clustering_provider;
  int64_t size = 0;
  int64_t time = 0;                     // modificationTime of an add, deletionTimestamp of a remove
  std::optional<int64_t> base_row_id;
  std::optional<int64_t> default_row_commit_version;
  DeletionVectorView deletion_vector;
  bool data_change = true;              // not kept by FileSet
  bool has_size = true;                 // removes may not tell
};

Result<Add> to_add(const FileView& file);
Result<PartitionValues> parse_partition_values(std::string_view json);
DeletionVectorDescriptor to_descriptor(const DeletionVectorView& view);

class FileSet {
 public:
  enum class Change { kNew, kReplaced, kTwice };  // kTwice: named before where the first mention counts

  size_t size() const { return live_; }
  uint64_t total_bytes() const { return total_bytes_; }
  size_t memory_bytes() const { return allocated_ + records_.memory_bytes() + tags_.memory_bytes() + slots_.bytes(); }

  // Takes in very many files, each of which should be new, without a look at what is there: before anything else is asked of the set,
  // index() must be called, which looks for all of them at once and spares the wait for memory. Of files named again it drops the earlier
  // mentions.
  void append(const FileView& file);
  void index();

  // Which of several mentions of a file counts, from here on: the last one, or the first one.
  void last_counts() { first_counts_from_ = SIZE_MAX; }
  void first_counts() { first_counts_from_ = records_.size(); }
  // kTwice: nothing changed.
  Change insert(const FileView& file);
  // kNew: it was not there. kTwice: it was inserted since first_counts(). In both cases nothing changes.
  Change erase(const FileView& file);
  bool contains(const FileView& file) const;
  // Calls `each` for every file, in the order they were added; an error stops the walk and is returned.
  Status for_each(const std::function<Status(const FileView&)>& each) const;
  // The same with the file's place in the set, by which at() finds it until the set changes. Places ascend.
  Status for_each_place(const std::function<Status(uint32_t, const FileView&)>& each) const;
  FileView at(uint32_t place) const;
  // The record of the file with this path and deletion vector.
  std::optional<FileView> get(const FileView& file) const;

 private:
  static constexpr size_t kNowhere = SIZE_MAX;

  size_t find(const FileView& file, uint32_t tag) const;   // record index, or kNowhere
  void put_record(const FileView& file, uint32_t tag);
  void place(size_t record);
  void forget(size_t record);
  void grow_if_full();
  void lay_out(size_t slots);
  char* allocate(size_t bytes);                            // room at free_, not taken yet

  size_t home(uint32_t tag) const { return tag * uint64_t{slot_count_} >> 32; }
  size_t after(size_t slot) const { return slot + 1 < slot_count_ ? slot + 1 : 0; }
  uint32_t* slots() const { return reinterpret_cast<uint32_t*>(slots_.data()); }
  // What a slot says of a record: its number, counted from 1, and above it as much of the tag as there is room for.
  uint32_t slot_of(size_t record) const { return tag_part(tags_[record]) | static_cast<uint32_t>(record + 1); }
  uint32_t tag_part(uint32_t tag) const { return static_cast<uint32_t>(uint64_t{tag} << number_bits_); }
  size_t record_in(uint32_t slot) const { return (slot & ((uint64_t{1} << number_bits_) - 1)) - 1; }
  bool may_be(uint32_t slot, uint32_t part) const { return ((slot ^ part) & ~((uint64_t{1} << number_bits_) - 1)) == 0; }

  std::vector<MemoryBlock> blocks_;
  char* free_ = nullptr;               // in the last block
  size_t free_bytes_ = 0;
  size_t allocated_ = 0;
  LargeArray<const char*> records_;    // nullptr: gone
  LargeArray<uint32_t> tags_;          // of each record: the upper half of its key's hash
  size_t indexed_ = 0;                 // records that have a slot; those after them were appended
  MemoryBlock slots_;                  // an open-addressing table; 0: free. Gone records keep their slots until the table grows
  size_t slot_count_ = 0;
  int number_bits_ = 0;
  size_t first_counts_from_ = SIZE_MAX;   // records from here on are not replaced
  size_t live_ = 0;
  uint64_t total_bytes_ = 0;
};

}  // namespace deltastream::delta
