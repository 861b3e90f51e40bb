#pragma once
// Rows → CSV records, one a row. See make_encoder for the options.

#include <memory>
#include <vector>

#include "common/result.h"
#include "format/decoder.h"

namespace deltastream::format::csv {

// NULL is the null literal, by default nothing at all; an empty string is written as "" to differ from it. Timestamps are
// written in SQL form, BLOB as base64, nested values as JSON.
Result<std::unique_ptr<Encoder>> make_csv_encoder(const std::vector<Field>& columns, const FormatOptions& options);

}  // namespace deltastream::format::csv
