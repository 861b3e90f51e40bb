#pragma once
// The options 'fields.<name>.<attribute>' of a table. Pure functions.
// Errors: invalid argument for fields and attributes that are not there, and for values that do not fit.

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "common/chunk.h"
#include "connect/table.h"

namespace deltastream::connect::datagen {

// What is said of one field; a field of a ROW is named "row.field".
struct FieldOptions {
  bool sequence = false;
  int64_t start = 0, end = 0;        // of a sequence, both included
  std::optional<std::string> min, max;  // as written: their meaning is the type's
  int64_t length = 100;              // characters, or bytes
  bool variable_length = false;      // 1 to length
  int64_t max_past_us = 0;           // of times: how far before now
  double null_rate = 0;
};

// By name in lower case; fields that nothing is said of are absent.
Result<std::map<std::string, FieldOptions>> field_options(const engine::TableDefinition& table, const Options& options);

// How many rows the table has: number-of-rows, and no more than the shortest sequence has; nullopt: without end.
std::optional<int64_t> row_limit(const Options& options, const std::map<std::string, FieldOptions>& fields);

// Whether it ends, by the options alone.
bool is_bounded(const Options& options);

}  // namespace deltastream::connect::datagen
