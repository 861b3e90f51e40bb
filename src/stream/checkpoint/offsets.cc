#include "stream/checkpoint/offsets.h"

namespace deltastream::stream {

using Offsets = std::map<std::string, std::map<std::string, SplitPosition>>;

namespace {

Offsets offsets_of(const Inputs& inputs, size_t part, const std::vector<SplitState>& splits) {
  std::map<std::string, const Input*> counted;
  for (const auto& [node, input] : inputs.all()) {
    if (input.part == part && input.keeps_rows && input.source->has_offsets()) counted[input.key] = &input;
  }
  Offsets offsets;
  for (const SplitState& split : splits) {
    if (!counted.contains(split.source)) continue;
    auto [place, fresh] = offsets[split.table].try_emplace(split.split.id, split.position);
    if (!fresh && split.position.offset < place->second.offset) place->second = split.position;
  }
  return offsets;
}

}  // namespace

Offsets moved_offsets(const Inputs& inputs, size_t part, const std::vector<SplitState>& before, const std::vector<SplitState>& after) {
  const Offsets old = offsets_of(inputs, part, before);
  Offsets moved = offsets_of(inputs, part, after);
  for (auto table = moved.begin(); table != moved.end();) {
    auto known = old.find(table->first);
    if (known != old.end()) {
      std::erase_if(table->second, [&](const auto& split) {
        auto found = known->second.find(split.first);
        return found != known->second.end() && found->second.offset == split.second.offset && found->second.state == split.second.state;
      });
    }
    table = table->second.empty() ? moved.erase(table) : std::next(table);
  }
  return moved;
}

}  // namespace deltastream::stream
