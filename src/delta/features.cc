#include "delta/features.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "delta/features/activity.h"

namespace deltastream::delta {
namespace {

using enum FeatureKind;
using enum FeatureStatus;
using enum WriteSupport;

// `[](const Metadata& m, const Schema& s) { return …; }` without its ceremony.
#define DS_PROPERTY(key) [](const Metadata& metadata, const Schema&) { return property_is_true(metadata.configuration, key); }
#define DS_FIELD(key) [](const Metadata&, const Schema& schema) { return any_field_metadata(schema, key); }
#define DS_TYPE(name) [](const Metadata&, const Schema& schema) { return any_primitive(schema, name); }

bool mapping_is_active(const Metadata& metadata, const Schema&) {
  auto found = metadata.configuration.find("delta.columnMapping.mode");
  return found != metadata.configuration.end() && found->second != "none";
}
bool constraints_are_active(const Metadata& metadata, const Schema&) { return has_property_prefix(metadata.configuration, "delta.constraints."); }
bool checkpoint_policy_is_v2(const Metadata& metadata, const Schema&) {
  auto found = metadata.configuration.find("delta.checkpointPolicy");
  return found != metadata.configuration.end() && found->second == "v2";
}
bool protection_is_active(const Metadata& metadata, const Schema&) {
  auto found = metadata.configuration.find("delta.requireCheckpointProtectionBeforeVersion");
  return found != metadata.configuration.end() && found->second != "0";
}

// name, kind, legacy reader and writer version, what must stand beside it, status, read, write, active.
constexpr TableFeature kFeatures[] = {
    {"appendOnly", kWriter, 0, 2, "", kFinal, true, kFull, DS_PROPERTY("delta.appendOnly")},
    {"invariants", kWriter, 0, 2, "", kFinal, true, kWhenInactive, DS_FIELD("delta.invariants")},
    {"checkConstraints", kWriter, 0, 3, "", kFinal, true, kWhenInactive, constraints_are_active},
    {"changeDataFeed", kWriter, 0, 4, "", kFinal, true, kFull, DS_PROPERTY("delta.enableChangeDataFeed")},
    {"generatedColumns", kWriter, 0, 4, "", kFinal, true, kWhenInactive, DS_FIELD("delta.generationExpression")},
    {"columnMapping", kReaderWriter, 2, 5, "", kFinal, true, kFull, mapping_is_active},
    {"identityColumns", kWriter, 0, 6, "", kFinal, true, kWhenInactive, DS_FIELD("delta.identity.")},
    // Defaults stand for columns that a statement leaves out; our writer asks for every column.
    {"allowColumnDefaults", kWriter, 0, 0, "", kFinal, true, kFull, DS_FIELD("CURRENT_DEFAULT")},
    {"deletionVectors", kReaderWriter, 0, 0, "", kFinal, true, kFull, DS_PROPERTY("delta.enableDeletionVectors")},
    {"timestampNtz", kReaderWriter, 0, 0, "", kFinal, true, kFull, DS_TYPE("timestamp_ntz")},
    // Seen in tables of other writers; the protocol never had the name.
    {"timestampWithoutTimezone", kReaderWriter, 0, 0, "", kEngineOnly, true, kNone, DS_TYPE("timestamp_ntz")},
    {"v2Checkpoint", kReaderWriter, 0, 0, "", kFinal, true, kFull, checkpoint_policy_is_v2},
    {"rowTracking", kWriter, 0, 0, "domainMetadata", kFinal, true, kFull, DS_PROPERTY("delta.enableRowTracking")},
    {"domainMetadata", kWriter, 0, 0, "", kFinal, true, kFull, nullptr},
    {"icebergCompatV1", kWriter, 0, 0, "columnMapping", kFinal, true, kWhenInactive, DS_PROPERTY("delta.enableIcebergCompatV1")},
    {"icebergCompatV2", kWriter, 0, 0, "columnMapping", kFinal, true, kWhenInactive, DS_PROPERTY("delta.enableIcebergCompatV2")},
    // Which columns are clustered stands in a domain, not in the metadata: taken as active.
    {"clustering", kWriter, 0, 0, "domainMetadata", kFinal, true, kFull, nullptr},
    {"vacuumProtocolCheck", kReaderWriter, 0, 0, "", kFinal, true, kFull, nullptr},
    {"inCommitTimestamp", kWriter, 0, 0, "", kFinal, true, kFull, DS_PROPERTY("delta.enableInCommitTimestamps")},
    {"typeWidening", kReaderWriter, 0, 0, "", kFinal, true, kFull, DS_PROPERTY("delta.enableTypeWidening")},
    {"typeWidening-preview", kReaderWriter, 0, 0, "", kEngineOnly, true, kFull, DS_PROPERTY("delta.enableTypeWidening")},
    {"variantType", kReaderWriter, 0, 0, "", kFinal, true, kWhenInactive, DS_TYPE("variant")},
    {"variantType-preview", kReaderWriter, 0, 0, "", kEngineOnly, true, kWhenInactive, DS_TYPE("variant")},
    {"variantShredding", kReaderWriter, 0, 0, "variantType", kFinal, true, kWhenInactive, DS_PROPERTY("delta.enableVariantShredding")},
    {"variantShredding-preview", kReaderWriter, 0, 0, "", kEngineOnly, true, kWhenInactive, DS_PROPERTY("delta.enableVariantShredding")},
    {"catalogManaged", kReaderWriter, 0, 0, "inCommitTimestamp", kFinal, true, kNone, nullptr, true},
    {"catalogOwned-preview", kReaderWriter, 0, 0, "inCommitTimestamp", kEngineOnly, true, kNone, nullptr, true},
    // It binds cleanup, which passes such tables over.
    {"checkpointProtection", kWriter, 0, 0, "", kProposed, true, kFull, protection_is_active},
    {"icebergCompatV3", kWriter, 0, 0, "columnMapping,rowTracking", kProposed, true, kWhenInactive, DS_PROPERTY("delta.enableIcebergCompatV3")},
    {"icebergWriterCompatV1", kWriter, 0, 0, "icebergCompatV2", kProposed, true, kWhenInactive, DS_PROPERTY("delta.enableIcebergWriterCompatV1")},
    {"icebergWriterCompatV3", kWriter, 0, 0, "icebergCompatV3", kProposed, true, kWhenInactive, DS_PROPERTY("delta.enableIcebergWriterCompatV3")},
    {"materializePartitionColumns", kWriter, 0, 0, "", kProposed, true, kNone, nullptr},
    {"collations", kWriter, 0, 0, "domainMetadata", kProposed, true, kWhenInactive, DS_FIELD("__COLLATIONS")},
    {"collations-preview", kWriter, 0, 0, "domainMetadata", kEngineOnly, true, kWhenInactive, DS_FIELD("__COLLATIONS")},
    {"columnMappingUsageTracking", kWriter, 0, 0, "", kProposed, true, kNone, nullptr},
    {"timestampNanos", kReaderWriter, 0, 0, "timestampNtz", kProposed, true, kNone, nullptr},
    {"geospatial", kReaderWriter, 0, 0, "", kProposed, true, kNone, nullptr},
    {"geospatial-dev", kReaderWriter, 0, 0, "", kEngineOnly, true, kNone, nullptr},
    {"adaptiveMetadata-preview", kReaderWriter, 0, 0, "", kProposed, false, kNone, nullptr},
    // Commits that their coordinator has not copied into the log yet would be missed.
    {"coordinatedCommits-preview", kWriter, 0, 0, "", kEngineOnly, false, kNone, nullptr},
    {"managedCommit", kWriter, 0, 0, "", kEngineOnly, false, kNone, nullptr},
    {"redirectReaderWriter-preview", kReaderWriter, 0, 0, "", kEngineOnly, false, kNone, nullptr},
    {"redirectWriterOnly-preview", kWriter, 0, 0, "", kEngineOnly, true, kNone, nullptr},
};

#undef DS_PROPERTY
#undef DS_FIELD
#undef DS_TYPE

constexpr int32_t kMaxReaderVersion = 3;
constexpr int32_t kMaxWriterVersion = 7;

bool contains(const std::optional<std::vector<std::string>>& names, std::string_view name) {
  return names && std::find(names->begin(), names->end(), name) != names->end();
}

bool implied_by(const TableFeature& feature, int32_t reader, int32_t writer) {
  if (feature.legacy_writer_version == 0 || writer >= kMaxWriterVersion || feature.legacy_writer_version > writer) return false;
  return feature.legacy_reader_version <= reader;
}

// Known features of the reader list that writers only need, and the reverse.
Status check_lists(const Protocol& protocol) {
  if (protocol.reader_features) {
    for (const auto& name : *protocol.reader_features) {
      if (!contains(protocol.writer_features, name)) {
        return corrupt("the protocol lists '" + name + "' in readerFeatures but not in writerFeatures");
      }
      const auto* feature = find_feature(name);
      if (feature && feature->kind == kWriter) return corrupt("the protocol lists '" + name + "' in readerFeatures, but it is a writer feature");
    }
  }
  if (!protocol.writer_features) return {};
  for (const auto& name : *protocol.writer_features) {
    const auto* feature = find_feature(name);
    if (!feature || feature->kind == kWriter || contains(protocol.reader_features, name)) continue;
    // One that reader version 2 implied is left out of readerFeatures by Delta 3.1 on the way to version 3 (with Iceberg
    // compatibility): the columns are mapped all the same.
    bool by_version = feature->legacy_reader_version > 0 && protocol.min_reader_version >= feature->legacy_reader_version;
    if (!by_version) return corrupt("the protocol lists '" + name + "' in writerFeatures only, but readers need it too");
  }
  return {};
}

}  // namespace

std::span<const TableFeature> table_features() { return kFeatures; }

const TableFeature* find_feature(std::string_view name) {
  for (const auto& feature : kFeatures) {
    if (feature.name == name) return &feature;
  }
  return nullptr;
}

bool supports(const Protocol& protocol, std::string_view name) {
  if (contains(protocol.writer_features, name) || contains(protocol.reader_features, name)) return true;
  const auto* feature = find_feature(name);
  if (!feature) return false;
  if (implied_by(*feature, protocol.min_reader_version, protocol.min_writer_version)) return true;
  // A reader needs to know of reader version 2 only, whatever the writer version.
  return feature->legacy_reader_version > 0 && protocol.min_reader_version < kMaxReaderVersion &&
         protocol.min_reader_version >= feature->legacy_reader_version && protocol.min_writer_version != kMaxWriterVersion;
}

Status check_protocol(const Protocol& protocol) {
  const int32_t reader = protocol.min_reader_version;
  const int32_t writer = protocol.min_writer_version;
  std::string pair = "(" + std::to_string(reader) + ", " + std::to_string(writer) + ")";
  if (reader < 1 || writer < 1) return corrupt("the protocol versions " + pair + " are below 1");
  if (reader > kMaxReaderVersion) {
    return unsupported("the protocol versions " + pair + " are newer than (3, 7), the newest known to this version");
  }
  if (reader == kMaxReaderVersion && writer < kMaxWriterVersion) {
    return corrupt("the protocol versions are " + pair + ": reader version 3 stands only beside writer version 7");
  }
  if (protocol.reader_features.has_value() != (reader == kMaxReaderVersion)) {
    return corrupt("the protocol has versions " + pair + " and " + (protocol.reader_features ? "" : "no ") +
                   "readerFeatures: they stand at reader version 3 and nowhere else");
  }
  // What newer writers must know is theirs: the table is read (the protocol, "Protocol Evolution").
  if (writer > kMaxWriterVersion) return {};
  if (protocol.writer_features.has_value() != (writer == kMaxWriterVersion)) {
    return corrupt("the protocol has versions " + pair + " and " + (protocol.writer_features ? "" : "no ") +
                   "writerFeatures: they stand at writer version 7 and nowhere else");
  }
  return check_lists(protocol);
}

Status check_readable(const Protocol& protocol, const std::string& where, LogAccess access) {
  DS_RETURN_IF_ERROR(check_protocol(protocol).context(where));
  if (protocol.reader_features) {
    for (const auto& name : *protocol.reader_features) {
      if (!find_feature(name)) return unsupported(where + " needs the table feature '" + name + "', which this version does not know");
    }
  }
  for (const auto& feature : kFeatures) {
    const bool by_path_only = feature.by_catalog && access == LogAccess::kByPath;
    if ((feature.read && !by_path_only) || !supports(protocol, feature.name)) continue;
    const std::string what = where + " needs the table feature '" + std::string(feature.name) + "'";
    if (!by_path_only) return unsupported(what + ", which this version cannot read");
    return unsupported(what + ": a catalog holds its newest commits, so access by path alone could miss them; hand in the catalog's commits");
  }
  return {};
}

Status check_writable(const Protocol& protocol, const Metadata& metadata, const Schema& schema, const std::string& where) {
  DS_RETURN_IF_ERROR(check_readable(protocol, where));
  if (protocol.min_writer_version > kMaxWriterVersion) {
    return unsupported(where + ": writers must know version " + std::to_string(protocol.min_writer_version) +
                       " of the protocol, and 7 is the newest known to this version: it can only be read");
  }
  if (protocol.writer_features) {
    for (const auto& name : *protocol.writer_features) {
      if (!find_feature(name)) return unsupported(where + " needs the table feature '" + name + "', which this version does not know: it can only be read");
    }
  }
  for (const auto& feature : kFeatures) {
    if (feature.write == kFull || !supports(protocol, feature.name)) continue;
    if (feature.write == kWhenInactive && feature.active && !feature.active(metadata, schema)) continue;
    return unsupported(where + (feature.write == kNone ? " needs" : " uses") + " the table feature '" + std::string(feature.name) +
                       "', which this version cannot honour when writing: it can only be read");
  }
  return {};
}

}  // namespace deltastream::delta
