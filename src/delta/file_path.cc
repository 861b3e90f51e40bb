#include <algorithm>
#include <cctype>
#include <filesystem>

#include "common/uri.h"
#include "delta/scan.h"

namespace deltastream::delta {
namespace {

// "file:///lake/t", "file:/lake/t" → "/lake/t"; the leading slashes of a local path are one.
std::string_view local_path(std::string_view text) {
  if (text.substr(0, 5) == "file:") text.remove_prefix(5);
  while (text.size() > 1 && text[0] == '/' && text[1] == '/') text.remove_prefix(1);
  return text;
}

// A relative path may hold ":" and even "://" (t=12:00://x), but not behind nothing but the characters of a scheme.
bool begins_with_scheme(std::string_view text) {
  size_t colon = text.find("://");
  if (colon == std::string_view::npos || colon == 0) return false;
  return std::all_of(text.begin(), text.begin() + static_cast<ptrdiff_t>(colon),
                     [](unsigned char c) { return std::isalnum(c) || c == '+' || c == '-' || c == '.'; });
}

// "./a/./b" → "a/b", as Hadoop's paths have it; what leads out of the table stays, and is refused by the store.
std::string without_dots(std::string path) {
  while (path.size() > 2 && path.starts_with("./")) path.erase(0, 2);
  for (size_t at = path.find("/./"); at != std::string::npos; at = path.find("/./", at)) path.erase(at, 2);
  return path;
}

// The root of a local store, absolute and without a slash at its end; empty for other stores.
std::string local_root(const storage::ObjectStore& store) {
  const auto folder = store.local_folder();
  if (!folder) return {};
  std::error_code error;
  auto absolute = std::filesystem::absolute(*folder, error).lexically_normal().string();
  while (absolute.size() > 1 && absolute.back() == '/') absolute.pop_back();
  return error ? std::string() : absolute;
}

}  // namespace

Result<FilePath> resolve_path(std::string_view encoded, const storage::ObjectStore& store) {
  if (encoded.empty()) return corrupt("a file of the log has no path");
  bool is_local = encoded[0] == '/' || encoded.substr(0, 5) == "file:";
  bool has_scheme = !is_local && begins_with_scheme(encoded);
  DS_ASSIGN_OR_RETURN(std::string decoded, percent_decode(encoded));
  if (has_scheme) {
    std::string root = store.describe();
    bool inside = decoded.size() > root.size() + 1 && decoded.compare(0, root.size(), root) == 0 && decoded[root.size()] == '/';
    return inside ? FilePath{decoded.substr(root.size() + 1), false} : FilePath{std::move(decoded), true};
  }
  if (!is_local) return FilePath{without_dots(std::move(decoded)), false};
  std::string path(local_path(decoded));
  if (path.empty() || path == "/") return corrupt("the path '" + std::string(encoded) + "' of the log names no file");
  std::string root = local_root(store);
  if (!root.empty() && path.size() > root.size() + 1 && path.compare(0, root.size(), root) == 0 && path[root.size()] == '/') {
    return FilePath{path.substr(root.size() + 1), false};
  }
  return FilePath{std::move(path), true};
}

}  // namespace deltastream::delta
