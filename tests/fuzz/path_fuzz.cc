// Any bytes as a path of the log and as a location. Decoding and encoding undo each other; all spellings of a file give one path, which
// never leads out of the table unseen.
#include "common/uri.h"
#include "delta/scan.h"
#include "require.h"
#include "storage/object_path.h"
#include "storage/stores.h"

using namespace deltastream;
using fuzz::require;

namespace {

// A step up or a name that is none, found another way than the stores do.
bool leaves_or_names_nothing(const std::string& path) {
  if (path.empty() || path.find('\0') != std::string::npos) return true;
  for (size_t begin = 0; begin <= path.size();) {
    const size_t end = std::min(path.find('/', begin), path.size());
    const std::string part = path.substr(begin, end - begin);
    if (part.empty() || part == "." || part == "..") return true;
    begin = end + 1;
  }
  return false;
}

void check_encoding(std::string_view text) {
  const std::string encoded = percent_encode_path(text);
  auto decoded = percent_decode(encoded);
  require(decoded.ok() && *decoded == text);
  auto once = percent_decode(text);
  if (!once.ok()) {
    require(once.error().kind() == ErrorKind::kCorrupt);
    return;
  }
  // Whatever spelled it, the canonical spelling is one.
  auto back = percent_decode(percent_encode_path(*once));
  require(back.ok() && *back == *once);
}

void check_resolved(std::string_view text, const storage::ObjectStore& local, const storage::ObjectStore& memory) {
  auto path = delta::resolve_path(text, local);
  auto same = delta::resolve_path(text, memory);
  require(path.ok() == same.ok());
  if (!path.ok()) {
    require(path.error().kind() == ErrorKind::kCorrupt);
    return;
  }
  require(!path->path.empty());
  if (path->absolute) return;
  if (storage::check_object_path(path->path).ok()) require(!leaves_or_names_nothing(path->path));
  if (leaves_or_names_nothing(path->path)) return;
  const std::string encoded = percent_encode_path(path->path);
  for (const char* root : {"/lake/t/", "file:/lake/t/", "file:///lake/t/"}) {
    auto spelled = delta::resolve_path(root + encoded, local);
    require(spelled.ok() && !spelled->absolute && spelled->path == path->path);
    // Another store has no such root.
    auto elsewhere = delta::resolve_path(root + encoded, memory);
    require(elsewhere.ok() && elsewhere->absolute && elsewhere->path == "/lake/t/" + path->path);
  }
}

void check_location(std::string_view text) {
  auto location = parse_location(text);
  if (!location.ok()) {
    require(location.error().kind() == ErrorKind::kInvalidArgument);
    return;
  }
  require(!location->scheme.empty());
  for (char c : location->scheme) require(!(c >= 'A' && c <= 'Z'));
  if (location->scheme == "file") {
    require(!location->path.empty());
    if (location->path[0] != '/') return;
    auto plain = parse_location(location->path);
    require(plain.ok() && plain->scheme == "file" && plain->path == location->path);
  } else {
    auto again = parse_location(location->scheme + "://" + location->path);
    require(again.ok() && again->scheme == location->scheme && again->path == location->path);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const auto local = storage::make_local_store("/lake/t");
  static const auto memory = storage::make_memory_store();
  const std::string_view text = fuzz::as_text(data, size);
  check_encoding(text);
  check_resolved(text, *local, *memory);
  check_location(text);
  return 0;
}
