#pragma once
// Rows → JSON objects, one a row. See make_encoder for the options.

#include <memory>
#include <vector>

#include "common/result.h"
#include "format/decoder.h"

namespace deltastream::format::json {

// NULLs are written as null, decimals as numbers, BLOB as base64, MAP as an object, timestamps as the option says.
Result<std::unique_ptr<Encoder>> make_json_encoder(const std::vector<Field>& columns, const FormatOptions& options);

}  // namespace deltastream::format::json
