#pragma once
// Numbers as the log spells them ↔ values. Pure functions; never through a double where digits would be lost.

#include <optional>
#include <string>
#include <string_view>

#include "common/chunk.h"

namespace deltastream::delta {

// nullopt: no such number, or it does not fit the type without loss. `type` is an integer, float, double or decimal.
std::optional<Value> parse_number(std::string_view text, const LogicalType& type);
// A decimal as plain digits with its scale: "-0.05".
std::string decimal_text(const Value& value);
// As Java's Double.toString: "1.0", "1.0E10", "NaN", "-Infinity"; the fewest digits that read back the same.
std::string java_text(double value);
std::string java_text(float value);

}  // namespace deltastream::delta
