#pragma once
// libcurl, loaded when the first request is sent: it brings twenty-five libraries of TLS, LDAP and Kerberos along, which whoever
// reads local files would pay for at every start. Thread-safe; it is never unloaded.

#include <curl/curl.h>

#include "common/result.h"

namespace deltastream::storage {

struct CurlLibrary {
  decltype(&::curl_easy_init) easy_init;
  decltype(&::curl_easy_cleanup) easy_cleanup;
  decltype(&::curl_easy_reset) easy_reset;
  decltype(&::curl_easy_setopt) easy_setopt;
  decltype(&::curl_easy_perform) easy_perform;
  decltype(&::curl_easy_getinfo) easy_getinfo;
  decltype(&::curl_easy_strerror) easy_strerror;
  decltype(&::curl_slist_append) slist_append;
  decltype(&::curl_slist_free_all) slist_free_all;

  // The library, ready for use. Resource when it is not there or cannot be started.
  static Result<const CurlLibrary*> load();
};

}  // namespace deltastream::storage
