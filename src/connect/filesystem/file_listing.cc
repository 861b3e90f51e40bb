#include "connect/filesystem/file_listing.h"

#include <fmt/format.h>
#include <fnmatch.h>
#include <regex.h>

#include <algorithm>

namespace deltastream::connect::filesystem {
namespace {

// POSIX regular expressions: std::regex can overflow the stack on long input.
class PathPattern {
 public:
  PathPattern() = default;
  ~PathPattern() {
    if (compiled_) ::regfree(&regex_);
  }
  PathPattern(const PathPattern&) = delete;
  PathPattern& operator=(const PathPattern&) = delete;

  Status compile(const std::string& pattern) {
    if (pattern.empty()) return {};
    int code = ::regcomp(&regex_, ("^(" + pattern + ")$").c_str(), REG_EXTENDED | REG_NOSUB);
    if (code == 0) {
      compiled_ = true;
      return {};
    }
    char text[200];
    ::regerror(code, &regex_, text, sizeof text);
    return invalid_argument(fmt::format("option 'source.path.regex-pattern' is no regular expression: '{}': {}", pattern, text));
  }
  bool matches(const std::string& path) const { return !compiled_ || ::regexec(&regex_, path.c_str(), 0, nullptr, 0) == 0; }

 private:
  regex_t regex_{};
  bool compiled_ = false;
};

bool has_wildcard(const std::string& text) { return text.find_first_of("*?[") != std::string::npos; }
bool hidden(const std::string& name) { return name.empty() || name[0] == '.' || name[0] == '_'; }

std::vector<std::string> split_path(const std::string& path) {
  std::vector<std::string> parts;
  size_t begin = 0;
  while (begin <= path.size()) {
    size_t slash = std::min(path.find('/', begin), path.size());
    if (slash > begin) parts.push_back(path.substr(begin, slash - begin));
    begin = slash + 1;
  }
  return parts;
}

std::string join(const std::string& folder, const std::string& name) {
  if (folder.empty()) return name;
  return folder.back() == '/' ? folder + name : folder + "/" + name;
}

class Walk {
 public:
  Walk(Files& files, const PathPattern& pattern) : files_(files), pattern_(pattern) {}

  // All files below a folder.
  Status whole(const std::string& folder, const std::string& id_prefix) {
    auto entries = files_.list_names(folder);
    if (!entries.ok()) {
      // A folder inside may go away while others are read.
      if (!id_prefix.empty() && entries.error().kind() == ErrorKind::kNotFound) return {};
      return std::move(entries).error();
    }
    for (const DirectoryName& entry : *entries) {
      if (hidden(entry.name)) continue;
      std::string path = join(folder, entry.name), id = join(id_prefix, entry.name);
      if (entry.kind == DirectoryName::Kind::kDirectory) DS_RETURN_IF_ERROR(whole(path, id));
      if (entry.kind == DirectoryName::Kind::kFile) add(id, path);
    }
    return {};
  }

  // Files under `folder` that match parts[at…]; a folder that matches the last part counts with all that is in it.
  Status matching(const std::string& folder, const std::string& id_prefix, const std::vector<std::string>& parts, size_t at) {
    DS_ASSIGN_OR_RETURN(auto entries, files_.list_names(folder));
    const std::string& part = parts[at];
    const bool any_depth = part == "**", last = at + 1 == parts.size();
    if (any_depth && !last) DS_RETURN_IF_ERROR(matching(folder, id_prefix, parts, at + 1));
    for (const DirectoryName& entry : entries) {
      if (hidden(entry.name) && !hidden(part)) continue;
      std::string path = join(folder, entry.name), id = join(id_prefix, entry.name);
      const bool is_folder = entry.kind == DirectoryName::Kind::kDirectory;
      if (any_depth) {
        if (is_folder) DS_RETURN_IF_ERROR(last ? whole(path, id) : matching(path, id, parts, at));
        if (last && entry.kind == DirectoryName::Kind::kFile) add(id, path);
      } else if (::fnmatch(part.c_str(), entry.name.c_str(), 0) == 0) {
        if (is_folder) DS_RETURN_IF_ERROR(last ? whole(path, id) : matching(path, id, parts, at + 1));
        if (last && entry.kind == DirectoryName::Kind::kFile) add(id, path);
      }
    }
    return {};
  }

  void add(const std::string& id, const std::string& path) {
    if (pattern_.matches(path)) found_.push_back({id, path});
  }

  std::vector<ListedFile> take() {
    std::sort(found_.begin(), found_.end(), [](const ListedFile& a, const ListedFile& b) { return a.id < b.id; });
    // "**" may reach a file on two ways.
    found_.erase(std::unique(found_.begin(), found_.end(), [](const ListedFile& a, const ListedFile& b) { return a.id == b.id; }),
                 found_.end());
    return std::move(found_);
  }

 private:
  Files& files_;
  const PathPattern& pattern_;
  std::vector<ListedFile> found_;
};

// The part of a glob before its first wildcard, and the parts from there on.
struct Glob {
  std::string folder;
  std::vector<std::string> parts;
};

Glob split_glob(const std::string& path) {
  Glob glob{path.front() == '/' ? "/" : "", {}};
  for (std::string& part : split_path(path)) {
    if (glob.parts.empty() && !has_wildcard(part)) {
      glob.folder = join(glob.folder, part);
    } else {
      glob.parts.push_back(std::move(part));
    }
  }
  if (glob.folder.empty()) glob.folder = ".";
  return glob;
}

}  // namespace

Status check_pattern(const std::string& pattern) { return PathPattern().compile(pattern); }

Result<std::vector<ListedFile>> list_files(Files& files, const std::string& path, const std::string& pattern) {
  PathPattern compiled;
  DS_RETURN_IF_ERROR(compiled.compile(pattern));
  Walk walk(files, compiled);
  // A name that holds wildcards itself means that file.
  auto stat = files.stat(path);
  if (stat.ok() && !stat->is_directory) {
    walk.add(path.substr(path.find_last_of('/') + 1), path);
  } else if (stat.ok()) {
    DS_RETURN_IF_ERROR(walk.whole(path, ""));
  } else if (stat.error().kind() == ErrorKind::kNotFound && has_wildcard(path)) {
    Glob glob = split_glob(path);
    DS_RETURN_IF_ERROR(walk.matching(glob.folder, "", glob.parts, 0));
  } else {
    return std::move(stat).error();
  }
  return walk.take();
}

}  // namespace deltastream::connect::filesystem
