#pragma once
// JSON objects, one a record, → rows of a chunk. See make_decoder for the options.

#include <memory>
#include <vector>

#include "common/result.h"
#include "format/decoder.h"

namespace deltastream::format::json {

// Invalid argument for options that do not fit together or are not known; unsupported for types that JSON does not carry.
Result<std::unique_ptr<Decoder>> make_json_decoder(const std::vector<DecodeColumn>& columns, const FormatOptions& options);

}  // namespace deltastream::format::json
