#pragma once
// Version checksums (NNN.crc): totals, protocol and metadata of one version. Exact or absent; never overwritten;
// readers treat them as a help that may be missing or broken.

#include <optional>
#include <string>
#include <string_view>

#include "common/result.h"
#include "delta/snapshot.h"

namespace deltastream::delta {

// The file's content, or nullopt when the snapshot does not know its totals.
std::optional<std::string> checksum_json(const Snapshot& snapshot, const std::string& txn_id = "");
// Writes it for the snapshot's version. Already there is no error; unknown totals write nothing.
Status write_checksum(const Snapshot& snapshot);
// The same for content that checksum_json() made earlier.
Status put_checksum(storage::ObjectStore& store, int64_t version, std::string_view content);
// Totals from the version's checksum, or nullopt when there is none that can be read.
std::optional<FileTotals> read_checksum_totals(storage::ObjectStore& store, int64_t version);

}  // namespace deltastream::delta
