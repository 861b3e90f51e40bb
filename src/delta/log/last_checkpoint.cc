#include "delta/log/last_checkpoint.h"

#include <simdjson.h>

namespace deltastream::delta {

bool LastCheckpoint::contradicts(const CheckpointFiles& checkpoint) const {
  if (!bytes || checkpoint.json || checkpoint.version != version || static_cast<int64_t>(checkpoint.parts.size()) != parts) return false;
  if (parts == 1 && checkpoint.parts[0].path != checkpoint_path(version)) return false;
  uint64_t total = 0;
  for (const auto& part : checkpoint.parts) total += part.size;
  return total != static_cast<uint64_t>(*bytes);
}

std::optional<LastCheckpoint> read_last_checkpoint(storage::ObjectStore& store) {
  auto text = store.get(kLastCheckpointPath);
  if (!text.ok()) return std::nullopt;
  simdjson::dom::parser parser;
  simdjson::dom::element json;
  LastCheckpoint last;
  if (parser.parse(*text).get(json) || json["version"].get(last.version) || last.version < 0) return std::nullopt;
  int64_t number = 0;
  if (!json["parts"].get(number)) last.parts = number;
  const bool second_spec = json["v2Checkpoint"].error() == simdjson::SUCCESS;
  if (!second_spec && !json["sizeInBytes"].get(number)) last.bytes = number;
  return last;
}

}  // namespace deltastream::delta
