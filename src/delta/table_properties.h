#pragma once
// The table properties that the protocol gives a meaning, and what their values may be. Pure functions.
// Errors: invalid argument naming the property, its value and what it may be.

#include <cstdint>
#include <optional>
#include <string_view>

#include "common/result.h"
#include "delta/actions.h"

namespace deltastream::delta {

// For a new table: every key that begins with "delta." is known and its value is one. Other keys are the user's own.
Status check_properties(const StringMap& properties);

// Values as they stand in a table that anyone may have written: what cannot be read is `otherwise`.
int64_t number_property(const StringMap& properties, std::string_view key, int64_t otherwise);
bool boolean_property(const StringMap& properties, std::string_view key, bool otherwise);
// "interval 1 week" → microseconds.
int64_t duration_property_us(const StringMap& properties, std::string_view key, int64_t otherwise);
// "128mb", "1g" or a plain number of bytes.
int64_t bytes_property(const StringMap& properties, std::string_view key, int64_t otherwise);

}  // namespace deltastream::delta
