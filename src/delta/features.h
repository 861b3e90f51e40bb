#pragma once
// The table features of the protocol: one row each, in one table that checks, documentation and tests iterate.
// Pure functions over static data. Errors: unsupported, naming the feature, the table and its version.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "common/result.h"
#include "delta/actions.h"

namespace deltastream::delta {

struct Schema;

enum class FeatureKind { kWriter, kReaderWriter };
enum class FeatureStatus { kFinal, kProposed, kEngineOnly };
// What our writer does with a table that lists the feature.
enum class WriteSupport {
  kFull,          // honoured
  kWhenInactive,  // written only while the property or metadata that switches it on is absent
  kNone,          // refused by name
};

struct TableFeature {
  std::string_view name;
  FeatureKind kind;
  int32_t legacy_reader_version;   // 0: only by name
  int32_t legacy_writer_version;   // 0: only by name
  std::string_view requirement;    // features that must stand beside it, separated by commas, or ""
  FeatureStatus status;
  bool read;
  WriteSupport write;
  // Whether the table uses it; nullptr: always when supported.
  bool (*active)(const Metadata& metadata, const Schema& schema);
  // Read only where a catalog's commits were handed in (catalog_commits.h).
  bool by_catalog = false;
};

std::span<const TableFeature> table_features();
const TableFeature* find_feature(std::string_view name);

// Whether the protocol supports the feature, by name or by legacy version.
bool supports(const Protocol& protocol, std::string_view feature);
// Lists and versions agree with the protocol's rules; else corrupt.
Status check_protocol(const Protocol& protocol);
// Whether the catalog that may manage a table was asked for its commits.
enum class LogAccess { kByPath, kByCatalog };
// `where` names table and version in messages.
Status check_readable(const Protocol& protocol, const std::string& where, LogAccess access = LogAccess::kByPath);
Status check_writable(const Protocol& protocol, const Metadata& metadata, const Schema& schema, const std::string& where);
// The smallest protocol for a new table with this schema and configuration. `delta.feature.X` = "supported" adds X;
// such keys, delta.minReaderVersion and delta.minWriterVersion are taken out of the configuration.
Result<Protocol> protocol_for_new_table(const Schema& schema, StringMap& configuration);

}  // namespace deltastream::delta
