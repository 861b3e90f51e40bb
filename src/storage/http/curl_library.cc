#include "storage/http/curl_library.h"

#include <dlfcn.h>
#include <fmt/format.h>

namespace deltastream::storage {
namespace {

constexpr const char kName[] = "libcurl.so.4";

Error cannot_load() {
  const char* why = dlerror();
  return resource(fmt::format("{} is needed for object stores and cannot be loaded: {}", kName, why ? why : "unknown"));
}

template <class Function>
bool find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(dlsym(library, name));
  return function != nullptr;
}

Result<CurlLibrary> open() {
  void* library = dlopen(kName, RTLD_LAZY | RTLD_LOCAL);
  if (!library) return cannot_load();
  CurlLibrary curl{};
  decltype(&::curl_global_init) global_init = nullptr;
  const bool complete = find(library, "curl_global_init", global_init) && find(library, "curl_easy_init", curl.easy_init) &&
                        find(library, "curl_easy_cleanup", curl.easy_cleanup) && find(library, "curl_easy_reset", curl.easy_reset) &&
                        find(library, "curl_easy_setopt", curl.easy_setopt) && find(library, "curl_easy_perform", curl.easy_perform) &&
                        find(library, "curl_easy_getinfo", curl.easy_getinfo) && find(library, "curl_easy_strerror", curl.easy_strerror) &&
                        find(library, "curl_slist_append", curl.slist_append) && find(library, "curl_slist_free_all", curl.slist_free_all);
  if (!complete) return cannot_load();
  if (CURLcode code = global_init(CURL_GLOBAL_DEFAULT); code != CURLE_OK) {
    return resource(fmt::format("{} cannot be started: {}", kName, curl.easy_strerror(code)));
  }
  return curl;
}

}  // namespace

Result<const CurlLibrary*> CurlLibrary::load() {
  // Never destroyed: handles are cleaned up through it as late as when the process ends.
  static const Result<CurlLibrary>& kLibrary = *new Result<CurlLibrary>(open());
  if (!kLibrary.ok()) return kLibrary.error();
  return &*kLibrary;
}

}  // namespace deltastream::storage
