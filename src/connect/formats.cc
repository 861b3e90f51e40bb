#include "connect/formats.h"

#include <strings.h>

#include <algorithm>

namespace deltastream::connect {
namespace {

constexpr OptionRow kJsonRows[] = {
    {"json.ignore-parse-errors", OptionType::kBoolean, "false", false, "",
     "Leave out records that are no JSON object and set fields that do not fit to NULL, instead of stopping the job."},
    {"json.fail-on-missing-field", OptionType::kBoolean, "false", false, "", "A missing field is an error instead of NULL."},
    {"json.timestamp-format.standard", OptionType::kEnum, "SQL", false, "SQL|ISO-8601",
     "How timestamps are written; both forms are read whatever it says."},
};

constexpr OptionRow kCsvRows[] = {
    {"csv.field-delimiter", OptionType::kString, ",", false, "", "The character between fields."},
    {"csv.quote-character", OptionType::kString, "\"", false, "", "The character around fields that hold delimiters or line ends."},
    {"csv.escape-character", OptionType::kString, "", false, "", "The character that takes the meaning off the next one."},
    {"csv.null-literal", OptionType::kString, "", false, "", "The text that stands for NULL."},
    {"csv.allow-comments", OptionType::kBoolean, "false", false, "", "Lines that begin with # are left out."},
    {"csv.ignore-parse-errors", OptionType::kBoolean, "false", false, "",
     "Leave out records that cannot be split and set fields that do not fit to NULL, instead of stopping the job."},
};

}  // namespace

std::vector<OptionRow> with_format_rows(std::vector<OptionRow> own, std::initializer_list<std::string_view> formats) {
  for (std::string_view format : formats) {
    if (format == "json") own.insert(own.end(), std::begin(kJsonRows), std::end(kJsonRows));
    if (format == "csv") own.insert(own.end(), std::begin(kCsvRows), std::end(kCsvRows));
  }
  return own;
}

format::FormatOptions format_options(const Options& options, const std::string& format) { return options.with_prefix(format + "."); }

bool skips_malformed(const Options& options, const std::string& format) { return options.boolean(format + ".ignore-parse-errors"); }

std::vector<format::DecodeColumn> decode_columns(const std::vector<engine::SourceColumn>& columns,
                                                 const std::vector<std::string>& elsewhere) {
  std::vector<format::DecodeColumn> result;
  for (size_t i = 0; i < columns.size(); i++) {
    if (columns[i].metadata || contains_name(elsewhere, columns[i].path.front())) continue;
    result.push_back({columns[i].path, columns[i].type, i, columns[i].nullable});
  }
  return result;
}

std::string physical_column_list(const engine::TableDefinition& table, const std::vector<std::string>& elsewhere) {
  std::string list;
  for (const engine::ColumnDefinition& column : table.columns) {
    if (column.kind != engine::ColumnKind::kPhysical || contains_name(elsewhere, column.name)) continue;
    if (!list.empty()) list += ',';
    list += column.name;
  }
  return list;
}

bool same_name(std::string_view a, std::string_view b) { return a.size() == b.size() && ::strncasecmp(a.data(), b.data(), a.size()) == 0; }

bool contains_name(const std::vector<std::string>& names, std::string_view name) {
  return std::any_of(names.begin(), names.end(), [&](const std::string& known) { return same_name(known, name); });
}

}  // namespace deltastream::connect
