// bench_open_table LOCATION [light] [refresh]: opens a table and prints one JSON line with time, CPU and peak memory.
// light: without its files. refresh: then commits an empty version (to a copy of the log's end in memory) and follows it.
#include <fmt/format.h>
#include <sys/resource.h>

#include <chrono>
#include <cstring>

#include "delta/log.h"
#include "delta/snapshot.h"
#include "storage/stores.h"

using namespace deltastream;

namespace {

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  auto seconds = [](const timeval& time) { return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6; };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

int64_t peak_kb() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

int fail(const Error& error) {
  fmt::print(stderr, "error: {}\n", error.to_string());
  return 1;
}

// Time of following one new commit, in seconds; the commit is taken away again.
Result<double> time_refresh(delta::Snapshot& table) {
  std::string path = delta::commit_path(table.version() + 1);
  DS_RETURN_IF_ERROR(table.store()->put_if_absent(
      path, R"({"add":{"path":"bench-refresh.parquet","partitionValues":{},"size":1,"modificationTime":1,"dataChange":true}})" "\n"));
  auto start = std::chrono::steady_clock::now();
  auto moved = table.refresh();
  double seconds = seconds_since(start);
  DS_RETURN_IF_ERROR(table.store()->remove(path));
  if (!moved.ok()) return std::move(moved).error();
  if (!*moved) return internal("the new commit was not seen");
  return seconds;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    fmt::print(stderr, "usage: bench_open_table LOCATION [light] [refresh]\n");
    return 2;
  }
  bool refresh = false;
  delta::SnapshotOptions options;
  for (int i = 2; i < argc; i++) {
    if (std::strcmp(argv[i], "light") == 0) options.files = delta::LoadFiles::kNone;
    if (std::strcmp(argv[i], "refresh") == 0) refresh = true;
  }
  auto store = storage::open_store(argv[1]);
  if (!store.ok()) return fail(store.error());
  auto start = std::chrono::steady_clock::now();
  auto table = delta::Snapshot::open(*store, options);
  if (!table.ok()) return fail(table.error());
  double seconds = seconds_since(start);
  std::string refreshed;
  if (refresh) {
    auto time = time_refresh(*table);
    if (!time.ok()) return fail(time.error());
    refreshed = fmt::format(",\"refresh_ms\":{:.3f}", *time * 1000);
  }
  fmt::print("{{\"files\":{},\"version\":{},\"seconds\":{:.4f},\"cpu_seconds\":{:.4f},\"peak_mb\":{:.1f}{}}}\n",
             table->has_files() ? table->files().size() : 0, table->version(), seconds, cpu_seconds(), static_cast<double>(peak_kb()) / 1024, refreshed);
  return 0;
}
