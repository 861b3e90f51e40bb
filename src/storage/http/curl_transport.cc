#include <curl/curl.h>

#include <mutex>

#include <fmt/format.h>

#include "storage/http/http.h"

namespace deltastream::storage {
namespace {

constexpr long kConnectTimeoutMs = 10'000;
// A connection that moves less than this for so long is as good as gone.
constexpr long kStalledBytesPerSecond = 1, kStalledSeconds = 60;

struct EasyDeleter {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
using Easy = std::unique_ptr<CURL, EasyDeleter>;

struct ListDeleter {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using List = std::unique_ptr<curl_slist, ListDeleter>;

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
  CurlTransport() {
    static const CURLcode kReady = curl_global_init(CURL_GLOBAL_DEFAULT);
    ready_ = kReady == CURLE_OK;
  }

  Result<HttpResponse> send(const HttpRequest& request) override {
    Easy handle = take();
    if (!handle) return resource("libcurl could not be started");
    auto response = perform(handle.get(), request);
    give_back(std::move(handle));
    return response;
  }

 private:
  Easy take() {
    if (!ready_) return nullptr;
    std::lock_guard lock(mutex_);
    if (idle_.empty()) return Easy(curl_easy_init());
    Easy handle = std::move(idle_.back());
    idle_.pop_back();
    curl_easy_reset(handle.get());  // connections stay
    return handle;
  }
  void give_back(Easy handle) {
    std::lock_guard lock(mutex_);
    idle_.push_back(std::move(handle));
  }

  static Result<HttpResponse> perform(CURL* handle, const HttpRequest& request) {
    HttpResponse response;
    curl_slist* lines = curl_slist_append(nullptr, "Expect:");
    for (const auto& [name, value] : request.headers) lines = curl_slist_append(lines, (name + (value.empty() ? ";" : ": " + value)).c_str());
    List headers(lines);
    Upload upload{request.body};
    curl_easy_setopt(handle, CURLOPT_URL, request.url.c_str());
    curl_easy_setopt(handle, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, kConnectTimeoutMs);
    curl_easy_setopt(handle, CURLOPT_LOW_SPEED_LIMIT, kStalledBytesPerSecond);
    curl_easy_setopt(handle, CURLOPT_LOW_SPEED_TIME, kStalledSeconds);
    curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, request.follow_redirects ? 1L : 0L);
    curl_easy_setopt(handle, CURLOPT_MAXREDIRS, 5L);
    curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers.get());
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, &response.body);
    curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(handle, CURLOPT_HEADERDATA, &response.headers);
    if (request.method == "HEAD") {
      curl_easy_setopt(handle, CURLOPT_NOBODY, 1L);
    } else if (request.method == "PUT" || request.method == "POST") {
      curl_easy_setopt(handle, CURLOPT_UPLOAD, 1L);
      curl_easy_setopt(handle, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
      curl_easy_setopt(handle, CURLOPT_READFUNCTION, give_body);
      curl_easy_setopt(handle, CURLOPT_READDATA, &upload);
      curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, request.method.c_str());
    } else {
      curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, request.method.c_str());
    }
    CURLcode code = curl_easy_perform(handle);
    if (code != CURLE_OK) {
      std::string message = fmt::format("{} {}: {}", request.method, without_query(request.url), curl_easy_strerror(code));
      return never_sent(code) ? unavailable(std::move(message)) : commit_state_unknown(std::move(message));
    }
    long status = 0;
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
    response.status = static_cast<int>(status);
    return response;
  }

  bool ready_ = false;
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
