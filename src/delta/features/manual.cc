#include "delta/features/manual.h"

#include "delta/features.h"

namespace deltastream::delta {
namespace {

std::string write_text(const TableFeature& feature) {
  switch (feature.write) {
    case WriteSupport::kFull: return "yes";
    case WriteSupport::kWhenInactive: return "while nothing in the table uses it";
    case WriteSupport::kNone: return "refused";
  }
  return "";
}

std::string read_text(const TableFeature& feature) {
  if (!feature.read) return "refused";
  return feature.by_catalog ? "with a catalog's commits" : "yes";
}

std::string status_text(FeatureStatus status) {
  switch (status) {
    case FeatureStatus::kFinal: return "protocol";
    case FeatureStatus::kProposed: return "proposal";
    case FeatureStatus::kEngineOnly: return "other engines'";
  }
  return "";
}

std::string legacy_text(const TableFeature& feature) {
  if (feature.legacy_writer_version == 0) return "";
  return (feature.legacy_reader_version ? std::to_string(feature.legacy_reader_version) : "1") + " / " + std::to_string(feature.legacy_writer_version);
}

std::string requirement_text(const TableFeature& feature) {
  std::string text(feature.requirement);
  for (size_t comma = text.find(','); comma != std::string::npos; comma = text.find(',', comma + 2)) text.insert(comma + 1, " ");
  return text;
}

}  // namespace

std::string table_features_as_markdown() {
  std::string out =
      "| feature | needed by | from versions | beside | status | read | append |\n"
      "|---|---|---|---|---|---|---|\n";
  for (const auto& feature : table_features()) {
    out += "| " + std::string(feature.name) + " | " + (feature.kind == FeatureKind::kWriter ? "writers" : "readers and writers") + " | " + legacy_text(feature) +
           " | " + requirement_text(feature) + " | " + status_text(feature.status) + " | " + read_text(feature) + " | " + write_text(feature) + " |\n";
  }
  return out;
}

}  // namespace deltastream::delta
