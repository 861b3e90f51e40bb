#include "delta/features/row_tracking.h"

#include <charconv>

#include "delta/features.h"
#include "delta/features/activity.h"
#include "delta/json/json_scan.h"
#include "delta/statistics.h"

namespace deltastream::delta {
namespace {

// -1: no id is taken yet.
Result<int64_t> high_water_mark(const Snapshot& table) {
  const auto* domain = table.domain(kRowTrackingDomain);
  if (!domain) return -1;
  auto raw = json_member(domain->configuration, "rowIdHighWaterMark");
  int64_t mark = 0;
  if (raw) {
    auto parsed = std::from_chars(raw->data(), raw->data() + raw->size(), mark);
    if (parsed.ec == std::errc() && parsed.ptr == raw->data() + raw->size()) return mark;
  }
  return corrupt(table.where() + ": the domain " + kRowTrackingDomain + " holds no rowIdHighWaterMark: " + domain->configuration);
}

}  // namespace

bool assigns_row_ids(const Snapshot& table) {
  return supports(table.protocol(), "rowTracking") && !property_is_true(table.metadata().configuration, "delta.rowTrackingSuspended");
}

Result<DomainMetadata> assign_row_ids(const Snapshot& table, int64_t version, std::vector<Add>& adds) {
  DS_ASSIGN_OR_RETURN(int64_t mark, high_water_mark(table));
  for (auto& add : adds) {
    auto rows = add.stats ? StatisticsReader(*add.stats).num_records() : std::nullopt;
    if (!rows) return invalid_argument(table.where() + " tracks rows, but the file '" + add.path + "' has no numRecords in its statistics");
    add.base_row_id = mark + 1;
    add.default_row_commit_version = version;
    mark += *rows;
  }
  return DomainMetadata{kRowTrackingDomain, "{\"rowIdHighWaterMark\":" + std::to_string(mark) + "}", false};
}

void name_row_tracking_columns(StringMap& configuration, Random& random) {
  if (!property_is_true(configuration, "delta.enableRowTracking")) return;
  configuration["delta.rowTracking.materializedRowIdColumnName"] = "_row-id-col-" + random.uuid();
  configuration["delta.rowTracking.materializedRowCommitVersionColumnName"] = "_row-commit-version-col-" + random.uuid();
}

}  // namespace deltastream::delta
