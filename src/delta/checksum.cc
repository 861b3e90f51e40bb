#include "delta/checksum.h"

#include <charconv>

#include "delta/features.h"
#include "delta/features/in_commit_timestamp.h"
#include "delta/json/json_scan.h"
#include "delta/json/json_text.h"
#include "delta/log.h"

namespace deltastream::delta {
namespace {

// Listed only while they are few: the checksum is written for every version.
constexpr size_t kMaxTransactions = 1000;

// {"txn":{…}} → {…}
template <class Action>
std::string inner_json(const Action& action) {
  std::string line;
  append_json(action, line);
  size_t colon = line.find(':');
  return line.substr(colon + 1, line.size() - colon - 2);
}

template <class Map>
void append_actions(const Map& actions, std::string& out) {
  out += '[';
  bool first = true;
  for (const auto& [name, action] : actions) {
    if (!first) out += ',';
    first = false;
    out += inner_json(action);
  }
  out += ']';
}

std::optional<int64_t> count_in(std::string_view json, std::string_view key) {
  auto raw = json_member(json, key);
  int64_t value = 0;
  if (!raw) return std::nullopt;
  auto parsed = std::from_chars(raw->data(), raw->data() + raw->size(), value);
  return parsed.ec == std::errc() && parsed.ptr == raw->data() + raw->size() && value >= 0 ? std::optional(value) : std::nullopt;
}

}  // namespace

std::optional<std::string> checksum_json(const Snapshot& snapshot, const std::string& txn_id) {
  auto totals = snapshot.totals();
  if (!totals) return std::nullopt;
  // With in-commit timestamps the file must say the version's, and a snapshot out of a checkpoint does not know it.
  const bool timestamps = writes_in_commit_timestamps(snapshot);
  if (timestamps && !snapshot.in_commit_timestamp()) return std::nullopt;
  std::string out;
  JsonObject object(out);
  if (!txn_id.empty()) object.text("txnId", txn_id);
  object.number("tableSizeBytes", totals->bytes);
  object.number("numFiles", totals->files);
  object.number("numMetadata", 1);
  object.number("numProtocol", 1);
  if (timestamps) object.number("inCommitTimestampOpt", *snapshot.in_commit_timestamp());
  if (snapshot.txns().size() <= kMaxTransactions) append_actions(snapshot.txns(), object.key("setTransactions"));
  append_actions(snapshot.domains(), object.key("domainMetadata"));
  object.raw("metadata", inner_json(snapshot.metadata()));
  object.raw("protocol", inner_json(snapshot.protocol()));
  object.close();
  return out;
}

Status write_checksum(const Snapshot& snapshot) {
  auto content = checksum_json(snapshot);
  if (!content) return {};
  return put_checksum(*snapshot.store(), snapshot.version(), *content);
}

Status put_checksum(storage::ObjectStore& store, int64_t version, std::string_view content) {
  auto put = store.put_if_absent(checksum_path(version), content);
  if (!put.ok() && put.error().kind() == ErrorKind::kAlreadyExists) return {};
  return put;
}

std::optional<FileTotals> read_checksum_totals(storage::ObjectStore& store, int64_t version) {
  auto content = store.get(checksum_path(version));
  if (!content.ok()) return std::nullopt;
  auto files = count_in(*content, "numFiles");
  auto bytes = count_in(*content, "tableSizeBytes");
  if (!files || !bytes) return std::nullopt;
  return FileTotals{*files, *bytes};
}

}  // namespace deltastream::delta
