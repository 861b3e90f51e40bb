// What writing a Delta table costs: the time of a commit as the log grows, rows of Nexmark's bids a second of CPU time with
// and without partitions, and a checkpoint of very many files. Usage: bench_delta_writer [commits|rows|checkpoint] [FOLDER]

#include <sys/resource.h>

#include <ctime>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string>

#include "bids.h"
#include "delta/checkpoint.h"
#include "delta/data_writer.h"
#include "delta/maintenance.h"
#include "delta/transaction.h"
#include "storage/stores.h"

namespace deltastream {
namespace {

using delta::Snapshot;
using Store = std::shared_ptr<storage::ObjectStore>;

double seconds(clockid_t clock) {
  timespec now;
  ::clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}
double cpu_seconds() { return seconds(CLOCK_PROCESS_CPUTIME_ID); }
double thread_seconds() { return seconds(CLOCK_THREAD_CPUTIME_ID); }
double wall_seconds() { return seconds(CLOCK_MONOTONIC); }

double peak_megabytes() {
  rusage usage;
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

std::vector<Field> bid_columns() {
  return {{"auction", LogicalType::BIGINT}, {"bidder", LogicalType::BIGINT}, {"price", LogicalType::BIGINT}, {"channel", LogicalType::VARCHAR},
          {"url", LogicalType::VARCHAR}, {"dateTime", LogicalType::TIMESTAMP}, {"extra", LogicalType::VARCHAR}};
}

Result<Snapshot> new_table(const Store& store, const std::vector<Field>& columns, std::vector<std::string> partitions = {}) {
  delta::CreateTableRequest request;
  DS_ASSIGN_OR_RETURN(request.schema, delta::Schema::from_fields(columns));
  request.partition_columns = std::move(partitions);
  return delta::create_table(store, request);
}

// Commits of one small file each, with the checkpoints and checksums that follow them, in groups of a thousand versions.
Status measure_commits(const std::string& name, const Store& store, int64_t versions) {
  DS_ASSIGN_OR_RETURN(Snapshot table, new_table(store, bid_columns()));
  delta::Maintenance maintenance;
  delta::AppendRequest request;
  request.adds.resize(1);
  request.txns = {{"pipeline/sink", 0, std::nullopt}, {"pipeline/sink/source/0", 0, std::nullopt}};
  request.adds[0].size = 1000;
  request.adds[0].stats = "{\"numRecords\":1000,\"minValues\":{\"auction\":1000,\"bidder\":1000},\"maxValues\":{\"auction\":9000,\"bidder\":9000}}";
  const int64_t group = std::max<int64_t>(versions / 5, 1);
  double thread = thread_seconds(), process = cpu_seconds();
  std::vector<double> walls;
  for (int64_t version = 1; version <= versions; version++) {
    request.adds[0].path = "part-00000-" + std::to_string(version) + ".parquet";
    request.txns[0].version = request.txns[1].version = version;
    double start = wall_seconds();
    auto committed = delta::commit_append(table, request);
    if (!committed.ok()) return committed.error();
    maintenance.committed(table);
    walls.push_back(wall_seconds() - start);
    if (version % group != 0) continue;
    std::sort(walls.begin(), walls.end());
    double spent = thread_seconds() - thread;
    maintenance.drain();
    std::printf("%-8s versions to %6ld: median %7.3f ms, p99 %7.3f ms wall; %7.1f us CPU a commit, %7.1f us with maintenance\n", name.c_str(), static_cast<long>(version),
                walls[walls.size() / 2] * 1e3, walls[walls.size() * 99 / 100] * 1e3, spent / static_cast<double>(group) * 1e6,
                (cpu_seconds() - process) / static_cast<double>(group) * 1e6);
    walls.clear();
    thread = thread_seconds();
    process = cpu_seconds();
  }
  return {};
}

void fill_bids(DataChunk& chunk, uint64_t first) {
  auto text = [&](size_t column, size_t row, const std::string& value) {
    duckdb::FlatVector::GetData<duckdb::string_t>(chunk.data[column])[row] = duckdb::StringVector::AddString(chunk.data[column], value);
  };
  for (size_t row = 0; row < kChunkRows; row++) {
    const bench::Bid bid = bench::make_bid(first + row);
    duckdb::FlatVector::GetData<int64_t>(chunk.data[0])[row] = bid.auction;
    duckdb::FlatVector::GetData<int64_t>(chunk.data[1])[row] = bid.bidder;
    duckdb::FlatVector::GetData<int64_t>(chunk.data[2])[row] = bid.price;
    text(3, row, bid.channel);
    text(4, row, bid.url);
    duckdb::FlatVector::GetData<duckdb::timestamp_t>(chunk.data[5])[row] = duckdb::timestamp_t(bid.time_us);
    text(6, row, bid.extra);
  }
  chunk.SetCardinality(kChunkRows);
}

Status measure_rows(const std::string& name, const Store& store, std::vector<Field> columns, const std::vector<std::string>& partitions,
                    std::vector<std::unique_ptr<DataChunk>>& chunks, size_t passes, const delta::DataWriterOptions& options = {}) {
  DS_ASSIGN_OR_RETURN(Snapshot table, new_table(store, columns, partitions));
  DS_ASSIGN_OR_RETURN(auto writer, delta::DataWriter::create(table, columns, options));
  double start = cpu_seconds(), wall = wall_seconds();
  for (size_t pass = 0; pass < passes; pass++) {
    for (auto& chunk : chunks) DS_RETURN_IF_ERROR(writer->write(*chunk));
  }
  DS_ASSIGN_OR_RETURN(auto adds, writer->finish());
  double spent = cpu_seconds() - start;
  int64_t bytes = 0;
  for (const auto& add : adds) bytes += add.size;
  std::printf("%-24s %9lu rows, %5zu files, %6.1f MB: %6.2f M rows/cpu-s (%.2f s wall)\n", name.c_str(), static_cast<unsigned long>(writer->rows_written()), adds.size(),
              static_cast<double>(bytes) / 1e6, static_cast<double>(writer->rows_written()) / spent / 1e6, wall_seconds() - wall);
  return {};
}

Status measure_all_rows() {
  auto columns = bid_columns();
  duckdb::vector<LogicalType> types;
  for (const auto& column : columns) types.push_back(column.type);
  std::vector<std::unique_ptr<DataChunk>> chunks;
  for (uint64_t i = 0; i < 200; i++) {
    chunks.push_back(std::make_unique<DataChunk>());
    chunks.back()->Initialize(duckdb::Allocator::DefaultAllocator(), types);
    fill_bids(*chunks.back(), i * kChunkRows);
  }
  // The same rows with a partition key of few and of many values, in no order.
  auto with_key = [&](int64_t keys) {
    for (auto& chunk : chunks) {
      for (size_t row = 0; row < kChunkRows; row++) {
        auto* bidder = duckdb::FlatVector::GetData<int64_t>(chunk->data[1]);
        bidder[row] = bidder[row] % keys;
      }
    }
  };
  const size_t passes = 5;
  delta::DataWriterOptions snappy;
  snappy.codec = "snappy";
  auto memory = [] { return storage::make_memory_store(); };
  DS_RETURN_IF_ERROR(measure_rows("warm-up", memory(), columns, {}, chunks, 1));
  DS_RETURN_IF_ERROR(measure_rows("plain, zstd", memory(), columns, {}, chunks, passes));
  DS_RETURN_IF_ERROR(measure_rows("plain, snappy", memory(), columns, {}, chunks, passes, snappy));
  with_key(1000);
  DS_RETURN_IF_ERROR(measure_rows("1000 keys, 100 open", memory(), columns, {"bidder"}, chunks, 1));
  with_key(100);
  DS_RETURN_IF_ERROR(measure_rows("100 keys", memory(), columns, {"bidder"}, chunks, passes));
  with_key(4);
  DS_RETURN_IF_ERROR(measure_rows("4 keys", memory(), columns, {"bidder"}, chunks, passes));
  with_key(1);
  return measure_rows("1 key", memory(), columns, {"bidder"}, chunks, passes);
}

Status measure_checkpoint(int64_t files) {
  auto store = storage::make_memory_store();
  DS_ASSIGN_OR_RETURN(Snapshot table, new_table(store, bid_columns()));
  for (int64_t commit = 0; commit < 20; commit++) {
    delta::AppendRequest request;
    for (int64_t i = 0; i < files / 20; i++) {
      delta::Add add;
      add.path = "day=2024-01-01/part-00000-" + std::to_string(commit) + "-0123456789abcdef-" + std::to_string(i) + "-c000.zstd.parquet";
      add.size = 1'000'000 + i;
      add.stats = "{\"numRecords\":1000,\"minValues\":{\"auction\":1000,\"bidder\":1000,\"price\":" + std::to_string(i) +
                  "},\"maxValues\":{\"auction\":9000,\"bidder\":9000,\"price\":" + std::to_string(i * 7) + "},\"nullCount\":{\"auction\":0,\"bidder\":0,\"price\":0}}";
      request.adds.push_back(std::move(add));
    }
    auto committed = delta::commit_append(table, request);
    if (!committed.ok()) return committed.error();
  }
  double start = cpu_seconds();
  DS_ASSIGN_OR_RETURN(Snapshot all, Snapshot::open(store, delta::SnapshotOptions{}));
  std::printf("%ld files: replay of 20 commits %.2f cpu-s; set of files %.0f MB, process peak %.0f MB\n", static_cast<long>(files), cpu_seconds() - start,
              static_cast<double>(all.files().memory_bytes()) / 1e6, peak_megabytes());
  start = cpu_seconds();
  DS_RETURN_IF_ERROR(delta::write_checkpoint(all));
  std::printf("%ld files: checkpoint written in %.2f cpu-s, %.1f MB; process peak %.0f MB\n", static_cast<long>(files), cpu_seconds() - start,
              static_cast<double>(store->head("_delta_log/00000000000000000020.checkpoint.parquet")->size) / 1e6, peak_megabytes());
  return {};
}

Status run(const std::string& what, const std::string& folder) {
  if (what == "all" || what == "rows") DS_RETURN_IF_ERROR(measure_all_rows());
  if (what == "all" || what == "commits") {
    DS_RETURN_IF_ERROR(measure_commits("memory", storage::make_memory_store(), 5000));
    std::filesystem::remove_all(folder);
    DS_RETURN_IF_ERROR(measure_commits("disk", storage::make_local_store(folder), 2500));
    std::filesystem::remove_all(folder);
  }
  if (what == "all" || what == "checkpoint") DS_RETURN_IF_ERROR(measure_checkpoint(1'000'000));
  return {};
}

}  // namespace
}  // namespace deltastream

int main(int argc, char** argv) {
  std::string folder = argc > 2 ? argv[2] : (std::filesystem::temp_directory_path() / "deltastream-bench-table").string();
  auto done = deltastream::run(argc > 1 ? argv[1] : "all", folder);
  if (!done.ok()) std::fprintf(stderr, "error: %s\n", done.error().to_string().c_str());
  return done.ok() ? 0 : 1;
}
