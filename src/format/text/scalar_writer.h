#pragma once
// One value of a vector as text, the way back of store_scalar. Pure but for the string written to.

#include <string>

#include "format/text/scalar.h"
#include "format/text/time_text.h"

namespace deltastream::format {

// The text of slot `index` of a vector's data: what store_scalar reads again, without quotes. BLOB as base64; floating
// point always with a point or an exponent, or "NaN", "Infinity", "-Infinity".
void append_scalar(std::string& out, ScalarType type, const void* data, size_t index, TimestampForm form);

}  // namespace deltastream::format
