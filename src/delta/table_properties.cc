#include "delta/table_properties.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>
#include <string>
#include <vector>

#include "common/duration.h"
#include "common/suggest.h"

namespace deltastream::delta {
namespace {

enum class PropertyKind { kBoolean, kPositive, kCount, kDuration, kBytes, kText, kMappingMode, kPolicy };

struct Property {
  std::string_view name;
  PropertyKind kind;
};

using enum PropertyKind;
constexpr Property kProperties[] = {
    {"delta.appendOnly", kBoolean},
    {"delta.autoOptimize.autoCompact", kText},
    {"delta.autoOptimize.optimizeWrite", kBoolean},
    {"delta.checkpoint.writeStatsAsJson", kBoolean},
    {"delta.checkpoint.writeStatsAsStruct", kBoolean},
    {"delta.checkpointInterval", kPositive},
    {"delta.checkpointPolicy", kPolicy},
    {"delta.columnMapping.mode", kMappingMode},
    {"delta.compatibility.symlinkFormatManifest.enabled", kBoolean},
    {"delta.dataSkippingNumIndexedCols", kCount},
    {"delta.dataSkippingStatsColumns", kText},
    {"delta.deletedFileRetentionDuration", kDuration},
    {"delta.enableChangeDataFeed", kBoolean},
    {"delta.enableDeletionVectors", kBoolean},
    {"delta.enableExpiredLogCleanup", kBoolean},
    {"delta.enableIcebergCompatV1", kBoolean},
    {"delta.enableIcebergCompatV2", kBoolean},
    {"delta.enableIcebergCompatV3", kBoolean},
    {"delta.enableInCommitTimestamps", kBoolean},
    {"delta.enableRowTracking", kBoolean},
    {"delta.enableTypeWidening", kBoolean},
    {"delta.enableVariantShredding", kBoolean},
    {"delta.isolationLevel", kText},
    {"delta.logRetentionDuration", kDuration},
    {"delta.parquet.compression.codec", kText},
    {"delta.parquet.format.version", kText},
    {"delta.randomPrefixLength", kPositive},
    {"delta.randomizeFilePrefixes", kBoolean},
    {"delta.rowTrackingSuspended", kBoolean},
    {"delta.sampleRetentionDuration", kDuration},
    {"delta.setTransactionRetentionDuration", kDuration},
    {"delta.targetFileSize", kBytes},
    {"delta.universalFormat.enabledFormats", kText},
};

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return result;
}

std::optional<int64_t> read_number(std::string_view text) {
  int64_t value = 0;
  auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  return parsed.ec == std::errc() && parsed.ptr == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

std::optional<int64_t> read_bytes(std::string_view text) {
  std::string word = lower(text);
  size_t digits = std::min(word.find_first_not_of("0123456789"), word.size());
  auto value = read_number(std::string_view(word).substr(0, digits));
  std::string unit = word.substr(digits);
  unit.erase(0, unit.find_first_not_of(' '));
  static constexpr std::string_view kUnits = "bkmgt";
  size_t power = unit.empty() ? 0 : kUnits.find(unit[0]);
  bool known = unit.empty() || (power != std::string_view::npos && (unit.size() == 1 || unit.substr(1) == "b" || unit.substr(1) == "ib"));
  int64_t bytes = 0;
  if (!value || !known || __builtin_mul_overflow(*value, int64_t(1) << (10 * power), &bytes)) return std::nullopt;
  return bytes;
}

std::string_view find_value(const StringMap& properties, std::string_view key) {
  auto found = properties.find(std::string(key));
  return found == properties.end() ? std::string_view() : std::string_view(found->second);
}

// What a value of the kind may be, or "" when this one is.
std::string complaint(PropertyKind kind, const std::string& value) {
  auto number = read_number(value);
  switch (kind) {
    case kBoolean: return lower(value) == "true" || lower(value) == "false" ? "" : "true or false";
    case kPositive: return number && *number > 0 ? "" : "a number above 0";
    case kCount: return number && *number >= -1 ? "" : "a number, or -1 for all";
    case kDuration: return parse_duration_us(value).ok() ? "" : "a duration, for example 'interval 7 days'";
    case kBytes: return read_bytes(value).value_or(0) > 0 ? "" : "a number of bytes, for example '128mb'";
    case kMappingMode: return value == "none" || value == "name" || value == "id" ? "" : "none, name or id";
    case kPolicy: return value == "classic" || value == "v2" ? "" : "classic or v2";
    case kText: return "";
  }
  return "";
}

// Keys whose last part is the user's, and those that take_version() and the feature list take.
bool is_open_key(std::string_view key) {
  for (std::string_view prefix : {"delta.feature.", "delta.constraints.", "delta.minReaderVersion", "delta.minWriterVersion"}) {
    if (key.substr(0, prefix.size()) == prefix) return true;
  }
  return false;
}

}  // namespace

Status check_properties(const StringMap& properties) {
  for (const auto& [key, value] : properties) {
    if (std::string_view(key).substr(0, 6) != "delta." || is_open_key(key)) continue;
    const auto* known = std::find_if(std::begin(kProperties), std::end(kProperties), [&](const Property& row) { return row.name == key; });
    if (known == std::end(kProperties)) {
      std::vector<std::string> names;
      for (const auto& row : kProperties) names.emplace_back(row.name);
      std::string near = nearest_name(key, names);
      return invalid_argument("there is no table property '" + key + "'" + (near.empty() ? "" : ": did you mean '" + near + "'?"));
    }
    std::string wanted = complaint(known->kind, value);
    if (!wanted.empty()) return invalid_argument("the table property '" + key + "' is '" + value + "'; it takes " + wanted);
  }
  return {};
}

int64_t number_property(const StringMap& properties, std::string_view key, int64_t otherwise) {
  return read_number(find_value(properties, key)).value_or(otherwise);
}

bool boolean_property(const StringMap& properties, std::string_view key, bool otherwise) {
  std::string value = lower(find_value(properties, key));
  return value == "true" ? true : value == "false" ? false : otherwise;
}

int64_t duration_property_us(const StringMap& properties, std::string_view key, int64_t otherwise) {
  std::string_view value = find_value(properties, key);
  if (value.empty()) return otherwise;
  auto parsed = parse_duration_us(value);
  return parsed.ok() ? *parsed : otherwise;
}

int64_t bytes_property(const StringMap& properties, std::string_view key, int64_t otherwise) {
  return read_bytes(find_value(properties, key)).value_or(otherwise);
}

}  // namespace deltastream::delta
