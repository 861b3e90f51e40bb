#pragma once
// The typed columns that checkpoints may hold instead of texts: stats_parsed and partitionValues_parsed, as the JSON
// texts that everything else reads. One thread, for one chunk.

#include <memory>
#include <string>
#include <vector>

#include "common/chunk.h"
#include "common/result.h"
#include "delta/log/chunk_columns.h"

namespace deltastream::delta {

// stats_parsed: {"numRecords":…,"minValues":{…},…}. Values without a JSON form are left out.
class ParsedStatistics {
 public:
  ParsedStatistics(Vector& vector, size_t rows);
  bool is_null(size_t row) const { return root_.column.is_null(row); }
  void append_json(size_t row, std::string& out) const;

 private:
  struct Node {
    std::string name;
    LogicalTypeId type = LogicalTypeId::INVALID;
    ChunkColumn column;
    std::vector<Node> children;
  };
  static Node describe(const std::string& name, Vector& vector, size_t rows);
  static bool append(const Node& node, size_t row, std::string& out);
  static bool append_leaf(const Node& node, size_t row, std::string& out);

  Node root_;
};

// partitionValues_parsed: {"p":"1",…} with the log's text of each value.
Status append_parsed_partition_values(Vector& vector, size_t row, std::string& out);

}  // namespace deltastream::delta
