#include "stream/checkpoint/store.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "stream/checkpoint/codec.h"

namespace deltastream::stream {
namespace {

constexpr std::string_view kPrefix = "checkpoint-";

std::optional<int64_t> epoch_of(std::string_view name) {
  if (!name.starts_with(kPrefix)) return std::nullopt;
  name.remove_prefix(kPrefix.size());
  int64_t epoch = 0;
  auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), epoch);
  if (error != std::errc() || end != name.data() + name.size() || epoch < 1) return std::nullopt;
  return epoch;
}

}  // namespace

CheckpointStore::CheckpointStore(std::string folder, size_t retained, const Environment& environment)
    : folder_(std::move(folder)), retained_(std::max<size_t>(retained, 1)), environment_(environment) {}

std::string CheckpointStore::path(int64_t epoch) const { return fmt::format("{}/{}{:012}", folder_, kPrefix, epoch); }

Status CheckpointStore::store(const Checkpoint& checkpoint) {
  if (!durable()) {
    in_memory_ = checkpoint;
    return {};
  }
  return write_file_durably(*environment_.files, path(checkpoint.epoch), encode_checkpoint(checkpoint))
      .context(fmt::format("checkpoint {}", checkpoint.epoch));
}

Result<std::vector<int64_t>> CheckpointStore::epochs() {
  auto names = environment_.files->list_names(folder_);
  if (!names.ok()) {
    if (names.error().kind() == ErrorKind::kNotFound) return std::vector<int64_t>();
    return std::move(names).error();
  }
  std::vector<int64_t> found;
  for (const DirectoryName& name : *names) {
    if (auto epoch = epoch_of(name.name)) found.push_back(*epoch);
  }
  std::sort(found.rbegin(), found.rend());
  return found;
}

Result<std::optional<Checkpoint>> CheckpointStore::newest() {
  if (!durable()) return in_memory_;
  DS_ASSIGN_OR_RETURN(auto found, epochs());
  std::optional<Error> damage;
  for (int64_t epoch : found) {
    DS_ASSIGN_OR_RETURN(std::string bytes, read_file(*environment_.files, path(epoch)));
    auto checkpoint = decode_checkpoint(bytes);
    if (checkpoint.ok() && checkpoint->epoch != epoch) checkpoint = corrupt(fmt::format("it says that it is checkpoint {}", checkpoint->epoch));
    if (checkpoint.ok()) return std::optional<Checkpoint>(std::move(*checkpoint));
    Error error = std::move(checkpoint).error().add_context(path(epoch));
    if (error.kind() != ErrorKind::kCorrupt) return error;
    environment_.logger->warn(fmt::format("checkpoint {} is passed over: {}", epoch, error.to_string()));
    if (!damage) damage = std::move(error);
  }
  if (damage) return std::move(damage->add_context("no whole checkpoint is left; restore the file, or start anew with another state folder"));
  return std::optional<Checkpoint>();
}

void CheckpointStore::prune(int64_t newest_epoch) {
  if (!durable()) return;
  auto found = epochs();
  if (!found.ok()) return environment_.logger->warn(fmt::format("old checkpoints stay: {}", found.error().to_string()));
  for (size_t i = 0; i < found->size(); i++) {
    const int64_t epoch = (*found)[i];
    if (i < retained_ || epoch >= newest_epoch) continue;
    auto removed = environment_.files->remove(path(epoch));
    if (!removed.ok()) environment_.logger->warn(fmt::format("an old checkpoint stays: {}", removed.error().to_string()));
  }
}

}  // namespace deltastream::stream
