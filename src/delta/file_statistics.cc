#include "delta/file_statistics.h"

#include "delta/log/left_statistics.h"

namespace deltastream::delta {

FileStatistics::FileStatistics(const Snapshot& snapshot) : snapshot_(snapshot) {}
FileStatistics::FileStatistics(FileStatistics&&) noexcept = default;
FileStatistics::~FileStatistics() = default;

Result<std::string_view> FileStatistics::of(const FileView& file) {
  if (!file.stats_at) return file.stats;
  if (!opened_anew_) {
    auto text = left(file);
    if (text.ok()) return text;
    DS_RETURN_IF_ERROR(read_around(std::move(text).error().add_context(snapshot_.where())));
  }
  auto found = opened_anew_->files().get(file);
  return found ? found->stats : std::string_view();
}

Result<FileView> FileStatistics::with(FileView file) {
  DS_ASSIGN_OR_RETURN(file.stats, of(file));
  file.stats_at.reset();
  return file;
}

Result<std::string_view> FileStatistics::left(const FileView& file) {
  if (!reader_ || source_ != file.stats_at->source) {
    source_ = file.stats_at->source;
    reader_ = std::make_unique<LeftStatistics>(snapshot_.store(), snapshot_.left_statistics().at(source_));
  }
  return reader_->at(file.stats_at->row);
}

Status FileStatistics::read_around(Error why) {
  SnapshotOptions options;
  options.version = snapshot_.version();
  options.leave_statistics_from_bytes = UINT64_MAX;
  auto opened = Snapshot::open(snapshot_.store(), options, snapshot_.environment());
  if (!opened.ok()) return why;
  snapshot_.environment().logger->warn(why.describe() + ": the table was opened anew for them");
  opened_anew_ = std::make_unique<Snapshot>(std::move(opened).value());
  return {};
}

}  // namespace deltastream::delta
