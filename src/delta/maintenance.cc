#include "delta/maintenance.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "delta/checkpoint.h"
#include "delta/checksum.h"
#include "delta/log.h"
#include "delta/log_cleanup.h"

namespace deltastream::delta {
namespace {

// A checkpoint holds every file of the table, so its cost grows with the table: on big tables it is written more seldom
// than the property says, so that it takes no more than this part of the time.
constexpr int64_t kRestPerWork = 9;
// A snapshot that is kept between checkpoints saves reading the last one back.
constexpr size_t kKeptBytes = 256ull << 20;
constexpr int64_t kCleanupPauseUs = 3600ll * 1'000'000;

// One version to look after.
struct Work {
  std::shared_ptr<storage::ObjectStore> store;
  int64_t version = 0;
  int64_t interval = 10;
  std::optional<std::string> checksum;
};

}  // namespace

struct Maintenance::State {
  explicit State(const Environment& given) : environment(given) {}

  void run() {
    std::unique_lock lock(mutex);
    while (true) {
      wake.wait(lock, [&] { return stopping || work; });
      if (stopping) return;
      Work now = std::move(*work);
      work.reset();
      busy = true;
      lock.unlock();
      look_after(now);
      lock.lock();
      busy = false;
      idle.notify_all();
    }
  }

  void look_after(const Work& now) {
    auto warn = [&](const std::string& what, const Error& error) {
      environment.logger->warn(now.store->describe() + " at version " + std::to_string(now.version) + ": " + what + ": " + error.describe());
    };
    if (now.checksum) {
      auto written = put_checksum(*now.store, now.version, *now.checksum);
      if (!written.ok()) warn("the version checksum is not written", written.error());
    }
    if (now.store != snapshot_store) {
      snapshot.reset();
      snapshot_store = now.store;
      last_checkpoint.reset();
    }
    if (!last_checkpoint) last_checkpoint = last_checkpoint_hint(*now.store).value_or(0);
    // Other writers' versions count as well: what matters is that a multiple of the interval was passed.
    bool due = now.version / now.interval > *last_checkpoint / now.interval;
    int64_t started = environment.clock->steady_us();
    if (!due || started < rest_until_us) return;
    auto written = checkpoint(now);
    if (!written.ok()) {
      snapshot.reset();
      warn("the checkpoint is not written", written.error());
    }
    int64_t ended = environment.clock->steady_us();
    rest_until_us = ended + (ended - started) * kRestPerWork;
  }

  Status checkpoint(const Work& now) {
    if (snapshot) {
      auto moved = snapshot->refresh(now.version);
      if (!moved.ok()) snapshot.reset();
    }
    if (!snapshot) {
      DS_ASSIGN_OR_RETURN(Snapshot opened, Snapshot::open(now.store, now.version, environment));
      snapshot.emplace(std::move(opened));
    }
    DS_RETURN_IF_ERROR(write_checkpoint(*snapshot));
    last_checkpoint = now.version;
    // The writer's snapshot may not know its totals; this one does.
    if (!now.checksum) DS_RETURN_IF_ERROR(write_checksum(*snapshot));
    int64_t time = environment.clock->steady_us();
    if (!cleaned_us || time - *cleaned_us > kCleanupPauseUs) {
      cleaned_us = time;
      DS_ASSIGN_OR_RETURN(int64_t removed, clean_log(*snapshot));
      if (removed > 0) environment.logger->info(snapshot->where() + ": " + std::to_string(removed) + " expired files of the log are removed");
    }
    if (snapshot->files().memory_bytes() + snapshot->tombstones().memory_bytes() > kKeptBytes) snapshot.reset();
    return {};
  }

  const Environment environment;
  std::mutex mutex;
  std::condition_variable wake, idle;
  std::optional<Work> work;   // the newest; older ones it replaces
  bool busy = false;
  bool stopping = false;

  // The thread's own.
  std::shared_ptr<storage::ObjectStore> snapshot_store;
  std::optional<Snapshot> snapshot;
  std::optional<int64_t> last_checkpoint;
  std::optional<int64_t> cleaned_us;
  int64_t rest_until_us = 0;

  std::thread thread;
};

Maintenance::Maintenance(const Environment& environment) : state_(std::make_unique<State>(environment)) {
  state_->thread = std::thread([state = state_.get()] { state->run(); });
}

Maintenance::~Maintenance() {
  {
    std::lock_guard lock(state_->mutex);
    state_->stopping = true;
  }
  state_->wake.notify_all();
  state_->thread.join();
}

void Maintenance::committed(const Snapshot& table) {
  Work work{table.store(), table.version(), checkpoint_interval(table), checksum_json(table)};
  {
    std::lock_guard lock(state_->mutex);
    state_->work = std::move(work);
  }
  state_->wake.notify_all();
}

void Maintenance::drain() {
  std::unique_lock lock(state_->mutex);
  state_->idle.wait(lock, [&] { return !state_->work && !state_->busy; });
}

}  // namespace deltastream::delta
