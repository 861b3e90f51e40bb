#include "format/decoder.h"

#include <fmt/format.h>

#include "format/json/json_decoder.h"

namespace deltastream::format {
namespace {

using MakeDecoder = Result<std::unique_ptr<Decoder>> (*)(const std::vector<DecodeColumn>&, const FormatOptions&);
struct FormatRow {
  const char* name;
  MakeDecoder make_decoder;
};
constexpr FormatRow kFormats[] = {
    {"json", json::make_json_decoder},
};

}  // namespace

Result<std::unique_ptr<Decoder>> make_decoder(const std::string& format, const std::vector<DecodeColumn>& columns, const FormatOptions& options) {
  for (const FormatRow& row : kFormats) {
    if (format == row.name) return row.make_decoder(columns, options);
  }
  return invalid_argument(fmt::format("there is no format '{}' of records", format));
}

}  // namespace deltastream::format
