#pragma once
// Row tracking: every added file gets the id of its first row, and a mark in the domain delta.rowTracking says which ids
// are taken.

#include <cstdint>
#include <optional>
#include <vector>

#include "common/random.h"
#include "common/result.h"
#include "delta/actions.h"
#include "delta/snapshot.h"

namespace deltastream::delta {

inline constexpr const char kRowTrackingDomain[] = "delta.rowTracking";

// Whether adds to this table must carry row ids: the feature is supported and not suspended.
bool assigns_row_ids(const Snapshot& table);

// Gives the adds ids above the table's mark and the commit's version; returns the domain to commit beside them.
// Errors: invalid argument for an add without numRecords, corrupt for a mark that cannot be read.
Result<DomainMetadata> assign_row_ids(const Snapshot& table, int64_t version, std::vector<Add>& adds);

// For a new table that tracks rows: names for the columns into which a rewrite materialises ids.
void name_row_tracking_columns(StringMap& configuration, Random& random);

}  // namespace deltastream::delta
