#include "format/decoder.h"

#include <fmt/format.h>

#include "format/csv/csv_decoder.h"
#include "format/csv/csv_encoder.h"
#include "format/json/json_decoder.h"
#include "format/json/json_encoder.h"

namespace deltastream::format {
namespace {

using MakeDecoder = Result<std::unique_ptr<Decoder>> (*)(const std::vector<DecodeColumn>&, const FormatOptions&);
using MakeEncoder = Result<std::unique_ptr<Encoder>> (*)(const std::vector<Field>&, const FormatOptions&);

struct FormatRow {
  const char* name;
  MakeDecoder make_decoder;
  MakeEncoder make_encoder;
};
constexpr FormatRow kFormats[] = {
    {"json", json::make_json_decoder, json::make_json_encoder},
    {"csv", csv::make_csv_decoder, csv::make_csv_encoder},
};

Result<const FormatRow*> find_format(const std::string& name) {
  for (const FormatRow& row : kFormats) {
    if (name == row.name) return &row;
  }
  return invalid_argument(fmt::format("there is no format '{}' of records; there are json and csv", name));
}

}  // namespace

Result<std::unique_ptr<Decoder>> make_decoder(const std::string& format, const std::vector<DecodeColumn>& columns, const FormatOptions& options) {
  DS_ASSIGN_OR_RETURN(const FormatRow* row, find_format(format));
  return row->make_decoder(columns, options);
}

Result<std::unique_ptr<Encoder>> make_encoder(const std::string& format, const std::vector<Field>& columns, const FormatOptions& options) {
  DS_ASSIGN_OR_RETURN(const FormatRow* row, find_format(format));
  return row->make_encoder(columns, options);
}

}  // namespace deltastream::format
