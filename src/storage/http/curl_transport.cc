#include <mutex>

#include <fmt/format.h>

#include "storage/http/curl_library.h"
#include "storage/http/http.h"

namespace deltastream::storage {
namespace {

constexpr long kConnectTimeoutMs = 10'000;
// A connection that moves less than this for so long is as good as gone.
constexpr long kStalledBytesPerSecond = 1, kStalledSeconds = 60;

using Easy = std::unique_ptr<CURL, decltype(CurlLibrary::easy_cleanup)>;
using List = std::unique_ptr<curl_slist, decltype(CurlLibrary::slist_free_all)>;

size_t take_body(char* bytes, size_t size, size_t count, void* target) {
  static_cast<std::string*>(target)->append(bytes, size * count);
  return size * count;
}

size_t take_header(char* bytes, size_t size, size_t count, void* target) {
  std::string_view line(bytes, size * count);
  auto& headers = *static_cast<std::map<std::string, std::string>*>(target);
  if (line.starts_with("HTTP/")) headers.clear();  // of the answer before a redirect
  size_t colon = line.find(':');
  if (colon != std::string_view::npos) {
    std::string name(line.substr(0, colon));
    for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    std::string_view value = line.substr(colon + 1);
    while (!value.empty() && (value.front() == ' ' || value.front() == '\t')) value.remove_prefix(1);
    while (!value.empty() && (value.back() == '\r' || value.back() == '\n' || value.back() == ' ')) value.remove_suffix(1);
    headers[name] = std::string(value);
  }
  return size * count;
}

struct Upload {
  std::string_view rest;
};

size_t give_body(char* buffer, size_t size, size_t count, void* source) {
  auto& upload = *static_cast<Upload*>(source);
  size_t bytes = std::min(size * count, upload.rest.size());
  upload.rest.copy(buffer, bytes);
  upload.rest.remove_prefix(bytes);
  return bytes;
}

// Before these the server has seen nothing of the request.
bool never_sent(CURLcode code) {
  return code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST || code == CURLE_COULDNT_RESOLVE_PROXY ||
         code == CURLE_SSL_CONNECT_ERROR || code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_URL_MALFORMAT;
}

// Scheme, host and path: a query may hold a signature or a token.
std::string without_query(const std::string& url) { return url.substr(0, url.find('?')); }

class CurlTransport final : public HttpTransport {
 public:
  Result<HttpResponse> send(const HttpRequest& request) override {
    DS_ASSIGN_OR_RETURN(const CurlLibrary* curl, CurlLibrary::load());
    Easy handle = take(*curl);
    if (!handle) return resource("libcurl has no handle for a request");
    auto response = perform(*curl, handle.get(), request);
    give_back(std::move(handle));
    return response;
  }

 private:
  Easy take(const CurlLibrary& curl) {
    std::lock_guard lock(mutex_);
    if (idle_.empty()) return Easy(curl.easy_init(), curl.easy_cleanup);
    Easy handle = std::move(idle_.back());
    idle_.pop_back();
    curl.easy_reset(handle.get());  // connections stay
    return handle;
  }
  void give_back(Easy handle) {
    std::lock_guard lock(mutex_);
    idle_.push_back(std::move(handle));
  }

  static Result<HttpResponse> perform(const CurlLibrary& curl, CURL* handle, const HttpRequest& request) {
    HttpResponse response;
    curl_slist* lines = curl.slist_append(nullptr, "Expect:");
    for (const auto& [name, value] : request.headers) lines = curl.slist_append(lines, (name + (value.empty() ? ";" : ": " + value)).c_str());
    List headers(lines, curl.slist_free_all);
    Upload upload{request.body};
    curl.easy_setopt(handle, CURLOPT_URL, request.url.c_str());
    curl.easy_setopt(handle, CURLOPT_PATH_AS_IS, 1L);
    curl.easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
    curl.easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl.easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, kConnectTimeoutMs);
    curl.easy_setopt(handle, CURLOPT_LOW_SPEED_LIMIT, kStalledBytesPerSecond);
    curl.easy_setopt(handle, CURLOPT_LOW_SPEED_TIME, kStalledSeconds);
    curl.easy_setopt(handle, CURLOPT_FOLLOWLOCATION, request.follow_redirects ? 1L : 0L);
    curl.easy_setopt(handle, CURLOPT_MAXREDIRS, 5L);
    curl.easy_setopt(handle, CURLOPT_HTTPHEADER, headers.get());
    curl.easy_setopt(handle, CURLOPT_WRITEFUNCTION, take_body);
    curl.easy_setopt(handle, CURLOPT_WRITEDATA, &response.body);
    curl.easy_setopt(handle, CURLOPT_HEADERFUNCTION, take_header);
    curl.easy_setopt(handle, CURLOPT_HEADERDATA, &response.headers);
    if (request.method == "HEAD") {
      curl.easy_setopt(handle, CURLOPT_NOBODY, 1L);
    } else if (request.method == "PUT" || request.method == "POST") {
      curl.easy_setopt(handle, CURLOPT_UPLOAD, 1L);
      curl.easy_setopt(handle, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
      curl.easy_setopt(handle, CURLOPT_READFUNCTION, give_body);
      curl.easy_setopt(handle, CURLOPT_READDATA, &upload);
      curl.easy_setopt(handle, CURLOPT_CUSTOMREQUEST, request.method.c_str());
    } else {
      curl.easy_setopt(handle, CURLOPT_CUSTOMREQUEST, request.method.c_str());
    }
    CURLcode code = curl.easy_perform(handle);
    if (code != CURLE_OK) {
      std::string message = fmt::format("{} {}: {}", request.method, without_query(request.url), curl.easy_strerror(code));
      return never_sent(code) ? unavailable(std::move(message)) : commit_state_unknown(std::move(message));
    }
    long status = 0;
    curl.easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
    response.status = static_cast<int>(status);
    return response;
  }

  std::mutex mutex_;
  std::vector<Easy> idle_;
};

}  // namespace

std::string HttpResponse::header(const std::string& name) const {
  auto found = headers.find(name);
  return found == headers.end() ? "" : found->second;
}

std::shared_ptr<HttpTransport> make_curl_transport() { return std::make_shared<CurlTransport>(); }

}  // namespace deltastream::storage
