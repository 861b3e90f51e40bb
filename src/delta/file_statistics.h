#pragma once
// The statistics of a snapshot's files, wherever they are: with the file, or left in a large checkpoint and read from there as a walk
// comes by (FileView::stats_at). Walk in the order of the FileSet: that reads each checkpoint once, front to back, and holds a part of it
// at a time. One thread; the snapshot must not change meanwhile.
//
// A checkpoint that cannot be read any more – damaged where nobody looked yet, replaced, cleaned away – is read around as when a table is
// opened: the same version is opened anew, statistics included, from an older checkpoint or the commits, with a warning. The error is
// the checkpoint's, with its path, when that does not work either.

#include <memory>
#include <string_view>

#include "common/result.h"
#include "delta/snapshot.h"

namespace deltastream::delta {

class LeftStatistics;

class FileStatistics {
 public:
  explicit FileStatistics(const Snapshot& snapshot);
  FileStatistics(FileStatistics&&) noexcept;
  ~FileStatistics();

  // JSON object text; empty: none. Lives until the next call.
  Result<std::string_view> of(const FileView& file);
  // The file with its statistics in it.
  Result<FileView> with(FileView file);

 private:
  Result<std::string_view> left(const FileView& file);
  Status read_around(Error why);

  const Snapshot& snapshot_;
  uint32_t source_ = 0;
  std::unique_ptr<LeftStatistics> reader_;    // of source_
  std::unique_ptr<Snapshot> opened_anew_;
};

}  // namespace deltastream::delta
