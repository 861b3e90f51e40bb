#include "storage/hdfs/webhdfs_client.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "storage/http/digest.h"

namespace deltastream::storage::hdfs {
namespace {

Error error_of(const HttpResponse& response, const std::string& path) {
  auto answer = nlohmann::json::parse(response.body, nullptr, false);
  if (!answer.is_object() || !answer.contains("RemoteException")) return error_from_status(response, "'" + path + "'");
  const auto& remote = answer["RemoteException"];
  const std::string name = remote.value("exception", ""), said = remote.value("message", "");
  std::string message = fmt::format("'{}': {}: {}", path, name, said.substr(0, said.find('\n')));
  if (name == "FileNotFoundException" || name == "PathNotFoundException") return not_found(std::move(message));
  if (name == "FileAlreadyExistsException") return already_exists(std::move(message));
  if (name == "AccessControlException" || name == "SecurityException") return permission(std::move(message));
  if (name == "StandbyException" || name == "SafeModeException" || name == "RetriableException" || name == "NamenodeNotFoundException") return unavailable(std::move(message));
  if (name == "DSQuotaExceededException" || name == "NSQuotaExceededException") return resource(std::move(message));
  return error_from_status(response, message);
}

FileStatus status_of(const nlohmann::json& json) {
  return {json.value("pathSuffix", ""), json.value("type", "") == "DIRECTORY", json.value("length", uint64_t{0}), json.value("modificationTime", int64_t{0})};
}

}  // namespace

std::string WebHdfsClient::url(const std::string& path, const std::string& query) const {
  std::string text = base_ + "/webhdfs/v1" + url_encode(path, true) + "?op=" + query;
  if (!user_.empty()) text += "&user.name=" + url_encode(user_, false);
  return text;
}

Result<HttpResponse> WebHdfsClient::call(const std::string& method, const std::string& path, const std::string& query, bool idempotent) const {
  DS_ASSIGN_OR_RETURN(auto response, retry_.send([&]() -> Result<HttpRequest> { return HttpRequest{method, url(path, query), {}, {}, method == "GET"}; }, idempotent));
  if (response.status / 100 != 2 && response.status != 307) return error_of(response, path);
  return response;
}

Result<FileStatus> WebHdfsClient::status(const std::string& path) const {
  DS_ASSIGN_OR_RETURN(auto response, call("GET", path, "GETFILESTATUS"));
  auto answer = nlohmann::json::parse(response.body, nullptr, false);
  if (!answer.is_object() || !answer.contains("FileStatus")) return corrupt("'" + path + "': an answer without FileStatus");
  return status_of(answer["FileStatus"]);
}

Result<std::string> WebHdfsClient::read(const std::string& path, uint64_t offset, std::optional<uint64_t> size) const {
  std::string query = fmt::format("OPEN&offset={}", offset);
  if (size) query += fmt::format("&length={}", *size);
  DS_ASSIGN_OR_RETURN(auto response, call("GET", path, query));
  return std::move(response.body);
}

Result<std::vector<FileStatus>> WebHdfsClient::list(const std::string& folder, const std::string& after) const {
  std::vector<FileStatus> found;
  std::string from = after;
  for (;;) {
    DS_ASSIGN_OR_RETURN(auto response, call("GET", folder, "LISTSTATUS_BATCH" + (from.empty() ? "" : "&startAfter=" + url_encode(from, false))));
    auto answer = nlohmann::json::parse(response.body, nullptr, false);
    if (!answer.is_object() || !answer.contains("DirectoryListing")) return corrupt("'" + folder + "': an answer without DirectoryListing");
    const auto& listing = answer["DirectoryListing"];
    const auto& statuses = listing["partialListing"]["FileStatuses"]["FileStatus"];
    for (const auto& one : statuses) found.push_back(status_of(one));
    if (statuses.empty() || listing.value("remainingEntries", 0) == 0) return found;
    from = found.back().name;
  }
}

Status WebHdfsClient::create(const std::string& path, std::string_view bytes) const {
  DS_ASSIGN_OR_RETURN(auto where, call("PUT", path, "CREATE&overwrite=true&noredirect=false"));
  const std::string location = where.header("location");
  if (location.empty()) return corrupt("'" + path + "': the name node names no data node to write to");
  DS_ASSIGN_OR_RETURN(auto response, retry_.send(
                                         [&]() -> Result<HttpRequest> {
                                           return HttpRequest{"PUT", location, {{"Content-Type", "application/octet-stream"}}, bytes, false};
                                         },
                                         true));
  return response.status / 100 == 2 ? Status() : Status(error_of(response, path));
}

Status WebHdfsClient::rename(const std::string& from, const std::string& to, bool overwrite) const {
  const std::string query = fmt::format("RENAME&destination={}&renameoptions={}", url_encode(to, true), overwrite ? "OVERWRITE" : "NONE");
  auto response = call("PUT", from, query, false);
  return response.ok() ? Status() : Status(std::move(response).error());
}

Status WebHdfsClient::remove(const std::string& path) const {
  auto response = call("DELETE", path, "DELETE&recursive=false");
  return response.ok() ? Status() : Status(std::move(response).error());
}

}  // namespace deltastream::storage::hdfs
