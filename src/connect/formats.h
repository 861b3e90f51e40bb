#pragma once
// What the connectors that read or write records of bytes share: the option rows of the formats, and the way from a
// table's options to a decoder or encoder. Pure functions.

#include <string>
#include <string_view>
#include <vector>

#include "connect/table.h"
#include "format/decoder.h"
#include "stream/endpoint.h"

namespace deltastream::connect {

// `own` followed by the rows of the named formats ("json", "csv").
std::vector<OptionRow> with_format_rows(std::vector<OptionRow> own, std::initializer_list<std::string_view> formats);

// The options of one format without its prefix, as decoders and encoders take them.
format::FormatOptions format_options(const Options& options, const std::string& format);

// True when '<format>.ignore-parse-errors' is set.
bool skips_malformed(const Options& options, const std::string& format);

// Columns that stand in the record (not metadata, not in `elsewhere`); target = index in the request.
std::vector<format::DecodeColumn> decode_columns(const std::vector<engine::SourceColumn>& columns,
                                                 const std::vector<std::string>& elsewhere = {});

// The names of a table's physical columns without `elsewhere`, comma separated: the order of fields in a CSV record.
std::string physical_column_list(const engine::TableDefinition& table, const std::vector<std::string>& elsewhere = {});

// Case-insensitive, as all names of columns are.
bool same_name(std::string_view a, std::string_view b);
bool contains_name(const std::vector<std::string>& names, std::string_view name);

}  // namespace deltastream::connect
