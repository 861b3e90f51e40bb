// Any bytes as a checkpoint. The first byte chooses: P, the bytes are a classic Parquet checkpoint; J, the JSON of a v2 one beside a
// whole sidecar; else they are a commit whose table's checkpoint is written and read back.
// A checkpoint that cannot be read is never fatal while the commits stand: the table is then the one that they tell of. One that can be
// read tells the same with and without them. One that we wrote tells what its snapshot held.
#include "delta/checkpoint.h"
#include "delta/checkpoint/checkpoint_file.h"
#include "delta/features.h"
#include "delta/log.h"
#include "delta/log/checkpoint_reader.h"
#include "delta/log/commit_replay.h"
#include "delta/scan.h"
#include "delta/snapshot.h"
#include "require.h"
#include "silent.h"
#include "storage/stores.h"

using namespace deltastream;
using fuzz::require;

namespace {

constexpr char kJsonCheckpoint[] = "_delta_log/00000000000000000001.checkpoint.80a083e8-7026-4e79-81be-64bd76c43a11.json";
constexpr char kSidecar[] = "_delta_log/_sidecars/s.parquet";
constexpr std::string_view kFirst =
    R"({"protocol":{"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":["v2Checkpoint"],"writerFeatures":["v2Checkpoint"]}}
{"metaData":{"id":"t","format":{"provider":"parquet","options":{}},"schemaString":"{\"type\":\"struct\",\"fields\":[{\"name\":\"a\",\"type\":\"long\",\"nullable\":true,\"metadata\":{}},{\"name\":\"p\",\"type\":\"long\",\"nullable\":true,\"metadata\":{}}]}","partitionColumns":["p"],"configuration":{}}}
{"add":{"path":"one","partitionValues":{"p":"1"},"size":10,"modificationTime":5,"dataChange":true}}
)";
constexpr std::string_view kSecond = R"({"add":{"path":"two","partitionValues":{"p":"2"},"size":20,"modificationTime":6,"dataChange":true}})";

struct Table {
  Table() {
    environment.clock = &clock;
    environment.logger = &silent;
    store = storage::make_memory_store(environment);
  }
  Result<delta::Snapshot> open() const { return delta::Snapshot::open(store, std::nullopt, environment); }

  ManualClock clock;
  fuzz::Silent silent;
  Environment environment;
  std::shared_ptr<storage::ObjectStore> store;
};

// The sidecar's bytes, written once.
const std::string& sidecar() {
  static const std::string kBytes = [] {
    Table table;
    require(table.store->put(delta::commit_path(0), kFirst).ok());
    auto snapshot = table.open();
    require(snapshot.ok());
    auto layout = delta::checkpoint_layout(*snapshot);
    require(layout.ok());
    auto file = delta::CheckpointFile::create(*table.store, kSidecar, std::move(layout).value());
    require(file.ok());
    require(snapshot->files().for_each([&](const delta::FileView& add) { return (*file)->write_add(add); }).ok());
    require((*file)->finish().ok());
    return table.store->get(kSidecar).value();
  }();
  return kBytes;
}

std::vector<delta::Add> files_of(const delta::FileSet& set) {
  std::vector<delta::Add> files;
  require(set.for_each([&](const delta::FileView& view) -> Status {
    DS_ASSIGN_OR_RETURN(delta::Add file, delta::to_add(view));
    files.push_back(std::move(file));
    return {};
  }).ok());
  return files;
}

void require_same(const delta::Snapshot& one, const delta::Snapshot& other) {
  require(one.version() == other.version() && one.protocol() == other.protocol() && one.metadata() == other.metadata());
  require(one.txns().size() == other.txns().size() && one.domains().size() == other.domains().size());
  require(one.files().size() == other.files().size() && one.files().total_bytes() == other.files().total_bytes());
}

void check_damaged(const std::string& path, std::string_view bytes) {
  Table alone;
  require(alone.store->put(kSidecar, sidecar()).ok() && alone.store->put(path, bytes).ok());
  auto from_checkpoint = alone.open();
  if (!from_checkpoint.ok()) require(!from_checkpoint.error().message().empty() && from_checkpoint.error().kind() != ErrorKind::kInternal);
  Table table;
  require(table.store->put(delta::commit_path(0), kFirst).ok() && table.store->put(delta::commit_path(1), kSecond).ok());
  auto from_commits = table.open();
  require(from_commits.ok());
  require(table.store->put(kSidecar, sidecar()).ok() && table.store->put(path, bytes).ok());
  auto snapshot = table.open();
  if (from_checkpoint.ok()) {
    require(snapshot.ok());
    require_same(*from_checkpoint, *snapshot);
    (void)delta::plan_scan(*snapshot).ok();
    return;
  }
  // Read, but of a table that we cannot read: what it says is believed.
  if (!snapshot.ok()) return require(snapshot.error().kind() == from_checkpoint.error().kind());
  require_same(*from_commits, *snapshot);
}

void check_written(std::string_view commit) {
  Table table;
  require(table.store->put(delta::commit_path(0), commit).ok());
  auto snapshot = table.open();
  if (!snapshot.ok()) return;
  auto written = delta::write_checkpoint(*snapshot);
  if (!written.ok()) return require(!written.error().message().empty() && written.error().kind() != ErrorKind::kInternal);
  require(table.store->remove(delta::commit_path(0)).ok());
  auto again = table.open();
  require(again.ok());
  const bool txns_expire = snapshot->property("delta.setTransactionRetentionDuration").has_value();
  require(again->protocol() == snapshot->protocol() && again->metadata() == snapshot->metadata());
  require(txns_expire || again->txns().size() == snapshot->txns().size());
  require(again->domains().size() == snapshot->domains().size());
  auto before = files_of(snapshot->files()), after = files_of(again->files());
  require(before.size() == after.size());
  for (size_t i = 0; i < before.size(); i++) {
    // The statistics may stand in typed columns only, which leave out what has no type.
    if (!snapshot->property("delta.checkpoint.writeStatsAsJson")) require(before[i].stats == after[i].stats || !before[i].stats || before[i].stats->empty());
    before[i].stats = after[i].stats = std::nullopt;
    require(before[i] == after[i]);
  }
  auto plan = delta::plan_scan(*snapshot), same_plan = delta::plan_scan(*again);
  require(plan.ok() == same_plan.ok());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes = fuzz::as_text(data + 1, size - 1);
  switch (data[0]) {
    case 'P': check_damaged(delta::checkpoint_path(1), bytes); break;
    case 'J': check_damaged(kJsonCheckpoint, bytes); break;
    default: check_written(bytes); break;
  }
  return 0;
}
