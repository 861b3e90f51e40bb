#pragma once
// CSV records → rows of a chunk. See make_decoder for the options.

#include <memory>
#include <vector>

#include "common/result.h"
#include "format/decoder.h"
#include "format/csv/field_splitter.h"
#include "format/option_values.h"

namespace deltastream::format::csv {

// Invalid argument for wrong options or a column that `columns` does not name; unsupported for nested types.
Result<std::unique_ptr<Decoder>> make_csv_decoder(const std::vector<DecodeColumn>& columns, const FormatOptions& options);

// Delimiter, quote and escape out of the options, for both directions.
Result<Dialect> dialect_of(OptionValues& options);

}  // namespace deltastream::format::csv
