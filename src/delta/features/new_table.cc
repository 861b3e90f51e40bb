// The protocol of a new table: what its schema and properties need, and no more.
#include <charconv>
#include <set>

#include "delta/features.h"
#include "delta/schema.h"

namespace deltastream::delta {
namespace {

constexpr std::string_view kFeaturePrefix = "delta.feature.";

void add_with_requirements(const TableFeature& feature, std::set<std::string>& needed) {
  if (!needed.insert(std::string(feature.name)).second) return;
  std::string_view rest = feature.requirement;
  while (!rest.empty()) {
    size_t comma = std::min(rest.find(','), rest.size());
    if (const auto* other = find_feature(rest.substr(0, comma))) add_with_requirements(*other, needed);
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
}

// Takes "delta.feature.X" = "supported" out of the configuration.
Status take_named_features(StringMap& configuration, std::set<std::string>& needed) {
  for (auto entry = configuration.begin(); entry != configuration.end();) {
    if (std::string_view(entry->first).substr(0, kFeaturePrefix.size()) != kFeaturePrefix) {
      ++entry;
      continue;
    }
    std::string name = entry->first.substr(kFeaturePrefix.size());
    if (entry->second != "supported" && entry->second != "enabled") {
      return invalid_argument("the property " + entry->first + " is '" + entry->second + "': the only value is 'supported'");
    }
    const auto* feature = find_feature(name);
    if (!feature) return unsupported("the property " + entry->first + " names a table feature that this version does not know");
    add_with_requirements(*feature, needed);
    entry = configuration.erase(entry);
  }
  return {};
}

// Takes a protocol version out of the configuration; 0 where absent.
Result<int32_t> take_version(StringMap& configuration, const char* key, int32_t newest) {
  auto entry = configuration.find(key);
  if (entry == configuration.end()) return 0;
  int32_t version = 0;
  const char* end = entry->second.data() + entry->second.size();
  auto parsed = std::from_chars(entry->second.data(), end, version);
  if (parsed.ec != std::errc() || parsed.ptr != end || version < 1 || version > newest) {
    return invalid_argument(std::string("the property ") + key + " is '" + entry->second + "', not a version from 1 to " + std::to_string(newest));
  }
  configuration.erase(entry);
  return version;
}

bool implied(const std::set<std::string>& needed, int32_t reader, int32_t writer) {
  for (const auto& name : needed) {
    if (!supports(Protocol{reader, writer, {}, {}}, name)) return false;
  }
  return true;
}

}  // namespace

Result<Protocol> protocol_for_new_table(const Schema& schema, StringMap& configuration) {
  std::set<std::string> needed;
  DS_RETURN_IF_ERROR(take_named_features(configuration, needed));
  DS_ASSIGN_OR_RETURN(int32_t reader, take_version(configuration, "delta.minReaderVersion", 3));
  DS_ASSIGN_OR_RETURN(int32_t writer, take_version(configuration, "delta.minWriterVersion", 7));
  Metadata metadata;
  metadata.configuration = configuration;
  for (const auto& feature : table_features()) {
    // Names that only other engines use are read, never given to a new table.
    if (feature.active && feature.status != FeatureStatus::kEngineOnly && feature.active(metadata, schema)) add_with_requirements(feature, needed);
  }
  // (1, 2) is what every writer understands. Versions between, asked for by name, stay as they are where they suffice.
  reader = std::max(reader, 1);
  writer = std::max(writer, 2);
  if (writer < 7 && reader < 3 && implied(needed, reader, writer)) return Protocol{reader, writer, {}, {}};
  Protocol protocol{1, 7, {}, {}};
  std::set<std::string> reader_names;
  for (const auto& feature : table_features()) {
    // What the versions stood for is listed, since version 7 implies nothing.
    if (supports(Protocol{std::min(reader, 2), std::min(writer, 6), {}, {}}, feature.name)) needed.insert(std::string(feature.name));
  }
  for (const auto& name : needed) {
    if (find_feature(name)->kind == FeatureKind::kReaderWriter) reader_names.insert(name);
  }
  protocol.writer_features.emplace(needed.begin(), needed.end());
  if (!reader_names.empty() || reader == 3) {
    protocol.min_reader_version = 3;
    protocol.reader_features.emplace(reader_names.begin(), reader_names.end());
  }
  return protocol;
}

}  // namespace deltastream::delta
