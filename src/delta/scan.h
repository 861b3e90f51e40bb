#pragma once
// Which files of a snapshot a query must read: pruned by partition values and statistics, conservatively: a file is
// skipped only when none of its rows can match. Pure over the snapshot. Errors: corrupt for log entries that cannot be
// read (a partition value that is no value of its type).

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/chunk.h"
#include "common/result.h"
#include "delta/actions.h"
#include "delta/snapshot.h"

namespace deltastream::delta {

enum class PredicateOp { kEqual, kNotEqual, kLess, kLessEqual, kGreater, kGreaterEqual, kIsNull, kIsNotNull, kIn, kAnyOf, kTest };

// One condition; a scan takes several, all of which a row must meet.
struct Predicate {
  std::vector<std::string> column;   // display names; {"s","a"} is a field of a struct; those of kTest, each a partition column
  PredicateOp op = PredicateOp::kEqual;
  std::vector<Value> values = {};    // one; any number for kIn; none for the null tests, kAnyOf and kTest
  // Of kAnyOf: a row meets all conditions of one branch at least.
  std::vector<std::vector<Predicate>> branches = {};
  // Of kTest: whether rows with these values of the columns can meet the condition. Called by one thread at a time.
  std::function<bool(const std::vector<Value>&)> test = nullptr;
  std::string text = {};             // of kTest: the same words are the same condition
};

// Whether one known value, null included, meets the condition. The condition's values are of the value's type.
bool value_may_match(const Predicate& predicate, const Value& value);

struct ScanFile {
  std::string path;                  // decoded. Relative to the table, unless absolute
  bool absolute = false;
  int64_t size = 0;
  int64_t modification_time = 0;     // milliseconds
  std::vector<Value> partition_values;  // typed, in the order of Snapshot::partition_columns()
  std::optional<DeletionVectorDescriptor> deletion_vector;
  std::optional<int64_t> base_row_id;
  std::optional<int64_t> default_row_commit_version;
};

enum class SkipReason { kNone, kPartition, kStatistics };

// How many files there are, and why some are not read.
struct SkipCounts {
  size_t files_total = 0;
  size_t skipped_by_partition = 0;
  size_t skipped_by_statistics = 0;
  // "12 of 100 files: 80 skipped by partition values, 8 by statistics"
  std::string describe() const;
};

// The files that are read, four bytes each.
struct FileSelection : SkipCounts {
  std::vector<uint32_t> places;   // in Snapshot::files(), ascending
  // Whether the walk came by the statistics: where none of them decides, those left in a checkpoint stay there.
  bool statistics_read = false;
  // By place in `places`, as JSON: those that were read out of a checkpoint, of at most kKeptStatisticsMax files.
  static constexpr size_t kKeptStatisticsMax = 10'000;
  std::vector<std::string> statistics;
  // Of all files, without deleted rows; absent where the statistics were not read or do not tell.
  std::optional<uint64_t> rows;
};

struct ScanPlan : SkipCounts {
  std::vector<ScanFile> files;
};

// Both need a snapshot that holds its files.
Result<FileSelection> select_files(const Snapshot& snapshot, const std::vector<Predicate>& predicates = {});
Result<ScanPlan> plan_scan(const Snapshot& snapshot, const std::vector<Predicate>& predicates = {});
// FileSelection::rows where the statistics were not read yet: reads them.
Result<std::optional<uint64_t>> count_rows(const Snapshot& snapshot, const FileSelection& selection);
// Rows of one file without the deleted ones, where its statistics (as JSON) tell.
std::optional<uint64_t> live_rows(const FileView& file, std::string_view statistics);

class PartitionReader;
class StatisticsReader;

// Makes ScanFiles of the files of a snapshot, which lives longer and does not change. One thread.
class ScanFileReader {
 public:
  static Result<ScanFileReader> create(const Snapshot& snapshot);
  Result<ScanFile> read(uint32_t place) const;

 private:
  const Snapshot* snapshot_ = nullptr;
  std::shared_ptr<PartitionReader> partitions_;
};

// The part of plan_scan() that decides, for callers that walk the files themselves. Thread-safe once made.
class FilePruner {
 public:
  static Result<FilePruner> create(const Snapshot& snapshot, const std::vector<Predicate>& predicates);
  // `partition_values` as in ScanFile, `statistics` as JSON; empty: none.
  SkipReason judge(std::string_view statistics, const std::vector<Value>& partition_values) const;
  // The part of it that needs no statistics, and whether there is another.
  bool skips_partition(const std::vector<Value>& partition_values) const;
  bool asks_statistics() const;

 private:
  struct Condition {
    Predicate predicate;
    LogicalType type;
    std::vector<std::string> physical_path;
    std::optional<size_t> partition;  // position among the partition columns
    bool exact_text = true;           // the statistics' text gives the column's very value
    std::vector<size_t> tested = {};  // of kTest: positions among the partition columns
    std::vector<std::vector<Condition>> branches = {};
    // False: no row can meet it, by the partition values alone, or by both.
    bool partition_may_match(const std::vector<Value>& partition_values) const;
    bool may_match(const std::vector<Value>& partition_values, const StatisticsReader& statistics) const;
    bool asks_statistics() const;
  };
  // Absent: the condition cannot be used to skip files.
  static Result<std::optional<Condition>> any_of(const Snapshot& snapshot, const Predicate& predicate);
  static std::optional<Condition> test_of(const Snapshot& snapshot, const Predicate& predicate);
  static Result<std::optional<Condition>> condition(const Snapshot& snapshot, const Predicate& predicate);

  std::vector<Condition> conditions_;
};

// The path of a log entry as the store knows it: decoded, and relative where it lies under the store's root. Spellings
// of one file (file:/x, file:///x, /x) give one path.
struct FilePath {
  std::string path;
  bool absolute = false;
};
Result<FilePath> resolve_path(std::string_view encoded, const storage::ObjectStore& store);

}  // namespace deltastream::delta
