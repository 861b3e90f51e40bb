#pragma once
// The actions of the Delta log and their JSON form, one object a line. Value types.
// Unknown fields are ignored when read; paths are kept as the log has them (percent-encoded).
// Errors: corrupt, saying which action and field.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"

namespace deltastream::delta {

// Physical column name → text form; nullopt is null.
using PartitionValues = std::map<std::string, std::optional<std::string>>;
using StringMap = std::map<std::string, std::string>;

struct Protocol {
  int32_t min_reader_version = 1;
  int32_t min_writer_version = 2;
  std::optional<std::vector<std::string>> reader_features;  // iff version 3
  std::optional<std::vector<std::string>> writer_features;  // iff version 7
  bool operator==(const Protocol&) const = default;
};

struct Metadata {
  std::string id;
  std::string name;
  std::string description;
  std::string format_provider = "parquet";
  StringMap format_options;
  std::string schema_string;
  std::vector<std::string> partition_columns;
  std::optional<int64_t> created_time;
  StringMap configuration;
  bool operator==(const Metadata&) const = default;
};

struct DeletionVectorDescriptor {
  char storage_type = 'u';          // u: file named by a UUID, i: inline, p: absolute path
  std::string path_or_inline;
  std::optional<int32_t> offset;
  int32_t size_in_bytes = 0;
  int64_t cardinality = 0;
  // What tells two deletion vectors of one file apart.
  std::string unique_id() const;
  bool operator==(const DeletionVectorDescriptor&) const = default;
};

struct Add {
  std::string path;
  PartitionValues partition_values;
  int64_t size = 0;
  int64_t modification_time = 0;    // milliseconds
  bool data_change = true;
  std::optional<std::string> stats;  // JSON text
  std::map<std::string, std::optional<std::string>> tags;
  std::optional<DeletionVectorDescriptor> deletion_vector;
  std::optional<int64_t> base_row_id;
  std::optional<int64_t> default_row_commit_version;
  std::optional<std::string> clustering_provider;
  bool operator==(const Add&) const = default;
};

struct Remove {
  std::string path;
  std::optional<int64_t> deletion_timestamp;
  bool data_change = true;
  bool extended_file_metadata = false;
  PartitionValues partition_values;
  std::optional<int64_t> size;
  std::optional<DeletionVectorDescriptor> deletion_vector;
  std::optional<int64_t> base_row_id;
  std::optional<int64_t> default_row_commit_version;
};

struct Txn {
  std::string app_id;
  int64_t version = 0;
  std::optional<int64_t> last_updated;
};

struct DomainMetadata {
  std::string domain;
  std::string configuration;
  bool removed = false;
};

struct CommitInfo {
  std::optional<int64_t> timestamp;            // milliseconds
  std::optional<int64_t> in_commit_timestamp;  // milliseconds
  std::string operation;
  StringMap operation_parameters;              // values are written as JSON strings
  StringMap operation_metrics;
  std::string engine_info;
  std::string txn_id;
  std::string user_metadata;
  std::optional<int64_t> read_version;
  std::optional<bool> is_blind_append;
};

// Each appends one line without its newline.
void append_json(const Protocol& action, std::string& out);
void append_json(const Metadata& action, std::string& out);
void append_json(const Add& action, std::string& out);
void append_json(const Remove& action, std::string& out);
void append_json(const Txn& action, std::string& out);
void append_json(const DomainMetadata& action, std::string& out);
void append_json(const CommitInfo& action, std::string& out);

// The adds of a prepared epoch as bytes and back: one line each.
std::string serialize_adds(const std::vector<Add>& adds);
Result<std::vector<Add>> parse_adds(std::string_view bytes);

}  // namespace deltastream::delta
