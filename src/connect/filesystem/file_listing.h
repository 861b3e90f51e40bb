#pragma once
// Which files a path means: one file, all files below a folder, or those that match a glob (*, ?, […], ** for any depth).
// Names that begin with '.' or '_' are not seen (unfinished files of other writers), except where the path spells them.
// Pure but for the folder listings. Errors: not found when a path without wildcards is not there.

#include <string>
#include <vector>

#include "common/files.h"
#include "common/result.h"

namespace deltastream::connect::filesystem {

struct ListedFile {
  std::string id;    // below the folder that the listing starts at: stable when the whole folder moves
  std::string path;  // as the operating system takes it
};

// `pattern`: a POSIX extended regular expression that the whole path must match; "" = all. Sorted by id.
Result<std::vector<ListedFile>> list_files(Files& files, const std::string& path, const std::string& pattern);

// Refuses a pattern that does not compile.
Status check_pattern(const std::string& pattern);

}  // namespace deltastream::connect::filesystem
