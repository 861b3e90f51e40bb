#pragma once
// One object on its way to the disk: a hidden file beside its target, in the same folder so that link and rename stay
// within one file system. Nothing stands under the target's name before publish…(); destruction discards.
// Used by one thread.

#include <memory>
#include <string>
#include <string_view>

#include "common/environment.h"

namespace deltastream::storage {

class StagingFile {
 public:
  // `target`: the operating system's path of the object. Its folder is made when it is not there.
  static Result<StagingFile> create(const Environment& environment, const std::string& target);
  StagingFile(StagingFile&&) = default;
  StagingFile& operator=(StagingFile&&) = delete;
  ~StagingFile();

  // After an error the file is only good for being discarded.
  Status append(std::string_view bytes);
  // Syncs what was appended and takes the size and time that the object will have.
  Result<FileStat> seal();
  // Puts the sealed file under the target's name, replacing what is there, and syncs the folder.
  Status publish_replacing();
  // The same, but fails with already exists when the name is taken. Commit state unknown when the file system left that open.
  Status publish_if_absent();

 private:
  StagingFile(const Environment& environment, std::string target, std::string name, std::unique_ptr<File> file)
      : environment_(environment), target_(std::move(target)), name_(std::move(name)), file_(std::move(file)) {}
  Status sync_folder();

  Environment environment_;
  std::string target_;
  std::string name_;
  std::unique_ptr<File> file_;  // null once the staging name is gone or moved away
};

}  // namespace deltastream::storage
