#include "delta/checkpoint.h"

#include "delta/checkpoint/checkpoint_file.h"
#include "delta/file_statistics.h"
#include "delta/json/json_text.h"
#include "delta/log.h"
#include "delta/table_properties.h"

namespace deltastream::delta {
namespace {

constexpr int64_t kWeekUs = 7ll * 24 * 3600 * 1'000'000;

struct Written {
  CheckpointFile::Summary summary;
  int64_t adds = 0;
};

// Times of the log may be any number, so they are compared with, never added to.
bool expired(const Txn& txn, int64_t now_ms, int64_t retention_ms) {
  return retention_ms >= 0 && txn.last_updated && *txn.last_updated < now_ms - retention_ms;
}

Result<Written> write_rows(const Snapshot& table) {
  DS_ASSIGN_OR_RETURN(CheckpointLayout layout, checkpoint_layout(table));
  const bool v2 = layout.v2;
  DS_ASSIGN_OR_RETURN(auto file, CheckpointFile::create(*table.store(), checkpoint_path(table.version()), std::move(layout)));
  const auto& properties = table.metadata().configuration;
  const int64_t now_ms = table.environment().clock->now_us() / 1000;
  const int64_t tombstone_ms = duration_property_us(properties, "delta.deletedFileRetentionDuration", kWeekUs) / 1000;
  const int64_t txn_us = duration_property_us(properties, "delta.setTransactionRetentionDuration", -1);

  DS_RETURN_IF_ERROR(file->write(table.protocol()));
  DS_RETURN_IF_ERROR(file->write(table.metadata()));
  if (v2) DS_RETURN_IF_ERROR(file->write_checkpoint_metadata(table.version()));
  for (const auto& [app_id, txn] : table.txns()) {
    if (!expired(txn, now_ms, txn_us < 0 ? -1 : txn_us / 1000)) DS_RETURN_IF_ERROR(file->write(txn));
  }
  for (const auto& [name, domain] : table.domains()) DS_RETURN_IF_ERROR(file->write(domain));
  Written written;
  FileStatistics statistics(table);
  DS_RETURN_IF_ERROR(table.files().for_each([&](const FileView& add) -> Status {
    written.adds++;
    DS_ASSIGN_OR_RETURN(FileView whole, statistics.with(add));
    return file->write_add(whole);
  }));
  DS_RETURN_IF_ERROR(table.tombstones().for_each([&](const FileView& remove) {
    return remove.time < now_ms - tombstone_ms ? Status() : file->write_remove(remove);
  }));
  if (written.adds != static_cast<int64_t>(table.files().size())) {
    return internal("the checkpoint was given " + std::to_string(written.adds) + " files of " + std::to_string(table.files().size()));
  }
  DS_ASSIGN_OR_RETURN(written.summary, file->finish());
  return written;
}

// What stands in the store must be what was written: a reader trusts it more than the commits.
Status read_back(const Snapshot& table, int64_t rows) {
  const std::string path = checkpoint_path(table.version());
  auto reader = format::ParquetFileReader::open(table.store(), path, {});
  std::string wrong;
  if (!reader.ok()) {
    wrong = reader.error().describe();
  } else if (static_cast<int64_t>((*reader)->row_count()) != rows) {
    wrong = "it holds " + std::to_string((*reader)->row_count()) + " rows of " + std::to_string(rows);
  }
  if (wrong.empty()) return {};
  (void)table.store()->remove(path);
  return corrupt("the checkpoint just written does not read back: " + wrong);
}

Status move_last_checkpoint(const Snapshot& table, const Written& written) {
  auto named = last_checkpoint_hint(*table.store());
  if (named && *named > table.version()) return {};
  std::string hint;
  JsonObject object(hint);
  object.number("version", table.version());
  object.number("size", written.summary.rows);
  object.number("sizeInBytes", written.summary.bytes);
  object.number("numOfAddFiles", written.adds);
  object.close();
  return table.store()->put(kLastCheckpointPath, hint);
}

}  // namespace

Status write_checkpoint(const Snapshot& snapshot) {
  if (!snapshot.has_files()) return internal(snapshot.where() + ": a checkpoint needs a snapshot that holds its files");
  auto written = write_rows(snapshot);
  if (!written.ok()) return std::move(written).context("writing the checkpoint of " + snapshot.where()).error();
  DS_RETURN_IF_ERROR(read_back(snapshot, written->summary.rows).context(snapshot.where()));
  return move_last_checkpoint(snapshot, *written).context("moving _last_checkpoint of " + snapshot.where());
}

int64_t checkpoint_interval(const Snapshot& snapshot) {
  int64_t interval = number_property(snapshot.metadata().configuration, "delta.checkpointInterval", 10);
  return interval > 0 ? interval : 10;
}

}  // namespace deltastream::delta
