#pragma once
// The file system of the machine behind one door, so that every call can be counted, failed, torn or simulated.
// Paths are the operating system's. All calls are thread-safe; one File is used by one thread at a time.
// Errors: error_from_errno's kinds.

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"

namespace deltastream {

struct FileStat {
  uint64_t size = 0;
  int64_t modified_us = 0;
  bool is_directory = false;
};

struct DirectoryEntry {
  std::string name;  // without the folder
  FileStat stat;
};

// What a folder says of an entry without a look at the entry itself.
struct DirectoryName {
  enum class Kind { kFile, kDirectory, kOther };  // a symbolic link counts as the file it leads to, or as other
  std::string name;
  Kind kind = Kind::kFile;
};

// An open file. Destruction closes the handle and finishes nothing: data is durable only after sync().
class File {
 public:
  virtual ~File() = default;
  // Reads up to buffer.size() bytes at offset; fewer only at the end of the file.
  virtual Result<size_t> read_at(uint64_t offset, std::span<char> buffer) = 0;
  virtual Status append(std::string_view bytes) = 0;
  virtual Status truncate(uint64_t size) = 0;
  virtual Status sync() = 0;
  virtual Result<uint64_t> size() = 0;
};

enum class OpenMode {
  kRead,
  kCreateNew,   // fails with already exists
  kTruncate,    // creates or empties
  kAppend,      // creates or continues
};

class Files {
 public:
  virtual ~Files() = default;
  virtual Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) = 0;
  virtual Result<FileStat> stat(const std::string& path) = 0;
  // Entries of one folder in no particular order, without "." and "..".
  virtual Result<std::vector<DirectoryEntry>> list(const std::string& path) = 0;
  // The same without sizes and times: one system call for hundreds of entries. Folders behind symbolic links are kOther,
  // so that a walk ends even when links lead in a circle.
  // Where `keep` is given, only the names that it wants: the others of a very large folder are not even copied.
  virtual Result<std::vector<DirectoryName>> list_names(const std::string& path, const std::function<bool(std::string_view)>& keep = {}) = 0;
  // The folder and its parents; an existing folder is no error. New folders are made durable.
  virtual Status make_directories(const std::string& path) = 0;
  // Hard link: fails with already exists when target is there. The put-if-absent of a local disk.
  virtual Status link(const std::string& existing, const std::string& target) = 0;
  // Atomic replace.
  virtual Status rename(const std::string& from, const std::string& to) = 0;
  virtual Status remove(const std::string& path) = 0;
  virtual Status sync_directory(const std::string& path) = 0;
};

// The machine's file system.
Files& system_files();

// Reads a whole file.
Result<std::string> read_file(Files& files, const std::string& path);
// Writes beside, syncs, renames over path, syncs the folder: after success the new content survives a crash.
Status write_file_durably(Files& files, const std::string& path, std::string_view bytes);

}  // namespace deltastream
