#pragma once
// How a table's columns are spread over the key and the value of a record: format, key.fields and their companions.
// Plain data. Errors: invalid argument, naming the option or column.

#include <string>
#include <vector>

#include "connect/table.h"
#include "format/decoder.h"

namespace deltastream::connect::kafka {

// One side of a record.
struct RecordPart {
  std::string format;  // "" : this side holds no columns
  format::FormatOptions options;
  std::string option_prefix;  // of the format's options in the table: "json", "key.json", …
  bool skip_malformed = false;
  std::vector<std::string> columns;  // of the table, in its order
};

struct RecordLayout {
  RecordPart key, value;
  std::string key_prefix;  // of the key's columns in the table, not in the record
  // The name of a key's column in the record.
  std::string key_field(const std::string& column) const { return column.substr(key_prefix.size()); }
};

Result<RecordLayout> record_layout(const engine::TableDefinition& table, const Options& options);

}  // namespace deltastream::connect::kafka
