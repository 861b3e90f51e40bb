#pragma once
// Values of one column, each a pure function of seed, column name and row number (times: and of the clock).
// Immutable; shared by threads.

#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "common/chunk.h"
#include "common/clock.h"
#include "common/result.h"
#include "connect/datagen/field_options.h"

namespace deltastream::connect::datagen {

class Generator {
 public:
  virtual ~Generator() = default;
  // Fills rows 0 … numbers.size()-1 of `out`. May throw DuckDB's exceptions (memory).
  virtual void fill(std::span<const int64_t> numbers, Vector& out) const = 0;
};

// `path`: of the column, through ROWs. Errors: unsupported for types that are not made, invalid argument for bounds that do
// not fit the type.
Result<std::unique_ptr<Generator>> make_generator(const std::vector<std::string>& path, const LogicalType& type,
                                                  const std::map<std::string, FieldOptions>& fields, uint64_t seed, const Clock* clock);

}  // namespace deltastream::connect::datagen
